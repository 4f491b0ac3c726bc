"""The cost of decrypting an encrypted key, read from its parameters: a hostile file could make it take hours."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.keys import der

MOST_ROUNDS = 2_000_000
"""Of PBKDF2 and its predecessors; openssl uses 2,048, and the highest recommendation is 1,300,000."""
MOST_BCRYPT = 256
"""ssh-keygen uses 16 or 24."""
MOST_SCRYPT = 1 << 22
"""N * r * p; openssl uses 1 << 17."""
MOST_SCRYPT_BYTES = 1 << 26

_SCRYPT = bytes.fromhex("2b06010401da47040b")


def excess_of_pkcs8(data: bytes) -> str | None:
    """The parameter of an EncryptedPrivateKeyInfo that is over its limit, in words; None if none is."""
    try:
        members = der.sequence(data)
        if der.tags(members) != (der.SEQUENCE, der.OCTET_STRING):
            return None
        found = list(_flat(members[0][1]))
    except ValueError:
        return None
    for at, (tag, content) in enumerate(found):
        if tag == der.OBJECT and content == _SCRYPT:
            numbers = [int.from_bytes(number) for kind, number in found[at:] if kind == der.INTEGER]
            n, r, p = (*numbers, 0, 0, 0)[:3]
            if n * r * p > MOST_SCRYPT or n * r * 128 > MOST_SCRYPT_BYTES:
                return f"scrypt of N={n:,}, r={r:,}, p={p:,}"
            return None
    rounds = max((int.from_bytes(content) for tag, content in found if tag == der.INTEGER), default=0)
    return f"{rounds:,} rounds" if rounds > MOST_ROUNDS else None


def _flat(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The members of an AlgorithmIdentifier and of all that is nested in it, in their order."""
    stack = [der.elements(content)]
    while stack:
        for tag, inner in stack[-1]:
            yield tag, inner
            if tag == der.SEQUENCE:
                stack.append(der.elements(inner))
                break
        else:
            stack.pop()


def excess_of_openssh(data: bytes) -> str | None:
    """The same for the content of an OpenSSH key file, which begins with `openssh-key-v1`."""
    at, fields = len(b"openssh-key-v1\0"), []
    for _ in ("cipher", "kdf", "options"):
        length = int.from_bytes(data[at : at + 4])
        fields.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    _, kdf, options = fields
    rounds = int.from_bytes(options[-4:])  # behind the salt
    return f"{rounds:,} rounds of bcrypt" if kdf == b"bcrypt" and rounds > MOST_BCRYPT else None
