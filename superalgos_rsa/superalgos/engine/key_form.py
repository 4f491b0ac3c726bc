"""The form in which a class of ccxt takes a private key: the right key in another form does not sign."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from superalgos_rsa.errors import UsageError
from superalgos_rsa.keys.keypair import Pair
from superalgos_rsa.keys.secret import Secret
from superalgos_rsa.superalgos.engine import Effort, TooLongError, coinbase, whole
from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY
from superalgos_rsa.superalgos.engine.versions import CcxtVersion


class Form(NamedTuple):
    """A private key as the text of a file."""

    name: str
    text: Secret


def refusal(found: ExchangeClass, version: CcxtVersion) -> str | None:
    """Why no form of any private key signs there, as far as is known."""
    if found.beyond_the_platform:
        return f"{found.name} wants `{found.beyond_the_platform[0]}`, which Superalgos never hands over"
    if found.scheme == "unknown" or (found.private_keys and not found.judged):
        return f"how ccxt {version} signs for {found.name} is not judged here, so the form that it takes is not known"
    return None if found.private_keys else f"ccxt {version} takes no private key for {found.name}"


def form_for(pair: Pair, found: ExchangeClass, version: CcxtVersion) -> Form:
    """The form of this key with which the class signs; a `UsageError` says why there is none."""
    reason = refusal(found, version)
    if reason is not None:
        raise UsageError(reason)
    for form in _forms(pair):
        try:
            verdict = whole.of_secret(found, form.text.reveal(), coinbase.NAME_OF_KEY, version, Effort())
        except TooLongError:
            raise UsageError("the numbers of this key are too long to try whether ccxt signs with them") from None
        if verdict.takes and verdict.signing in BY_PRIVATE_KEY:
            return form
        reason = verdict.reason
    raise UsageError(
        f"in no form does this key sign for {found.name}: {reason}",
        f"it takes keys of the kind {' or '.join(found.private_keys)}",
    )


def _forms(pair: Pair) -> Iterator[Form]:
    """The forms to try: PKCS#8, then the one other form for each type of key of which a class takes another."""
    yield Form("PKCS#8", pair.private)
    pkcs8 = pair.private.reveal().encode("ascii")
    key = s.load_pem_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)
    if isinstance(key, EllipticCurvePrivateKey):
        sec1 = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.TraditionalOpenSSL, s.NoEncryption())
        yield Form("SEC 1", Secret(sec1.decode("ascii")))
    if isinstance(key, Ed25519PrivateKey):
        both = key.private_bytes_raw() + key.public_key().public_bytes_raw()
        yield Form("base64 of the seed and the public half", Secret(base64.b64encode(both).decode("ascii")))
