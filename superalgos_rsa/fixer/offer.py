"""What `fix` would mend of the findings in a report; the report tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from superalgos_rsa.documents.pasting import Finder, command_words
from superalgos_rsa.fixer.plan import Plan
from superalgos_rsa.validator.report import Finding, Fix, Offer, Report
from superalgos_rsa.validator.rules.remedies import found_by

MOST_WORK = 30_000
"""A quarter of what `fix` itself does: 75 repairs among 100 keys, 5 in 3.6 MB."""


def offer(found: Plan, report: Report, documents: Sequence[str], finder: Finder) -> tuple[Report, Offer | None]:
    """The report with the findings that `fix` can mend marked as such, and how many errors it mends in all.

    `documents` are those that were named.
    """

    def fixing(*names: str) -> Fix:
        return found_by(Fix("safe", command_words("superalgos-rsa fix", *names)), finder)

    left = Counter(_name(f) for f in found.after.report.findings if f.severity == "error")
    errors = Counter(_name(f) for f in report.findings if f.severity == "error")
    mended = (errors - left).total()
    if not mended:
        return report, None
    planned = {_name(step.finding) for step in found.planned} - left.keys()

    def told(finding: Finding) -> Finding:
        knows = finding.fix is not None and finding.fix.applicability != "display"
        if knows or finding.document is None or _name(finding) not in planned:
            return finding
        return finding._replace(fix=fixing(finding.document))

    report = report._replace(findings=tuple(map(told, report.findings)))
    return report, Offer(errors.total(), mended, fixing(*documents).command, found.is_cut)


def _name(finding: Finding) -> tuple[str | None, ...]:
    """Identifies a finding even where a repair has moved its place."""
    return finding.rule, finding.document, finding.key_id or finding.task_id or finding.pointer
