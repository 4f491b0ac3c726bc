"""One case: what stands in the key file or in `secret`, and the public halves of which one must verify a signature."""

from __future__ import annotations

import base64
import itertools
from dataclasses import dataclass

import key_samples as keys
from key_samples import PKCS1, private_pem, public_pem


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    name: str
    content: bytes
    publics: tuple[bytes, ...] = ()
    exchange: str = "binance"

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def for_harness(self) -> dict[str, object]:
        return {
            "file": base64.b64encode(self.content).decode(),
            "publics": [pem.decode() for pem in self.publics],
            "exchange": self.exchange,
        }


# One key for most cases: 1024 bits sign four times faster in the pure JavaScript of 2.x.
# One whose base64 ends in padding in both forms: by chance some do not, and then cases about padding say nothing.
KEY = next(
    key
    for key in (keys.rsa_key(1024, number=number) for number in itertools.count(100))
    if b"=" in private_pem(key) and b"=" in private_pem(key, PKCS1)
)
PUBLIC = (public_pem(KEY),)
PEMS = {"PKCS#8": private_pem(KEY), "PKCS#1": private_pem(KEY, PKCS1)}
