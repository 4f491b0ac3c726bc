"""Finds documents: files by name, and the JSON files of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

DEFAULT_LIMIT = 24 * 1024 * 1024


def find_documents(names: Iterable[str]) -> Iterator[str]:
    """The named files; for a folder every JSON file below it, sorted by name."""
    for name in names:
        if not os.path.isdir(name):
            yield name
            continue
        for folder, folders, files in os.walk(name):
            folders.sort()
            yield from (os.path.join(folder, file) for file in sorted(files) if file.endswith(".json"))


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
