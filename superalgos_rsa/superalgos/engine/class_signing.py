"""How a class of ccxt signs, and which fields it needs."""

from __future__ import annotations

from typing import Literal, NamedTuple

Scheme = Literal["text", "base64", "private-key", "api-key", "session", "unknown"]
"""What the class does with the secret: it uses the text as it is (HMAC key, part of a hash or a password); it decodes
it from base64 first; it may read it as a private key; it does not use it; it signs nothing before a call of `signIn`,
which the platform never makes; or the source shows none of these."""


class Signs(NamedTuple):
    """How the class signs; `needs` are the fields without which nothing is sent."""

    required: tuple[str, ...]
    needs: tuple[str, ...]
    scheme: Scheme
    private_keys: tuple[str, ...]
    signer: str
    checks: bool
    api_key_holds: str | None
