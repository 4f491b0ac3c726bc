"""Rules about the content of the key file: one finding for the first reason why it does not sign."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.keys.exposure import export_name
from superalgos_rsa.keys.foreign import NAMES, export_line
from superalgos_rsa.keys.inspect import KeyText, damage_words
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.conversion import another_key, convert
from superalgos_rsa.validator.rules.keys import blame, exchange_is_known, will
from superalgos_rsa.validator.rules.model import ENGINE_THROWS, SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import CONVERT, advice, clean_copy, command, set_key

SUBJECT = "The text of the key"
_HMAC = (
    "The engine looks only for the words `PRIVATE KEY`. They are not there, so it says nothing and signs HMAC with the "
    "text of the file."
)
RULES = (
    Rule(
        id="file-empty",
        title="The key file is empty",
        sees="The file exists and has no content.",
        engine='The secret is then an empty text, and each order fails: `binance requires "secret" credential`.',
        exchange=ENGINE_THROWS,
        mend=(
            "Put back the file from a backup. Without one, make a new pair with `superalgos-rsa keygen` and give its "
            "public half to the exchange."
        ),
    ),
    Rule(
        id="pem-public",
        title="The file holds the public key",
        sees=(
            "The file holds a PEM with the label `PUBLIC KEY`. That half belongs to the exchange; the engine needs the "
            "private half."
        ),
        engine=_HMAC,
        exchange=SIGNATURE_INVALID,
        mend="Name the file of the private key: `superalgos-rsa set DOCUMENT KEY --secret PATH`.",
    ),
    Rule(
        id="pem-certificate",
        title="The file holds a certificate",
        sees="The file holds a PEM with the label `CERTIFICATE`. A certificate has a public key only.",
        engine=_HMAC,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Name the file of the private key: `superalgos-rsa set DOCUMENT KEY --secret PATH`, or make a pair with "
            "`superalgos-rsa keygen`."
        ),
    ),
    Rule(
        id="pem-encrypted",
        title="The private key is protected by a passphrase",
        sees="The PEM is encrypted: its label is `ENCRYPTED PRIVATE KEY`, or its head says `Proc-Type: 4,ENCRYPTED`.",
        engine=(
            "The engine has no place for a passphrase. It throws `Key format must be specified` (ccxt 2.x), or another "
            "error (ccxt 4.x)."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "`superalgos-rsa convert FILE` asks for the passphrase and writes a copy without it. Then `superalgos-rsa "
            "set DOCUMENT KEY --secret COPY`."
        ),
    ),
    Rule(
        id="pem-openssh",
        title="The private key is in the format of OpenSSH",
        sees="The PEM has the label `OPENSSH PRIVATE KEY`, as `ssh-keygen` writes it.",
        engine=(
            "The engine finds the words `PRIVATE KEY` and tries to sign, but it cannot read this format and throws an "
            "error."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "`superalgos-rsa convert FILE` writes a PKCS#8 copy. Then `superalgos-rsa set DOCUMENT KEY --secret COPY`."
        ),
    ),
    Rule(
        id="pem-der",
        title="The file holds the key in binary form (DER)",
        sees="The file is not text: it holds the key as DER, without the `BEGIN` and `END` lines.",
        engine=_HMAC,
        exchange=SIGNATURE_INVALID,
        mend="`superalgos-rsa convert FILE` writes a PEM copy. Then `superalgos-rsa set DOCUMENT KEY --secret COPY`.",
    ),
    Rule(
        id="pem-missing",
        title="The file holds no PEM private key",
        sees=(
            "The file can be read, but it is no PEM of a private key: the `BEGIN` and `END` lines are missing, or it "
            "is in the format of another program (PKCS#12, PuTTY, age, a JSON Web Key, XML, a downloaded JSON file), "
            "or it is some other text."
        ),
        engine=_HMAC,
        exchange=SIGNATURE_INVALID,
        mend=(
            "A key without its first and last line, a JSON Web Key, XML, or a key inside JSON: `superalgos-rsa convert "
            "FILE` writes a clean copy. Of other formats their own program writes PEM, and the finding names the "
            "command: `openssl pkcs12`, `puttygen` or `age`. Else name the right file: `superalgos-rsa set DOCUMENT "
            "KEY --secret PATH`."
        ),
    ),
    Rule(
        id="pem-damaged",
        other_severity="warning",
        title="The text of the PEM is damaged",
        sees=(
            "It is a PEM of a private key, but not as it should be: all on one line, `\\n` as two letters, indented "
            "lines, cut off, a line lost, a wrong label, other dashes. The finding names the damage, and the line "
            "where a text ceases to decode as a key. It is a warning where the installed engine can read it all the "
            "same."
        ),
        engine=(
            "The versions differ. ccxt 2.x reads a PEM on one line or with indented lines, and ccxt 4.x throws an "
            "error. With `\\n` as two letters, a text that is cut off, or other dashes both throw: `Key format must be "
            "specified` on ccxt 2.x."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "`superalgos-rsa convert FILE` writes a clean copy of a whole key. Then `superalgos-rsa set DOCUMENT KEY "
            "--secret COPY`."
        ),
    ),
    Rule(
        id="pem-encoding",
        title="The key file is in a wrong text encoding",
        sees="The text of the file is UTF-16 (in Windows Notepad: Unicode), or not UTF-8.",
        engine=(
            "The engine reads every file as UTF-8. In a UTF-16 file it does not find the words `PRIVATE KEY`, so it "
            "says nothing and signs HMAC with the text of the file."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "`superalgos-rsa convert FILE` writes a clean copy. Then `superalgos-rsa set DOCUMENT KEY --secret COPY`."
        ),
    ),
    Rule(
        id="pem-multiple",
        severity="warning",
        title="The file holds more than one private key",
        sees="There is more than one private key in the file.",
        engine="The engine signs with the first private key and does not look at the others.",
        mend="Keep one key in one file. `superalgos-rsa pubkey FILE` shows which public key belongs to it.",
    ),
    Rule(
        id="pem-pkcs1",
        severity="info",
        title="The private key is PKCS#1, and Binance asks for PKCS#8",
        sees="The PEM has the label `RSA PRIVATE KEY`.",
        engine="The engine signs with it, and the signature is right.",
        mend="Nothing needs to be done. `superalgos-rsa convert FILE` writes a PKCS#8 copy.",
    ),
)


_INSTEAD: dict[str, tuple[str, str]] = {
    "empty": ("file-empty", "the key file is empty"),
    "public": ("pem-public", "the file holds the public key, and only the private key can sign"),
    "certificate": ("pem-certificate", "the file holds a certificate, not a private key"),
    "encrypted": ("pem-encrypted", "the private key is encrypted, and Superalgos cannot ask for a passphrase"),
    "openssh": ("pem-openssh", "the private key is in OpenSSH's own format, which ccxt cannot read"),
    "der": ("pem-der", "the file holds the key in binary form (DER), not as PEM text"),
    "utf16": ("pem-encoding", "the file is UTF-16 text, and Superalgos reads it as UTF-8"),
    "base64-pem": ("pem-missing", "the file holds a PEM key that was encoded in base64 once more"),
    "json": ("pem-missing", "the file holds JSON, not a PEM private key"),
    **{kind: ("pem-missing", f"the file holds {words}, not a PEM private key") for kind, words in NAMES.items()},
    "other-pem": ("pem-missing", "the file holds PEM text, but no private key"),
    "text": ("pem-missing", "the file holds no PEM private key"),
}
_NULS = ("pem-missing", "the file holds nothing but NUL bytes, as is left after a power cut")
_ALONE = "if it is the secret that the exchange gave you, keep it alone in the file, without those two lines"
_FROM_BACKUP = (
    "put the file back from a backup, or make a new pair with `superalgos-rsa keygen` and give its public half to the "
    "exchange"
)
_KEY_IN_JSON = ("pem-missing", "the file holds JSON with a private key in it, not that key alone")


@check(KeyFacts, *{rule for rule, _ in _INSTEAD.values()})
def instead(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds files that hold something else than a private key. An HMAC secret in a file is fine, and so is a text that
    the class reads as a private key: Coinbase hands out Ed25519 in base64."""
    content = key.content
    if not key.reads_file or content is None or content.kind == "private":
        return
    if content.kind == "text" and key.verdict is not None and key.verdict.signing in BY_PRIVATE_KEY:
        return
    rule, message = _words(content)
    hmac = key.hmac_text
    signs = key.verdict is not None and key.verdict.signing == "hmac"
    if key.verdict is not None and not key.verdict.judged and content.kind != "empty":
        return
    useful = signs or not exchange_is_known(key, all_facts)  # on an unknown exchange it may be useful
    if content.kind == "text" and hmac is not None and ((hmac.plausible and useful) or hmac.only_blank_spoils):
        return
    judged = key.verdict is not None and key.verdict.judged and key.verdict.signing in ("hmac", "none")
    lead = (
        f"Every order {will(all_facts)} be refused" if judged else "Superalgos cannot sign with a private key from here"
    )
    tail = "; its text is taken as an HMAC secret" if signs else ""
    yield at_key(rule, f"{lead}: {message}{tail}", key, path=key.key_file, fix=_repair(key, content, all_facts))


