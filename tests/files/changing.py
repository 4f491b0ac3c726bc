"""Two files to change, and a set of changes that was left half made."""

import json
import stat
from pathlib import Path

from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal

TOKEN = "0123456789ab"
"""Stands in the names of the files that a set writes beside those it changes."""


def put(path: Path, data: bytes = b"old", mode: int = 0o644) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def two(folder: Path) -> list[Change]:
    return [Change(str(put(folder / name)), b"old", b"new") for name in ("a", "b")]


def half_made(journal: Journal, folder: Path) -> None:
    """Leaves a set of which the first file was written, as a process that was killed does."""
    journal.apply(two(folder), "t", 0)
    plan = folder.parent / "state" / "superalgos-rsa" / "1" / "plan.json"
    plan.write_text(json.dumps({**json.loads(plan.read_text()), "state": "applying", "token": TOKEN}))
    put(folder / "b")
