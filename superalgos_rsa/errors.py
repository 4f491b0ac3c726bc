"""The one tree of errors: what the tool could not do, in words for the person at the terminal."""

from __future__ import annotations


class SuperalgosRsaError(Exception):
    """The tool could not do its work (exit code 2). `hint` is the next thing to try, or `None`."""

    exit_code = 2

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SuperalgosRsaError):
    """What was asked for makes no sense, or names something that is not there."""


class ConflictError(SuperalgosRsaError):
    """A file changed between reading and writing; nothing was written."""


def told(error: Exception) -> str:
    """An error in words, but not those of one that is not our own: they could quote a secret."""
    return error.message if isinstance(error, SuperalgosRsaError) else type(error).__name__
