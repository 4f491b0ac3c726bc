"""What came and went between two reports, as lines: for programs by `schemas/stream.schema.json`, and for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from superalgos_rsa.reports.terminal import shown
from superalgos_rsa.validator.report import SEVERITIES, Finding, Report

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
    """At the end: how many of these the reader was too slow for."""
    dropped: int | None = None
    """At the end: how many the command of `--on-change` was not given, or did not finish with."""


def start(report: Report, time: float) -> Transition:
    """The first line of a stream: everything that stands now."""
    return Transition("start", time, report.summary.errors, report.summary.warnings, report.findings)


def stop(report: Report, time: float, unwritten: int = 0, dropped: int = 0) -> Transition:
    """The last line of a stream."""
    counts = report.summary.errors, report.summary.warnings
    return Transition("stop", time, *counts, unwritten=unwritten, dropped=dropped)


def transition(before: Report, after: Report, time: float) -> Transition | None:
    """None where every finding is one that stood before."""
    came, went = _beyond(after.findings, before.findings), _beyond(before.findings, after.findings)
    if not came and not went:
        return None
    was, now = before.summary.errors, after.summary.errors
    event: Kind = "broken" if now and not was else "mended" if was and not now else "changed"
    return Transition(event, time, now, after.summary.warnings, came, went)


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
    """A finding that only moved with the text around it is the same one."""
    node = finding.key_id or finding.task_id or finding.pointer
    return finding.rule, finding.severity, finding.document, node, finding.path, finding.server, finding.message


def as_json(moved: Transition) -> str:
    """One line, in ASCII alone: no reader's encoding spoils it."""
    value: dict[str, object] = {
        "event": moved.event,
        "time": stamped(moved.time),
        "errors": moved.errors,
        "warnings": moved.warnings,
        "came": [_plain(finding) for finding in moved.came],
        "went": [_plain(finding) for finding in moved.went],
    }
    if moved.event == "stop":
        value |= {"unwritten": moved.unwritten, "dropped": moved.dropped}
    return json.dumps(value) + "\n"


def _plain(finding: Finding) -> dict[str, object]:
    return {**finding._asdict(), "fix": finding.fix._asdict() if finding.fix else None}


def stamped(time: float) -> str:
    """UTC, to the millisecond."""
    moment = datetime.fromtimestamp(time, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def as_text(moved: Transition) -> str:
    """A head with the counts, then a line for each finding that came (+) or went (-)."""
    counts = f"{_counted(moved.errors, 'error')}, {_counted(moved.warnings, 'warning')}"
    lines = [f"{stamped(moved.time)} {moved.event}: {counts}"]
    for sign, findings in (("+", moved.came), ("-", moved.went)):
        for finding in sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)):
            where = f" “{finding.node[-1]}”" if finding.node else ""
            lines.append(f"  {sign} {finding.severity}[{finding.rule}]{where}: {finding.message}")
    return "".join(shown(line) + "\n" for line in lines)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
