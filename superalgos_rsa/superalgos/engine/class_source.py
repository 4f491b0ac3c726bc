"""Reads from the source file of a ccxt class which fields it requires and how it signs; nothing of it is run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass, Scheme

BASE_REQUIRES = {"apiKey": True, "secret": True}
"""What ccxt's base class requires in every version; used where its file cannot be read."""

_LISTED = re.compile(r"^const exchanges = \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"^ *'(\w+)' *:", re.MULTILINE)
_EXTENDS = re.compile(r"^(?:module\.exports = )?class \w+ extends ([\w$]+)", re.MULTILINE)
_FILE = re.compile(r"(?:(?:abstract|base)/)?\w+(?:\.js)?")
_SIGN = re.compile(r"^ {4}(?:async )?sign ?\(", re.MULTILINE)
_REQUIRED = re.compile(r"'requiredCredentials' *: *\{([^{}]*)\}")
_FLAG = re.compile(r"^\s*'(\w+)' *: *(true|false)\b", re.MULTILINE)

_OF_PRIVATE_KEYS = {
    "RSA": re.compile(r"\brsa ?\(|\bjwt ?\(.*(?:'RS\d|, true\b)"),
    "Ed25519": re.compile(r"\b(?:eddsa|axolotl) ?\(|'EdDSA'"),
    "ECDSA": re.compile(r"\b(?:ecdsa|sign(?:Message|Hash)\w*) ?\(|'ES256'"),
    "Starknet": re.compile(r"\b\w*[sS]tarknetSign ?\("),
}
_SECRET = re.compile(r"^.*\bthis\.secret\b.*$", re.MULTILINE)
_KNOWN_USE = re.compile(
    r"\b(?:hmac|hash|jwt) ?\(.*\bthis\.secret\b|\bsecret = this\.secret\.toUpperCase\b"
    r"|\bsecret = this\.(?:encode|hash|base64ToBinary|stringToBinary) ?\(.*\bthis\.secret\b"
    r"|(?:\+|'[\w-]+':|\] =|\bthis\.token =) this\.secret\b *[;,)}]|\bthis\.secret !== undefined\b"
)
_FROM_BASE64 = re.compile(r"\bbase64To\w+ ?\((?:this\.encode ?\()?this\.secret\b")
_TOLD_TO_SIGN_IN = re.compile(r"\bthrow new .*AuthenticationError.*\bsignIn\(\)")
_SIGNS_IN = re.compile(r"\bthis\.signIn ?\(")
_STANDS_IN = re.compile(r"\bthis\.(\w+) = this\.(apiKey|secret);")
_CHECKS = re.compile(r"\bthis\.checkRequiredCredentials ?\(\)")
_CHECKS_IN_PART = frozenset({"coinbase", "kuna"})  # 4.5.84 sends an empty token; 4.4.25 checks in its old API alone
_CHECKS_BESIDES = re.compile(
    r"if \(+!?this\.(uid|password|login)(?: === undefined\b[^{\n]*)?\) \{\s*throw new .*AuthenticationError"
)
_SANDBOX = re.compile(r"^ {16}'test' *: *(?!undefined)|^ {4}setSandboxMode ?\(", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://|/?\*).*$", re.MULTILINE)
_TELL_OF_TWO_LINES = (
    *("if (!this.uid", "if (!this.password", "if (!this.login", "apiKey.indexOf"),
    *("if (this.uid === undefined", "if (this.password === undefined", "if (this.login === undefined"),
)
_TELLING = (
    *("this.secret", "this.apiKey;", "checkRequiredCredentials", "sign(", "sign (", "signIn"),
    *("rsa(", "rsa (", "jwt", "eddsa", "EdDSA", "axolotl", "ES256", "signMessage", "signHash", "tarknetSign"),
    *("ecdsa", "'test'", "setSandboxMode", *_TELL_OF_TWO_LINES),
)
_HOLDS = re.compile(r"\bapiKey\.indexOf ?\('([^'\n]+)'\) < 0\) \{\s*throw\b")


def listed(index: str) -> frozenset[str] | None:
    """The exchanges of ccxt, from the text of its main file."""
    found = _LISTED.search(index)
    names = frozenset(_NAME.findall(found[1])) if found else frozenset()
    return names or None


def parent(text: str, file: str) -> str | None:
    """The file of the class that this one extends, as `file` names its own; `None` where the text is no class.

    Files are named from the folder of the classes and without `.js`: `kraken`, `abstract/kraken`, `base/Exchange`.
    """
    found = _EXTENDS.search(text)
    if found is None:
        return None
    where = re.search(rf"^(?:var|const) {re.escape(found[1])} = require ?\('([^'\n]+)'\)", text, re.MULTILINE)
    above = posixpath.normpath(posixpath.join(posixpath.dirname(file), where[1])) if where else ""
    return above.removesuffix(".js") if _FILE.fullmatch(above) else None


def signs(chain: Sequence[tuple[str, str]], base: str | None) -> ExchangeClass:
    """How the class in the first file signs, and those that it extends; `base` is the text of ccxt's base class."""
    flags = _flags(base) if base is not None else {}
    flags = flags or dict(BASE_REQUIRES)
    for _, text in reversed(chain):
        flags |= _flags(text)
    required = tuple(name for name, wanted in flags.items() if wanted)
    texts = [_telling_lines(text) for _, text in chain]
    private_keys = tuple(kind for kind, call in _OF_PRIVATE_KEYS.items() if any(map(call.search, texts)))
    signer = next((file for (file, _), text in zip(chain, texts, strict=True) if _SIGN.search(text)), chain[0][0])
    return ExchangeClass(
        chain[0][0],
        required=required,
        needs=_needs(required, texts),
        scheme="private-key" if private_keys else _scheme(texts),
        private_keys=private_keys,
        signer=signer,
        checks=any(map(_CHECKS.search, texts)) and signer not in _CHECKS_IN_PART,
        api_key_holds=next((found[1] for found in map(_HOLDS.search, texts) if found), None),
        sandbox=any(map(_SANDBOX.search, texts)),
        source="class",
    )


def _flags(text: str) -> dict[str, bool]:
    found = _REQUIRED.search(text)
    return {name: flag == "true" for name, flag in _FLAG.findall(found[1])} if found else {}


def _needs(required: tuple[str, ...], texts: Sequence[str]) -> tuple[str, ...]:
    """The required fields, without those the class takes from another field, plus those it checks itself."""
    stand_ins = {field: other for text in texts for field, other in _STANDS_IN.findall(text)}
    besides = (field for text in texts for field in _CHECKS_BESIDES.findall(text))
    return tuple(dict.fromkeys([*(stand_ins.get(field, field) for field in required), *besides]))


def _scheme(texts: Sequence[str]) -> Scheme:
    uses = [use for text in texts for use in _SECRET.findall(text)]
    if not uses:
        return "api-key"
    if not all(map(_KNOWN_USE.search, uses)):
        return "unknown"
    if any(map(_TOLD_TO_SIGN_IN.search, texts)) and not any(map(_SIGNS_IN.search, texts)):
        return "session"
    return "base64" if any(map(_FROM_BASE64.search, texts)) else "text"


def _telling_lines(text: str) -> str:
    """The lines that a pattern may match, without comments: a class of 800 KB is read at every start."""
    spans = set()
    for word in _TELLING:
        at = text.find(word)
        while at >= 0:
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            spans.add((start, text.find("\n", end + 1) if word in _TELL_OF_TWO_LINES else end))
            at = text.find(word, end)
    return "\n".join(_COMMENT.sub("", text[start:end]) for start, end in sorted(spans))
