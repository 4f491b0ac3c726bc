"""Feeds the tool what no program would write, and holds every answer against the laws. From the repository's folder:

    PYTHONPATH=tests .venv/bin/python -m attack.fuzz --seconds 600

The same seed is the same input. What breaks a law is told with its kind, its seed and the least that still does it.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from attack.arena import Arena, Broken
from attack.cases import KINDS, Case, make
from attack.limits import WAITED_SECONDS
from attack.scripts import examine
from attack.shrink import smallest

_LONGEST_SHOWN = 4000
_SPEAKS_EVERY = 10.0
_GIVEN_UP = 10 * WAITED_SECONDS


@dataclass(slots=True)
class Count:
    """What one run did."""

    inputs: Counter[str] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)
    """For each fault, what is told of it."""
    times: Counter[str] = field(default_factory=Counter)
    """How often each fault was met."""


def fuzz(arena: Arena, seeds: Iterator[tuple[str, int]], count: Count, given: Sequence[bytes] = ()) -> None:
    spoken = time.monotonic()
    for kind, seed in seeds:
        if time.monotonic() - spoken > _SPEAKS_EVERY:
            spoken = time.monotonic()
            _say(f"{count.inputs.total()} inputs, {len(count.broken)} faults, now at seed {seed}")
        case = make(kind, seed, given)
        count.inputs[kind] += 1
        # What no signal interrupts ends the program, and says where it was.
        faulthandler.dump_traceback_later(_GIVEN_UP, exit=True, file=2)
        try:
            examine(arena, case)
        except Broken as broken:
            count.times[broken.what] += 1
            if broken.what not in count.broken:
                count.broken[broken.what] = _told(arena, arena.tried, broken)
                _say(count.broken[broken.what])
    faulthandler.cancel_dump_traceback_later()


def _told(arena: Arena, case: Case, broken: Broken) -> str:
    lines = [f"{case.kind} {case.seed}: {broken.what}", f"  in: {broken.words}"]
    if broken.detail:
        lines.append("  " + broken.detail.strip().replace("\n", "\n  "))
    if isinstance(case.data, bytes):
        data: object = smallest(case.data, lambda data: _fails(arena, case.with_data(data), broken.what))
    else:
        data = case.data
    shown = repr(data)
    lines.append(f"  {case.place}: {shown if len(shown) <= _LONGEST_SHOWN else f'{len(shown)} characters'}")
    lines.append(f"  again: PYTHONPATH=tests .venv/bin/python -m attack.fuzz --kind {case.kind} --seed {case.seed}")
    return "\n".join(lines)


def _fails(arena: Arena, case: Case, what: str) -> bool:
    try:
        examine(arena, case)
    except Broken as broken:
        return broken.what == what
    return False


def seeds_for(kinds: Sequence[str], start: int, seconds: float | None, inputs: int | None) -> Iterator[tuple[str, int]]:
    """Each kind in turn; until the time is over or so many inputs were made."""
    begun, number = time.monotonic(), 0
    while (inputs is None or number < inputs) and (seconds is None or time.monotonic() - begun < seconds):
        yield kinds[number % len(kinds)], start + number // len(kinds)
        number += 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def options_of(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="attack.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--inputs", type=int, help="so many instead of a time")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only this kind; may be given again")
    parser.add_argument("--seed", type=int, help="this input alone")
    parser.add_argument("--start", type=int, help="the first seed; else one by chance")
    parser.add_argument("--documents", type=Path, help="a folder of workspaces to begin with")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    options = options_of(words)
    start = options.seed if options.seed is not None else options.start
    start = random.SystemRandom().randrange(10**9) if start is None else start
    kinds = options.kind or list(KINDS)
    inputs = len(kinds) if options.seed is not None else options.inputs
    given = [path.read_bytes() for path in sorted(options.documents.glob("*.json"))] if options.documents else []
    _say(f"seeds from {start}")
    count = Count()
    with Arena() as arena:
        fuzz(arena, seeds_for(kinds, start, None if inputs else options.seconds, inputs), count, given)
        for kind in kinds:
            _say(f"{kind:12} {count.inputs[kind]:8} inputs")
        inputs, used = count.inputs.total(), time.process_time()
        _say(f"{inputs} inputs in {arena.commands} commands: {inputs / used:.0f} and {arena.commands / used:.0f} "
             "a second of processor time")  # fmt: skip
    for what, times in count.times.most_common():
        _say(f"{times:8} times  {what}")
    if any(not count.inputs[kind] for kind in kinds):
        _say("there was no time for every kind")
        return 2
    _say(f"{len(count.broken)} faults")
    return 1 if count.broken else 0


if __name__ == "__main__":
    sys.exit(main())
