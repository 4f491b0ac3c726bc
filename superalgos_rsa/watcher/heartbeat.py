"""Signs of life for a supervisor: systemd's notification socket, and a file that is touched."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Mapping

BEAT = 5.0


class Supervision:
    """sd_notify(3): READY=1, WATCHDOG=1 twice in each period that was asked for, STOPPING=1."""

    def __init__(self, environment: Mapping[str, str], health: str | None) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._health = health
        period = environment.get("WATCHDOG_USEC", "")
        meant = environment.get("WATCHDOG_PID") in (None, str(os.getpid()))
        self.beat = min(BEAT, int(period) / 2e6) if self._address and period.isdigit() and meant else BEAT
        self._next = 0.0

    def ready(self) -> None:
        """Send READY=1 after the first verdict."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """Send STOPPING=1."""
        self._tell("STOPPING=1")

    def tick(self) -> None:
        """Called often; sends a sign once a beat."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self.beat * 0.9
        self._tell("WATCHDOG=1")
        if self._health is not None:
            touch(self._health)

    def _tell(self, message: str) -> None:
        if sys.platform == "win32" or not self._address:  # systemd is on Linux alone
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.setblocking(False)  # do not wait for a manager that does not listen
            channel.sendto(message.encode(), address)


def touch(path: str) -> None:
    """Set the file's modification time to now; create the file if it is missing."""
    with contextlib.suppress(OSError):  # a full disk must not end the watch; the file then grows old
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o644))
        os.utime(path)
