"""`undo`: take applied changes back."""

from __future__ import annotations

import time
from datetime import datetime

import click

from superalgos_rsa.cli.session import Session, say


@click.command()
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--list", "list_them", is_flag=True, help="List what was applied.")
@click.pass_obj
def command(session: Session, number: int | None, list_them: bool) -> None:
    """Take the last change back byte for byte, or the one of NUMBER. Refuses when a file has changed since.

    `fix`, `set` and `setup` are what it takes back. Changes are kept for 30 days.
    """
    journal = session.journal()
    if list_them:
        for entry in journal.entries():
            when = datetime.fromtimestamp(entry.time).astimezone().isoformat(" ", "seconds")
            say(f"{entry.number:4}  {when}  {entry.state:7}  {entry.title}: {', '.join(entry.paths)}")
        return
    entry = journal.undo(number, time.time())
    say(f"change {entry.number} was taken back: {', '.join(entry.paths)}")
