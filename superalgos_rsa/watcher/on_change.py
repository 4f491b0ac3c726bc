"""Runs a command for each change of the verdict: without a shell, one at a time, with a time limit."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from superalgos_rsa.errors import UsageError
from superalgos_rsa.files import programs

SECONDS = 30.0
STEP = 0.1
MOST = 1000
"""Changes that may wait for a slow command. Beyond that the oldest is dropped, and counted."""


class Reaction:
    """The command of `--on-change`, which runs once a transition, one after the other, in a thread of its own."""

    def __init__(self, command: str, warn: Callable[[str], None], seconds: float = SECONDS) -> None:
        self._line = _read(command)
        self._warn = warn
        self._seconds = seconds
        self._waiting: deque[str] = deque()
        self._state = threading.Condition()
        self._running: subprocess.Popen[bytes] | None = None
        self._closing = False
        self._dropped = 0
        self._thread = threading.Thread(target=self._work, name="on-change", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many texts the command has not been given yet."""
        return len(self._waiting)

    def tell(self, line: str) -> None:
        """Run the command, after those before it, with this text as its standard input."""
        with self._state:
            if len(self._waiting) >= MOST:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append(line)
            self._state.notify_all()

    def finish(self, until: Callable[[], float]) -> int:
        """Wait until all texts are handled or the deadline is reached, then end what runs.

        `until` is called again and again, as the deadline may become an earlier one. Returns how many texts the command
        was not given, or did not finish with.
        """
        with self._state:
            self._closing = True
            self._state.notify_all()
        while self._thread.is_alive() and (left := until() - time.monotonic()) > 0:
            self._thread.join(min(left, STEP))
        with self._state:
            self._dropped += len(self._waiting)
            self._waiting.clear()
            running = self._running
        if running is not None:
            _end(running)
            self._thread.join(1)
        with self._state:
            return self._dropped + (self._running is not None)

    def _work(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                line = self._waiting.popleft()
                child = self._running = self._start()
            done = child is not None and self._is_given(child, line)
            with self._state:
                self._running = None
                self._dropped += not done

    def _start(self) -> subprocess.Popen[bytes] | None:
        # Standard output is for the stream only. A group of its own keeps the terminal's Ctrl-C away from the command,
        # and lets us end it with everything it has started.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        try:
            return subprocess.Popen(self._line, stdin=subprocess.PIPE, stdout=2, **apart)  # noqa: S603  # the user's own words
        except OSError as error:
            self._warn(f"--on-change could not be run: {error.strerror}")
            return None

    def _is_given(self, child: subprocess.Popen[bytes], line: str) -> bool:
        """Give the command the text; returns whether it ended by itself."""
        try:
            child.communicate(line.encode(), timeout=self._seconds)
        except subprocess.TimeoutExpired:
            self._warn(f"--on-change took more than {self._seconds:.0f} s and was ended")
            _end(child)
            child.wait()
            return False
        finally:
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()
        if self._closing and child.returncode < 0:
            return False
        if child.returncode > 0:
            self._warn(f"--on-change failed with exit code {child.returncode}")
        return True


def _read(command: str) -> str | list[str]:
    """The command as the system takes it: words, or on Windows one line, which each program splits by itself. There a
    backslash is a part of a path, and the program is named by its place: else it is looked for in the current folder.
    """
    with contextlib.suppress(ValueError, OSError):
        if sys.platform == "win32":
            program, rest = _program_and_rest(command)
            return f'"{programs.find_as_typed(program, os.environ)}"{rest}'
        words = shlex.split(command)
        if words and shutil.which(words[0]) is not None:
            return words
    shell = "cmd /c …" if sys.platform == "win32" else "sh -c '…'"
    raise UsageError("--on-change names no command that could be run", f"no shell reads it: {shell} for one")


def _program_and_rest(line: str) -> tuple[str, str]:
    """The program as Windows finds it in a line: up to the next quote, or without quotes up to the first blank."""
    found = re.match(r'[ \t]*(?:"([^"]*)"|([^ \t]*))(.*)', line, re.DOTALL)
    return (found[1] or found[2] or "", found[3]) if found is not None else ("", "")


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends the command and everything it has started."""
    if child.returncode is not None:
        return
    with contextlib.suppress(OSError):  # it has ended meanwhile
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
