"""All writers of a file meet, whatever their temporary folder, state folder, user or name of the file."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import filelock  # noqa: F401  # imported here, where its files can be read, for the child that gives its rights away
import pytest
from conftest import NOBODY
from installations import KEY_FILE, Site, key, trading

from attack import counting
from attack.limits import attacked
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError
from superalgos_rsa.files import locks
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal
from superalgos_rsa.files.regular import replace

pytestmark = pytest.mark.skipif(os.name != "posix", reason="users, links and leases are POSIX's")
PROJECT = Path(__file__).parents[2]
WRITERS, ROUNDS = 4, 75


def words(writers: int) -> set[str]:
    return {f"{name} {number}" for name in range(writers) for number in range(ROUNDS)}


@pytest.mark.parametrize("how", ["one name", "a name each, of one file"])
def test_of_hundreds_of_updates_none_is_lost(tmp_path: Path, how: str) -> None:
    """As the shipped unit does, each writer has a /tmp and a state folder of its own."""
    first = tmp_path / "0" / "w.json"
    paths = []
    for number in range(WRITERS):
        folder = tmp_path / str(number)
        (folder / "tmp").mkdir(parents=True)
        path = folder / "w.json"
        if number == 0:
            path.write_text("[]")
        elif how == "a name each, of one file":
            path.hardlink_to(first)
        paths.append(first if how == "one name" else path)
    processes = []
    for number, path in enumerate(paths):
        own = tmp_path / str(number)
        command = [sys.executable, counting.__file__, str(path), str(own / "state"), str(number), str(ROUNDS)]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(own / "tmp")}
        processes.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE))
    errors = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * WRITERS, errors
    found = json.loads(first.read_bytes())
    assert (set(found) ^ words(WRITERS), len(found)) == (set(), WRITERS * ROUNDS)
    for path in paths:
        assert set(os.listdir(path.parent)) <= {"w.json", "tmp", "state"}
        assert path.samefile(first)


def test_two_users_meet(anyones_folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    path = anyones_folder / "w.json"
    path.write_text("[]")
    os.chown(path, NOBODY, NOBODY)
    children = []
    for number, user in enumerate((0, NOBODY)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a fork among threads; the child starts none
            child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            tempfile.tempdir = None
            os.environ["TMPDIR"] = str(anyones_folder)
            try:
                counting.count(str(path), anyones_folder / f"state of {user}", str(number), ROUNDS)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    found = json.loads(path.read_bytes())
    assert (set(found) ^ words(2), len(found)) == (set(), 2 * ROUNDS)
    assert path.stat().st_uid == NOBODY


def other_writer(path: Path, own: Path, expected: str, new: str) -> subprocess.Popen[str]:
    script = (
        "import sys; from superalgos_rsa.files.regular import replace\n"
        "from superalgos_rsa.errors import ConflictError\n"
        "try: replace(sys.argv[1], sys.argv[2].encode(), sys.argv[3].encode())\n"
        "except ConflictError: print('conflict')\n"
        "else: print('written')"
    )
    own.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(own), "XDG_STATE_HOME": str(own)}
    return subprocess.Popen(
        [sys.executable, "-c", script, path, expected, new], env=environment, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(("expected", "answer"), [("old", "conflict"), ("new", "written")])
def test_whoever_comes_while_the_file_is_replaced_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: str, answer: str
) -> None:
    """It has compared the bytes when another writer arrives, with a temporary folder of its own."""
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    others: list[subprocess.Popen[str]] = []
    swap = os.replace

    def late(source: Path, target: Path) -> None:
        others.append(other_writer(path, tmp_path / "own", expected, "other"))
        with pytest.raises(subprocess.TimeoutExpired):
            others[0].wait(1.5)
        swap(source, target)
        with pytest.raises(subprocess.TimeoutExpired):
            others[0].wait(0.5)

    monkeypatch.setattr(os, "replace", late)
    replace(path, b"old", b"new")
    monkeypatch.undo()
    assert others[0].communicate(timeout=30)[0] == answer + "\n"
    assert path.read_bytes() == (b"new" if answer == "conflict" else b"other")
    assert sorted(os.listdir(tmp_path)) == ["own", "w.json"]


def test_a_lock_that_is_never_given_back_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    with locks.held(path), pytest.raises(SuperalgosRsaError, match="another program is writing"):
        replace(path, b"old", b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["w.json"]
    replace(path, b"old", b"new")


def test_a_file_that_was_replaced_while_its_lock_was_waited_for_is_locked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "w.json", tmp_path / "other"
    path.write_bytes(b"old")
    other.write_bytes(b"newer")
    fcntl = pytest.importorskip("fcntl")
    lock = fcntl.flock
    taken: list[int] = []

    def late(descriptor: int, what: int) -> None:
        if not taken:
            os.replace(other, path)
        taken.append(descriptor)
        lock(descriptor, what)

    monkeypatch.setattr(fcntl, "flock", late)
    with locks.held(path) as descriptor:
        assert descriptor is not None
        assert os.path.sameopenfile(descriptor, os.open(path, os.O_RDONLY))
    assert len(taken) == 2


@pytest.mark.parametrize("bits", [0o600, 0o400])
def test_a_file_system_that_locks_only_what_is_open_for_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    """As NFS, where the lock of two machines is the server's."""
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    path.chmod(bits)
    lock = fcntl.flock
    locked = []

    def refuse(descriptor: int, what: int) -> None:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")
        lock(descriptor, what)
        locked.append(descriptor)

    monkeypatch.setattr(fcntl, "flock", refuse)
    with locks.held(path):
        assert len(locked) == os.access(path, os.W_OK)
        if locked:
            with open(path, "rb") as stream, pytest.raises(BlockingIOError):
                lock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    replace(path, b"old", b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", bits)


def test_where_the_file_system_locks_nothing_a_file_is_replaced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(b"old")

    def refuse(descriptor: int, what: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    replace(path, b"old", b"new")
    assert path.read_bytes() == b"new"


def test_a_system_without_locks_on_files_has_one_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows; what lies beside is gone afterwards."""
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    put = os.replace
    replaced: list[Path] = []

    def put_in_the_place_of_no_open_file(source: Path, target: Path) -> None:
        opened = (os.path.realpath(entry.path) for entry in os.scandir("/proc/self/fd"))
        if os.path.realpath(target) in opened:
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        replaced.append(target)
        put(source, target)

    monkeypatch.setattr(os, "replace", put_in_the_place_of_no_open_file)
    with locks.held(path) as descriptor:
        assert descriptor is None
        assert len(os.listdir(tmp_path)) == 2
        with pytest.raises(SuperalgosRsaError, match="another program is writing"):
            replace(path, b"old", b"new")
    assert os.listdir(tmp_path) == ["w.json"]
    for old, new in ((b"old", b"new"), (b"new", b"n"), (b"n", b"newest")):
        replace(path, old, new)
        assert path.read_bytes() == new
    assert replaced == [path] * 3
    (tmp_path / "other name").hardlink_to(path)
    replace(path, b"newest", b"x")
    assert (tmp_path / "other name").read_bytes() == b"x"
    with pytest.raises(ConflictError):
        replace(path, b"y", b"z")
    assert sorted(os.listdir(tmp_path)) == ["other name", "w.json"]


# --- What belongs to others -------------------------------------------------------------------------------------------


def a_folder_of_another_user(path: Path) -> None:
    path.mkdir()
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


@pytest.mark.parametrize(
    "make", [a_folder_of_another_user, Path.touch, os.mkfifo, lambda path: path.symlink_to("nowhere")]
)
def test_what_another_user_puts_into_the_temporary_folder_blocks_nobody(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    site = Site(tmp_path / "superalgos")
    site.put_key()
    document = site.workspace(*trading(key("~/My-Secrets/k.pem")))
    (tmp_path / "tmp").mkdir(mode=0o777)
    make(tmp_path / "tmp" / f"superalgos-rsa-{os.getuid()}")
    answer = attacked(
        ["--root", str(site.root), "set", str(document), "Key", "--secret", KEY_FILE],
        environment={"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path)},
    )
    assert answer.holds
    assert answer.code == 0, answer
    assert "~" not in document.read_text()


def test_temporary_files_of_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    others = [tmp_path / name for name in (".w.json.0123456789ab.new", ".w.json.0123456789ab.old")]
    for other in others:
        other.write_bytes(b"somebody writes this")
    journal = Journal(tmp_path / "state")
    journal.apply([Change(str(path), b"old", b"new")], "t", 0)
    journal.undo(None, 0)
    journal.recover(0)
    assert [other.read_bytes() for other in others] == [b"somebody writes this"] * 2


@pytest.mark.parametrize("call", ["rename", "fsync"])
def test_what_a_killed_process_left_is_cleared_by_its_own_journal_alone(tmp_path: Path, call: str) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    script = (
        "import os, sys, signal; from pathlib import Path; from superalgos_rsa.files.changes import Change\n"
        "from superalgos_rsa.files.journal import Journal\n"
        "swap = os.replace\n"
        "def die(source, target):\n"
        "    if str(target) == sys.argv[1]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    swap(source, target)\n"
        "os.replace = die\n"
        "Journal(Path(sys.argv[2])).apply([Change(sys.argv[1], b'old', b'new')], 't', 0)"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", script, str(path), str(tmp_path / "one")]
    assert subprocess.run(command, env=environment, check=False).returncode == -9
    left = [name for name in os.listdir(tmp_path) if name.startswith(".w.json.")]
    assert left
    other = Journal(tmp_path / "other")
    other.apply([Change(str(path), b"old", b"newer")], "t", 0)
    other.recover(0)
    assert set(left) <= set(os.listdir(tmp_path))
    Journal(tmp_path / "one").recover(0)
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".w.json.")]
    assert path.read_bytes() == b"newer"


def test_a_lock_that_is_free_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(b"old")
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    with locks.held(path):
        assert pauses == []
    monkeypatch.setattr(locks, "PATIENCE", 0)
    with locks.held(path), pytest.raises(SuperalgosRsaError), locks.held(path):
        pass
    assert len(pauses) <= 1
