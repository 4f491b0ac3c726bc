"""The answer to one question: what would ccxt do with this text?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Signing = Literal["rsa", "ed25519", "ecdsa", "hmac", "none"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine does with a credential: the way it signs, or `none`, and why."""

    signing: Signing | None
    """`None` where the secret is not used, or what becomes of it is not judged."""
    reason: str
    """What ccxt does, in plain words, as the end of a sentence that begins with "ccxt". Never part of a key."""
    throws: bool = False
    """The engine stops with an error, so nothing is sent."""
    takes: bool | None = None
    """The class sends an order signed with the key that is meant; `None` where its signing is not judged. Of a secret
    that is used as it stands nobody but the exchange can say whether it is the right one."""
    missing: str | None = None
    """The field for want of which no order is sent, or none that the exchange would take."""

    @property
    def judged(self) -> bool:
        """Whether anything can be said of the signature: a class may sign in a way that is not modelled."""
        return self.signing is not None


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
    return Verdict("none", f"throws “{error}”: {because}", throws=True, takes=False)
