"""A line of `watch` once all is mended: it names the tasks that must be started again, where there are any."""

import json

import pytest

from superalgos_rsa.documents import schema
from superalgos_rsa.reports import stream
from superalgos_rsa.validator.report import Finding, InstallationEntry, Report, Summary, TaskName
from superalgos_rsa.watcher.transitions import Transition, between

TASKS = (TaskName("W.json", "id-1", "Live"), TaskName("W.json", None, None))


@pytest.mark.parametrize("tasks", [TASKS, ()])
def test_it_names_them(tasks: tuple[TaskName, ...]) -> None:
    mended = Transition("mended", 0, 0, 0, restart=tasks)
    told = json.loads(stream.as_json(mended))
    assert schema.problems("stream", told) == []
    assert told["restart"] == [
        {"document": task.document, "task_id": task.task_id, "task_name": task.task_name} for task in tasks
    ]
    assert ("start “Live” again: while it runs it keeps the key of its start" in stream.as_text(mended)) == bool(tasks)


@pytest.mark.parametrize(
    ("was", "now", "event", "named"), [(1, 0, "mended", TASKS), (0, 1, "broken", ()), (2, 1, "changed", ())]
)
def test_only_what_is_mended_names_tasks(was: int, now: int, event: str, named: tuple[TaskName, ...]) -> None:
    moved = between(_with_errors(was), _with_errors(now), 0, TASKS)
    assert moved is not None
    assert (moved.event, moved.restart) == (event, named)


def _with_errors(count: int) -> Report:
    findings = tuple(Finding("path-not-found", "error", f"Number {number}", "W.json") for number in range(count))
    installation = InstallationEntry(None, None, None, True)
    return Report("0", installation, (), (), (), findings, Summary(count, 0, 0, 0, 0, not count))
