"""Where a program of the machine's own lies. The current folder may be a stranger's, and nothing in it is run."""

from __future__ import annotations

import os


def find(name: str, search_path: str, *, outside: str | None = None) -> str | None:
    """The absolute path of a program on `search_path` (the variable `PATH`).

    Windows, and a relative or empty entry anywhere, would look in the current folder. `outside`: entries in that folder
    do not count either.
    """
    file = f"{name}.exe" if os.name == "nt" else name
    for folder in search_path.split(os.pathsep):
        if not os.path.isabs(folder) or (outside is not None and _is_in(folder, outside)):
            continue
        path = os.path.join(folder, file)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def _is_in(folder: str, outer: str) -> bool:
    real, top = os.path.realpath(folder), os.path.realpath(outer)
    return real == top or real.startswith(top.rstrip(os.sep) + os.sep)
