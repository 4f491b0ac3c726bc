"""JSON text with the place of every value, as JavaScript reads it (tried with `JSON.parse` of Node 20): no `NaN`, no
`Infinity`, no byte order mark; of duplicate members the last one wins."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in CPython, absent from the stubs
from typing import Any, NoReturn

Pointer = tuple[str | int, ...]
Container = dict[str, Any] | list[Any]
Way = tuple["Way", str | int] | None
"""A pointer as a linked list to the root: values below the same step share it."""

BOM = "\ufeff"
MOST_LEVELS = 100
"""Nesting limit for every walk through a document. Ready-made workspaces have at most 29 levels."""
MOST_CONTAINERS = 150_000
MOST_VALUES = 500_000
"""The largest ready-made workspace, of 3.6 MB, has 8,000 objects and lists and 30,000 values."""
MOST_TOLD = 1000
"""The most mistakes of one kind that are told of one document."""
_TYPOGRAPHIC_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_BLANK = " \t\n\r" + BOM
_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)


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


class JsonError(Exception):
    """The text is no JSON. It carries the place and a reason that quotes nothing of the text."""

    def __init__(self, reason: str, place: Place) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


class LimitError(JsonError):
    """The text exceeds one of the limits above, so it was not read. It may be valid JSON."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, Place(1, 1))


class TooDeepError(LimitError):
    """Its values stand in each other deeper than every walk goes."""

    def __init__(self) -> None:
        super().__init__(f"its values are nested too deep (over {MOST_LEVELS} levels)")


def skip_space(text: str, at: int) -> int:
    """Where the white space that begins there ends."""
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # the pattern matches the empty text


def decode(data: bytes) -> str:
    """The bytes as text; `encode` gives the same bytes back, also those that are not UTF-8."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes from which `decode` made this text."""
    return text.encode("utf-8", "surrogateescape")


def decode_noting_error(data: bytes) -> tuple[str, Place | None]:
    """The text as `decode` gives it, and the first place at which the bytes are not UTF-8."""
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError as error:
        head = data[: error.start].decode("utf-8")
        return decode(data), place(head, len(head))


def utf8_error(data: bytes) -> Place | None:
    """The first place at which the bytes are not UTF-8."""
    return decode_noting_error(data)[1]


def place(text: str, offset: int) -> Place:
    """Line and column of an offset into the text."""
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def refuse_constant(name: str) -> NoReturn:
    """`NaN` and `Infinity`, which Python would take."""
    raise ValueError(f"{name} is no JSON")


def _parse_long_int(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else float(digits)


Scan = Callable[[str, int], tuple[Any, int]]
"""From where a value begins to the value, and to where it ends."""


def scanner(decoder: Any) -> Any:  # the stubs do not know `scan_once`
    """The C scanner of a decoder."""
    return decoder.scan_once


_scan = scanner(json.JSONDecoder(parse_constant=refuse_constant))
# Python refuses to convert integers of over 4,300 digits; JavaScript reads them as Infinity.
_scan_long_ints = scanner(json.JSONDecoder(parse_constant=refuse_constant, parse_int=_parse_long_int))


def parse(text: str, scan: Scan = _scan) -> Any:
    """The value of a JSON text, a leading byte order mark apart. Raises `JsonError`."""
    _hold_to_limits(text)
    collecting = gc.isenabled()
    gc.disable()  # a large document makes a hundred thousand values and no garbage; looking for it costs a third
    try:
        value, end = scan_value(text, _start(text), scan)
    finally:
        if collecting:
            gc.enable()
    end = skip_space(text, end)
    if end != len(text):
        raise JsonError("there is more text after the end of the value", place(text, end))
    return value


def containers(
    value: Any, start: Way = None, passed_over: frozenset[str] = frozenset()
) -> Iterator[tuple[Container, Way, int]]:
    """Every object and list of the value at `start` with its level, in document order, but none inside members named in
    `passed_over`. Raises `LimitError` below `MOST_LEVELS`."""
    if not isinstance(value, dict | list):
        return
    yield value, start, 0
    # With an explicit stack: a document may be nested deeper than Python recurses.
    stack: list[tuple[Iterator[tuple[str | int, Any]], Way]] = [(_members(value), start)]
    while stack:
        members, way = stack[-1]
        for step, item in members:
            if isinstance(item, dict | list) and step not in passed_over:
                if len(stack) == MOST_LEVELS:
                    raise TooDeepError
                below = (way, step)
                yield item, below, len(stack)
                stack.append((_members(item), below))
                break
        else:
            stack.pop()


def _members(container: Container) -> Iterator[tuple[str | int, Any]]:
    return iter(container.items()) if isinstance(container, dict) else iter(enumerate(container))


def pointer_of(way: Way) -> Pointer:
    """The pointer of a way, from the root on."""
    steps: list[str | int] = []
    while way is not None:
        way, step = way
        steps.append(step)
    return tuple(reversed(steps))


def _hold_to_limits(text: str) -> None:
    """Check the limits before parsing: small values take twenty times the memory of their text."""
    if len(text) <= MOST_CONTAINERS or not _is_beyond(text):
        return
    if _is_beyond(_STRING.sub("", text)):  # without strings, whose brackets and commas do not count
        raise LimitError(f"it holds more than {MOST_CONTAINERS:,} objects and lists, or {MOST_VALUES:,} values")


def _is_beyond(text: str) -> bool:
    return text.count("{") + text.count("[") > MOST_CONTAINERS or text.count(",") >= MOST_VALUES


def _start(text: str) -> int:
    return skip_space(text, 1 if text.startswith(BOM) else 0)


def scan_value(text: str, start: int, scan: Scan = _scan) -> tuple[Any, int]:
    """The value that begins there, and where it ends. Raises `JsonError`."""
    try:
        try:
            result = scan(text, start)
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError) or "digits" not in str(error):
                raise
            result = _scan_long_ints(text, start)
    except StopIteration as stop:
        reason = reason_at(text, stop.value, "Expecting value") if text.strip(_BLANK) else "the file is empty"
        raise JsonError(reason, place(text, stop.value)) from None
    except json.JSONDecodeError as error:
        at = error.pos
        if error.msg.startswith("Illegal trailing comma"):  # its place in Python 3.13; before that, the bracket's
            at = skip_space(text, at + 1)
        # `from None`: the original holds the whole text, secrets and all.
        raise JsonError(reason_at(text, at, error.msg), place(text, at)) from None
    except RecursionError:
        raise TooDeepError from None
    except ValueError as error:
        raise JsonError(str(error), Place(1, 1)) from None
    return result


