"""Key formats of other programs, recognised by their first bytes; those that hold bare numbers are read.

XML is searched for its element names only: no XML parser sees a file of unknown origin.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Literal

from superalgos_rsa.documents.pasting import SHELL, line
from superalgos_rsa.keys import der

Format = Literal["pkcs12", "putty", "age", "jwk", "xml"]

NAMES: dict[str, str] = {
    "pkcs12": "a PKCS#12 file (.p12, .pfx), in which a private key is kept with its certificates",
    "putty": "a key in PuTTY's own format (.ppk)",
    "age": "text that was encrypted with age",
    "jwk": "a JSON Web Key",
    "xml": "a key as XML (RSAKeyValue)",
}
"""What a file of each format holds, in plain words."""

_EXPORTS = {
    "pkcs12": "openssl pkcs12 -nocerts -nodes -in {file} -out {copy}",
    "putty": "puttygen {file} -O private-openssh -o {copy}",
    "age": "age -d -o {copy} {file}",
}
EXPORTED = frozenset(_EXPORTS)
"""Formats that only their own program can read."""
_AGE = (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----")
_XML = re.compile(r"<(?:\w{1,20}:)?RSAKey(?:Value|Pair)\b")
_CMS = bytes.fromhex("2a864886f70d0107")  # the contents of a PKCS#12 file: 1.2.840.113549.1.7.x
_CURVES = {
    "P-256": "06082a8648ce3d030107",
    "P-384": "06052b81040022",
    "P-521": "06052b81040023",
    "secp256k1": "06052b8104000a",
}


def format_of(content: bytes, text: str) -> Format | None:
    """The format of another program that the content is in; `text` is the content as text."""
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PuTTY-User-Key-File-"):
        return "putty"
    if start.startswith(_AGE):
        return "age"
    if content[:1] == b"\x30" and _is_pkcs12(content):
        return "pkcs12"
    if _XML.search(text, 0, 4096) and "Modulus>" in text:
        return "xml"
    return "jwk" if _jwk(text) is not None else None


def export_line(kind: str, file: str, copy: str) -> str | None:
    """The line by which the format's own program writes PEM, as the shell at hand takes it; `None` where none is
    needed, or known. The program may leave it to the umask who can read the key, as age does."""
    if kind not in _EXPORTS:
        return None
    written = line([word.format(file=file, copy=copy) for word in _EXPORTS[kind].split()])
    if SHELL == "posix":
        return f"(umask 077; {written})"
    return f"{written}  (and see that nobody else can read the new file: Properties, Security)"


def private_der(text: str) -> bytes | None:
    """The private key in a JSON Web Key or in the XML of .NET, as DER; None if there is no complete one.

    The result is key material: never print, log or store it.
    """
    try:
        key = _jwk(text)
        return _of_jwk(key) if key is not None else _of_xml(text)
    except (KeyError, TypeError, ValueError):
        return None


def _is_pkcs12(content: bytes) -> bool:
    try:
        members = der.sequence(content)
        if der.tags(members[:2]) != (der.INTEGER, der.SEQUENCE) or members[0][1] != b"\3":
            return False
        tag, kind, _ = der.element(members[1][1])
    except ValueError:
        return False
    return tag == der.OBJECT and kind.startswith(_CMS)


def _jwk(text: str) -> dict[str, Any] | None:
    """The first private key of a JSON Web Key (RFC 7517), or of a set of them."""
    if '"kty"' not in text:
        return None
    try:
        found = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    keys = found.get("keys") if isinstance(found, dict) and isinstance(found.get("keys"), list) else [found]
    private = (key for key in keys or () if isinstance(key, dict) and {"kty", "d"} <= key.keys())
    return next(private, None)


def _of_jwk(key: dict[str, Any]) -> bytes | None:
    match key["kty"]:
        case "RSA":
            names = ("n", "e", "d", "p", "q", "dp", "dq", "qi")
            return der.rsa_private_key([_number(key.get(name, "")) for name in names])
        case "OKP" if key["crv"] == "Ed25519" and len(seed := octets(key["d"])) == 32:
            return der.ED25519_PREFIX + seed
        case "EC" if key["crv"] in _CURVES:
            return der.ec_private_key(octets(key["d"]), bytes.fromhex(_CURVES[key["crv"]]))
    return None


def _of_xml(text: str) -> bytes | None:
    if not _XML.search(text, 0, 4096):
        return None
    names = ("Modulus", "Exponent", "D", "P", "Q", "DP", "DQ", "InverseQ")
    found = {name: re.search(rf"<{name}>([A-Za-z0-9+/=\s]{{1,8192}})</{name}>", text) for name in names}
    if found["D"] is None:
        return None
    return der.rsa_private_key([_number(value[1]) if value else 0 for value in found.values()])


def _number(text: str) -> int:
    return int.from_bytes(octets(text))


def octets(text: str) -> bytes:
    """Of base64, in either alphabet, with or without its padding; a `ValueError` where it is none."""
    digits = re.sub(r"\s", "", text).rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
