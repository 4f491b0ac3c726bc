"""The numbers of an RSA private key, and the two ways in which engines sign with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
_SHORTEST = 62  # bytes of a modulus that holds a SHA-256 DigestInfo and the eleven bytes around it (RFC 8017, 9.2)


_MOST_POWERS = 64  # with 2,048 bits; together they take about a second


class TooLongError(Exception):
    """It would take too long to find out whether the numbers sign, so that is unknown."""


class Effort:
    """The limit of long arithmetic; the cost of a modular power grows with the cube of its length."""

    def __init__(self) -> None:
        self.left = _MOST_POWERS * 2048**3

    def power(self, base: int, exponent: int, modulus: int) -> int:
        """The modular power. Raises `TooLongError`."""
        self.spend(modulus.bit_length() ** 2 * exponent.bit_length())
        return pow(base, exponent, modulus)

    def spend(self, cost: int) -> None:
        """Subtract `cost` from what is left. Raises `TooLongError` if less is left."""
        if cost > self.left:
            raise TooLongError
        self.left -= cost


@dataclass(frozen=True, slots=True, repr=False)
class RsaNumbers:
    """The numbers of an RSA private key, named as in RFC 8017. They need not be consistent."""

    n: int
    e: int
    d: int
    p: int
    q: int
    dp: int
    dq: int
    qinv: int

    @property
    def bits(self) -> int:
        """The size of the key, in bits of its modulus."""
        return self.n.bit_length()

    @property
    def can_verify(self) -> bool:
        """Whether OpenSSL accepts `(n, e)` for verifying.

        Its limits are OPENSSL_RSA_MAX_MODULUS_BITS (16,384) and, above OPENSSL_RSA_SMALL_MODULUS_BITS (3,072),
        OPENSSL_RSA_MAX_PUBEXP_BITS (64).
        """
        return self.bits <= 16384 and self.e < self.n and (self.bits <= 3072 or self.e.bit_length() <= 64)

    @property
    def too_long(self) -> bool:
        """Whether a number has more than 16,384 bits: too long to multiply and divide quickly."""
        return max(self.n, self.e, self.d, self.p, self.q, self.dp, self.dq, self.qinv).bit_length() > 16384

    @property
    def too_short(self) -> bool:
        """Whether the modulus has no room for the padding around a SHA-256 hash."""
        return (self.bits + 7) // 8 < _SHORTEST

    def with_usual_exponent(self) -> RsaNumbers:
        """The same key with e = 65537. For engines that do not use `e` to sign: damage to `e` does not matter there."""
        return replace(self, e=65537)

    def signs_by_exponent(self, effort: Effort, *, usual: bool = False) -> bool:
        """Whether `m^d mod n` verifies with `(n, e)`, or with `usual` also with e = 65537. Raises `TooLongError`.

        One factor of `n` answers this without the slow modular power. Factors are not tested for primality: accidental
        damage cannot leave `p * q == n` with a `p` that is not prime.
        """
        keys = [key for key in (self, *([self.with_usual_exponent()] if usual else [])) if key.can_verify]
        if self.too_short or not keys:
            return False
        if self.too_long:
            raise TooLongError
        for prime in (self.p, self.q):
            if prime > 2 and self.n % prime == 0 and (cofactor := self.n // prime) > 2:
                products = [key.e * self.d for key in keys]
                return any(made % (prime - 1) == 1 and made % (cofactor - 1) == 1 for made in products)
        message = _padded(self.n)
        signature = effort.power(message, self.d, self.n)
        return any(effort.power(signature, key.e, self.n) == message for key in reversed(keys))

    def signs_by_remainders(self) -> bool:
        """Whether the signature computed from `dp`, `dq` and `qinv` (CRT) verifies with `(n, e)`."""
        if self.too_short or not self.can_verify or self.too_long:
            return False
        if self.p * self.q != self.n or min(self.p, self.q) < 3:
            return False
        return (
            self.e * self.dp % (self.p - 1) == 1
            and self.e * self.dq % (self.q - 1) == 1
            and self.q * self.qinv % self.p == 1
        )

    @property
    def belong_together(self) -> bool:
        """Whether both ways of signing verify. If the CRT numbers do, the factors are known and no power is needed."""
        return self.signs_by_remainders() and self.signs_by_exponent(Effort())


def _padded(n: int) -> int:
    length = (n.bit_length() + 7) // 8
    tail = _SHA256_PREFIX + hashlib.sha256(b"superalgos-rsa").digest()
    return int.from_bytes(b"\x00\x01" + b"\xff" * (length - len(tail) - 3) + b"\x00" + tail)