def reason_at(text: str, at: int, message: str) -> str:
    """Why the text is no JSON at this place, by the message of Python's own scanner."""
    found = text[at : at + 1]
    if found in _TYPOGRAPHIC_QUOTES and found:
        return "a typographic quote stands where a straight double quote belongs"
    if message.startswith(("Invalid \\escape", "Invalid \\u")):
        return "a backslash stands alone; in JSON a backslash is written twice"
    if found == "}" or found == "]":
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


class _Wanted(dict[Any, "_Wanted"]):
    """A trie of pointers: the steps below this one, the pointer that ends here, and which of them the walk has seen."""

    __slots__ = ("below", "pointer", "seen")

    def __init__(self) -> None:
        self.pointer: Pointer | None = None
        self.seen = False
        self.below: list[_Wanted] | None = None


def locate(text: str, pointers: Iterable[Pointer]) -> dict[Pointer, Span]:
    """Spans of the values at these pointers, as far as they exist, in a text that `parse` accepts.

    Only containers on the way to a wanted value are walked here; the standard library's C scanner skips all others.
    """
    wanted = _Wanted()
    for pointer in pointers:
        branch = wanted
        for step in pointer:
            below = branch.get(step)
            if below is None:
                below = branch[step] = _Wanted()
            branch = below
        branch.pointer = pointer
    found: dict[Pointer, Span] = {}
    _walk(text, wanted, found)
    return found


@dataclass(slots=True)
class _Open:
    """A container that is being walked: its start, the wanted pointers in it, and the current place."""

    start: int
    wanted: _Wanted
    index: int = -1


def _walk(text: str, wanted: _Wanted, found: dict[Pointer, Span]) -> None:
    at = _start(text)
    stack: list[_Open] = []
    while True:
        if wanted and text[at] in "{[":
            stack.append(_Open(at, wanted))
            at += 1
        else:
            start, at = at, scan_value(text, at)[1]
            _note(wanted, start, at, found)
        while True:
            if not stack:
                return
            step = _next_member(text, at, stack[-1])
            if isinstance(step, int):
                closed = stack.pop()
                at = step
                _note(closed.wanted, closed.start, at, found)
                continue
            name, at = step
            branch = stack[-1].wanted.get(name)
            if branch is not None:
                _enter(stack[-1].wanted, branch, found)
                wanted = branch
                break
            at = scan_value(text, at)[1]


def _note(wanted: _Wanted, start: int, end: int, found: dict[Pointer, Span]) -> None:
    if wanted.pointer is not None:
        found[wanted.pointer] = Span(start, end)


def _enter(above: _Wanted, branch: _Wanted, found: dict[Pointer, Span]) -> None:
    """Enter a member; what was found in an earlier one of the same name is dropped, since it does not count."""
    stale = [branch] if branch.seen else []
    while stale:
        gone = stale.pop()
        gone.seen = False
        if gone.pointer is not None:
            found.pop(gone.pointer, None)
        stale += gone.below or ()
        gone.below = None
    branch.seen = True
    above.below = above.below or []
    above.below.append(branch)


def _next_member(text: str, at: int, container: _Open) -> tuple[str | int, int] | int:
    """Name and start of the next member's value, or the offset behind the container."""
    at = skip_space(text, at)
    if text[at] in "}]":
        return at + 1
    if text[at] == ",":
        at = skip_space(text, at + 1)
    if text[container.start] == "[":
        container.index += 1
        return container.index, at
    name, at = scanstring(text, at + 1, True)
    at = skip_space(text, at)
    return name, skip_space(text, at + 1)


def places(text: str, spans: dict[Pointer, Span]) -> dict[Pointer, Place]:
    """Line and column of each span's start, in one pass over the text."""
    result: dict[Pointer, Place] = {}
    line, counted = 1, 0
    for pointer, span in sorted(spans.items(), key=lambda item: item[1].start):
        line += text.count("\n", counted, span.start)
        counted = span.start
        result[pointer] = Place(line, span.start - text.rfind("\n", 0, span.start))
    return result


def pointer_text(pointer: Pointer) -> str:
    """The pointer as in RFC 6901, `/rootNodes/1/config`; empty for the whole document."""
    joined = "\n".join(map(str, pointer))
    if "/" in joined or "~" in joined or joined.count("\n") != len(pointer) - 1:
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
    return "/" + joined.replace("\n", "/")


def pointer_length(pointer: Pointer) -> int:
    """The length of the pointer as text, without escapes."""
    return len(pointer) + sum(map(len, map(str, pointer)))
