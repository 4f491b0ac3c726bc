"""A plan as a unified diff of values, secrets masked: by value and not by line, since a document may be one long line
and a line beside the change may hold a secret."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

from superalgos_rsa import repair
from superalgos_rsa.config import is_placeholder
from superalgos_rsa.credential import is_spelled_like_path
from superalgos_rsa.document import JsonError, Pointer, decode, locate, parse, place, pointer_text, quote
from superalgos_rsa.secret import mask

_LONGEST = 240


def of_file(path: str, old: bytes | None, new: bytes) -> Iterator[str]:
    """The lines of the diff of one file."""
    yield f"--- {path}"
    yield f"+++ {path}"
    before, after = decode(old or b""), decode(new)
    try:
        changes = list(_changes(parse(before), parse(after), ()))
    except JsonError:  # what was there before is no JSON; an empty vault, for one
        yield f"@@ 1 @@\n-({len(old or b'')} bytes)\n+{after[:_LONGEST]}"
        return
    if not changes:
        yield "@@ 1 @@\n-(with a byte order mark)\n+(without)"
    for pointer, was, becomes in changes:
        span = locate(before, [pointer]).get(pointer)
        line = place(before, span.start).line if span else "new"
        yield f"@@ {line} {pointer_text(pointer)} @@"
        yield from (f"-{text}" for text in _shown(pointer, was))
        yield from (f"+{text}" for text in _shown(pointer, becomes))


_ABSENT = object()


def _changes(was: Any, becomes: Any, at: Pointer) -> Iterator[tuple[Pointer, Any, Any]]:
    if isinstance(was, dict) and isinstance(becomes, dict):
        for name in dict.fromkeys([*was, *becomes]):
            yield from _changes(was.get(name, _ABSENT), becomes.get(name, _ABSENT), (*at, name))
    elif isinstance(was, list) and isinstance(becomes, list) and len(was) == len(becomes):
        for index, (left, right) in enumerate(zip(was, becomes, strict=True)):
            yield from _changes(left, right, (*at, index))
    elif isinstance(was, list) and isinstance(becomes, list):
        yield from _items(was, becomes, at)
    elif was is _ABSENT or becomes is _ABSENT or was != becomes or type(was) is not type(becomes):
        yield at, was, becomes


def _items(was: list[Any], becomes: list[Any], at: Pointer) -> Iterator[tuple[Pointer, Any, Any]]:
    left_items, right_items = ([json.dumps(item) for item in side] for side in (was, becomes))
    matcher = difflib.SequenceMatcher(None, left_items, right_items, autojunk=False)
    for tag, i, j, k, n in matcher.get_opcodes():
        if tag != "equal":
            for offset in range(max(j - i, n - k)):
                left = was[i + offset] if i + offset < j else _ABSENT
                right = becomes[k + offset] if k + offset < n else _ABSENT
                yield (*at, i + offset), left, right


def _shown(pointer: Pointer, value: Any) -> list[str]:
    if value is _ABSENT:
        return []
    name = pointer[-1] if pointer else ""
    if name == "config" and isinstance(value, str):
        text = quote(_masked_config(value))
    elif name in ("key", "value") and isinstance(value, str):
        text = quote(_masked(str(name), value))
    elif isinstance(value, dict) and {"key", "value"} <= value.keys():
        text = json.dumps({k: _masked(k, v) for k, v in value.items()}, ensure_ascii=False)
    else:
        text = json.dumps(value, ensure_ascii=False)
    label = f'"{name}": ' if isinstance(name, str) and name else ""
    return [label + (text if len(text) <= _LONGEST else text[:_LONGEST] + "…")]


def _masked_config(raw: str) -> str:
    """The text as it stands, broken as it may be, with what must not be seen masked in it."""
    try:
        fields = parse(repair.config_text(raw) or raw)
    except JsonError:
        return f"({len(raw)} characters that are no JSON)"
    if not isinstance(fields, dict):
        return f"({len(raw)} characters)"
    for name, value in fields.items():
        masked = _masked(name, value)
        if isinstance(value, str) and masked != value:
            for spelled in (quote(value)[1:-1], value):
                raw = raw.replace(spelled, masked)
    return raw


def _masked(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not value or is_placeholder(value) or name == "type":
        return value
    if name in ("codeName", "key"):
        return mask(value)
    if name in ("secret", "value") and is_spelled_like_path(value):
        return value
    return f"({len(value)} characters)"
