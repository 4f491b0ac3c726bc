"""Keeps the memory of this process private: no core dump, and no access by another process of this user."""

from __future__ import annotations

import contextlib
import sys

_PR_SET_DUMPABLE = 4
_before: list[tuple[int, int]] = []


def forbid() -> None:
    """On Linux for whatever collects dumps; on other POSIX systems for files of them; Windows has no such switch."""
    if sys.platform == "win32":
        return
    import resource

    limits = resource.getrlimit(resource.RLIMIT_CORE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))
        _before.append(limits)
    _close()


def forbid_again() -> None:
    """After the process has become another user: some systems let it be dumped again then."""
    if _before:
        _close()


def _close() -> None:
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):  # a libc of another kind; the limit has to do
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def allow_again() -> None:
    """Before the process becomes another program, which has limits of its own. `exec` makes it dumpable by itself."""
    if sys.platform != "win32" and _before:
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, _before.pop())
