"""Which user's rights decide what the platform can read, and what that user may read.

For the user that asks, the system answers by itself. For another one its rule is applied here to modes and access
lists (those of Linux; macOS has others, which are not read), so the answer is the same whoever asks. Where that cannot
be done the answer is `None`.
"""

from __future__ import annotations

import functools
import os
import struct
import sys
from collections.abc import Iterator
from typing import NamedTuple

from superalgos_rsa.files.file_systems import file_system

READ, WRITE, SEARCH = 4, 2, 1
_MOST_LINKS = 40  # what Linux follows before it says that the links loop


class User(NamedTuple):
    """A user of this machine, with what decides which files may be read."""

    uid: int
    name: str
    """The number again, where the system has no name for it."""
    gid: int | None
    groups: frozenset[int] | None
    """All of them; `None` where the system does not know the user."""


class Right(NamedTuple):
    """`place` is the file or folder on the way that refuses, or that nothing can be said of."""

    allowed: bool | None
    place: str | None = None


@functools.cache
def user_of(uid: int) -> User:
    """The user with this number, which need not be one that the system knows."""
    if sys.platform == "win32":
        raise NotImplementedError("its users have no numbers")
    import pwd

    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(uid, str(uid), None, None)
    return User(uid, entry.pw_name, entry.pw_gid, frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid)))


def caller() -> User | None:
    """The user that asks; `None` on Windows, whose rights are of another kind."""
    if sys.platform == "win32":
        return None
    return user_of(os.geteuid())


def owner(folder: str | os.PathLike[str]) -> User | None:
    """The user who owns a file or folder; `None` where that cannot be told."""
    uid = owner_uid(folder)
    return user_of(uid) if uid is not None else None


def owner_uid(path: str | os.PathLike[str]) -> int | None:
    """The number of the owner; `None` on Windows, and where the path leads nowhere."""
    try:
        return None if sys.platform == "win32" else os.stat(path).st_uid
    except OSError:
        return None


def may_read(path: str, user: User) -> Right:
    """Whether that user may read the file at an absolute path. The file is there, as far as the caller can see."""
    return _weigh([*((folder, SEARCH) for folder in _searched(path)), (path, READ)], user)


def may_use(folder: str, user: User) -> Right:
    """Whether that user may make files in the folder."""
    return _weigh([*((above, SEARCH) for above in _searched(folder)), (folder, WRITE | SEARCH)], user)


def _weigh(asked: list[tuple[str, int]], user: User) -> Right:
    unknown = None
    for place, wanted in asked:
        allowed = _allows(place, wanted, user)
        if allowed is False:
            return Right(False, place)
        if allowed is None:
            unknown = unknown or place
    return Right(True) if unknown is None else Right(None, unknown)


def _searched(path: str) -> Iterator[str]:
    """Every folder in which the system looks for a name on the way, links followed."""
    at, parts, links = os.sep, path.split(os.sep), 0
    while parts:
        part = parts.pop(0)
        if part in ("", "."):
            continue
        yield at
        if part == "..":
            at = os.path.dirname(at)
            continue
        entry = os.path.join(at, part)
        try:
            target = os.readlink(entry)
        except OSError:  # no link, or closed to the caller
            at = entry
            continue
        links += 1
        if links > _MOST_LINKS:
            return
        at, parts = os.sep if target.startswith(os.sep) else at, target.split(os.sep) + parts


def _allows(path: str, wanted: int, user: User) -> bool | None:
    """As the kernel decides: the owner's class, else the named user's, else that of any group, else that of others."""
    if user.uid == 0:
        return True
    try:
        found = os.stat(path)
    except OSError:
        return None
    if sys.platform == "linux" and os.major(found.st_dev) == 0 and _is_private(file_system(found.st_dev)):
        return None
    # Where the mask takes everything, Linux does not look at the list at all.
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
    """A file system of one user's program shows others what it likes, whatever the modes say."""
    return kind is not None and (kind == "fuse" or kind.startswith("fuse."))


_USER, _GROUP_OBJ, _GROUP, _MASK = 0x02, 0x04, 0x08, 0x10


def _access_list(path: str, gid: int) -> tuple[dict[int, int], list[tuple[int, int]]] | None:
    """Linux: bits by named user, and those of each group, less what the mask takes away."""
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
