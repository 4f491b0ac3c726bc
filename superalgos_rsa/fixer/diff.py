"""Shows a plan as a unified diff with secrets masked. It compares JSON values and not lines: a document may be one long
line, and the lines around a change may hold a secret."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from superalgos_rsa.documents.edit import quote
from superalgos_rsa.documents.json_text import JsonError, Pointer, decode, locate, parse, place, pointer_text
from superalgos_rsa.documents.showing import SUFFIX, censored, mask, outline, shown
from superalgos_rsa.files import modes
from superalgos_rsa.files.changes import Change
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.superalgos.secret_text import BLANK, is_spelled_like_path

Is = Callable[[str], bool]
"""Whether a path names something that exists."""

_LONGEST = 240
_ABSENT = object()
_NO_SECRETS = frozenset({"type", "sandBox"})


def of_change(change: Change, is_there: Is = lambda _: False) -> Iterator[str]:
    """The lines of the diff of one file."""
    there = change.path if change.old is not None or change.new_mode is not None else "/dev/null"
    yield f"--- {there}"
    yield f"+++ {change.path}"
    if change.folder:
        yield "new folder, mode 0700" if modes.are_kept(change.path) else "new folder"
    elif change.new_mode is not None:
        yield f"-mode {change.old_mode or 0:04o}"
        yield f"+mode {change.new_mode:04o}"
    elif change.new is not None:
        yield from _of_bytes(change.old or b"", change.new, is_there)


def _of_bytes(old: bytes, new: bytes, is_there: Is) -> Iterator[str]:
    before, after = decode(old), decode(new)
    try:
        changes = list(_changes(parse(before), parse(after), ()))
    except JsonError:  # the old text is not JSON, for example an empty vault
        yield from ("@@ 1 @@", f"-({len(old)} bytes)", f"+{after}" if after == "[]" else f"+({len(new)} bytes)")
        return
    if not changes:
        yield from ("@@ 1 @@", "-(with a byte order mark)", "+(without)")
    lines = locate(before, [pointer for pointer, _, _ in changes])
    for pointer, was, becomes in changes:
        line = place(before, lines[pointer].start).line if pointer in lines else "new"
        yield f"@@ {line} {pointer_text(tuple(_name(step) for step in pointer))} @@"
        yield from _sides(pointer, was, becomes, is_there)


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


def _sides(pointer: Pointer, was: Any, becomes: Any, is_there: Is) -> Iterator[str]:
    name = pointer[-1] if pointer else ""
    if name == "config":
        left, right = _config(was), _config(becomes)
        if left is not None and right is not None:
            for member in dict.fromkeys([*left, *right]):
                pair = left.get(member, _ABSENT), right.get(member, _ABSENT)
                if pair[0] is _ABSENT or pair[1] is _ABSENT or pair[0] != pair[1]:
                    yield from _lines(member, *pair, is_there)
            return
    if name in ("name", "id") and isinstance(was, str) and isinstance(becomes, str):
        # of a node; inside a config they may hold anything
        sides = (("-", was), ("+", becomes))
        yield from (f"{sign}{quote(name)}: {quote(censored(value, ids=True))}" for sign, value in sides)
        return
    yield from _lines(name, was, becomes, is_there)


def _lines(name: str | int, was: Any, becomes: Any, is_there: Is) -> Iterator[str]:
    label = f"{quote(str(_name(name)))}: " if isinstance(name, str) and name else ""
    for sign, value in (("-", was), ("+", becomes)):
        if value is not _ABSENT:
            text = _shown(name, value, is_there)
            yield sign + label + (text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def _name(step: str | int) -> str | int:
    return censored(step) if isinstance(step, str) else step


def _shown(name: str | int, value: Any, is_there: Is) -> str:
    if name == "config":
        fields = _config(value)
        return _broken(value) if fields is None else _shown("", fields, is_there)
    if isinstance(value, dict):
        members = (f"{quote(str(_name(member)))}: {_shown(member, item, is_there)}" for member, item in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"({len(value)} items)" if value else "[]"
    if isinstance(value, str):
        return quote(_masked(name, value, is_there))
    return "…" if isinstance(value, int | float) and not isinstance(value, bool) else json.dumps(value)


def _masked(name: str | int, value: str, is_there: Is) -> str:
    if not value or is_placeholder(value):
        return value
    if name in _NO_SECRETS:
        return censored(value)
    if name in ("codeName", "key"):
        return f"{mask(value.strip(BLANK))}{'' if value == value.strip(BLANK) else ' with white space'}"
    is_path = name in ("secret", "value") and (is_there(value) or (is_spelled_like_path(value) and shown(value)))
    return value if is_path else f"({outline(value)})"


def _config(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        try:
            value = parse(value)
        except JsonError:
            return None
    return value if isinstance(value, dict) else None


# A config is broken by the characters between its values, so only those are shown; each unknown word becomes `…`.
_WORD = re.compile(r"[^\s{}\[\]:,\"'\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb\ufeff]+")
_KNOWN = frozenset({"codeName", "secret", "uid", "password", "sandBox", "true", "false", "null"})


def _broken(value: Any) -> str:
    if not isinstance(value, str):
        return "null" if value is None else "(no text)"
    if "-----" in value or "PRIVATE" in value:
        return f"({len(value)} characters)"
    return quote(_WORD.sub(_masked_word, value))


def _masked_word(word: re.Match[str]) -> str:
    text, after = word[0], word.string[word.end() :]
    is_path = re.search(r"[/\\]", text) and SUFFIX.search(text) and shown(text)
    is_drive = len(text) == 1 and after.startswith((":\\", ":/"))
    return text if text in _KNOWN or not re.search(r"\w", text) or is_path or is_drive else "…"
