"""Makes any one system call of a program fail, or kills the program there, by strace."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from conftest import absent

CALLS = (
    "write,pwrite64,openat,fsync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,"
    "chmod,fchmod,fchmodat,ftruncate"
)
ERRORS = ("ENOSPC", "EIO", "EACCES")
PROJECT = Path(__file__).parents[1]
_MARK = "access,faccessat2"


class Point(NamedTuple):
    """One call of a program, by its number from the start of the process, and what becomes of it."""

    call: str
    number: int
    what: str

    @property
    def options(self) -> tuple[str, ...]:
        how = "signal=KILL" if self.what == "KILL" else f"error={self.what}"
        return (f"--inject={self.call}:{how}:when={self.number}",)


def find_tracer() -> str:
    program = shutil.which("strace")
    if program is None:
        absent("there is no strace to make system calls fail")
    if subprocess.run([program, "true"], capture_output=True, check=False).returncode:
        absent("this system lets no process trace another")
    return program


def traced(tracer: str, script: Sequence[str], options: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """Run a Python program under the tracer; its calls come in the same order and number each time."""
    steady = {"PYTHONPATH": f"{PROJECT}:{PROJECT / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [tracer, "-qq", "-o", os.devnull, f"--trace={CALLS},{_MARK}", *options, sys.executable, *script],
        env={**os.environ, **steady}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


def points(tracer: str, script: Sequence[str], log: Path, options: Sequence[str] = ()) -> list[Point]:
    """Where the program can be made to fail: every call of it since it looked at a file called BEGIN.

    To be killed at a call that only reads is to be killed at the next one that writes.
    """
    done = traced(tracer, script, ["-o", str(log), *options])
    assert done.returncode == 0, done.stderr
    counts: Counter[str] = Counter()
    found: list[Point] = []
    begun = False
    for line in log.read_text("utf-8", "replace").splitlines():
        match = re.match(r"(\w+)\((.*)", line)
        if match is None:
            continue
        begun = begun or '"BEGIN"' in match[2]
        call = match[1]
        counts[call] += 1
        if begun and call in CALLS.split(","):
            reading = call == "openat" and "O_CREAT" not in match[2]
            found += [Point(call, counts[call], what) for what in (("EACCES",) if reading else ("KILL", *ERRORS))]
    return found
