"""`show`: how keys and tasks hang together."""

from __future__ import annotations

import functools

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.check import show
from superalgos_rsa.cli.session import Output, Session, emit, exit_code, judge


@click.command()
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@options.limit
@options.output
@click.pass_obj
def command(session: Session, documents: tuple[str, ...], limit: int, output: Output) -> int:
    """Draw LAN node, task, session, key and key file as a tree; no secret is shown."""
    _, report = judge(session, documents, limit=limit)
    if output.format == "json":
        show(report, output)
    else:
        from superalgos_rsa.reports import tree

        emit(functools.partial(tree.render, report), output, report)
    return exit_code(report)
