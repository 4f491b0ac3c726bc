"""Reads from file systems that may not answer: those of another machine, or of a program (FUSE).

A process that reads from one waits in the kernel until it answers, and cannot even be killed. So a child process reads,
and is abandoned after a time limit. Local file systems are read directly.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar

from superalgos_rsa.files import file_systems
from superalgos_rsa.files.lookup import steps

PATIENCE = 5.0
"""Seconds for one answer."""
PATIENCE_IN_ALL = 10.0

_FAR = file_systems.REMOTE | {"autofs", "davfs"}
_NEAR = frozenset({"fuse.fuse-overlayfs", "fuse.lxcfs"})  # the root file systems of containers
_OF_MACOS = ("/Volumes", "/net", "/Network")
_MOST_BYTES = 1024 * 1024

Answer = TypeVar("Answer")


class FarFiles:
    """`answering`: folders that were read from already, so their file systems do answer."""

    def __init__(self, answering: Iterable[str] = (), mounts: Iterable[str] | None = None) -> None:
        found = _far_mounts() if mounts is None else mounts
        self._mounts = frozenset(found)
        self._mounts -= {mount for folder in answering if (mount := self._mount_of(os.path.abspath(folder)))}
        self._silent: set[str] = set()
        self._left = PATIENCE_IN_ALL

    def is_far(self, path: str) -> bool:
        """Whether the path lies on a file system that may not answer, such as that of another machine."""
        return self._mount_of(path) is not None

    def answer(self, path: str, ask: Callable[[], Answer]) -> Answer | None:
        """What `ask` finds out about an absolute path; None where the file system gives no answer in time."""
        mount = self._mount_of(path)
        if mount is None or sys.platform == "win32":
            return ask()
        if mount in self._silent or self._left <= 0:
            return None
        begun = time.monotonic()
        data = _asked_by_child(ask, min(PATIENCE, self._left))
        self._left -= time.monotonic() - begun
        if not data:
            self._silent.add(mount)
            return None
        answer: Answer = pickle.loads(data)  # noqa: S301  # from our own child
        return answer

    def _mount_of(self, path: str) -> str | None:
        """The first such file system on the way to an absolute path; links are followed up to there."""
        entries = (os.path.join(folder, name) for folder, name in steps(path)) if self._mounts else ()
        return next((entry for entry in entries if entry in self._mounts), None)


def _far_mounts() -> Iterable[str]:
    if sys.platform == "darwin":
        return _OF_MACOS
    return [mount.point for mount in file_systems.mounts() if _is_far(mount.type)]


def _is_far(kind: str) -> bool:
    return kind in _FAR or (kind.startswith("fuse.") and kind not in _NEAR)


def _asked_by_child(ask: Callable[[], object], patience: float) -> bytes | None:
    if sys.platform == "win32":  # no fork there; `answer` asks in this process
        return None
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        _answer_and_end(ask, write_end)
    os.close(write_end)
    try:
        data = _read(read_end, time.monotonic() + patience)
    finally:
        os.close(read_end)
    if data is None:
        os.kill(child, signal.SIGKILL)  # takes effect when the file system answers; we do not wait
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, os.WNOHANG if data is None else 0)
    return data


def _answer_and_end(ask: Callable[[], object], out: int) -> NoReturn:
    try:
        # An abandoned child must not keep our standard output open: its reader would wait for the child to end.
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        os.closerange(3, out)
        os.closerange(out + 1, 1024)
        with open(out, "wb") as stream:
            pickle.dump(ask(), stream)
    finally:
        os._exit(0)


def _read(descriptor: int, deadline: float) -> bytes | None:
    data = b""
    while len(data) < _MOST_BYTES:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        part = os.read(descriptor, 65536)
        if not part:
            return data
        data += part
    return None
