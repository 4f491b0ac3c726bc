"""The end of a report: one sentence and one exit code, from the same facts, so that the two cannot disagree."""

from __future__ import annotations

import os
from typing import NamedTuple

from superalgos_rsa.reports.terminal import Style
from superalgos_rsa.validator.report import KeyEntry, Report

UNREACHABLE = "task-server-unreachable"
"""The rule about a machine of which there is no verdict."""


class Conclusion(NamedTuple):
    """What is said last, the exit code that goes with it, and its colour: `good` only where the tasks may start."""

    sentence: str
    code: int
    style: Style


def conclude(report: Report) -> Conclusion:
    """The last sentence and the exit code: 2 if a path begins at an unknown folder, 3 if something else is not known, 1
    if there is an error or a task may not start, else 0."""
    summary, unknown = report.summary, _is_unknown(report)
    if any(document.loads is False for document in report.documents):
        return _bad("not ready: loading one of these documents ends the whole platform; mend that first.", report)
    if unknown:
        return _bad("not ready: nobody can say from here whether the tasks may start.", report)
    blocked = [task for task in report.tasks if not task.ready]
    template = blocked and all(task.key_id is None for task in blocked)  # as it is published: a key is still to come
    if not summary.ready and not summary.errors and template:
        return Conclusion("the tasks that the warnings name cannot start yet.", 0, "warning")
    if not summary.ready:
        return _bad("not ready: do not start the tasks that use these keys.", report)
    needed = any(task.needs_key for task in report.tasks)
    if summary.errors:
        begin = "the tasks that need a key may start" if needed else "no task here needs a key"
        return Conclusion(f"{begin}, but mend the errors.", 1, "bad")
    if not report.documents:
        return Conclusion("nothing to judge: there is no workspace.", 0, "warning")
    if not needed:
        return Conclusion(f"no task here needs a key{', but read the warnings' * bool(summary.warnings)}.", 0, "good")
    return Conclusion(
        "ready, but read the warnings." if summary.warnings else "ready: nothing stands in the way.", 0, "good"
    )


def _is_unknown(report: Report) -> bool:
    """Whether a task server could not be asked, a needed credential not be judged, or a relative path begins at an
    unknown folder."""
    if any(finding.rule in ("task-server-unknown", UNREACHABLE) for finding in report.findings):
        return True
    needed = {(task.document, task.key_id) for task in report.tasks if task.needs_key}
    if any(key.usable is None and (key.used_by or (key.document, key.id) in needed) for key in report.keys):
        return True
    return bool(_beginning_nowhere(report))


def _beginning_nowhere(report: Report) -> list[KeyEntry]:
    return list(filter(begins_nowhere, report.keys)) if report.installation.root is None else []


def begins_nowhere(key: KeyEntry) -> bool:
    """Whether the key has a relative path, and no Superalgos directory is known at which it begins."""
    path = key.secret.path or ""
    return key.secret.kind == "path" and key.signing is None and not os.path.isabs(path) and key.server == "local"


def _bad(sentence: str, report: Report) -> Conclusion:
    # Of a container the keys are unknown anyway; of this machine, --root would tell.
    if any(key.usable is not None for key in _beginning_nowhere(report)):
        return Conclusion(sentence, 2, "bad")
    return Conclusion(sentence, 3 if _is_unknown(report) else 1, "bad")
