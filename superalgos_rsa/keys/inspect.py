"""Facts about a text that should be a private key. They hold no byte of the key."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from superalgos_rsa.keys import der, pem
from superalgos_rsa.keys.foreign import Format, format_of
from superalgos_rsa.keys.foreign import private_der as foreign_der
from superalgos_rsa.keys.key_structures import shape
from superalgos_rsa.keys.rsa_recovery import recover
from superalgos_rsa.keys.undecodable import cause

Kind = Literal[
    "private", "public", "certificate", "encrypted", "openssh", "der", "base64-pem", "utf16", "json", "other-pem",
    "text", "empty", "pkcs12", "putty", "age", "jwk", "xml",
]  # fmt: skip
Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "latin-1", "binary"]

DAMAGE = pem.DAMAGE
_MOST_BLOCKS = 20
_LONGEST = 1 << 16  # bytes of a text that are looked at; a key takes a few kilobytes


@dataclass(frozen=True, slots=True)
class KeyText:
    """What a text is as a key: its kind, its first key's type and size, and how it is damaged."""

    kind: Kind
    label: str | None = None
    """The label of the first PEM block."""
    blocks: int = 0
    """How many blocks hold a private key."""
    pkcs1: bool = False
    damage: tuple[str, ...] = ()
    """Names of `DAMAGE`, in its order."""
    encoding: Encoding = "utf-8"
    key_type: str | None = None
    key_bits: int | None = None
    public_key_sha256: str | None = None
    """Hexadecimal, of the SubjectPublicKeyInfo in DER."""
    consistent: bool | None = None
    """Do the numbers of an RSA private key belong together? None for anything else."""
    convertible: bool = False
    """Whether a private key can be read out of it, perhaps with a passphrase: then `convert` writes a clean copy."""
    line: int | None = None
    """The line, counted from 1, at which a text stops being a key."""


OPENSSH = b"openssh-key-v1\0"
_PRIVATE = ("private", "encrypted", "openssh")
_NO_PRIVATE = ("public", "certificate")
_UNREAD = frozenset({"truncated", "undecodable", "hmac-secret", "not-a-key"})
_MOST_KNOWN = 4096
_KNOWN: dict[bytes, KeyText] = {}


def inspect(content: bytes) -> KeyText:
    """Facts about these bytes. Never raises. Results are cached by the SHA-256 of the content."""
    digest = hashlib.sha256(content).digest()
    known = _KNOWN.get(digest)
    if known is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[digest] = _inspect(content[:_LONGEST])
    return known


def inspect_key(content: bytes) -> KeyText:
    """Tell what the content of a key file is: facts alone, and no byte of the key. Writes nothing, and never raises.

    RSA keys are read by this package itself (`keys.key_structures`: PKCS#1 of RFC 8017, PKCS#8 of RFC 5958), so that
    damaged ones can be told from others; the size and public half of other types come from the library `cryptography`.

    Args:
        content: The bytes of the file. Only the first 65,536 are looked at.

    Returns:
        Among others its `kind` (`private`, `public`, `encrypted`, `text`, ...), `key_type`, `key_bits`, `damage` by
        name, and `public_key_sha256`, the hexadecimal SHA-256 of the public half as SubjectPublicKeyInfo in DER
        (RFC 5280). What does not apply or is not known is `None`.
    """
    return inspect(content)


def damage_words(facts: KeyText) -> list[str]:
    """Every damage in plain words, with the line where it shows, as far as that is known."""
    line = f" (line {facts.line})" if facts.line is not None else ""
    return [DAMAGE[name] + (line if name == "undecodable" else "") for name in facts.damage]


def _inspect(content: bytes) -> KeyText:
    text, encoding = _text(content)
    if not text.strip("\ufeff\0 \t\r\n\f\v"):
        return KeyText("empty", damage=("nul",) if "\0" in text else (), encoding=encoding)
    if (foreign := format_of(content, text)) is not None:
        return _of_foreign(foreign, text)
    if encoding in ("utf-16-le", "utf-16-be"):
        inside = _of_text(text.lstrip("\ufeff"))
        return replace(inside, kind=inside.kind if inside.kind in _NO_PRIVATE else "utf16", encoding=encoding)
    if content[0] == der.SEQUENCE and (facts := _facts(content)) is not None:
        return replace(facts, kind=facts.kind if facts.kind in _NO_PRIVATE else "der", encoding="binary")
    told = _of_text(text)
    damage = {"bom"} if text.startswith("\ufeff") else {"not-utf8"} if encoding == "latin-1" else set()
    return replace(told, damage=_ordered({*told.damage, *damage}), encoding=encoding)


