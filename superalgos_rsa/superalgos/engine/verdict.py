"""The answer to one question: what would ccxt do with this text?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Signing = Literal["rsa", "ed25519", "ecdsa", "hmac", "none"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine does with a credential: the way it signs, or `none`, and why."""

    signing: Signing
    reason: str
    """What ccxt does, in plain words, as the end of a sentence that begins with "ccxt". Never part of a key."""
    judged: bool = True
    """False if the exchange has its own signing scheme, which is not modelled. Then ignore `signing`."""
    throws: bool = False
    """The engine stops with an error, so nothing is sent."""


Key = Literal["text", "base64", "other", "private", "unused"]
"""What the engine used of the secret: its text (or a hash of it), the bytes that clean base64 stands for, something
else, a private key, or nothing."""


class Answer(NamedTuple):
    """What the installed engine itself did. `signing` is `None` if the signature cannot be verified, if the class signs
    nothing, and if it built no private request. `missing` is the field it asked for."""

    signing: Signing | None
    key: Key | None
    error: str | None
    """The name of the class of what ccxt threw; its message could quote the secret."""
    missing: str | None


BY_PRIVATE_KEY: tuple[Signing, ...] = ("rsa", "ed25519", "ecdsa")

NO_KEY = Verdict("none", "signs, but the signature does not verify with the public half: the numbers are no RSA key")


def refuses(error: str, because: str) -> Verdict:
    """The verdict for a text at which the engine throws this error."""
    return Verdict("none", f"throws “{error}”: {because}", throws=True)
