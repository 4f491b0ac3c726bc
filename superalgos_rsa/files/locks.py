"""One writer of a file at a time. The lock is on the file itself: there all writers meet, whatever their user, their
temporary folder, and the name by which they know the file."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from superalgos_rsa.errors import SuperalgosRsaError

# Here and not where it is used: while the rights of another user are taken, Python's own folder may be closed.
with contextlib.suppress(ImportError):  # Windows has none
    import fcntl

PATIENCE = 10.0
_PAUSE = 0.01


class NoFileError(Exception):
    """No regular file lies there."""


@contextlib.contextmanager
def held(path: Path, *, to_write: bool = False) -> Iterator[int | None]:
    """The file, open, and locked while it is. `None` on a system that replaces no open file, unless `to_write`.

    A file may be replaced while its lock is waited for; then that of the new one is waited for. Where the file system
    has no locks the file is open and no more.
    """
    flags = (os.O_RDWR if to_write else os.O_RDONLY) | getattr(os, "O_BINARY", 0)
    if sys.platform == "win32":
        with _held_beside(path):
            descriptor = _opened(path, flags) if to_write else None
            try:
                yield descriptor
            finally:
                if descriptor is not None:
                    os.close(descriptor)
        return
    deadline = time.monotonic() + PATIENCE
    while (descriptor := _locked(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) is None:
        if time.monotonic() > deadline:
            raise _busy(path)
        # Nobody waits with the file open: whoever writes it in place may have to be the only one who has it open.
        time.sleep(_PAUSE * os.urandom(1)[0] / 255)  # those who wait do not walk in step
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(path: Path, flags: int) -> int | None:
    """`None` while somebody else has the lock."""
    if sys.platform == "win32":  # where `held` locks a file beside
        return None
    try:
        descriptor = _opened(path, flags)
    except BlockingIOError:  # under a lease, which is a lock too
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError as error:
        if error.errno == errno.EBADF and not flags & os.O_RDWR and os.access(path, os.W_OK):
            os.close(descriptor)  # NFS locks only what is open for writing
            return _locked(path, flags | os.O_RDWR)
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(descriptor), os.lstat(path)):
            return descriptor
    os.close(descriptor)
    return None


def _opened(path: Path, flags: int) -> int:
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise NoFileError
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise NoFileError from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NoFileError
    return descriptor


@contextlib.contextmanager
def _held_beside(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    name = path.with_name(f".{path.name}.lock")
    try:
        with FileLock(name, timeout=PATIENCE, mode=0o600):
            try:
                yield
            finally:
                with contextlib.suppress(OSError):  # Windows removes it when nobody has it open any more
                    os.unlink(name)
    except Timeout:
        raise _busy(path) from None


def _busy(path: Path) -> SuperalgosRsaError:
    return SuperalgosRsaError(f"another program is writing {path}", "try again when it has finished")