def private_der(content: bytes) -> bytes | None:
    """The DER of the first private key in the content, encrypted or not, or None. Damaged PEM is accepted.

    The result is key material: never print, log or store it.
    """
    text, _ = _text(content[:_LONGEST])
    if _holds_private_key(content):
        return content
    written = _base64_of_pem(text) or text
    blocks = [block for block in pem.blocks(written) if _holds_private_key(block.der)]
    if blocks:
        return min(blocks, key=lambda block: _rank(_of_block(written, block))).der
    bare = _bare_base64(text)
    found = next(filter(_holds_private_key, (bare or b"", *pem.loose(text))), None)
    return found if found is not None else foreign_der(text)


def _of_foreign(foreign: Format, text: str) -> KeyText:
    data = foreign_der(text) if foreign in ("jwk", "xml") else None
    facts = _facts(data) if data is not None else None
    encoding: Encoding = "binary" if foreign == "pkcs12" else "utf-8"
    return replace(facts or KeyText(foreign), kind=foreign, pkcs1=False, encoding=encoding)


def _holds_private_key(data: bytes) -> bool:
    found = shape(data)
    return found is not None and found.kind in ("private", "encrypted")


def _text(content: bytes) -> tuple[str, Encoding]:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content.decode(encoding, "replace"), "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    if b"B\0E\0G\0I\0N\0" in content:
        at = content.index(b"B\0E\0G\0I\0N\0")
        if at % 2:
            return content.decode("utf-16-be", "replace"), "utf-16-be"
        return content.decode("utf-16-le", "replace"), "utf-16-le"
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def _of_text(text: str) -> KeyText:
    found = pem.blocks(text)
    if re.match(r"[\ufeff\s]*[{\[]", text) and _is_json(text):
        inside = _of_blocks(text, found) if found else KeyText("json")
        return replace(inside if inside.convertible else KeyText("json"), kind="json", damage=())
    if found:
        return _loose(text, _of_blocks(text, found), {block.der for block in found})
    if _base64_of_pem(text) is not None:
        return replace(_of_text(_base64_of_pem(text) or ""), kind="base64-pem", damage=())
    bare = _bare_base64(text)
    if bare and (facts := _facts(bare)) is not None:
        return replace(
            facts, blocks=int(facts.kind == "private"), damage=_ordered({"no-header", "no-footer", *facts.damage})
        )
    return _ssh_public(text) or _loose(text, KeyText("text", damage=("no-header", "no-footer")), set())


def _loose(text: str, facts: KeyText, seen: set[bytes]) -> KeyText:
    """Of a key outside every block, where none of them holds one: some engines read it there."""
    if facts.convertible or facts.kind not in ("private", "other-pem", "text"):
        return facts
    for data in pem.loose(text):
        inside = _facts(data) if data not in seen and _holds_private_key(data) else None
        if inside is not None and inside.convertible:
            return replace(inside, blocks=1, damage=_ordered({*facts.damage, *inside.damage} - _UNREAD))
    return KeyText("text") if facts.kind == "text" else facts


def _is_json(text: str) -> bool:
    try:
        json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


def _base64_of_pem(text: str) -> str | None:
    bare = _bare_base64(text)
    return bare.decode("latin-1") if bare and b"-----BEGIN" in bare else None


def _bare_base64(text: str) -> bytes | None:
    bare = re.sub(r"[\s\ufeff]", "", text)
    if "-----" in bare:  # a line of PEM has the letters of base64's URL variant
        return None
    return pem.decode(bare) if len(bare) >= 40 and re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", bare) else None


def _of_blocks(text: str, found: tuple[pem.Block, ...]) -> KeyText:
    each = [_of_block(text, block) for block in found[:_MOST_BLOCKS]]
    private = [facts for facts in each if facts.kind in _PRIVATE]
    chosen = min(private or each, key=_rank)
    before = {name for facts in private[: private.index(chosen) if chosen in private else 0] for name in facts.damage}
    more = sum(_named_kind(block) in _PRIVATE for block in found[_MOST_BLOCKS:])  # these by their labels only
    outside = {"text-before", "text-after", "quoted", "nul"} & found[0].damage
    damage = _ordered({*chosen.damage, *before, *outside})
    return replace(chosen, label=found[0].label, blocks=len(private) + more, damage=damage)


def _rank(facts: KeyText) -> int:
    """The order among several keys in one text: first those that an engine can sign with, plain RSA or Ed25519."""
    if facts.kind != "private" or facts.key_type is None or facts.public_key_sha256 is None:
        return 3 if facts.kind in _PRIVATE and _UNREAD & set(facts.damage) else 2
    return int(facts.key_type not in ("rsa", "ed25519") or "header-lines" in facts.damage)


