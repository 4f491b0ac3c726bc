"""JSON text with the place of every value, and edits that change the bytes of one value only.

JSON as JavaScript reads it (tried with `JSON.parse` of Node 20): no `NaN`, no `Infinity`, no byte order mark; of
duplicate members the last one wins.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in CPython, absent from the stubs
from typing import Any, Final, NamedTuple, NoReturn

Pointer = tuple[str | int, ...]
Trie = dict[Any, "Trie"]

BOM = "\ufeff"
_TYPOGRAPHIC_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column count from 1; the column counts characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value stands in the text: `text[start:end]` is its JSON."""

    start: int
    end: int


GONE: Final = object()


class Meant(NamedTuple):
    """What an edit is to bring about: another value at one place, or none (`GONE`) where a list had an item. Where a
    text stands on the way, the pointer leads into the JSON that the text holds."""

    pointer: Pointer
    value: Any


@dataclass(frozen=True, slots=True)
class Edit:
    """`meant` is `None` where every value stays as it is."""

    span: Span
    replacement: str = field(repr=False)
    meant: Meant | None = field(default=None, repr=False)

    def below(self, pointer: Pointer) -> Edit:
        """The same edit, of a value that stands at this place of a larger one."""
        meant = self.meant
        return self if meant is None else replace(self, meant=Meant((*pointer, *meant.pointer), meant.value))


class JsonError(Exception):
    """The text is no JSON. It carries the place and a reason that quotes nothing of the text."""

    def __init__(self, reason: str, place: Place) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


def _skip_space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # the pattern matches the empty text


def decode(data: bytes) -> str:
    """Text that `encode` turns back into the same bytes, whatever they are."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def utf8_error(data: bytes) -> Place | None:
    """The first place at which the bytes are not UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        head = data[: error.start].decode("utf-8")
        return place(head, len(head))
    return None


def place(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _parse_long_int(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else float(digits)


def _scanner(decoder: Any) -> Any:  # the stubs do not know `scan_once`
    return decoder.scan_once


_scan = _scanner(json.JSONDecoder(parse_constant=_refuse_constant))
# Python refuses to convert integers of over 4,300 digits; JavaScript reads them as Infinity.
_scan_long_ints = _scanner(json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_parse_long_int))


def parse(text: str) -> Any:
    """The value of a JSON text, a leading byte order mark apart. Raises `JsonError`."""
    return _parse(text, _scan)


def parse_noting_duplicates(text: str) -> tuple[Any, dict[Pointer, Place]]:
    """The value, and members whose name stands twice in their object, each at the later place: that one counts."""
    twice: list[tuple[Pointer, int]] = []
    seen = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal seen
        members = dict(pairs)
        seen = seen or len(members) < len(pairs)
        return members

    value = _parse(text, _scanner(json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=look)))
    if seen:  # rare, so only then is it worth walking the whole text for the places
        _walk(text, _Everything(), {}, twice)
    return value, places(text, {pointer: Span(offset, offset) for pointer, offset in twice})


def _parse(text: str, scan: Any) -> Any:
    collecting = gc.isenabled()
    gc.disable()  # a large document makes a hundred thousand values and no garbage; looking for it costs a third
    try:
        value, end = _scan_value(text, _start(text), scan)
    finally:
        if collecting:
            gc.enable()
    end = _skip_space(text, end)
    if end != len(text):
        raise JsonError("there is more text after the end of the value", place(text, end))
    return value


def _start(text: str) -> int:
    return _skip_space(text, 1 if text.startswith(BOM) else 0)


def _scan_value(text: str, start: int, scan: Any = _scan) -> tuple[Any, int]:
    try:
        try:
            result: tuple[Any, int] = scan(text, start)
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError) or "digits" not in str(error):
                raise
            result = _scan_long_ints(text, start)
    except StopIteration as stop:
        reason = _reason(text, stop.value, "Expecting value") if text[start:] else "the file is empty"
        raise JsonError(reason, place(text, stop.value)) from None
    except json.JSONDecodeError as error:
        # `from None`: the original holds the whole text, secrets and all.
        raise JsonError(_reason(text, error.pos, error.msg), place(text, error.pos)) from None
    except RecursionError:
        raise JsonError("the values are nested too deep (hundreds of levels)", Place(1, 1)) from None
    except ValueError as error:
        raise JsonError(str(error), Place(1, 1)) from None
    return result


