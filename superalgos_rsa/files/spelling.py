"""Compares spellings of one path. Windows, and macOS on most disks, ignore upper and lower case."""

from __future__ import annotations

import contextlib
import os
import sys

IGNORES_CASE = sys.platform in ("win32", "darwin")
"""Whether two names that differ only in case may be the same file."""


def folded(path: str) -> str:
    """The same text for all spellings of a path; on a case-sensitive disk of macOS two files may share it."""
    return path.lower() if sys.platform == "darwin" else os.path.normcase(path)


def is_below(path: str, folder: str) -> bool:
    """Whether an absolute path begins with that folder, or is it.

    On macOS another case counts only if both spellings lead to the same folder: the disk may be case-sensitive.
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
    """The same text for all paths to one file, links followed."""
    real = os.path.realpath(path)
    if sys.platform == "darwin":
        with contextlib.suppress(OSError, ValueError):
            found = os.stat(real)
            return found.st_dev, found.st_ino
    return os.path.normcase(real)
