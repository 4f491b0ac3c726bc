"""Finds installed programs. Nothing in the current folder is run, which may be of unknown origin."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence

from superalgos_rsa.files.spelling import is_below

BATCH = (".bat", ".cmd")
_STARTED = (".com", ".exe", *BATCH)
"""Windows starts these by itself; other endings in PATHEXT need another program."""


def find(name: str, search_path: str, *, outside: str | None = None, endings: Sequence[str] = (".exe",)) -> str | None:
    """The absolute path of a program on `search_path` (the variable `PATH`).

    The current folder is left out, which Windows adds, and a relative or empty entry on any system. `outside`: entries
    below that folder are left out too. `endings`: of program files on Windows, in order of preference.
    """
    files = _spellings(name, endings)
    for folder in search_path.split(os.pathsep):
        if not os.path.isabs(folder) or (outside is not None and _is_in(folder, outside)):
            continue
        for path in (os.path.join(folder, file) for file in files):
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    return None


def find_as_typed(name: str, environment: Mapping[str, str]) -> str:
    """The absolute path of the program that the user names on Windows, by `PATH` and `PATHEXT`; raises `OSError`.

    Windows itself would look in the current folder first.
    """
    known = environment.get("PATHEXT", "").lower().split(";")
    endings = [ending for ending in known if ending in _STARTED] or list(_STARTED)
    has_folder = bool(os.path.dirname(name) or os.path.splitdrive(name)[0])
    if has_folder:  # the user named its folder
        found = next(filter(os.path.isfile, [*_spellings(name, endings), name]), None)
    else:
        found = find(name, environment.get("PATH", ""), endings=endings)
    if found is None:
        code = errno.EACCES if has_folder and os.path.isdir(name) else errno.ENOENT
        raise OSError(code, os.strerror(code))
    return os.path.abspath(found)


def _spellings(name: str, endings: Sequence[str]) -> list[str]:
    """The file names of a program: on Windows the user may leave the ending out."""
    if sys.platform != "win32" or name.lower().endswith(tuple(endings)):
        return [name]
    return [name + ending for ending in endings]


def _is_in(folder: str, outer: str) -> bool:
    return is_below(os.path.realpath(folder), os.path.realpath(outer))
