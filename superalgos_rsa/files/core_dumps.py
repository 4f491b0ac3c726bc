"""Keeps the memory of this process private: no core dump, and no access by another process of this user."""

from __future__ import annotations

import contextlib
import sys

_PR_SET_DUMPABLE = 4
_before: list[tuple[int, int]] = []


def forbid() -> None:
    """Forbid core dumps of this process on POSIX systems.

    On Linux a program that collects dumps gets none either; elsewhere only dump files are prevented.
    """
    if sys.platform == "win32":
        return
    import resource

    limits = resource.getrlimit(resource.RLIMIT_CORE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))
        _before.append(limits)
    _close()


def forbid_again() -> None:
    """Forbid them again after a change of the user: Linux then sets the flag to `fs.suid_dumpable`."""
    if _before:
        _close()


def _close() -> None:
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):  # a libc without prctl: the limit must do
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def allow_again() -> None:
    """Restore the limit for the program that `exec` starts; `exec` itself resets the flag."""
    if sys.platform != "win32" and _before:
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, _before.pop())
