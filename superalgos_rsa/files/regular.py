"""Reads regular files only, and is the one place that replaces files."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.files import attributes, lease, locks
from superalgos_rsa.files.file_systems import is_made_up
from superalgos_rsa.files.ownership import as_owner

Obstacle = Literal[
    "missing",
    "directory",
    "fifo",
    "socket",
    "special",
    "permission",
    "dangling-link",
    "link-loop",
    "too-large",
    "other",
]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and why; `detail` is for people."""

    obstacle: Obstacle
    detail: str
    made_up: bool = False
    """Of what is special: the kernel makes it up as it is read."""


@dataclass(frozen=True, slots=True)
class Content:
    """The whole content of a file, and its mode, which plays no part where two contents are compared."""

    data: bytes = field(repr=False)
    mode: int = field(default=0, compare=False)


_NO_FILE = "it is no regular file (a device, or made up by the kernel as in /proc)"


def read_regular(path: str | os.PathLike[str], limit: int) -> Content | Unread:
    """At most `limit` bytes of a regular file. A FIFO or a device is never opened: it could block for ever."""
    name = os.fspath(path)
    try:
        status = os.stat(name)
        if stat.S_ISDIR(status.st_mode):
            return Unread("directory", "it is a folder")
        if (special := _special(name, status)) is not None:
            return special
        if status.st_size > limit:
            return Unread("too-large", f"it has {status.st_size:,} bytes; the limit is {limit:,}")
        # Between stat and open another process may swap the file for a FIFO: O_NONBLOCK keeps that from waiting.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            if (special := _special(name, status)) is not None:
                return special
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        return _unread(name, error)
    if len(data) > limit:
        return Unread("too-large", f"it has more than {limit:,} bytes")
    return Content(data, stat.S_IMODE(status.st_mode))


def _special(name: str, status: os.stat_result) -> Unread | None:
    if stat.S_ISFIFO(status.st_mode):
        return Unread("fifo", "it is no regular file (a FIFO)")
    if stat.S_ISSOCK(status.st_mode):
        return Unread("socket", "it is no regular file (a socket)")
    if not stat.S_ISREG(status.st_mode):
        return Unread("special", _NO_FILE)
    return Unread("special", _NO_FILE, made_up=True) if is_made_up(name, status) else None


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


def replace(
    path: str | os.PathLike[str], old: bytes | None, new: bytes, *, private: bool = False, token: str | None = None
) -> None:
    """Put `new` in the place of `old`, whole or not at all.

    `old` are the bytes that were read (`None`: there was no file). A file that holds anything else by now raises
    `ConflictError`. A link stays a link, and owner, mode, access list and further names stay; `private` makes a new
    file 0600 instead. Failure of any kind leaves the old bytes and no stray file, and raises `SuperalgosRsaError`.
    If the process is killed, `clear_away` removes its temporary files by their `token`.
    """
    target = Path(os.path.realpath(path))
    token = token or new_token()
    temporary, spare = _beside(target, token)
    with _told(path):
        try:
            if old is None:
                create(temporary, new, mode=0o600 if private else 0o666 & ~_umask())
                _put_where_nothing_is(target, temporary)
            elif not _put_in_its_place(target, old, new, temporary, spare):
                _write_in_place(target, old, new, temporary)
        except (locks.NoFileError, lease.InUseError):
            raise _conflict(target) from None
        finally:
            for stray in (temporary, spare):
                with contextlib.suppress(OSError):
                    os.unlink(stray)
        sync_folder(target.parent)


def clear_away(path: str | os.PathLike[str], old: bytes | None, new: bytes | None, token: str) -> None:
    """Remove what a `replace` of these bytes with this token left beside the file when its process was killed.

    The old file under its temporary name is never removed if a process that had it open wrote into it: it is put back.
    """
    target = Path(os.path.realpath(path))
    temporary, spare = _beside(target, token)
    with _told(path):
        if old is not None and new is not None and _was_written(spare, old):
            with contextlib.suppress(locks.NoFileError), locks.held(target):
                _put_back(spare, target, new)
        for stray in (temporary, spare):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(stray)


def new_token() -> str:
    """A random token. A process id would not do: in a container the next process gets the id of the killed one."""
    return os.urandom(6).hex()


