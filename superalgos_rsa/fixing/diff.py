"""A plan as a unified diff of values, secrets masked: by value and not by line, since a document may be one long line
and a line beside the change may hold a secret."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from typing import Any

from superalgos_rsa.config import is_placeholder
from superalgos_rsa.credential import BLANK, is_spelled_like_path
from superalgos_rsa.document import JsonError, Pointer, decode, locate, parse, place, pointer_text, quote
from superalgos_rsa.journal import Change
from superalgos_rsa.keyfile import inspect
from superalgos_rsa.secret import mask

_LONGEST = 240
_ABSENT = object()
_NO_SECRETS = frozenset({"type", "sandBox"})


def of_change(change: Change) -> Iterator[str]:
    """The lines of the diff of one file."""
    there = change.path if change.old is not None or change.new_mode is not None else "/dev/null"
    yield f"--- {there}"
    yield f"+++ {change.path}"
    if change.folder:
        yield "new folder, mode 0700"
    elif change.new_mode is not None:
        yield f"-mode {change.old_mode or 0:04o}"
        yield f"+mode {change.new_mode:04o}"
    elif change.new is not None:
        yield from _of_bytes(change.old or b"", change.new)


def _of_bytes(old: bytes, new: bytes) -> Iterator[str]:
    before, after = decode(old), decode(new)
    try:
        changes = list(_changes(parse(before), parse(after), ()))
    except JsonError:  # what was there before is no JSON; an empty vault, for one
        yield from ("@@ 1 @@", f"-({len(old)} bytes)", f"+{after}" if after == "[]" else f"+({len(new)} bytes)")
        return
    if not changes:
        yield from ("@@ 1 @@", "-(with a byte order mark)", "+(without)")
    lines = locate(before, [pointer for pointer, _, _ in changes])
    for pointer, was, becomes in changes:
        line = place(before, lines[pointer].start).line if pointer in lines else "new"
        yield f"@@ {line} {pointer_text(pointer)} @@"
        yield from _sides(pointer, was, becomes)


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


def _sides(pointer: Pointer, was: Any, becomes: Any) -> Iterator[str]:
    name = pointer[-1] if pointer else ""
    if name == "config":
        left, right = _config(was), _config(becomes)
        if left is not None and right is not None:
            for member in dict.fromkeys([*left, *right]):
                pair = left.get(member, _ABSENT), right.get(member, _ABSENT)
                if pair[0] is _ABSENT or pair[1] is _ABSENT or pair[0] != pair[1]:
                    yield from _lines(member, *pair)
            return
    if name in ("name", "id"):  # of a node; within a config nobody knows what they hold
        yield from (f"{sign}{quote(name)}: {json.dumps(value)}" for sign, value in (("-", was), ("+", becomes)))
        return
    yield from _lines(name, was, becomes)


def _lines(name: str | int, was: Any, becomes: Any) -> Iterator[str]:
    label = f"{quote(name)}: " if isinstance(name, str) and name else ""
    for sign, value in (("-", was), ("+", becomes)):
        if value is not _ABSENT:
            text = _shown(name, value)
            yield sign + label + (text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def _shown(name: str | int, value: Any) -> str:
    if name == "config":
        fields = _config(value)
        return _broken(value) if fields is None else _shown("", fields)
    if isinstance(value, dict):
        inner = ", ".join(f"{quote(member)}: {_shown(member, item)}" for member, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"({len(value)} items)" if value else "[]"
    if isinstance(value, str):
        return quote(_masked(name, value))
    return "…" if isinstance(value, int | float) and not isinstance(value, bool) else json.dumps(value)


def _masked(name: str | int, value: str) -> str:
    if not value or is_placeholder(value) or name in _NO_SECRETS:
        return value
    if name in ("codeName", "key"):
        return f"{mask(value.strip(BLANK))}{'' if value == value.strip(BLANK) else ' with white space'}"
    if name in ("secret", "value"):
        return value if _is_path(value) else f"({len(value)} characters)"
    return f"({len(value)} characters)"


def _is_path(text: str) -> bool:
    """Stricter than elsewhere: a damaged secret of base64 may look like a path, and a masked path does no harm."""
    runs = re.findall(r"[A-Za-z0-9+=]{20,}", text)
    random = any(all(re.search(kind, run) for kind in ("[a-z]", "[A-Z]", "[0-9]")) for run in runs)
    if random or not is_spelled_like_path(text):
        return False
    return inspect(text.encode("utf-8", "replace")).kind == "text"


def _config(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        try:
            value = parse(value)
        except JsonError:
            return None
    return value if isinstance(value, dict) else None


# What people break a config with are the characters between the values, so those are all that is shown of it.
_WORD = re.compile(r"[^\s{}\[\]:,\"'\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb\ufeff]+")
_KNOWN = frozenset({"codeName", "secret", "uid", "password", "sandBox", "true", "false", "null"})


def _broken(value: Any) -> str:
    if not isinstance(value, str):
        return "null" if value is None else "(no text)"
    if "-----" in value or "PRIVATE" in value:
        return f"({len(value)} characters)"
    return quote(_WORD.sub(_masked_word, value))


def _masked_word(word: re.Match[str]) -> str:
    text = word[0]
    is_path = re.search(r"[/\\]", text) and re.search(r"\.(pem|key|txt|der)$", text, re.IGNORECASE) and _is_path(text)
    return text if text in _KNOWN or len(text) == 1 or is_path else "…"
