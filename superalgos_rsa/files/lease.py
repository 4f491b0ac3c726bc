"""Keeps an in-place writer's change from being lost while a file is replaced.

Superalgos saves a workspace in place: it opens, truncates and writes the file, and takes no lock. If it has the old
file open while a new one is renamed over it, its text goes into a file that has no name any more. A lease (Linux,
fcntl(2)) is refused while anybody has the file open for writing; while it is held, whoever opens the file for writing
waits.

Without leases (another system, a network file system, a file of another owner) a writer that truncates on opening is
still noticed. A writer that had the file open before, and writes later, is not.
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

# Imported here: later this process may act as a user who cannot read Python's own folder.
with contextlib.suppress(ImportError):  # Windows has none
    import fcntl

# A process that has looked the name up needs microseconds more until it has the file open.
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
        """Whether another process waits to open the leased file for writing."""
        if sys.platform != "linux":  # no other system has leases
            return False
        return self.leased and fcntl.fcntl(self.descriptor, fcntl.F_GETLEASE) == fcntl.F_UNLCK


@contextlib.contextmanager
def exclusive(descriptor: int, sample: str, *, to_write: bool = False) -> Iterator[Held]:
    """Hold the open file so that nobody else writes it; with `to_write`, nobody else reads it either.

    Raises `InUseError` where another process has it open. NFS, which gives no leases, answers "in use" for any file.
    `sample` tells the two apart: a file beside it that no other process knows, so "in use" cannot be true of it.
    """
    answer = _take(descriptor, to_write)
    for _ in range(_LOOKS if to_write else 0):  # those who wait for the lock open the file now and then
        if answer == "in use":
            time.sleep(_PAUSE)
            answer = _take(descriptor, to_write)
    if answer == "in use" and _can_be_leased(sample, to_write):
        raise InUseError
    try:
        yield Held(descriptor, answer == "taken")
    finally:
        if sys.platform == "linux" and answer == "taken":
            with contextlib.suppress(OSError):  # the kernel has ended it after `lease-break-time`
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
        # The kernel signals that another process waits. SIGIO, the default, would end this one; SIGURG is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK if to_write else fcntl.F_RDLCK)
    except BlockingIOError:
        return "in use"
    except OSError:  # no lease for this owner, or on this file system
        return "refused"
    return "taken"


def settle() -> None:
    """Wait until a process that looked the name up before it was replaced has opened the old file."""
    time.sleep(SETTLE_SECONDS)
