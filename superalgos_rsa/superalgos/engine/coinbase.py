"""How ccxt 4 signs for Coinbase: with a key of Coinbase's developer platform (an EC key in PEM or an Ed25519 key in
base64) it signs a token; with an old secret, and whatever it takes for one, it signs HMAC."""

from __future__ import annotations

import re
from collections.abc import Collection

from superalgos_rsa.keys import der
from superalgos_rsa.superalgos.engine import base64_decoders, javascript
from superalgos_rsa.superalgos.engine.verdict import Verdict, refuses
from superalgos_rsa.superalgos.engine.versions import NOBLE_2, CcxtVersion

NAME_OF_KEY = "organizations/"
"""How an API key of the developer platform begins; ccxt looks for it anywhere in the text."""

_BEGIN, _EC = "-----BEGIN", "-----BEGIN EC PRIVATE KEY-----"
_UNSUPPORTED = "Unsupported key format"
_PARAMETERS, _PUBLIC_HALF = 0xA0, 0xA1
_P256, _SECP256K1 = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2b8104000a")
_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def judge(text: str, api_key: str, kinds: Collection[str], version: CcxtVersion) -> Verdict | None:
    """The verdict; `None` if the class signs HMAC with the text. `kinds`: private keys that it can sign with."""
    named = NAME_OF_KEY in api_key or text.startswith(_BEGIN)
    in_base64 = "Ed25519" in kinds and (javascript.length(text) == 88 or text.endswith("="))
    if not named and not in_base64:
        return None
    if named and api_key.startswith(_BEGIN):
        return refuses(
            "coinbase apiKey should contain the name (eg: organizations/3b910e93....) and not the public key",
            "the API key is the text of a key",
        )
    return _ed25519(text, version) if in_base64 else _ec(text, version)


def _ed25519(text: str, version: CcxtVersion) -> Verdict:
    try:
        data = base64_decoders.strict(text, version)
    except ValueError as error:
        return refuses(str(error), "a text that ends in “=” is taken for an Ed25519 key in base64, which it is not")
    if len(data) < 32:
        reason = "throws: it takes the text for an Ed25519 key in base64, which is too short"
        return Verdict("none", reason, throws=True)
    # ccxt uses the first 32 bytes; those behind them show whether the first are undamaged.
    if len(data) == 32 or data[32:] == _public_half(data[:32]):
        return Verdict("ed25519", "reads the Ed25519 key and signs a token with it")
    return Verdict(None, "signs with the first 32 bytes of the text as with an Ed25519 key")


def _public_half(seed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _ec(text: str, version: CcxtVersion) -> Verdict:
    if version < NOBLE_2:
        text = text.removeprefix("\ufeff")
    if javascript.length(text) <= 64:
        is_number = re.fullmatch(r"[0-9a-fA-F]{64}", text) is not None
        return Verdict(None if is_number else "none", "takes the text for the number of an EC key in hex")
    if not text.startswith(_EC):
        return refuses(_UNSUPPORTED, "the secret does not begin with the line BEGIN EC PRIVATE KEY")
    try:
        data = base64_decoders.of_pem(text, version)
    except ValueError as error:
        return refuses(str(error), "what stands between the BEGIN and the END line is not base64")
    try:
        return _of_key(data)
    except (ValueError, IndexError):
        return Verdict(None, "does what nobody has tried: the key is damaged")


def _of_key(data: bytes) -> Verdict:
    """The verdict on an EC key in DER; `ValueError` if its form is unusual: the engine was not tried with such."""
    members = der.sequence(data, whole=True)
    if len(members) != 4:
        return refuses(_UNSUPPORTED, "it is no EC key with its curve and its public half")
    if der.tags(members) != (der.INTEGER, der.OCTET_STRING, _PARAMETERS, _PUBLIC_HALF):
        raise ValueError("other members")
    curve, number = der.element(members[2][1]), members[1][1]
    if curve[0] != der.OBJECT or not curve[1]:
        raise ValueError("no curve")
    if curve[1] == _SECP256K1:
        return Verdict("none", "signs on the curve secp256k1, which no token of this kind is verified with")
    if curve[1] != _P256:
        return refuses("Unsupported curve", "the key is not on the curve P-256")
    if len(number) != 32 or not 0 < int.from_bytes(number) < _ORDER_OF_P256:
        return Verdict("none", "throws: the number of the key is none of the curve P-256", throws=True)
    if data != _as_written(number):
        raise ValueError("the engine does not look at all of it, and perhaps at what is damaged")
    return Verdict("ecdsa", "reads the EC key and signs a token with it")


def _as_written(number: bytes) -> bytes:
    """The key with this number, in the usual form."""
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.derive_private_key(int.from_bytes(number), ec.SECP256R1())
    return key.private_bytes(s.Encoding.DER, s.PrivateFormat.TraditionalOpenSSL, s.NoEncryption())
