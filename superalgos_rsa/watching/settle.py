"""When a burst of events is over, as plain values: no clock, no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

DELAY = 0.05
LONGEST = 2.0
"""A program that never stops writing does not put off the verdict on everything else for ever."""
PATIENCE = 0.5
"""How long a file that holds half of something may take to become whole."""


@dataclass(frozen=True, slots=True)
class Burst:
    first: float
    last: float

    def extended(self, now: float) -> Burst:
        return replace(self, last=now)

    @property
    def due(self) -> float:
        """The verdict is asked for when it has been quiet for `DELAY`."""
        return min(self.last + DELAY, self.first + LONGEST)


def extended(burst: Burst | None, now: float) -> Burst:
    return burst.extended(now) if burst is not None else Burst(now, now)


@dataclass(frozen=True, slots=True)
class Patience:
    """Since when which half-written files wait. `accepted` are those that were called broken: the same bytes again are
    no news."""

    since: Mapping[str, float]
    accepted: frozenset[tuple[str, str]] = frozenset()

    def with_seen(self, half: frozenset[tuple[str, str]], now: float) -> Patience:
        """`half` are paths and hashes of what looks half-written now."""
        waiting = {path for path, _ in half - self.accepted}
        return Patience({path: self.since.get(path, now) for path in waiting}, self.accepted & half)

    def until(self) -> float:
        """The verdict is put off until then."""
        return max((since + PATIENCE for since in self.since.values()), default=float("-inf"))

    def given_up(self, half: frozenset[tuple[str, str]]) -> Patience:
        return Patience({}, half)
