"""The tool's errors. Their messages are written for the person at the terminal."""

from __future__ import annotations

import shlex
from typing import NamedTuple


class CommandHint(NamedTuple):
    """The words of a command, and what it does: the end of a sentence that begins with the command."""

    command: tuple[str, ...]
    does: str

    def __str__(self) -> str:
        return f"`{shlex.join(self.command)}` {self.does}"


class SuperalgosRsaError(Exception):
    """The tool could not do its work (exit code 2). `hint` is the next thing to try, or `None`."""

    exit_code = 2

    def __init__(self, message: str, hint: str | CommandHint | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SuperalgosRsaError):
    """The request is wrong, or names something that does not exist."""


class ConflictError(SuperalgosRsaError):
    """A file changed between reading and writing; nothing was written."""


def safe_message(error: Exception) -> str:
    """The message of our own errors; of others only the type, since their text may hold secrets."""
    return error.message if isinstance(error, SuperalgosRsaError) else type(error).__name__
