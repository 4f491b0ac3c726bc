"""A program in the place of a platform: it runs in a folder of its own, and answers what it is told to.

The real one takes Node and a second; that it answers so was tried with it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from superalgos_rsa.superalgos import environment

_PROGRAM = """
import socket, sys
answer = sys.stdin.buffer.read()
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(answer)
"""


@contextlib.contextmanager
def answering(answer: bytes, cwd: Path) -> Iterator[int]:
    """The port of a program that gives this answer, whatever it is asked."""
    words = [sys.executable, "-I", "-S", "-c", _PROGRAM]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=cwd) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(answer)
        process.stdin.close()
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def environment_of(root: object, **more: Any) -> bytes:
    """The platform's answer to `GET /Environment`, as far as it counts."""
    return b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps({"BASE_PATH": root, **more}).encode()


@contextlib.contextmanager
def platform_at(root: Path, monkeypatch: pytest.MonkeyPatch, cwd: Path | None = None, **said: Any) -> Iterator[int]:
    """A platform that runs from `root`, on the port that it is looked for on."""
    with answering(environment_of(str(root), **said), cwd or root) as port:
        monkeypatch.setattr(environment, "HTTP_PORT", port)
        yield port
