"""Whatever ends the writing of several files, at whatever system call: the next start leaves all old or all new."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import absent

from fixing import applying
from fixing.trees import Tree, tree
from superalgos_rsa.journal import Journal

CALLS = (
    "write,pwrite64,openat,fsync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,"
    "chmod,fchmod,fchmodat,ftruncate"
)
ERRORS = ("ENOSPC", "EIO", "EACCES")
PROJECT = Path(__file__).parents[2]


class Point(NamedTuple):
    call: str
    number: int
    what: str

    @property
    def options(self) -> tuple[str, ...]:
        how = "signal=KILL" if self.what == "KILL" else f"error={self.what}"
        return "-e", f"inject={self.call}:{how}:when={self.number}"


@pytest.fixture(scope="module")
def strace() -> str:
    program = shutil.which("strace")
    if program is None:
        absent("there is no strace to make system calls fail")
    if subprocess.run([program, "true"], capture_output=True, check=False).returncode:
        absent("this system lets no process trace another")
    return program


def apply_under(
    strace: str, root: Path, state: Path, how: str, calls: str, *options: str, log: str = os.devnull
) -> int:
    tracer = [strace, "-qq", "-o", log, "-e", f"trace={calls}", *options]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    command = [*tracer, sys.executable, applying.__file__, str(root), str(state), how]
    return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False).returncode


def points(log: str) -> list[Point]:
    """Every call of the writing part, with its number counted from the start of the process."""
    counts: Counter[str] = Counter()
    found = []
    begun = False
    for line in log.splitlines():
        match = re.match(r"(\w+)\((.*)", line)
        if match is None:
            continue
        begun = begun or '"BEGIN"' in match[2]
        call = match[1]
        counts[call] += 1
        if begun and call in CALLS.split(","):
            reading = call == "openat" and "O_CREAT" not in match[2]
            found += [Point(call, counts[call], what) for what in ("KILL", *(("EACCES",) if reading else ERRORS))]
    return found


@pytest.mark.parametrize(("how", "whats"), [("replaced", ("KILL", *ERRORS)), ("mounted", ("KILL",))])
def test_all_or_nothing_at_every_system_call(strace: str, tmp_path: Path, how: str, whats: tuple[str, ...]) -> None:
    old, new = prepared(tmp_path / "old"), prepared(tmp_path / "new")
    log = tmp_path / "log"
    assert apply_under(strace, new, tmp_path / "state", how, f"{CALLS},access,faccessat2", log=str(log)) == 0
    assert tree(new) != tree(old)
    tried = [point for point in points(log.read_text("utf-8", "replace")) if point.what in whats]

    def one(item: tuple[int, Point]) -> tuple[Point, int, str]:
        index, point = item
        root, state = prepared(tmp_path / f"{index}" / "root"), tmp_path / f"{index}" / "state"
        code = apply_under(strace, root, state, how, point.call, *point.options)
        Journal(state).recover(0)
        outcome = told(tree(root), tree(old), tree(new))
        shutil.rmtree(tmp_path / f"{index}")
        return point, code, outcome

    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        results = list(pool.map(one, enumerate(tried)))
    ways, outcomes = (Counter(each) for each in zip(*((p.what, outcome) for p, _, outcome in results), strict=True))
    print(f"{len(results)} points tried: {dict(ways)}; afterwards {dict(outcomes)}")  # noqa: T201  # for the log
    assert [result for result in results if result[2] not in ("old", "new")] == []
    assert [result for result in results if result[1] == 0 and result[2] != "new"] == [], "it said that it was done"
    assert all(code in (-9, 137) for point, code, _ in results if point.what == "KILL")
    assert outcomes.keys() == {"old", "new"}
    assert ways["KILL"] > 80


def prepared(root: Path) -> Path:
    root.mkdir(parents=True)
    applying.build(root)
    return root


def told(found: Tree, old: Tree, new: Tree) -> str:
    if found == old:
        return "old"
    if found == new:
        return "new"
    return "torn: " + ", ".join(
        sorted(name for name in found.keys() | old.keys() if found.get(name) not in (old.get(name), new.get(name)))
        or ["some old, some new"]
    )
