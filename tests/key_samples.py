"""Throwaway keys for tests, each made once a session: making RSA keys is the slow part."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519

PKCS8, PKCS1, OPENSSH = s.PrivateFormat.PKCS8, s.PrivateFormat.TraditionalOpenSSL, s.PrivateFormat.OpenSSH
RSA, PSS = "06092a864886f70d010101", "06092a864886f70d01010a"  # object identifiers in DER
PASSPHRASE = b"passphrase"


def rsa_key(bits: int = 2048, exponent: int = 65537, number: int = 0) -> rsa.RSAPrivateKey:
    """A different key for each `number`."""
    return _rsa_key(bits, exponent, number)  # all three, since a cache tells a default from the same value given


@functools.cache
def _rsa_key(bits: int, exponent: int, number: int) -> rsa.RSAPrivateKey:
    assert number >= 0
    return rsa.generate_private_key(exponent, bits)


@functools.cache
def other_key(kind: str) -> Any:
    makers: dict[str, Any] = {
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
        "dsa": lambda: dsa.generate_private_key(2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "ed448": ed448.Ed448PrivateKey.generate,
        "x25519": x25519.X25519PrivateKey.generate,
        "x448": x448.X448PrivateKey.generate,
    }
    return makers[kind]()


def private_pem(key: Any, layout: s.PrivateFormat = PKCS8, passphrase: bytes | None = None) -> bytes:
    encryption = s.BestAvailableEncryption(passphrase) if passphrase else s.NoEncryption()
    pem: bytes = key.private_bytes(s.Encoding.PEM, layout, encryption)
    return pem


def private_der(key: Any, layout: s.PrivateFormat = PKCS8) -> bytes:
    der: bytes = key.private_bytes(s.Encoding.DER, layout, s.NoEncryption())
    return der


def public_pem(key: Any, *, pkcs1: bool = False) -> bytes:
    layout = s.PublicFormat.PKCS1 if pkcs1 else s.PublicFormat.SubjectPublicKeyInfo
    pem: bytes = key.public_key().public_bytes(s.Encoding.PEM, layout)
    return pem


def public_der(key: Any) -> bytes:
    der: bytes = key.public_key().public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
    return der


@functools.cache
def certificate(key: rsa.RSAPrivateKey) -> bytes:
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    start = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, SHA256())
        .public_bytes(s.Encoding.PEM)
    )


def pem_of(label: str, der: bytes, columns: int = 64, end: str = "\n") -> bytes:
    """PEM of any bytes under any label."""
    body = base64.b64encode(der).decode()
    lines = [body[start : start + columns] for start in range(0, len(body), columns)]
    return (end.join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"]) + end).encode()


def rsa_der(
    key: rsa.RSAPrivateKey, numbers: Mapping[str, int] | None = None, *, pkcs8: bool = True, algorithm: str = RSA
) -> bytes:
    """An RSA key with some of its numbers (`n`, `e`, `d`, `p`, `q`, `dp`, `dq`, `qinv`) or its algorithm replaced."""
    private = key.private_numbers()
    public = private.public_numbers
    own = {"n": public.n, "e": public.e, "d": private.d, "p": private.p, "q": private.q}
    own |= {"dp": private.dmp1, "dq": private.dmq1, "qinv": private.iqmp, **(numbers or {})}
    pkcs1 = tlv(0x30, _integer(0) + b"".join(_integer(number) for number in own.values()))
    return tlv(0x30, _integer(0) + _identifier(algorithm) + tlv(0x04, pkcs1)) if pkcs8 else pkcs1


def rsa_public_der(n: int, e: int) -> bytes:
    """PKCS#1."""
    return tlv(0x30, _integer(n) + _integer(e))


def pss_public_pem(key: rsa.RSAPrivateKey) -> bytes:
    """The public half of the key as one that is for RSA-PSS alone."""
    public = key.public_key().public_bytes(s.Encoding.DER, s.PublicFormat.PKCS1)
    return pem_of("PUBLIC KEY", tlv(0x30, _identifier(PSS) + tlv(0x03, b"\0" + public)))


def tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def _integer(number: int) -> bytes:
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _identifier(algorithm: str) -> bytes:
    return tlv(0x30, bytes.fromhex(algorithm) + (b"\x05\x00" if algorithm == RSA else b""))
