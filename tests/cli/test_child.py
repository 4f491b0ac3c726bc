"""`run` on Windows: the command is a child, whose exit code is passed on, and Ctrl-C is the child's to answer."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import AS_ON_WINDOWS, DEADLINE, Ended, environment, process, set_secret
from superalgos_rsa.cli import child
from superalgos_rsa.errors import UsageError

posix = pytest.mark.skipif(os.name != "posix", reason="a program is made the POSIX way")


def run(*words: str, cwd: Path, **variables: str) -> Ended:
    return process("run", "--", *words, cwd=cwd, variables=variables, program=AS_ON_WINDOWS)


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a program that prints its folder and its words."""

    def make(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\nprintf "{Path(name).parent}|"; printf "%s|" "$@"\n')
        path.chmod(0o755)
        return path

    return make


@pytest.mark.slow
@pytest.mark.parametrize("code", [0, 1, 3, 42])
def test_the_exit_code_is_the_child_s(green: Path, code: int) -> None:
    assert run(sys.executable, "-c", f"raise SystemExit({code})", cwd=green).code == code


@pytest.mark.parametrize(
    ("of_windows", "passed_on"),
    [(0, 0), (3, 3), (2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (0xC000013A, -1073741510), (2**32 - 1, -1), (-2, -2)],
)
def test_an_exit_code_is_a_signed_number_of_32_bits(of_windows: int, passed_on: int) -> None:
    assert child.signed(of_windows) == passed_on


@pytest.mark.slow
@pytest.mark.parametrize("answer", [0, 7])
def test_the_child_decides_what_ctrl_c_does(green: Path, answer: int) -> None:
    script = f"""\
import signal, sys, time
for name in ("SIGINT", "SIGBREAK"):
    if hasattr(signal, name):
        assert signal.getsignal(getattr(signal, name)) != signal.SIG_IGN
        signal.signal(getattr(signal, name), lambda *_: sys.exit({answer}))
print("started", flush=True)
time.sleep(60)
"""
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    command = [*AS_ON_WINDOWS, "run", "--", sys.executable, "-c", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=green, env=environment(), stdout=pipe, stderr=pipe, **apart) as started:
        assert started.stdout is not None
        assert started.stdout.readline().strip() == b"started"
        if sys.platform == "win32":
            os.kill(started.pid, signal.CTRL_BREAK_EVENT)
        else:
            os.killpg(started.pid, signal.SIGINT)
        _, err = started.communicate(timeout=DEADLINE)
    assert started.returncode == answer
    assert b"interrupted" not in err


def test_streams_and_words_pass_through_untouched(green: Path) -> None:
    words = ["a b", "", "--", "--help", 'say "hi"', "ends in \\", "100%", "a&b"]
    show = "import sys; sys.stdout.write(repr(sys.argv[1:]) + sys.stdin.read())"
    ended = subprocess.run(
        [*AS_ON_WINDOWS, "run", "--", sys.executable, "-c", show, *words],
        cwd=green, env=environment(), input=b"typed", capture_output=True, timeout=DEADLINE, check=True,
    )  # fmt: skip
    assert ended.stdout.decode() == repr(words) + "typed"


def test_a_failed_preflight_starts_nothing(green: Path) -> None:
    set_secret(green, "My-Secrets/gone.pem")
    ended = run(sys.executable, "-c", "open('started', 'w')", cwd=green)
    assert (ended.code, ended.out) == (1, "")
    assert not (green / "started").exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["nonesuch-command", "", "./My-Secrets", "./package.json", "./nonesuch"])
def test_a_command_that_cannot_be_run_is_exit_code_2(green: Path, command: str) -> None:
    ended = run(command, cwd=green)
    assert (ended.code, ended.out) == (2, "")
    assert f"superalgos-rsa: error: cannot run {command or 'a command without a name'}" in ended.err


@pytest.mark.slow
@posix
def test_a_bare_name_is_looked_for_on_the_path_and_never_in_the_current_folder(
    green: Path, program: Callable[[str], Path]
) -> None:
    shutil.copy(program("here/tool.exe"), green / "tool.exe")
    there = program("there/tool.exe").parent
    assert run("tool", "a b", cwd=green, PATH=f".{os.pathsep}{there}").out == "there|a b|"
    assert run("tool.exe", cwd=green, PATH=str(there)).out == "there||"
    assert run("tool", cwd=green, PATH=f".{os.pathsep}").code == 2
    assert run("./tool", cwd=green, PATH="").out == "here||"


@pytest.mark.slow
@posix
@pytest.mark.parametrize("letter", ['"', "%", "^", "&", "|", "<", ">", "!", "\r", "\n"], ids=repr)
def test_a_batch_file_gets_no_word_that_cmd_would_read_as_a_command(
    green: Path, program: Callable[[str], Path], letter: str
) -> None:
    folder = program("bin/npm.cmd").parent
    assert run("npm", "run", "a b", cwd=green, PATH=str(folder)).out == "bin|run|a b|"
    ended = run("npm", "run", f"a{letter}calc", cwd=green, PATH=str(folder))
    assert (ended.code, ended.out) == (2, "")
    assert "npm.cmd is a batch file" in ended.err


@pytest.mark.parametrize("name", ["a.bat", "a.CMD", "a.cmd. .", "a.bat  "])
def test_a_batch_file_is_known_by_its_name_as_windows_reads_it(name: str) -> None:
    with pytest.raises(UsageError, match="batch file"):
        child._refuse_what_cmd_reads([name, "a&b"])
    child._refuse_what_cmd_reads([name, "a b"])
    child._refuse_what_cmd_reads(["a.exe", "a&b"])
