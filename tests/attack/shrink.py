"""The smallest input that still does the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attack.pairs import Members, read, spots, write

_MOST_TRIES = 200
Fails = Callable[[bytes], bool]


def smallest(data: bytes, fails: Fails, tries: int = _MOST_TRIES) -> bytes:
    """Of an input that fails, what is left when nothing more can be taken out within so many tries."""
    left = _Tries(fails, tries)
    data = _of_values(data, left)
    return _of_bytes(data, left)


class _Tries:
    def __init__(self, fails: Fails, most: int) -> None:
        self.fails, self.left = fails, most

    def __call__(self, data: bytes) -> bool:
        if self.left <= 0:
            return False
        self.left -= 1
        return self.fails(data)


def _of_values(data: bytes, tries: _Tries) -> bytes:
    """Members and items out, the outermost first; then what texts and configs hold."""

    def written() -> bytes:
        return write(root, None).encode("utf-8", "surrogatepass")

    try:
        root = read(data.decode())
        same = tries(written())
    except (ValueError, RecursionError):
        return data
    if not same:
        return data
    holders = [root]
    while holders:
        holder = holders.pop(0)
        if isinstance(holder, Members | list):
            _take_out(holder.pairs if isinstance(holder, Members) else holder, lambda: tries(written()))
            holders += [spot.value for spot in spots(holder) if spot.holder is holder]
    for spot in spots(root):
        value = spot.value
        for simpler in ("{}", "") if isinstance(value, str) else (None,):
            spot.put(simpler)
            if simpler == value or tries(written()):
                break
            spot.put(value)
    return written()


def _take_out(items: list[Any], still_fails: Callable[[], bool]) -> None:
    """As many as can be, first half of them at once, then ever fewer."""
    size = max(1, len(items) // 2)
    while items:
        start = 0
        while start < len(items):
            taken = items[start : start + size]
            del items[start : start + size]
            if not still_fails():
                items[start:start] = taken
                start += size
        if size == 1:
            return
        size = max(1, size // 2)


def _of_bytes(data: bytes, tries: _Tries) -> bytes:
    size = max(1, len(data) // 2)
    while True:
        start = 0
        while start < len(data) and tries.left:
            shorter = data[:start] + data[start + size :]
            if tries(shorter):
                data = shorter
            else:
                start += size
        if size == 1 or not tries.left:
            return data
        size = max(1, size // 2)
