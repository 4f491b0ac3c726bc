"""The verdict on a key that a command has just written, as `check` would give it."""

from __future__ import annotations

from typing import NamedTuple

from superalgos_rsa.cli.session import Request, Session, judge
from superalgos_rsa.documents.json_text import Pointer, pointer_text
from superalgos_rsa.reports.conclusion import begins_nowhere
from superalgos_rsa.reports.text import remedy
from superalgos_rsa.validator.judge import findings_of_key
from superalgos_rsa.validator.report import Finding, KeyEntry, Report


class WrittenKey(NamedTuple):
    """The report on its document, the key, and the findings on it alone."""

    report: Report
    key: KeyEntry
    findings: tuple[Finding, ...]

    @property
    def is_broken(self) -> bool:
        """Whether there is an error on it."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def unknown(self) -> str | None:
        """Why nobody can say whether a key that is needed works, if so."""
        if self.key.usable is None and self.key.used_by:
            return "nobody can say from here whether it works"
        if self.report.installation.root is None and begins_nowhere(self.key):
            return "its path begins at the Superalgos directory, and none was found; name it with --root DIR"
        return None


def judge_written(session: Session, document: str, pointer: Pointer) -> WrittenKey:
    """What `check` says of this key of the document."""
    _, report = judge(session, Request((document,)))
    key = next(key for key in report.keys if key.pointer == pointer_text(pointer))
    return WrittenKey(report, key, findings_of_key(report, key))


def told(finding: Finding) -> list[str]:
    """The finding, and what mends it."""
    lines = [f"{finding.severity}: {finding.message} [{finding.rule}]"]
    return [*lines, f"  to mend: {remedy(finding.fix)}"] if finding.fix is not None else lines
