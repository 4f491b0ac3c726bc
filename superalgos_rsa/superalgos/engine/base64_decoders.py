"""Three base64 decoders that differ from each other. A `ValueError` has the message of the original decoder."""

from __future__ import annotations

import base64
import re

from superalgos_rsa.superalgos.engine import javascript

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUE = {character: index for index, character in enumerate(_ALPHABET)} | {"-": 62, "_": 63}
_ARMOUR = re.compile(rf"-----BEGIN [^-]+-----([A-Za-z0-9+/={javascript.SPACE}]+)-----END [^-]+-----")
_PASSED_OVER = frozenset(" \f\n\r\t\u00a0\u2028\u2029")


def node_buffer(text: str) -> bytes:
    """`Buffer.from(text, 'base64')`: both alphabets; other characters are skipped; it ends at the first `=`."""
    digits = (chr(ord(character) & 0xFF) for character in text.partition("=")[0])  # Node looks at the low byte alone
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


def strict(text: str) -> bytes:
    """The decoder of @scure/base: strict RFC 4648. Padding is required, and unused bits must be zero."""
    if len(text) % 4:
        raise ValueError("padding: invalid, string should have whole number of bytes")
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
