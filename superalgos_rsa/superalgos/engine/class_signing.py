"""What the class of one exchange wants, and how it signs."""

from __future__ import annotations

from typing import Literal, NamedTuple

Scheme = Literal["text", "base64", "private-key", "api-key", "session", "unknown"]
"""What becomes of the secret: it is used as it stands (the key of an HMAC, part of a hash or of a password); it is
decoded from base64 first; it may be a private key; it is not used at all; nothing is signed before somebody has called
`signIn`, which the platform never does; or the source shows nothing of these."""

PLATFORM_FIELDS = ("apiKey", "secret", "uid", "password")
"""What the platform hands to ccxt; the first two are the `codeName` and the `secret` of the key."""

MODELLED = frozenset({"binance", "bybit", "coinbase"})
"""Classes whose signing with a private key is modelled."""


class ExchangeClass(NamedTuple):
    """What the class of one exchange wants, and how it signs."""

    name: str
    required: tuple[str, ...]
    """The true ones of `requiredCredentials`, in the order in which ccxt looks for them."""
    needs: tuple[str, ...]
    """The fields without which the class sends no order: `required`, save that a few classes take one field for
    another, and a few look for one more."""
    scheme: Scheme
    private_keys: tuple[str, ...]
    """The kinds of private keys that it can sign with: RSA, Ed25519, ECDSA, Starknet."""
    signer: str
    """The class whose `sign` it is: binance for binanceus."""
    checks: bool
    """It is known to throw, before anything is sent, where a field of `needs` is missing; a few classes send a request
    that the exchange refuses."""
    api_key_holds: str | None
    """A word without which the class refuses the API key."""
    source: Literal["class", "table", "nothing"]

    @property
    def beyond_the_platform(self) -> tuple[str, ...]:
        """What it needs and the platform never hands over: with any of these no credential works there."""
        return tuple(field for field in self.needs if field not in PLATFORM_FIELDS)

    @property
    def judged(self) -> bool:
        """Whether its signing is known well enough to say what becomes of a secret."""
        unclear = self.scheme == "unknown" or (self.scheme == "private-key" and self.signer not in MODELLED)
        return not unclear or bool(self.beyond_the_platform)
