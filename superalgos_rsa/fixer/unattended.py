"""Safe repairs that `watch` makes without asking, as soon as a finding appears."""

from __future__ import annotations

import time
from typing import NamedTuple

from superalgos_rsa.files.journal import Journal
from superalgos_rsa.fixer.context import FixOptions
from superalgos_rsa.fixer.plan import Step, changes_of, plan
from superalgos_rsa.fixer.repairs import MENDERS
from superalgos_rsa.fixer.trial import Judge
from superalgos_rsa.validator.report import Report


class Made(NamedTuple):
    """The repairs made, and the journal number by which they can be undone."""

    number: int
    steps: tuple[Step, ...]


def is_mendable(report: Report) -> bool:
    """Whether a repair may be found for any of it."""
    return any(finding.rule in MENDERS for finding in report.findings)


def make_safe_repairs(judge: Judge, journal: Journal) -> Made | None:
    """Plans and writes what needs no consent; `None` if there is nothing, or if a folder would have to be made."""
    found = plan(judge, FixOptions(), unsafe=False)
    changes = changes_of(found, judge)
    # A folder that is gone for a moment is about to come back, and a new one would be in its way.
    if not changes or any(change.folder for change in changes):
        return None
    return Made(journal.apply(changes, f"{len(found.planned)} repairs", time.time()), found.planned)
