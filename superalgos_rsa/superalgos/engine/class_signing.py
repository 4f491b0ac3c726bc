"""How a class of ccxt signs, and which fields it needs."""

from __future__ import annotations

from typing import Literal, NamedTuple

Scheme = Literal["text", "base64", "private-key", "api-key", "session", "unknown"]
"""What becomes of the secret: it is used as it stands (the key of an HMAC, part of a hash or of a password); it is
decoded from base64 first; it may be a private key; it is not used at all; nothing is signed before somebody has called
`signIn`, which the platform never does; or the source shows nothing of these."""


class Signs(NamedTuple):
    """How the class signs, and what it takes for that; `needs` are the fields without which nothing is sent."""

    required: tuple[str, ...]
    needs: tuple[str, ...]
    scheme: Scheme
    private_keys: tuple[str, ...]
    signer: str
    checks: bool
    api_key_holds: str | None
