"""A command at a terminal of its own, with somebody who answers what it asks."""

import os
import select
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import absent

from cli.command_line import DEADLINE, PROGRAM, environment

if os.name != "posix":
    absent("a terminal to type at is made the POSIX way")

INTERRUPT = "\x03"


def converse(
    words: Sequence[str | Path], answers: Sequence[tuple[str, str]], cwd: Path, **variables: str
) -> tuple[int, str]:
    """With the command line of this project."""
    return answer_all([*PROGRAM, *map(str, words)], answers, cwd, **variables)


def answer_all(
    command: Sequence[str], answers: Sequence[tuple[str, str]], cwd: Path, **variables: str
) -> tuple[int, str]:
    """Types each answer once the text before it has appeared. The exit code, and all that the terminal showed."""
    import fcntl
    import termios

    ours, theirs = os.openpty()
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(**variables),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        # A passphrase is asked for at the terminal that the session belongs to.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as child:
        os.close(theirs)
        shown = ""
        for awaited, answer in answers:
            start = len(shown)
            while awaited not in shown[start:]:
                part = _read(ours)
                if not part:
                    child.kill()
                    pytest.fail(f"{awaited!r} never came: {shown}")
                shown += part
            if answer == INTERRUPT:
                _interrupt(child, ours)
            else:
                os.write(ours, f"{answer}\n".encode())
        while part := _read(ours):
            shown += part
        os.close(ours)
        return child.wait(DEADLINE), shown.replace("\r\n", "\n")


def _interrupt(child: subprocess.Popen[bytes], terminal: int) -> None:
    """Readline misses one that comes between its prompt and its wait, as it does from a person, who types it again."""
    for _ in range(DEADLINE // 3):
        os.write(terminal, INTERRUPT.encode())
        try:
            child.wait(3)
        except subprocess.TimeoutExpired:
            continue
        return
    child.kill()
    pytest.fail("it could not be interrupted")


def _read(descriptor: int) -> str:
    """Nothing, once the other end is closed or has been silent for too long."""
    if not select.select([descriptor], [], [], DEADLINE)[0]:
        return ""
    try:
        return os.read(descriptor, 65536).decode("utf-8", "replace")
    except OSError:  # what Linux answers once the other end is closed
        return ""
