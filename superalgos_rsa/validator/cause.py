"""What the exchange would answer, told from what the engine does with this credential on this exchange."""

from __future__ import annotations

from superalgos_rsa.superalgos.api_key import IN_HEADER, can_be_sent, doubt
from superalgos_rsa.superalgos.engine.exchanges import BINANCE, BYBIT
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.validator.facts import KeyFacts
from superalgos_rsa.validator.rules.catalogue import RULES
from superalgos_rsa.validator.rules.model import (
    ENGINE_THROWS,
    HEADER_REFUSED,
    KEY_FORMAT_INVALID,
    KEY_REFUSED,
    NO_TESTNET,
    NOTHING,
    SIGNATURE_INVALID,
)
from superalgos_rsa.validator.rules.registry import RawFinding

# The words for a wrong signature and for an API key that is none: Binance's own, what ccxt 2.7.62 and 4.5.84 note
# beside the codes, and Kraken's on a signature as its users report them. Those of other exchanges are not known here.
_SIGNATURE = {
    **dict.fromkeys(BINANCE, SIGNATURE_INVALID),
    **dict.fromkeys(BYBIT, "10004 invalid sign"),
    "kraken": "EAPI:Invalid signature",
    "okx": "50113 Invalid signature",
}
_API_KEY = {
    **dict.fromkeys(BINANCE, KEY_FORMAT_INVALID),
    **dict.fromkeys(BYBIT, "10003 Invalid apikey"),
    "kraken": "EAPI:Invalid key",
    "okx": "50111 Invalid OK_ACCESS_KEY",
}
_REFUSED = dict.fromkeys(BINANCE, KEY_REFUSED)

_OF_API_KEY = frozenset(
    ("code-name-equals-secret", "code-name-implausible", "code-name-reads-file", "code-name-swapped",
     "code-name-whitespace")
)  # fmt: skip
_OF_TWO_KEYS = frozenset(("code-name-duplicate", "public-key-mismatch", "vault-shared-entry"))
"""Rules about a mix-up: the secret may be good, but its signature is that of another key."""


def would_cause(found: RawFinding) -> str | None:
    """The exchange's code and message, or why nothing reaches it. `None` if the credential works, if the rule is not
    about orders, or if the answer is not known."""
    usual, key = RULES[found.rule].exchange, found.key
    if usual is None or found.undecided:
        return None
    if usual.startswith(NOTHING) and usual != ENGINE_THROWS:  # the same on every exchange
        return usual
    if key is not None and (found.rule == "credential-incomplete" or key.missing is not None):
        # A few classes send a request that the exchange refuses, with a message that is not known.
        return ENGINE_THROWS if key.exchange_class is not None and key.exchange_class.checks else None
    exchange = _exchange(found)
    if found.rule == "exchange-sandbox":
        return _of_testnet(key or (found.task.key if found.task is not None else None), exchange)
    if found.task is not None and found.task.key_there is not None and _throws(found.task.key_there):
        return ENGINE_THROWS
    if key is None or found.rule == "config-schema":
        return usual if usual == ENGINE_THROWS else _words(usual, exchange)
    if found.rule in _OF_API_KEY or (found.rule == "key-placeholder" and is_placeholder(key.credential.code_name)):
        return _of_api_key(key, exchange)
    if found.rule == "config-control-character" and key.control is None:
        return _of_api_key(key, exchange)
    if found.rule in _OF_TWO_KEYS or usual == KEY_REFUSED:
        return _words(usual, exchange)
    return _of_secret(key, exchange)


def _exchange(found: RawFinding) -> str:
    """The name of the exchange in ccxt; binance if there is none, as in the model of the engine."""
    if found.key is not None:
        return found.key.exchange_name
    exchange = found.task.task.exchange if found.task is not None else None
    return (exchange.code_name if exchange is not None else None) or "binance"


def _words(usual: str, exchange: str) -> str | None:
    """Binance's message as that exchange words it."""
    by_words = {SIGNATURE_INVALID: _SIGNATURE, KEY_FORMAT_INVALID: _API_KEY, KEY_REFUSED: _REFUSED}
    return by_words[usual].get(exchange) if usual in by_words else None


def _of_testnet(key: KeyFacts | None, exchange: str) -> str | None:
    """A test network does not know a live key; only Binance's answer to that is known."""
    found = key.exchange_class if key is not None else None
    return NO_TESTNET if found is not None and found.sandbox is False else _words(KEY_REFUSED, exchange)


def _throws(key: KeyFacts) -> bool:
    """Whether the class of the exchange stops at this credential before it sends anything."""
    if key.missing is not None:
        return key.exchange_class is not None and key.exchange_class.checks
    return key.verdict is not None and key.verdict.judged and key.verdict.signing == "none" and key.verdict.throws


def _of_api_key(key: KeyFacts, exchange: str) -> str | None:
    text = key.sent_api_key
    if text is None:
        return None
    if not text:
        return ENGINE_THROWS
    if not can_be_sent(text):
        return HEADER_REFUSED if exchange in IN_HEADER else None
    return _API_KEY.get(exchange) if doubt(text, exchange) is not None else None


def _of_secret(key: KeyFacts, exchange: str) -> str | None:
    verdict = key.verdict
    if key.kind == "empty":
        return ENGINE_THROWS
    if key.path is not None and key.path.status == "special":  # what a pipe or a device would give is unknown
        return None
    if verdict is None or not verdict.judged:
        return None
    if verdict.signing == "none":
        return ENGINE_THROWS if verdict.throws else _SIGNATURE.get(exchange)
    if verdict.signing == "hmac" and not (key.hmac_text is not None and key.hmac_text.plausible):
        return _SIGNATURE.get(exchange)
    return None
