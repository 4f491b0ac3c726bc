"""A real file system that takes its time: one file, made by this process over /dev/fuse, which only root may mount."""

from __future__ import annotations

import ctypes
import os
import select
import stat
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

NAME = "k.pem"
_LOOKUP, _FORGET, _GETATTR, _OPEN, _READ, _RELEASE, _FLUSH, _INIT = 1, 2, 3, 14, 15, 18, 25, 26
_WITHOUT_REPLY = frozenset({_FORGET, 36, 42})  # to forget, to interrupt, to forget many
_ENOENT, _ENOSYS, _DETACH = 2, 38, 2
_FILE = 2


class SlowMount:
    """Mounted at `folder`, with the one file `NAME` in it. Whoever looks for a name there waits for `seconds`."""

    def __init__(self, folder: Path, content: bytes, seconds: float) -> None:
        self._folder = os.fsencode(folder)
        self._content = content
        self._seconds = seconds
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        """Raises `OSError` where this user or this system may not mount it."""
        self._device = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self._device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}".encode()
        if self._libc.mount(b"slow", self._folder, b"fuse.slow", 0, options) != 0:
            os.close(self._device)
            raise OSError(ctypes.get_errno(), "this file system cannot be mounted")
        self._begin(self._serve)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()  # who waits is answered now
        for thread in self._threads:
            thread.join()
        self._libc.umount2(self._folder, _DETACH)
        os.close(self._device)

    def _begin(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments)  # type: ignore[arg-type]  # one of the methods below
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while not self._ended.is_set():
            if select.select([self._device], [], [], 0.05)[0]:
                request = os.read(self._device, 1 << 17)
                operation, unique, node = struct.unpack_from("<4xIQQ", request)
                self._take(operation, unique, node, request[40:])

    def _take(self, operation: int, unique: int, node: int, body: bytes) -> None:
        if operation == _INIT:
            self._reply(unique, struct.pack("<IIIIHHI", 7, 31, 0, 0, 0, 0, 4096).ljust(64, b"\0"))
        elif operation == _LOOKUP:
            self._begin(self._look_up, unique, body.rstrip(b"\0").decode())
        elif operation == _GETATTR:
            self._reply(unique, struct.pack("<QII", 1, 0, 0) + self._attributes(node))
        elif operation == _OPEN:
            self._reply(unique, struct.pack("<QII", 1, 0, 0))
        elif operation == _READ:
            offset, size = struct.unpack_from("<8xQI", body)
            self._reply(unique, self._content[offset : offset + size])
        elif operation in (_RELEASE, _FLUSH):
            self._reply(unique, b"")
        elif operation not in _WITHOUT_REPLY:
            self._reply(unique, b"", _ENOSYS)

    def _look_up(self, unique: int, name: str) -> None:
        self._ended.wait(self._seconds)
        if name == NAME:
            self._reply(unique, struct.pack("<QQQQII", _FILE, 0, 1, 1, 0, 0) + self._attributes(_FILE))
        else:
            self._reply(unique, b"", _ENOENT)

    def _attributes(self, node: int) -> bytes:
        mode, size = (stat.S_IFREG | 0o600, len(self._content)) if node == _FILE else (stat.S_IFDIR | 0o700, 0)
        return struct.pack("<QQQQQQIIIIIIIIII", node, size, 1, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def _reply(self, unique: int, body: bytes, error: int = 0) -> None:
        try:
            os.write(self._device, struct.pack("<IiQ", 16 + len(body), -error, unique) + body)
        except OSError:
            assert self._ended.is_set()  # whoever asked is gone
