"""No secret leaves the process in a core dump, and what `run` starts has the limits that its caller had."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command_line import PROGRAM, environment, process
from conftest import absent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="who collects dumps elsewhere cannot be asked")
_ASKED = (
    "import ctypes, resource;"
    "print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE"
)


@pytest.fixture
def unlimited() -> int:
    """As much as this system lets a process dump."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard == 0:
        absent("this system lets no process dump its memory")
    return hard


def test_a_crash_leaves_no_dump(green: Path, tmp_path: Path, unlimited: int) -> None:
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    command = [*PROGRAM, "--root", str(green), "watch", "--format", "jsonl"]
    with subprocess.Popen(
        command, cwd=dumps, env=environment(), stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (unlimited, unlimited)),
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert '"start"' in child.stdout.readline()
        child.send_signal(signal.SIGABRT)
        _, status = os.waitpid(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == -signal.SIGABRT
    assert not os.WCOREDUMP(status)
    assert list(dumps.iterdir()) == []


def test_what_run_starts_may_dump_as_its_caller_might(green: Path, unlimited: int) -> None:
    limit = f"import resource, os, sys; resource.setrlimit(resource.RLIMIT_CORE, ({unlimited}, {unlimited}));"
    before = [sys.executable, "-c", limit + "os.execv(sys.argv[1], sys.argv[1:])"]
    ended = process("run", "--", sys.executable, "-c", _ASKED, cwd=green, before=before)
    assert (ended.code, ended.out.split()) == (0, [str(unlimited), "1"])


@pytest.mark.parametrize("again", ["pass", "with ownership.as_owner('.'): exec(asked)"])
def test_the_process_is_closed_to_others_of_the_same_user(green: Path, again: str) -> None:
    """Also while it acts as another user, and after."""
    if os.geteuid() == 0:
        os.chown(green, 54321, 54321)
    first = "from superalgos_rsa.files import core_dumps, ownership; core_dumps.forbid()"
    asked = f"{first}\nasked = {_ASKED!r}\n{again}\nexec(asked)"
    ended = subprocess.run(
        [sys.executable, "-c", asked], cwd=green, env=environment(), capture_output=True, text=True, check=True
    )
    assert {*ended.stdout.split()} == {"0"}