def _of_block(text: str, block: pem.Block) -> KeyText:
    named = _named_kind(block)
    facts = None if block.encrypted else _facts(block.der)
    if named == "certificate" or block.encrypted or (named == "openssh" and facts is None):
        convertible = block.encrypted or (named == "openssh" and block.der.startswith(OPENSSH))
        return replace(facts or KeyText(named), kind=named, damage=_ordered(block.damage), convertible=convertible)
    if facts is None:
        if named == "other-pem":
            return KeyText(named, damage=_ordered(block.damage), key_type=_guess(block.der))
        broken = cause(text, block)
        damage = _ordered(block.damage | {broken.damage})
        return KeyText(named, damage=damage, key_type=_guess(block.der), line=broken.line)
    wrong = {"wrong-label"} if not _fits(block.label, facts) else set()
    return replace(facts, damage=_ordered(block.damage | wrong | set(facts.damage)))


def _named_kind(block: pem.Block) -> Kind:
    label = block.label
    if "ENCRYPTED" in label or block.encrypted:
        return "encrypted"
    if "OPENSSH" in label or ("SSH2" in label and "PUBLIC" not in label):
        return "openssh"
    if "PRIVATE" in label:
        return "private"
    if "PUBLIC" in label:
        return "public"
    return "certificate" if "CERTIFICATE" in label else "other-pem"


def _fits(label: str, facts: KeyText) -> bool:
    match facts.kind:
        case "private" if facts.pkcs1:
            return label == "RSA PRIVATE KEY"
        case "private":
            return label in (
                "PRIVATE KEY",
                *({"ec": ("EC PRIVATE KEY",), "dsa": ("DSA PRIVATE KEY",)}.get(facts.key_type or "", ())),
            )
        case "encrypted":
            return label == "ENCRYPTED PRIVATE KEY"
        case "public":
            return label == ("RSA PUBLIC KEY" if facts.pkcs1 else "PUBLIC KEY")
        case _:
            return True


def _guess(data: bytes) -> str | None:
    """The type named in the first bytes of a key that cannot be read to its end."""
    return next((name for oid, name in der.ALGORITHMS.items() if b"\x06" + bytes([len(oid)]) + oid in data[:48]), None)


def _ordered(damage: set[str] | frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in DAMAGE if name in damage)


def _facts(data: bytes) -> KeyText | None:
    found = shape(data)
    if found is None:
        return None
    damage = ("damaged-bytes",) if found.damaged else ()
    facts = KeyText(found.kind, key_type=found.key_type, pkcs1=found.pkcs1, damage=damage)
    if found.numbers is not None:
        consistent = found.numbers.belong_together if found.kind == "private" else None
        whole = found.numbers if consistent else recover(found.numbers) if consistent is False else None
        numbers = whole or found.numbers
        return replace(
            facts, key_bits=numbers.bits or None, consistent=consistent, convertible=whole is not None,
            public_key_sha256=_sha256(der.rsa_public_key(numbers.n, numbers.e)),
        )  # fmt: skip
    if found.kind == "encrypted":
        return replace(facts, convertible=True)
    facts = _by_library(found.strict or data, facts)
    return replace(facts, convertible=facts.kind == "private" and facts.public_key_sha256 is not None)


def _by_library(data: bytes, facts: KeyText) -> KeyText:
    """Size and public half of key types that need OpenSSL; unknown if it refuses the key or would take long."""
    if facts.key_type in ("dsa", "dh") and len(data) > der.LONGEST_GROUP:
        return facts
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.x509 import load_der_x509_certificate

    public: Any  # a union of a dozen classes of `cryptography`
    try:
        match facts.kind:
            case "private":
                # RSA-PSS keys are RSA keys, and to test long primes takes minutes.
                key = s.load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)
                public = key.public_key()
            case "public":
                public = s.load_der_public_key(data)
            case _:
                public = load_der_x509_certificate(data).public_key()
        spki = public.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # several types on damaged keys, which tell nothing more
        return facts
    kind = facts.key_type or _guess(spki)
    return replace(facts, key_type=kind, key_bits=getattr(public, "key_size", None), public_key_sha256=_sha256(spki))


def _ssh_public(text: str) -> KeyText | None:
    if not re.match(r"\s*(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ AAAA", text):
        return None
    return KeyText("public", key_type="rsa" if text.lstrip().startswith("ssh-rsa") else None)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
