"""RSA keys that are the same at every run: what happens to their signatures can be foretold. They protect nothing."""

from __future__ import annotations

import functools
import hashlib

from cryptography.hazmat.primitives.asymmetric import rsa

_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
_EXPONENT = 65537


@functools.cache
def fixed_key(bits: int) -> rsa.RSAPrivateKey:
    p, q = _prime(f"p of {bits}", bits // 2), _prime(f"q of {bits}", bits // 2)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(_EXPONENT, p * q)
    )
    return numbers.private_key()


def _prime(name: str, bits: int) -> int:
    """The first prime from a place that the name tells, with both leading bits set."""
    start = int.from_bytes(hashlib.shake_256(name.encode()).digest(bits // 8)) | 3 << bits - 2 | 1
    return next(n for n in range(start, start + (1 << 20), 2) if _is_prime(n))


def _is_prime(n: int) -> bool:
    if any(n % small == 0 for small in _WITNESSES):
        return False
    twos = (n - 1 & 1 - n).bit_length() - 1
    return all(_passes(n, witness, twos) for witness in _WITNESSES)


def _passes(n: int, witness: int, twos: int) -> bool:
    x = pow(witness, n - 1 >> twos, n)
    if x in (1, n - 1):
        return True
    return any((x := x * x % n) == n - 1 for _ in range(twos - 1))
