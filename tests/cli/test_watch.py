"""`watch` as the process that a service manager starts: its stream, its signals, its exit code."""

from __future__ import annotations

import json
import os
import queue
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import DEADLINE, PROGRAM, environment, keys, process, set_secret, workspace
from superalgos_rsa.documents import schema
from superalgos_rsa.superalgos import demo_installation as demo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="its signals are those of POSIX")
BROKEN = "My-Secrets/none.pem"


class Watch:
    """A running `watch --format jsonl`."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self.child = child
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self._lines.put(line)

    def event(self) -> dict[str, Any]:
        """The next one, which keeps to the schema."""
        event: dict[str, Any] = json.loads(self._lines.get(timeout=DEADLINE))
        assert schema.problems("stream", event) == []
        return event

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.child.send_signal(number)
        return self.child.wait(DEADLINE)


@contextmanager
def watch(root: Path, *words: str, before: Sequence[str] = (), **variables: str) -> Iterator[Watch]:
    command = [*before, *PROGRAM, "watch", "--format", "jsonl", *words]
    state = {"XDG_STATE_HOME": str(root.parent / "state"), **variables}
    with subprocess.Popen(
        command, cwd=root, env=environment(**state), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            yield Watch(child)
        finally:
            if child.poll() is None:
                child.kill()


def test_the_first_verdict_then_each_transition_once(green: Path) -> None:
    with watch(green) as running:
        first = running.event()
        assert (first["event"], first["errors"]) == ("start", 0)
        set_secret(green, BROKEN)
        broken = running.event()
        assert (broken["event"], broken["errors"]) == ("broken", 1)
        assert [finding["rule"] for finding in broken["came"] if finding["severity"] == "error"] == ["path-not-found"]
        (green / demo.WORKSPACE).touch()
        set_secret(green, demo.KEY_FILE)
        mended = running.event()
        assert (mended["event"], mended["errors"], mended["went"]) == ("mended", 0, broken["came"])
        assert running.stop() == 0
        assert running.event()["event"] == "stop"
        assert running.child.stderr is not None
        assert running.child.stderr.read() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_the_code_of_the_verdict_that_stands(broken: Path, number: signal.Signals) -> None:
    with watch(broken) as running:
        assert running.event()["errors"] == 5
        assert running.stop(number) == 1
        assert running.event()["event"] == "stop"


def test_a_finding_that_only_moved_is_no_news(broken: Path) -> None:
    with watch(broken) as running:
        assert running.event()["event"] == "start"
        set_secret(broken, demo.KEY_FILE)
        path = broken / demo.WORKSPACE
        path.write_bytes(b"\n\n" + path.read_bytes())
        event = running.event()
        assert event["event"] == "changed"
        assert event["came"] == []
        assert len([finding for finding in event["went"] if finding["severity"] == "error"]) == 1


def test_once_settled_ends_after_the_first_change(green: Path) -> None:
    with watch(green, "--once-settled") as running:
        assert running.event()["event"] == "start"
        set_secret(green, BROKEN)
        assert running.event()["event"] == "broken"
        assert running.child.wait(DEADLINE) == 1


def test_safe_repairs_are_made_as_mistakes_appear_and_are_no_news(green: Path) -> None:
    with watch(green, "--fix") as running:
        assert running.event()["errors"] == 0
        set_secret(green, "~/" + demo.KEY_FILE)
        key = green / demo.KEY_FILE
        key.chmod(0o644)
        key.chmod(0o600)
        set_secret(green, "nowhere/at-all.pem", number=1)
        assert running.event()["event"] == "broken"
        assert json.loads(keys(workspace(green))[0]["config"])["secret"] == demo.KEY_FILE
        assert running.stop() == 1
        assert running.child.stderr is not None
        assert "superalgos-rsa undo" in running.child.stderr.read()


def test_a_command_is_given_each_transition(green: Path, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    script = f"import sys; open({str(heard)!r}, 'a').write(sys.stdin.read()); print('noise')"
    command = shlex.join([sys.executable, "-c", script])
    with watch(green, "--on-change", command) as running:
        running.event()
        set_secret(green, BROKEN)
        events = [running.event()]
        set_secret(green, demo.KEY_FILE)
        events.append(running.event())
        assert running.stop() == 0
        assert running.event()["event"] == "stop"
    assert [json.loads(line) for line in heard.read_text().splitlines()] == events


def test_commands_never_run_two_at_once_and_a_slow_one_is_ended(tmp_path: Path) -> None:
    from superalgos_rsa.watcher.on_change import Reaction

    heard, warnings = tmp_path / "heard", list[str]()
    script = f"mkdir {shlex.quote(str(tmp_path / 'lock'))} && cat >> {shlex.quote(str(heard))} && rmdir {tmp_path}/lock"
    reaction = Reaction(shlex.join(["sh", "-c", script]), warnings.append)
    for number in range(20):
        reaction.tell(f"{number}\n")
    assert reaction.finish(lambda: time.monotonic() + DEADLINE) == 0
    assert heard.read_text().split() == [str(number) for number in range(20)]
    slow = Reaction("sh -c 'sleep 60 & sleep 60'", warnings.append, seconds=0.2)
    slow.tell("")
    assert slow.finish(lambda: time.monotonic() + DEADLINE) == 1
    assert warnings == ["--on-change took more than 0 s and was ended"]


@pytest.mark.parametrize("command", ["", "'", "no-such-command-anywhere"])
def test_a_command_that_cannot_be_run_is_told_at_once(green: Path, command: str) -> None:
    assert process("watch", "--on-change", command, cwd=green).code == 2


def test_standard_input_cannot_be_watched(green: Path) -> None:
    assert process("watch", "-", cwd=green).code == 2


def test_a_hang_up_reads_the_config_again(green: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from key_samples import private_pem

    (green / demo.KEY_FILE).write_bytes(private_pem(generate_private_key(65537, 4096)))
    with watch(green) as running:
        assert "key-size" in {finding["rule"] for finding in running.event()["came"]}
        (green / "superalgos-rsa.toml").write_text("accept_rsa_4096 = true\n")
        running.child.send_signal(signal.SIGHUP)
        assert running.event()["event"] == "mended"
        (green / "superalgos-rsa.toml").write_text("accept_rsa_4096 = 7\n")
        running.child.send_signal(signal.SIGHUP)
        (green / demo.KEY_FILE).write_bytes(b"")
        assert running.event()["event"] == "broken"
        assert running.stop() == 1
        assert running.child.stderr is not None
        assert "so the old ones stay" in running.child.stderr.read()


def _datagrams(path: Path) -> tuple[socket.socket, Callable[[], str]]:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.bind(str(path))
    channel.settimeout(DEADLINE)
    return channel, lambda: channel.recv(1000).decode()


def test_a_service_manager_is_told_of_readiness_of_life_and_of_the_end(green: Path, tmp_path: Path) -> None:
    channel, receive = _datagrams(tmp_path / "notify")
    with channel, watch(green, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="200000") as running:
        received = [receive() for _ in range(8)]
        assert "READY=1" in received
        assert received.count("WATCHDOG=1") == 7
        assert running.event()["event"] == "start"
        running.stop()
        while (last := receive()) == "WATCHDOG=1":
            pass
        assert last == "STOPPING=1"


def test_a_file_s_age_tells_that_the_loop_is_alive(green: Path, tmp_path: Path) -> None:
    health = tmp_path / "health"
    channel, receive = _datagrams(tmp_path / "notify")
    period = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
    with channel, watch(green, "--health", str(health), **period) as running:
        running.event()
        os.utime(health, (0, 0))
        while receive() != "READY=1":
            pass
        for _ in range(3):
            receive()
        assert health.stat().st_mtime > 0
        running.stop()


def test_a_reader_that_goes_away_ends_it_with_the_verdict(green: Path) -> None:
    ours, theirs = os.pipe()
    with subprocess.Popen([*PROGRAM, "watch"], cwd=green, env=environment(), stdout=theirs) as child:
        os.close(theirs)
        assert os.read(ours, 1)
        os.close(ours)
        set_secret(green, BROKEN)
        assert child.wait(DEADLINE) == 1


def test_people_read_of_the_key_the_rule_and_the_cause(green: Path) -> None:
    command = [*PROGRAM, "watch", "--once-settled"]
    with subprocess.Popen(command, cwd=green, env=environment(), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().rstrip().endswith("start: 0 errors, 0 warnings")
        set_secret(green, BROKEN)
        out, _ = child.communicate(timeout=DEADLINE)
    assert "broken: 1 error, 0 warnings" in out
    assert f"+ error[path-not-found] “{demo.MISTAKES[0].name}”: Superalgos will not find this file" in out


def test_a_terminal_has_a_line_on_how_things_are(green: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "watch"], cwd=green, env=environment(TERM="xterm"), stdout=theirs, stderr=subprocess.DEVNULL
    ) as child:
        os.close(theirs)
        seen = ""
        while "last change" not in seen:
            seen += os.read(ours, 4096).decode()
        child.send_signal(signal.SIGINT)
        assert child.wait(DEADLINE) == 0
    os.close(ours)
    assert "keys: 5 ok, 0 broken; watching " in seen
