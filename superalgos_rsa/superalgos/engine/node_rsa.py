"""RSA as ccxt signs up to 3.0.30: the bundled node-rsa, with two regular expressions and a loose BER reader."""

from __future__ import annotations

import re

from superalgos_rsa.keys.rsa_numbers import Effort, RsaNumbers
from superalgos_rsa.superalgos.engine import base64_decoders, javascript
from superalgos_rsa.superalgos.engine.verdict import NO_KEY, Verdict, refuses

_UNREADABLE = "Key format must be specified"
_RSA_ENCRYPTION = bytes.fromhex("2a864886f70d010101")
_SPACES = re.compile(f"[{javascript.SPACE}]+")


def _block(label: str) -> re.Pattern[str]:
    space = javascript.SPACE
    body = f"[{space}]*[A-Za-z0-9+/=][A-Za-z0-9+/={space}]*"
    return re.compile(f"-----BEGIN {label}-----{body}-----END {label}-----")


_BLOCKS = {
    label: _block(label) for label in ("RSA PRIVATE KEY", "RSA PUBLIC KEY", "PRIVATE KEY", "PUBLIC KEY")
}  # in the order in which node-rsa tries them


def judge(text: str, effort: Effort) -> Verdict:
    """What node-rsa does with this text. Raises `TooLongError` if the answer takes more than `effort`."""
    label = next((label for label, block in _BLOCKS.items() if block.search(text)), None)
    if label is None:
        return refuses(_UNREADABLE, "it finds no unencrypted RSA key between a BEGIN line and its END line")
    if label.endswith("PUBLIC KEY"):
        return refuses("key.setPublic is not a function", "it takes the public key in the text, which cannot sign")
    data = base64_decoders.node_buffer(_SPACES.sub("", _first_body(text, label)))
    try:
        numbers = _pkcs1(_Reader(data)) if label == "RSA PRIVATE KEY" else _pkcs8(_Reader(data))
    except _NotRsaError:
        return refuses("Invalid Public key format", "the key is no RSA key, or its first bytes are damaged")
    except ValueError as error:
        return refuses(str(error), "what stands between the BEGIN and the END line is not a whole key of that label")
    return _sign(numbers, effort)


def _sign(numbers: RsaNumbers, effort: Effort) -> Verdict:
    if numbers.e == 0:
        return refuses("This is not private key", "its public exponent is zero")
    if numbers.too_short:
        return refuses("Key is too short for signing algorithm (sha256)", f"it has {numbers.bits} bits")
    # node-rsa computes the length as (bits + 6) / 8, so signatures of such a key are one byte too short.
    if numbers.bits % 8 == 1 or not numbers.signs_by_exponent(effort, usual=True):
        return NO_KEY
    return Verdict("rsa", f"reads the RSA key of {numbers.bits} bits and signs with it")


def _first_body(text: str, label: str) -> str:
    """The text from the first BEGIN line to the next END line. This may be another block than `_BLOCKS` matched."""
    begin, end = f"-----BEGIN {label}-----", f"-----END {label}-----"
    start = text.find(begin)
    stop = text.find(end, start)
    return text[start + len(begin) : stop if stop >= 0 else len(text)]


class _NotRsaError(Exception):
    pass


class _Reader:
    """BER as node-rsa reads it: it ignores the lengths of containers, and reads None past the end of the data."""

    def __init__(self, data: bytes | None) -> None:
        if data is None:
            raise ValueError("data must be a node Buffer")
        self._data = data
        self._at = 0

    def enter(self) -> None:
        """Step into the next element, whatever its tag."""
        if self._at < len(self._data) and (found := self._length(self._at + 1)) is not None:
            self._at = found[0]

    def integer(self) -> None:
        self._take(0x02, longest=4)

    def content(self, tag: int) -> bytes | None:
        return self._take(tag)

    def _take(self, tag: int, longest: int | None = None) -> bytes | None:
        if self._at >= len(self._data):
            return None
        if self._data[self._at] != tag:
            raise ValueError(f"Expected 0x{tag:x}: got 0x{self._data[self._at]:x}")
        found = self._length(self._at + 1)
        if found is None:
            return None
        start, length = found
        if longest is not None and length > longest:
            raise ValueError(f"Integer too long: {length}")
        if length > len(self._data) - start:
            return None
        self._at = start + length
        return self._data[start : self._at]

    def _length(self, at: int) -> tuple[int, int] | None:
        if at >= len(self._data):
            return None
        first = self._data[at]
        if first < 0x80:
            return at + 1, first
        count = first & 0x7F
        if count == 0:
            raise ValueError("Indefinite length not supported")
        if count > 4:
            raise ValueError("encoding too long")
        if len(self._data) - at - 1 < count:
            return None
        return at + 1 + count, int.from_bytes(self._data[at + 1 : at + 1 + count])


def _pkcs8(reader: _Reader) -> RsaNumbers:
    reader.enter()
    reader.integer()
    if _Reader(reader.content(0x30)).content(0x06) != _RSA_ENCRYPTION:
        raise _NotRsaError
    return _pkcs1(_Reader(reader.content(0x04)))


def _pkcs1(reader: _Reader) -> RsaNumbers:
    reader.enter()
    reader.content(0x02)  # the version; node-rsa does not check it
    parts = [reader.content(0x02) for _ in range(8)]
    if not all(parts[:3]):
        raise ValueError("Invalid RSA private key")
    if any(part is None for part in parts):
        raise ValueError("Cannot read properties of null")
    return RsaNumbers(*(int.from_bytes(part or b"") for part in parts))
