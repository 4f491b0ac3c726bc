"""A saved report is read back as it was, and what is none is refused without a word of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from report_samples import GREEN, MIXED
from report_strategies import reports

from superalgos_rsa.reports import json_report, text
from superalgos_rsa.reports.saved import NoReportError, read
from superalgos_rsa.validator.report import Report

CANARY = "9f8Hs7dKq2LmZx81Vb5Nc3Ty6Uw4Ro0P"


def saved(report: Report, **changed: object) -> bytes:
    return json.dumps({**json_report.to_dict(report), **changed}).encode()


@pytest.mark.parametrize("report", [GREEN, MIXED])
def test_a_report_is_read_back_as_it_was(report: Report) -> None:
    assert read(json_report.render(report).encode()) == report


@given(reports())
def test_any_report_is_read_back_and_shown_as_it_was_but_for_counts_that_are_wrong(report: Report) -> None:
    written = json_report.render(report).encode()
    found = read(written)
    assert read(json_report.render(found).encode()) == found
    as_programs_read = json.loads(written)
    assert {**json_report.to_dict(found), "summary": None} == {**as_programs_read, "summary": None}
    text.render(found, color=False, width=80)


def test_counts_are_not_believed() -> None:
    lie = {"errors": 0, "warnings": 0, "infos": 0, "keys": 0, "tasks": 0, "ready": True}
    blocked = GREEN._replace(tasks=(GREEN.tasks[0]._replace(ready=False),))
    assert read(saved(MIXED, summary=lie)).summary.errors == MIXED.summary.errors
    assert not read(saved(blocked, summary=lie)).summary.ready
    assert not read(saved(GREEN, summary={**lie, "ready": False})).summary.ready


def test_members_of_a_later_version_are_passed_over() -> None:
    value: dict[str, Any] = json.loads(saved(MIXED, later={"a": 1}))
    for part in (value["installation"], value["findings"][0], value["keys"][0]["secret"], value["summary"]):
        part["later"] = CANARY
    assert read(json.dumps(value).encode()) == MIXED


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbf" + saved(GREEN)) == GREEN


WRONG = {
    b'{"version": 1,\n "a": }': "line 2, column 7: it is no JSON: ",
    b'{"a": "\xff"}': "line 1, column 8: it is not UTF-8",
    saved(GREEN).decode().encode("utf-16"): "line 1, column 1: it is not UTF-8",
    b"[" * 5000: "nested too deep",
    b"[]": "no report of superalgos-rsa",
    b'{"version": 1}': "no report of superalgos-rsa",
    json.dumps({"rootNodes": [], "type": "Workspace", "name": CANARY}).encode(): "no report of superalgos-rsa",
    f"-----BEGIN PRIVATE KEY-----\n{CANARY}".encode(): "line 1, column 1: it is no JSON",
    saved(GREEN, version=2): "its version of the report is not 1",
    saved(GREEN, version=CANARY): "its version of the report is not 1",
    saved(GREEN, version=True): "/version must be `1`",
    saved(GREEN, findings=[0]): "/findings/0 must be an object, not a number",
    saved(GREEN, findings=[{CANARY: CANARY}]): "/findings/0 lacks `rule`",
    saved(GREEN, tool=[CANARY]): "/tool must be text, not a list",
    saved(GREEN, keys=[{**json_report.to_dict(GREEN)["keys"][0], "usable": CANARY}]):  # type: ignore[index]
        "/keys/0/usable must be true or false or null, not text",
}  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_no_report_is_refused_with_the_place_and_without_a_word_of_it(data: bytes, reason: str) -> None:
    with pytest.raises(NoReportError) as caught:
        read(data)
    assert reason in caught.value.reason
    assert CANARY not in caught.value.reason
