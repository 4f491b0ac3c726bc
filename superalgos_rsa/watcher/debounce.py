"""Decides when a burst of events is over; reads no clock and no file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

DELAY = 0.05
LONGEST = 2.0
"""The longest delay of a verdict: a program that never stops writing must not put it off for ever."""
PATIENCE = 0.3
"""How long a half-written file may take to become whole."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Events that follow each other: when the first and the last of them came, in seconds of one clock."""

    first: float
    last: float

    def extended(self, now: float) -> Burst:
        """The burst with one more event."""
        return replace(self, last=now)

    @property
    def due(self) -> float:
        """When the verdict is due: after `DELAY` without an event."""
        return min(self.last + DELAY, self.first + LONGEST)


def extended(burst: Burst | None, now: float) -> Burst:
    """The burst with one more event, or a new one."""
    return burst.extended(now) if burst is not None else Burst(now, now)


Half = tuple[str, str]
"""Path and hash of what looks half-written."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Half-written files that may yet become whole, and the burst of writing of each. `accepted` were
    reported as broken; the same bytes are not waited for again."""

    waiting: Mapping[str, Burst]
    accepted: frozenset[Half] = frozenset()

    def with_seen(self, half: frozenset[Half], written: Collection[str], now: float) -> Patience:
        """`written` are the paths that changed since the last look."""
        waiting = {}
        for path, _ in half - self.accepted:
            burst = self.waiting.get(path)
            waiting[path] = burst if burst is not None and path not in written else extended(burst, now)
        return Patience(waiting, self.accepted & half)

    @property
    def until(self) -> float:
        """The moment until which the verdict is put off."""
        ends = (min(burst.last + PATIENCE, burst.first + LONGEST) for burst in self.waiting.values())
        return max(ends, default=float("-inf"))

    def given_up(self, half: frozenset[Half]) -> Patience:
        """Stop waiting: these half-written files are reported as broken from now on."""
        return Patience({}, half)
