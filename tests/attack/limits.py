"""One limit for every attack: the tool answers within 5 seconds of processor time and 256 MiB, and never waits.

The answer is one of the contract's exit codes, without a traceback. The clock only ends a tool that waits for something
which never comes; how long other programs keep the machine busy is no part of the verdict.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CPU_SECONDS = 5
PEAK_BYTES = 256 * 1024 * 1024
WAITED_SECONDS = 20
EXIT_CODES = frozenset({0, 1, 2, 3})
_HARD_BYTES = 4 * 1024 * 1024 * 1024  # what an attack that succeeds may take of the machine that runs the tests


@dataclass(frozen=True, slots=True)
class Answer:
    """What a whole process did. `peak` is in bytes, `cpu` in seconds of processor time, children included."""

    code: int
    out: str
    err: str
    cpu: float
    peak: int
    waited: bool

    @property
    def holds(self) -> bool:
        """Whether the tool kept within the limit and answered as its contract says."""
        return not self.waited and self.code in EXIT_CODES and "Traceback" not in self.err and self.is_within

    @property
    def is_within(self) -> bool:
        return self.cpu <= CPU_SECONDS and self.peak <= PEAK_BYTES


def attacked(
    arguments: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Answer:
    """Run one command line of the tool as a process of its own. `environment` is added to the caller's."""
    with (
        tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err,
        tempfile.TemporaryFile() as given, tempfile.NamedTemporaryFile() as figures,
    ):  # fmt: skip
        given.write(stdin)
        given.seek(0)
        # A program begins with the peak of the one that started it, so a small one stands between the tests and it.
        subprocess.run(
            [sys.executable, __file__, figures.name, sys.executable, "-m", "superalgos_rsa", *arguments],
            stdin=given, stdout=out, stderr=err, cwd=cwd, env={**os.environ, **(environment or {})}, check=True,
        )  # fmt: skip
        out.seek(0)
        err.seek(0)
        used = json.loads(figures.read())
        return Answer(out=out.read().decode("utf-8", "replace"), err=err.read().decode("utf-8", "replace"), **used)


def _measure(figures: str, words: Sequence[str]) -> None:
    process = subprocess.Popen(words, preexec_fn=_bounded, start_new_session=True)
    ended = threading.Event()
    waited = threading.Event()

    def end_it() -> None:
        if not ended.wait(WAITED_SECONDS):
            waited.set()
            os.killpg(process.pid, signal.SIGKILL)

    watch = threading.Thread(target=end_it)
    watch.start()
    _, status, used = os.wait4(process.pid, 0)  # the kernel's own figures for this child and its children
    ended.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)  # reaped here, so Popen need not ask again
    answer = {
        "code": process.returncode, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024,
        "waited": waited.is_set(),
    }  # fmt: skip
    Path(figures).write_text(json.dumps(answer))


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS + 1, CPU_SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_AS, (_HARD_BYTES, _HARD_BYTES))


if __name__ == "__main__":
    _measure(sys.argv[1], sys.argv[2:])
