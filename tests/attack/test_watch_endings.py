"""Whatever hangs around it, `watch` goes on, ends when it is told to, and says what was not delivered."""

from __future__ import annotations

import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.command_line import DEADLINE, PROGRAM, environment, set_secret
from cli.test_outlet import Pipe
from cli.test_watch import BROKEN, watch
from conftest import absent

from superalgos_rsa.documents import schema
from superalgos_rsa.superalgos import demo_installation as demo
from superalgos_rsa.watcher import on_change
from superalgos_rsa.watcher.on_change import Reaction

pytestmark = pytest.mark.skipif(os.name != "posix", reason="its signals are those of POSIX")
SECONDS = 5.0

WITHOUT_WATCHERS = ["unshare", "--user", "--map-root-user", "sh", "-c"]
WITHOUT_WATCHERS += ['echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"', "sh"]


@pytest.fixture(scope="module")
def no_watchers() -> list[str]:
    """What runs a command that the kernel lets watch nothing: a user namespace has a limit of its own."""
    if shutil.which("unshare") is None or subprocess.run([*WITHOUT_WATCHERS, "true"], check=False).returncode:
        absent("this system has no namespace whose watchers could be limited")
    return WITHOUT_WATCHERS


def test_without_a_watcher_left_everything_is_looked_at_again_and_again(green: Path, no_watchers: list[str]) -> None:
    with watch(green, before=no_watchers) as running:
        assert running.event()["errors"] == 0
        set_secret(green, BROKEN)
        assert running.event()["event"] == "broken"
        set_secret(green, demo.KEY_FILE)
        assert running.event()["event"] == "mended"
        assert running.stop() == 0
        assert running.child.stderr is not None
        (warning,) = running.child.stderr.read().splitlines()
        assert "sends no change events (the limit of watchers" in warning


@contextmanager
def ready(root: Path, *words: str, stdout: int, stderr: int) -> Iterator[subprocess.Popen[bytes]]:
    """A `watch` that has given its first verdict."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        address = str(root.parent / "notify")
        channel.bind(address)
        channel.settimeout(DEADLINE)
        variables = environment(NOTIFY_SOCKET=address, XDG_STATE_HOME=str(root.parent / "state"))
        command = [*PROGRAM, "watch", "--format", "jsonl", *words]
        with subprocess.Popen(command, cwd=root, env=variables, stdout=stdout, stderr=stderr) as child:
            try:
                while channel.recv(1000) != b"READY=1":
                    pass
                yield child
            finally:
                if child.poll() is None:
                    child.kill()
        os.unlink(address)


def seconds_to_end(child: subprocess.Popen[bytes]) -> float:
    begun = time.monotonic()
    child.send_signal(signal.SIGTERM)
    child.wait(DEADLINE)
    return time.monotonic() - begun


@pytest.fixture
def at_rest(green: Path) -> float:
    """How long one takes to end on this machine, as busy as it is, where nothing hangs."""
    with ready(green, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        return seconds_to_end(child)


@pytest.mark.parametrize("both", [False, True])
def test_a_full_pipe_does_not_delay_the_end(green: Path, at_rest: float, both: bool) -> None:
    set_secret(green, BROKEN)
    pipe = Pipe()
    pipe.fill()
    stderr = pipe.stream.fileno() if both else subprocess.PIPE
    with ready(green, stdout=pipe.stream.fileno(), stderr=stderr) as child:
        assert seconds_to_end(child) - at_rest < SECONDS
        assert child.returncode == 1, "the code of the verdict that stands"
        if not both:
            assert child.stderr is not None
            assert b"warning: changes not written, since nobody reads standard output: 2\n" in child.stderr.read()
    pipe.close()


def test_a_full_pipe_that_is_read_at_last_has_lost_nothing(green: Path) -> None:
    pipe = Pipe()
    pipe.fill()
    with ready(green, stdout=pipe.stream.fileno(), stderr=subprocess.DEVNULL) as child:
        pipe.stream.close()
        set_secret(green, BROKEN)
        seen = b""
        while b"broken" not in seen:
            seen += os.read(pipe.reader, 65536)
        child.send_signal(signal.SIGTERM)
        while part := os.read(pipe.reader, 65536):
            seen += part
        events = [json.loads(line) for line in seen.lstrip(b".").splitlines()]
        assert [event["event"] for event in events] == ["start", "broken", "stop"]
        assert (events[-1]["unwritten"], events[-1]["dropped"]) == (0, 0)
        assert schema.problems("stream", events[-1]) == []
        assert child.wait(DEADLINE) == 1
    pipe.close()


def is_alive(pid: int) -> bool:
    """Not counting one that has ended and that nobody has asked about."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def received_from(reader: int) -> str:
    seen = ""
    while not seen.endswith("\n"):
        seen += os.read(reader, 4096).decode()
    return seen


