"""Whatever ends the writing of several files, at whatever system call: the next start leaves all old or all new."""

import os
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tracer import ERRORS, Point, find_tracer, points, traced

from fixer import applying
from fixer.trees import Tree, tree
from superalgos_rsa.files.journal import Journal

CASES = [("replaced", ("KILL", *ERRORS)), ("mounted", ("KILL",))]


@pytest.fixture(scope="module")
def strace() -> str:
    return find_tracer()


def script(what: str, root: Path, state: Path, how: str) -> list[str]:
    return [applying.__file__, what, str(root), str(state), how]


@pytest.mark.parametrize(("how", "whats"), CASES)
@pytest.mark.parametrize("what", ["apply", "undo"])
def test_all_or_nothing_at_every_system_call(
    strace: str, tmp_path: Path, what: str, how: str, whats: tuple[str, ...]
) -> None:
    """Of a change that is made, and of one that is taken back; what had failed says so, and has changed nothing."""
    root, state = prepared(tmp_path / "first", what)
    before = tree(root)
    found = points(strace, script(what, root, state, how), tmp_path / "log")
    after = tree(root)
    assert before != after
    tried = [point for point in found if point.what in whats]

    def one(item: tuple[int, Point]) -> tuple[Point, int, str]:
        index, point = item
        root, state = prepared(tmp_path / f"{index}", what)
        code = traced(strace, script(what, root, state, how), point.options).returncode
        Journal(state).recover(0)
        outcome = told(tree(root), before, after)
        if what == "undo" and outcome == "after":
            outcome = "after" if held_bytes(state) == [] else "after, and bytes in the journal"
        shutil.rmtree(tmp_path / f"{index}")
        return point, code, outcome

    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        results = list(pool.map(one, enumerate(tried)))
    ways, outcomes = (Counter(each) for each in zip(*((p.what, outcome) for p, _, outcome in results), strict=True))
    print(f"{len(results)} points of {what} tried: {dict(ways)}; afterwards {dict(outcomes)}")  # noqa: T201  # for the log
    assert [result for result in results if result[2] not in ("before", "after")] == []
    assert [result for result in results if result[1] == 0 and result[2] != "after"] == [], "it said that it was done"
    assert [result for result in results if result[1] == 2 and result[2] != "before"] == [], "it said that it failed"
    assert {code for point, code, _ in results if point.what == "KILL"} <= {-9, 137}
    assert {code for point, code, _ in results if point.what != "KILL"} <= {0, 2}
    assert outcomes.keys() == {"before", "after"}
    assert ways["KILL"] > 40


def prepared(folder: Path, what: str) -> tuple[Path, Path]:
    root, state = folder / "root", folder / "state"
    root.mkdir(parents=True)
    applying.build(root)
    if what == "undo":
        Journal(state).apply(applying.changes(root), "test", 0)
    return root, state


def told(found: Tree, before: Tree, after: Tree) -> str:
    if found == before:
        return "before"
    if found == after:
        return "after"
    every = found.keys() | before.keys() | after.keys()
    torn = sorted(name for name in every if found.get(name) not in (before.get(name), after.get(name)))
    return "torn: " + ", ".join(torn or ["some as before, some as after"])


def held_bytes(state: Path) -> list[Path]:
    """What the journal still holds of the files' contents."""
    return [path for path in state.rglob("*") if path.is_file() and b"old 2 old 2" in path.read_bytes()]
