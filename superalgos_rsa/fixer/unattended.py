"""Safe repairs that `watch` makes without asking, as soon as a finding appears."""

from __future__ import annotations

import time
from typing import NamedTuple

from superalgos_rsa.files.journal import Journal
from superalgos_rsa.fixer.context import FixOptions
from superalgos_rsa.fixer.plan import Step, changes_of, plan
from superalgos_rsa.fixer.trial import Judge


class Made(NamedTuple):
    """The repairs made, and the journal number by which they can be undone."""

    number: int
    steps: tuple[Step, ...]


def make_safe_repairs(judge: Judge, journal: Journal) -> Made | None:
    """Plans and writes what needs no consent; `None` if there is nothing, or if a folder would have to be made."""
    found = plan(judge, FixOptions(), unsafe=False)
    changes = changes_of(found, judge)
    # A folder that is gone for a moment is about to come back, and a new one would be in its way.
    if not changes or any(change.folder for change in changes):
        return None
    return Made(journal.apply(changes, f"{len(found.planned)} repairs", time.time()), found.planned)
