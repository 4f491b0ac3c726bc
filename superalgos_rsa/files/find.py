"""Finds documents: files by name, and the JSON files of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from superalgos_rsa.files.far_files import FarFiles

DEFAULT_LIMIT = 24 * 1024 * 1024
_MOST_LINKED = 2000


def find_documents(names: Iterable[str]) -> Iterator[str]:
    """The named files; for a folder every JSON file below it, sorted by name, then those behind links to folders. A
    folder behind such a link that is one too many is named itself."""
    for name in names:
        if not os.path.isdir(name):
            yield name
            continue
        for folder, files in walk(name):
            if files is None:
                yield folder
            else:
                yield from (os.path.join(folder, file) for file in files if file.endswith(".json"))


def find_all_below(folders: Iterable[str]) -> Iterator[str]:
    """The same of folders that need not exist. One that cannot be listed is named itself: who reads it is told why."""
    for folder in folders:
        try:
            os.listdir(folder)
        except FileNotFoundError:
            continue
        except OSError:
            yield folder
        else:
            yield from find_documents([folder])


def walk(top: str) -> Iterator[tuple[str, list[str] | None]]:
    """Each folder below this one with the names of its files, and each folder that a link leads to: the platform loads
    through links. Once each, so that a loop ends. What lies on a file system that may not answer is left out."""
    far, seen, links, own = FarFiles((top,)), set(), [top], 0
    while links:
        waiting = [links.pop(0)]
        while waiting:
            folder = waiting.pop()
            try:
                found = os.stat(folder)
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError:
                continue
            if (found.st_dev, found.st_ino) in seen:
                continue
            seen.add((found.st_dev, found.st_ino))
            if own and len(seen) > own + _MOST_LINKED:
                yield folder, None
                return
            files, below = [], []
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.path)
                elif entry.is_symlink() and not far.is_far(os.path.abspath(entry.path)) and os.path.isdir(entry.path):
                    links.append(entry.path)
                else:
                    files.append(entry.name)
            waiting.extend(reversed(below))
            yield folder, files
        own = own or len(seen)
