"""Files at the two edges: reading regular files only, and the one place that writes."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from superalgos_rsa import lease
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.ownership import as_owner
from superalgos_rsa.probe import is_made_up

Obstacle = Literal["missing", "directory", "special", "permission", "dangling-link", "link-loop", "too-large", "other"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and why; `detail` is for people."""

    obstacle: Obstacle
    detail: str


@dataclass(frozen=True, slots=True)
class Content:
    data: bytes = field(repr=False)


_SPECIAL = Unread("special", "it is no regular file (a FIFO, a socket, a device, or made up by the kernel as in /proc)")


def read_regular(path: str | os.PathLike[str], limit: int) -> Content | Unread:
    """At most `limit` bytes of a regular file. A FIFO or a device is never opened: it could block for ever."""
    name = os.fspath(path)
    try:
        status = os.stat(name)
        if stat.S_ISDIR(status.st_mode):
            return Unread("directory", "it is a folder")
        if not stat.S_ISREG(status.st_mode) or is_made_up(name, status):
            return _SPECIAL
        if status.st_size > limit:
            return Unread("too-large", f"it has {status.st_size:,} bytes; the limit is {limit:,}")
        # Between stat and open another process may swap the file for a FIFO: O_NONBLOCK keeps that from waiting.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as stream:
            opened = os.fstat(descriptor)
            if not stat.S_ISREG(opened.st_mode) or is_made_up(name, opened):
                return _SPECIAL
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
    target = Path(os.path.realpath(path))
    with _locked(target), _told(path):
        _replace_locked(target, old, new, private)


def clear_away(path: str | os.PathLike[str], old: bytes | None, new: bytes | None) -> None:
    """Remove what a `replace` of these bytes left beside the file when its process was killed.

    One thing is never removed: the old file under another name, if somebody wrote into it who had it open. It comes
    back to its place.
    """
    target = Path(os.path.realpath(path))
    with _locked(target), _told(path):
        for name in os.listdir(target.parent) if target.parent.is_dir() else ():
            found = _BESIDE.fullmatch(name)
            if found is None or found[1] != target.name:
                continue
            stray = target.with_name(name)
            if found[2] == "old" and old is not None and new is not None and _was_written(stray, old):
                _put_back(stray, target, new)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(stray)


@contextlib.contextmanager
def _locked(target: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(_lock_path(target), timeout=10, mode=0o600):
            yield
    except Timeout:
        raise SuperalgosRsaError(f"another program is writing {target}", "try again when it has finished") from None


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
        raise UsageError(f"{path} is there already, and is never overwritten", "name another file") from None
    except OSError as error:
        raise SuperalgosRsaError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None
    try:
        with open(descriptor, "wb") as stream:
            # The umask and a folder's default access list have changed the mode; some file systems keep none at all.
            with contextlib.suppress(OSError, AttributeError):
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


def set_mode(path: str | os.PathLike[str], mode: int) -> None:
    try:
        os.chmod(path, mode)
    except OSError as error:
        raise SuperalgosRsaError(f"cannot change the mode of {path}: {error.strerror}") from None


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
    # A FIFO that came meanwhile must not be opened below.
    if os.path.lexists(target) if old is None else read_regular(target, len(old)) != Content(old):
        raise _conflict(target)
    temporary = _beside(target, "new")
    try:
        if old is None:
            create(temporary, new, mode=0o600 if private else 0o666 & ~_umask())
            _put_where_nothing_is(target, temporary)
        else:
            _write_like(target, temporary, new)
            _swap(target, old, new, temporary)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    sync_folder(target.parent)


def _put_where_nothing_is(target: Path, temporary: Path) -> None:
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _conflict(target) from None
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise _conflict(target) from None
        os.replace(temporary, target)


_BESIDE = re.compile(r"\.(.+)\.[0-9a-f]{12}\.(new|old)", re.DOTALL)


def _beside(target: Path, ending: Literal["new", "old"]) -> Path:
    """By chance, not by process id: in a container the next process has the id of the one that was killed."""
    return target.with_name(f".{target.name}.{os.urandom(6).hex()}.{ending}")


def _write_like(target: Path, temporary: Path, data: bytes) -> None:
    """A new file beside the target with its mode and owner; nobody else can read it before it has them."""
    status = target.stat()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(temporary, flags, 0o600), "wb") as stream:
        stream.write(data)
        if hasattr(os, "fchown") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(stream.fileno(), status.st_uid, status.st_gid)
        if hasattr(os, "fchmod"):
            os.fchmod(stream.fileno(), stat.S_IMODE(status.st_mode))
        stream.flush()
        os.fsync(stream.fileno())


def _swap(target: Path, old: bytes, new: bytes, temporary: Path) -> None:
    """Put `temporary` in the place of the target if that still holds `old`, and take it back should anybody have
    written into the old file meanwhile: whoever asks for no lock must not lose a change either."""
    spare = _beside(target, "old")
    try:
        with lease.exclusive(str(target), str(temporary)) as held:
            if held.read(len(old) + 1) != old:
                raise _conflict(target)
            with contextlib.suppress(OSError):  # a file system without hard links: the lease has to do
                os.link(target, spare)
            os.replace(temporary, target)
            lease.settle()
            if held.is_wanted() or held.read(len(old) + 1) != old:
                _put_back(spare, target, new)
                raise _conflict(target)
        if _was_written(spare, old):
            _put_back(spare, target, new)
            raise _conflict(target)
    except lease.InUseError:
        raise _conflict(target) from None
    except OSError as error:
        if error.errno != errno.EBUSY:  # a single file mounted by itself, as containers do, has one place only
            raise
        _write_in_place(target, old, new, temporary)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(spare)


def _put_back(spare: Path, target: Path, new: bytes) -> None:
    # Whoever wrote into the new file already has the last word.
    if spare.exists() and read_regular(target, len(new)) == Content(new):
        os.replace(spare, target)


def _was_written(spare: Path, old: bytes) -> bool:
    return spare.exists() and read_regular(spare, len(old)) != Content(old)


def _write_in_place(target: Path, old: bytes, new: bytes, sample: Path) -> None:
    """The caller keeps a backup: a process that is killed here leaves the head of the new bytes before the tail of the
    old ones (see `is_half_written`)."""
    try:
        with lease.exclusive(str(target), str(sample), to_write=True) as held:
            if held.read(len(old) + 1) != old:
                raise _conflict(target)
            try:
                _overwrite(held.descriptor, new)
            except BaseException:
                _overwrite(held.descriptor, old)
                raise
    except lease.InUseError:
        raise _conflict(target) from None


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
    if os.name != "posix":  # Windows has no descriptor for a folder; its rename is durable by itself
        return
    with contextlib.suppress(OSError):  # the file is in its place by now; some file systems cannot sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
