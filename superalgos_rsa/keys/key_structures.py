"""The type of a key in DER, and the numbers of an RSA key. Key material: nothing here has a `repr`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from superalgos_rsa.keys import der
from superalgos_rsa.keys.rsa_numbers import RsaNumbers
from superalgos_rsa.keys.rsa_recovery import recover

_LONGEST_HEAD = 64  # bytes before the numbers of an RSA key, with lengths longer than they must be


@dataclass(frozen=True, slots=True, repr=False)
class Shape:
    """The kind of a piece of DER, and its type where it names one that is known."""

    kind: Literal["private", "encrypted", "public", "certificate"]
    key_type: str | None = None
    pkcs1: bool = False
    numbers: RsaNumbers | None = None
    damaged: bool = False
    """Whether bytes are damaged that are not needed to know the key; some engines ignore them."""
    strict: bytes = b""
    """A private key other than RSA in strict DER, as `cryptography` requires it."""


def shape(data: bytes) -> Shape | None:
    """Kind and type of the DER; None if it is no key, or not complete."""
    for read in (_private, _encrypted, _public, _certificate, _damaged_ed25519, _damaged_rsa):
        try:
            found = read(data)
        except (ValueError, RecursionError):
            continue
        if found is not None:
            return found
    return None


def _private(data: bytes) -> Shape | None:
    members = der.sequence(data)
    match der.tags(members):
        case (der.INTEGER, der.SEQUENCE, der.OCTET_STRING, *_):
            kind = der.algorithm(members[1][1])
            numbers = _rsa(members[2][1]) if kind == "rsa" else None
            return Shape("private", kind, numbers=numbers, strict=der.strict_pkcs8(members)) if kind else None
        case (2, 2, 2, 2, 2, 2, 2, 2, 2):
            return Shape("private", "rsa", pkcs1=True, numbers=_rsa(data))
        case (der.INTEGER, der.OCTET_STRING, *_):
            return Shape("private", "ec", strict=der.strict(data))
        case (2, 2, 2, 2, 2, 2):
            return Shape("private", "dsa", strict=der.strict(data))
    return None


def _damaged_ed25519(data: bytes) -> Shape | None:
    if len(data) != 48 or not der.begins_like_ed25519(data):
        return None
    return Shape("private", "ed25519", damaged=True, strict=der.ED25519_PREFIX + data[16:])


def _damaged_rsa(data: bytes) -> Shape | None:
    """An RSA key behind damaged bytes, found by its numbers: eight in a row that fit together are no accident."""
    for start in range(min(len(data), _LONGEST_HEAD)):
        if data[start] == der.INTEGER and (numbers := _numbers_at(data, start)) and recover(numbers) is not None:
            return Shape("private", "rsa", numbers=numbers, damaged=True)
    return None


def _numbers_at(data: bytes, at: int) -> RsaNumbers | None:
    members: list[tuple[int, bytes]] = []
    while len(members) < 8:
        try:
            tag, content, at = der.element(data, at)
        except ValueError:
            return None
        members.append((tag, content))
    return _of_members(members)


def _rsa(data: bytes) -> RsaNumbers:
    members = der.sequence(data)
    if der.tags(members) != (der.INTEGER,) * 9:
        raise ValueError("not nine numbers")
    return _of_members(members[1:])


def _of_members(members: list[tuple[int, bytes]]) -> RsaNumbers:
    return RsaNumbers(*(int.from_bytes(content) for _, content in members))


def _encrypted(data: bytes) -> Shape | None:
    return Shape("encrypted") if der.is_encrypted_key(data) else None


def _public(data: bytes) -> Shape | None:
    members = der.sequence(data)
    if der.tags(members) == (der.INTEGER, der.INTEGER):
        return Shape("public", "rsa", pkcs1=True, numbers=_public_numbers(members))
    if der.tags(members) != (der.SEQUENCE, der.BIT_STRING):
        return None
    kind = der.algorithm(members[0][1])
    if kind == "rsa":
        return Shape("public", "rsa", numbers=_public_numbers(der.sequence(members[1][1][1:])))
    return Shape("public", kind) if kind else None


def _public_numbers(members: list[tuple[int, bytes]]) -> RsaNumbers:
    if der.tags(members) != (der.INTEGER, der.INTEGER):
        raise ValueError("not two numbers")
    n, e = (int.from_bytes(content) for _, content in members)
    return RsaNumbers(n, e, 0, 0, 0, 0, 0, 0)


def _certificate(data: bytes) -> Shape | None:
    members = der.sequence(data)
    return Shape("certificate") if der.tags(members) == (der.SEQUENCE, der.SEQUENCE, der.BIT_STRING) else None
