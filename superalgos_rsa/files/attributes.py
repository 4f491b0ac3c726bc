"""Copies owner, mode, access list and extended attributes of a file to the one that replaces it.

Python reads access lists and extended attributes on Linux only. Elsewhere the new file keeps those it got from its
folder.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path


def give(source: int | Path, to: int) -> bool:
    """Copy owner, access list, extended attributes and mode of `source` to `to`, an open file still closed to others.

    Returns whether all were copied: some attributes this user may not set. Raises `OSError` where the owner cannot be
    changed.
    """
    if sys.platform == "win32":  # a new file has owner and access list of its folder; there are no modes
        return True
    wanted, found = os.stat(source), os.fstat(to)
    if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
        os.fchown(to, wanted.st_uid, wanted.st_gid)
    if not _give_extended(source, to):
        return False
    # Last: the group bits are the mask of the access list, which until now was the one inherited from the folder.
    os.fchmod(to, stat.S_IMODE(wanted.st_mode))
    return _extended(source) == _extended(to) and os.fstat(to).st_mode == wanted.st_mode


def _give_extended(source: int | Path, to: int) -> bool:
    if sys.platform != "linux":
        return True
    wanted, found = _extended(source), _extended(to)
    try:
        for name in found.keys() - wanted.keys():
            os.removexattr(to, name)
        for name, value in wanted.items():
            if found.get(name) != value:
                os.setxattr(to, name, value)
    except OSError:
        return False
    return True


def _extended(file: int | Path) -> dict[str, bytes]:
    """Extended attributes by name; the access list is `system.posix_acl_access`."""
    if sys.platform != "linux":
        return {}
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)}
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):  # a file system without them
            return {}
        raise
