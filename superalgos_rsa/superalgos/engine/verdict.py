"""The answer to one question: what would ccxt do with this text?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Signing = Literal["rsa", "ed25519", "hmac", "none"]


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


class Answer(NamedTuple):
    """What the installed engine did. `signing` is None for HMAC-only exchanges, or if nothing can verify it."""

    signing: Signing | None
    error: str | None


NO_KEY = Verdict("none", "signs, but the signature does not verify with the public half: the numbers are no RSA key")


def refuses(error: str, because: str) -> Verdict:
    """The verdict for a text at which the engine throws this error."""
    return Verdict("none", f"throws “{error}”: {because}", throws=True)
