"""Which processes end with the one that `run` became, and which stay: what docs/service.md says of each way to stop."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import absent

from cli.command_line import DEADLINE
from cli.family import NAMES, Family, started

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("node"),
    pytest.mark.skipif(os.name != "posix", reason="only POSIX lets a process become another program"),
]


def _to_its_process(name: str) -> Callable[[Family], object]:
    return lambda family: family.first.send_signal(signal.Signals[name])


def _to_its_group(name: str) -> Callable[[Family], object]:
    return lambda family: os.killpg(family.first.pid, signal.Signals[name])


def _to_each(family: Family) -> None:
    """As systemd does to a control group."""
    for process in family.ids.values():
        os.kill(process, signal.SIGTERM)


WAYS: dict[str, tuple[Callable[[Family], object], Sequence[str], int]] = {
    "TERM to its process": (_to_its_process("SIGTERM"), NAMES[:1], -15),
    "INT to its process": (_to_its_process("SIGINT"), NAMES[:1], -2),
    "HUP to its process": (_to_its_process("SIGHUP"), NAMES[:1], -1),
    "KILL to its process": (_to_its_process("SIGKILL"), NAMES[:1], -9),
    "TERM to its process group": (_to_its_group("SIGTERM"), NAMES, -15),
    "KILL to its process group": (_to_its_group("SIGKILL"), NAMES, -9),
    "TERM to each process": (_to_each, NAMES, -15),
    "the platform crashes": (lambda family: family.crash("PlatformRoot"), NAMES[:2], 0),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_ends_and_what_stays(way: str, green: Path) -> None:
    stop, ends, code = WAYS[way]
    with started(green) as family:
        assert family.first.pid == family.ids["platform"]
        stop(family)
        assert family.first.wait(DEADLINE) == code
        family.wait_for_the_end_of(ends)
        stays = [name for name in NAMES if name not in ends]
        assert family.those_alive(stays) == stays


@pytest.mark.parametrize(
    ("stop", "code"),
    [(lambda ours: os.write(ours, b"\x03"), -2), (os.close, -1)],
    ids=["Ctrl-C", "the terminal closes"],
)
def test_a_terminal_ends_all(stop: Callable[[int], object], code: int, green: Path) -> None:
    ours, theirs = os.openpty()
    with started(green, terminal=theirs) as family:
        os.close(theirs)
        stop(ours)
        assert family.first.wait(DEADLINE) == code
        family.wait_for_the_end_of(NAMES)


@pytest.fixture(scope="module")
def contained() -> list[str]:
    """The words before a command that make it the first process of a PID namespace, as in a container."""
    words = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]
    if shutil.which("unshare") is None or subprocess.run([*words, "true"], check=False).returncode:
        absent("no process becomes the first one of a PID namespace here")
    return words


def _first_inside(family: Family) -> int:
    """By its number outside: the only child of `unshare`."""
    outer = family.first.pid
    (child,) = Path(f"/proc/{outer}/task/{outer}/children").read_text("ascii").split()
    return int(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_as_the_first_process_of_a_container_it_ignores(number: int, green: Path, contained: list[str]) -> None:
    with started(green, contained) as family:
        assert family.ids["platform"] == 1
        os.kill(_first_inside(family), number)
        assert family.those_alive(NAMES) == list(NAMES)
        os.kill(_first_inside(family), signal.SIGKILL)  # as `docker stop` does after 10 seconds
        family.wait_for_the_end_of(NAMES)


def test_below_an_init_all_end_at_once(green: Path, contained: list[str]) -> None:
    init = shutil.which("tini") or absent("there is no tini")
    with started(green, [*contained, init, "--"]) as family:
        assert family.ids["platform"] > 1
        os.kill(_first_inside(family), signal.SIGTERM)
        family.wait_for_the_end_of(NAMES)
        assert family.first.wait(DEADLINE) == 128 + signal.SIGTERM


def test_a_container_ends_with_a_platform_that_crashed(green: Path, contained: list[str]) -> None:
    with started(green, contained) as family:
        family.crash("PlatformRoot")
        assert family.first.wait(DEADLINE) == 0
        family.wait_for_the_end_of(NAMES)
