"""`undo`: take the last applied repairs back."""

from __future__ import annotations

import os
from datetime import datetime

import click

from superalgos_rsa.journal import Journal, state_folder


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--list", "list_them", is_flag=True, help="List what was applied.")
def command(number: int | None, list_them: bool) -> None:
    """Take the last change back byte for byte, or the one of NUMBER. Refuses when a file has changed since."""
    journal = Journal(state_folder(os.environ))
    journal.recover()
    if list_them:
        for entry in journal.entries():
            when = datetime.fromtimestamp(entry.time).astimezone().isoformat(" ", "seconds")
            click.echo(f"{entry.number:4}  {when}  {entry.state:7}  {entry.title}: {', '.join(entry.paths)}")
        return
    entry = journal.undo(number)
    click.echo(f"change {entry.number} was taken back: {', '.join(entry.paths)}")
