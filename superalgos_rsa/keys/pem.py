"""Finds PEM blocks in a text, even damaged ones, and names the damage as against strict PEM (RFC 7468)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

DAMAGE: dict[str, str] = {
    "bom": "it begins with a byte order mark",
    "not-utf8": "it is not UTF-8",
    "nul": "it holds NUL bytes",
    "quoted": "there are quotes around it",
    "literal-newlines": r"it holds the two characters \n where lines should end",
    "one-line": "it stands on one line",
    "spaces-for-newlines": "there are spaces where lines should end",
    "cr-only": "its lines end in a carriage return alone, as on old Macs",
    "indented": "its lines are indented",
    "blank-lines": "there are blank lines inside the key",
    "long-lines": "its lines are longer than 64 characters",
    "lowercase-label": "its BEGIN or END line is not in capital letters",
    "wrong-dashes": "its BEGIN or END line has not five dashes on each side",
    "en-dash": "its BEGIN or END line has typographic dashes instead of hyphens",
    "no-header": "it has no BEGIN line",
    "no-footer": "it has no END line",
    "labels-differ": "its BEGIN and END lines name different things",
    "wrong-label": "its BEGIN line names another kind of key than follows",
    "header-lines": "there are other lines between the BEGIN line and the key",
    "text-before": "there is other text before the BEGIN line",
    "text-after": "there is other text after the END line",
    "url-safe": "it is in the URL variant of base64, with - and _",
    "body-not-base64": "there are characters in it that are not base64",
    "damaged-bytes": "some of its bytes are damaged, but not those that make the key",
    "truncated": "its end is missing",
    "undecodable": "it does not decode as a key",
    "hmac-secret": "64 letters and digits stand between the BEGIN and the END line, as in an HMAC secret, and no key",
    "not-a-key": "what stands between the BEGIN and the END line is no key",
}
"""Each kind of damage by name, described in plain words, in the order of the report."""

_DASH = "-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d\ufffd"
_LINE = re.compile(
    rf"([{_DASH}]{{1,20}})[ \t]{{0,9}}(BEGIN|END)\b([A-Z0-9 \t._]{{0,60}})([{_DASH}]{{1,20}})", re.IGNORECASE
)
_ESCAPE = re.compile(r"(?<!\\)\\+(?:r\\+n|[rn])")  # begins only at the start of a run of backslashes, to stay linear
_HEADER_LINE = re.compile(r"^[ \t]*[A-Za-z0-9-]+:[^\n]*\n", re.MULTILINE)
_BODY_LINE = re.compile(r"[ \t]*[A-Za-z0-9+/=]+[ \t\r]*")
_KEY_BEGINS = re.compile(r"(?:\A|-----)[^A-Za-z0-9+/-]*(?=M)")  # the first letter of a DER sequence in base64
_ANY_LINE = re.compile(r"-----[^-]*-----")
_MOST_LOOSE = 4
_LONGEST_LOOSE = 1 << 14
_BLANK = " \t\r\n\0"
_QUOTES = "\"'`,;"


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """One PEM block, read as far as possible."""

    label: str
    """In capital letters."""
    der: bytes
    """The decoded body, as far as it can be decoded."""
    encrypted: bool
    """Encrypted by a header of RFC 1421. Encrypted PKCS#8 is told by the label instead."""
    damage: frozenset[str]
    start: int
    """Where in the text the lines between the BEGIN and the END line begin."""


def blocks(text: str) -> tuple[Block, ...]:
    """Every block in the text, also one that lacks its BEGIN or END line."""
    lines = list(_LINE.finditer(text))
    found: list[Block] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        following = lines[position + 1] if position + 1 < len(lines) else None
        if line[2].upper() == "END":
            found.append(_block(text, None, line, lines[position - 1].end() if position else 0))
        elif following is not None and following[2].upper() == "END":
            found.append(_block(text, line, following, line.end()))
            position += 1
        else:
            found.append(_block(text, line, None, line.end(), following.start() if following else None))
        position += 1
    if found:
        outside = _outside(
            text,
            0 if lines[0][2].upper() == "END" else lines[0].start(),
            lines[-1].end() if lines[-1][2].upper() == "END" else len(text),
        )
        found[0] = replace(found[0], damage=found[0].damage | outside)
    return tuple(found)


def decode(body: str) -> bytes:
    """The base64 in a text; all other characters are dropped."""
    digits = re.sub(r"[^A-Za-z0-9+/]", "", body.partition("=")[0].replace("-", "+").replace("_", "/"))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + "=" * (-len(digits) % 4))