@contextlib.contextmanager
def _told(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SuperalgosRsaError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None


def create(path: str | os.PathLike[str], data: bytes, *, mode: int) -> None:
    """Write a new file with exactly that mode. One that is there already is never touched, a link never followed; a
    failure leaves none behind."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with as_owner(os.path.dirname(os.path.abspath(path))):
            descriptor = os.open(path, flags, mode)
    except FileExistsError:
        raise UsageError(f"{path} exists already, and is never overwritten", "name another file") from None
    except OSError as error:
        raise SuperalgosRsaError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None
    try:
        with open(descriptor, "wb") as stream:
            # The umask and a folder's default access list have changed the mode; some file systems keep none at all.
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    os.fchmod(descriptor, mode)
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        sync_folder(Path(path).absolute().parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(path)
        if isinstance(error, OSError):
            raise SuperalgosRsaError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None
        raise


def _put_where_nothing_is(target: Path, temporary: Path) -> None:
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _conflict(target) from None
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise _conflict(target) from None
        os.replace(temporary, target)


def _beside(target: Path, token: str) -> tuple[Path, Path]:
    """The temporary names of the new file before the replacement, and of the old file after it."""
    return target.with_name(f".{target.name}.{token}.new"), target.with_name(f".{target.name}.{token}.old")


def _put_in_its_place(target: Path, old: bytes, new: bytes, temporary: Path, spare: Path) -> bool:
    """Put a new file in the place of the target if that holds `old`. Rolls back, and raises `ConflictError`, if another
    process wrote into the old file meanwhile.

    Returns False where the file can only be written in place: it has hard links, has attributes that cannot be copied,
    or is a mount of its own, as in containers. `temporary` exists in any case.
    """
    with locks.held(target) as descriptor:
        if read_regular(target, len(old)) != Content(old):
            raise _conflict(target)
        source = target if descriptor is None else descriptor
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(temporary, flags, 0o600), "wb") as stream:
            if os.stat(source).st_nlink > 1:
                return False
            stream.write(new)
            if not attributes.give(source, stream.fileno()):
                return False
            stream.flush()
            os.fsync(stream.fileno())
        try:
            _swap(target, old, new, temporary, spare, descriptor)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            return False
        return True


def _swap(target: Path, old: bytes, new: bytes, temporary: Path, spare: Path, descriptor: int | None) -> None:
    if descriptor is None:  # on Windows, where no open file can be replaced, nobody has it open now
        os.replace(temporary, target)
        return
    with locks.held(temporary):  # a process that opens the new file waits until it is certain to stay
        with lease.exclusive(descriptor, str(temporary)) as held:
            with contextlib.suppress(OSError):  # a file system without hard links: the lease must do
                os.link(target, spare)
            if held.read(len(old) + 1) != old or not os.path.samestat(os.fstat(descriptor), os.lstat(target)):
                raise _conflict(target)
            os.replace(temporary, target)
            lease.settle()
            spoilt = held.is_wanted() or held.read(len(old) + 1) != old
            if spoilt:
                _put_back(spare, target, new)
        if spoilt:
            raise _conflict(target)
        if _was_written(spare, old):
            _put_back(spare, target, new)
            raise _conflict(target)


def _put_back(spare: Path, target: Path, new: bytes) -> None:
    # What was written into the new file since is kept.
    if spare.exists() and read_regular(target, len(new)) == Content(new):
        os.replace(spare, target)


def _was_written(spare: Path, old: bytes) -> bool:
    return spare.exists() and read_regular(spare, len(old)) != Content(old)


def _write_in_place(target: Path, old: bytes, new: bytes, sample: Path) -> None:
    """Write into the existing file. The caller keeps a backup: a process that is killed here leaves the beginning of
    the new bytes and the end of the old ones (`is_half_written`)."""
    try:
        with locks.held(target, to_write=True) as descriptor:
            assert descriptor is not None
            with lease.exclusive(descriptor, str(sample), to_write=True) as held:
                if held.read(len(old) + 1) != old:
                    raise _conflict(target)
                try:
                    _overwrite(descriptor, new)
                except BaseException:
                    _overwrite(descriptor, old)
                    raise
    except PermissionError:
        raise SuperalgosRsaError(
            f"cannot write {target}: it has other names, has attributes that this user can give to no new file, or is "
            "mounted by itself, so that it can only be written in place; and this user may not write it"
        ) from None


def _overwrite(descriptor: int, data: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.ftruncate(descriptor, len(data))
    os.fsync(descriptor)


def is_half_written(data: bytes, old: bytes, new: bytes) -> bool:
    """Whether the bytes are what a killed process leaves of a file that it wrote in place."""
    pairs = enumerate(zip(data, new, strict=False))
    head = next((index for index, (left, right) in pairs if left != right), min(len(data), len(new)))
    return data[head:] == old[head:]


def _conflict(target: Path) -> ConflictError:
    return ConflictError(f"{target} was changed by another program; nothing was written", "run the command again")


def sync_folder(folder: Path) -> None:
    """Flush the entries of a folder to the disk, where the system can."""
    if sys.platform == "win32":  # it has no descriptor for a folder; its rename is durable by itself
        return
    with contextlib.suppress(OSError):  # the file is in its place; some file systems cannot sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
