"""The type of a key in DER, and the numbers of an RSA key. Key material: nothing here has a `repr`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from superalgos_rsa.keys import der
from superalgos_rsa.keys.rsa_numbers import RsaNumbers


@dataclass(frozen=True, slots=True, repr=False)
class Shape:
    """The kind of a piece of DER, and its type where it names one that is known."""

    kind: Literal["private", "encrypted", "public", "certificate"]
    key_type: str | None = None
    pkcs1: bool = False
    numbers: RsaNumbers | None = None


def shape(data: bytes) -> Shape | None:
    """The key in this DER, or None if it is no key or incomplete."""
    for read in (_private, _encrypted, _public, _certificate):
        try:
            found = read(data)
        except ValueError:
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
            return Shape("private", kind, numbers=numbers) if kind else None
        case (2, 2, 2, 2, 2, 2, 2, 2, 2):
            return Shape("private", "rsa", pkcs1=True, numbers=_rsa(data))
        case (der.INTEGER, der.OCTET_STRING, *_):
            return Shape("private", "ec")
        case (2, 2, 2, 2, 2, 2):
            return Shape("private", "dsa")
    return None


def _rsa(data: bytes) -> RsaNumbers:
    members = der.sequence(data)
    if der.tags(members) != (der.INTEGER,) * 9:
        raise ValueError("not nine numbers")
    return RsaNumbers(*(int.from_bytes(content) for _, content in members[1:]))


def _encrypted(data: bytes) -> Shape | None:
    members = der.sequence(data)
    if der.tags(members) != (der.SEQUENCE, der.OCTET_STRING):
        return None
    der.algorithm(members[0][1])
    return Shape("encrypted")


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
