"""Ed25519 as ccxt signs since 4.1.32: it takes the bytes after the first 16 of a short text as the seed."""

from __future__ import annotations

from superalgos_rsa.keys import der
from superalgos_rsa.superalgos.engine import base64_decoders, javascript
from superalgos_rsa.superalgos.engine.verdict import Verdict, refuses
from superalgos_rsa.superalgos.engine.versions import NOBLE_2, NODE_CRYPTO, CcxtVersion


def judge(text: str, version: CcxtVersion) -> Verdict:
    """What the Ed25519 of that ccxt does with a text of at most 120 characters."""
    if javascript.length(text) == 32:
        if version < NOBLE_2:
            return refuses("private key must be valid hex string", "it takes any 32 characters for a seed in hex")
        return Verdict("none", "fails, or signs with the 32 characters themselves as the seed of a key")
    try:
        openssl = version >= NODE_CRYPTO  # from here ccxt has no jsencrypt and no decoder of it
        data = (
            base64_decoders.strict(base64_decoders.without_armour(text), version)
            if openssl
            else base64_decoders.jsencrypt(text)
        )
    except ValueError as error:
        return refuses(str(error), "what stands between the BEGIN and the END line is not base64")
    seed = data[16:]
    if len(seed) != 32:
        newer, older = '"secretKey" expected Uint8Array of length 32', f"private key expected 32 bytes, got {len(seed)}"
        return refuses(
            newer if version >= NOBLE_2 else older,
            "the text is short enough for an Ed25519 key, but it does not hold one",
        )
    if (kind := _other_kind(data)) is not None:
        return Verdict(
            "none", f"signs as with an Ed25519 key, but the text holds {kind}, so no public half verifies it"
        )
    return Verdict("ed25519", "reads the Ed25519 key and signs with it")


def _other_kind(data: bytes) -> str | None:
    """What the text holds if it is no Ed25519 key.

    The engine ignores the 16 bytes before the seed, so damage there does no harm. But with a key of another type, or
    a secret pasted between the BEGIN and END lines, it signs with bytes that are no Ed25519 seed.
    """
    if data.startswith(der.X25519_PREFIX):
        return "an X25519 key"
    return None if der.begins_like_ed25519(data) else "no Ed25519 key"
