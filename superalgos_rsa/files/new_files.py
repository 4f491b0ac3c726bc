"""New files under their final names, whole or not at all: where a key is looked for, no half of one is ever found.

Each is written to a temporary file beside its place, which only this user can read, and gets its name once it is on the
disk. What a killed process leaves of these is removed when the same file is made again.
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

# Here and not where it is used: while the rights of another user are taken, Python's own folder may be closed.
with contextlib.suppress(ImportError):  # Windows has none
    import fcntl

# By which a file system, a kernel or a sandbox says that it has no such call.
_NOT_HERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK})


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be made, with its whole content."""

    path: Path
    data: bytes = field(repr=False)
    mode: int


def create_whole(files: Sequence[NewFile]) -> None:
    """Make them all, or none. One that is there already is never touched, and a link never followed.

    They get their names in this order, when the last of them is on the disk.
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
    """Gives the name, and takes it away again if what follows fails."""
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
    """A temporary file with these bytes. While its maker lives it is locked; so others know it from a leftover."""
    path = _beside(file.path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags, 0o600), "wb") as stream:
            _lock(stream.fileno())
            if sys.platform == "win32" and not file.mode & 0o077:  # while there is nothing in it yet
                from superalgos_rsa.files.windows_access import close_to_others

                close_to_others(path)  # whoever shows the file to its user looks whether that succeeded
            stream.write(file.data)
            stream.flush()
            # The umask and a folder's default access list have changed the mode; some file systems keep none.
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    os.fchmod(stream.fileno(), file.mode)
            os.fsync(stream.fileno())
            if sys.platform == "win32":  # which gives no new name to an open file
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
    """With the same end, so that what keeps the key out of a repository keeps this out as well."""
    return path.with_name(f".{path.stem}.{os.urandom(6).hex()}{path.suffix}")


def leftovers(path: Path) -> list[Path]:
    """Temporary files of this one whose maker is dead."""
    name = re.compile(rf"\.{re.escape(path.stem)}\.[0-9a-f]{{12}}{re.escape(path.suffix)}")
    with contextlib.suppress(OSError):
        found = [path.with_name(entry) for entry in sorted(os.listdir(path.parent)) if name.fullmatch(entry)]
        return [entry for entry in found if _is_left(entry)]
    return []


def _is_left(path: Path) -> bool:
    if sys.platform == "win32":  # there nobody can tell whose it is
        return True
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            return stat.S_ISREG(os.fstat(descriptor).st_mode) and _lock(descriptor)
        finally:
            os.close(descriptor)
    return False


def clear_leftovers(paths: Sequence[Path]) -> None:
    """Remove the temporary files that a process which died left beside these paths."""
    for path in paths:
        for left in leftovers(path):
            with contextlib.suppress(OSError):
                os.unlink(left)


# --- A name that nobody has -------------------------------------------------------------------------------------------


def give_name(temporary: Path, path: Path) -> None:
    """Let the file bear the name of `path`. Raises `FileExistsError` where anything does already."""
    for way in (_rename, _link, _look_and_rename):
        try:
            return way(temporary, path)
        except OSError as error:
            if error.errno not in _NOT_HERE or way is _look_and_rename:
                raise
    return None


def _rename(temporary: Path, path: Path) -> None:
    """In one step, by the call that each system has for it."""
    if sys.platform == "win32":  # where a rename never replaces
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
    """The file system knows neither: what comes between these two lines is lost."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
    os.rename(temporary, path)
