"""Makes new files complete or not at all, so that half a key is never found under the name of a key file.

Each is written to a temporary file beside its place, which only this user can read, and is renamed once it is on the
disk. The temporary files of a killed process are removed when the same file is made again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.files.regular import sync_folder

# Imported here: later this process may act as a user who cannot read Python's own folder.
with contextlib.suppress(ImportError):  # Windows has none
    import fcntl

# The errors of a file system, kernel or sandbox without that call.
_NOT_HERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK})


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to make, with its content."""

    path: Path
    data: bytes = field(repr=False)
    mode: int


def create_whole(files: Sequence[NewFile]) -> None:
    """Make all files or none. An existing file is never touched, a link never followed.

    They get their names in this order, once all are on the disk.
    """
    clear_leftovers([file.path for file in files])
    with contextlib.ExitStack() as stack:
        temporaries = [stack.enter_context(_written(file)) for file in files]
        for file, temporary in zip(files, temporaries, strict=True):
            stack.enter_context(_named(temporary, file.path))
        for folder in {file.path.absolute().parent for file in files}:
            sync_folder(folder)


@contextlib.contextmanager
def _named(temporary: Path, path: Path) -> Iterator[None]:
    """Gives the file its name, and removes it again if what follows fails."""
    try:
        made = os.stat(temporary)
        try:
            give_name(temporary, path)
            yield
        except BaseException:
            with contextlib.suppress(OSError):
                if os.path.samestat(os.lstat(path), made):
                    os.unlink(path)
            raise
    except FileExistsError:
        raise UsageError(f"{path} exists already, and is never overwritten", "name another file") from None
    except OSError as error:
        raise _cannot_write(path, error) from None


@contextlib.contextmanager
def _written(file: NewFile) -> Iterator[Path]:
    """A temporary file with these bytes. Its maker keeps it locked, so an unlocked one is a leftover."""
    path = _beside(file.path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags, 0o600), "wb") as stream:
            _lock(stream.fileno())
            if sys.platform == "win32" and not file.mode & 0o077:  # as long as it is empty
                from superalgos_rsa.files.windows_access import close_to_others

                close_to_others(path)  # the command that reports the new file checks whether that succeeded
            stream.write(file.data)
            stream.flush()
            # The umask and a folder's default access list have changed the mode; some file systems keep none.
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    os.fchmod(stream.fileno(), file.mode)
            os.fsync(stream.fileno())
            if sys.platform == "win32":  # Windows renames no open file
                stream.close()
            yield path
    except OSError as error:
        raise _cannot_write(file.path, error) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _cannot_write(path: Path, error: OSError) -> SuperalgosRsaError:
    return SuperalgosRsaError(f"cannot write {path}: {error.strerror or type(error).__name__}")


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        return False
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


# --- What a killed process leaves -------------------------------------------------------------------------------------


def _beside(path: Path) -> Path:
    """The temporary name. It ends like the file's name, so that the same ignore rule of git holds."""
    return path.with_name(f".{path.stem}.{os.urandom(6).hex()}{path.suffix}")


def leftovers(path: Path) -> list[Path]:
    """Temporary files of this file whose maker is no longer running."""
    name = re.compile(rf"\.{re.escape(path.stem)}\.[0-9a-f]{{12}}{re.escape(path.suffix)}")
    with contextlib.suppress(OSError):
        found = [path.with_name(entry) for entry in sorted(os.listdir(path.parent)) if name.fullmatch(entry)]
        return [entry for entry in found if _is_left(entry)]
    return []


def _is_left(path: Path) -> bool:
    if sys.platform == "win32":  # no way to tell whose it is there
        return True
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            return stat.S_ISREG(os.fstat(descriptor).st_mode) and _lock(descriptor)
        finally:
            os.close(descriptor)
    return False


def clear_leftovers(paths: Sequence[Path]) -> None:
    """Remove the temporary files that a killed process left beside these paths."""
    for path in paths:
        for left in leftovers(path):
            with contextlib.suppress(OSError):
                os.unlink(left)


# --- A name that nobody has -------------------------------------------------------------------------------------------


def give_name(temporary: Path, path: Path) -> None:
    """Rename the file to `path`. Raises `FileExistsError` if anything has that name."""
    for way in (_rename, _link, _look_and_rename):
        try:
            return way(temporary, path)
        except OSError as error:
            if error.errno not in _NOT_HERE or way is _look_and_rename:
                raise
    return None


def _rename(temporary: Path, path: Path) -> None:
    """Rename without replacing, in one step, by the call that each system has for it."""
    if sys.platform == "win32":  # a rename never replaces there
        os.rename(temporary, path)
        return
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(temporary), os.fsencode(path)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(*names, 4)  # RENAME_EXCL
        else:
            failed = library.renameat2(-100, names[0], -100, names[1], 1)  # AT_FDCWD, RENAME_NOREPLACE
    except AttributeError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if failed:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)


def _link(temporary: Path, path: Path) -> None:
    os.link(temporary, path, follow_symlinks=False)


def _look_and_rename(temporary: Path, path: Path) -> None:
    """For a file system without either call: a file made between these two lines is lost."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
    os.rename(temporary, path)
