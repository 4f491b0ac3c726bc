"""Credentials for every exchange: whole, less each field that is needed, and with the secret in every form.

`PYTHONPATH=tests python -m conformance.credentials` prints as JSON lines what the real classes did with all of them.
"""

from __future__ import annotations

import base64
import functools
import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

import key_samples

from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass

from .engines import PACKAGES, missing
from .known_classes import installed
from .private_requests import Told, ask, question

RSA, ED25519, EC = key_samples.rsa_key(), key_samples.other_key("ed25519"), key_samples.other_key("ec")
API_KEY = "q7" * 32
SECRETS = {
    "letters": "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
    "base64": base64.b64encode(bytes(range(64))).decode(),
    "path": "My-Secrets/missing.pem",
    "RSA": key_samples.private_pem(RSA).decode(),
    "RSA without its lines": base64.b64encode(key_samples.private_der(RSA)).decode(),
    "Ed25519": key_samples.private_pem(ED25519).decode(),
    "Ed25519 seed": base64.b64encode(ED25519.private_bytes_raw()).decode(),
    "EC": key_samples.private_pem(EC, key_samples.PKCS1).decode(),
}
_FITTING = {
    "lbank": "RSA without its lines",
    "lbank2": "RSA without its lines",
    "coinbase": "EC",
    "coinbaseadvanced": "EC",
    "backpack": "Ed25519 seed",
}


class Credential(NamedTuple):
    found: ExchangeClass
    form: str
    """Of the secret: a key of SECRETS."""
    without: str | None
    """The field that is absent or, after “empty ”, empty; `word` for the word that the API key must hold."""
    only: bool
    """Just the fields that the class needs, and not all that the platform can hand over."""
    fields: dict[str, object]


class Asked(NamedTuple):
    credential: Credential
    told: Told


def fitting(found: ExchangeClass) -> str:
    """The form of a secret that this class signs with as it should."""
    return _FITTING.get(found.name, "RSA") if found.scheme == "private-key" else "base64"


def on_the_platform(found: ExchangeClass) -> bool:
    """Whether orders can be sent at all with what the platform hands over; wavesexchange wants keys in base58."""
    return bool(found.needs) and not found.beyond_the_platform and found.name != "wavesexchange"


def credentials(package: str) -> Iterator[Credential]:
    for found in installed(package):
        for form in SECRETS:
            given = _fields(found, form)
            yield Credential(found, form, None, False, given)
            if not on_the_platform(found):
                continue
            only = {name: value for name, value in given.items() if name in found.needs}
            if form == fitting(found):
                yield Credential(found, form, None, True, only)
                for field in found.needs:
                    yield Credential(found, form, f"empty {field}", True, {**only, field: ""})
                if found.api_key_holds:
                    yield Credential(found, form, "word", True, {**only, "apiKey": API_KEY})
            for field in found.needs:
                yield Credential(found, form, field, True, {name: only[name] for name in only if name != field})


def _fields(found: ExchangeClass, form: str) -> dict[str, object]:
    word = found.api_key_holds or ""
    return {"apiKey": word + API_KEY, "secret": SECRETS[form], "uid": "123456", "password": "passphrase"}


@functools.cache
def asked(package: str) -> tuple[Asked, ...]:
    """What the package did with each credential: all of them are put to it at once."""
    each = [*credentials(package)]
    told = ask(package, [question(credential.found.name, credential.fields) for credential in each])
    return tuple(map(Asked, each, told))


def main() -> int:
    reason = missing()
    if reason is not None:
        print(reason, file=sys.stderr)  # noqa: T201
        return 2
    for package, version in PACKAGES.items():
        for (found, form, without, only, _), told in asked(package):
            line = {"ccxt": str(version), "exchange": found.name, "secret": form, "without": without, "only": only}
            print(json.dumps({**line, "scheme": found.scheme, "judged": found.judged, **told}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
