"""Keeps an in-place writer's change from being lost while a file is replaced.

The platform saves by opening the workspace, truncating and writing it; it asks for no lock. If it has the old file open
when a new one is put in its place, what it writes goes into a file without a name. A lease (Linux, fcntl(2)) is refused
while anybody has the file open for writing, and makes whoever opens it then wait while it is held.

Where there are no leases (another system, a network file system, a file of another owner) the change of a writer that
truncates as it opens is still seen; one that opened the file before and writes into it later is not.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# Here and not where it is used: while the rights of another user are taken, Python's own folder may be closed.
with contextlib.suppress(ImportError):  # Windows has none
    import fcntl

# An opener that had found the file just before it was replaced needs microseconds to reach it.
SETTLE_SECONDS = 0.02
_LOOKS = 20
_PAUSE = 0.003


class InUseError(Exception):
    """Another process has the file open."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file that is held open; `leased` where the system also keeps others from writing it."""

    descriptor: int
    leased: bool

    def read(self, limit: int) -> bytes:
        """The first bytes of the file, `limit` at most."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        with open(self.descriptor, "rb", closefd=False) as stream:
            return stream.read(limit)

    def is_wanted(self) -> bool:
        """Whether somebody waits to open the leased file for writing."""
        if sys.platform != "linux":  # no other system has leases
            return False
        return self.leased and fcntl.fcntl(self.descriptor, fcntl.F_GETLEASE) == fcntl.F_UNLCK


@contextlib.contextmanager
def exclusive(descriptor: int, sample: str, *, to_write: bool = False) -> Iterator[Held]:
    """Hold the open file so that nobody else writes it; with `to_write`, so that nobody else reads it either.

    Raises `InUseError` where somebody has it open. `sample` is a file beside it that nobody knows of: a server that
    hands out no lease (NFS) answers as if the file were in use, and answers so for this one too.
    """
    answer = _take(descriptor, to_write)
    for _ in range(_LOOKS if to_write else 0):  # whoever waits for the lock has the file open at moments
        if answer == "in use":
            time.sleep(_PAUSE)
            answer = _take(descriptor, to_write)
    if answer == "in use" and _can_be_leased(sample, to_write):
        raise InUseError
    try:
        yield Held(descriptor, answer == "taken")
    finally:
        if sys.platform == "linux" and answer == "taken":
            with contextlib.suppress(OSError):  # the system has taken it back: others have waited too long for it
                fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def _can_be_leased(path: str, to_write: bool) -> bool:
    descriptor = os.open(path, (os.O_RDWR if to_write else os.O_RDONLY) | getattr(os, "O_NONBLOCK", 0))
    try:
        return _take(descriptor, to_write) == "taken"
    finally:
        os.close(descriptor)


def _take(descriptor: int, to_write: bool) -> Literal["taken", "in use", "refused"]:
    if sys.platform != "linux":
        return "refused"
    try:
        # When somebody waits for the file a signal is sent, by default one that ends the process. SIGURG does nothing.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK if to_write else fcntl.F_RDLCK)
    except BlockingIOError:
        return "in use"
    except OSError:  # no lease for this owner, or on this file system
        return "refused"
    return "taken"


def settle() -> None:
    """Wait until whoever found the file just before it was replaced has reached it."""
    time.sleep(SETTLE_SECONDS)
