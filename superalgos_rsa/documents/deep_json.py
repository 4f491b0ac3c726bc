"""JSON nested deeper than Python recurses, which JavaScript reads all the same."""

from __future__ import annotations

import marshal
from itertools import chain
from typing import Any

from superalgos_rsa.documents.json_text import (
    Container,
    JsonError,
    TooDeepError,
    parse,
    place,
    reason_at,
    scan_value,
    skip_space,
)  # fmt: skip


def parse_deep(text: str) -> Any:
    """The same as `parse`, however deep it is nested. Such a value can only be walked: Python recurses to compare it,
    and to show it."""
    try:
        return parse(text)
    except TooDeepError:
        return parse(text, _scan_deep)


def is_surely_shallow(value: Any) -> bool:
    """Whether it is nested at most 2,000 levels deep, told in a fifth of the time of `levels`; `False` may be wrong."""
    try:
        marshal.dumps(value)  # refuses what is nested deeper, and what it does not know
    except ValueError:
        return False
    return True


def levels(value: Any) -> int:
    """How many objects and lists stand in each other."""
    count, row = 0, [value] if isinstance(value, dict | list) else []
    while row:
        count += 1
        members = chain.from_iterable(item.values() if isinstance(item, dict) else item for item in row)
        row = [item for item in members if isinstance(item, dict | list)]
    return count


def _scan_deep(text: str, at: int) -> tuple[Any, int]:
    """As the C scanner does, but with a stack of its own, since that one recurses."""
    opened: list[Container] = []
    names: list[str] = []
    while True:
        if text.startswith(("{", "["), at):
            opened.append({} if text[at] == "{" else [])
            names.append("")
            at = skip_space(text, at + 1)
            if not text.startswith(_end_of(opened[-1]), at):
                names[-1], at = _scan_name(text, at, opened[-1])
                continue
            value, at = opened.pop(), at + 1
            names.pop()
        else:
            value, at = scan_value(text, at)
        while opened:
            container, name = opened[-1], names[-1]
            if isinstance(container, dict):
                container[name] = value
            else:
                container.append(value)
            at = skip_space(text, at)
            if text.startswith(",", at):
                names[-1], at = _scan_name(text, skip_space(text, at + 1), container)
                break
            if not text.startswith(_end_of(container), at):
                raise JsonError(reason_at(text, at, "Expecting ',' delimiter"), place(text, at))
            value, at = opened.pop(), at + 1
            names.pop()
        else:
            return value, at


def _end_of(container: Container) -> str:
    return "}" if isinstance(container, dict) else "]"


def _scan_name(text: str, at: int, container: Container) -> tuple[str, int]:
    """The name of an object's member, and where its value begins."""
    if isinstance(container, list):
        return "", at
    if not text.startswith('"', at):
        raise JsonError(reason_at(text, at, "Expecting property name enclosed in double quotes"), place(text, at))
    name, at = scan_value(text, at)
    at = skip_space(text, at)
    if not text.startswith(":", at):
        raise JsonError(reason_at(text, at, "Expecting ':' delimiter"), place(text, at))
    return name, skip_space(text, at + 1)
