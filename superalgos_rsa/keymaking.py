"""Makes key pairs, takes the public half out of a key, and writes a private key anew as clean PKCS#8."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.keyfile import inspect, private_der
from superalgos_rsa.secret import Secret

KeyType = Literal["rsa", "ed25519"]


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """What the exchange is given: SubjectPublicKeyInfo as PEM, and the SHA-256 of its DER in hexadecimal."""

    pem: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Pair:
    """`private` is PKCS#8 as PEM: LF, 64 columns, not encrypted."""

    private: Secret
    public: PublicHalf


class PassphraseNeededError(UsageError):
    """The key is encrypted, and no passphrase was given."""


def make(key_type: KeyType, bits: int = 2048) -> Pair:
    return _pair(generate_private_key(65537, bits) if key_type == "rsa" else Ed25519PrivateKey.generate())


def clean(content: bytes, passphrase: Secret | None = None) -> Pair:
    """The pair from any text or binary that holds a complete private key, however badly it is written."""
    return _pair(_load_private(content, passphrase))


def public_half(content: bytes, passphrase: Secret | None = None) -> PublicHalf:
    """The public half of a private key, or of a file that holds just that. Raises `UsageError` where there is none."""
    if inspect(content).kind in ("public", "certificate"):
        return _public(_load_public(content))
    return _public(_load_private(content, passphrase).public_key())


def _pair(key: Any) -> Pair:
    pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    return Pair(Secret(pem.decode("ascii")), _public(key.public_key()))


def _public(key: Any) -> PublicHalf:
    der = key.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
    pem = key.public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    return PublicHalf(pem.decode("ascii"), hashlib.sha256(der).hexdigest())


def _load_private(content: bytes, passphrase: Secret | None) -> Any:
    """Every failure becomes a sentence of our own: the library's may quote the text."""
    facts = inspect(content)
    password = passphrase.reveal().encode() if passphrase else None
    try:
        if facts.kind == "openssh":
            return s.load_ssh_private_key(_tidy(content), password)
        der = private_der(content)
        if der is not None:
            return s.load_der_private_key(der, password)
        if facts.kind == "encrypted":
            return s.load_pem_private_key(_tidy(content), password)
    except TypeError:
        if passphrase is None:
            raise PassphraseNeededError("this key is encrypted; it needs its passphrase") from None
        return _load_private(content, None)
    except (ValueError, UnsupportedAlgorithm):
        wrong = ": wrong passphrase, or a damaged key" if passphrase else ""
        raise SuperalgosRsaError(f"this key cannot be read{wrong or ': its numbers or its form are damaged'}") from None
    what = {"public": "the public half only", "certificate": "a certificate", "empty": "nothing"}
    raise UsageError(
        f"there is no complete private key in this file; it holds {what.get(facts.kind, 'something else')}"
    )


def _load_public(content: bytes) -> Any:
    from cryptography.x509 import load_pem_x509_certificate

    text = _tidy(content)
    try:
        if b"CERTIFICATE" in text:
            return load_pem_x509_certificate(text).public_key()
        if text.startswith(b"ssh-"):
            return s.load_ssh_public_key(text)
        return s.load_pem_public_key(text)
    except (ValueError, UnsupportedAlgorithm):
        raise SuperalgosRsaError("this public key cannot be read: it is damaged") from None


def _tidy(content: bytes) -> bytes:
    """The text with LF alone, no byte order mark, and no white space around its lines."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = content.decode(encoding, "replace").replace("\\n", "\n")
    return "\n".join(line.strip() for line in re.split(r"[\r\n]+", text)).strip().encode("utf-8") + b"\n"
