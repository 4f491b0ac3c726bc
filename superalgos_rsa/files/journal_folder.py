"""The private folder in which the journal keeps its sets of changes; other files in it are never touched.

A set is a folder whose name is its number. It holds `plan.json`, and the bytes of each file before and after as `0.old`
and `0.new`. A set is written under a temporary name and renamed to its number when it is complete; before it is removed
it is renamed again. So a number always stands for a complete set, even after a kill.
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
"""The longest time between two looks at the journal that is believed of the clock."""
_LIMIT = 16 * 1024 * 1024
_PLAN, _CLOCK, _LOCK = "plan.json", "clock.json", "lock"
# Compiled on first use: `check` seldom needs them.
_NUMBER = r"[1-9][0-9]{0,8}"
_ASIDE = r"set-[0-9a-f]{12}"
_MEMBER = r"plan\.json|plan\.part|[0-9]+\.(old|new)"
_BYTES = r"[0-9]+\.(old|new)"
_ELSEWHERE = "move it elsewhere, or name another folder for the journal: XDG_STATE_HOME"


class NoJournalError(SuperalgosRsaError):
    """No journal can be kept in this folder; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The journal's own time: `age` counts the seconds that have passed. `seen` is the machine's clock at the last
    look, and `last` the highest number ever given.

    Sets expire by this time and not by the machine's clock: a computer without a battery starts with a wrong date, and
    jumps by years when it gets the time from the network.
    """

    seen: float
    age: float = 0.0
    last: int = 0

    def at(self, now: float) -> Clock:
        """The time after another look. A jump of the clock back counts as nothing, one of over 60 days as one day."""
        passed = now - self.seen
        return Clock(now, self.age + (DAY if passed > LONGEST_REST else max(passed, 0.0)), self.last)


class JournalFolder:
    """The files of the journal: adds, reads and removes sets without interpreting them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def locked(self, patience: float) -> Iterator[None]:
        """Lock the journal, for one process at a time; the system frees the lock of a process that dies."""
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
        """The numbers of all sets, the oldest first. Raises if an entry with a number is not of a journal's making."""
        found = []
        for name in self._names():
            if re.fullmatch(_NUMBER, name):
                foreign = _foreign(self.path / name)
                if foreign is not None:
                    raise NoJournalError(f"{foreign} was not made by superalgos-rsa; nothing was changed", _ELSEWHERE)
                found.append(int(name))
        return sorted(found)

    def plan(self, number: int) -> Any:
        """The content of the set's `plan.json`; `None` if it cannot be read."""
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
        """The noted time; `None` if none is noted, or an unusable one."""
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
    """Make the folder for this user alone; raises `NoJournalError` for another user's folder or a link."""
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
    """Entries with the name of a set, or inside a set, that no journal makes."""
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):
            return path
        return next((path / name for name in os.listdir(path) if not re.fullmatch(_MEMBER, name)), None)
    except OSError:  # gone meanwhile, or unreadable; then nothing there is read or removed
        return None


def _delete(folder: Path) -> None:
    """Delete the files of a set, then its folder; any other file stays."""
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
