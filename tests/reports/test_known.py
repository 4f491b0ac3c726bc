"""A report is known again by what stands in it, and nothing else is taken for one."""

import json
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from report_samples import GREEN, MIXED
from report_strategies import reports

from superalgos_rsa.reports import json_report, text, tree
from superalgos_rsa.reports.known import is_report
from superalgos_rsa.validator.report import Report

WIDTHS = st.integers(1, 300)


def written(rendered: str) -> bytes:
    return rendered.encode("utf-8", "backslashreplace")


@given(reports(), WIDTHS, st.booleans(), st.booleans())
def test_every_report_for_people_is_known(report: Report, width: int, verbose: bool, quiet: bool) -> None:
    assert is_report(written(text.render(report, color=False, width=width, verbose=verbose, quiet=quiet)))


@given(reports())
def test_every_report_for_programs_is_known(report: Report) -> None:
    assert is_report(written(json_report.render(report)))


@given(reports(), WIDTHS)
def test_every_tree_is_known(report: Report, width: int) -> None:
    """Which draws documents, and the keys and tasks in them."""
    documents = {document.path for document in report.documents}
    assume(documents)
    keys = tuple(key for key in report.keys if key.document in documents)
    report = report._replace(keys=keys, tasks=tuple(task for task in report.tasks if task.document in documents))
    assert is_report(written(tree.render(report, color=False, width=width)))


@given(st.binary() | st.text().map(written) | st.recursive(st.text(), lambda v: st.lists(v) | st.dictionaries(
    st.sampled_from(["version", "tool", "keys"]), v)).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_nothing_else_is(data: bytes) -> None:
    assert not is_report(data)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-2],
        lambda data: data + b"more\n",
        lambda data: b"x" + data,
        lambda data: data + data,
    ],
    ids=["cut", "more behind", "more before", "twice"],
)
def test_neither_is_a_part_of_one_nor_more_than_one_for_programs(spoil: Callable[[bytes], bytes]) -> None:
    for report in (GREEN, MIXED):
        assert not is_report(spoil(written(json_report.render(report))))


@pytest.mark.parametrize("name", ["version", "tool", "installation", "documents", "keys", "summary"])
def test_nor_is_what_lacks_a_member_or_has_another_in_its_place(name: str) -> None:
    value = json_report.to_dict(MIXED)
    assert not is_report(json.dumps({key: value[key] for key in value if key != name}).encode())
    assert not is_report(json.dumps({**value, name: None}).encode())
    assert not is_report(json.dumps({**value, "rootNodes": []}).encode())


def test_nor_are_notes_that_quote_one() -> None:
    for rendered in (text.render(MIXED, color=False, width=80), tree.render(MIXED, color=False, width=80)):
        assert not is_report(written(rendered + "Note: mend the first one today.\n"))
    assert not is_report(written("Notes\n" + tree.render(MIXED, color=False, width=80)))
