"""JSON as it is written: objects as pairs, so that a name may stand twice, and numbers as their digits.

The tool's own reader is not used here: what an edit changed is judged by another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """What stands in the text as it is: a number, or what no value could say."""

    text: str


@dataclass(slots=True)
class Members:
    """An object. `pairs` may hold a name more than once."""

    pairs: list[tuple[str, Any]]

    def get(self, name: str) -> Any:
        """The last one of that name counts, as in JavaScript."""
        return next((value for found, value in reversed(self.pairs) if found == name), None)


def read(text: str) -> Any:
    """Raises `ValueError` where the text is no JSON, `RecursionError` where it is too deep. A byte order mark is no
    part of it."""
    return json.loads(
        text.removeprefix("\ufeff"), object_pairs_hook=lambda pairs: Members(list(pairs)), parse_int=Raw,
        parse_float=Raw, parse_constant=_refuse,
    )  # fmt: skip


def _refuse(name: str) -> Any:
    raise ValueError(name)


def write(value: Any, indent: int | None = 4, depth: int = 1) -> str:
    """As the platform saves, with `indent` at 4; on one line with `None`."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Members):
        parts = [f"{_quote(name)}: {write(item, indent, depth + 1)}" for name, item in value.pairs]
        return _enclosed("{}", parts, indent, depth)
    if isinstance(value, list):
        return _enclosed("[]", [write(item, indent, depth + 1) for item in value], indent, depth)
    return _quote(value) if isinstance(value, str) else json.dumps(value)


def _enclosed(brackets: str, parts: list[str], indent: int | None, depth: int) -> str:
    if not parts or indent is None:
        return brackets[0] + ", ".join(parts) + brackets[1]
    inner, outer = "\n" + " " * indent * depth, "\n" + " " * indent * (depth - 1)
    return brackets[0] + inner + ("," + inner).join(parts) + outer + brackets[1]


def _quote(text: str) -> str:
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def of_python(value: Any) -> Any:
    """Plain dicts and lists as this module has them."""
    return read(json.dumps(value))


@dataclass(frozen=True, slots=True)
class Spot:
    """One member or item, by what it stands in."""

    holder: Members | list[Any]
    index: int

    @property
    def value(self) -> Any:
        return self.holder.pairs[self.index][1] if isinstance(self.holder, Members) else self.holder[self.index]

    @property
    def name(self) -> str | None:
        return self.holder.pairs[self.index][0] if isinstance(self.holder, Members) else None

    def put(self, value: Any) -> None:
        if isinstance(self.holder, Members):
            self.holder.pairs[self.index] = (self.holder.pairs[self.index][0], value)
        else:
            self.holder[self.index] = value

    def rename(self, name: str) -> None:
        if isinstance(self.holder, Members):
            self.holder.pairs[self.index] = (name, self.value)

    def remove(self) -> None:
        del self.items[self.index]

    @property
    def items(self) -> list[Any]:
        return self.holder.pairs if isinstance(self.holder, Members) else self.holder


def spots(value: Any) -> list[Spot]:
    """Every member and item below, in document order."""
    found: list[Spot] = []
    stack = [value]
    while stack:
        holder = stack.pop()
        if isinstance(holder, Members | list):
            items = holder.pairs if isinstance(holder, Members) else holder
            here = [Spot(holder, index) for index in range(len(items))]
            found += here
            stack += [spot.value for spot in reversed(here)]
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not what it was. `was` or `becomes` is `ABSENT` where there was or is none."""

    path: Path
    was: Any
    becomes: Any


ABSENT = Raw("")


def differences(was: Any, becomes: Any, path: Path = ()) -> Iterator[Difference]:
    """Where the two differ; an object or list whose length differs is compared as far as both go."""
    if isinstance(was, Members) and isinstance(becomes, Members):
        for index in range(max(len(was.pairs), len(becomes.pairs))):
            left = was.pairs[index] if index < len(was.pairs) else (None, ABSENT)
            right = becomes.pairs[index] if index < len(becomes.pairs) else (None, ABSENT)
            name = left[0] if left[0] is not None else right[0]
            assert name is not None
            if left[0] is not None and right[0] is not None and left[0] != right[0]:
                yield Difference((*path, name), left[1], ABSENT)
                yield Difference((*path, right[0]), ABSENT, right[1])
            else:
                yield from differences(left[1], right[1], (*path, name))
    elif isinstance(was, list) and isinstance(becomes, list):
        for index in range(max(len(was), len(becomes))):
            before, after = (side[index] if index < len(side) else ABSENT for side in (was, becomes))
            yield from differences(before, after, (*path, index))
    elif type(was) is not type(becomes) or was != becomes:
        yield Difference(path, was, becomes)
