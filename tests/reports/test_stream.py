"""A line of `watch` once all is mended: it names the tasks that must be started again, where there are any."""

import json

import pytest

from superalgos_rsa.documents import schema
from superalgos_rsa.reports import stream
from superalgos_rsa.validator.report import TaskName
from superalgos_rsa.watcher.transitions import Transition

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
