"""Generates key pairs, derives the public key from a private one, and rewrites a private key as PKCS#8 PEM."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
    generate_private_key,
)

from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.keys import key_derivation, pem
from superalgos_rsa.keys.der import strict
from superalgos_rsa.keys.foreign import NAMES, export_line
from superalgos_rsa.keys.inspect import OPENSSH, damage_words, inspect, private_der
from superalgos_rsa.keys.key_structures import shape
from superalgos_rsa.keys.rsa_numbers import Effort, RsaNumbers
from superalgos_rsa.keys.rsa_recovery import recover
from superalgos_rsa.keys.secret import Secret

KeyType = Literal["rsa", "ed25519"]

_DEK_INFO = re.compile(r"DEK-Info:\s*([A-Z0-9-]+),\s*((?:(?<=DES-CBC,)|(?<=EDE3-CBC,))[0-9A-F]{16}|[0-9A-F]{32})", re.I)
_ESCAPED_NEWLINE = re.compile(r"(?<!\\)\\+[rn]")
# Begins only at the start of a run of punctuation before END, so that the search stays linear.
_END_LINE = re.compile(r"(?<![^\w+/=])[\s\\]*([^\w\s+/=\\][^\w+/=]*)END\b", re.I)
_SSH_PUBLIC = re.compile(r"^[ \t\"']*((?:ssh|ecdsa|sk)-[\w@.-]+[ \t]+AAAA[\w+/]+={0,2})", re.M)
_HELD = {
    "public": "the public half only",
    "certificate": "a certificate, which has the public half only",
    "empty": "nothing",
    "json": "JSON",
    "openssh": "a key in OpenSSH's own format that is not whole",
}
_Load = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """The public key for the exchange: SubjectPublicKeyInfo as PEM, and the hexadecimal SHA-256 of its DER."""

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
    """A new key pair. `bits` is used for RSA only."""
    return _pair(generate_private_key(65537, bits) if key_type == "rsa" else Ed25519PrivateKey.generate())


def clean(content: bytes, passphrase: Secret | None = None) -> Pair:
    """The key pair from any content that holds a complete private key, even in damaged PEM."""
    found = _private_forms(content)
    if not found:
        raise _nothing("private key", content)
    return _pair(_open(found, passphrase))


def public_half(content: bytes, passphrase: Secret | None = None) -> PublicHalf:
    """The public half of a private key, a public key or a certificate."""
    found = _private_forms(content)
    if found:
        return _public(_open(found, passphrase).public_key())
    key = next((key for data in _binaries(content) if (key := _public_key(data)) is not None), None)
    key = key or _ssh_public_key(content)
    if key is None:
        raise _nothing("key", content)
    return _public(key)


def _pair(key: Any) -> Pair:
    text = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    return Pair(Secret(text.decode("ascii")), _public(key.public_key()))


def _public(key: Any) -> PublicHalf:
    der = key.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
    text = key.public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    return PublicHalf(text.decode("ascii"), hashlib.sha256(der).hexdigest())


def _nothing(wanted: str, content: bytes) -> UsageError:
    facts = inspect(content)
    if facts.kind in ("private", "encrypted", "openssh", "other-pem", "empty") and facts.damage:
        return UsageError(f"there is no complete {wanted} in this file: {'; '.join(damage_words(facts))}")
    held = _HELD.get(facts.kind) or NAMES.get(facts.kind, "something else")
    export = export_line(facts.kind, "FILE", "COPY")
    hint = f"`{export}` writes it as PEM" if export else None
    return UsageError(f"there is no complete {wanted} in this file; it holds {held}", hint)


# Private keys


def _private_forms(content: bytes) -> list[tuple[_Load, bytes]]:
    """The private key in strict forms, each with its reader; several if only trying tells which one it is."""
    data = private_der(content)
    if data is not None:
        _refuse_excess(key_derivation.excess_of_pkcs8(data), "openssl pkcs8 -topk8 -in FILE -out COPY")
        return [(_load_der, data)]
    for data in _binaries(content):
        if data.startswith(OPENSSH):
            _refuse_excess(key_derivation.excess_of_openssh(data), "ssh-keygen -p -a 16 -f COPY")
            return [(s.load_ssh_private_key, _armoured("OPENSSH PRIVATE KEY", data))]
    return [(s.load_pem_private_key, text) for text in _encrypted_by_header(_text(content))]


def _load_der(data: bytes, password: bytes | None, **options: Any) -> Any:
    """Read RSA by its numbers, other keys in strict DER: `cryptography` is stricter than every engine."""
    found = shape(data)
    if found is None or found.kind != "private":
        return s.load_der_private_key(strict(data), password, **options)
    if found.numbers is None:
        return s.load_der_private_key(found.strict, password, **options)
    key = recover(found.numbers, Effort())
    if key is None:
        raise ValueError("the numbers do not belong together")
    public = RSAPublicNumbers(key.e, key.n)
    return RSAPrivateNumbers(key.p, key.q, key.d, key.dp, key.dq, key.qinv, public).private_key(**options)


def _refuse_excess(excess: str | None, command: str) -> None:
    if excess is not None:
        raise UsageError(
            f"this key is encrypted with {excess}: to try them would take too long", f"encrypt it anew: {command}"
        )


def _encrypted_by_header(text: str) -> Iterator[bytes]:
    """Read a key encrypted as in RFC 1421. Its label may be wrong, so each kind is tried."""
    if "Proc-Type" not in text and b"Proc-Type" in (inner := pem.decode(text)):
        text = inner.decode("latin-1")
    text = _ESCAPED_NEWLINE.sub("\n", text)
    found = _DEK_INFO.search(text)
    if found is None:
        return
    end = _END_LINE.search(text, found.end())
    data = pem.decode(text[found.end() : end.start(1) if end else len(text)])
    headers = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: {found[1].upper()},{found[2].upper()}\n\n"
    for kind in ("RSA", "EC", "DSA"):
        yield _armoured(f"{kind} PRIVATE KEY", data, headers)


def _open(forms: list[tuple[_Load, bytes]], passphrase: Secret | None) -> Any:
    """Read a form. A failure becomes an error of our own; the library's is no cause of it, as it may quote the key."""
    password = passphrase.reveal().encode() if passphrase else None
    failures = set()
    for load, data in forms:
        try:
            # The library would spend minutes on testing the primes of a long key.
            return _whole(load(data, password, unsafe_skip_rsa_key_validation=True))
        except Exception as error:  # of many kinds on damaged keys
            failures.add(type(error))
    if TypeError in failures:  # what the library raises for a missing passphrase, or one that is not needed
        if passphrase is None:
            raise PassphraseNeededError("this key is encrypted; it needs its passphrase")
        return _open(forms, None)
    if UnsupportedAlgorithm in failures:
        raise SuperalgosRsaError(
            "this key is of a kind, or encrypted in a way, that cannot be read here",
            "of an encrypted OpenSSH key, take the passphrase off a copy: ssh-keygen -p -f COPY",
        )
    if password is not None:
        raise SuperalgosRsaError("this key cannot be read: wrong passphrase, or a damaged key")
    raise SuperalgosRsaError("this key cannot be read: its numbers or its form are damaged")


