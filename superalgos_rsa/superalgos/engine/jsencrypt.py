"""RSA as ccxt signs from 3.0.40 to 4.5.59: the bundled jsencrypt.

It never throws. If it cannot read the text, it has no key, and ccxt sends the word `false` as the signature.
(It also drops a leading zero byte: even with a good key, one signature in 128 to 256 is too short.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from superalgos_rsa.keys.rsa_numbers import Effort, RsaNumbers
from superalgos_rsa.superalgos.engine import base64_decoders
from superalgos_rsa.superalgos.engine.verdict import NO_KEY, Verdict

_ELEMENT = 1 << 20  # effort for one DER element; the whole effort pays for half a million
_FALSE = "sends the word “false” as the signature, without an error"
_PSS = bytes.fromhex("2a864886f70d01010a")


def judge(text: str, effort: Effort) -> Verdict:
    """What jsencrypt does with this text. Raises `TooLongError` if the answer takes more than `effort`."""
    try:
        key = _Reader(base64_decoders.jsencrypt(text), effort).element(0)[0]
        numbers = _numbers(key)
    except (ValueError, RecursionError):
        return Verdict("none", f"{_FALSE}: it cannot read an unencrypted RSA private key in the text")
    if numbers.too_short:
        return Verdict("none", f"{_FALSE}: a key of {numbers.bits} bits is too short")
    if not _signs(numbers):
        return NO_KEY
    if numbers.bits % 8 == 1:
        return Verdict(
            "none", f"leaves out leading zeros, so that most signatures of {numbers.bits} bits are too short"
        )
    if _algorithm(key) == _PSS:
        return Verdict("none", "signs by PKCS#1 v1.5, which the public half of an RSA-PSS key does not verify")
    return Verdict("rsa", f"reads the RSA key of {numbers.bits} bits and signs with it")


def _signs(numbers: RsaNumbers) -> bool:
    """The modulus is computed from the primes: jsencrypt uses the one in the text only for the signature's length."""
    if numbers.too_long or (numbers.p * numbers.q).bit_length() != numbers.bits:
        return False
    numbers = replace(numbers, n=numbers.p * numbers.q)
    return numbers.signs_by_remainders() or numbers.with_usual_exponent().signs_by_remainders()


@dataclass(frozen=True, slots=True, repr=False)
class _Element:
    data: bytes
    tag: int
    start: int
    end: int
    inside: tuple[_Element, ...] | None

    @property
    def content(self) -> bytes | None:
        """None if the data ends before the content does."""
        return self.data[self.start : self.end] if self.end <= len(self.data) else None


class _Reader:
    """BER as jsencrypt reads it: it tries to read the content of an OCTET STRING as elements; failing is no error.

    A hostile text can make such attempts fail late and nest, which doubles the work with each level: hence `effort`.
    """

    def __init__(self, data: bytes, effort: Effort) -> None:
        self._data = data
        self._effort = effort

    def element(self, at: int) -> tuple[_Element, int]:
        self._effort.spend(_ELEMENT)
        data = self._data
        tag = _byte(data, at)
        at = _after_tag(data, at)
        at, length = _length(data, at)
        start = at
        inside: tuple[_Element, ...] | None = None
        end = None if length is None else start + length
        if tag & 0x20:
            inside, end = self._inside(start, end)
        elif tag in (0x03, 0x04):
            try:
                if tag == 0x03 and _byte(data, start) != 0:
                    raise ValueError("unused bits")
                inside, end = self._inside(start + (tag == 0x03), end)
                if any(element.tag == 0 for element in inside):
                    raise ValueError("end of contents")
            except ValueError:
                inside, end = None, None if length is None else start + length
        if end is None:
            raise ValueError("no length")
        return _Element(data, tag, start, end, inside), end

    def _inside(self, at: int, end: int | None) -> tuple[tuple[_Element, ...], int]:
        found: list[_Element] = []
        while end is None or at < end:
            element, at = self.element(at)
            if end is None and element.tag == 0:
                return tuple(found), at
            found.append(element)
        if at != end:
            raise ValueError("content size")
        return tuple(found), at


def _after_tag(data: bytes, at: int) -> int:
    long = data[at] & 0x1F == 0x1F
    at += 1
    while long:
        long = _byte(data, at) >= 0x80
        at += 1
    return at


def _length(data: bytes, at: int) -> tuple[int, int | None]:
    first = _byte(data, at)
    if first < 0x80:
        return at + 1, first
    count = first & 0x7F
    if count > 6:
        raise ValueError("length over 48 bits")
    if count == 0:
        return at + 1, None
    _byte(data, at + count)
    return at + 1 + count, int.from_bytes(data[at + 1 : at + 1 + count])


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ValueError("past the end")
    return data[at]


def _numbers(key: _Element) -> RsaNumbers:
    if key.inside is not None and len(key.inside) == 3:  # PKCS#8; jsencrypt does not check the algorithm
        octets = key.inside[2].inside
        if not octets:
            raise ValueError("nothing inside")
        key = octets[0]
    if key.inside is None or len(key.inside) != 9:
        raise ValueError("not nine numbers")
    contents = [element.content for element in key.inside[1:]]
    if any(content is None for content in contents):
        raise ValueError("past the end")
    return RsaNumbers(*(int.from_bytes(content or b"") for content in contents))


def _algorithm(key: _Element) -> bytes | None:
    if key.inside is None or len(key.inside) != 3 or not key.inside[1].inside:
        return None
    return key.inside[1].inside[0].content
