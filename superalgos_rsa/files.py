"""Files at the two edges: reading regular files only, and the one place that writes."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError

Obstacle = Literal["missing", "directory", "special", "permission", "dangling-link", "link-loop", "too-large", "other"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and why; `detail` is for people."""

    obstacle: Obstacle
    detail: str


@dataclass(frozen=True, slots=True)
class Content:
    data: bytes = field(repr=False)


def read_regular(path: str | os.PathLike[str], limit: int) -> Content | Unread:
    """At most `limit` bytes of a regular file. A FIFO or a device is never opened: it could block for ever."""
    name = os.fspath(path)
    try:
        status = os.stat(name)
        if stat.S_ISDIR(status.st_mode):
            return Unread("directory", "it is a folder")
        if not stat.S_ISREG(status.st_mode):
            return Unread("special", "it is no regular file (a FIFO, a socket or a device)")
        if status.st_size > limit:
            return Unread("too-large", f"it has {status.st_size:,} bytes; the limit is {limit:,}")
        # Between stat and open another process may swap the file for a FIFO: O_NONBLOCK keeps that from waiting.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return Unread("special", "it is no regular file (a FIFO, a socket or a device)")
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        return _unread(name, error)
    if len(data) > limit:
        return Unread("too-large", f"it has more than {limit:,} bytes")
    return Content(data)


def _unread(name: str, error: OSError | ValueError) -> Unread:
    if isinstance(error, ValueError):
        return Unread("missing", "no file can have such a name")
    if error.errno == errno.ELOOP:
        return Unread("link-loop", "it is a link that leads back to itself")
    if error.errno in (errno.EACCES, errno.EPERM):
        return Unread("permission", "this user may not read it")
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
        if os.path.islink(name):
            return Unread("dangling-link", "it is a link to a file that does not exist")
        return Unread("missing", "no such file")
    return Unread("other", error.strerror or type(error).__name__)


def replace(path: str | os.PathLike[str], old: bytes | None, new: bytes, *, private: bool = False) -> None:
    """Put `new` in the place of `old`, whole or not at all.

    `old` are the bytes that were read (`None`: there was no file). A file that holds anything else by now raises
    `ConflictError`. A link stays a link, and mode and owner stay; `private` makes a new file 0600 instead.
    Failure of any kind leaves the old bytes and no stray file, and raises `SuperalgosRsaError`.
    """
    from filelock import FileLock, Timeout

    target = Path(os.path.realpath(path))
    try:
        with FileLock(_lock_path(target), timeout=10):
            _replace_locked(target, old, new, private)
    except Timeout:
        raise SuperalgosRsaError(f"another program is writing {path}", "try again when it has finished") from None
    except OSError as error:
        raise SuperalgosRsaError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None


def create(path: str | os.PathLike[str], data: bytes, *, mode: int) -> None:
    """Write a new file. One that is there already is never touched; a failure leaves none behind."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, mode)
    except FileExistsError:
        raise UsageError(f"{path} is there already, and is never overwritten", "name another file") from None
    except OSError as error:
        raise SuperalgosRsaError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        _sync_folder(Path(path).absolute().parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(path)
        if isinstance(error, OSError):
            raise SuperalgosRsaError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None
        raise


def _lock_path(target: Path) -> Path:
    """Not beside the target: Superalgos lists whatever lies in its workspace folder."""
    import hashlib
    import tempfile

    folder = Path(tempfile.gettempdir(), f"superalgos-rsa-{os.getuid() if hasattr(os, 'getuid') else 'locks'}")
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
        raise SuperalgosRsaError(f"{folder} belongs to somebody else", "remove it, or set TMPDIR to your own folder")
    return folder / f"{hashlib.sha256(os.fsencode(target)).hexdigest()}.lock"


def _replace_locked(target: Path, old: bytes | None, new: bytes, private: bool) -> None:
    found = read_regular(target, limit=max(len(old or b""), 1))
    current = found.data if isinstance(found, Content) else None
    if current != old or (old is None and os.path.lexists(target)):
        raise ConflictError(f"{target} was changed by another program; nothing was written", "run the command again")
    status = target.stat() if old is not None else None
    mode = stat.S_IMODE(status.st_mode) if status else 0o600 if private else 0o666 & ~_umask()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(new)
            if status and hasattr(os, "fchown") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(descriptor, status.st_uid, status.st_gid)
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, mode)
            stream.flush()
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows has no descriptor for a folder; its rename is durable by itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
