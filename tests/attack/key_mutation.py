"""Key files that no program would write: accidents of PEM, of the lines around it, and of the DER within."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from key_samples import tlv

from attack.mutation import mutated_bytes

Random = random.Random

LABELS = (
    "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY",
    "OPENSSH PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "X", "", "ANY PRIVATE KEY", "private key",
)  # fmt: skip
_HEADERS = (
    "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n",
    "Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0011223344556677\n\n", "Proc-Type: 4,ENCRYPTED\n\n",
    "DEK-Info: X,\n\n", "Comment: x\n", ": \n", "A: " + "x" * 3000 + "\n\n",
    "DEK-Info: " * 400 + "\n", "DEK-Info: " + "AES-" * 400 + "\n",
)  # fmt: skip
_AROUND = (
    "\ufeff", "\0", "x\n", "-----BEGIN X-----\n", "-----END X-----\n", "Bag Attributes\n    localKeyID: 01\n", '"', "'",
    "{", "-" * 500, "." * 500, "\n" * 100, "ssh-rsa AAAA", "BEGIN", "\u2013" * 5,
    "-----BEGIN RSA PRIVATE KEY-----" * 60,
)  # fmt: skip


def mutated_key(rng: Random, pem: bytes) -> bytes:
    """A key file made of a good one."""
    way = rng.random()
    if way < 0.35:
        return mutated_bytes(rng, pem, 3)
    data = _arbitrary_rsa(rng) if rng.random() < 0.05 else _body(pem)
    if way < 0.8:
        for _ in range(rng.randint(1, 3)):
            data = _mutated_der(rng, data)
        if way < 0.45:
            return data
    text = _armoured(rng, data, _label(pem) if rng.random() < 0.7 else rng.choice(LABELS))
    if way > 0.6:
        text = _mislaid(rng, text)
    return text.encode("utf-8", "replace")


def _arbitrary_rsa(rng: Random) -> bytes:
    """The form of an RSA key around numbers that are none."""
    bits = rng.choice((16, 512, 2048, 4096, 16_384))
    numbers = [rng.getrandbits(rng.choice((bits, bits, bits // 2, 16))) | 1 for _ in range(8)]
    body = b"".join(tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1)) for number in (0, *numbers))
    pkcs1 = tlv(0x30, body)
    rsa = bytes.fromhex("300d06092a864886f70d0101010500")
    return pkcs1 if rng.random() < 0.5 else tlv(0x30, tlv(0x02, b"\0") + rsa + tlv(0x04, pkcs1))


def _body(pem: bytes) -> bytes:
    digits = b"".join(re.findall(rb"^[A-Za-z0-9+/=]+$", pem, re.MULTILINE))
    return base64.b64decode(digits + b"=" * (-len(digits) % 4))


def _label(pem: bytes) -> str:
    found = re.search(rb"-----BEGIN ([A-Z0-9 ]+)-----", pem)
    return found[1].decode() if found else "PRIVATE KEY"


def _armoured(rng: Random, data: bytes, label: str) -> str:
    columns = rng.choice((64, 64, 64, 76, 1, 7, 100_000))
    digits = base64.b64encode(data).decode()
    lines = "\n".join(digits[start : start + columns] for start in range(0, len(digits), columns))
    headers = rng.choice(_HEADERS) if rng.random() < 0.15 else ""
    return f"-----BEGIN {label}-----\n{headers}{lines}\n-----END {label}-----\n"


def _mislaid(rng: Random, text: str) -> str:
    """What happens to a PEM that is pasted, mailed or quoted."""
    for _ in range(rng.randint(1, 2)):
        text = rng.choice(_TEXT_WAYS)(rng, text)
    return text


def _line_ends(rng: Random, text: str) -> str:
    return text.replace("\n", rng.choice(("\r\n", "\r", "\\n", "\\r\\n", " ", "", "\n\n", "\n    ", "\\\\n", "\u2028")))


def _dashes(rng: Random, text: str) -> str:
    return text.replace("-----", rng.choice(("----", "------", "\u2013" * 5, "\u2014", "", "-" * 20)))


def _around(rng: Random, text: str) -> str:
    return rng.choice((rng.choice(_AROUND) + text, text + rng.choice(_AROUND)))


def _within(rng: Random, text: str) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(_AROUND) + text[at:]


def _one_end(rng: Random, text: str) -> str:
    head, _, rest = text.partition("\n")
    body = rest.rpartition("-----END")[0]
    return rng.choice((rest, f"{head}\n{body}", body, text + text, text * 30, head))


def _alphabet(rng: Random, text: str) -> str:
    return text.translate(rng.choice((str.maketrans("+/", "-_"), str.maketrans("A", "*"), str.maketrans("=", "\n"))))


def _case(_: Random, text: str) -> str:
    return text.replace("BEGIN", "begin").replace("PRIVATE", "Private")


_TEXT_WAYS: tuple[Callable[[Random, str], str], ...] = (
    _line_ends, _line_ends, _dashes, _around, _around, _within, _one_end, _alphabet, _case,
    lambda _, text: base64.b64encode(text.encode("utf-8", "replace")).decode(),
    lambda _, text: text.encode("utf-16").decode("latin-1"),
)  # fmt: skip


# DER


@dataclass(frozen=True, slots=True)
class _Element:
    """One tag, length and content within a DER text."""

    start: int
    content: int
    end: int


def _elements(data: bytes, start: int, end: int, depth: int = 0) -> Iterator[_Element]:
    while start + 2 <= end and depth < 20:
        length, content = data[start + 1], start + 2
        if length >= 0x80:
            octets = length & 0x7F
            length = int.from_bytes(data[content : content + octets])
            content += octets
        if content + length > end:
            return
        yield _Element(start, content, content + length)
        inner = content + 1 if data[start] == 0x03 else content
        if data[start] & 0x20 or (data[start] in (0x03, 0x04) and data[inner : inner + 1] in (b"\x30", b"\x04")):
            yield from _elements(data, inner, content + length, depth + 1)
        start = content + length


def _mutated_der(rng: Random, data: bytes) -> bytes:
    found = list(_elements(data, 0, len(data)))
    if not found or rng.random() < 0.2:
        return mutated_bytes(rng, data, 1)
    one = rng.choice(found)
    head, content, tail = data[: one.start], data[one.content : one.end], data[one.end :]
    tag = data[one.start]
    new = rng.choice(_DER_WAYS)(rng, tag, content)
    changed = head + new + tail
    # Mostly so that what stands around it is right again; else the damage is one of lengths.
    return _with_lengths(data, found, one, len(new) - (one.end - one.start), changed) if rng.random() < 0.8 else changed


def _with_lengths(data: bytes, found: list[_Element], one: _Element, grown: int, changed: bytes) -> bytes:
    """The same, with every length that encloses the changed element brought up to date, from the inside out."""
    for outer in sorted((e for e in found if e.content <= one.start and one.end <= e.end and e is not one),
                        key=lambda e: -e.start):  # fmt: skip
        content = changed[outer.content : outer.end + grown]
        new = tlv(data[outer.start], content)
        grown += len(new) - (outer.end + grown - outer.start)
        changed = changed[: outer.start] + new + changed[outer.content + len(content) :]
    return changed


def _integer(rng: Random, tag: int, _: bytes) -> bytes:
    bits = rng.choice((0, 1, 2, 8, 64, 1024, 2048, 4096, 16_384))
    number = rng.choice((0, 1, 2, 3, 65537, 2**31 - 1, 2**63, rng.getrandbits(bits) if bits else 0))
    return tlv(0x02 if tag == 0x02 else tag, number.to_bytes(number.bit_length() // 8 + 1))


def _negative(_: Random, tag: int, content: bytes) -> bytes:
    return tlv(tag, b"\xff" + content[1:])


def _tag(rng: Random, _: int, content: bytes) -> bytes:
    return tlv(rng.choice((0, 0x02, 0x03, 0x04, 0x05, 0x06, 0x30, 0x31, 0x80, 0xA0, 0xFF, rng.randrange(256))), content)


def _content(rng: Random, tag: int, content: bytes) -> bytes:
    return tlv(tag, mutated_bytes(rng, content, 1))


def _length(rng: Random, tag: int, content: bytes) -> bytes:
    lengths = (b"\x80", b"\x00", b"\x7f", b"\x84" + b"\xff" * 4, b"\x88" + b"\xff" * 8, b"\xff", b"\x81\x01")
    return bytes([tag]) + rng.choice(lengths) + content


def _empty(_: Random, tag: int, __: bytes) -> bytes:
    return tlv(tag, b"")


def _gone(_: Random, __: int, ___: bytes) -> bytes:
    return b""


def _double(_: Random, tag: int, content: bytes) -> bytes:
    return tlv(tag, content) * 2


def _deep(rng: Random, tag: int, content: bytes) -> bytes:
    data = tlv(tag, content)
    for _ in range(rng.choice((1, 20, 2000))):
        data = tlv(0x30, data) if len(data) < 60_000 else data
    return data


_DER_WAYS: tuple[Callable[[Random, int, bytes], bytes], ...] = (
    _integer, _integer, _negative, _tag, _content, _content, _length, _empty, _gone, _double, _deep,
)  # fmt: skip
