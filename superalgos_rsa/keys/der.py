"""DER as far as keys need it, read as OpenSSL reads it: a length may be longer than it must be, or indefinite."""

from __future__ import annotations

from collections.abc import Iterator

INTEGER, BIT_STRING, OCTET_STRING, OBJECT, SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30

_RSA = bytes.fromhex("2a864886f70d010101")
ALGORITHMS = {
    _RSA: "rsa",
    bytes.fromhex("2a864886f70d01010a"): "rsa-pss",
    bytes.fromhex("2a8648ce3d0201"): "ec",
    bytes.fromhex("2a8648ce380401"): "dsa",
    bytes.fromhex("2a864886f70d010301"): "dh",
    bytes.fromhex("2a8648ce3e0201"): "dh",
    bytes.fromhex("2b656e"): "x25519",
    bytes.fromhex("2b656f"): "x448",
    bytes.fromhex("2b6570"): "ed25519",
    bytes.fromhex("2b6571"): "ed448",
}
ED25519_PREFIX = bytes.fromhex("302e020100300506032b657004220420")
X25519_PREFIX = bytes.fromhex("302e020100300506032b656e04220420")
"""The bytes before the 32 key bytes of every X25519 key in PKCS#8."""

_DEEPEST = 30  # OpenSSL's ASN1_MAX_CONSTRUCTED_NEST

LONGEST_GROUP = 1200
"""Bytes. A DSA or DH key of 4,096 bits fits. Longer ones are not read, since reading takes a modular power."""


def element(data: bytes, at: int = 0, depth: int = 0) -> tuple[int, bytes, int]:
    """Tag, content and end of the element at `at`; a `ValueError` where there is none."""
    if at + 2 > len(data):
        raise ValueError("past the end")
    tag, first = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise ValueError("a tag of several bytes")
    at += 2
    if first == 0x80 and tag & 0x20:
        content_end = _end_of_contents(data, at, depth + 1)
        return tag, data[at:content_end], content_end + 2
    length = first
    if first >= 0x80:
        count = first & 0x7F
        length = int.from_bytes(data[at : at + count])
        at += count
        if count == 0 or at > len(data):
            raise ValueError("no definite length")
    if at + length > len(data):
        raise ValueError("past the end")
    return tag, data[at : at + length], at + length


def _end_of_contents(data: bytes, at: int, depth: int) -> int:
    """The offset of the two zero bytes that end an element of indefinite length."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    while data[at : at + 2] != b"\0\0":
        at = element(data, at, depth)[2]
    return at


def elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements in `data`, as tag and content; an OCTET STRING in pieces as one."""
    at = 0
    while at < len(content):
        tag, inner, at = element(content, at)
        if tag == OCTET_STRING | 0x20:
            tag, inner = OCTET_STRING, _joined(inner)
        yield tag, inner


def _joined(pieces: bytes) -> bytes:
    found, at = [], 0
    while at < len(pieces):
        tag, inner, at = element(pieces, at)
        if tag != OCTET_STRING:
            raise ValueError("not an OCTET STRING in pieces")
        found.append(inner)
    return b"".join(found)


def sequence(data: bytes, *, whole: bool = False) -> list[tuple[int, bytes]]:
    """The members of the SEQUENCE at the start of `data`. With `whole`, nothing may follow it. Raises `ValueError`."""
    tag, content, end = element(data)
    if tag != SEQUENCE or (whole and end != len(data)):
        raise ValueError("not a sequence")
    return list(elements(content))


def tags(members: list[tuple[int, bytes]]) -> tuple[int, ...]:
    """The tags of these elements."""
    return tuple(tag for tag, _ in members)


def algorithm(identifier: bytes) -> str | None:
    """The key type named by an AlgorithmIdentifier, or None for an unknown one. Raises `ValueError`."""
    members = list(elements(identifier))
    if not 1 <= len(members) <= 2 or members[0][0] != OBJECT or not all(_is_value(*member) for member in members[1:]):
        raise ValueError("not an algorithm")
    return ALGORITHMS.get(members[0][1])


