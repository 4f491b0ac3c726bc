"""Yields verdicts on settled files; what a verdict depends on is watched before the verdict is given."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Generator, Iterator, Set
from dataclasses import dataclass, replace
from typing import Literal

from superalgos_rsa.errors import safe_message
from superalgos_rsa.validator.report import Report
from superalgos_rsa.validator.validator import validate
from superalgos_rsa.watcher.debounce import DELAY, LATEST, NOTHING_SEEN, PATIENCE, RETRY, Burst, Patience, extended
from superalgos_rsa.watcher.dependencies import Dependency, Stamp, folders_of, stamp, touched
from superalgos_rsa.watcher.folder_events import LOST, Event, Notifier, Send, Watchdog
from superalgos_rsa.watcher.incremental import Evidence, Incremental, Scope

SWEEP = 30.0
"""Seconds between looks at everything, in case events were lost."""
POLL = 1.0
"""The same, where a folder sends no events."""
DEEP = 10
"""Every tenth sweep compares content instead of dates and sizes."""
_MOST_PASSES = 8
_MOST_LATE = 1000

Command = Literal["stop", "reload", "look"]


@dataclass(frozen=True, slots=True)
class Settled:
    """A verdict on settled files. `changed`: a watched file differs from the previous verdict."""

    evidence: Evidence
    report: Report
    changed: bool


class Watcher:
    """Judges an installation, and again after each change.

    `tick` is called at least every `beat` seconds, as a sign of life for others; not while checks fail, since there is
    no verdict then.
    """

    def __init__(
        self,
        question: Callable[[], Scope],
        *,
        warn: Callable[[str], None],
        tick: Callable[[], None] = lambda: None,
        beat: float = SWEEP,
        notifier: Callable[[Send], Notifier] = Watchdog,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = question
        self._warn = warn
        self._tick = tick
        self._beat = beat
        self._clock = clock
        # SimpleQueue: its `put` is reentrant, and a signal handler may interrupt another `put`.
        self._inbox: queue.SimpleQueue[Event | Command] = queue.SimpleQueue()
        self._notifier = notifier(self._inbox.put)
        self._incremental = Incremental(question())
        self._stamps: dict[Dependency, Stamp] = {}
        self._touched: set[Dependency] = set()
        self._stale: set[str] = set()
        self._told: set[str] = set()
        self._patience = NOTHING_SEEN
        self._burst: Burst | None = None
        self._sweeps = 0
        self._swept = clock()
        self._changed = False
        self._failed = False

    def send(self, command: Command) -> None:
        """Send a command, also from another thread or a signal handler."""
        self._inbox.put(command)

    @property
    def watched(self) -> int:
        """How many names, and folders as a whole, are watched."""
        return len(self._stamps)

    def settled(self) -> Generator[Settled, None, None]:
        """The first verdict, then one after each change that has settled, until `stop`."""
        try:
            yield from self._loop()
        finally:
            self._notifier.close()

    def again(self) -> Settled | None:
        """Validate at once, after this program wrote a file; the events of that write are not a change."""
        self._touched |= self._stamps.keys()
        past = self._clock() - LATEST
        self._burst = Burst(past, past)
        return self._safely()

    def _loop(self) -> Iterator[Settled]:
        self._burst = Burst(self._clock(), self._clock() - DELAY)
        while self._wait(self._due()):
            now = self._clock()
            if now >= self._sweep_due:
                self._swept = now
                self._sweep()
            if self._burst is not None and now >= self._burst.due:
                found = self._safely()
                if found is not None:
                    yield found

    @property
    def _sweep_due(self) -> float:
        return self._swept + (POLL if self._failed or self._notifier.unwatched else SWEEP)

    def _due(self) -> float:
        return min(self._sweep_due, self._burst.due) if self._burst is not None else self._sweep_due

    def _wait(self, until: float) -> bool:
        """Handle events until then; False on the command to stop."""
        late = 0
        while True:
            if not self._failed:  # a sign of life would claim that there is a verdict
                self._tick()
            left = until - self._clock()
            late += left <= 0
            try:
                item = self._inbox.get(timeout=min(max(left, 0), self._beat))
            except queue.Empty:
                if self._clock() >= until:
                    return True
                continue
            if item == "stop":
                return False
            if self._take(item):
                until = self._due()
            if late > _MOST_LATE:  # files change without pause
                return True

    def _take(self, item: Event | Command) -> bool:
        """Whether the item concerns the verdict."""
        if item == "reload":
            self._reload()
        elif item == "look" or item == LOST:
            self._touched |= self._stamps.keys()
        elif isinstance(item, Event):
            hit = set(touched(item.path, item.is_folder, self._stamps.keys()))
            if item.replaced and (item.is_folder or any(entry.what == "name" for entry in hit)):
                self._stale.add(item.path)
            if not hit:
                return False
            self._touched |= hit
        self._burst = extended(self._burst, self._clock())
        if isinstance(item, Event) and item.closed and item.path in self._patience.waiting:
            self._burst = replace(self._burst, retry=self._burst.last)  # it is whole until the next writer comes
        return True

    def _reload(self) -> None:
        try:
            self._incremental.ask(self._ask())
        except Exception as error:
            self._warn(f"the settings could not be read again, so the old ones stay: {safe_message(error)}")
        self._touched |= self._stamps.keys()

    def _sweep(self) -> None:
        """Look for changes that no event announced."""
        self._sweeps += 1
        if self._sweeps % DEEP == 0:
            self._incremental.forget()
            self._touched |= self._stamps.keys()
        else:
            self._touched |= {entry for entry, known in self._stamps.items() if stamp(entry) != known}
        if self._touched or self._failed:
            self._burst = self._burst or Burst(self._clock(), self._clock())

    def _safely(self) -> Settled | None:
        try:
            return self._round()
        except Exception as error:
            self._warn(f"re-check failed ({safe_message(error)}); no verdict until a retry succeeds")
            self._incremental.forget()
            self._touched |= self._stamps.keys()
            self._failed, self._burst = True, None
            return None

    def _round(self) -> Settled | None:
        """A verdict on the files as they are now; None while one is still being written."""
        is_first, before = not self._stamps, self._patience
        written: set[str] = set()
        for _ in range(_MOST_PASSES):
            stamps = {entry: stamp(entry) for entry in self._stamps}
            new = {entry for entry, value in stamps.items() if value != self._stamps[entry]}
            self._changed = self._changed or bool(new)
            written.update(entry.path for entry in new)
            evidence = self._incremental.gather(self._touched | new, before)
            self._touched = self._rest_on(evidence.rests_on, stamps)
            if not self._touched:
                break
        self._failed = False
        now = self._clock()
        self._take_waiting()
        burst = extended(self._burst, now) if self._touched or self._burst is None else self._burst
        if is_first:
            before = Patience({}, frozenset(half for half in evidence.half_written if not _is_fresh(half[0])))
        self._patience = before.with_seen(evidence.half_written, written, now)
        # What is believed from now on takes one more look, since this evidence does not tell of it.
        waits = bool(self._patience.waiting or self._patience.believed - before.believed)
        retry = None
        if waits:
            retry = min(now + RETRY, max(now, self._patience.until))
            paths = {path for path, _ in evidence.half_written}
            self._touched |= {entry for entry in self._stamps if entry.path in paths}
        if now < (burst.first + LATEST if waits else burst.settled):
            self._burst = replace(burst, retry=retry)
            return None
        self._burst = Burst(now, now, retry) if self._touched else None
        changed, self._changed = self._changed and not waits, self._changed and waits
        return Settled(evidence, validate(evidence.all_facts), changed)

    def _take_waiting(self) -> None:
        """Take the events that came while the round was reading."""
        for _ in range(self._inbox.qsize()):
            item = self._inbox.get()
            if isinstance(item, Event):
                self._take(item)
            else:
                self._inbox.put(item)

    def _rest_on(self, entries: Set[Dependency], stamps: dict[Dependency, Stamp]) -> set[Dependency]:
        """Watch these; returns those that may have changed between being read and being watched."""
        folders = folders_of(entries)
        fresh = self._notifier.watch(folders, frozenset(self._stale))
        self._stale.clear()
        for folder, reason in self._notifier.unwatched.items():
            if reason not in self._told:
                self._told.add(reason)
                self._warn(f"{folder} sends no change events ({reason}); it is checked every {POLL:.0f} s")
        self._stamps = {entry: stamps[entry] if entry in stamps else stamp(entry) for entry in entries}
        return {entry for entry in entries if entry not in stamps or entry.folder in fresh}


def _is_fresh(path: str) -> bool:
    """Whether it was written a moment ago; the clock of its file system may differ from ours."""
    try:
        return abs(time.time() - os.stat(path).st_mtime) < PATIENCE
    except OSError:
        return False
