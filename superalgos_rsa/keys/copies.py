"""The names that a copy of a key file gets, beside the file itself."""

from __future__ import annotations

import os


def converted(file: str) -> str:
    """The name that `convert` gives to the clean copy."""
    return f"{os.path.splitext(file)[0]}.pkcs8.pem"


def exported(file: str) -> str:
    """The name that is printed for the PEM which the program of another format writes."""
    return f"{file}.exported.pem"


def names_of_copies(file: str) -> tuple[str, ...]:
    """The cleanest first."""
    return converted(file), converted(exported(file)), exported(file)
