"""Which user's rights decide what the platform can read, and what that user may read.

For the user of this process the system answers. For another user its rule is applied here to modes and access lists
(those of Linux; macOS has others, which are not read). Where that is not possible the answer is `None`.
"""

from __future__ import annotations

import functools
import os
import struct
import sys
from typing import NamedTuple

from superalgos_rsa.files.file_systems import file_system
from superalgos_rsa.files.lookup import steps

READ, WRITE, SEARCH = 4, 2, 1


class User(NamedTuple):
    """A user of this machine, with what decides which files may be read."""

    uid: int
    name: str
    """The name; the number if the system has no name for it."""
    gid: int | None
    groups: frozenset[int] | None
    """All groups; `None` if the system does not know the user."""


class Right(NamedTuple):
    """Whether access is allowed. `place`: the file or folder on the way that refuses, or whose rights are unknown."""

    allowed: bool | None
    place: str | None = None


@functools.cache
def user_of(uid: int) -> User:
    """The user with this number, known to the system or not."""
    if sys.platform == "win32":
        raise NotImplementedError("its users have no numbers")
    import pwd

    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(uid, str(uid), None, None)
    return User(uid, entry.pw_name, entry.pw_gid, frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid)))


def caller() -> User | None:
    """The user of this process; `None` on Windows, whose rights are of another kind."""
    if sys.platform == "win32":
        return None
    return user_of(os.geteuid())


def owner(folder: str | os.PathLike[str]) -> User | None:
    """The user who owns a file or folder; `None` if that is not known."""
    uid = owner_uid(folder)
    return user_of(uid) if uid is not None else None


def owner_uid(path: str | os.PathLike[str]) -> int | None:
    """The user number of the owner; `None` on Windows, and if there is no such file."""
    try:
        return None if sys.platform == "win32" else os.stat(path).st_uid
    except OSError:
        return None


def may_read(path: str, user: User) -> Right:
    """Whether that user may read the file at an absolute path, which exists as far as this process can see."""
    return _weigh([*((folder, SEARCH) for folder, _ in steps(path)), (path, READ)], user)


def may_use(folder: str, user: User) -> Right:
    """Whether that user may make files in the folder."""
    return _weigh([*((above, SEARCH) for above, _ in steps(folder)), (folder, WRITE | SEARCH)], user)


def _weigh(asked: list[tuple[str, int]], user: User) -> Right:
    unknown = None
    for place, wanted in asked:
        allowed = _allows(place, wanted, user)
        if allowed is False:
            return Right(False, place)
        if allowed is None:
            unknown = unknown or place
    return Right(True) if unknown is None else Right(None, unknown)


def _allows(path: str, wanted: int, user: User) -> bool | None:
    """Decide as the kernel does: by the owner's bits, else the named user's, else any group's, else those of others."""
    if user.uid == 0:
        return True
    try:
        found = os.stat(path)
    except OSError:
        return None
    if sys.platform == "linux" and os.major(found.st_dev) == 0 and _is_private(file_system(found.st_dev)):
        return None
    # With an empty mask Linux ignores the list.
    listed = _access_list(path, found.st_gid) if found.st_mode & 0o070 else None
    named, groups = listed or ({}, [(found.st_gid, found.st_mode >> 3 & 7)])
    if user.uid == found.st_uid:
        return found.st_mode >> 6 & wanted == wanted
    if user.uid in named:
        return named[user.uid] & wanted == wanted
    others = found.st_mode & wanted == wanted
    known = groups if user.groups is None else [(gid, bits) for gid, bits in groups if gid in user.groups]
    granted = {bits & wanted == wanted for _, bits in known}
    if user.groups is None:
        return others if granted <= {others} else None
    return True in granted if granted else others


def _is_private(kind: str | None) -> bool:
    """Whether it is a file system of a user's program (FUSE), which decides for itself what other users see."""
    return kind is not None and (kind == "fuse" or kind.startswith("fuse."))


_USER, _GROUP_OBJ, _GROUP, _MASK = 0x02, 0x04, 0x08, 0x10


def _access_list(path: str, gid: int) -> tuple[dict[int, int], list[tuple[int, int]]] | None:
    """On Linux: the bits of each named user and of each group, within the mask."""
    if sys.platform != "linux":
        return None
    try:
        data = os.getxattr(path, "system.posix_acl_access")
    except OSError:
        return None
    entries = list(struct.iter_unpack("<HHI", data[4:]))
    mask = next((bits for tag, bits, _ in entries if tag == _MASK), 7)
    named = {who: bits & mask for tag, bits, who in entries if tag == _USER}
    groups = [(gid, bits & mask) for tag, bits, _ in entries if tag == _GROUP_OBJ]
    groups += [(who, bits & mask) for tag, bits, who in entries if tag == _GROUP]
    return named, groups
