"""`undo`: take applied changes back."""

from __future__ import annotations

import time
from datetime import datetime

import click

from superalgos_rsa.cli.session import open_journal, say, warn, written


@click.command()
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--list", "list_them", is_flag=True, help="List the changes that can be undone.")
def command(number: int | None, list_them: bool) -> None:
    """Undo the last change, or change NUMBER, byte for byte. Refuses when a file has changed since.

    It takes back what `fix`, `set` and `setup` did, and by its NUMBER a report that --output-file wrote. The last 50
    changes and 5 reports are kept for 30 days. A jump of the clock by more than 60 days counts as one day.
    """
    if list_them:
        for entry in open_journal().entries():
            when = datetime.fromtimestamp(entry.time).astimezone().isoformat(" ", "seconds")
            say(f"{entry.number:4}  {when}  {entry.state:7}  {entry.title}: {', '.join(entry.paths)}")
            if entry.state in ("applying", "undoing"):
                hint = f"`superalgos-rsa undo {entry.number}` takes it back"
                warn(f"change {entry.number} was interrupted", hint)
        return
    entry = open_journal().undo(number, time.time())
    done = f"change {entry.number} was taken back: {', '.join(entry.paths)}"
    with written(done):
        say(done)