@pytest.fixture
def hanging(tmp_path: Path) -> tuple[str, Path]:
    """A command that hangs with a child of its own, and a FIFO into which it writes the ids of both."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    script = f"sleep 1000 & echo $$ $! > {shlex.quote(str(fifo))}; wait"
    return shlex.join(["sh", "-c", script]), fifo


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells of other processes so")
@pytest.mark.parametrize("words", [(), ("--once-settled",)])
def test_a_hanging_command_ends_with_the_watch_and_with_all_that_it_started(
    green: Path, hanging: tuple[str, Path], at_rest: float, words: tuple[str, ...]
) -> None:
    command, fifo = hanging
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with ready(green, "--on-change", command, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        set_secret(green, BROKEN)
        assert select.select([reader], [], [], DEADLINE)[0]
        pids = [int(pid) for pid in received_from(reader).split()]
        assert len(pids) == 2
        assert all(is_alive(pid) for pid in pids)
        assert seconds_to_end(child) - at_rest < SECONDS
        assert not any(is_alive(pid) for pid in pids)
        assert child.returncode == 1
        assert child.stdout is not None
        events = [json.loads(line) for line in child.stdout.read().splitlines()]
        assert [event["event"] for event in events] == ["start", "broken", "stop"]
        assert (events[-1]["unwritten"], events[-1]["dropped"]) == (0, 1)
        assert child.stderr is not None
        assert b"warning: changes not delivered to --on-change: 1\n" in child.stderr.read()
    os.close(reader)


# --- Every transition is delivered or counted -------------------------------------------------------------------------


@pytest.mark.parametrize("hangs_at", [0, 3, 9])
def test_what_a_command_was_not_given_is_counted(tmp_path: Path, hangs_at: int) -> None:
    heard, fifo = tmp_path / "heard", tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    script = f"read n; if [ $n = {hangs_at} ]; then echo $n > {fifo}; sleep 1000; fi; echo $n >> {heard}"
    warnings = list[str]()
    command = Reaction(shlex.join(["sh", "-c", script]), warnings.append)
    for number in range(10):
        command.tell(f"{number}\n")
    assert select.select([reader], [], [], DEADLINE)[0]
    os.close(reader)
    dropped = command.finish(time.monotonic)
    delivered = heard.read_text().split() if heard.exists() else []
    assert delivered == [str(number) for number in range(hangs_at)]
    assert dropped == 10 - hangs_at
    assert warnings == []


def test_of_too_many_that_wait_the_oldest_are_given_up_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_change, "MOST", 3)
    heard, fifo = tmp_path / "heard", tmp_path / "fifo"
    os.mkfifo(fifo)
    command = Reaction(shlex.join(["sh", "-c", f"read n; read line < {fifo}; echo $n >> {heard}"]), print)
    writer = os.open(fifo, os.O_RDWR)
    command.tell("first\n")
    while command.waiting:  # it has begun with the first
        os.sched_yield()
    for number in range(10):
        command.tell(f"{number}\n")
    os.write(writer, b"go\n" * 4)
    assert command.finish(lambda: time.monotonic() + DEADLINE) == 7
    os.close(writer)
    assert heard.read_text().split() == ["first", "7", "8", "9"]


def test_a_command_that_is_gone_is_told_and_counted(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\ncat > /dev/null\n")
    program.chmod(0o700)
    warnings = list[str]()
    command = Reaction(str(program), warnings.append)
    program.unlink()
    command.tell("x\n")
    assert command.finish(lambda: time.monotonic() + DEADLINE) == 1
    assert warnings == ["--on-change could not be run: No such file or directory"]
