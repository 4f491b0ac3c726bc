"""A record is acted upon only if it is one; what is none is never shown, taken back or removed."""

import datetime
import json

from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.files.journal_plan import entry_of, is_plan

CHANGE = {"path": "/x", "old": True, "new": True, "old_mode": None, "new_mode": 0o600, "folder": False}
PLAN = {"time": 5, "age": 1.5, "title": "t", "report": False, "state": "applied", "changes": [CHANGE]}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("applied"),
    lambda value: st.lists(value) | st.dictionaries(st.sampled_from([*PLAN, *CHANGE]), value),
)


def test_a_record_is_known() -> None:
    assert is_plan(PLAN)
    assert is_plan({name: PLAN[name] for name in ("time", "title", "state", "changes")})


@given(anything, st.sampled_from([None, *PLAN, *CHANGE]))
def test_whatever_is_taken_for_a_record_can_be_shown(value: object, name: str | None) -> None:
    plan = value
    if name is not None:
        plan = {**PLAN, name: value} if name in PLAN else {**PLAN, "changes": [{**CHANGE, name: value}]}
    if is_plan(plan):
        assert isinstance(plan, dict)
        entry = entry_of(1, plan)
        assert datetime.datetime.fromtimestamp(entry.time).astimezone().isoformat()
        assert ", ".join(entry.paths).isascii() in (True, False)
        json.dumps(plan)


@given(st.sampled_from([*PLAN]), st.sampled_from([None, [], {}, "x", -1, 1e300, float("nan"), ["applied"]]))
def test_a_member_of_another_kind_makes_it_none(name: str, value: object) -> None:
    fits = (name, value) in [("title", "x"), ("changes", [])]
    assert is_plan({**PLAN, name: value}) is fits
