"""A command that is run for each transition: without a shell, one at a time, and never for ever."""

from __future__ import annotations

import os
import queue
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable

from superalgos_rsa.errors import UsageError

SECONDS = 30.0


class Reaction:
    def __init__(self, command: str, warn: Callable[[str], None], seconds: float = SECONDS) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError:
            self._words = []
        if not self._words or shutil.which(self._words[0]) is None:
            raise UsageError("--on-change names no command that could be run", "no shell reads it: sh -c '…' for one")
        self._warn = warn
        self._seconds = seconds
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="on-change", daemon=True)
        self._thread.start()

    def tell(self, line: str) -> None:
        """Run the command, after those before it, with this text as its standard input."""
        self._waiting.put(line)

    def finish(self) -> None:
        """Wait for what was begun, within its time."""
        self._waiting.put(None)
        self._thread.join(self._seconds + 1)

    def _work(self) -> None:
        while (line := self._waiting.get()) is not None:
            try:
                self._run(line)
            except OSError as error:
                self._warn(f"--on-change could not be run: {error.strerror}")

    def _run(self, line: str) -> None:
        # Standard output is the stream's alone. A session of its own: the terminal's Ctrl-C is not meant for it.
        with subprocess.Popen(self._words, stdin=subprocess.PIPE, stdout=2, start_new_session=True) as child:  # noqa: S603  # the user's own words
            try:
                child.communicate(line.encode(), timeout=self._seconds)
            except subprocess.TimeoutExpired:
                self._warn(f"--on-change took more than {self._seconds:.0f} s and was ended")
                _end(child)
                child.communicate()
        if child.returncode > 0:
            self._warn(f"--on-change failed with exit code {child.returncode}")


def _end(child: subprocess.Popen[bytes]) -> None:
    """With everything that it has started."""
    if hasattr(os, "killpg"):
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
