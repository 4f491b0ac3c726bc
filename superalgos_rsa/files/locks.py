"""One writer of a file at a time. The file itself is locked, so that all writers meet there: they may differ in user,
temporary folder and the name they use for the file."""

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

# Imported here: later this process may act as a user who cannot read Python's own folder.
with contextlib.suppress(ImportError):  # Windows has none
    import fcntl

PATIENCE = 10.0
_PAUSE = 0.01


class NoFileError(Exception):
    """No regular file lies there."""


@contextlib.contextmanager
def held(path: Path, *, to_write: bool = False) -> Iterator[int | None]:
    """Open and lock the file. Yields `None` on Windows, which replaces no open file, unless `to_write`.

    If the file is replaced while its lock is waited for, the new file is locked. Where the file system has no locks the
    file is only opened.
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
        # Not open while waiting: the holder of the lock may need a lease, which is refused while others have it open.
        time.sleep(_PAUSE * os.urandom(1)[0] / 255)  # random, lest two that wait meet every time
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(path: Path, flags: int) -> int | None:
    """The locked file; `None` while another process has the lock, or if the file was replaced meanwhile."""
    if sys.platform == "win32":  # `held` locks a file beside it there
        return None
    try:
        descriptor = _opened(path, flags)
    except BlockingIOError:  # another process holds a lease on it
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
                with contextlib.suppress(OSError):  # refused by Windows while another process has it open
                    os.unlink(name)
    except Timeout:
        raise _busy(path) from None


def _busy(path: Path) -> SuperalgosRsaError:
    return SuperalgosRsaError(f"another program is writing {path}", "try again when it has finished")
