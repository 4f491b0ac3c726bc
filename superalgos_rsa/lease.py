"""Keeps an in-place writer's change from being lost while a file is replaced.

The platform saves by opening the workspace, truncating and writing it; it asks for no lock. If it has the old file open
when a new one is put in its place, what it writes goes into a file without a name. A lease (Linux, fcntl(2)) tells
whether anybody has the file open, and makes whoever opens it wait while it is held.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator

try:
    import fcntl
except ImportError:  # Windows: a file that is open cannot be replaced there at all
    fcntl = None  # type: ignore[assignment]

# An opener that had found the file just before it was replaced needs microseconds to reach it.
SETTLE_SECONDS = 0.02


class InUseError(Exception):
    """Another process has the file open, or opened it meanwhile."""


@contextlib.contextmanager
def exclusive(path: str) -> Iterator[int]:
    """Hold a lease on the file; yields its descriptor. Raises `InUseError` where somebody has it open for writing.

    Where the file system or the owner of the file allows no lease, the file is merely held open.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    # A process that lets a lease be broken is sent SIGIO, which would end it.
    before = _ignore_lease_signal()
    try:
        if hasattr(fcntl, "F_SETLEASE"):
            try:
                fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            except BlockingIOError:
                raise InUseError from None
            except OSError:
                pass
        yield descriptor
    finally:
        os.close(descriptor)  # which gives the lease back
        if before is not None:
            signal.signal(signal.SIGIO, before)


def is_wanted(descriptor: int) -> bool:
    """Whether somebody waits to open the leased file for writing."""
    with contextlib.suppress(OSError, AttributeError):
        return fcntl.fcntl(descriptor, fcntl.F_GETLEASE) != fcntl.F_RDLCK
    return False


def settle() -> None:
    time.sleep(SETTLE_SECONDS)


def _ignore_lease_signal() -> signal._HANDLER:
    if not hasattr(signal, "SIGIO"):
        return None
    try:
        return signal.signal(signal.SIGIO, signal.SIG_IGN)
    except ValueError:  # not the main thread, which then has to take care of the signal
        return None
