"""Reading never waits, and writing is whole or not at all."""

import multiprocessing
import os
import socket
import stat
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import filelock  # noqa: F401  # imported here, where its files can be read, for the child that gives its rights away
import pytest

from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.files.regular import Content, Unread, create, read_regular, replace

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and FIFOs are POSIX's")


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_a_regular_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"12345")
    link = tmp_path / "link"
    link.symlink_to(path)
    assert read_regular(path, 5) == Content(b"12345")
    assert read_regular(link, 5) == Content(b"12345")
    found = read_regular(path, 4)
    assert found == Unread("too-large", "it has 5 bytes; the limit is 4")


def test_what_is_no_regular_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "to-fifo").symlink_to("fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        obstacles = {
            name: _obstacle(tmp_path / name)
            for name in ("fifo", "to-fifo", "socket", "loop", "dangling", "nothing", "a\0b", "x" * 300, "fifo/x", "")
        }
    assert obstacles == {
        "fifo": "fifo",
        "to-fifo": "fifo",
        "socket": "socket",
        "loop": "link-loop",
        "dangling": "dangling-link",
        "nothing": "missing",
        "a\0b": "missing",
        "x" * 300: "missing",
        "fifo/x": "missing",
        "": "directory",
    }
    assert _obstacle(Path("/dev/null")) == "special"
    assert _obstacle(Path("/dev/zero")) == "special"
    if os.path.exists("/proc/version"):
        assert _obstacle(Path("/proc/version")) == "special"


def _obstacle(path: Path) -> str:
    found = read_regular(path, 100)
    assert isinstance(found, Unread)
    assert found.detail
    return found.obstacle


def test_a_file_closed_to_this_user(anyones_folder: Path, unprivileged: Callable[[Callable[[], str]], str]) -> None:
    path = anyones_folder / "f"
    path.write_bytes(b"CANARY")
    path.chmod(0)
    assert unprivileged(lambda: _obstacle(path)) == "permission"


def test_content_does_not_show_itself() -> None:
    assert "CANARY" not in repr(Content(b"CANARY"))


# --- Replacing --------------------------------------------------------------------------------------------------------


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("old", [b"old", b"", b"a\0b\xff" * 1000])
def test_the_new_bytes_stand_in_the_place_of_the_old(tmp_path: Path, old: bytes) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(old)
    replace(path, old, b"new")
    assert path.read_bytes() == b"new"
    assert _names(tmp_path) == ["w.json"]


@pytest.mark.parametrize("now", [b"older", b"ol", b"", b"OLD", None])
def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path, now: bytes | None) -> None:
    path = tmp_path / "w.json"
    if now is not None:
        path.write_bytes(now)
    with pytest.raises(ConflictError, match="changed by another program"):
        replace(path, b"old", b"new")
    assert (path.read_bytes() if now is not None else None) == now
    assert _names(tmp_path) == (["w.json"] if now is not None else [])


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink(path, path), lambda path: path.touch()])
def test_whatever_came_where_no_file_was_is_left_alone(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "w.json"
    make(path)
    before = path.lstat()
    with pytest.raises(ConflictError):
        replace(path, None, b"new")
    assert path.lstat().st_ino == before.st_ino
    assert _names(tmp_path) == ["w.json"]


def test_a_fifo_that_came_meanwhile_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    os.mkfifo(path)
    with pytest.raises(ConflictError):
        replace(path, b"old", b"new")
    assert stat.S_ISFIFO(path.lstat().st_mode)


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o640)])
def test_a_new_file_has_the_mode_of_this_user_or_is_private(tmp_path: Path, private: bool, mode: int) -> None:
    previous = os.umask(0o027)
    try:
        replace(tmp_path / "new", None, b"new", private=private)
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == mode
    assert _names(tmp_path) == ["new"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o400, 0o755])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    path.chmod(mode)
    replace(path, b"old", b"new", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    os.chown(path, 12345, 54321)
    path.chmod(0o640)
    replace(path, b"old", b"new")
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 54321, 0o640)


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "w.json"
    target.write_bytes(b"old")
    (tmp_path / "middle").symlink_to(target)
    link = tmp_path / "link"
    link.symlink_to("middle")
    replace(link, b"old", b"new")
    assert link.readlink() == Path("middle")
    assert target.read_bytes() == b"new"
    assert _names(tmp_path / "real") == ["w.json"]


def test_a_failure_leaves_the_old_bytes_and_no_stray_file(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], str]], str]
) -> None:
    folder = anyones_folder / "closed"
    folder.mkdir()
    path = folder / "w.json"
    path.write_bytes(b"old")
    path.chmod(0o666)
    folder.chmod(0o555)
    locks = anyones_folder / "locks"
    locks.mkdir()
    locks.chmod(0o777)

    def fail() -> str:
        tempfile.tempdir = str(locks)
        try:
            replace(path, b"old", b"new")
        except SuperalgosRsaError as error:
            return error.message
        finally:
            tempfile.tempdir = None
        return "no failure"

    assert unprivileged(fail) == f"cannot write {path}: Permission denied"
    assert path.read_bytes() == b"old"
    assert _names(folder) == ["w.json"]
    folder.chmod(0o755)


def test_a_name_too_long_for_the_file_beside_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250)
    path.write_bytes(b"old")
    with pytest.raises(SuperalgosRsaError, match="cannot write"):
        replace(path, b"old", b"new")
    assert path.read_bytes() == b"old"
    assert len(_names(tmp_path)) == 1


@pytest.mark.slow
def test_a_reader_never_sees_half_of_it(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    versions = [bytes([65 + i]) * 200_000 for i in range(2)]
    path.write_bytes(versions[0])
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    watcher = threading.Thread(target=look)
    watcher.start()
    for i in range(40):
        replace(path, versions[i % 2], versions[1 - i % 2])
    done.set()
    watcher.join()
    assert seen <= set(versions)


ROUNDS = 40


def _count_up(path: str) -> None:
    for _ in range(ROUNDS):
        while True:
            old = Path(path).read_bytes()
            try:
                replace(path, old, str(int(old) + 1).encode())
                break
            except ConflictError:
                continue


@pytest.mark.slow
def test_of_two_writers_at_once_neither_loses_anything(tmp_path: Path) -> None:
    path = tmp_path / "counter"
    path.write_bytes(b"0")
    processes = [multiprocessing.get_context("spawn").Process(target=_count_up, args=[str(path)]) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert path.read_bytes() == str(2 * ROUNDS).encode()
    assert _names(tmp_path) == ["counter"]


# --- Creating ---------------------------------------------------------------------------------------------------------


def test_a_new_file_is_made_with_its_mode(tmp_path: Path) -> None:
    create(tmp_path / "k.pem", b"key", mode=0o600)
    assert (tmp_path / "k.pem").read_bytes() == b"key"
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("elsewhere", path), lambda p: p.touch()])
def test_nothing_that_is_there_is_overwritten(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "k.pem"
    make(path)
    with pytest.raises(UsageError, match="never overwritten"):
        create(path, b"key", mode=0o600)
    assert _names(tmp_path) == ["k.pem"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SuperalgosRsaError, match="No such file or directory"):
        create(tmp_path / "no" / "k.pem", b"key", mode=0o600)
