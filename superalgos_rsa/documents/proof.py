"""Proves that an edit of a JSON text changed the values it was meant to change, and no other."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from superalgos_rsa.documents.edit import GONE, Edit, Meant, apply
from superalgos_rsa.documents.json_text import JsonError, parse
from superalgos_rsa.errors import SuperalgosRsaError

UNPROVEN = "the edit would change other values than it says"


def edited(text: str, edits: Sequence[Edit]) -> tuple[str, tuple[Meant, ...]]:
    """The edited text, and what each edit changes. Raises if they change anything else."""
    new, meant = apply(text, edits), _in_order(edits)
    if not is_as_meant(text, new, meant):
        raise SuperalgosRsaError(UNPROVEN)
    return new, meant


def _in_order(edits: Sequence[Edit]) -> tuple[Meant, ...]:
    """Removals of list items come last, from the end of each list, so that earlier pointers stay valid."""
    meant = [edit.meant for edit in edits if edit.meant is not None]
    gone = [one for one in meant if one.value is GONE]
    gone.sort(key=lambda one: (len(one.pointer), int(one.pointer[-1])), reverse=True)
    return (*(one for one in meant if one.value is not GONE), *gone)


def is_as_meant(old: str, new: str, changes: Sequence[Meant]) -> bool:
    """Whether `new` is the JSON that `old` becomes by exactly these changes, made one after another."""
    try:
        # A text that is replaced as a whole need not be JSON, such as an empty vault.
        whole = [None if changes and not changes[0].pointer else parse(old)]
        for meant in changes:
            _make(whole, (0, *meant.pointer), meant.value)
        return _same(whole[0], parse(new))
    except (JsonError, LookupError, TypeError):
        return False


class _Inside:
    """Stands for a text whose JSON the changes lead into."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _make(whole: list[Any], pointer: tuple[str | int, ...], new: Any) -> None:
    at: Any = whole
    for step in pointer[:-1]:
        below = at[step]
        if isinstance(below, str):
            below = at[step] = _Inside(parse(below))
        at = below.value if isinstance(below, _Inside) else below
    step = pointer[-1]
    if isinstance(at, dict) and isinstance(step, str):
        at[step] = copy.deepcopy(new)
    elif not isinstance(at, list) or not isinstance(step, int):
        raise TypeError
    elif new is GONE:
        del at[step]
    elif step == len(at):
        at.append(copy.deepcopy(new))
    else:
        at[step] = copy.deepcopy(new)


def _same(expected: Any, found: Any) -> bool:
    """Whether two values are written alike: `1`, `1.0` and `true` differ, and so does the order of members."""
    waiting = [(expected, found)]  # a document may be nested deeper than Python recurses
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, _Inside) and isinstance(right, str):
            waiting.append((left.value, parse(right)))
        elif type(left) is not type(right):
            return False
        elif isinstance(left, dict):
            if list(left) != list(right):
                return False
            waiting.extend(zip(left.values(), right.values(), strict=True))
        elif isinstance(left, list):
            if len(left) != len(right):
                return False
            waiting.extend(zip(left, right, strict=True))
        elif left != right:
            return False
    return True
