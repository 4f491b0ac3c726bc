"""The program that listens on a port of this machine: whose it is, and its working folder, where Linux tells."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

from superalgos_rsa.files.rights import User, user_of

_LISTENS = "0A"


class Listener(NamedTuple):
    """`None` stands for what cannot be told, or is not the same of several programs."""

    user: User | None = None
    cwd: str | None = None


def listener(port: int) -> Listener:
    """The one on this port; nothing is known of it outside Linux."""
    if sys.platform != "linux":
        return Listener()
    sockets = set(_sockets(port))
    users = {uid for uid, _ in sockets}
    if len(users) != 1:
        return Listener()
    uid = users.pop()
    folders = set(_folders(uid, {f"socket:[{inode}]" for _, inode in sockets}))
    return Listener(user_of(uid), folders.pop() if len(folders) == 1 else None)


def _sockets(port: int) -> Iterator[tuple[int, str]]:
    """The user and the inode of each that listens there."""
    for name in ("tcp", "tcp6"):
        try:
            with open(f"/proc/net/{name}", encoding="ascii", errors="replace") as lines:
                for fields in map(str.split, lines):
                    if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                        yield int(fields[7]), fields[9]
        except (OSError, ValueError, IndexError):
            continue


def _folders(uid: int, sockets: set[str]) -> Iterator[str]:
    """Working folders of the programs of a user that hold one of the sockets. Others than root see only their own."""
    for process in filter(str.isdecimal, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # it has ended, or is closed to this user
            if os.stat(f"/proc/{process}").st_uid == uid and _holds(process, sockets):
                yield os.readlink(f"/proc/{process}/cwd")


def _holds(process: str, sockets: set[str]) -> bool:
    folder = f"/proc/{process}/fd"
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            if os.readlink(f"{folder}/{name}") in sockets:
                return True
    return False
