"""Where the journal keeps its sets of changes: a private folder, in which nothing of anybody else's is ever touched.

A set is a folder whose name is its number. It holds `plan.json`, and the bytes of each file before and after as `0.old`
and `0.new`. A set is put together under another name and gets its number when it is whole; it loses the number before
it is removed. So whatever ends the process, a number stands for a whole set.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.files.regular import Content, Unread, create, read_regular, sync_folder

DAY = 24 * 3600
LONGEST_REST = 60 * DAY
"""The longest time between two looks at the journal that a clock is believed."""
_LIMIT = 16 * 1024 * 1024
_PLAN, _CLOCK, _LOCK = "plan.json", "clock.json", "lock"
# Compiled when they are first needed, which by `check` is seldom.
_NUMBER = r"[1-9][0-9]{0,8}"
_ASIDE = r"set-[0-9a-f]{12}"
_MEMBER = r"plan\.json|plan\.part|[0-9]+\.(old|new)"
_BYTES = r"[0-9]+\.(old|new)"
_ELSEWHERE = "move it elsewhere, or name another folder for the journal: XDG_STATE_HOME"


class NoJournalError(SuperalgosRsaError):
    """No journal can be kept in this folder; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The journal's own time. `age` is what it has seen pass, in seconds; `seen` is when it last looked, by the clock
    of the machine; `last` is the highest number it ever gave.

    By this time sets grow old, not by the machine's clock: that of a small computer starts anywhere, and leaps by years
    once it has asked what time it is.
    """

    seen: float
    age: float = 0.0
    last: int = 0

    def at(self, now: float) -> Clock:
        """A leap back counts for nothing, one beyond any likely rest for a day."""
        passed = now - self.seen
        return Clock(now, self.age + (DAY if passed > LONGEST_REST else max(passed, 0.0)), self.last)


class JournalFolder:
    """The files of the journal: adds, reads and removes sets without interpreting them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def locked(self, patience: float) -> Iterator[None]:
        """One process at a time; the lock of one that dies is free again."""
        from filelock import FileLock, Timeout

        try:
            make_private(self.path)
            with FileLock(self.path / _LOCK, timeout=patience, mode=0o600):
                yield
        except Timeout:
            raise SuperalgosRsaError("another superalgos-rsa is writing", "try again when it has finished") from None
        except OSError as error:
            raise NoJournalError(
                f"cannot keep the journal in {self.path}: {error.strerror or type(error).__name__}",
                "XDG_STATE_HOME names another folder for it",
            ) from None

    def numbers(self) -> list[int]:
        """Of all sets, the oldest first. Raises where a number stands for something that no journal has made."""
        found = []
        for name in self._names():
            if re.fullmatch(_NUMBER, name):
                foreign = _foreign(self.path / name)
                if foreign is not None:
                    raise NoJournalError(f"{foreign} was not made by superalgos-rsa; nothing was changed", _ELSEWHERE)
                found.append(int(name))
        return sorted(found)

    def plan(self, number: int) -> Any:
        """What its `plan.json` holds; `None` where that cannot be read."""
        return read_json(self.path / str(number) / _PLAN)

    def read(self, number: int, name: str) -> bytes:
        """The bytes of one file of a set, such as `0.old`."""
        path = self.path / str(number) / name
        size = path.lstat().st_size if path.is_file() else 0
        found = read_regular(path, size)
        if isinstance(found, Unread):
            raise SuperalgosRsaError(f"change {number} cannot be taken back: {path}: {found.detail}")
        return found.data

    def add(self, number: int, plan: Any, contents: Iterable[tuple[str, bytes]]) -> None:
        """Store a new set, completely or not at all."""
        folder = self._aside()
        try:
            folder.mkdir(mode=0o700)
            for name, data in contents:
                create(folder / name, data, mode=0o600)
            create(folder / _PLAN, json.dumps(plan).encode(), mode=0o600)
            os.rename(folder, self.path / str(number))
            sync_folder(self.path)
        except BaseException:
            _delete(folder)
            _delete(self.path / str(number))
            raise

    def write_plan(self, number: int, plan: Any) -> None:
        """Replace the plan of a set."""
        folder = self.path / str(number)
        write_json(folder / "plan.part", folder / _PLAN, plan)

    def drop_bytes(self, number: int) -> None:
        """Delete the stored file contents of an undone set."""
        with contextlib.suppress(OSError):
            for name in os.listdir(self.path / str(number)):
                if re.fullmatch(_BYTES, name):
                    os.unlink(self.path / str(number) / name)

    def remove(self, number: int) -> None:
        """Remove a set. It loses its number first, so `sweep` deletes what an error leaves."""
        aside = self._aside()
        with contextlib.suppress(OSError):
            os.rename(self.path / str(number), aside)
            _delete(aside)

    def leftovers(self) -> list[Path]:
        """Folders of sets that a killed process had not finished adding or removing."""
        return [self.path / name for name in self._names() if re.fullmatch(_ASIDE, name)]

    def sweep(self) -> None:
        """Delete what `leftovers` finds."""
        for folder in self.leftovers():
            _delete(folder)

    def is_empty(self) -> bool:
        """Whether there is neither a set nor a part of one."""
        return not any(re.fullmatch(_NUMBER, name) or re.fullmatch(_ASIDE, name) for name in self._names())

    def clock(self) -> Clock | None:
        """The time as last noted; `None` where nothing usable is noted."""
        value = read_json(self.path / _CLOCK)
        try:
            seen, age, last = float(value["seen"]), float(value["age"]), int(value["last"])
        except (TypeError, ValueError, LookupError, OverflowError):
            return None
        return Clock(seen, age, last) if math.isfinite(seen) and math.isfinite(age) else None

    def write_clock(self, clock: Clock) -> None:
        """Note the time for the next look."""
        value = {"seen": clock.seen, "age": clock.age, "last": clock.last}
        write_json(self.path / "clock.part", self.path / _CLOCK, value)

    def _names(self) -> list[str]:
        check_private(self.path)
        with contextlib.suppress(OSError):
            return os.listdir(self.path)
        return []

    def _aside(self) -> Path:
        return self.path / f"set-{os.urandom(6).hex()}"


