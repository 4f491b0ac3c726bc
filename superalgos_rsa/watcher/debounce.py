"""Decides when a burst of events is over; reads no clock and no file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

DELAY = 0.05
LONGEST = 2.0
"""The longest delay of a verdict: a program that never stops writing must not put it off for ever."""
LATEST = 4.0
"""The same, while some file looks half-written: then the verdict rests on what was last seen whole of it."""
PATIENCE = 0.3
"""How long a half-written file may take to become whole, from its last write on."""
RETRY = 0.1
"""Seconds between looks at one: no writer puts them off. Two looks far apart may find it empty by chance."""
HOPELESS = 10.0
"""A file that is written all the time, and that no look finds whole for so long, is what it looks."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Events that no verdict covers yet: when the first and the last of them came, in seconds of one clock. `retry` is
    the next look at what is half-written."""

    first: float
    last: float
    retry: float | None = None

    @property
    def settled(self) -> float:
        """When the files can be judged: after `DELAY` without an event."""
        return min(self.last + DELAY, self.first + LONGEST)

    @property
    def due(self) -> float:
        """When to look at the files."""
        return self.settled if self.retry is None else self.retry


def extended(burst: Burst | None, now: float) -> Burst:
    """The burst with one more event, or a new one."""
    return replace(burst, last=now) if burst is not None else Burst(now, now)


Half = tuple[str, str]
"""Path and hash of what looks half-written."""
ANY = ""
"""In the place of a hash."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Half-written files that may yet become whole, and the burst of writing of each. `believed` are as they look: the
    same bytes are not waited for again, and with `ANY` no others either, until the file was seen whole."""

    waiting: Mapping[str, Burst]
    believed: frozenset[Half] = frozenset()

    def with_seen(self, half: frozenset[Half], written: Collection[str], now: float) -> Patience:
        """`written` are the paths that changed since the last look."""
        waiting, believed = {}, self.believed & {*half, *((path, ANY) for path, _ in half)}
        for path, digest in half:
            burst = self.waiting.get(path)
            burst = burst if burst is not None and path not in written else extended(burst, now)
            if self.believes((path, digest)):
                continue
            if now >= burst.last + PATIENCE:
                believed |= {(path, digest)}
            elif now >= burst.first + HOPELESS:
                believed |= {(path, ANY)}
            else:
                waiting[path] = burst
        return Patience(waiting, believed)

    def believes(self, half: Half) -> bool:
        """Whether the file is no more than it looks."""
        return not self.believed.isdisjoint({half, (half[0], ANY)})

    @property
    def until(self) -> float:
        """When the first of them has had its time."""
        ends = (min(burst.last + PATIENCE, burst.first + HOPELESS) for burst in self.waiting.values())
        return min(ends, default=float("-inf"))


NOTHING_SEEN = Patience({})
