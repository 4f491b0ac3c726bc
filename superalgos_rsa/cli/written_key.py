"""New values of a key are written, and the key is judged as `check` would."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from superalgos_rsa.cli.running import RunningTasks
from superalgos_rsa.cli.session import Session, judge, say, written
from superalgos_rsa.config import PlannedUpdate
from superalgos_rsa.documents.json_text import Pointer, pointer_text
from superalgos_rsa.reports.conclusion import begins_nowhere
from superalgos_rsa.reports.text import remedy
from superalgos_rsa.validator.judge import findings_of_key
from superalgos_rsa.validator.report import Finding, KeyEntry, Report

if TYPE_CHECKING:
    from superalgos_rsa.files.journal import Journal
    from superalgos_rsa.superalgos.installation import Installation


def write(
    plan: PlannedUpdate, title: str, journal: Journal, installation: Installation | None, document: str
) -> str | None:
    """Make the changes and tell of them; returns the sentence that says so, or `None` if there is nothing to change."""
    running = RunningTasks(installation, [document])
    done = None
    if plan.changes:
        number = journal.apply(plan.changes, title, time.time())
        done = f"written; `superalgos-rsa undo {number}` takes it back"
        with written(done):
            for path, what in plan.summary:
                say(f"{path}: {what}")
    running.warn("this change", running.to_start_again())
    return done


class WrittenKey(NamedTuple):
    """The report on the document, the key, and the findings on this key alone."""

    report: Report
    key: KeyEntry
    findings: tuple[Finding, ...]

    @property
    def is_broken(self) -> bool:
        """Whether the key has an error."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def unknown(self) -> str | None:
        """Why it is unknown whether a key that a task needs works; `None` if it is known."""
        if self.key.usable is None and self.key.used_by:
            return "nobody can say from here whether it works"
        if self.report.installation.root is None and begins_nowhere(self.key):
            return "its path begins at the Superalgos directory, and none was found; name it with --root DIR"
        return None


def judge_written(session: Session, document: str, pointer: Pointer) -> WrittenKey:
    """What `check` says of this key of the document."""
    _, report = judge(session, (document,))
    key = next(key for key in report.keys if key.pointer == pointer_text(pointer))
    return WrittenKey(report, key, findings_of_key(report, key))


def told(finding: Finding) -> list[str]:
    """The finding and its remedy as text."""
    lines = [f"{finding.severity}: {finding.message} [{finding.rule}]"]
    return [*lines, f"  to mend: {remedy(finding.fix)}"] if finding.fix is not None else lines
