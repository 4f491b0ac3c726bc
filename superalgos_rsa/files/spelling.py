"""Two spellings of one path. Windows, and macOS on most disks, take no notice of upper and lower case."""

from __future__ import annotations

import contextlib
import os
import sys

IGNORES_CASE = sys.platform in ("win32", "darwin")
"""Whether two names that differ in case alone may be one."""


def folded(path: str) -> str:
    """The same for all spellings of a path. On a disk of macOS that tells case apart, two files may share it."""
    return path.lower() if sys.platform == "darwin" else os.path.normcase(path)


def is_below(path: str, folder: str) -> bool:
    """Whether an absolute path begins with that folder, or is it.

    On macOS another case counts only where both spellings lead to one folder, since a disk may tell them apart.
    """
    outer = folder.rstrip(os.sep)
    head, rest = path[: len(outer)], os.path.normcase(path[len(outer) :])
    if rest and not rest.startswith(os.sep):
        return False
    if sys.platform == "darwin" and head != outer:
        return folded(head) == folded(outer) and identity(head) == identity(outer)
    return os.path.normcase(head) == os.path.normcase(outer)


def leads_below(path: str, folder: str) -> bool:
    """The same, or so once links are followed: whoever names a file from its folder names it by where links lead."""
    return is_below(path, folder) or is_below(os.path.realpath(path), os.path.realpath(folder))


def identity(path: str) -> str | tuple[int, int]:
    """What all spellings of a path to one file have in common, links followed."""
    real = os.path.realpath(path)
    if sys.platform == "darwin":
        with contextlib.suppress(OSError, ValueError):
            found = os.stat(real)
            return found.st_dev, found.st_ino
    return os.path.normcase(real)
