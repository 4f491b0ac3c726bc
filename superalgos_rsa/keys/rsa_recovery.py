"""Recovers an RSA key of which some numbers are damaged. Each engine signs with some of the eight numbers and ignores
the others; as long as those fit together, the others follow from them."""

from __future__ import annotations

from dataclasses import replace
from math import gcd, lcm

from superalgos_rsa.keys.rsa_numbers import Effort, RsaNumbers, TooLongError

_USUAL_EXPONENT = 65537
_BASES = (2, 3, 5, 7, 11, 13, 17, 19)  # each finds the primes with a chance of at least one half


def recover(numbers: RsaNumbers, effort: Effort | None = None) -> RsaNumbers | None:
    """The key with which the engines sign when given these numbers; None if there is none, or if two keys are mixed.
    Without `effort` no long power is taken, and a key that needs one is not found."""
    exponents = list(dict.fromkeys((numbers.e, _USUAL_EXPONENT)))
    if numbers.too_long:
        return None
    by_primes = next((key for e in exponents if (key := _by_primes(numbers, e))), None)
    if by_primes is not None and by_primes.n == numbers.n:
        return by_primes
    by_exponent = next((key for e in exponents if (key := _by_exponent(numbers, e, effort))), None)
    return None if by_primes and by_exponent else by_primes or by_exponent


def _by_primes(numbers: RsaNumbers, e: int) -> RsaNumbers | None:
    """From `p`, `q`, `dp`, `dq` and `qinv`; the modulus is the product of the primes."""
    key = replace(numbers, n=numbers.p * numbers.q, e=e)
    if not key.signs_by_remainders():
        return None
    if e * key.d % (key.p - 1) == 1 and e * key.d % (key.q - 1) == 1:
        return key
    return replace(key, d=pow(e, -1, lcm(key.p - 1, key.q - 1)))


def _by_exponent(numbers: RsaNumbers, e: int, effort: Effort | None) -> RsaNumbers | None:
    """From `n` and `d`; the primes are found by them."""
    key = replace(numbers, e=e)
    try:
        if not key.signs_by_exponent(effort or _nothing()):
            return None
        p, q = _primes(key, effort or _nothing())
        return replace(key, p=p, q=q, dp=key.d % (p - 1), dq=key.d % (q - 1), qinv=pow(q, -1, p))
    except (TooLongError, ValueError):
        return None


def _primes(key: RsaNumbers, effort: Effort) -> tuple[int, int]:
    """Raises `TooLongError`, and `ValueError` where the modulus is no product of two primes."""
    if 2 < key.p < key.n and key.n % key.p == 0:
        return key.p, key.n // key.p
    if 2 < key.q < key.n and key.n % key.q == 0:
        return key.n // key.q, key.q
    product = key.e * key.d - 1
    halvings = (product & -product).bit_length() - 1
    for base in _BASES:
        root = effort.power(base, product >> halvings, key.n)
        for _ in range(halvings):
            square = root * root % key.n
            if square == 1 and root not in (1, key.n - 1):
                p = gcd(root - 1, key.n)
                return max(p, key.n // p), min(p, key.n // p)
            root = square
    raise ValueError("no product of two primes")


def _nothing() -> Effort:
    effort = Effort()
    effort.left = 0
    return effort
