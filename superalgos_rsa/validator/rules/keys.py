"""Rules about the key itself: can this engine sign with it for this exchange, and does the exchange accept it."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.superalgos.engine.exchanges import BINANCE, BYBIT
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY
from superalgos_rsa.superalgos.engine.versions import BINANCE_RSA, BYBIT_RSA, REPRESENTATIVES
from superalgos_rsa.superalgos.workspace import Exchange, Task
from superalgos_rsa.validator.facts import Facts, KeyFacts, TaskFacts
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.conversion import another_key, in_another_form
from superalgos_rsa.validator.rules.model import ENGINE_THROWS, KEY_REFUSED, SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, at_task, check
from superalgos_rsa.validator.rules.remedies import advice, clean_copy, new_pair, set_key

SUBJECT = "The key itself"
RULES = (
    Rule(
        id="key-inconsistent",
        title="The numbers of the private key do not belong together",
        sees=(
            "The file can be read as a private key, but its numbers are not those of one key. A byte was changed or "
            "lost."
        ),
        engine=(
            "The engine may sign with it and say nothing, but the signature does not verify with the public key. "
            "Where the numbers are too long to try that, the finding says so."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Put back the file from a backup. Without one, make a new pair with `superalgos-rsa keygen` and give its "
            "public half to the exchange."
        ),
    ),
    Rule(
        id="key-algorithm",
        title="The engine cannot sign with a key of this type or form",
        sees=(
            "The installed ccxt cannot use this key for this exchange. For Binance: Ed25519 on ccxt 2.x; Ed25519 text "
            "of more than 120 characters on ccxt 4.x; EC, DSA, X25519 and RSA-PSS on any version. For Coinbase on ccxt "
            "4.x: every key but EC on the curve P-256 in the form SEC 1 (BEGIN EC PRIVATE KEY), and but Ed25519 in "
            "base64, which 4.5.59 takes and 4.4.25 does not."
        ),
        engine=(
            "For an Ed25519 key ccxt 2.x throws `Invalid Public key format`. With the other types the engine throws an "
            "error too, or it makes a signature that the exchange does not know."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Make an RSA pair with `superalgos-rsa keygen` and give its public half to the exchange. For an Ed25519 "
            "text that is too long, `superalgos-rsa convert FILE` writes a short one. For Coinbase, `superalgos-rsa "
            "convert FILE --for coinbase` writes the form that the installed ccxt takes, or says why there is none: "
            "then make another API key there, of the type ECDSA."
        ),
    ),
    Rule(
        id="key-size",
        other_severity="info",
        title="The RSA key does not have 2048 bits",
        sees=(
            "An RSA key for Binance, Binance US or their futures that does not have 2048 bits. The Superalgos guide "
            "says that 4096 is not accepted. Binance's own pages now name 2048 and 4096; `accept_rsa_4096` set to true "
            "in the tool's config file turns 4096 into an info."
        ),
        engine="The engine signs with a key of any size, and the signature is right.",
        exchange="The exchange does not accept a public key of this size.",
        mend="`superalgos-rsa keygen` makes a key of 2048 bits. Give its public half to the exchange.",
    ),
    Rule(
        id="exchange-not-asymmetric",
        title="This exchange takes no private key, only an HMAC secret",
        sees="The secret is a private key, but the exchange's class in the installed ccxt knows HMAC only.",
        engine=(
            "The text of the private key becomes the HMAC secret. On ccxt 2.7 only Binance, Binance US and the two "
            "Binance futures classes take a PEM."
        ),
        exchange="The exchange answers that the signature or the API key is not valid.",
        mend=(
            "Make an HMAC key at the exchange, and run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret "
            "SECRET_FILE`."
        ),
    ),
    Rule(
        id="exchange-unknown",
        unused_severity="info",
        title="ccxt does not know this exchange",
        sees="The `codeName` of the Crypto Exchange is not the name of an exchange in the installed ccxt.",
        engine="Every bot that trades stops with `exchangeClass is not a constructor`, backtests included.",
        exchange="Nothing reaches the exchange: the engine does not know it.",
        mend=(
            "Write ccxt's own name of the exchange, in small letters (for example `binance`), in the config of the "
            "Crypto Exchange."
        ),
    ),
    Rule(
        id="exchange-sandbox",
        unused_severity="warning",
        title='"sandBox" switches a test network on that is not meant, or not there',
        sees=(
            'The config of the Crypto Exchange has `"sandBox"` as the text `"false"` in quotes, as the template of the '
            "platform has it. Or `sandBox` is on, and ccxt knows no test network of this exchange."
        ),
        engine=(
            "Any text that is not empty counts as yes. Binance orders go to its test network, where a live key is not "
            "known. For an exchange without one, such as Kraken, ccxt throws an error, or has no address to send to: "
            "no order leaves. What the test networks of other exchanges answer to a live key is not known here."
        ),
        exchange=KEY_REFUSED,
        mend=(
            "Write `false` without quotes in the config of the Crypto Exchange, or run `superalgos-rsa fix DOCUMENT` "
            "to see the change."
        ),
    ),
    Rule(
        id="key-shared",
        severity="info",
        title="Several keys use the same private key",
        sees="Two or more key nodes lead to the same private key.",
        engine="The engine signs with it for each of them.",
        mend=(
            "Nothing needs to be done. A pair for each API key (`superalgos-rsa keygen`) limits the harm when one file "
            "is stolen."
        ),
    ),
    Rule(
        id="key-unused",
        severity="info",
        title="No task uses this key",
        sees="No task refers to the key with a Key Reference.",
        engine="The key is never read. Mistakes in it stop nothing until a task refers to it.",
        mend=(
            "Nothing needs to be done. To use the key, add a Key Reference to the task in the platform and point it to "
            "this key."
        ),
    ),
)

_NAMES = {"rsa": "RSA", "ed25519": "Ed25519", "ec": "EC", "dsa": "DSA", "x25519": "X25519", "x448": "X448",
          "ed448": "Ed448", "rsa-pss": "RSA-PSS"}  # fmt: skip


def blame(key: KeyFacts, all_facts: Facts) -> str | None:
    """The rule that tells why a private key does not sign, if the reason is the key and not its text."""
    content, verdict = key.content, key.verdict
    if content is None or content.kind != "private" or verdict is None or verdict.signing in BY_PRIVATE_KEY:
        return None
    if not verdict.judged:
        return None
    if not exchange_is_known(key, all_facts):
        return "exchange-unknown"
    if not _takes_private_keys(key, all_facts):
        return "exchange-not-asymmetric"
    if content.key_type not in (None, "rsa") or (_is_of_another_family(key) and not content.damage):
        return "key-algorithm"
    if content.consistent is False:
        return "key-inconsistent"
    return "key-size" if not content.damage and _is_of_other_size(key) else None


def will(all_facts: Facts) -> str:
    """`will`, or `may` if the version of ccxt is unknown: then the verdict is the worst of all versions."""
    return "will" if all_facts.ccxt is not None else "may"


def exchange_is_known(key: KeyFacts, all_facts: Facts) -> bool:
    """Whether the installed ccxt has the exchange of this key; without an exchange, Binance is meant."""
    if key.exchange is not None and not key.exchange.code_name:
        return False
    return key.exchange_class is not None or key.failed is not None


def _is_of_another_family(key: KeyFacts) -> bool:
    return key.exchange_class is not None and key.exchange_class.signer not in (*BINANCE, *BYBIT)


def _takes_private_keys(key: KeyFacts, all_facts: Facts) -> bool:
    if _is_of_another_family(key):
        return key.exchange_class is not None and bool(key.exchange_class.private_keys)
    name = key.exchange.code_name if key.exchange else "binance"
    version = all_facts.ccxt or REPRESENTATIVES[0]
    return (name in BINANCE and version >= BINANCE_RSA) or (name in BYBIT and version >= BYBIT_RSA)


def _is_of_other_size(key: KeyFacts) -> bool:
    content = key.content
    if content is None or content.kind != "private" or content.key_type != "rsa" or content.key_bits in (None, 2048):
        return False
    return key.exchange is None or key.exchange.code_name in BINANCE


@check(KeyFacts, "exchange-not-asymmetric", "key-algorithm", "key-inconsistent")
def algorithm(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds key types and exchanges for which the engine cannot sign, and wrong numbers in a key."""
    content, verdict, blamed, file = key.content, key.verdict, blame(key, all_facts), key.key_file
    if key.undecided:
        message = (
            "It is not known whether orders work: the numbers of this key do not belong together, and are too long to "
            "try whether ccxt signs with them"
        )
        yield at_key("key-inconsistent", message, key, path=file, fix=new_pair(key, all_facts), undecided=True)
    if content is None or verdict is None:
        return
    name = _NAMES.get(content.key_type or "", "unknown")
    if blamed == "exchange-not-asymmetric":
        exchange = key.exchange.code_name if key.exchange and key.exchange.code_name else "this exchange"
        takes = f"for {exchange}, ccxt takes only an HMAC secret, not a private key"
        message = f"Every order {will(all_facts)} be refused: {takes}"
        fix = set_key(key, secret="HMAC_SECRET_FROM_THE_EXCHANGE")
        yield at_key("exchange-not-asymmetric", message, key, path=file, fix=fix)
    elif blamed == "key-algorithm":
        mended = in_another_form(key, all_facts)
        what = f"a key of type {name}" + (" in this form" if mended is not None else "")
        message = f"Every order {will(all_facts)} fail: ccxt cannot sign with {what} ({verdict.reason})"
        fix = clean_copy(key) or mended or another_key(key, all_facts)
        yield at_key("key-algorithm", message, key, path=file, fix=fix)
    elif blamed == "key-inconsistent":
        why = "the numbers of this key do not belong together, so no signature is valid"
        message = f"Every order {will(all_facts)} fail: {why}"
        yield at_key("key-inconsistent", message, key, path=file, fix=new_pair(key, all_facts))


