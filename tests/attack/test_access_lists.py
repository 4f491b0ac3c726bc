"""A file that is changed keeps who may read it, what it carries, and every name it has; it is never open to more."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import NOBODY, absent
from installations import KEY_FILE, Site, key, trading

from attack.limits import attacked
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal
from superalgos_rsa.files.regular import replace

pytestmark = pytest.mark.skipif(not hasattr(os, "listxattr"), reason="only Linux lets Python see access lists")
PROJECT = Path(__file__).parents[2]
ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
FRIEND = 12345


def acl(*, friend: int, group: int, mask: int, others: int = 0) -> bytes:
    """`user::rw-`, a named user, `group::`, `mask::` and `other::` as the kernel keeps them."""
    entries = [(1, 6, -1), (2, friend, FRIEND), (4, group, -1), (16, mask, -1), (32, others, -1)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


FRIEND_READS = acl(friend=4, group=0, mask=4)


def set_attribute(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            absent(f"this file system keeps no {name}")
        if error.errno not in (errno.EPERM, errno.EINVAL):
            raise
        pytest.skip(f"this user, or the container, may not set {name}")  # and no installation would change that


def attributes(path: Path) -> dict[str, bytes]:
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=["on the disk", "in memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    if request.param == "on the disk":
        yield tmp_path
        return
    if not os.path.ismount("/dev/shm"):
        absent("there is no file system in memory")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        yield Path(name)


@pytest.fixture
def file(folder: Path) -> Path:
    path = folder / "w.json"
    path.write_bytes(b"old")
    path.chmod(0o600)
    return path


# --- Access lists and attributes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [FRIEND_READS, acl(friend=6, group=4, mask=6, others=4), acl(friend=7, group=7, mask=0)],
    ids=["a friend reads", "a friend writes, all read", "nobody else"],
)
def test_an_access_list_stays_byte_for_byte(file: Path, value: bytes) -> None:
    set_attribute(file, ACCESS, value)
    before = mode(file), attributes(file)
    replace(file, b"old", b"new")
    assert (file.read_bytes(), mode(file), attributes(file)) == (b"new", *before)
    assert os.listdir(file.parent) == [file.name]


def test_a_group_that_an_access_list_shuts_out_stays_outside(file: Path) -> None:
    """The mode says 0640, for its middle digit is the mask of the list: without the list the group could read."""
    set_attribute(file, ACCESS, FRIEND_READS)
    assert mode(file) == 0o640
    replace(file, b"old", b"new")
    assert os.getxattr(file, ACCESS) == FRIEND_READS


@pytest.mark.parametrize("bits", [0o600, 0o640, 0o644])
def test_the_default_list_of_a_folder_opens_no_file_that_was_there(file: Path, bits: int) -> None:
    file.chmod(bits)
    set_attribute(file.parent, DEFAULT, acl(friend=6, group=6, mask=6, others=4))
    replace(file, b"old", b"new")
    assert (mode(file), attributes(file)) == (bits, {})


def test_attributes_of_every_kind_stay(file: Path) -> None:
    set_attribute(file, "user.comment", b"by hand")
    set_attribute(file, "user.empty", b"")
    for name, value in (("trusted.note", b"\0\xff"), ("security.note", b"x" * 100)):
        with contextlib.suppress(PermissionError):
            os.setxattr(file, name, value)
    before = attributes(file)
    replace(file, b"old", b"new")
    assert (file.read_bytes(), attributes(file)) == (b"new", before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("value", [None, FRIEND_READS], ids=["no list", "a list"])
def test_at_no_moment_may_more_users_read_it(file: Path, value: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(file, NOBODY, NOBODY)
    file.chmod(0o640)
    set_attribute(file.parent, DEFAULT, acl(friend=6, group=6, mask=6, others=4))
    if value is not None:
        set_attribute(file, ACCESS, value)
    allowed = readers(file)
    seen: list[set[tuple[str, int]]] = []
    for name in ("write", "fsync", "fchown", "fchmod", "setxattr", "removexattr", "link", "replace"):
        function = getattr(os, name)

        def key_inspector(*given: object, call: Callable[..., object] = function, **more: object) -> object:
            result = call(*given, **more)
            seen.extend(readers(path) for path in file.parent.iterdir())
            return result

        monkeypatch.setattr(os, name, key_inspector)
    replace(file, b"old", b"new")
    monkeypatch.undo()
    assert len(seen) > 5
    assert set().union(*seen) <= allowed | {("user", 0)}
    assert readers(file) == allowed


def readers(path: Path) -> set[tuple[str, int]]:
    found = path.stat()
    bits = stat.S_IMODE(found.st_mode)
    who = {("user", found.st_uid)}
    value = attributes(path).get(ACCESS)
    if value is None:
        return who | ({("group", found.st_gid)} if bits & 0o040 else set()) | ({("all", 0)} if bits & 4 else set())
    entries = [struct.unpack_from("<HHi", value, at) for at in range(4, len(value), 8)]
    mask = next(perm for tag, perm, _ in entries if tag == 16)
    for tag, perm, identity in entries:
        if tag == 32 and perm & 4:
            who.add(("all", 0))
        elif tag in (2, 4, 8) and perm & mask & 4:
            who.add(("user", identity) if tag == 2 else ("group", found.st_gid if tag == 4 else identity))
    return who


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_group_stays_where_the_folder_would_give_its_own(file: Path) -> None:
    os.chown(file.parent, 0, 777)
    file.parent.chmod(0o2770)
    os.chown(file, 0, 0)
    replace(file, b"old", b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (0, 0)


@pytest.fixture
def guarded(anyones_folder: Path) -> Path:
    """A file of an unprivileged user, with an attribute that only root can set."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a file that belongs to somebody else")
    path = anyones_folder / "w.json"
    path.write_bytes(b"old")
    os.chown(path, NOBODY, NOBODY)
    set_attribute(path, "security.note", b"of root")
    return path


