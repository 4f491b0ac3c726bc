"""Reads and changes the mode of one file, known by device and inode. Both go through one descriptor, so that neither a
link nor another file put in its place can redirect the change."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from superalgos_rsa.errors import ConflictError, SuperalgosRsaError

Identity = tuple[int, int]
"""Device and inode of a file."""
_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """A regular file, not reached through a link. `names` counts its hard links."""

    identity: Identity
    mode: int
    owner: int
    names: int
    data: bytes = field(repr=False)


def are_kept(path: str) -> bool:
    """Whether modes and owners decide who may read this path: not on Windows, where no path begins with `/`."""
    return path.startswith("/")


def look(path: str) -> Seen | None:
    """The regular file at a path; `None` for anything else, a link included."""
    try:
        with _opened(path) as (descriptor, found):
            data = os.read(descriptor, _LIMIT)
            return Seen(_identity(found), stat.S_IMODE(found.st_mode), found.st_uid, found.st_nlink, data)
    except (OSError, ValueError):
        return None


def has_mode(path: str, identity: Identity | None, mode: int | None) -> bool:
    """Whether the path still names that file, and it has that mode."""
    try:
        with _opened(path) as (_, found):
            return _identity(found) == identity and stat.S_IMODE(found.st_mode) == mode
    except (OSError, ValueError):
        return False


def change_mode(path: str, identity: Identity | None, old: int | None, new: int) -> None:
    """Change the mode of that file from `old` to `new`; raises `ConflictError` where file or mode is another."""
    try:
        with _opened(path) as (descriptor, found):
            if _identity(found) != identity or stat.S_IMODE(found.st_mode) != old:
                raise ConflictError(f"{path} is another file by now, or has another mode; its mode was not changed")
            if sys.platform != "win32":  # Windows has no modes, and no repair changes one there
                os.fchmod(descriptor, new)
    except OSError as error:
        raise SuperalgosRsaError(f"cannot change the mode of {path}: {error.strerror}") from None


@contextlib.contextmanager
def _opened(path: str) -> Iterator[tuple[int, os.stat_result]]:
    if not stat.S_ISREG(os.lstat(path).st_mode):  # opening a device can already have an effect
        raise OSError(errno.EINVAL, "it is no regular file")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        yield descriptor, found
    finally:
        os.close(descriptor)


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino
