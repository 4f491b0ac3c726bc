"""RSA as ccxt signs since 4.5.61: `createSign('RSA-SHA256').sign(text)` of Node, which is OpenSSL 3 reading PEM.

OpenSSL has two PEM readers. The newer one tries every block until one is a private key. A header inside
a block (RFC 1421) stops it; then the older one starts again from the top, and only the first block with
a private label counts.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

from superalgos_rsa.keys import der
from superalgos_rsa.keys.rsa_numbers import Effort, RsaNumbers, TooLongError
from superalgos_rsa.superalgos.engine import javascript
from superalgos_rsa.superalgos.engine.verdict import NO_KEY, Verdict, refuses

_UNSUPPORTED = "error:1E08010C:DECODER routines::unsupported"
_CANCELLED = "error:07880109:common libcrypto routines::interrupted or cancelled"
_NODES = "which Node will run is not known, and its OpenSSL"
_OPENING = 1024**3  # of the effort, for one key of another type
_LINE = 254  # the most that one read takes; the rest of a longer line is read as the next line
_PRIVATE = frozenset({"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"})
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_BETWEEN = frozenset(b" \t\r\n")
_WITH_PUBLIC_HALF = ((0x81,), (0xA1,), (0xA0, 0x81), (0xA0, 0xA1))


@dataclass(frozen=True, slots=True, repr=False)
class _Block:
    label: str
    header: bytes
    data: bytes | None
    """None if the body is not base64."""


@dataclass(frozen=True, slots=True)
class _Other:
    """A private key that OpenSSL reads but that cannot sign here: of another type, or encrypted."""

    kind: str


def judge(text: str, effort: Effort) -> Verdict:
    """What `createSign` of Node does with this text. Raises `TooLongError` if the answer takes more than `effort`."""
    data = javascript.utf8(text)
    for block in _blocks(data):
        if block is None or block.data is None:
            continue
        if block.header:
            return _older_reader(data, effort)
        if (key := _private_key(block, effort)) is not None:
            return _sign(key, effort)
    return refuses(_UNSUPPORTED, "OpenSSL finds no private key that it can read in the text")


def _older_reader(data: bytes, effort: Effort) -> Verdict:
    """The older reader, used only if a block has headers. It fails at a private key with any header."""
    for block in _blocks(data):
        if block is None or block.data is None:
            break
        if block.label in _PRIVATE:
            if block.header:
                return _encrypted(block.header)
            if (key := _private_key(block, effort)) is not None:
                return _sign(key, effort)
            break
    return refuses(_UNSUPPORTED, "OpenSSL finds no private key that it can read in the text")


def _encrypted(header: bytes) -> Verdict:
    if re.match(rb"Proc-Type:[ \t]*4,[ \t]*ENCRYPTED[ \t\r]*\nDEK-Info:", header):
        return refuses(_CANCELLED, "the key is encrypted, and ccxt gives no passphrase")
    if header.startswith(b"Proc-Type:"):
        return refuses("error:0480006A:PEM routines::not encrypted", "there is a header before the key in its block")
    return refuses("error:0480006B:PEM routines::not proc type", "there is text before the key in its block")


def _sign(key: RsaNumbers | _Other, effort: Effort) -> Verdict:
    if isinstance(key, RsaNumbers):
        return _sign_rsa(key, effort)
    match key.kind:
        case "only before OpenSSL 3.5":
            because = f"{_NODES} refuses this version of PKCS#8 from 22.20 and 24.5 on"
            return refuses(_UNSUPPORTED, because)
        case "only since OpenSSL 3.5":
            because = f"{_NODES} reads PKCS#8 with the public half in it (version 2) from 22.20 and 24.5 on alone"
            return refuses(_UNSUPPORTED, because)
        case "encrypted":
            return refuses(_CANCELLED, "the key is encrypted, and ccxt gives no passphrase")
        case "ed25519" | "ed448":
            return refuses("Unsupported crypto operation", f"the key is {key.kind}, and ccxt asks for an RSA signature")
        case "x25519" | "x448" | "dh":
            error = "error:03000096:digital envelope routines::operation not supported for this keytype"
            return refuses(error, f"a key of type {key.kind} cannot sign at all")
        case _:
            return Verdict("none", f"signs with a key of type {key.kind}, which no exchange takes for an RSA signature")


def _sign_rsa(numbers: RsaNumbers, effort: Effort) -> Verdict:
    if numbers.n == 0:
        return NO_KEY
    if numbers.p == 0 or numbers.q == 0:
        return refuses("error:1C880004:Provider routines::RSA lib", "the numbers are no RSA key")
    if numbers.n % 2 == 0 or numbers.p % 2 == 0 or numbers.q % 2 == 0:
        return refuses("error:0180006C:bignum routines::no inverse", "the numbers are no RSA key")
    if numbers.too_short:
        return refuses("error:02000070:rsa routines::digest too big for rsa key", f"it has {numbers.bits} bits")
    if _overflows(numbers):
        return refuses("error:1C880004:Provider routines::RSA lib", "the numbers are no RSA key")
    # OpenSSL signs with the CRT numbers, verifies the result, and if it is wrong signs again with d.
    if not numbers.signs_by_remainders() and not numbers.signs_by_exponent(effort):
        return NO_KEY
    return Verdict("rsa", f"reads the RSA key of {numbers.bits} bits and signs with it")


def _overflows(numbers: RsaNumbers) -> bool:
    """Whether qinv has more 64-bit words than a prime: for primes of equal length OpenSSL has no room for more."""
    words = (numbers.p.bit_length() + 63) // 64
    return numbers.p.bit_length() == numbers.q.bit_length() and (numbers.qinv.bit_length() + 63) // 64 > words


# What a block holds


def _private_key(block: _Block, effort: Effort) -> RsaNumbers | _Other | None:
    if block.data is None:
        return None
    readers = {
        "PRIVATE KEY": (_pkcs8,),
        "ENCRYPTED PRIVATE KEY": (_pkcs8_encrypted, _pkcs8),
        "RSA PRIVATE KEY": (_pkcs1, _pkcs8_of_rsa),
        "EC PRIVATE KEY": (_sec1,),
        "DSA PRIVATE KEY": (_dsa,),
    }.get(block.label, ())
    for read in readers:
        try:
            key = read(block.data)
        except ValueError:
            continue
        if key is not None:
            if isinstance(key, RsaNumbers) or key.kind == "encrypted" or "OpenSSL" in key.kind:
                return key
            return key if _opens(block.data, key.kind, effort) else None
    return None


def _opens(data: bytes, kind: str, effort: Effort) -> bool:
    """Whether a key of another type is valid: OpenSSL skips one whose public point is not on its curve."""
    if kind in ("dsa", "dh") and len(data) > der.LONGEST_GROUP:
        raise TooLongError
    effort.spend(_OPENING)
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    except Exception:  # cryptography raises several unrelated types
        return False
    return True


def _pkcs8(data: bytes) -> RsaNumbers | _Other | None:
    members = der.sequence(data)
    if der.tags(members)[:3] != (der.INTEGER, der.SEQUENCE, der.OCTET_STRING):
        return None
    der.check_integer(members[0][1])
    version = int.from_bytes(members[0][1], signed=True)
    before, since = _known_versions(version, der.tags(members)[3:])
    kind = der.algorithm(members[1][1])
    key = _pkcs1(members[2][1]) if kind == "rsa" else _Other(kind) if kind else None
    if key is None or (before and since):
        return key
    return _Other(f"only {'before' if before else 'since'} OpenSSL 3.5") if before or since else None


def _known_versions(version: int, optional: tuple[int, ...]) -> tuple[bool, bool]:
    """Whether OpenSSL before 3.5 reads such a PrivateKeyInfo (of any version, with attributes at most), and since then
    (RFC 5958: with the public half in version 2). Tried with 16.20.2 (1.1.1), 18.20.8, 20.20.2, 22.19.0, 24.4.1 and
    22.20.0, 22.23.3, 24.5.0, 24.21.0 of Node."""
    before = optional in ((), (0xA0,))
    return before, version in (0, 1) and (before or (version == 1 and optional in _WITH_PUBLIC_HALF))


def _pkcs8_of_rsa(data: bytes) -> RsaNumbers | _Other | None:
    key = _pkcs8(data)
    return key if isinstance(key, RsaNumbers) or (key and "OpenSSL" in key.kind) else None


def _pkcs8_encrypted(data: bytes) -> _Other | None:
    return _Other("encrypted") if der.is_encrypted_key(data) else None


def _pkcs1(data: bytes) -> RsaNumbers | None:
    members = der.sequence(data)
    if der.tags(members) != (der.INTEGER,) * 9:
        return None
    version = members[0][1]
    der.check_integer(version)
    if len(version) > 4 or version == b"\x01":  # version 1 means more than two primes, but none follow
        return None
    return RsaNumbers(*(int.from_bytes(content) for _, content in members[1:]))


def _sec1(data: bytes) -> _Other | None:
    return _Other("ec") if der.tags(der.sequence(data))[:3] == (der.INTEGER, der.OCTET_STRING, 0xA0) else None


def _dsa(data: bytes) -> _Other | None:
    return _Other("dsa") if der.tags(der.sequence(data)) == (der.INTEGER,) * 6 else None


# How the lines are read


def _lines(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Each line without its trailing bytes, and whether the next piece continues it."""
    first = True
    for line in re.findall(rb"[^\n]*\n|[^\n]+", data):
        for start in range(0, len(line), _LINE):
            piece = line[start : start + _LINE]
            cut = len(piece) == _LINE and not piece.endswith(b"\n")
            if first and len(piece) > 3 and piece.startswith(b"\xef\xbb\xbf"):
                piece = piece[3:]
            first = False
            yield _without_tail(piece), cut


