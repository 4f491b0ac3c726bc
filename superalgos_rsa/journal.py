"""Changes of several files as one: all or none, whatever ends the process, and each set can be taken back.

Every set is a folder in a private place, written before the first file changes: the bytes before and after, then a plan
with a state. `applying` and `undoing` are states that only a process that died leaves behind; the next start finishes
them. States: applying -> applied -> undoing -> undone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.files import Content, create, read_regular, replace, set_mode

State = Literal["applying", "applied", "undoing", "undone"]
_KEPT = 50
_KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Change:
    """New bytes of a file (`old` is `None` for one that is not there yet), or a new mode, or a new folder."""

    path: str
    old: bytes | None = field(default=None, repr=False)
    new: bytes | None = field(default=None, repr=False)
    old_mode: int | None = None
    new_mode: int | None = None
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One set of changes as the journal keeps it. `time` is in seconds since 1970."""

    number: int
    time: float
    title: str
    state: State
    paths: tuple[str, ...]


class Journal:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def apply(self, changes: Sequence[Change], title: str, now: float) -> int:
        """Make the changes, all or none; returns the number by which they can be undone."""
        with self._locked():
            return self._apply(changes, title, now)

    def _apply(self, changes: Sequence[Change], title: str, now: float) -> int:
        self._recover()
        number = max((entry.number for entry in self.entries()), default=0) + 1
        self._expire(now)
        self._write_entry(number, changes, title, now)
        try:
            for change in changes:
                _do(change)
        except BaseException:
            # Nothing of an interrupted set stays, be it a full disk, a conflict or Ctrl-C.
            self._set_state(number, "undoing")
            self._finish(number)
            self._remove(number)
            raise
        self._set_state(number, "applied")
        return number

    def undo(self, number: int | None = None) -> Entry:
        """Take a set back, the last one unless a number is given. Raises when a file has changed since."""
        with self._locked():
            return self._undo(number)

    def _undo(self, number: int | None) -> Entry:
        self._recover()
        entries = [entry for entry in self.entries() if entry.state == "applied"]
        entry = next((e for e in reversed(entries) if number is None or e.number == number), None)
        if entry is None:
            raise UsageError("there is nothing to undo" if number is None else f"there is no change {number} to undo")
        changed = [change.path for change in self._changes(entry.number) if not _is(change, new=True)]
        if changed:
            raise ConflictError(f"{changed[0]} was changed since; nothing was undone", "mend it by hand")
        self._set_state(entry.number, "undoing")
        self._finish(entry.number)
        self._set_state(entry.number, "undone")
        return entry

    def entries(self) -> list[Entry]:
        """Every set, the oldest first."""
        found = []
        with contextlib.suppress(OSError):
            for path in sorted(self._folder.glob("*/plan.json"), key=lambda path: int(path.parent.name)):
                plan = json.loads(path.read_text("utf-8"))
                paths = tuple(change["path"] for change in plan["changes"])
                found.append(Entry(int(path.parent.name), plan["time"], plan["title"], plan["state"], paths))
        return found

    def recover(self) -> list[Entry]:
        """Take back what a process that died has left half done; returns those sets."""
        if not self._folder.is_dir():
            return []
        with self._locked():
            return self._recover()

    def _recover(self) -> list[Entry]:
        unfinished = [entry for entry in self.entries() if entry.state in ("applying", "undoing")]
        for entry in unfinished:
            self._set_state(entry.number, "undoing")
            self._finish(entry.number)
            self._set_state(entry.number, "undone")
        for entry in unfinished:
            for path in entry.paths:
                _remove_strays(Path(os.path.realpath(path)))
        return unfinished

    def _finish(self, number: int) -> None:
        """Back to the bytes before, for every file that holds the bytes after; any other is somebody else's by now."""
        for change in reversed(self._changes(number)):
            if _is(change, new=True):
                _undo(change)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time; the lock of one that dies is free again."""
        from filelock import FileLock, Timeout

        self._make_private()
        try:
            with FileLock(self._folder / "lock", timeout=30):
                yield
        except Timeout:
            raise SuperalgosRsaError("another superalgos-rsa is writing", "try again when it has finished") from None

    def _make_private(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self._folder.stat()
        if hasattr(os, "getuid") and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077):
            raise SuperalgosRsaError(
                f"{self._folder} is not a private folder of your own", "chmod 700 it, or remove it"
            )

    def _write_entry(self, number: int, changes: Sequence[Change], title: str, now: float) -> None:
        # The plan comes last and whole: an entry without it was never begun.
        folder = self._folder / str(number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        listed = []
        for index, change in enumerate(changes):
            for side, data in (("old", change.old), ("new", change.new)):
                if data is not None:
                    create(folder / f"{index}.{side}", data, mode=0o600)
            listed.append(
                {
                    "path": os.path.abspath(change.path),
                    "old": change.old is not None,
                    "new": change.new is not None,
                    "old_mode": change.old_mode,
                    "new_mode": change.new_mode,
                    "folder": change.folder,
                }
            )
        plan = {"time": now, "title": title, "state": "applying", "changes": listed}
        create(folder / "plan.part", json.dumps(plan).encode(), mode=0o600)
        os.replace(folder / "plan.part", folder / "plan.json")

    def _set_state(self, number: int, state: State) -> None:
        path = self._folder / str(number) / "plan.json"
        old = path.read_bytes()
        replace(path, old, json.dumps({**json.loads(old), "state": state}).encode())

    def _changes(self, number: int) -> list[Change]:
        folder = self._folder / str(number)
        plan: dict[str, Any] = json.loads((folder / "plan.json").read_text("utf-8"))
        return [_change(folder, index, entry) for index, entry in enumerate(plan["changes"])]

    def _expire(self, now: float) -> None:
        entries = self.entries()
        for entry in entries[:-_KEPT] + [e for e in entries[-_KEPT:] if now - e.time > _KEPT_SECONDS]:
            self._remove(entry.number)

    def _remove(self, number: int) -> None:
        shutil.rmtree(self._folder / str(number), ignore_errors=True)


def _change(folder: Path, index: int, entry: Mapping[str, Any]) -> Change:
    old, new = ((folder / f"{index}.{side}").read_bytes() if entry[side] else None for side in ("old", "new"))
    return Change(entry["path"], old, new, entry["old_mode"], entry["new_mode"], entry["folder"])


def _do(change: Change) -> None:
    if change.folder:
        try:
            os.mkdir(change.path, 0o700)
        except OSError as error:
            raise SuperalgosRsaError(f"cannot make {change.path}: {error.strerror}") from None
    elif change.new_mode is not None:
        set_mode(change.path, change.new_mode)
    elif change.new is not None:
        replace(change.path, change.old, change.new, private=True)


def _undo(change: Change) -> None:
    if change.folder:
        with contextlib.suppress(OSError):  # not empty: what lies there by now is not ours to remove
            os.rmdir(change.path)
    elif change.old_mode is not None:
        set_mode(change.path, change.old_mode)
    elif change.old is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(change.path)
    elif change.new is not None:
        replace(change.path, change.new, change.old)


def _is(change: Change, *, new: bool) -> bool:
    """Whether the file holds the bytes (or has the mode) of that side now."""
    if change.folder:
        return os.path.isdir(change.path)
    if change.new_mode is not None:
        with contextlib.suppress(OSError):
            return stat.S_IMODE(os.stat(change.path).st_mode) == (change.new_mode if new else change.old_mode)
        return False
    expected = change.new if new else change.old
    found = read_regular(change.path, len(expected or b""))
    return isinstance(found, Content) and found.data == expected


def _remove_strays(target: Path) -> None:
    """What a writer that died left beside the file: the new bytes, or a second name of the old ones."""
    for stray in target.parent.glob(f".{target.name}.*"):
        if stray.suffix in (".new", ".old") and stray.suffixes[-2:-1] and stray.suffixes[-2][1:].isdigit():
            with contextlib.suppress(OSError):
                stray.unlink()


def state_folder(environment: Mapping[str, str]) -> Path:
    """The private place of this user, by the XDG rules; on Windows the local application data."""
    named = environment.get("XDG_STATE_HOME") or environment.get("LOCALAPPDATA")
    return (Path(named) if named else Path.home() / ".local" / "state") / "superalgos-rsa"
