"""What a verdict depends on: each part of every path, links followed, up to the first missing one. Each is a name in an
existing folder, because file systems report changes by folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple

from superalgos_rsa.files.spelling import IGNORES_CASE, folded

What = Literal["name", "names", "files", "documents"]
_MOST_LINKS = 40  # what Linux follows before it says that the links loop
_MOST_FILES = 2000


class Dependency(NamedTuple):
    """One entry of a folder (`name`), or of the folder `path`: all `names`, all `files` with their content, or the
    `documents`, that is, names ending in `.json` and subfolders."""

    path: str
    what: What = "name"

    @property
    def folder(self) -> str:
        """The folder whose events report its changes."""
        return os.path.dirname(self.path) if self.what == "name" else self.path


Stamp = tuple[object, ...] | None
"""Another value whenever the entry has changed; `None` while it is missing."""


def trail(path: str) -> tuple[Dependency, ...]:
    """Every name that decides what an absolute path leads to: its folders, each link and what that leads through, down
    to the file or the first missing part."""
    return _walk(path)[0]


class Trails:
    """Trails of many paths at one moment; the trail to a folder is found once for all its files."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[Dependency, ...], str | None]] = {}

    def of(self, path: str) -> tuple[Dependency, ...]:
        """The same as `trail` of this path."""
        folder, name = os.path.split(path)
        if name in ("", ".", ".."):
            return trail(path)
        if folder not in self._known:
            self._known[folder] = _walk(folder)
        way, at = self._known[folder]
        if at is None:
            return way
        entry = os.path.join(at, name)
        return trail(path) if os.path.islink(entry) else (*way, Dependency(entry))


def _walk(path: str) -> tuple[tuple[Dependency, ...], str | None]:
    """The trail, and the folder it ends in; `None` if it does not end in a folder."""
    at, *parts = _split(path)
    found: dict[Dependency, None] = {}
    links = 0
    while parts:
        part = parts.pop(0)
        if part == "..":
            at = os.path.dirname(at)
        elif part not in ("", "."):
            entry = os.path.join(at, part)
            found[Dependency(entry)] = None
            try:
                mode = os.lstat(entry).st_mode
                if not stat.S_ISLNK(mode):
                    at = entry
                    if not stat.S_ISDIR(mode):
                        return tuple(found), None
                    continue
                target = os.readlink(entry)
            except (OSError, ValueError):
                return tuple(found), None
            links += 1
            if links > _MOST_LINKS:
                return tuple(found), None
            start, *more = _split(target) if os.path.isabs(target) else (at, *target.split(os.sep))
            at, parts = start, more + parts
    return tuple(found), at


def _split(path: str) -> tuple[str, ...]:
    drive, tail = os.path.splitdrive(path)
    return (drive + os.sep, *tail.replace("/", os.sep).strip(os.sep).split(os.sep))


def spellings(path: str) -> Iterator[Dependency]:
    """For a missing path: the folders that are searched for the name in another case."""
    at, *parts = _split(path)
    for part in parts:
        if part not in ("", ".", "..") and not os.path.lexists(os.path.join(at, part)):
            yield Dependency(os.path.realpath(at), "names")
            try:
                spelled = [name for name in os.listdir(at) if name.lower() == part.lower()]
            except OSError:
                return
            if len(spelled) != 1:
                return
            part = spelled[0]
        at = os.path.join(at, part)


def folders_of(entries: Iterable[Dependency]) -> frozenset[str]:
    """The folders to watch for them."""
    return frozenset(entry.folder for entry in entries)


def touched(path: str, is_folder: bool, entries: Collection[Dependency]) -> Iterator[Dependency]:
    """Those of `entries` that an event at `path` may have changed."""
    folder, name = os.path.split(path)
    candidates = [Dependency(path), Dependency(folder, "names"), Dependency(folder, "files")]
    if is_folder or name.endswith(".json") or os.path.islink(path):
        candidates.append(Dependency(folder, "documents"))
    if not IGNORES_CASE:
        yield from (entry for entry in candidates if entry in entries)
        return
    wanted = {(folded(candidate.path), candidate.what) for candidate in candidates}
    yield from (entry for entry in entries if (folded(entry.path), entry.what) in wanted)


def stamp(entry: Dependency) -> Stamp:
    """A stamp without the content. It is taken before the file is read, so that a later one shows any change since."""
    if entry.what == "name":
        try:
            return _of_status(os.lstat(entry.path))
        except (OSError, ValueError):
            return None
    try:
        with os.scandir(entry.path) as scanned:
            if entry.what == "names":
                return tuple(sorted(item.name for item in scanned))
            if entry.what == "documents":
                return tuple(
                    sorted(
                        (item.name, item.is_dir(follow_symlinks=False))
                        for item in scanned
                        if item.name.endswith(".json") or item.is_symlink() or item.is_dir(follow_symlinks=False)
                    )
                )
            files = sorted((item for item in scanned if item.is_file(follow_symlinks=False)), key=lambda i: i.name)
            return tuple((item.name, *_of_status(item.stat(follow_symlinks=False))) for item in files[:_MOST_FILES])
    except OSError:
        return None


def _of_status(found: os.stat_result) -> tuple[object, ...]:
    who = (found.st_mode, found.st_uid, found.st_gid, found.st_dev, found.st_ino)
    # Changes inside a folder are seen by the names inside it.
    return who if stat.S_ISDIR(found.st_mode) else (*who, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