def _without_tail(line: bytes) -> bytes:
    """The line without trailing spaces, control characters and bytes from 0x80: OpenSSL compares `char` as signed."""
    end = len(line)
    while end and (line[end - 1] <= 0x20 or line[end - 1] >= 0x80):
        end -= 1
    return line[:end]


def _blocks(data: bytes) -> Iterator[_Block | None]:
    """Each block in turn; None for one whose END line is missing, out of place or has another label."""
    lines = _lines(data)
    for line, _ in lines:
        if line.startswith(b"-----BEGIN ") and line.endswith(b"-----") and len(line) >= len(b"-----BEGIN -----"):
            label = line[len(b"-----BEGIN ") : -len(b"-----")].partition(b"\0")[0]
            yield _block(label, lines)


def _block(label: bytes, lines: Iterator[tuple[bytes, bool]]) -> _Block | None:
    before: list[bytes] = []
    after: list[bytes] | None = None
    cut = short = False
    for line, goes_on in lines:
        went_on, cut = cut, goes_on
        if not line:
            if went_on:
                continue
            if after is not None:
                return None
            after = []
        elif line.startswith(b"-----END "):
            if line != b"-----END " + label + b"-----":
                return None
            header, body = (b"", before) if after is None else (b"".join(before), after)
            return _Block(label.decode("latin-1"), header, _decode(b"\n".join(body)))
        elif short:
            return None
        elif after is None:
            before.append(line + b"\n")
        else:
            after.append(line + b"\n")
            if len(line) > 64:
                return None
            short = len(line) < 64
    return None


def _decode(text: bytes) -> bytes | None:
    """Base64 as OpenSSL decodes it: spaces are skipped, `-` ends it, nothing may follow `=`; empty is an error."""
    digits = bytearray()
    padding = 0
    for byte in text:
        if byte == ord("-"):
            break
        if byte in _BETWEEN:
            continue
        if byte not in _BASE64:
            return None
        padding += byte == ord("=")
        if padding > 2 or (padding and byte != ord("=")):
            return None
        digits.append(byte)
    if len(digits) % 4 or not digits:
        return None
    return base64.b64decode(digits)
