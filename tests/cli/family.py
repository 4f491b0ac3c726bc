"""Stands in for the platform, which cannot be had everywhere: three processes of Node, each started by the one before
as Superalgos starts them (`fork`, and no signal passed on). Each is connected to the test: the end of its connection is
its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cli.command_line import DEADLINE, PROGRAM, environment

NAMES = ("platform", "PlatformRoot", "task")
_SCRIPT = """
const [place, depth] = process.argv.slice(2)
const test = require('net').connect(place, () => test.write(depth + ' ' + process.pid + '\\n'))
test.on('data', word => word.toString() === 'crash' ? process.exit(1) : test.write(word))
if (depth < 2) require('child_process').fork(__filename, [place, Number(depth) + 1], {stdio: 'inherit'})
if (depth == 0) test.unref()  // ends with its child, as `node platform` does
"""


class Family:
    """The first process of a command, and the three of the stand-in that it became or started."""

    def __init__(self, first: subprocess.Popen[bytes], lines: dict[str, socket.socket], ids: dict[str, int]) -> None:
        self.first, self._lines, self.ids = first, lines, ids

    def crash(self, name: str) -> None:
        self._lines[name].sendall(b"crash")

    def wait_for_the_end_of(self, names: Collection[str]) -> None:
        for name in names:
            with suppress(ConnectionResetError):  # it was killed before it had read everything
                assert self._lines[name].recv(16) == b"", name

    def those_alive(self, names: Collection[str]) -> list[str]:
        """Those that answer now."""
        for name in names:
            self._lines[name].sendall(b"there?")
        return [name for name in names if self._lines[name].recv(16) == b"there?"]


@contextmanager
def started(root: Path, before: Sequence[str] = (), terminal: int | None = None) -> Iterator[Family]:
    """What `superalgos-rsa run` starts, in a session of its own, with all three connected. Whatever is left at the end
    is killed."""
    with tempfile.TemporaryDirectory(prefix="rsa-") as folder, socket.socket(socket.AF_UNIX) as server:
        place = f"{folder}/test"  # below 108 bytes, whatever the folder of pytest is
        server.bind(place)
        server.listen()
        server.settimeout(DEADLINE)
        script = root / "platform.js"
        script.write_text(_SCRIPT, "utf-8")
        words = [*before, *PROGRAM, "run", "--", "node", str(script), place, "0"]
        streams = subprocess.DEVNULL if terminal is None else terminal
        with subprocess.Popen(
            words, cwd=root, env=environment(), stdin=streams, stdout=streams, start_new_session=True,
            preexec_fn=None if terminal is None else _take_terminal,
        ) as first:  # fmt: skip
            lines: dict[str, socket.socket] = {}
            ids: dict[str, int] = {}
            try:
                for _ in NAMES:
                    line, _ = server.accept()
                    line.settimeout(DEADLINE)
                    depth, number = line.recv(64).split()
                    lines[NAMES[int(depth)]], ids[NAMES[int(depth)]] = line, int(number)
                yield Family(first, lines, ids)
            finally:
                first.kill()
                _end(first.pid)
                for line in lines.values():
                    line.close()


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _end(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
