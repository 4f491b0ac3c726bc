"""Ctrl-C at any moment ends the tool without a traceback, also while it is still being loaded."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from cli.command_line import PROGRAM, environment
from conftest import absent

TRIED = 60


class Point(NamedTuple):
    """A system call by its name, and how many of that name came before it."""

    call: str
    number: int


@pytest.fixture(scope="module")
def strace() -> str:
    program = shutil.which("strace")
    if program is None or subprocess.run([program, "true"], capture_output=True, check=False).returncode:
        absent("there is no strace to interrupt at a system call")
    return program


def _run(root: Path, *before: str) -> subprocess.CompletedProcess[str]:
    variables = {"PYTHONDONTWRITEBYTECODE": "1", "XDG_STATE_HOME": str(root.parent / "state")}
    command = [*before, *PROGRAM, "check", "--format", "json"]
    return subprocess.run(
        command, cwd=root, env=environment(**variables), capture_output=True, text=True, timeout=60, check=False
    )


def _points(log: str) -> list[Point]:
    """From the first module that the tool imports to its end; what Python does before is not the tool's."""
    counts: Counter[str] = Counter()
    found = []
    begun = False
    for line in log.splitlines():
        match = re.match(r"(\w+)\(", line)
        if match is not None and match[1] != "execve":
            counts[match[1]] += 1
            if begun:
                found.append(Point(match[1], counts[match[1]]))
            begun = begun or "superalgos_rsa/cli" in line
    return found


def test_no_moment_of_a_start_prints_a_traceback(green: Path, tmp_path: Path, strace: str) -> None:
    whole = _run(green)
    log = tmp_path / "log"
    _run(green, strace, "-qq", "-o", str(log))
    points = _points(log.read_text("utf-8", "replace"))
    assert len(points) > 500

    def interrupted(point: Point) -> subprocess.CompletedProcess[str]:
        injected = f"inject={point.call}:signal=SIGINT:when={point.number}"
        return _run(green, strace, "-qq", "-o", os.devnull, "-e", f"trace={point.call}", "-e", injected)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ended = list(pool.map(interrupted, points[:: len(points) // TRIED]))
    assert {line for each in ended for line in each.stderr.splitlines()} <= {"", "superalgos-rsa: error: interrupted"}
    # Killed by the signal while nothing is to be cleaned up, else with the code that a shell has for it.
    assert {each.returncode for each in ended} <= {-2, 130, 0}
    assert sum(each.returncode != 0 for each in ended) > TRIED * 0.8
    assert all(each.stdout == whole.stdout for each in ended if each.returncode == 0)
