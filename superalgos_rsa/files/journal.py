"""Changes several files as one set: all or none, even if the process is killed. Each set can be undone.

Every set is noted before the first file changes: the bytes before and after, and a plan with a state (applying ->
applied -> undoing -> undone). If a later process finds `applying` or `undoing`, the one before was killed, and the set
is taken back.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from superalgos_rsa.documents.broken_off import broken_off
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.files.changes import (
    Change,
    from_listed,
    is_there,
    listed,
    make,
    make_again,
    refuse,
    take_back,
    tidy,
    undo,
)
from superalgos_rsa.files.find import DEFAULT_LIMIT
from superalgos_rsa.files.journal_folder import DAY, Clock, JournalFolder
from superalgos_rsa.files.journal_plan import JournalEntry, JournalState, entry_of, is_plan
from superalgos_rsa.files.ownership import is_lent, own_home
from superalgos_rsa.files.regular import Content, new_token, read_regular
from superalgos_rsa.files.spelling import identity

KEPT = 50
KEPT_REPORTS = 5
KEPT_SECONDS = 30 * DAY
_PATIENCE = 30
_LOOK_SECONDS = 3600
_NAME, _BELOW_HOME = "superalgos-rsa", ".local/state"


class Journal:
    """The journal of changes. `warn` gets a sentence, once, on a set that was interrupted or cannot be read."""

    def __init__(self, folder: Path, warn: Callable[[str], None] = lambda _message: None) -> None:
        self._folder = JournalFolder(folder)
        self._warn = warn
        self._warned: set[str] = set()

    def apply(self, changes: Sequence[Change], title: str, now: float, *, report: bool = False) -> int:
        """Make the changes, all or none; returns the number by which they can be undone.

        For a `report`, a file of this program's own, no interrupted set is taken back before: that would change what
        the report has judged.
        """
        with self._folder.locked(_PATIENCE):
            if not report:
                self._recover()
            clock = self._clock(now)
            number = max([clock.last, *self._folder.numbers()]) + 1
            for change in changes:
                refuse(change)
            token = new_token()
            plan: dict[str, Any] = {"time": now, "age": clock.age, "title": title, "report": report}
            plan |= {"state": "applying", "token": token, "changes": [listed(change) for change in changes]}
            self._folder.add(number, plan, _contents(changes))
            try:
                for change in changes:
                    make(change, token)
                tidy(changes, token)
                self._set_state(number, plan, "applied")
            except BaseException:
                # Nothing of an interrupted set stays, be it a full disk, a conflict or Ctrl-C. What cannot be taken
                # back now, the next start takes back: the plan still says `applying`.
                take_back(changes, token)
                self._folder.remove(number)
                raise
            self._expire(replace(clock, last=number))
            return number

    def undo(self, number: int | None, now: float) -> JournalEntry:
        """Take a set back, all or nothing; by default the last one that is no report. Raises if a file was changed
        since. If an interrupted set has to be taken back first, no other one is."""
        with self._folder.locked(_PATIENCE):
            recovered = [entry for entry in self._recover() if number in (None, entry.number)]
            self._expire(self._clock(now))
            if recovered:
                return recovered[-1]
            plans = self._plans()
            entries = [entry_of(*pair) for pair in plans.items() if pair[1]["state"] == "applied"]
            wanted = (e for e in reversed(entries) if (not e.report if number is None else e.number == number))
            entry = next(wanted, None)
            if entry is None:
                what = "there is nothing to undo" if number is None else f"there is no change {number} to undo"
                raise UsageError(what, None if number is None else "`superalgos-rsa undo --list` shows what there is")
            plan = plans[entry.number]
            changes, token = self._changes(entry.number, plan), plan.get("token", "")
            for change in changes:
                if not is_there(change, new=True):
                    later = [e.number for e in entries if e.number > entry.number and change.path in e.paths]
                    hint = f"`superalgos-rsa undo {later[-1]}` comes first" if later else "mend it by hand"
                    raise ConflictError(f"{change.path} was changed since; nothing was undone", hint)
            self._set_state(entry.number, plan, "undoing")
            try:
                for change in reversed(changes):
                    undo(change, token)
                tidy(changes, token, back=True)
                self._set_state(entry.number, plan, "undone")
            except BaseException:
                # What cannot be made again now, the next start takes back: the plan still says `undoing`.
                with contextlib.suppress(OSError, SuperalgosRsaError):
                    make_again(changes, token)
                    self._set_state(entry.number, plan, "applied")
                raise
            self._folder.drop_bytes(entry.number)
            return entry

    def put_back(self, number: int | None, now: float) -> JournalEntry | None:
        """The bytes that a set left, for each of its files that is empty or cut off by now, as a set of its own; `None`
        where none is. Of no `number` the last set that is no report."""
        entries = [entry for entry in self.entries() if entry.state == "applied"]
        entry = next((e for e in reversed(entries) if (not e.report if number is None else e.number == number)), None)
        plan = self._folder.plan(entry.number) if entry is not None else None
        if entry is None or plan is None:
            return None
        left = [(change, _broken_off(change)) for change in self._changes(entry.number, plan) if change.new is not None]
        changes = [Change(change.path, data, change.new) for change, data in left if data is not None]
        if not changes:
            return None
        put = self.apply(changes, f"put back as change {entry.number} left it", now)
        return next(found for found in self.entries() if found.number == put)

    def last_with(self, path: str) -> int | None:
        """The last set that gave this file its bytes and was not undone."""
        wanted = identity(path)
        for number, plan in reversed(self._plans().items()):
            given = (change["path"] for change in plan["changes"] if change["new"])
            if plan["state"] == "applied" and wanted in map(identity, given):
                return number
        return None

    def recover(self, now: float) -> list[JournalEntry]:
        """Take back what a process that died has left half done, and forget what is old; returns the former."""
        if self._folder.is_empty():
            return []
        with self._folder.locked(_PATIENCE):
            recovered = self._recover()
            self._expire(self._clock(now))
            return recovered

    def forget(self, now: float) -> None:
        """Drop expired sets. Every command calls this, so it neither waits nor fails."""
        with contextlib.suppress(OSError, SuperalgosRsaError):
            if self._folder.is_empty():
                return
            clock = self._folder.clock()
            if clock is None or self._folder.leftovers() or not 0 <= now - clock.seen < _LOOK_SECONDS:
                with self._folder.locked(0):
                    self._expire(self._clock(now))

    def entries(self) -> list[JournalEntry]:
        """All sets, the oldest first. Writes nothing and needs no lock."""
        return [entry_of(number, plan) for number, plan in self._plans().items()]

    def _plans(self) -> dict[int, dict[str, Any]]:
        found = {}
        for number in self._folder.numbers():
            plan = self._folder.plan(number)
            if is_plan(plan):
                found[number] = plan
            elif os.path.lexists(self._folder.path / str(number)):  # else another process has just removed it
                self._warn_once(f"{self._folder.path / str(number)} cannot be read as a change; it stays as it is")
        return found

    def _recover(self) -> list[JournalEntry]:
        self._folder.sweep()
        recovered = []
        for number, plan in reversed(self._plans().items()):
            if plan["state"] not in ("applying", "undoing"):
                continue
            try:
                changes, token = self._changes(number, plan), plan.get("token", "")
                tidy(changes, token, back=plan["state"] == "undoing")
                take_back(changes, token)
                self._set_state(number, plan, "undone")
            except SuperalgosRsaError as error:
                self._warn_once(f"change {number} was interrupted and is not taken back yet: {error.message}")
            else:
                self._folder.drop_bytes(number)
                recovered.append(entry_of(number, plan))
                paths = ", ".join(recovered[-1].paths)
                self._warn_once(f"change {number} was interrupted and is taken back: {paths}")
        return recovered[::-1]

    def _expire(self, clock: Clock) -> None:
        """Remove sets that are too old or too many, and the bytes of undone sets."""
        counts: Counter[tuple[bool, bool]] = Counter()
        with contextlib.suppress(OSError, SuperalgosRsaError):  # the next call tries again
            self._folder.sweep()
            for entry in reversed(self.entries()):
                if entry.state in ("applying", "undoing"):
                    continue
                kind = entry.report, entry.state == "undone"
                counts[kind] += 1
                if counts[kind] > (KEPT_REPORTS if entry.report else KEPT) or clock.age - entry.age > KEPT_SECONDS:
                    self._folder.remove(entry.number)
                elif entry.state == "undone":
                    self._folder.drop_bytes(entry.number)
            before = self._folder.clock()
            if before is None or before.last != clock.last or not 0 <= clock.seen - before.seen < _LOOK_SECONDS:
                self._folder.write_clock(clock)

    def _clock(self, now: float) -> Clock:
        clock = self._folder.clock()
        if clock is None:
            entries = self.entries()
            age = max((entry.age for entry in entries), default=0.0)
            clock = Clock(now, age, max((entry.number for entry in entries), default=0))
        return clock.at(now)

    def _changes(self, number: int, plan: Mapping[str, Any]) -> list[Change]:
        def data(index: int, value: Mapping[str, Any], side: str) -> bytes | None:
            return self._folder.read(number, f"{index}.{side}") if value[side] else None

        return [
            from_listed(value, *(data(index, value, side) for side in _SIDES))
            for index, value in enumerate(plan["changes"])
        ]

    def _set_state(self, number: int, plan: Mapping[str, Any], state: JournalState) -> None:
        self._folder.write_plan(number, {**plan, "state": state})

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._warn(message)


def _broken_off(change: Change) -> bytes | None:
    """What is left of a file that was empty or cut off after this change."""
    found = read_regular(change.path, DEFAULT_LIMIT)
    return found.data if isinstance(found, Content) and broken_off(found.data) is not None else None


_SIDES: tuple[Literal["old", "new"], ...] = ("old", "new")


def _contents(changes: Sequence[Change]) -> Iterator[tuple[str, bytes]]:
    for index, change in enumerate(changes):
        for side in _SIDES:
            data = getattr(change, side)
            if data is not None:
                yield f"{index}.{side}", data


def state_folder(environment: Mapping[str, str]) -> Path:
    """The private place of this user, by the XDG rules; on Windows the local application data.

    Root uses its own home if HOME is that of another user, which `sudo` may keep.
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
