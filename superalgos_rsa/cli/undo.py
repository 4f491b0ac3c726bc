"""`undo`: take applied changes back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from datetime import datetime

import click

from superalgos_rsa.cli.running import RunningTasks
from superalgos_rsa.cli.session import Session, open_journal, say, warn, written
from superalgos_rsa.errors import ConflictError, UsageError
from superalgos_rsa.files.spelling import identity, is_below
from superalgos_rsa.superalgos.installation import Installation


@click.command()
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--list", "list_them", is_flag=True, help="List the changes that can be undone.")
@click.pass_obj
def command(session: Session, number: int | None, list_them: bool) -> None:
    """Undo the last change, or change NUMBER, byte for byte. Refuses when a file has changed since. A file that is
    empty or cut off by now, as Superalgos leaves it when it ends while it saves, is put back as the change left it.

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
    journal = open_journal()
    entries = [
        e for e in journal.entries() if number == e.number or (number is None and not e.report and e.state != "undone")
    ]
    running = RunningTasks(_installation_of(entries[-1].paths if entries else (), session), ())
    try:
        entry = journal.undo(number, time.time())
        done = f"change {entry.number} was taken back: {', '.join(entry.paths)}"
    except ConflictError:
        put_back = journal.put_back(number, time.time())
        if put_back is None:
            raise
        done = f"{put_back.title}: {', '.join(put_back.paths)}; `superalgos-rsa undo {put_back.number}` takes it back"
    with written(done):
        say(done)
    running.warn("what was taken back", running.to_start_again())


def _installation_of(paths: Sequence[str], session: Session) -> Installation | None:
    """The one whose workspaces or vault these are. A wrong setting of the root must not keep a change from being
    undone."""
    with contextlib.suppress(UsageError):
        found = session.installation(paths)
        if found is not None and any(is_below(path, str(found.workspaces)) for path in paths):
            return found
        if found is not None and identity(str(found.vault)) in map(identity, paths):
            return found
    return None
