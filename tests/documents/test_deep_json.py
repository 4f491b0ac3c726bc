"""What is nested too deep for Python is read as everything else is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.documents.deep_json import _scan_deep, levels, parse_deep
from superalgos_rsa.documents.json_text import JsonError, LimitError, Scan, parse

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


def _read(text: str, *scan: Scan) -> object:
    try:
        return json.dumps(parse(text, *scan))
    except JsonError as error:
        return error.reason, error.place


@given(_VALUES, st.sampled_from([None, 1]), st.integers(0, 1000), st.sampled_from(["", *'{}[],:"x 0']))
def test_with_a_stack_of_its_own_it_reads_the_same_and_refuses_the_same(
    value: Any, indent: int | None, at: int, put: str
) -> None:
    text = json.dumps(value, indent=indent)
    damaged = text[: at % len(text)] + put + text[at % len(text) + 1 :]
    for each in (text, damaged):
        assert _read(each, _scan_deep) == _read(each)


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_a_hundred_thousand_levels_are_read(text: str) -> None:
    assert levels(parse_deep(text)) == 100_000
    with pytest.raises(JsonError, match=r"is expected|is no JSON|is missing"):
        parse_deep(text[:-1])


def test_its_limits_are_those_of_every_text() -> None:
    with pytest.raises(LimitError):
        parse_deep("[" * 200_000 + "]" * 200_000)


@pytest.mark.parametrize(("value", "count"), [(5, 0), ("[[", 0), ([], 1), ({"a": [1], "b": [[]]}, 3)])
def test_levels(value: Any, count: int) -> None:
    assert levels(value) == count
