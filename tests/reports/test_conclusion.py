"""The last sentence and the exit code, held against each other over every combination of what they are made from."""

from __future__ import annotations

from itertools import product

import pytest
from report_samples import GREEN, KEY, TASK

from superalgos_rsa.reports.conclusion import conclude
from superalgos_rsa.reports.known import is_report
from superalgos_rsa.reports.text import render
from superalgos_rsa.validator.report import DocumentEntry, Finding, Report, Summary, TaskEntry

NO_KEY = TASK._replace(needs_key=False, key_id=None)
BY_HEART = {
    # (errors, warnings, task needs a key, ready, unknown)
    (0, 0, True, True, False): ("ready: nothing stands in the way.", 0),
    (0, 1, True, True, False): ("ready, but read the warnings.", 0),
    (0, 0, False, True, False): ("no task here needs a key.", 0),
    (0, 1, False, True, False): ("no task here needs a key, but read the warnings.", 0),
    (1, 0, True, True, False): ("the tasks that need a key may start, but mend the errors.", 1),
    (1, 0, False, True, False): ("no task here needs a key, but mend the errors.", 1),
    (1, 0, True, False, False): ("not ready: do not start the tasks that use these keys.", 1),
    (0, 0, True, False, False): ("not ready: do not start the tasks that use these keys.", 1),
    (1, 0, True, False, True): ("not ready: nobody can say from here whether the tasks may start.", 3),
    (0, 0, True, False, True): ("not ready: nobody can say from here whether the tasks may start.", 3),
}


def made(errors: int, warnings: int, tasks: tuple[TaskEntry, ...], ready: bool, unknown: bool) -> Report:
    summary = Summary(errors, warnings, 0, 1, len(tasks), ready)
    server = Finding("task-server-unknown", "warning", "Nobody can ask it", None)
    return GREEN._replace(tasks=tasks, summary=summary, findings=(server,) if unknown else ())


@pytest.mark.parametrize(("facts", "said"), BY_HEART.items())
def test_the_sentence_and_the_exit_code_for_what_can_be(
    facts: tuple[int, int, bool, bool, bool], said: tuple[str, int]
) -> None:
    errors, warnings, needed, ready, unknown = facts
    found = conclude(made(errors, warnings, (TASK if needed else NO_KEY,), ready, unknown))
    assert (found.sentence, found.code) == said


@pytest.mark.parametrize("loads", [True, None, False])
@pytest.mark.parametrize("tasks", [(), (NO_KEY,), (TASK,), (NO_KEY, TASK)])
def test_no_combination_says_one_thing_and_ends_with_another(tasks: tuple[TaskEntry, ...], loads: bool | None) -> None:
    for errors, warnings, ready, unknown in product((0, 2), (0, 1), (False, True), (False, True)):
        report = made(errors, warnings, tasks, ready, unknown)
        report = report._replace(documents=(DocumentEntry("W.json", "workspace", loads, 1, len(tasks)),))
        found = conclude(report)
        assert (found.code == 0) == (found.style != "bad")
        assert (found.style == "good") == (ready and not errors and not unknown and loads is not False)
        assert (found.code == 3) == unknown
        never = unknown or loads is False or not ready
        assert found.sentence.startswith("not ready") == never
        assert ready or "ready" not in found.sentence.removeprefix("not ready")
        assert ("ready: nothing" in found.sentence) <= any(task.needs_key for task in tasks)
        text = render(report, color=True, width=200)
        assert ("\x1b[32m" in text, "\x1b[31m" in text) == (found.style == "good", found.style == "bad")
        assert is_report(render(report, color=False, width=80).encode())


@pytest.mark.parametrize(("key_id", "code"), [(None, 0), (KEY.id, 1)])
def test_a_task_that_is_not_ready_is_forgiven_only_in_a_template_where_it_has_no_key_yet(
    key_id: str | None, code: int
) -> None:
    blocked = TASK._replace(ready=False, key_id=key_id)
    found = conclude(made(0, 1, (TASK, blocked), ready=False, unknown=False))
    assert (found.sentence == "the tasks that the warnings name cannot start yet.", found.code) == (not code, code)


@pytest.mark.parametrize("used_by", [(), ("a task",)])
def test_a_needed_key_that_nobody_can_judge_leaves_all_unknown_with_and_without_ids(used_by: tuple[str, ...]) -> None:
    unjudged = KEY._replace(usable=None, used_by=used_by)
    report = GREEN._replace(keys=(unjudged,), tasks=(TASK._replace(key_id=KEY.id, ready=False),))
    assert conclude(report._replace(summary=report.summary._replace(ready=False))).code == 3
    idle = report._replace(keys=(unjudged._replace(used_by=()),), tasks=())
    assert conclude(idle).code == 0


@pytest.mark.parametrize(("errors", "code"), [(0, 0), (1, 1)])
def test_without_a_document_there_is_nothing_to_judge_unless_something_else_is_wrong(errors: int, code: int) -> None:
    found = conclude(made(errors, 0, (), True, unknown=False)._replace(documents=(), keys=()))
    assert ("nothing to judge" in found.sentence, found.code) == (not errors, code)


def test_a_relative_path_that_begins_nowhere_is_not_called_ready() -> None:
    nowhere = KEY._replace(
        signing=None, usable=False, secret=KEY.secret._replace(path="My-Secrets/k.pem", resolved=None)
    )
    report = GREEN._replace(keys=(nowhere,), tasks=(), installation=GREEN.installation._replace(root=None))
    sentence = "not ready: nobody can say from here whether the tasks may start."
    assert conclude(report)[:2] == (sentence, 2)
    of_container = report._replace(keys=(nowhere._replace(usable=None),))
    assert conclude(of_container)[:2] == (sentence, 3)