def loose(text: str) -> Iterator[bytes]:
    """What may be a key and stands in no whole block, as when a line around it is damaged: engines read it there. They
    all look for these two words first."""
    if "PRIVATE KEY" not in text or len(text) > _LONGEST_LOOSE:
        return
    after_lines = (line.end() for line in _LINE.finditer(text))
    begins = (found.end() for found in _KEY_BEGINS.finditer(text))
    starts = (0, *islice(after_lines, _MOST_LOOSE), *islice(begins, _MOST_LOOSE))
    yield from dict.fromkeys(
        decode(part) for at in starts for part in (_ANY_LINE.sub("", text[at:]), text[at:].partition("-----")[0])
    )


def _block(
    text: str, begin: re.Match[str] | None, end: re.Match[str] | None, start: int, stop: int | None = None
) -> Block:
    body = text[start : end.start() if end else stop if stop is not None else len(text)]
    if begin is None:
        body = _last_lines(body)
    elif end is None:
        body = body.rstrip() + "\n"
    damage = {name for line in (begin, end) if line for name in _line_damage(line)}
    damage |= {"no-header"} if begin is None else {"no-footer"} if end is None else set()
    if begin and end and _label(begin) != _label(end):
        damage.add("labels-differ")
    if any(
        line and re.search(r"(?:^|\n|\\n)[ \t]+$", text[max(0, line.start() - 99) : line.start()])
        for line in (begin, end)
    ):
        damage.add("indented")
    bare = _ESCAPE.sub("\n", body)
    if bare != body:
        damage.add("literal-newlines")
    headers = _HEADER_LINE.findall(bare)
    plain = _HEADER_LINE.sub("", bare)
    encrypted = any("ENCRYPTED" in header for header in headers)
    if headers and not encrypted:
        damage.add("header-lines")
    damage |= _layout(body, plain, has_headers=bool(headers)) | _alphabet(plain)
    line = begin or end
    assert line is not None
    return Block(_label(line), decode(plain), encrypted, frozenset(damage), start)


def _last_lines(body: str) -> str:
    """The key of a block without BEGIN line: from behind the last line that cannot belong to it, or from the top."""
    kept: list[str] = []
    for line in reversed(body.split("\n")[:-1]):
        if not _BODY_LINE.fullmatch(line):
            break
        kept.append(line + "\n")
    return "".join(reversed(kept)) or body


def _label(line: re.Match[str]) -> str:
    return " ".join(line[3].upper().split())


def _line_damage(line: re.Match[str]) -> set[str]:
    damage = set()
    dashes = line[1] + line[4]
    if set(dashes) != {"-"}:
        damage.add("en-dash")
    elif len(line[1]) != 5 or len(line[4]) != 5:
        damage.add("wrong-dashes")
    if line[2] + line[3] != (line[2] + line[3]).upper():
        damage.add("lowercase-label")
    return damage


def _layout(body: str, plain: str, *, has_headers: bool) -> set[str]:
    damage = set()
    if "\n" not in body:
        if "\r" in body:
            damage.add("cr-only")
        elif re.search(r"\S[ \t]+\S", body):
            damage.add("spaces-for-newlines")
        elif "\\" not in body:
            damage.add("one-line")
    lines = re.split(r"\r\n|\n|\r", plain)
    inner = lines[1:-1]
    if any(re.match(r"[ \t]+\S", line) for line in inner):
        damage.add("indented")
    if not has_headers and any(not line.strip(_BLANK) for line in inner):
        damage.add("blank-lines")
    if len(lines) > 1 and any(len(line.strip(_BLANK)) > 64 for line in inner):
        damage.add("long-lines")
    return damage


def _alphabet(plain: str) -> set[str]:
    damage = set()
    if "\0" in plain:
        damage.add("nul")
    strange = set(re.sub(r"[A-Za-z0-9+/=\s\0]", "", plain.strip(" \t\r\n\"'`,;\\")))
    if strange and strange <= {"-", "_"}:
        damage.add("url-safe")
    elif strange:
        damage.add("body-not-base64")
    return damage


def _outside(text: str, start: int, end: int) -> set[str]:
    damage = set()
    before, after = text[:start].lstrip("\ufeff").strip(_BLANK), text[end:]
    if before and set(before) <= set(_QUOTES):
        damage.add("quoted")
    elif before:
        damage.add("text-before")
    if "\0" in text[:start] + after:
        damage.add("nul")
    rest = _ESCAPE.sub("", after)
    if rest != after:
        damage.add("literal-newlines")
    if rest.strip(_BLANK + _QUOTES if "quoted" in damage else _BLANK):
        damage.add("text-after")
    return damage
