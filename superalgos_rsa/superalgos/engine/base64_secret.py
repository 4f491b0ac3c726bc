"""Secrets that an exchange hands out in base64; ccxt uses the decoded bytes as the HMAC key."""

from __future__ import annotations

import re

from superalgos_rsa.keys.foreign import octets
from superalgos_rsa.superalgos.engine import base64_decoders
from superalgos_rsa.superalgos.engine.versions import JSENCRYPT, CcxtVersion

_AROUND = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff\"'`,;<>"
_BY_SHA_512 = frozenset({"bl3p", "btcmarkets", "kraken"})  # classes whose decoder in 2.x may add zero bytes


def decoded(text: str, version: CcxtVersion) -> bytes:
    """The key that ccxt signs with; a `ValueError` has the message that ccxt throws."""
    return base64_decoders.strict(text, version) if version >= JSENCRYPT else base64_decoders.crypto_js(text)


def meant(text: str) -> bytes | None:
    """The key that the exchange handed out, without what was pasted around it."""
    try:
        return octets(re.sub(r"\\[nr]", "", text.strip(_AROUND))) or None
    except ValueError:
        return None


def signs_as_meant(text: str, signer: str, version: CcxtVersion) -> bool:
    """Whether that class signs with the key that is meant; it may sign with another one and not fail.

    HMAC fills a key with zeros up to the block of its hash, so that zeros after a shorter key change nothing.
    """
    key = meant(text)
    if key is None:
        return False
    try:
        used = decoded(text, version)
    except ValueError:
        return False
    block = 128 if signer in _BY_SHA_512 else 64
    return used.ljust(block, b"\0") == key.ljust(block, b"\0")
