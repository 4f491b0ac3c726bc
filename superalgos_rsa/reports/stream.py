"""The lines that `watch` prints: JSON for programs (`schemas/stream.schema.json`), and text for people."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from superalgos_rsa.reports.json_report import plain
from superalgos_rsa.reports.terminal import counted, shown
from superalgos_rsa.validator.report import SEVERITIES
from superalgos_rsa.watcher.transitions import Transition


def as_json(moved: Transition) -> str:
    """One line of JSON, in ASCII so that no encoding can spoil it."""
    value: dict[str, object] = {
        "event": moved.event,
        "time": stamped(moved.time),
        "errors": moved.errors,
        "warnings": moved.warnings,
        "came": [plain(finding) for finding in moved.came],
        "went": [plain(finding) for finding in moved.went],
    }
    if moved.event == "mended":
        value["restart"] = [task._asdict() for task in moved.restart]
    if moved.event == "stop":
        value |= {"unwritten": moved.unwritten, "dropped": moved.dropped}
    return json.dumps(value) + "\n"


def stamped(time: float) -> str:
    """The time in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(time, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def as_text(moved: Transition) -> str:
    """A heading with the counts, then a line for each finding that came (+) or went (-)."""
    counts = f"{counted(moved.errors, 'error')}, {counted(moved.warnings, 'warning')}"
    lines = [f"{stamped(moved.time)} {moved.event}: {counts}"]
    for sign, findings in (("+", moved.came), ("-", moved.went)):
        for finding in sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)):
            where = f" “{finding.node[-1]}”" if finding.node else ""
            lines.append(f"  {sign} {finding.severity}[{finding.rule}]{where}: {finding.message}")
    lines += [f"  start {task.shown_name} again: while it runs it keeps the key of its start" for task in moved.restart]
    return "".join(shown(line) + "\n" for line in lines)
