"""Changes of several files as one: all or none, whatever ends the process, and each set can be taken back.

Every set is a folder in a private place, written before the first file changes: the bytes before and after, then a plan
with a state. `applying` and `undoing` are states that only a process that died leaves behind; the next start takes
those sets back. States: applying -> applied -> undoing -> undone.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from superalgos_rsa.document import Meant, decode
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.files import (
    Content,
    clear_away,
    create,
    is_half_written,
    new_token,
    read_regular,
    replace,
    sync_folder,
)
from superalgos_rsa.modes import Identity, change_mode, has_mode
from superalgos_rsa.ownership import as_owner, is_lent, own_home
from superalgos_rsa.proof import UNPROVEN, is_as_meant

State = Literal["applying", "applied", "undoing", "undone"]
KEPT = 50
KEPT_SECONDS = 30 * 24 * 3600
_PLAN = "plan.json"
_PATIENCE = 30
_NAME, _BELOW_HOME = "superalgos-rsa", ".local/state"


@dataclass(frozen=True, slots=True)
class Change:
    """New bytes of a file (`old` is `None` for one that is not there yet), or a new mode, or a new folder.

    `meant` are the values that the new bytes of a JSON document change; any other change is refused.
    """

    path: str
    old: bytes | None = field(default=None, repr=False)
    new: bytes | None = field(default=None, repr=False)
    old_mode: int | None = None
    new_mode: int | None = None
    folder: bool = False
    identity: Identity | None = None
    """Of the file whose mode changes: no other gets it."""
    meant: Sequence[Meant] | None = field(default=None, repr=False)


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
            self._recover()
            number = max((entry.number for entry in self.entries()), default=0) + 1
            self._expire(now)
            for change in changes:
                if not _is(change, new=False):
                    raise ConflictError(f"{change.path} was changed meanwhile; nothing was written", _AGAIN)
                if not _is_as_meant(change):
                    raise SuperalgosRsaError(f"{change.path}: {UNPROVEN}; nothing was written")
            token = new_token()
            self._write_entry(number, changes, title, now, token)
            try:
                for change in changes:
                    _do(change, token)
                _tidy(changes, token)
                self._set_state(number, "applied")
            except BaseException:
                # Nothing of an interrupted set stays, be it a full disk, a conflict or Ctrl-C. What cannot be taken
                # back now, the next start takes back: the plan still says `applying`.
                self._take_back(number)
                self._remove(number)
                raise
            return number

    def undo(self, number: int | None, now: float) -> Entry:
        """Take a set back, the last one unless a number is given. Raises when a file has changed since."""
        with self._locked():
            self._recover()
            self._expire(now)
            entries = [entry for entry in self.entries() if entry.state == "applied"]
            entry = next((e for e in reversed(entries) if number in (None, e.number)), None)
            if entry is None:
                what = "there is nothing to undo" if number is None else f"there is no change {number} to undo"
                raise UsageError(what, None if number is None else "`superalgos-rsa undo --list` shows what there is")
            for change in self._changes(entry.number):
                if not _is(change, new=True):
                    later = [e.number for e in entries if e.number > entry.number and change.path in e.paths]
                    hint = f"`superalgos-rsa undo {later[-1]}` comes first" if later else "mend it by hand"
                    raise ConflictError(f"{change.path} was changed since; nothing was undone", hint)
            self._set_state(entry.number, "undoing")
            self._take_back(entry.number)
            self._set_state(entry.number, "undone")
            return entry

    def recover(self, now: float) -> list[Entry]:
        """Take back what a process that died has left half done, and forget what is old; returns the former."""
        if not self._folder.is_dir():
            return []
        with self._locked():
            self._expire(now)
            return self._recover()

    def entries(self) -> list[Entry]:
        """Every set, the oldest first."""
        found = []
        for number in self._numbers():
            with contextlib.suppress(FileNotFoundError):  # its process died before it had begun
                plan = self._plan(number)
                paths = tuple(change["path"] for change in plan["changes"])
                found.append(Entry(number, plan["time"], plan["title"], plan["state"], paths))
        return found

    def _recover(self) -> list[Entry]:
        entries = self.entries()
        for number in set(self._numbers()) - {entry.number for entry in entries}:
            self._remove(number)
        unfinished = [entry for entry in entries if entry.state in ("applying", "undoing")]
        for entry in reversed(unfinished):
            self._take_back(entry.number)
            self._set_state(entry.number, "undone")
        return unfinished

    def _take_back(self, number: int) -> None:
        """The bytes before, for every file that holds the bytes after; any other is somebody else's by now."""
        changes, token = self._changes(number), self._plan(number).get("token", "")
        _tidy(changes, token)
        for change in reversed(changes):
            if _is(change, new=True):
                _undo(change, token)
            elif change.old is not None and change.new is not None:
                _mend(change.path, change.old, change.new, token)
        _tidy(changes, token)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time; the lock of one that dies is free again."""
        from filelock import FileLock, Timeout

        try:
            self._make_private()
            with FileLock(self._folder / "lock", timeout=_PATIENCE, mode=0o600):
                yield
        except Timeout:
            raise SuperalgosRsaError("another superalgos-rsa is writing", "try again when it has finished") from None
        except OSError as error:
            raise SuperalgosRsaError(
                f"cannot keep the journal in {self._folder}: {error.strerror or type(error).__name__}",
                "XDG_STATE_HOME names another folder for it",
            ) from None

    def _make_private(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self._folder.stat()
        if hasattr(os, "getuid") and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077):
            raise SuperalgosRsaError(
                f"{self._folder} is no private folder of this user's", "`chmod 700` it, or name another XDG_STATE_HOME"
            )

    def _numbers(self) -> list[int]:
        with contextlib.suppress(OSError):
            return sorted(int(name) for name in os.listdir(self._folder) if name.isdecimal())
        return []

    def _plan(self, number: int) -> dict[str, Any]:
        plan: dict[str, Any] = json.loads((self._folder / str(number) / _PLAN).read_text("utf-8"))
        return plan

    def _write_entry(self, number: int, changes: Sequence[Change], title: str, now: float, token: str) -> None:
        """The plan comes last and whole: a set without it was never begun."""
        folder = self._folder / str(number)
        try:
            folder.mkdir(mode=0o700)
            for index, change in enumerate(changes):
                for side, data in (("old", change.old), ("new", change.new)):
                    if data is not None:
                        create(folder / f"{index}.{side}", data, mode=0o600)
            listed = [_listed(change) for change in changes]
            plan = {"time": now, "title": title, "state": "applying", "token": token, "changes": listed}
            self._write_plan(number, plan)
            sync_folder(self._folder)
        except BaseException:
            self._remove(number)
            raise

    def _set_state(self, number: int, state: State) -> None:
        self._write_plan(number, {**self._plan(number), "state": state})

    def _write_plan(self, number: int, plan: Mapping[str, Any]) -> None:
        part = self._folder / str(number) / "plan.part"
        part.unlink(missing_ok=True)
        create(part, json.dumps(plan).encode(), mode=0o600)
        os.replace(part, part.with_name(_PLAN))
        sync_folder(part.parent)

    def _changes(self, number: int) -> list[Change]:
        folder = self._folder / str(number)
        return [_change(folder, index, listed) for index, listed in enumerate(self._plan(number)["changes"])]

    def _expire(self, now: float) -> None:
        finished = [entry for entry in self.entries() if entry.state in ("applied", "undone")]
        for index, entry in enumerate(reversed(finished)):
            if index >= KEPT or now - entry.time > KEPT_SECONDS:
                self._remove(entry.number)

    def _remove(self, number: int) -> None:
        import shutil  # a start that only asks where the state is needs none of it

        # The plan first: what is left of the folder then counts for nothing, wherever this ends.
        with contextlib.suppress(OSError):
            os.unlink(self._folder / str(number) / _PLAN)
        shutil.rmtree(self._folder / str(number), ignore_errors=True)


_AGAIN = "run the command again"


def _listed(change: Change) -> dict[str, Any]:
    return {
        "path": os.path.abspath(change.path),
        "old": change.old is not None,
        "new": change.new is not None,
        "old_mode": change.old_mode,
        "new_mode": change.new_mode,
        "folder": change.folder,
        "identity": change.identity,
    }


def _change(folder: Path, index: int, listed: Mapping[str, Any]) -> Change:
    old, new = ((folder / f"{index}.{side}").read_bytes() if listed[side] else None for side in ("old", "new"))
    identity = listed.get("identity")
    known = None if identity is None else (identity[0], identity[1])
    return Change(listed["path"], old, new, listed["old_mode"], listed["new_mode"], listed["folder"], known)


def _is_as_meant(change: Change) -> bool:
    if change.meant is None or change.new is None:
        return True
    return is_as_meant(decode(change.old or b""), decode(change.new), change.meant)


def _do(change: Change, token: str) -> None:
    if change.folder:
        try:
            with as_owner(os.path.dirname(change.path)):
                os.mkdir(change.path, 0o700)
        except OSError as error:
            raise SuperalgosRsaError(f"cannot make {change.path}: {error.strerror}") from None
        sync_folder(Path(change.path).parent)
    elif change.new_mode is not None:
        change_mode(change.path, change.identity, change.old_mode, change.new_mode)
    elif change.new is not None:
        replace(change.path, change.old, change.new, private=True, token=token)


def _tidy(changes: Sequence[Change], token: str) -> None:
    """Leave no file beside another, whatever became of the attempt to remove it at once."""
    for change in changes:
        if change.new is not None:
            with contextlib.suppress(SuperalgosRsaError):
                clear_away(change.path, change.old, change.new, token)


def _undo(change: Change, token: str) -> None:
    if change.folder:
        with contextlib.suppress(OSError):  # not empty: what lies there by now is not ours to remove
            os.rmdir(change.path)
    elif change.old_mode is not None:
        change_mode(change.path, change.identity, change.new_mode, change.old_mode)
    elif change.old is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(change.path)
    elif change.new is not None:
        replace(change.path, change.new, change.old, token=token)


def _mend(path: str, old: bytes, new: bytes, token: str) -> None:
    """Of a file that cannot be replaced but only be written in place, a killed process leaves one half."""
    found = read_regular(path, max(len(old), len(new)))
    if isinstance(found, Content) and found.data != old and is_half_written(found.data, old, new):
        replace(path, found.data, old, token=token)


def _is(change: Change, *, new: bool) -> bool:
    """Whether the file holds the bytes (or has the mode) of that side now."""
    if change.folder:
        return os.path.isdir(change.path) if new else not os.path.lexists(change.path)
    if change.new_mode is not None:
        return has_mode(change.path, change.identity, change.new_mode if new else change.old_mode)
    expected = change.new if new else change.old
    if expected is None:
        return not os.path.lexists(change.path)
    return read_regular(change.path, len(expected)) == Content(expected)


def state_folder(environment: Mapping[str, str]) -> Path:
    """The private place of this user, by the XDG rules; on Windows the local application data.

    Root leaves nothing in a home that it was lent (`sudo` may keep HOME): there it takes its own.
    """
    places = (("XDG_STATE_HOME", ""), ("LOCALAPPDATA", ""), ("HOME", _BELOW_HOME), ("USERPROFILE", _BELOW_HOME))
    for name, below in places:
        folder = environment.get(name, "")
        if os.path.isabs(folder) and not is_lent(folder):  # XDG: a relative path is to be ignored
            return Path(folder, below, _NAME)
    home = own_home()
    if home is None:
        raise SuperalgosRsaError("there is no home folder for the journal", "XDG_STATE_HOME names a folder for it")
    return Path(home, _BELOW_HOME, _NAME)
