"""What `sign()` of one ccxt version does with a text as the secret. Each of its key parsers is modelled here."""

from __future__ import annotations

from dataclasses import replace

from superalgos_rsa.keys.rsa_numbers import Effort, TooLongError
from superalgos_rsa.superalgos.engine import exchanges, javascript, versions
from superalgos_rsa.superalgos.engine.verdict import Signing, Verdict, refuses
from superalgos_rsa.superalgos.engine.versions import CcxtVersion, find_version, installed_version

__all__ = [
    "CcxtVersion", "Effort", "Signing", "TooLongError", "Verdict", "find_version", "installed_version", "judge",
    "judge_text",
]  # fmt: skip

_MARK = "PRIVATE KEY"
ED25519_LONGEST = 120
"""UTF-16 code units. ccxt reads a longer text as an RSA key."""
_BEST_FIRST: tuple[Signing, ...] = ("rsa", "ed25519", "ecdsa", "hmac", "none")


def judge(
    text: str, exchange: str | None, version: CcxtVersion | None, effort: Effort | None = None, api_key: str = ""
) -> Verdict:
    """What ccxt does with `text`, which is the file as Node decodes it, byte order mark included.

    `exchange` is a ccxt class name; None stands for binance. Raises `TooLongError` if the answer takes more than
    `effort`.
    """
    effort = effort or Effort()
    if version is not None:
        return _of_version(text, exchange, version, effort, api_key)
    candidates = [
        _of_version(text, exchange, known, effort, api_key)
        for known in versions.REPRESENTATIVES
        if exchange is None or exchanges.is_exchange(exchange, known) or not exchanges.is_exchange(exchange, None)
    ]
    worst = max(candidates, key=lambda verdict: _BEST_FIRST.index(verdict.signing or "hmac"))
    signing = worst.signing if all(verdict.judged for verdict in candidates) else None
    takes = None if signing is None else signing != "none"
    reason = f"the version of ccxt is unknown; at worst {worst.reason}"
    return replace(worst, signing=signing, reason=reason, takes=takes)


def _of_version(text: str, exchange: str | None, version: CcxtVersion, effort: Effort, api_key: str) -> Verdict:
    from superalgos_rsa.superalgos.engine import whole
    from superalgos_rsa.superalgos.engine.exchange_class import known_class

    name = exchange or "binance"
    found = known_class(name, version)
    if found is None:
        verdict = refuses("exchangeClass is not a constructor", f"it has no exchange of the name {name!r}")
        return replace(verdict, reason=f"ccxt {version} {verdict.reason}")
    return whole.of_secret(found, text, api_key, version, effort)


def judge_text(text: str, signer: str, version: CcxtVersion, effort: Effort) -> Verdict:
    """By a class that signs with the text as it stands, or by one of those that may take it for a private key."""
    if _MARK in text:
        if signer in exchanges.BINANCE and version >= versions.BINANCE_RSA:
            return _private_key(text, version, effort, also_ed25519=version >= versions.ED25519)
        if signer in exchanges.BYBIT and version >= versions.BYBIT_RSA:
            return _private_key(text, version, effort, also_ed25519=False)
    if javascript.has_lone_surrogate(text) and not versions.JSENCRYPT <= version < versions.NOBLE_2:
        error = "URI malformed" if version < versions.JSENCRYPT else "utf8 expected well-formed string"
        return refuses(error, "the text holds half of a character")
    because = " although it is a private key" if _MARK in text else ""
    return Verdict("hmac", f"signs HMAC with the text itself{because}")


def _private_key(text: str, version: CcxtVersion, effort: Effort, *, also_ed25519: bool) -> Verdict:
    # Each version uses one parser, so only that one is imported: start-up stays fast.
    if also_ed25519 and javascript.length(text) <= ED25519_LONGEST:
        from superalgos_rsa.superalgos.engine import ed25519

        return ed25519.judge(text, version)
    if version >= versions.NODE_CRYPTO:
        from superalgos_rsa.superalgos.engine import openssl_pem

        return openssl_pem.judge(text, effort)
    if version >= versions.JSENCRYPT:
        from superalgos_rsa.superalgos.engine import jsencrypt

        return jsencrypt.judge(text, effort)
    from superalgos_rsa.superalgos.engine import node_rsa

    return node_rsa.judge(text, effort)
