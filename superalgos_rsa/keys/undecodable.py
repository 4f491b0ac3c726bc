"""Finds why a text does not decode as a private key, and at which line that shows."""

from __future__ import annotations

import re
from typing import NamedTuple

from superalgos_rsa.keys import der
from superalgos_rsa.keys.pem import Block

_SECRET = re.compile(r"[A-Za-z0-9]{64}")
_DIGIT = re.compile(r"[A-Za-z0-9+/_-]")
_CLOSED = frozenset({der.INTEGER, der.BIT_STRING, der.OCTET_STRING, 0x05, der.OBJECT, 0xA0, 0xA1, 0x80, 0x81})


class Cause(NamedTuple):
    """A name of `pem.DAMAGE`, and the line, counted from 1, if it is known which one is lost or changed."""

    damage: str
    line: int | None = None


def cause(text: str, block: Block) -> Cause:
    """The cause for a block that holds no readable key."""
    if block.der[:1] != b"\x30":
        body = re.sub(r"\s", "", text[block.start :].partition("-")[0])
        return Cause("hmac-secret" if _SECRET.fullmatch(body) else "not-a-key")
    broken, at_end = _break(block.der)
    lines = _lines(text, block.start)
    full = max((digits for _, digits in lines), default=0)
    if at_end and ("no-footer" in block.damage or not lines or lines[-1][1] == full):
        return Cause("truncated")
    return Cause("undecodable", _line(text, block, lines, full, broken))


def _break(data: bytes) -> tuple[int, bool]:
    """The offset at which the DER breaks, and whether all before it is intact."""
    at = 0
    while at + 2 <= len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length >= 0x80:
            count = length & 0x7F
            length, start = int.from_bytes(data[start : start + count]), start + count
        holds_more = tag == der.OCTET_STRING and data[start : start + 1] in (b"\x30", b"\x04")
        if tag == der.SEQUENCE or holds_more:
            at = start
        elif tag not in _CLOSED:
            return at, False
        elif start + length > len(data):
            return at, True
        else:
            at = start + length
    return len(data), True


def _lines(text: str, start: int) -> list[tuple[int, int]]:
    """The number of each line of base64, and its count of digits."""
    found = []
    number = text.count("\n", 0, start) + 1
    for line in text[start:].split("\n"):
        if re.search(r"\bEND\b", line):
            break
        if digits := len(_DIGIT.findall(line.partition("=")[0])):
            found.append((number, digits))
        number += 1
    return found


def _line(text: str, block: Block, lines: list[tuple[int, int]], full: int, broken: int) -> int | None:
    """The line to name: one with a letter that is no base64, or a shorter one, before the one where the DER breaks."""
    written = text.split("\n")
    if "body-not-base64" in block.damage:
        for number, _ in lines:
            if re.search(r"[^A-Za-z0-9+/=\s_-]", written[number - 1]):
                return number
    left = broken * 4 // 3
    for number, digits in lines[:-1]:
        if digits != full:
            return number
        if left < digits:
            return number
        left -= digits
    return lines[-1][0] if lines else None
