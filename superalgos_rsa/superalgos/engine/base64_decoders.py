"""Four base64 decoders that differ from each other. A `ValueError` has the message of the original decoder."""

from __future__ import annotations

import base64
import re

from superalgos_rsa.superalgos.engine import javascript
from superalgos_rsa.superalgos.engine.versions import NOBLE_2, NODE_CRYPTO, CcxtVersion

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUE = {character: index for index, character in enumerate(_ALPHABET)} | {"-": 62, "_": 63}
_ARMOUR = re.compile(rf"-----BEGIN [^-]+-----([A-Za-z0-9+/={javascript.SPACE}]+)-----END [^-]+-----")
_BEGIN, _END = re.compile(r"-----BEGIN [^-]+-----"), re.compile(r"-----END [^-]+-----")
_SPACE = re.compile(f"[{javascript.SPACE}]+")
_PASSED_OVER = frozenset(" \f\n\r\t\u00a0\u2028\u2029")


def node_buffer(text: str) -> bytes:
    """`Buffer.from(text, 'base64')`: both alphabets; other characters are skipped; it ends at the first `=`."""
    digits = (chr(ord(character) & 0xFF) for character in text.partition("=")[0])  # Node uses only the low byte
    return _pack([_VALUE[digit] for digit in digits if digit in _VALUE])


def jsencrypt(text: str) -> bytes:
    """The decoder inside jsencrypt. It decodes the body of the first PEM block, or the whole text if there is none."""
    armour = _ARMOUR.search(text)
    if armour:
        text = armour[1]
    values: list[int] = []
    for character in text.partition("=")[0]:
        if character in _VALUE:
            values.append(_VALUE[character])
        elif character not in _PASSED_OVER:
            raise ValueError("Illegal character")
    if len(values) % 4 == 1:
        raise ValueError("Base64 encoding incomplete: at least 2 bits missing")
    return _pack(values)


def crypto_js(text: str) -> bytes:
    """`CryptoJS.enc.Base64.parse`: it never throws, takes every other character for an A, and ends at the first `=`."""
    units = text.partition("=")[0].encode("utf-16-le", "surrogatepass")
    letters = (chr(units[at] | units[at + 1] << 8) for at in range(0, len(units), 2))
    return _pack([_ALPHABET.index(letter) if letter in _ALPHABET else 0 for letter in letters])


def of_pem(text: str, version: CcxtVersion) -> bytes:
    """The body of a PEM: from 4.5.61 on ccxt, which gave up jsencrypt, takes the lines around it off by itself."""
    if version < NODE_CRYPTO:
        return jsencrypt(text)
    # All BEGIN lines first, so that an END line may come to be by that.
    return strict(_SPACE.sub("", _END.sub("", _BEGIN.sub("", text))), version)


def strict(text: str, version: CcxtVersion) -> bytes:
    """The decoder of @scure/base: strict RFC 4648. Padding is required, and unused bits must be zero."""
    if javascript.length(text) % 4:
        begin = "padding: invalid, " if version >= NOBLE_2 else "Invalid padding: "
        raise ValueError(f"{begin}string should have whole number of bytes")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("Unknown letter") from error
    if base64.b64encode(data).decode() != text:
        raise ValueError("Non-zero padding")
    return data


def _pack(values: list[int]) -> bytes:
    text = "".join(map(_ALPHABET.__getitem__, values[: len(values) - (len(values) % 4 == 1)]))
    return base64.b64decode(text + "=" * (-len(text) % 4))