def _words(content: KeyText) -> tuple[str, str]:
    if content.kind == "empty" and "nul" in content.damage:
        return _NULS
    if content.kind == "json" and content.convertible:
        return _KEY_IN_JSON
    rule, message = _INSTEAD[content.kind]
    broken = damage_words(content) if content.kind in ("encrypted", "openssh") and not content.convertible else []
    return rule, "; ".join((message, *broken))


@check(KeyFacts, "pem-damaged", "pem-encoding")
def damaged(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds private keys whose PEM is damaged or in a wrong encoding."""
    content, verdict = key.content, key.verdict
    if not key.reads_file or content is None or verdict is None or content.kind != "private" or not verdict.judged:
        return
    signs = verdict.signing in BY_PRIVATE_KEY
    explained = signs or blame(key, all_facts) is not None
    words = "; ".join(damage_words(content))
    if explained and not words:
        return
    fix = _repair(key, content, all_facts)
    if not explained:
        rule = "pem-encoding" if content.damage == ("not-utf8",) else "pem-damaged"
        what = f": {words}" if words else ""
        message = f"Every order {will(all_facts)} fail, since ccxt cannot read this PEM{what} ({verdict.reason})"
        yield at_key(rule, message, key, path=key.key_file, fix=fix)
    else:
        message = f"{'This key can sign, but its' if signs else 'The'} PEM is damaged: {words}"
        yield at_key("pem-damaged", message, key, severity="warning", path=key.key_file, fix=fix)


@check(KeyFacts, "pem-multiple", "pem-pkcs1")
def unusual(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds files with several private keys, and keys in PKCS#1."""
    content = key.content
    if not key.reads_file or content is None or content.kind != "private":
        return
    if content.blocks > 1:
        holds = f"the file holds {content.blocks}, and ccxt takes one"
        message = f"Orders may be signed with another key than you mean: {holds}"
        fix = advice("keep each key in a file of its own; the first one is the one that signs")
        yield at_key("pem-multiple", message, key, path=key.key_file, fix=fix)
    if content.pkcs1 and key.verdict is not None and key.verdict.signing == "rsa":
        message = "The key works: it is PKCS#1, though Binance's guides ask for PKCS#8"
        yield at_key("pem-pkcs1", message, key, path=key.key_file, fix=_repair(key, content, all_facts))


def _repair(key: KeyFacts, content: KeyText, all_facts: Facts) -> Fix:
    """The repair: the clean copy beside the file, `convert` if it can read the file, the program of the file's own
    format, or advice."""
    path = key.key_file or "FILE"
    if (copied := clean_copy(key)) is not None:
        return copied
    if content.convertible:
        return convert(key, all_facts) or another_key(key, all_facts)
    if key.exported is not None:
        return command(CONVERT, key.exported)
    if export := export_line(content.kind, path, export_name(path)):
        return advice(export)
    if "hmac-secret" in content.damage:
        return advice(_ALONE)
    if content.kind in ("private", "encrypted", "openssh") or "nul" in content.damage:
        return advice(_FROM_BACKUP)
    return set_key(key, secret="PATH_OF_THE_PRIVATE_KEY")
