"""One key in every encoding of PKCS#8 and PKCS#1 that some reader takes: BER, other versions, more bytes behind it."""

from __future__ import annotations

import key_samples as keys
from key_samples import PKCS1, pem_of, tlv

from .case import KEY

_SEQUENCE, _OCTETS = 0x30, 0x04
_NUMBERS = keys.private_der(KEY, PKCS1)
_RSA = bytes.fromhex(keys.RSA)
_IDENTIFIER = tlv(_SEQUENCE, _RSA + b"\x05\x00")
_KEY = tlv(_OCTETS, _NUMBERS)
_ATTRIBUTE = tlv(0xA0, tlv(_SEQUENCE, bytes.fromhex("06092a864886f70d010914") + tlv(0x31, tlv(0x1E, b"\0a"))))
_PUBLIC_HALF = keys.rsa_public_der(KEY.public_key().public_numbers().n, KEY.public_key().public_numbers().e)
_IMPLICIT, _EXPLICIT = tlv(0x81, b"\0" + _PUBLIC_HALF), tlv(0xA1, tlv(0x03, b"\0" + _PUBLIC_HALF))


def _pkcs8(*more: bytes, version: int = 0) -> bytes:
    return tlv(_SEQUENCE, b"".join((tlv(0x02, bytes([version])), _IDENTIFIER, _KEY, *more)))


def _long(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x84]) + len(content).to_bytes(4) + content


_VERSION = tlv(0x02, b"\0")
_PIECES = tlv(_OCTETS | 0x20, tlv(_OCTETS, _NUMBERS[:100]) + tlv(_OCTETS, _NUMBERS[100:]))

ENCODINGS = {
    "version 2, nothing more": pem_of("PRIVATE KEY", _pkcs8(version=1)),
    "attributes": pem_of("PRIVATE KEY", _pkcs8(_ATTRIBUTE)),
    "no attributes": pem_of("PRIVATE KEY", _pkcs8(b"\xa0\0")),
    "version 1 with the public half": pem_of("PRIVATE KEY", _pkcs8(_IMPLICIT)),
    "three bytes behind it": pem_of("PRIVATE KEY", _pkcs8() + b"\0\0\0"),
    "two bytes behind the numbers": pem_of(
        "PRIVATE KEY", tlv(_SEQUENCE, _VERSION + _IDENTIFIER + tlv(_OCTETS, _NUMBERS + b"\0\0"))
    ),
    "three bytes behind it, PKCS#1": pem_of("RSA PRIVATE KEY", _NUMBERS + b"\0\0\0"),
    "long lengths": pem_of(
        "PRIVATE KEY", _long(_SEQUENCE, _VERSION + _long(_SEQUENCE, _RSA + b"\x05\x00") + _long(_OCTETS, _NUMBERS))
    ),
    "no length": pem_of("PRIVATE KEY", b"\x30\x80" + _VERSION + _IDENTIFIER + _KEY + b"\0\0"),
    "no length, no end": pem_of("PRIVATE KEY", b"\x30\x80" + _VERSION + _IDENTIFIER + _KEY),
    "no length, PKCS#1": pem_of("RSA PRIVATE KEY", b"\x30\x80" + _NUMBERS[4:] + b"\0\0"),
    "no length anywhere": pem_of(
        "PRIVATE KEY", b"\x30\x80" + _VERSION + b"\x30\x80" + _RSA + b"\x05\0\0\0" + _KEY + b"\0\0"
    ),
    "OCTET STRING in pieces": pem_of("PRIVATE KEY", tlv(_SEQUENCE, _VERSION + _IDENTIFIER + _PIECES)),
    "OCTET STRING in pieces, no length": pem_of(
        "PRIVATE KEY", tlv(_SEQUENCE, _VERSION + _IDENTIFIER + b"\x24\x80" + tlv(_OCTETS, _NUMBERS) + b"\0\0")
    ),
    "no parameters": pem_of("PRIVATE KEY", tlv(_SEQUENCE, _VERSION + tlv(_SEQUENCE, _RSA) + _KEY)),
}

ONLY_BEFORE_OPENSSL_3_5 = {
    f"version {version + 1}": pem_of("PRIVATE KEY", _pkcs8(version=version)) for version in (2, 9)
}
ONLY_SINCE_OPENSSL_3_5 = {
    "version 2 with the public half": pem_of("PRIVATE KEY", _pkcs8(_IMPLICIT, version=1)),
    "version 2 with the public half, explicit": pem_of("PRIVATE KEY", _pkcs8(_EXPLICIT, version=1)),
    "version 2 with attributes and the public half": pem_of("PRIVATE KEY", _pkcs8(_ATTRIBUTE, _IMPLICIT, version=1)),
}
