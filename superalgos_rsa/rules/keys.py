"""Rules about the key as a key: can this engine sign with it for this exchange, and would the exchange take it."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.engine.exchanges import is_exchange
from superalgos_rsa.facts import KeyFacts, World
from superalgos_rsa.rules.commands import advice, command, set_key
from superalgos_rsa.rules.registry import Occurrence, at_key, check

BINANCE_FAMILY = frozenset({"binance", "binanceus", "binanceusdm", "binancecoinm"})
_NAMES = {"rsa": "RSA", "ed25519": "Ed25519", "ec": "EC", "dsa": "DSA", "x25519": "X25519", "x448": "X448",
          "ed448": "Ed448", "rsa-pss": "RSA-PSS"}  # fmt: skip


@check(KeyFacts, "exchange-not-asymmetric", "key-algorithm", "key-inconsistent")
def algorithm(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    content, verdict = key.content, key.verdict
    if content is None or verdict is None or content.kind != "private" or verdict.signing in ("rsa", "ed25519"):
        return
    where = key.path.resolved if key.path and key.reads_file else None
    name = _NAMES.get(content.key_type or "", "unknown")
    if verdict.signing == "hmac":
        exchange = key.exchange.code_name if key.exchange and key.exchange.code_name else "this exchange"
        yield at_key(
            "exchange-not-asymmetric",
            f"The engine knows only HMAC secrets for {exchange}: it would use the key's text as one",
            key,
            path=where,
            fix=set_key(key, "display", secret="HMAC_SECRET_FROM_THE_EXCHANGE"),
        )
    elif content.key_type not in (None, "rsa"):
        yield at_key(
            "key-algorithm",
            f"This is an {name} key, and the engine cannot sign with it: {verdict.reason}",
            key,
            path=where,
            fix=command("superalgos-rsa", "keygen"),
        )
    elif content.consistent is False:
        yield at_key(
            "key-inconsistent",
            "The numbers in this key do not belong together: no signature would verify",
            key,
            path=where,
            fix=command("superalgos-rsa", "keygen"),
        )


@check(KeyFacts, "key-size")
def size(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    content = key.content
    if content is None or content.kind != "private" or content.key_type != "rsa" or content.key_bits in (None, 2048):
        return
    if key.exchange is not None and key.exchange.code_name not in BINANCE_FAMILY:
        return
    accepted = content.key_bits == 4096 and world.accept_rsa_4096
    message = (
        "Binance's pages name 4096 bits; the Superalgos guide says such keys were refused"
        if accepted
        else f"The key has {content.key_bits} bits; Binance takes 2048"
    )
    yield at_key(
        "key-size",
        message,
        key,
        severity="info" if accepted else None,
        path=key.path.resolved if key.path and key.reads_file else None,
        fix=command("superalgos-rsa", "keygen"),
    )


@check(KeyFacts, "exchange-unknown", "exchange-sandbox")
def exchange(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    """At the exchange of a key; the exchanges without keys are listed by hundreds in ready-made workspaces."""
    found = key.exchange
    if found is None:
        return
    version = world.installation.ccxt if world.installation else None
    if not found.code_name or not is_exchange(found.code_name, version):
        yield at_key(
            "exchange-unknown",
            f"The engine knows no exchange “{found.code_name or ''}”",
            key,
            pointer=(*found.pointer, "config"),
            fix=advice("write the exchange's ccxt name in lower case into its `codeName`, such as binance"),
        )
    if isinstance(found.sandbox, str) and found.sandbox:
        yield at_key(
            "exchange-sandbox",
            f'`"sandBox": "{_shown(found.sandbox)}"` is a text, and any text switches the testnet on',
            key,
            pointer=(*found.pointer, "config"),
            fix=advice('write `"sandBox": false` without quotes around false'),
        )


def _shown(text: str) -> str:
    return text if text in ("false", "true") else "…"


@check(KeyFacts, "key-unused")
def unused(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    if key.document.kind == "workspace" and not key.used:
        yield at_key("key-unused", "No task that needs a key refers to this one", key, pointer=key.key.pointer)


@check(World, "key-shared")
def shared(world: World, _: World) -> Iterator[Occurrence]:
    first: dict[str, KeyFacts] = {}
    for key in world.keys:
        fingerprint = key.content.public_key_sha256 if key.content and key.content.kind == "private" else None
        if fingerprint is None:
            continue
        other = first.setdefault(fingerprint, key)
        if other is not key and other.credential.code_name != key.credential.code_name:
            yield at_key("key-shared", f"“{other.key.name}” in {other.document.path} uses the same private key", key)
