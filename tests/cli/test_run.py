"""`run` becomes the command after a good preflight, and starts nothing after a bad one."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.command_line import DEADLINE, PROGRAM, environment, process, set_secret
from cli.conftest import Call
from superalgos_rsa.superalgos import demo_installation as demo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX lets a process become another program")


def test_the_command_is_the_same_process(green: Path) -> None:
    command = [*PROGRAM, "run", "--", sys.executable, "-c", "import os; print(os.getpid())"]
    with subprocess.Popen(command, cwd=green, env=environment(), stdout=subprocess.PIPE) as child:
        out, _ = child.communicate(timeout=DEADLINE)
    assert child.returncode == 0
    assert int(out) == child.pid


@pytest.mark.slow
@pytest.mark.parametrize("code", [0, 1, 3, 42])
def test_the_exit_code_is_the_command_s(green: Path, code: int) -> None:
    assert process("run", "--", "sh", "-c", f"exit {code}", cwd=green).code == code


@pytest.mark.slow
def test_a_signal_ends_the_command_itself(green: Path) -> None:
    command = [*PROGRAM, "run", "--", "sh", "-c", "echo started; exec sleep 60"]
    with subprocess.Popen(command, cwd=green, env=environment(), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"started\n"
        child.send_signal(signal.SIGTERM)
        assert child.wait(DEADLINE) == -signal.SIGTERM


@pytest.mark.slow
def test_the_command_ignores_no_signal_that_it_would_not_ignore_by_itself(green: Path) -> None:
    show = "import signal as s; print([n.name for n in s.valid_signals() if s.getsignal(n) == s.SIG_IGN])"
    script = f"{shlex.quote(sys.executable)} -c {shlex.quote(show)}; kill -PIPE $$; echo survived"
    ended = process("run", "--", "sh", "-c", script, cwd=green)
    assert "survived" not in ended.out
    assert ended.code == -signal.SIGPIPE


def test_streams_and_arguments_pass_through_untouched(green: Path) -> None:
    data = bytes(range(256)) * 300
    child = subprocess.run(
        [*PROGRAM, "run", demo.WORKSPACE, "--", "sh", "-c", 'cat; printf "%s|" "$@" >&2', "sh", "a b", "--", "--help"],
        cwd=green,
        env=environment(),
        input=data,
        capture_output=True,
        timeout=DEADLINE,
        check=True,
    )
    assert child.stdout == data
    assert child.stderr.endswith(b"a b|--|--help|")


def test_only_the_report_goes_to_standard_error(green: Path) -> None:
    ended = process("run", "--", "true", cwd=green)
    assert (ended.code, ended.out) == (0, "")
    assert "ready: nothing stands in the way." in ended.err


def test_a_failed_preflight_starts_nothing(broken: Path) -> None:
    ended = process("run", "--", "touch", "started", cwd=broken)
    assert (ended.code, ended.out) == (1, "")
    assert "[path-case]" in ended.err
    assert not (broken / "started").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nowhere.json"], 1),
        (["--task", "nobody's"], 2),
        (["--task", "Trade with “Key with a tilde”"], 1),
        (["--nonesuch"], 2),
        (["one.json", "two.json"], 2),
        (["-", "--max-size", "0"], 2),
    ],
    ids=str,
)
def test_whatever_cannot_be_answered_starts_nothing(green: Path, call: Call, words: list[str], code: int) -> None:
    set_secret(green, "My-Secrets/gone.pem")
    ended = call("--root", green, "run", *words, "--", "touch", green / "started")
    assert (ended.code, ended.out) == (code, "")
    assert not (green / "started").exists()


def test_a_task_on_another_machine_starts_nothing(green: Path, call: Call) -> None:
    there = green / demo.WORKSPACE
    there.write_text(there.read_text("utf-8").replace('\\"localhost\\"', '\\"192.0.2.7\\"'), "utf-8")
    ended = call("--root", green, "run", "--", "touch", green / "started")
    assert (ended.code, ended.out) == (3, "")
    assert not (green / "started").exists()


def test_no_superalgos_folder_starts_nothing(outside: Path, call: Call) -> None:
    assert call("run", "--", "touch", outside / "started").code == 2
    assert not (outside / "started").exists()


@pytest.mark.slow
def test_the_task_asked_for_may_start_although_another_may_not(green: Path) -> None:
    set_secret(green, "My-Secrets/gone.pem")
    assert process("run", "--task", "Trade with “Key in the wrong case”", "--", "true", cwd=green).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("command", [["nonesuch-command"], [""], ["./My-Secrets"], ["./package.json"]], ids=str)
def test_a_command_that_cannot_be_run_is_exit_code_2(green: Path, command: list[str]) -> None:
    ended = process("run", "--", *command, cwd=green)
    assert (ended.code, ended.out) == (2, "")
    assert f"superalgos-rsa: error: cannot run {command[0] or 'a command without a name'}" in ended.err


@pytest.mark.parametrize("words", [[], ["--"], [demo.WORKSPACE], [demo.WORKSPACE, "--"]], ids=str)
def test_no_command_is_wrong_usage(green: Path, call: Call, words: list[str]) -> None:
    ended = call("--root", green, "run", *words)
    assert (ended.code, ended.out) == (2, "")
    assert "superalgos-rsa: error: no command to run" in ended.err
    assert "superalgos-rsa: hint: " in ended.err
