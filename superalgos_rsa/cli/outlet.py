"""Writes to a stream in a thread of its own, so that a slow, stuck or gone reader blocks nobody."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TextIO

STEP = 0.1
MOST = 1000
"""Texts that may wait for a slow reader. Further ones are only counted."""


class Outlet:
    """A stream with a writing thread; `on_end` is called from that thread when nothing more can be written."""

    def __init__(self, stream: TextIO | None, on_end: Callable[[], None] = lambda: None) -> None:
        self._stream = stream
        self._on_end = on_end
        self._waiting: deque[str] = deque()
        self._status: str | None = None
        self._state = threading.Condition()
        self._closing = False
        self._unwritten = 0
        self.failure: OSError | None = None
        self._thread = threading.Thread(target=self._work, name="outlet", daemon=True)
        self._thread.start()

    @property
    def unwritten(self) -> int:
        """How many texts are not written yet."""
        return self._unwritten

    def write(self, text: str) -> None:
        """Give a text to the stream, after those before it; never waits."""
        if self._stream is None:
            return
        with self._state:
            if self.failure is not None or len(self._waiting) >= MOST:
                self._unwritten += 1
            else:
                self._waiting.append(text)
                self._state.notify_all()

    def write_status(self, text: str) -> None:
        """Write a status when nothing else waits; a newer one replaces it."""
        if self._stream is not None:
            with self._state:
                self._status = text
                self._state.notify_all()

    def close(self, until: Callable[[], float]) -> int:
        """Wait until everything is written or the deadline is reached; returns how many texts were not written.

        `until` is called again and again, as the deadline may become an earlier one. The stream itself stays open.
        """
        with self._state:
            self._closing = True
            self._state.notify_all()
        while self._thread.is_alive() and (left := until() - time.monotonic()) > 0:
            self._thread.join(min(left, STEP))
        with self._state:
            return self._unwritten + len(self._waiting)

    def _work(self) -> None:
        try:
            while True:
                with self._state:
                    self._state.wait_for(lambda: self._waiting or self._status or self._closing)
                    if self._waiting:
                        text = self._waiting[0]
                    elif self._closing:
                        return
                    else:
                        text, self._status = self._status or "", None
                self._write(text)
                with self._state:
                    if self._waiting and self._waiting[0] is text:
                        self._waiting.popleft()
        except (OSError, ValueError) as error:  # the reader is gone, the disk full, the stream closed
            with self._state:
                self.failure = error if isinstance(error, OSError) else OSError(str(error))
            self._on_end()

    def _write(self, text: str) -> None:
        """Bypasses the stream's buffer: a write that never returns would hold its lock for ever."""
        assert self._stream is not None
        buffer: Any = self._stream.buffer
        raw = getattr(buffer, "raw", buffer)
        text = text.replace("\n", os.linesep)
        rest = memoryview(text.encode(self._stream.encoding or "utf-8", self._stream.errors or "backslashreplace"))
        while rest:
            written = raw.write(rest)
            if written is None:  # the stream is non-blocking, by another process
                _wait_for(raw)
            else:
                rest = rest[written:]


def _wait_for(raw: Any) -> None:
    import select

    with contextlib.suppress(ValueError):
        select.select([], [raw], [], 1)
