"""The record of one set of changes: its check, and the part that can be shown."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

JournalState = Literal["applying", "applied", "undoing", "undone"]
_TOKEN = re.compile(r"(?:[0-9a-f]{12})?")
_YEAR_9999 = 253_370_000_000  # Python shows no later date


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One set of changes as the journal keeps it. `time` is in seconds since 1970, `age` in the journal's own time."""

    number: int
    time: float
    title: str
    state: JournalState
    paths: tuple[str, ...]
    report: bool = False
    age: float = 0.0


def entry_of(number: int, plan: Mapping[str, Any]) -> JournalEntry:
    """The entry for a plan that passed `is_plan`."""
    paths = tuple(change["path"] for change in plan["changes"])
    return JournalEntry(
        number, plan["time"], plan["title"], plan["state"], paths, plan.get("report", False), plan.get("age", 0.0)
    )


def is_plan(value: Any) -> bool:
    """Whether this is a valid plan. A damaged or foreign one is never acted upon."""
    return (
        isinstance(value, dict)
        and {"time", "title", "state", "changes"} <= value.keys()
        and value.get("state") in get_args(JournalState)
        and isinstance(value.get("title"), str)
        and all(_is_time(value.get(name, 0)) for name in ("time", "age"))
        and isinstance(value.get("report", False), bool)
        and _TOKEN.fullmatch(str(value.get("token", ""))) is not None
        and isinstance(value.get("changes"), list)
        and all(map(_is_listed, value["changes"]))
    )


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value < _YEAR_9999


def _is_listed(value: Any) -> bool:
    if not isinstance(value, dict) or not {"path", "old", "new", "folder", "old_mode", "new_mode"} <= value.keys():
        return False
    path, modes = value.get("path"), [value.get(name) for name in ("old_mode", "new_mode")]
    return (
        isinstance(path, str)
        and os.path.isabs(path)
        and "\0" not in path
        and all(isinstance(value.get(name), bool) for name in ("old", "new", "folder"))
        and all(mode is None or (isinstance(mode, int) and 0 <= mode <= 0o7777) for mode in modes)
        and _is_identity(value.get("identity"))
    )


def _is_identity(value: Any) -> bool:
    return value is None or (isinstance(value, list) and len(value) == 2 and all(isinstance(one, int) for one in value))
