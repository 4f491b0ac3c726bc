"""The numbers of an RSA private key, and the two ways in which engines sign with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
_SHORTEST = 62  # bytes of a modulus that holds a SHA-256 DigestInfo and the eleven bytes around it (RFC 8017, 9.2)


@dataclass(frozen=True, slots=True, repr=False)
class RsaNumbers:
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
        return self.n.bit_length()

    @property
    def too_long(self) -> bool:
        """OpenSSL verifies with no modulus beyond this (OPENSSL_RSA_MAX_MODULUS_BITS); the powers would not end."""
        return max(self.n, self.e, self.d, self.p, self.q, self.dp, self.dq, self.qinv).bit_length() > 16384

    @property
    def too_short(self) -> bool:
        return (self.bits + 7) // 8 < _SHORTEST

    def with_usual_exponent(self) -> RsaNumbers:
        """For an engine that signs without the public exponent: damage there does not reach its signatures."""
        return replace(self, e=65537)

    def signs_by_exponent(self) -> bool:
        """Does `m^d mod n` verify with `(n, e)`? Either prime is enough to tell without the long power.

        The primes are taken at their word: no accident to a file leaves `p * q == n` with a `p` that is not prime.
        """
        if self.too_short or self.too_long:
            return False
        for prime in (self.p, self.q):
            if prime > 2 and self.n % prime == 0 and (cofactor := self.n // prime) > 2:
                product = self.e * self.d
                return product % (prime - 1) == 1 and product % (cofactor - 1) == 1
        message = _padded(self.n)
        return pow(pow(message, self.d, self.n), self.e, self.n) == message

    def signs_by_remainders(self) -> bool:
        """Does the signature put together from `dp`, `dq` and `qinv` verify with `(n, e)`?"""
        if self.too_short or self.too_long or self.p * self.q != self.n or min(self.p, self.q) < 3:
            return False
        return (
            self.e * self.dp % (self.p - 1) == 1
            and self.e * self.dq % (self.q - 1) == 1
            and self.q * self.qinv % self.p == 1
        )


def _padded(n: int) -> int:
    length = (n.bit_length() + 7) // 8
    tail = _SHA256_PREFIX + hashlib.sha256(b"superalgos-rsa").digest()
    return int.from_bytes(b"\x00\x01" + b"\xff" * (length - len(tail) - 3) + b"\x00" + tail)
