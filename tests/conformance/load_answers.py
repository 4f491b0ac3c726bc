"""Asks the real platform what becomes of it in each of `load_states`, and prints one answer a line, to be kept as
`load_states.jsonl`. In a network of its own, since the port is fixed:

    unshare -rn sh -c 'ip link set lo up; PYTHONPATH=tests python -m conformance.load_answers SUPERALGOS'
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .load_states import ROOTS, State, build, states
from .real_platform import Platform, copy, requests

KEPT = Path(__file__).with_name("load_states.jsonl")


class Told(NamedTuple):
    """What the platform answered to each request for the document, and whether it lived on after all."""

    answers: tuple[str, ...]

    @property
    def loads(self) -> bool:
        return "ended" not in self.answers


def told() -> dict[State, Told]:
    """What was kept."""
    rows = (json.loads(line) for line in KEPT.read_text("ascii").splitlines())
    return {State(*row[:-1]): Told(tuple(row[-1].split())) for row in rows}


def _asked(source: Path, folder: Path, platform: Platform) -> Iterator[tuple[State, Told]]:
    for root in ROOTS[:-1]:
        copy(source, folder / root)
    copy(source, folder / "linked")
    (folder / ROOTS[-1]).symlink_to("linked")
    for state in states():
        build(folder / state.root, state)
        asked = dict.fromkeys(requests(state.place))
        yield state, Told(tuple(platform.ask(folder / state.root, request) for request in asked))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, Platform() as platform:
        for state, answer in _asked(Path(sys.argv[1]).resolve(), Path(folder), platform):
            print(json.dumps([*state, " ".join(answer.answers)]), flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
