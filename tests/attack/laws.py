"""What holds of every answer, whatever the input."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from fixer.trees import Tree

from attack.pairs import ABSENT, Difference, Members, Path, differences, read

SHORTEST = 16
"""Characters of a secret in a row that count as a leak."""
_BLOCK = SHORTEST // 2
_SHOWN = frozenset({"name", "id", "type", "project"})
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SGR = re.compile(r"\x1b\[[0-9;]*m")
_KEY_MEMBERS = frozenset({"codeName", "secret", "sandBox"})


def leaked(secrets: Sequence[str], text: str) -> str | None:
    """The first secret of which so many characters stand in the text in a row."""
    for secret in secrets:
        if any(block in text for block in _blocks(secret)) and _has_run(secret, text):
            return secret
    return None


@functools.cache
def _blocks(secret: str) -> tuple[str, ...]:
    """A run of so many characters holds one of these whole, so most texts need no closer look."""
    return tuple(secret[start : start + _BLOCK] for start in range(0, len(secret) - _BLOCK + 1, _BLOCK))


def _has_run(secret: str, text: str) -> bool:
    return any(secret[start : start + SHORTEST] in text for start in range(len(secret) - SHORTEST + 1))


def is_shown_by_design(value: Any, secret: str) -> bool:
    """Whether a node of the document bears the secret as its name: names are told."""
    if isinstance(value, Members):
        return any(
            (name in _SHOWN and isinstance(item, str) and _has_run(secret, item))
            or _has_run(secret, name)
            or is_shown_by_design(item, secret)
            for name, item in value.pairs
        )
    return isinstance(value, list) and any(is_shown_by_design(item, secret) for item in value)


def commands_terminal(text: str) -> str | None:
    """A character that a terminal obeys instead of showing it; colours are ours."""
    found = _COMMANDS.search(_SGR.sub("", text))
    return None if found is None else f"U+{ord(found[0]):04X}"


def changes_of_another_value(name: str, before: bytes, after: bytes, plan: Any, *, vault: bool) -> Iterator[str]:
    """What a repair did to a file beyond what its plan said. `plan` is what `fix --format json` printed."""
    try:
        was = read(before.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        if not (vault and not before.strip(b"\xef\xbb\xbf \t\r\n") and after == b"[]"):
            yield f"{name} was no JSON, and was changed"
        return
    try:
        becomes = read(after.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        yield f"{name} is no JSON any more"
        return
    steps = [step for step in plan["steps"] if step["status"] == "planned"]
    allowed = _is_of_vault if vault else _is_of_document
    was, becomes = (_without_null_roots(value) if _removes_null_root(steps) else value for value in (was, becomes))
    for found in differences(was, becomes):
        if not allowed(found, steps, name):
            yield f"{name}: another value was changed: /{'/'.join(map(str, found.path))}"


def _removes_null_root(steps: list[Any]) -> bool:
    return any(step["rule"] == "workspace-crash" and "null among the root" in step["title"] for step in steps)


def _without_null_roots(value: Any) -> Any:
    if not isinstance(value, Members):
        return value
    return Members(
        [
            (name, [one for one in item if one is not None] if name == "rootNodes" and isinstance(item, list) else item)
            for name, item in value.pairs
        ]
    )


def _is_of_vault(found: Difference, _: list[Any], __: str) -> bool:
    """The name or the value of an entry, or a whole entry."""
    return len(found.path) == 1 or (len(found.path) == 2 and found.path[1] in ("key", "value"))


def _is_of_document(found: Difference, steps: list[Any], name: str) -> bool:
    own = [step for step in steps if step["document"] is not None and step["document"].endswith(name)]
    last = found.path[-1] if found.path else None
    if last == "config":
        return _is_repair_of_config(found.was, found.becomes) and _is_named(found.path, own)
    if found.was is ABSENT and found.becomes == []:
        return _is_named(found.path, own)
    return "referenceParent" in found.path and last in ("name", "type", "id")


def _is_named(path: Path, steps: list[Any]) -> bool:
    """Whether a finding that is mended stands at the value or at the node that holds it. Null roots that are taken out
    move the places, so the number of the root is not compared."""
    wanted = _without_root(path)
    for step in steps:
        at = _without_root(tuple((step["pointer"] or "").replace("~1", "/").replace("~0", "~").split("/")[1:]))
        if wanted in (at, (*at, str(path[-1]))):
            return True
    return False


def _without_root(path: Sequence[str | int]) -> tuple[str, ...]:
    steps = tuple(map(str, path))
    return (steps[0], *steps[2:]) if len(steps) > 1 and steps[0] == "rootNodes" else steps


def _is_repair_of_config(was: Any, becomes: Any) -> bool:
    """The new text is an object; of one that was an object already no member but these has changed."""
    new = _config(becomes)
    if new is None or not isinstance(becomes, str):
        return False
    old = _config(was)
    if old is None:
        return True
    return all(found.path and found.path[0] in _KEY_MEMBERS for found in differences(old, new))


def _config(value: Any) -> Members | None:
    if isinstance(value, str):
        try:
            value = read(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Members) else None


def unplanned(before: Tree, after: Tree, plan: Any, vault: str) -> Iterator[str]:
    """Every change of the folder that the plan does not name."""
    for name in sorted({*before, *after}):
        was, becomes = before.get(name), after.get(name)
        if was == becomes:
            continue
        if not any(path.endswith(name) for path in plan["files"]):
            yield f"{name} was changed, and no plan names it"
        elif was is not None and becomes is not None and was[1] != becomes[1]:
            yield from changes_of_another_value(name, was[1], becomes[1], plan, vault=name == vault)
            if was[0] != becomes[0]:
                yield f"{name} has another mode"
        elif becomes is None:
            yield f"{name} is gone"
        elif was is not None and was[0] != becomes[0] and becomes[0] & 0o077:
            yield f"{name} is open to others"
