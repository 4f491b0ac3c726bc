"""Writes a report to `--output-file`: to a new file, or over an earlier report; never over anything else."""

from __future__ import annotations

import os
import time

from superalgos_rsa.cli.session import open_journal, warn
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.find import DEFAULT_LIMIT
from superalgos_rsa.files.regular import Content, Unread, read_regular, replace
from superalgos_rsa.reports.known import is_report


def save(path: str, data: bytes) -> None:
    """Write the report, so that `undo` can take it back; where no journal can be kept, only a warning is printed."""
    from superalgos_rsa.files.changes import Change
    from superalgos_rsa.files.journal_folder import NoJournalError

    old = _earlier(path)
    if data == old:
        return
    try:
        open_journal().apply([Change(path, old, data, shared=True)], "report", time.time(), report=True)
    except NoJournalError as error:
        warn(f"{error.message}; this report cannot be taken back", error.hint)
        replace(path, old, data)


def _earlier(path: str) -> bytes | None:
    """The earlier report at this path; raises where anything else is."""
    if os.path.islink(path):
        raise UsageError(f"cannot write {path}: it is a link", "name the file itself")
    found = read_regular(path, DEFAULT_LIMIT)
    if isinstance(found, Content):
        if not is_report(found.data):
            hint = "name a new file, or one that holds an earlier report"
            raise UsageError(f"cannot write {path}: it exists already and is not a report of this program", hint)
        return found.data
    if isinstance(found, Unread) and found.obstacle != "missing":
        raise UsageError(f"cannot write {path}: {found.detail}")
    return None
