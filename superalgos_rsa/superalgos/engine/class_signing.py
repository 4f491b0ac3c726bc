"""Which fields a class of ccxt needs, and how it signs."""

from __future__ import annotations

from typing import Literal, NamedTuple

Scheme = Literal["text", "base64", "private-key", "api-key", "session", "unknown"]
"""What the class does with the secret: it uses the text as it is (HMAC key, part of a hash or a password); it decodes
it from base64 first; it may read it as a private key; it does not use it; it signs nothing before a call of `signIn`,
which the platform never makes; or the source shows none of these."""

PLATFORM_FIELDS = ("apiKey", "secret", "uid", "password")
"""What the platform passes to ccxt; the first two are `codeName` and `secret` of the key."""

MODELLED = frozenset({"binance", "bybit", "coinbase"})
"""Classes whose signing with a private key is modelled."""


class ExchangeClass(NamedTuple):
    """Which fields the class of one exchange needs, and how it signs."""

    name: str
    required: tuple[str, ...]
    """The true ones of `requiredCredentials`, in the order in which ccxt looks for them."""
    needs: tuple[str, ...]
    """The fields without which the class sends no order: `required`, but a few classes take one field for another, and
    a few check one more."""
    scheme: Scheme
    private_keys: tuple[str, ...]
    """The kinds of private keys that it can sign with: RSA, Ed25519, ECDSA, Starknet."""
    signer: str
    """The class that defines its `sign`: binance for binanceus."""
    checks: bool
    """Whether it throws before anything is sent if a field of `needs` is missing; a few classes send a request that the
    exchange refuses."""
    api_key_holds: str | None
    """A word without which the class refuses the API key."""
    sandbox: bool | None
    """Whether it has a test network; `None` if that is not known. Without one, `setSandboxMode(true)` throws up to 4.4,
    and from 4.5 on no address is left to send an order to."""
    source: Literal["class", "table", "nothing"]

    @property
    def beyond_the_platform(self) -> tuple[str, ...]:
        """Fields that it needs and the platform never passes: with any of these no credential works there."""
        return tuple(field for field in self.needs if field not in PLATFORM_FIELDS)

    @property
    def judged(self) -> bool:
        """Whether its signing is known well enough to say what it does with a secret."""
        unclear = self.scheme == "unknown" or (self.scheme == "private-key" and self.signer not in MODELLED)
        return not unclear or bool(self.beyond_the_platform)