def _reason(text: str, at: int, message: str) -> str:
    found = text[at : at + 1]
    if found in _TYPOGRAPHIC_QUOTES and found:
        return "a typographic quote stands where a straight double quote belongs"
    if message.startswith(("Invalid \\escape", "Invalid \\u")):
        return "a backslash stands alone; in JSON a backslash is written twice"
    if found == "}" or found == "]" or message.startswith("Illegal trailing comma"):
        return "a comma stands before a closing bracket, or a value is missing"
    if message.startswith("Invalid control character"):
        return "a line break, tab or other control character stands inside a text"
    if message.startswith("Unterminated string"):
        return "a text begins here and has no end"
    return {
        "Expecting property name enclosed in double quotes": "a name in double quotes is expected here",
        "Expecting ':' delimiter": "a colon is expected here",
        "Expecting ',' delimiter": "a comma or the end is expected here",
        "Expecting value": "a value is expected here",
    }.get(message, "this is no JSON")


def locate(text: str, pointers: Iterable[Pointer]) -> dict[Pointer, Span]:
    """Spans of the values at these pointers and of what they stand in, in a text that `parse` accepts.

    The standard library's C scanner gives no positions, but says where a value ends: only the containers on the way
    to a wanted value are walked here, every other value is skipped by it.
    """
    wanted: Trie = {}
    for pointer in pointers:
        branch = wanted
        for step in pointer:
            branch = branch.setdefault(step, {})
    found: dict[Pointer, Span] = {}
    _walk(text, wanted, found, [])
    return found


class _Everything(dict[Any, Any]):
    """A trie that wants every value."""

    def get(self, key: Any, default: Any = None) -> Trie:
        return self

    def __bool__(self) -> bool:
        return True


@dataclass(slots=True)
class _Open:
    """A container that is being walked: where it began, what is wanted below it, and how far the walk has come."""

    start: int
    wanted: Trie
    pointer: Pointer
    index: int = -1
    names: set[str] = field(default_factory=set)


def _walk(text: str, wanted: Trie, found: dict[Pointer, Span], twice: list[tuple[Pointer, int]]) -> None:
    at = _start(text)
    # With a stack of its own, since a document may be nested deeper than Python recurses.
    stack: list[_Open] = []
    pointer: Pointer = ()
    while True:
        if wanted and text[at] in "{[":
            stack.append(_Open(at, wanted, pointer))
            at += 1
        else:
            end = _scan_value(text, at)[1]
            found[pointer] = Span(at, end)
            at = end
        while True:
            if not stack:
                return
            step = _next_member(text, at, stack[-1])
            if isinstance(step, int):
                closed = stack.pop()
                at = step
                found[closed.pointer] = Span(closed.start, at)
                continue
            name, at = step
            branch = stack[-1].wanted.get(name)
            if branch is not None:
                pointer, wanted = (*stack[-1].pointer, name), branch
                if isinstance(name, str):
                    if name in stack[-1].names:
                        twice.append((pointer, at))
                        _forget(found, pointer, wanted)
                    stack[-1].names.add(name)
                break
            at = _scan_value(text, at)[1]


def _forget(found: dict[Pointer, Span], pointer: Pointer, wanted: Trie) -> None:
    """What stood in the earlier of two members of one name is not in the document."""
    stale = [(pointer, wanted)]
    while stale:
        pointer, wanted = stale.pop()
        if found.pop(pointer, None) is not None:
            stale += [((*pointer, step), below) for step, below in wanted.items()]


def _next_member(text: str, at: int, container: _Open) -> tuple[str | int, int] | int:
    """Name and start of the next member's value, or the offset behind the container's end."""
    at = _skip_space(text, at)
    if text[at] in "}]":
        return at + 1
    if text[at] == ",":
        at = _skip_space(text, at + 1)
    if text[container.start] == "[":
        container.index += 1
        return container.index, at
    name, at = scanstring(text, at + 1, True)
    at = _skip_space(text, at)
    return name, _skip_space(text, at + 1)


def places(text: str, spans: dict[Pointer, Span]) -> dict[Pointer, Place]:
    """Line and column of each span's start, in one pass over the text."""
    result: dict[Pointer, Place] = {}
    line, counted = 1, 0
    for pointer, span in sorted(spans.items(), key=lambda item: item[1].start):
        line += text.count("\n", counted, span.start)
        counted = span.start
        result[pointer] = Place(line, span.start - text.rfind("\n", 0, span.start))
    return result


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made. Edits that overlap raise `ValueError`."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda item: (item.span.start, item.span.end)):
        if edit.span.start < at:
            raise ValueError("edits overlap")
        parts += [text[at : edit.span.start], edit.replacement]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def quote(value: str) -> str:
    """A JSON string as the platform writes it: non-ASCII letters as they are, lone surrogates escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)


def pointer_text(pointer: Pointer) -> str:
    """RFC 6901 form, `/rootNodes/1/config`; the whole document is the empty text."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
