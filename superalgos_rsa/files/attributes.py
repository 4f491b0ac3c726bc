"""What a file has besides its bytes, given to the file that takes its place: owner, mode, access list, extended
attributes.

Python knows access lists and attributes on Linux alone. On other systems a file that takes the place of another has
those that its folder gives to a new file.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path


def give(source: int | Path, to: int) -> bool:
    """All that one file has, to another that is open and that nobody else can read so far. Tells whether that
    succeeded: of some attributes the system lets this user make no copy. Raises where the owner cannot be given."""
    if sys.platform == "win32":  # owner and access list come from the folder, and a mode says nothing
        return True
    wanted, found = os.stat(source), os.fstat(to)
    if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
        os.fchown(to, wanted.st_uid, wanted.st_gid)
    if not _give_extended(source, to):
        return False
    # Last: it opens the file to all whom its access list names, and that may be the one its folder gave it.
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
    """The access list is one of them: `system.posix_acl_access`."""
    if sys.platform != "linux":
        return {}
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)}
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):  # a file system without them
            return {}
        raise
