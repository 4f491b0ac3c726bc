"""Ed25519 as ccxt signs since 4.1.32: in a short text, the bytes after the sixteenth are the seed."""

from __future__ import annotations

from superalgos_rsa.keys import der
from superalgos_rsa.superalgos.engine import base64_decoders, javascript
from superalgos_rsa.superalgos.engine.verdict import Verdict, refuses
from superalgos_rsa.superalgos.engine.versions import NOBLE_2, NODE_CRYPTO, CcxtVersion


def judge(text: str, version: CcxtVersion) -> Verdict:
    """What the Ed25519 of that ccxt does with the text."""
    if javascript.length(text) == 32:
        if version < NOBLE_2:
            return refuses("private key must be valid hex string", "it takes any 32 characters for a seed in hex")
        return Verdict("none", "fails, or signs with the 32 characters themselves as the seed of a key")
    try:
        openssl = version >= NODE_CRYPTO  # whose ccxt gave up jsencrypt and its decoder
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
    """The engine does not look at the sixteen bytes before the seed, so damage there does not matter. A key of another
    kind, or a secret pasted between the lines, does."""
    if data.startswith(der.X25519_PREFIX):
        return "an X25519 key"
    alike = sum(found == right for found, right in zip(data, der.ED25519_PREFIX, strict=False))
    return None if alike >= len(der.ED25519_PREFIX) // 2 else "no Ed25519 key"
