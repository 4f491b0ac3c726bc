"""Rules about what the key file holds: one finding for the first thing that stands between it and a signature."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.keys.inspect import DAMAGE, Kind
from superalgos_rsa.validator.facts import KeyFacts, World
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.keys import blame, exchange_is_known
from superalgos_rsa.validator.rules.registry import Occurrence, at_key, check
from superalgos_rsa.validator.rules.remedies import command, set_key

_INSTEAD: dict[Kind, tuple[str, str]] = {
    "empty": ("file-empty", "The key file is empty"),
    "public": ("pem-public", "The file holds the public key; to sign, the private key is needed"),
    "certificate": ("pem-certificate", "The file holds a certificate, not a private key"),
    "encrypted": ("pem-encrypted", "The private key is encrypted, and the engine cannot ask for a passphrase"),
    "openssh": ("pem-openssh", "The private key is in OpenSSH's own format, which the engine cannot read"),
    "der": ("pem-der", "The file holds the key in binary (DER), not as PEM text"),
    "utf16": ("pem-encoding", "The file is UTF-16 text, which the engine reads as UTF-8"),
    "base64-pem": ("pem-missing", "The file holds a PEM key once more encoded in base64"),
    "json": ("pem-missing", "The file holds JSON, not a PEM private key"),
    "other-pem": ("pem-missing", "The file holds PEM text, but no private key"),
    "text": ("pem-missing", "The file holds no PEM private key"),
}
_CONVERTIBLE = frozenset({"encrypted", "openssh", "der", "utf16", "base64-pem"})


@check(KeyFacts, *{rule for rule, _ in _INSTEAD.values()})
def instead(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    """What stands in the file where a private key is expected. An HMAC secret in a file is well."""
    content = key.content
    if not key.reads_file or content is None or content.kind == "private":
        return
    rule, message = _INSTEAD[content.kind]
    hmac = key.hmac_text
    signs = key.verdict is not None and key.verdict.signing == "hmac"
    if key.verdict is not None and not key.verdict.judged and content.kind != "empty":
        return
    useful = signs or not exchange_is_known(key, world)  # of an unknown exchange nobody can say that it is none
    if content.kind == "text" and hmac is not None and ((hmac.plausible and useful) or hmac.only_blank_spoils):
        return
    tail = ", so the engine signs HMAC with the file's text" if signs else ""
    yield at_key(rule, message + tail, key, path=_path(key), fix=_repair(key, content.kind))


@check(KeyFacts, "pem-damaged", "pem-encoding")
def damaged(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    content, verdict = key.content, key.verdict
    if not key.reads_file or content is None or verdict is None or content.kind != "private":
        return
    signs = verdict.signing in ("rsa", "ed25519")
    explained = not verdict.judged or blame(key, world) is not None
    words = [DAMAGE[name] for name in content.damage]
    if signs or explained:
        if words:
            yield at_key(
                "pem-damaged",
                f"The PEM is not as it should be: {'; '.join(words)}",
                key,
                severity="warning",
                path=_path(key),
                fix=_convert(key),
            )
    else:
        rule = "pem-encoding" if content.damage == ("not-utf8",) else "pem-damaged"
        what = "; ".join(words) or "this engine's reader refuses it"
        yield at_key(
            rule, f"The engine cannot read this PEM: {what} ({verdict.reason})", key, path=_path(key), fix=_convert(key)
        )


@check(KeyFacts, "pem-multiple", "pem-pkcs1")
def unusual(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    content = key.content
    if not key.reads_file or content is None or content.kind != "private":
        return
    if content.blocks > 1:
        yield at_key(
            "pem-multiple",
            f"The file holds {content.blocks} private keys; the engine takes one of them",
            key,
            path=_path(key),
        )
    if content.pkcs1 and key.verdict is not None and key.verdict.signing == "rsa":
        yield at_key(
            "pem-pkcs1",
            "The key is PKCS#1, which works; Binance's guides ask for PKCS#8",
            key,
            path=_path(key),
            fix=_convert(key),
        )


def _path(key: KeyFacts) -> str | None:
    return key.path.resolved if key.path else None


def _convert(key: KeyFacts) -> Fix:
    return command("superalgos-rsa convert", _path(key) or "FILE")


def _repair(key: KeyFacts, kind: Kind) -> Fix:
    return _convert(key) if kind in _CONVERTIBLE else set_key(key, "display", secret="PATH_OF_THE_PRIVATE_KEY")
