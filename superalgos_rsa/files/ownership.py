"""Lets root make files in another user's folder as that user: they own them from the start, and no link of theirs can
lead root to a place where they could not write themselves."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.files import core_dumps


@contextlib.contextmanager
def as_owner(*folders: str | os.PathLike[str]) -> Iterator[None]:
    """Act as the owner of the first of these folders that exists and is not root's; no effect for other users.

    Import nothing meanwhile: that user may be unable to read Python's folder.
    """
    owner = _owner(folders)
    if sys.platform == "win32" or os.geteuid() != 0 or owner is None:
        yield
        return
    from superalgos_rsa.files.rights import user_of

    user = user_of(owner[0])
    gid = owner[1] if user.gid is None else user.gid
    before = os.getegid(), os.getgroups()
    try:
        os.initgroups(user.name, gid)
        os.setegid(gid)
        os.seteuid(user.uid)
    except OSError as error:
        with contextlib.suppress(OSError):
            _become_root(*before)
        what = f"cannot act as {user.name}, whose folder this is: {error.strerror}"
        raise SuperalgosRsaError(what, "run the command as that user") from None
    core_dumps.forbid_again()
    try:
        yield
    finally:
        _become_root(*before)


def _become_root(gid: int, groups: list[int]) -> None:
    if sys.platform != "win32":
        os.seteuid(0)
        os.setegid(gid)
        os.setgroups(groups)
    core_dumps.forbid_again()


def _owner(folders: tuple[str | os.PathLike[str], ...]) -> tuple[int, int] | None:
    for folder in folders:
        with contextlib.suppress(OSError):
            found = os.stat(folder)
            if found.st_uid != 0:
                return found.st_uid, found.st_gid
    return None


def is_lent(folder: str) -> bool:
    """Whether this is root and the folder another user's; for a missing folder, the one in which it would lie."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return False
    while not os.path.exists(folder):
        folder = os.path.dirname(folder)
    return os.stat(folder).st_uid != 0


def own_home() -> str | None:
    """The home folder in the system's list of users, whatever HOME says."""
    if sys.platform == "win32":
        return None
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return None
