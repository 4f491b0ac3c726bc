"""Where a program of the machine's own lies. The current folder may be a stranger's, and nothing in it is run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def find(name: str, search_path: str, *, outside: str | None = None, endings: Sequence[str] = (".exe",)) -> str | None:
    """The absolute path of a program on `search_path` (the variable `PATH`).

    Windows, and a relative or empty entry anywhere, would look in the current folder. `outside`: entries in that folder
    do not count either. `endings`: of a program's file on Windows, the first before the others.
    """
    files = spellings(name, endings)
    for folder in search_path.split(os.pathsep):
        if not os.path.isabs(folder) or (outside is not None and _is_in(folder, outside)):
            continue
        for path in (os.path.join(folder, file) for file in files):
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    return None


def spellings(name: str, endings: Sequence[str]) -> list[str]:
    """The names that a program's file may have: on Windows one ends in what the user may leave out."""
    if sys.platform != "win32" or name.lower().endswith(tuple(endings)):
        return [name]
    return [name + ending for ending in endings]


def _is_in(folder: str, outer: str) -> bool:
    real, top = os.path.realpath(folder), os.path.realpath(outer)
    return real == top or real.startswith(top.rstrip(os.sep) + os.sep)