def test_what_this_user_cannot_give_to_a_new_file_stays_since_the_old_is_written(
    guarded: Path, unprivileged: Callable[[Callable[[], None]], None]
) -> None:
    before = guarded.stat()
    unprivileged(lambda: replace(guarded, b"old", b"newer than before"))
    assert guarded.read_bytes() == b"newer than before"
    assert attributes(guarded) == {"security.note": b"of root"}
    assert guarded.stat().st_ino == before.st_ino
    assert os.listdir(guarded.parent) == [guarded.name]


def test_what_can_neither_be_kept_nor_written_is_refused(
    guarded: Path, unprivileged: Callable[[Callable[[], str]], str]
) -> None:
    guarded.chmod(0o400)

    def refused() -> str:
        try:
            replace(guarded, b"old", b"new")
        except SuperalgosRsaError as error:
            return error.message
        return "no failure"

    assert "can only be written in place; and this user may not write it" in unprivileged(refused)
    assert (guarded.read_bytes(), mode(guarded)) == (b"old", 0o400)
    assert os.listdir(guarded.parent) == [guarded.name]


# --- Hard links -------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(file: Path) -> Path:
    path = file.parent / "of another user" / "w.json"
    path.parent.mkdir()
    path.hardlink_to(file)
    return path


def test_every_name_of_a_file_has_the_new_bytes(file: Path, other: Path) -> None:
    set_attribute(file, ACCESS, FRIEND_READS)
    before = file.stat().st_ino, mode(file), attributes(file)
    for old, new in ((b"old", b"newer than before"), (b"newer than before", b"n"), (b"n", b"")):
        replace(file, old, new)
        assert (file.read_bytes(), other.read_bytes()) == (new, new)
        assert file.samefile(other)
        assert (file.stat().st_ino, mode(file), attributes(file)) == before
    assert sorted(os.listdir(file.parent)) == ["of another user", "w.json"]


def test_a_file_of_several_names_that_changed_or_is_being_read_is_left_alone(file: Path, other: Path) -> None:
    other.write_bytes(b"saved")
    with pytest.raises(ConflictError):
        replace(file, b"old", b"new")
    with open(other, "rb"), pytest.raises(ConflictError):
        replace(file, b"saved", b"new")
    with open(other, "r+b"), pytest.raises(ConflictError):
        replace(file, b"saved", b"new")
    assert file.read_bytes() == other.read_bytes() == b"saved"
    assert sorted(os.listdir(file.parent)) == ["of another user", "w.json"]


@pytest.mark.parametrize("written", [1, 100, 200])
def test_a_process_that_is_killed_while_it_writes_leaves_what_its_journal_mends(
    file: Path, other: Path, written: int, tmp_path: Path
) -> None:
    script = (
        "import os, sys, signal; from pathlib import Path; from superalgos_rsa.files.changes import Change\n"
        "from superalgos_rsa.files.journal import Journal\n"
        "from superalgos_rsa.files import regular as files\n"
        "def die(descriptor, data):\n"
        "    os.lseek(descriptor, 0, os.SEEK_SET)\n"
        "    os.write(descriptor, data[:int(sys.argv[3])])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "files._overwrite = die\n"
        "Journal(Path(sys.argv[2])).apply([Change(sys.argv[1], b'old' * 100, b'n' * 200)], 't', 0)"
    )
    file.write_bytes(b"old" * 100)
    command = [sys.executable, "-c", script, str(file), str(tmp_path / "state"), str(written)]
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(PROJECT)}, check=False)
    assert ended.returncode == -9
    assert file.read_bytes() == b"n" * written + (b"old" * 100)[written:]
    Journal(tmp_path / "state").recover(0)
    assert file.read_bytes() == b"old" * 100
    assert file.samefile(other)
    assert not [name for name in os.listdir(file.parent) if name.startswith(".")]


def test_fix_and_undo_keep_list_attributes_and_names(folder: Path) -> None:
    site = Site(folder / "superalgos")
    site.put_key()
    document = site.workspace(*trading(key("~/My-Secrets/k.pem")))
    backup = folder / "backup.json"
    backup.hardlink_to(document)
    vault = site.root / "My-Secrets/workspace-credentials.json"
    for path in (document, vault):
        set_attribute(path, "user.comment", b"by hand")
        set_attribute(path, ACCESS, FRIEND_READS)
    was = document.read_bytes()
    before = [(attributes(path), mode(path)) for path in (document, vault)]
    environment = {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
    answer = attacked(["--root", str(site.root), "fix", "--apply"], environment=environment)
    assert answer.holds
    assert KEY_FILE in document.read_text()
    assert "~" not in document.read_text()
    assert document.samefile(backup)
    assert [(attributes(path), mode(path)) for path in (document, vault)] == before
    assert attacked(["undo"], environment=environment).code == 0
    assert document.read_bytes() == backup.read_bytes() == was
    assert document.samefile(backup)
    assert [(attributes(path), mode(path)) for path in (document, vault)] == before


def test_two_names_in_one_set_of_changes_are_one_file(file: Path, other: Path, tmp_path: Path) -> None:
    """The second change finds bytes that it does not expect, so neither is made."""
    changes = [Change(str(path), b"old", new) for path, new in ((file, b"1"), (other, b"2"))]
    with pytest.raises(ConflictError):
        Journal(tmp_path / "state").apply(changes, "t", 0)
    assert file.read_bytes() == other.read_bytes() == b"old"
