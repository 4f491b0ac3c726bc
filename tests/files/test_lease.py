"""A file under a lease: whoever has it open is found out, and whoever wants it waits."""

import contextlib
import errno
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from conftest import absent

from superalgos_rsa.errors import ConflictError
from superalgos_rsa.files import lease
from superalgos_rsa.files.regular import replace

fcntl = pytest.importorskip("fcntl")


@contextlib.contextmanager
def exclusive(path: Path, sample: Path, *, to_write: bool = False) -> Iterator[lease.Held]:
    with (
        open(path, "r+b" if to_write else "rb") as stream,
        lease.exclusive(stream.fileno(), str(sample), to_write=to_write) as held,
    ):
        yield held


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    with exclusive(path, path) as held:
        if not held.leased:
            absent("this file system gives no leases")
    return path


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample"
    path.touch()
    return path


@pytest.fixture
def without_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "_take", lambda *_: "refused")


def test_a_reader_is_no_obstacle_and_a_writer_is(file: Path, sample: Path) -> None:
    with open(file, "rb"), exclusive(file, sample) as held:
        assert (held.leased, held.is_wanted(), held.read(10)) == (True, False, b"old")
    with open(file, "r+b"), pytest.raises(lease.InUseError), exclusive(file, sample):
        pass
    with open(file, "rb"), pytest.raises(lease.InUseError), exclusive(file, sample, to_write=True):
        pass


def test_a_server_that_answers_in_use_for_every_file_is_no_obstacle(
    file: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As NFS does where it handed out no delegation."""

    def refuse(descriptor: int, command: int, argument: int) -> int:
        if command == fcntl.F_SETLEASE:
            raise BlockingIOError(errno.EAGAIN, "in use")
        return 0

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    with exclusive(file, sample) as held:
        assert (held.leased, held.is_wanted()) == (False, False)
    replace(file, b"old", b"new")
    assert file.read_bytes() == b"new"


def _write(path: str, begun: Event) -> None:
    begun.set()
    Path(path).write_bytes(b"saved")


def test_whoever_opens_it_for_writing_waits_and_is_noticed(file: Path, sample: Path) -> None:
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    writer = context.Process(target=_write, args=[str(file), begun])
    with exclusive(file, sample) as held:
        writer.start()
        begun.wait(30)
        deadline = time.monotonic() + 30
        while not held.is_wanted():
            assert time.monotonic() < deadline
        assert held.read(10) == b"old"
    writer.join(30)
    assert file.read_bytes() == b"saved"


def test_no_signal_ends_a_thread_whose_file_is_wanted(file: Path, sample: Path) -> None:
    """Only the main thread may set handlers, so none may be needed."""
    seen: list[bool] = []

    def hold() -> None:
        with exclusive(file, sample) as held:
            with pytest.raises(BlockingIOError):
                os.open(file, os.O_WRONLY | os.O_NONBLOCK)
            seen.append(held.is_wanted())

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join(30)
    assert seen == [True]


# --- A file that is replaced while somebody writes it -----------------------------------------------------------------


def test_a_file_that_somebody_has_open_for_writing_is_not_replaced(file: Path) -> None:
    with open(file, "r+b") as stream:
        with pytest.raises(ConflictError):
            replace(file, b"old", b"new")
        stream.write(b"saved")
    assert file.read_bytes() == b"saved"
    assert os.listdir(file.parent) == [file.name]


@pytest.fixture(params=["with", "without"])
def leases(request: pytest.FixtureRequest) -> None:
    if request.param == "without":
        request.getfixturevalue("without_leases")


def test_a_writer_that_truncates_as_the_file_is_replaced_loses_nothing(
    file: Path, leases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It found the old file just before, and comes to it when the new one is in its place."""
    reached: list[threading.Thread] = []
    swap = os.replace

    def late(source: str, target: str) -> None:
        old = os.open(target, os.O_PATH)
        swap(source, target)
        if not reached:
            reached.append(threading.Thread(target=lambda: Path(f"/proc/self/fd/{old}").write_bytes(b"saved")))
            reached[0].start()

    monkeypatch.setattr(os, "replace", late)
    with pytest.raises(ConflictError):
        replace(file, b"old", b"new")
    reached[0].join(30)
    assert file.read_bytes() == b"saved"
    assert os.listdir(file.parent) == [file.name]


def test_without_leases_a_file_is_replaced_all_the_same(file: Path, without_leases: None) -> None:
    replace(file, b"old", b"new")
    assert file.read_bytes() == b"new"


def test_a_file_that_cannot_be_replaced_is_written_in_place(
    file: Path, leases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single file that is mounted by itself, as in a container."""

    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, "busy")

    monkeypatch.setattr(os, "replace", busy)
    inode = file.stat().st_ino
    for old, new in ((b"old", b"newer than before"), (b"newer than before", b"n"), (b"n", b"")):
        replace(file, old, new)
        assert (file.read_bytes(), file.stat().st_ino) == (new, inode)
    assert os.listdir(file.parent) == [file.name]
