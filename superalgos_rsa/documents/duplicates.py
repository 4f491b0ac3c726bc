"""Members of one name in one object, of which JavaScript keeps the last."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from superalgos_rsa.documents.json_text import (
    MOST_TOLD,
    Place,
    Pointer,
    containers,
    locate,
    parse,
    places,
    pointer_of,
    refuse_constant,
    scanner,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Members whose name stands twice in their object, each at the later place: that one counts; and how many more."""

    places: dict[Pointer, Place] = field(default_factory=dict)
    more: int = 0


class _WithDuplicates(dict[str, Any]):
    """An object in which these names stood more than once."""

    __slots__ = ("names",)

    names: tuple[str, ...]


def parse_noting_duplicates(text: str) -> tuple[Any, Duplicates]:
    """The value, and the first `MOST_TOLD` members whose name stands twice in their object."""
    seen = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal seen
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        seen = True
        marked = _WithDuplicates(members)
        marked.names = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return marked

    value = parse(text, scanner(json.JSONDecoder(parse_constant=refuse_constant, object_pairs_hook=look)))
    if not seen:
        return value, Duplicates()
    told: list[Pointer] = []
    more = 0
    for container, way, _ in containers(value):
        for name in container.names if isinstance(container, _WithDuplicates) else ():
            if len(told) < MOST_TOLD:
                told.append((*pointer_of(way), name))
            else:
                more += 1
    return value, Duplicates(places(text, locate(text, told)), more)