def _whole(key: Any) -> Any:
    if isinstance(key, RSAPrivateKey):
        own = key.private_numbers()
        n, e = own.public_numbers.n, own.public_numbers.e
        numbers = RsaNumbers(n, e, own.d, own.p, own.q, own.dmp1, own.dmq1, own.iqmp)
        if not numbers.belong_together:
            raise ValueError("the numbers do not belong together")
    return key


# Public keys


def _public_key(data: bytes) -> Any:
    from cryptography.x509 import load_der_x509_certificate

    found = shape(data)
    try:
        if found is not None and found.kind == "public":
            return s.load_der_public_key(data)
        if found is not None and found.kind == "certificate":
            return load_der_x509_certificate(data).public_key()
    except Exception:  # of many kinds on damaged keys
        return None
    return None


def _ssh_public_key(content: bytes) -> Any:
    found = _SSH_PUBLIC.search(_text(content).lstrip("\ufeff"))
    try:
        return s.load_ssh_public_key(found[1].encode()) if found else None
    except Exception:  # of many kinds on damaged keys
        return None


# Texts


def _binaries(content: bytes) -> Iterator[bytes]:
    """What the content may be as bytes: itself, each PEM block, or bare base64, which may decode to PEM."""
    yield content
    text = _text(content)
    for block in pem.blocks(text):
        yield block.der
    bare = pem.decode(text)
    yield bare
    if b"-----BEGIN" in bare:
        for block in pem.blocks(bare.decode("latin-1")):
            yield block.der


def _text(content: bytes) -> str:
    """The content as text; UTF-16 of ASCII becomes ASCII when its zero bytes are dropped."""
    return content.replace(b"\0", b"").decode("utf-8", "replace")


def _armoured(label: str, data: bytes, headers: str = "") -> bytes:
    digits = base64.b64encode(data).decode("ascii")
    lines = [digits[start : start + 64] for start in range(0, len(digits), 64)]
    return (f"-----BEGIN {label}-----\n{headers}" + "\n".join(lines) + f"\n-----END {label}-----\n").encode("ascii")