@check(KeyFacts, "key-size")
def size(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds RSA keys of a size that Binance does not accept."""
    content = key.content
    if content is None or not _is_of_other_size(key):
        return
    accepted = content.key_bits == 4096 and all_facts.accept_rsa_4096
    message = (
        "Binance may refuse this key: its pages name 4096 bits, but the Superalgos guide says such keys were refused"
        if accepted
        else f"Binance may refuse this key, and with it every order: it has {content.key_bits} bits, not 2048"
    )
    if content.key_bits == 4096 and not accepted:
        message += "; Binance's own pages now list 4096, and `accept_rsa_4096 = true` in the config accepts it"
    severity = "info" if accepted else None
    yield at_key("key-size", message, key, severity=severity, path=key.key_file, fix=new_pair(key, all_facts))


@check(KeyFacts, "exchange-unknown", "exchange-sandbox")
def exchange_of_key(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Judges the exchange of a key; ready-made workspaces list hundreds of exchanges without keys."""
    if key.exchange is None:
        return
    for rule, message, fix in _defects(key.exchange, key, known=exchange_is_known(key, all_facts)):
        used = key.used if rule == "exchange-unknown" else any(_heeds_sandbox(user) for user in key.users)
        yield at_key(rule, message, key, pointer=key.exchange.config_pointer, used=used, fix=fix)


@check(TaskFacts, "exchange-sandbox")
def exchange_of_task(task: TaskFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Judges the exchange node of a task's market, if the task's key is under another node of that exchange."""
    traded = task.task.exchange
    if not task.task.needs_key or traded is None or task.key is None or task.key.exchange is None:
        return
    if traded.pointer == task.key.exchange.pointer or traded.code_name != task.key.exchange.code_name:
        return
    for rule, message, fix in _defects(traded, task.key, known=True):
        if rule == "exchange-sandbox" and _heeds_sandbox(task.task):
            yield at_task(rule, message, task, pointer=traded.config_pointer, fix=fix)


def _defects(found: Exchange, key: KeyFacts, *, known: bool) -> Iterator[tuple[str, str, Fix]]:
    if not known:
        why = f"ccxt knows no exchange “{found.code_name}”" if found.code_name else "it has no `codeName`"
        message = f"No bot can trade on this exchange: {why}"
        fix = advice("write the exchange's ccxt name in lower case into its `codeName`, such as binance")
        yield "exchange-unknown", message, fix
    fix = advice('write `"sandBox": false` without quotes around false')
    if key.exchange_class is not None and key.exchange_class.sandbox is False and js.is_truthy(found.sandbox):
        message = f"No order can be sent: `sandBox` is on, and ccxt has no test network of {found.code_name}"
        yield "exchange-sandbox", message, fix
    elif isinstance(found.sandbox, str) and found.sandbox:
        text = f'`"sandBox": "{_shown(found.sandbox)}"`'
        message = f"Orders will not reach the real exchange: {text} is a text, and any text switches the testnet on"
        yield "exchange-sandbox", message, fix


def _heeds_sandbox(task: Task) -> bool:
    """Whether the bot reads `sandBox`; portfolio bots look for `sandbox` in small letters instead."""
    return task.bot != "Portfolio Bot Instance"


def _shown(text: str) -> str:
    return text if text in ("false", "true") else "…"


@check(KeyFacts, "key-unused")
def unused(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds keys of a workspace that no task needs."""
    if key.document.kind == "workspace" and not key.used:
        message = "Nothing here trades with this key: no task that needs a key refers to it"
        yield at_key("key-unused", message, key, pointer=key.key.pointer)


@check(Facts, "key-shared")
def shared(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Finds keys with another code name and the same private key."""
    first: dict[str, KeyFacts] = {}
    for key in all_facts.keys:
        fingerprint = key.content.public_key_sha256 if key.content and key.content.kind == "private" else None
        if fingerprint is None:
            continue
        other = first.setdefault(fingerprint, key)
        if other is not key and other.credential.code_name != key.credential.code_name:
            message = f"Whoever steals this private key has that of “{other.key.name}” in {other.document.path} as well"
            yield at_key("key-shared", message, key)
