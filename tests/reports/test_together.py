"""Reports of several machines are one report: nothing of one is taken for another's, and the worst decides."""

from __future__ import annotations

import json
from itertools import product

import pytest
from report_samples import GREEN, KEY, MIXED, PATH_NOT_FOUND, TASK, WORKSPACE, report

from superalgos_rsa.documents import schema
from superalgos_rsa.reports import json_report, text
from superalgos_rsa.reports.conclusion import conclude
from superalgos_rsa.reports.known import is_report
from superalgos_rsa.reports.saved import read
from superalgos_rsa.reports.together import together, without_answer
from superalgos_rsa.validator.report import Finding, Report

BLOCKED = report(tasks=(TASK._replace(ready=False, key_id=None),), keys=(), ready=False)
UNKNOWN = report(keys=(KEY._replace(usable=None),), tasks=(TASK._replace(ready=False),), ready=False)
KINDS = {
    "ready": GREEN,
    "a template": BLOCKED,
    "errors": MIXED,
    "unknown": UNKNOWN,
    "no workspace": report(keys=(), tasks=(), documents=()),
    "no answer": without_answer("x", "there is no file x.json"),
}
WORST_FIRST = (3, 1, 0)


@pytest.mark.parametrize("value", KINDS.values(), ids=list(KINDS))
def test_a_single_report_stays_as_it_is(value: Report) -> None:
    assert together([("tokyo", value)]) == value


@pytest.mark.parametrize(("one", "other"), list(product(KINDS, KINDS)))
def test_two_end_with_the_code_of_the_worse_and_are_a_report_that_can_be_saved(one: str, other: str) -> None:
    found = together([("tokyo", KINDS[one]), ("berlin", KINDS[other])])
    codes = {conclude(KINDS[name]).code for name in (one, other)}
    assert conclude(found).code == next(code for code in WORST_FIRST if code in codes)
    assert found.summary.errors == KINDS[one].summary.errors + KINDS[other].summary.errors
    written = json_report.render(found).encode()
    assert schema.problems("report", json.loads(written)) == []
    assert is_report(written)
    assert read(written) == found


def test_a_key_of_one_machine_is_not_that_of_another_with_the_same_path() -> None:
    """On berlin nobody needs the key that cannot be judged; on tokyo the same one is needed, and good."""
    idle = report(keys=(KEY._replace(usable=None, used_by=()),), tasks=())
    found = together([("tokyo", GREEN), ("berlin", idle)])
    assert [key.document for key in found.keys] == [f"tokyo:{WORKSPACE}", f"berlin:{WORKSPACE}"]
    assert [key.server for key in found.keys] == ["tokyo", "berlin"]
    assert conclude(found).code == 0


def test_a_finding_about_no_document_tells_its_machine() -> None:
    running = Finding("platform-running", "warning", "Superalgos is running.", None)
    elsewhere = Finding("file-permissions", "warning", "Group can read it.", None, server="a third")
    found = together([("tokyo", report(running)), ("berlin", report(running, elsewhere))])
    assert [finding.server for finding in found.findings] == ["tokyo", "berlin", "a third"]
    shown = text.render(found, color=False, width=100)
    assert "on server tokyo" in shown
    assert "on server berlin" in shown


def test_what_the_installations_share_is_told_once_and_what_differs_of_each() -> None:
    newer = GREEN._replace(installation=GREEN.installation._replace(superalgos="1.7.0", platform_running=True))
    found = together([("tokyo", GREEN), ("berlin", newer), ("lima", KINDS["no answer"])]).installation
    assert (found.root, found.superalgos) == (GREEN.installation.root, "tokyo:1.6.1, berlin:1.7.0")
    assert (found.ccxt, found.platform_running, found.user) == ("2.7.62", True, None)


def test_the_machine_without_an_answer_is_told_by_name_and_the_others_are_there() -> None:
    found = together([("tokyo", report(PATH_NOT_FOUND)), ("lima", without_answer("lima", "lima.json is empty"))])
    shown = text.render(found, color=False, width=200)
    assert "It is not known whether the tasks on lima may start: lima.json is empty [task-server-unreachable]" in shown
    assert f"at tokyo:{WORKSPACE}:830:31" in shown
    assert "not ready: nobody can say from here whether the tasks may start." in shown
