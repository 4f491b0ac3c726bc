"""Texts of keys with a few accidents, as a hand, an editor or a form makes them; and DER with a few bytes changed."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import key_samples as keys
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import strategies as st
from key_samples import PKCS1, private_pem, public_pem

from .case import Case

_FIRST, _SECOND = keys.rsa_key(1024), keys.rsa_key(1024, number=1)
_ED25519 = keys.other_key("ed25519")
_PUBLICS = tuple(public_pem(key) for key in (_FIRST, _SECOND, _ED25519))
_LABELS = ("PRIVATE KEY", "RSA PRIVATE KEY", "PUBLIC KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", "CERTIFICATE")
_SNIPPETS = (
    "\n", "\r\n", "\r", " ", "\t", "\0", "\v", "\f", "\\n", '"', "-", "=", "==", "A", "AAAA", "+", "/", "_", ":", "*",
    "\ufeff", "\u00a0", "\u2028", "\u200b", "\u2013", "\u00e9", "\U0001f511", "\x85", "\x1c", "\u3000", "\u0141",
    "-----", "-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n", "-----BEGIN RSA PRIVATE KEY-----",
    "\n-----END RSA PRIVATE KEY-----\n", "Comment: k\n\n", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
    " " * 260, "x" * 254, "# PRIVATE KEY\n",
)  # fmt: skip

_bases = st.sampled_from(
    [
        private_pem(_FIRST),
        private_pem(_FIRST, PKCS1),
        private_pem(_ED25519),
        private_pem(_FIRST) + private_pem(_SECOND, PKCS1),
        public_pem(_FIRST) + private_pem(_FIRST),
        public_pem(_FIRST, pkcs1=True) + private_pem(_FIRST),
    ]
).map(bytes.decode)

_places = st.floats(0, 1, exclude_max=True)
_widths = st.sampled_from([1, 4, 60, 63, 64, 65, 76, 100, 252, 253, 254, 255, 256, 508, 2000])
_ends = st.sampled_from(["\n", "\r\n", "\r", "\n\n", " ", "", "\\n", "\n ", " \n", "\t\n", "\u00a0", "\u2028", "\v"])


def _insert(place: float, snippet: str) -> Callable[[str], str]:
    return lambda text: text[: (at := _at(text, place))] + snippet + text[at:]


def _replace(place: float, snippet: str) -> Callable[[str], str]:
    return lambda text: text[: (at := _at(text, place))] + snippet + text[at + 1 :]


def _cut(place: float, length: int) -> Callable[[str], str]:
    return lambda text: text[: (at := _at(text, place))] + text[at + length :]


def _line(place: float, what: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.split("\n")
        at = _at(lines, place)
        match what:
            case "drop":
                del lines[at]
            case "twice":
                lines.insert(at, lines[at])
            case "swap":
                lines[at], lines[at - 1] = lines[at - 1], lines[at]
            case "indent":
                lines[at] = "  " + lines[at]
            case "blank":
                lines.insert(at, "")
            case _:
                lines[at] += "   "
        return "\n".join(lines)

    return change


def _wrap(width: int) -> Callable[[str], str]:
    def rewrap(found: re.Match[str]) -> str:
        whole = found[2].replace("\n", "")
        return found[1] + "".join(whole[at : at + width] + "\n" for at in range(0, len(whole), width)) + found[3]

    return lambda text: re.sub(r"(-----BEGIN[^-]*-----\n)([^-]*)(-----END)", rewrap, text)


def _relabel(old: str, new: str, count: int) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, count)


def _edit_der(place: float, value: int, how: str) -> Callable[[str], str]:
    def edit(found: re.Match[str]) -> str:
        try:
            der = bytearray(base64.b64decode(found[2], validate=False))
        except ValueError:
            return found[0]
        if not der:
            return found[0]
        at = _at(der, place)
        if how == "set":
            der[at] = value
        elif how == "insert":
            der.insert(at, value)
        else:
            del der[at]
        return found[1] + base64.encodebytes(der).decode() + found[3]

    return lambda text: re.sub(r"(-----BEGIN[^-]*-----\n)([^-]*)(-----END)", edit, text, count=1)


def _at(items: str | list[str] | bytearray, place: float) -> int:
    return int(place * len(items)) if items else 0


_early = _places | _places.map(lambda place: place / 20)  # the structure of DER is in its first bytes
_accidents = st.one_of(
    st.builds(_insert, _places, st.sampled_from(_SNIPPETS)),
    st.builds(_replace, _places, st.sampled_from(_SNIPPETS)),
    st.builds(_cut, _places, st.sampled_from([1, 2, 3, 4, 5, 64, 65, 300])),
    st.builds(_line, _places, st.sampled_from(["drop", "twice", "swap", "indent", "blank", "trail"])),
    st.builds(_wrap, _widths),
    st.builds(_relabel, st.just("\n"), _ends, st.sampled_from([-1, 1, 2])),
    st.builds(_relabel, st.sampled_from(_LABELS), st.sampled_from(_LABELS), st.sampled_from([-1, 1])),
    st.builds(_relabel, st.just("-----"), st.sampled_from(["----", "------", "- - -"]), st.sampled_from([-1, 1])),
    st.builds(_edit_der, _early, st.integers(0, 255), st.sampled_from(["set", "set", "insert", "delete"])),
)


def mutants() -> st.SearchStrategy[Case]:
    return damaged(_bases).map(lambda text: Case("mutant", text.encode(), (*_PUBLICS, *_public_of_seed(text))))


def damaged(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(_damaged, texts, st.lists(_accidents, min_size=1, max_size=3))


def _damaged(text: str, accidents: list[Callable[[str], str]]) -> str:
    for accident in accidents:
        text = accident(text)
    return text


def _public_of_seed(text: str) -> tuple[bytes, ...]:
    """Of a damaged Ed25519 key: other bytes are another key, and as good a one. What stands before them may be damaged
    too, but must still be known for what it was."""
    armour = re.search(r"-----BEGIN [^-]+-----([^-]*)-----END", text)
    bodies = (armour[1] if armour else text, re.sub(r"-----(BEGIN|END) [^-]+-----", "", text))
    return tuple(public for body in bodies for public in _public_of_body(body))


def _public_of_body(body: str) -> tuple[bytes, ...]:
    digits = re.sub(r"[^A-Za-z0-9+/_-]", "", body.partition("=")[0])
    try:
        data = base64.b64decode(digits.replace("-", "+").replace("_", "/"))
    except ValueError:
        return ()
    whole = keys.private_der(_ED25519)
    if len(data) != 48 or sum(a == b for a, b in zip(data[:16], whole, strict=False)) < 8:
        return ()
    return (public_pem(ed25519.Ed25519PrivateKey.from_private_bytes(data[16:])),)
