"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from superalgos_rsa.cli.session import Output
from superalgos_rsa.files.find import DEFAULT_LIMIT

_MIB = 1024 * 1024
Command = Callable[..., Any]


def output(function: Command) -> Command:
    """`--format`, `--output-file`, `--quiet` and `--verbose`, handed over as one `output`."""

    def collect(*args: Any, format_name: str, output_file: str | None, quiet: bool, verbose: bool, **rest: Any) -> Any:
        return function(*args, output=Output(format_name, output_file, quiet, verbose), **rest)

    collect.__doc__ = function.__doc__
    collect.__name__ = function.__name__
    for option in (
        click.option("--verbose", is_flag=True, help="Show every finding in full."),
        click.option("--quiet", is_flag=True, help="Show errors only."),
        click.option("--output-file", metavar="FILE", help="Write the report to a new file, or over another report."),
        click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True),
    ):
        collect = option(collect)
    return collect


limit = click.option(
    "--max-size",
    "limit",
    metavar="MIB",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMIT // _MIB,
    show_default=True,
    help="Read no document larger than this.",
    callback=lambda _context, _parameter, value: value * _MIB,
)
"""Handed over as `limit` in bytes."""

engine = click.option("--engine", is_flag=True, help="Also let the installed ccxt sign, offline, with every key.")
