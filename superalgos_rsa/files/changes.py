"""One change of one file: apply it, undo it, or check whether it is applied."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from superalgos_rsa.documents.edit import Meant
from superalgos_rsa.documents.json_text import decode
from superalgos_rsa.documents.proof import UNPROVEN, is_as_meant
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError
from superalgos_rsa.files.modes import Identity, change_mode, has_mode
from superalgos_rsa.files.ownership import as_owner
from superalgos_rsa.files.regular import Content, clear_away, is_half_written, read_regular, replace, sync_folder

AGAIN = "run the command again"


@dataclass(frozen=True, slots=True)
class Change:
    """New bytes of a file (`old` is `None` for one that is not there yet), or a new mode, or a new folder.

    A new file is for its owner alone, unless it is `shared`: then the umask decides. `meant` are the values that the
    new bytes of a JSON document change; any other change is refused.
    """

    path: str
    old: bytes | None = field(default=None, repr=False)
    new: bytes | None = field(default=None, repr=False)
    old_mode: int | None = None
    new_mode: int | None = None
    folder: bool = False
    identity: Identity | None = None
    """Device and inode of the file whose mode changes, so that no other file gets it."""
    meant: Sequence[Meant] | None = field(default=None, repr=False)
    shared: bool = False


def listed(change: Change) -> dict[str, Any]:
    """The change as the journal's plan lists it; the bytes lie in files of their own."""
    return {
        "path": os.path.abspath(change.path),
        "old": change.old is not None,
        "new": change.new is not None,
        "old_mode": change.old_mode,
        "new_mode": change.new_mode,
        "folder": change.folder,
        "identity": change.identity,
    }


def from_listed(value: Mapping[str, Any], old: bytes | None, new: bytes | None) -> Change:
    """The change from what `listed` gave, with the bytes before and after."""
    identity = value.get("identity")
    known = None if identity is None else (identity[0], identity[1])
    return Change(value["path"], old, new, value["old_mode"], value["new_mode"], value["folder"], known)


def refuse(change: Change) -> None:
    """Raise if the file changed meanwhile, or if the new bytes would change more than was meant."""
    if not is_there(change, new=False):
        raise ConflictError(f"{change.path} was changed meanwhile; nothing was written", AGAIN)
    if change.meant is None or change.new is None:
        return
    if not is_as_meant(decode(change.old or b""), decode(change.new), change.meant):
        raise SuperalgosRsaError(f"{change.path}: {UNPROVEN}; nothing was written")


def make(change: Change, token: str) -> None:
    """Apply the change. `token` marks the temporary files of this set."""
    if change.folder:
        try:
            with as_owner(os.path.dirname(change.path)):
                os.mkdir(change.path, 0o700)
        except OSError as error:
            raise SuperalgosRsaError(f"cannot make {change.path}: {error.strerror}") from None
        sync_folder(Path(change.path).parent)
    elif change.new_mode is not None:
        change_mode(change.path, change.identity, change.old_mode, change.new_mode)
    elif change.new is not None:
        replace(change.path, change.old, change.new, private=not change.shared, token=token)


def tidy(changes: Sequence[Change], token: str, *, back: bool = False) -> None:
    """Remove temporary files that could not be removed at once."""
    for change in changes:
        if change.new is not None:
            before, after = (change.new, change.old) if back else (change.old, change.new)
            with contextlib.suppress(SuperalgosRsaError):
                clear_away(change.path, before, after, token)


def take_back(changes: Sequence[Change], token: str) -> None:
    """Undo the changes of files that hold the new bytes; any other file was changed by another program since."""
    for change in reversed(changes):
        if is_there(change, new=True):
            undo(change, token)
        elif change.old is not None and change.new is not None:
            _mend(change.path, change.old, change.new, token)
    tidy(changes, token)


def make_again(changes: Sequence[Change], token: str) -> None:
    """Make again the changes that an undo took back before it failed."""
    for change in changes:
        if is_there(change, new=False):
            make(change, token)
    tidy(changes, token, back=True)


def undo(change: Change, token: str) -> None:
    """Take the change back; raises `ConflictError` if a file that it made was changed since."""
    if change.folder:
        _remove(change.path, os.rmdir)
    elif change.old_mode is not None:
        change_mode(change.path, change.identity, change.new_mode, change.old_mode)
    elif change.old is None:
        if not is_there(change, new=True):
            raise ConflictError(f"{change.path} was changed by another program; it was not removed", AGAIN)
        _remove(change.path, os.unlink)
    elif change.new is not None:
        replace(change.path, change.new, change.old, token=token)


def _remove(path: str, remove: Callable[[str], None]) -> None:
    try:
        remove(path)
    except OSError as error:
        # A folder stays if there are files in it now: they are not ours to remove.
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
            raise SuperalgosRsaError(f"cannot remove {path}: {error.strerror}") from None
    sync_folder(Path(path).parent)


def _mend(path: str, old: bytes, new: bytes, token: str) -> None:
    """Mend a file that was written in place, half, by a process that was killed."""
    found = read_regular(path, max(len(old), len(new)))
    if not isinstance(found, Content) or found.data == old:
        return
    if is_half_written(found.data, old, new) or is_half_written(found.data, new, old):
        replace(path, found.data, old, token=token)


def is_there(change: Change, *, new: bool) -> bool:
    """Whether the file holds the bytes (or has the mode) of that side now."""
    if change.folder:
        return os.path.isdir(change.path) if new else not os.path.lexists(change.path)
    if change.new_mode is not None:
        return has_mode(change.path, change.identity, change.new_mode if new else change.old_mode)
    expected = change.new if new else change.old
    if expected is None:
        return not os.path.lexists(change.path)
    return read_regular(change.path, len(expected)) == Content(expected)