def is_encrypted_key(data: bytes) -> bool:
    """Whether this is an EncryptedPrivateKeyInfo (RFC 5958). Raises `ValueError`."""
    members = sequence(data)
    if tags(members) != (SEQUENCE, OCTET_STRING):
        return False
    algorithm(members[0][1])
    return True


def check_integer(content: bytes) -> None:
    """Raise `ValueError` unless this is the shortest form of an INTEGER, the only one that DER allows."""
    if not content or (len(content) > 1 and (content[0], content[1] >> 7) in {(0x00, 0), (0xFF, 1)}):
        raise ValueError("not an INTEGER")


def _is_value(tag: int, content: bytes) -> bool:
    """Whether OpenSSL accepts this element as the parameters of an algorithm.

    Found by trying all tags with lengths 0 to 2. The parameters of RSA should be NULL, but OpenSSL does not check.
    """
    if tag >= 0x40:  # not in the class of universal tags
        return True
    length = len(content)
    if tag in (INTEGER, 0x0A):
        check_integer(content)
    elif tag & 0x20 and tag not in (SEQUENCE, 0x31):
        list(elements(content))
        return tag not in (0x21, 0x22, 0x23, 0x25, 0x26, 0x2A)
    rules = {0x00: length > 0, 0x01: length == 1, 0x05: length == 0, 0x10: False, 0x11: False}
    rules |= {BIT_STRING: length > 0, OBJECT: length > 0, 0x1C: length % 4 == 0, 0x1E: length % 2 == 0}
    return rules.get(tag, True)


def begins_like_ed25519(data: bytes) -> bool:
    """Whether the 16 bytes before the seed are those of an Ed25519 key, perhaps damaged; ccxt ignores them."""
    alike = sum(found == right for found, right in zip(data, ED25519_PREFIX, strict=False))
    return alike >= len(ED25519_PREFIX) // 2 and not data.startswith(X25519_PREFIX)


def strict(data: bytes) -> bytes:
    """The first element of the data in strict DER, as `cryptography` requires it, without what follows it."""
    tag, content, _ = element(data)
    if tag & 0x20 and tag != OCTET_STRING | 0x20:
        content = b"".join(strict(_write(inner, member)) for inner, member in elements(content))
    return _write(tag, content)


def strict_pkcs8(members: list[tuple[int, bytes]]) -> bytes:
    """A PrivateKeyInfo of version 1, from the members of one of any version; what follows the key is redundant."""
    (_, _), (_, identifier), (_, key) = members[:3]
    return _write(SEQUENCE, b"\x02\x01\x00" + strict(_write(SEQUENCE, identifier)) + _write(OCTET_STRING, _inner(key)))


def _inner(key: bytes) -> bytes:
    try:
        return strict(key)
    except (ValueError, RecursionError):
        return key


def rsa_public_key(n: int, e: int) -> bytes:
    """The SubjectPublicKeyInfo of an RSA key."""
    key = _write(SEQUENCE, _integer(n) + _integer(e))
    identifier = _write(SEQUENCE, _write(OBJECT, _RSA) + b"\x05\x00")
    return _write(SEQUENCE, identifier + _write(BIT_STRING, b"\x00" + key))


def rsa_private_key(numbers: list[int]) -> bytes:
    """The RSAPrivateKey of PKCS#1, from its eight numbers in their order."""
    return _write(SEQUENCE, b"\x02\x01\x00" + b"".join(map(_integer, numbers)))


def ec_private_key(secret: bytes, curve: bytes) -> bytes:
    """The ECPrivateKey of SEC 1, without the public half, on the curve of this OBJECT IDENTIFIER."""
    return _write(SEQUENCE, b"\x02\x01\x01" + _write(OCTET_STRING, secret) + _write(0xA0, curve))


def _integer(number: int) -> bytes:
    return _write(INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def _write(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    count = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | count]) + length.to_bytes(count) + content
