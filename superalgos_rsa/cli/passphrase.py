"""A passphrase from the terminal or from a file descriptor, never from the command line, which others can read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import click

from superalgos_rsa.errors import UsageError
from superalgos_rsa.keys.keypair import PassphraseNeededError
from superalgos_rsa.keys.secret import Secret

Result = TypeVar("Result")


option = click.option(
    "--passphrase-fd",
    "descriptor",
    type=click.IntRange(0, 2**31 - 1),
    metavar="FD",
    help="Read the passphrase from this file descriptor.",
)


def with_passphrase(use: Callable[[Secret | None], Result], descriptor: int | None) -> Result:
    """Call `use`, first without a passphrase unless one was given; ask for it on a terminal when it is needed."""
    if descriptor is not None:
        return use(_read(descriptor))
    try:
        return use(None)
    except PassphraseNeededError:
        pass
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "this key is encrypted, and there is no terminal to ask for its passphrase",
            "give it through a descriptor: --passphrase-fd 3 3< FILE",
        )
    return use(Secret(click.prompt("passphrase", hide_input=True, err=True)))


def _read(descriptor: int) -> Secret:
    """The first line that the descriptor gives."""
    try:
        with open(descriptor, "rb") as stream:
            return Secret(stream.readline(4096).decode("utf-8").rstrip("\r\n"))
    except (OSError, ValueError):
        pass
    raise UsageError(f"no passphrase can be read from descriptor {descriptor}")
