"""Starts the command of `run` on Windows as a child and passes its exit code on: there is no `exec` there."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence

from superalgos_rsa.errors import UsageError
from superalgos_rsa.files import programs

_READ_BY_CMD = frozenset('"%^&|<>!\r\n')


def run(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Start the command, wait for its end and return its exit code. Raises `OSError` where it cannot be started.

    The console sends Ctrl-C and Ctrl-Break to the child as well, and only the child reacts to them.
    """
    if not words[0]:
        raise ValueError("no name")
    line = [programs.find_as_typed(words[0], environment), *words[1:]]
    _refuse_what_cmd_reads(line)
    for name in ("SIGINT", "SIGBREAK"):
        if hasattr(signal, name):  # a handler and not SIG_IGN, which the child would inherit
            signal.signal(getattr(signal, name), lambda *_: None)
    return signed(subprocess.Popen(line).wait())  # noqa: S603  # the user's own words, and no shell


def signed(code: int) -> int:
    """Windows' exit code, such as 0xC000013A after Ctrl-C, as `sys.exit` takes it: a signed number of 32 bits."""
    return code - 2**32 if code >= 2**31 else code


def _refuse_what_cmd_reads(line: Sequence[str]) -> None:
    """Refuses words for a batch file in which cmd.exe, which runs it, would see commands, however they are quoted."""
    if not line[0].rstrip(" .").lower().endswith(programs.BATCH):  # Windows drops dots and spaces at the end of a name
        return
    if any(_READ_BY_CMD.intersection(word) for word in line):
        raise UsageError(
            f'{line[0]} is a batch file, and cmd.exe would read " % ^ & | < > ! or a line break as a command',
            "leave these letters out, or start the program itself, as in: superalgos-rsa run -- node platform",
        )