def make_private(path: Path) -> None:
    """Make the folder for this user alone; raises `NoJournalError` for one that is somebody else's or behind a link."""
    if not os.path.lexists(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(path)


def check_private(path: Path) -> None:
    """Raises `NoJournalError` where the folder is a link, another user's, or open to others."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise NoJournalError(f"{path} is a link, and no journal is kept behind one", _ELSEWHERE)
        if sys.platform != "win32" and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077):
            raise NoJournalError(
                f"{path} is no private folder of this user's", "`chmod 700` it, or name another XDG_STATE_HOME"
            )


def _foreign(path: Path) -> Path | None:
    """What is there under the name of a set, or in it, and has no place in one."""
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):
            return path
        return next((path / name for name in os.listdir(path) if not re.fullmatch(_MEMBER, name)), None)
    except OSError:  # gone meanwhile, or not to be read: then nothing is read or removed there
        return None


def _delete(folder: Path) -> None:
    """A set's own files, and then the folder; what else may lie there stays."""
    with contextlib.suppress(OSError):
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return
        for name in os.listdir(folder):
            if re.fullmatch(_MEMBER, name):
                os.unlink(folder / name)
        os.rmdir(folder)


def read_json(path: Path, limit: int = _LIMIT) -> Any:
    """What the file holds; `None` where that cannot be read."""
    found = read_regular(path, limit)
    try:
        return json.loads(found.data) if isinstance(found, Content) else None
    except (ValueError, RecursionError):
        return None


def write_json(part: Path, path: Path, value: Any) -> None:
    """Whole or not at all, for this user alone; `part` is the name of the file until it is whole."""
    part.unlink(missing_ok=True)
    create(part, json.dumps(value).encode(), mode=0o600)
    os.replace(part, path)
    sync_folder(path.parent)
