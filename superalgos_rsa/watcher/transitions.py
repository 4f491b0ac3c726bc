"""The findings that are new or gone since the previous report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from superalgos_rsa.validator.report import Finding, Report, TaskName

Kind = Literal["start", "broken", "mended", "changed", "stop"]


@dataclass(frozen=True, slots=True)
class Transition:
    """`time` is in seconds since 1970."""

    event: Kind
    time: float
    errors: int
    warnings: int
    came: tuple[Finding, ...] = ()
    went: tuple[Finding, ...] = ()
    unwritten: int | None = None
    """At the end: how many of these lines the reader was too slow for."""
    dropped: int | None = None
    """At the end: how many the command of `--on-change` was not given, or did not finish with."""
    restart: tuple[TaskName, ...] = ()
    """Once all is mended: the tasks that have to be started again, as they keep the key of their start."""


def start(report: Report, time: float) -> Transition:
    """The first transition of a watch: all current findings are new."""
    return Transition("start", time, report.summary.errors, report.summary.warnings, report.findings)


def stop(report: Report, time: float, unwritten: int = 0, dropped: int = 0) -> Transition:
    """The last transition of a watch."""
    counts = report.summary.errors, report.summary.warnings
    return Transition("stop", time, *counts, unwritten=unwritten, dropped=dropped)


def between(before: Report, after: Report, time: float, restart: tuple[TaskName, ...] = ()) -> Transition | None:
    """The change from one report to the next; None if no finding came or went. `restart` are tasks whose key changed
    while it was broken."""
    came, went = _beyond(after.findings, before.findings), _beyond(before.findings, after.findings)
    if not came and not went:
        return None
    was, now = before.summary.errors, after.summary.errors
    event: Kind = "broken" if now and not was else "mended" if was and not now else "changed"
    again = restart if event == "mended" else ()
    return Transition(event, time, now, after.summary.warnings, came, went, restart=again)


def _beyond(these: Sequence[Finding], those: Sequence[Finding]) -> tuple[Finding, ...]:
    left = Counter(map(_identity, those))
    found = []
    for finding in these:
        if left[_identity(finding)]:
            left[_identity(finding)] -= 1
        else:
            found.append(finding)
    return tuple(found)


def _identity(finding: Finding) -> tuple[object, ...]:
    """What makes a finding the same, without its place: the text around it may have moved."""
    node = finding.key_id or finding.task_id or finding.pointer
    return finding.rule, finding.severity, finding.document, node, finding.path, finding.server, finding.message
