"""A stream that is written to without waiting: in order, within bounds, and nothing is lost without being counted."""

from __future__ import annotations

import fcntl
import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.command_line import DEADLINE
from superalgos_rsa.cli import outlet
from superalgos_rsa.cli.outlet import Outlet

pytestmark = pytest.mark.skipif(os.name != "posix", reason="its pipes are those of POSIX")


class Pipe:
    """A pipe of which one end is a text stream as `sys.stdout` is one."""

    def __init__(self) -> None:
        self.reader, writer = os.pipe()
        self.stream = os.fdopen(writer, "w", encoding="utf-8")

    def fill(self) -> None:
        flags = fcntl.fcntl(self.stream, fcntl.F_GETFL)
        fcntl.fcntl(self.stream, fcntl.F_SETFL, flags | os.O_NONBLOCK)
        try:
            while True:
                os.write(self.stream.fileno(), b"." * 4096)
        except BlockingIOError:
            fcntl.fcntl(self.stream, fcntl.F_SETFL, flags)

    def close(self) -> None:
        os.close(self.reader)  # and whatever still waits to write comes to its end
        self.stream.close()

    def read_all(self) -> str:
        self.stream.close()
        with open(self.reader, "rb", closefd=False) as stream:
            return stream.read().decode()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close()


def soon() -> Callable[[], float]:
    until = time.monotonic() + DEADLINE
    return lambda: until


def now() -> float:
    return time.monotonic()


def test_all_is_written_in_order(pipe: Pipe) -> None:
    out = Outlet(pipe.stream)
    for number in range(500):
        out.write(f"{number} ü\n")
    assert out.close(soon()) == 0
    assert pipe.read_all() == "".join(f"{number} ü\n" for number in range(500))


def test_a_reader_that_does_not_read_holds_nobody_up_and_what_is_too_much_is_counted(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet, "MOST", 10)
    pipe.fill()
    out = Outlet(pipe.stream)
    for number in range(25):
        out.write(f"{number}\n")
    assert out.unwritten == 15
    assert out.close(now) == 25
    assert out.failure is None


def test_a_slow_reader_gets_everything(pipe: Pipe) -> None:
    pipe.fill()
    out = Outlet(pipe.stream)
    out.write("one\n")
    out.write("x" * 200_000 + "\n")
    seen = bytearray()

    def read() -> None:
        while seen.count(b"\n") < 2:
            seen.extend(os.read(pipe.reader, 777))

    reader = threading.Thread(target=read)
    reader.start()
    assert out.close(soon()) == 0
    reader.join()
    assert seen.lstrip(b".") == b"one\n" + b"x" * 200_000 + b"\n"


def test_a_stream_that_somebody_made_non_blocking_is_waited_for(pipe: Pipe) -> None:
    fcntl.fcntl(pipe.stream, fcntl.F_SETFL, os.O_NONBLOCK)
    out = Outlet(pipe.stream)
    out.write("x" * 300_000)
    seen = 0
    while seen < 300_000:
        seen += len(os.read(pipe.reader, 65536))
    assert out.close(soon()) == 0


def test_a_reader_that_is_gone_is_told_once(pipe: Pipe) -> None:
    told = threading.Event()
    nobody = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nobody, pipe.reader)
    os.close(nobody)
    out = Outlet(pipe.stream, told.set)
    out.write("x\n")
    assert told.wait(DEADLINE)
    assert isinstance(out.failure, BrokenPipeError)
    out.write("y\n")
    assert out.close(soon()) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_a_full_disk_is_a_failure() -> None:
    told = threading.Event()
    with open("/dev/full", "w") as stream:
        out = Outlet(stream, told.set)
        out.write("x\n")
        assert told.wait(DEADLINE)
        assert out.failure is not None
        assert out.failure.strerror == "No space left on device"
        assert out.close(soon()) == 1


def test_of_a_status_only_the_last_counts_and_it_delays_nothing(pipe: Pipe) -> None:
    pipe.fill()
    out = Outlet(pipe.stream)
    out.write("one\n")
    for number in range(100):
        out.write_status(f"status {number}\r")
    out.write("two\n")
    seen = b""
    while b"status" not in seen:
        seen += os.read(pipe.reader, 65536)
    assert out.close(soon()) == 0
    assert seen.lstrip(b".").startswith(b"one\ntwo\nstatus 99\r")


def test_without_a_stream_nothing_is_written() -> None:
    out = Outlet(None)
    out.write("x")
    out.write_status("x")
    assert out.close(soon()) == 0


def test_a_stream_in_memory_is_written_to_as_well() -> None:
    memory = io.BytesIO()
    out = Outlet(io.TextIOWrapper(memory, encoding="ascii", errors="backslashreplace"))
    out.write("ü\n")
    assert out.close(soon()) == 0
    assert memory.getvalue().splitlines() == [b"\\xfc"]
