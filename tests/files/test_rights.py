"""What another user may read is told as the kernel itself decides it, whoever asks."""

from __future__ import annotations

import os
import pickle
import pwd
import shutil
import struct
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import NOBODY, T, absent
from hypothesis import given, settings
from hypothesis import strategies as st

from superalgos_rsa.files import rights
from superalgos_rsa.files.rights import READ, SEARCH, WRITE, Right, User

UID, GID, OTHER_GID = 54321, 54321, 54322
STRANGER = User(UID, "stranger", GID, frozenset({GID, OTHER_GID}))
as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become another user")


def as_user(user: User, function: Callable[[], T]) -> T:
    """What the function returns in a child that has become the user, groups and all."""
    assert user.groups is not None
    assert user.gid is not None
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork among threads; the child starts none
        child = os.fork()
    if child == 0:
        os.setgroups(list(user.groups))
        os.setgid(user.gid)
        os.setuid(user.uid)
        with open(write_end, "wb") as stream:
            pickle.dump(function(), stream)
        os._exit(0)
    os.close(write_end)
    with open(read_end, "rb") as stream:
        result: T = pickle.load(stream)
    os.waitpid(child, 0)
    return result


def opens(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError:
        return False
    return True


def makes(folder: str) -> bool:
    try:
        os.unlink(tempfile.mkstemp(dir=folder)[1])
    except PermissionError:
        return False
    return True


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Others can enter it, and so can they all that is above."""
    folder = Path(tempfile.mkdtemp(prefix="superalgos-rsa-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


Bits = st.integers(0, 7)
Owners = st.sampled_from([0, UID, NOBODY])
Groups = st.sampled_from([0, GID, OTHER_GID, NOBODY])


@st.composite
def access_lists(draw: st.DrawFn) -> bytes | None:
    """Named users, groups and a mask, as Linux keeps them."""
    if draw(st.booleans()):
        return None
    entries = [(0x01, draw(Bits), 0xFFFFFFFF)]
    entries += [(0x02, draw(Bits), uid) for uid in sorted(draw(st.sets(Owners, max_size=2)))]
    entries += [(0x04, draw(Bits), 0xFFFFFFFF)]
    entries += [(0x08, draw(Bits), gid) for gid in sorted(draw(st.sets(Groups, max_size=2)))]
    entries += [(0x10, draw(Bits), 0xFFFFFFFF), (0x20, draw(Bits), 0xFFFFFFFF)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


Places = st.tuples(st.integers(0, 0o777), Owners, Groups, access_lists())


def _protect(path: Path, place: tuple[int, int, int, bytes | None]) -> None:
    mode, uid, gid, listed = place
    os.chown(path, uid, gid)
    path.chmod(mode)
    if listed is not None:
        try:
            os.setxattr(path, "system.posix_acl_access", listed)
        except OSError:
            absent("this file system keeps no access lists")


@pytest.mark.slow
@as_root
@settings(max_examples=150)
@given(st.lists(Places, min_size=3, max_size=3), st.booleans())
def test_what_is_told_is_what_the_kernel_does(places: list[tuple[int, int, int, bytes | None]], linked: bool) -> None:
    top = Path(tempfile.mkdtemp(prefix="superalgos-rsa-test-"))
    try:
        top.chmod(0o755)
        folder, inner = top / "folder", top / "folder/inner"
        inner.mkdir(parents=True)
        file, link = inner / "file", top / "link"
        file.write_bytes(b"x")
        link.symlink_to("folder/./inner/../inner/file")
        path = str(link if linked else file)
        for at, place in zip((file, inner, folder), places, strict=True):
            _protect(at, place)
        told, told_folder = rights.may_read(path, STRANGER), rights.may_use(str(inner), STRANGER)
        assert (told.allowed, told_folder.allowed) == as_user(STRANGER, lambda: (opens(path), makes(str(inner))))
        assert (told.place is None) is told.allowed
        # Of a user whose groups nobody knows less is told, but nothing else.
        unknown = rights.may_read(path, STRANGER._replace(groups=None)).allowed
        assert unknown in (None, told.allowed)
    finally:
        shutil.rmtree(top)


@as_root
def test_what_refuses_is_named(open_folder: Path) -> None:
    file = open_folder / "a/b/file"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x")
    file.chmod(0o600)
    assert rights.may_read(str(file), STRANGER) == Right(False, str(file))
    file.chmod(0o644)
    assert rights.may_read(str(file), STRANGER) == Right(True)
    (open_folder / "a").chmod(0o700)
    assert rights.may_read(str(file), STRANGER) == Right(False, str(open_folder / "a"))


@as_root
@pytest.mark.parametrize("bits", [READ, WRITE, SEARCH])
def test_root_is_refused_nothing(open_folder: Path, bits: int) -> None:
    file = open_folder / "file"
    file.write_bytes(b"x")
    file.chmod(0)
    os.chown(file, UID, GID)
    assert rights.may_read(str(file), User(0, "root", 0, frozenset({0}))) == Right(True)


@as_root
def test_what_depends_on_groups_that_nobody_knows_is_not_known(open_folder: Path) -> None:
    file = open_folder / "file"
    file.write_bytes(b"x")
    file.chmod(0o640)
    no_entry = rights.user_of(UID)
    assert no_entry == User(UID, str(UID), None, None)
    assert rights.may_read(str(file), no_entry) == Right(None, str(file))
    file.chmod(0o644)
    assert rights.may_read(str(file), no_entry) == Right(True)
    file.chmod(0o600)
    assert rights.may_read(str(file), no_entry) == Right(False, str(file))


def test_what_the_caller_cannot_see_is_not_known(
    open_folder: Path, unprivileged: Callable[[Callable[[], Right]], Right]
) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "file").write_bytes(b"x")
    user = User(os.getuid(), "owner", os.getgid(), frozenset({os.getgid()}))
    if os.geteuid() == 0:
        os.chown(closed, UID, GID)
        user = STRANGER
        assert unprivileged(lambda: rights.may_read(str(closed / "file"), user)) == Right(None, str(closed / "file"))
    assert rights.may_read(str(closed / "file"), user).allowed in (True, False)


def test_a_file_system_of_a_program_s_own_shows_others_what_it_likes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it answers another user stands in no mode."""
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "file").chmod(0o644)
    monkeypatch.setattr(os, "major", lambda _device: 0)
    monkeypatch.setattr(rights, "file_system", lambda _device: "fuse.sshfs")
    assert rights.may_read(str(tmp_path / "file"), STRANGER).allowed is None
    monkeypatch.setattr(rights, "file_system", lambda _device: "overlay")
    assert rights.may_read(str(tmp_path / "file"), STRANGER).allowed is not None


def test_the_caller_is_known_by_name() -> None:
    found = rights.caller()
    assert found is not None
    assert (found.uid, found.name) == (os.geteuid(), pwd.getpwuid(os.geteuid()).pw_name)
    assert rights.owner("/") == rights.user_of(os.stat("/").st_uid)
    assert rights.owner("/no/such/folder") is None
