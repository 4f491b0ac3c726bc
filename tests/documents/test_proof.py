"""A text that was edited is proven to hold the values that were meant, and no other that is not as before."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from superalgos_rsa.documents.edit import GONE, Edit, Meant, quote
from superalgos_rsa.documents.embedded_json import set_members
from superalgos_rsa.documents.json_text import Pointer, Span, locate
from superalgos_rsa.documents.proof import edited, is_as_meant
from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal

NODE = '{"config": "{\\"codeName\\": \\"a\\", \\"uid\\": 1}", "keys": [[], null, 5]}'


@pytest.mark.parametrize(
    ("new", "meant"),
    [
        (NODE, []),
        (NODE.replace("5", "6"), [(("keys", 2), 6)]),
        (NODE.replace("5", "5, 7"), [(("keys", 3), 7)]),
        (NODE.replace(", 5", ""), [(("keys", 2), GONE)]),
        (NODE.replace(", null, 5", ""), [(("keys", 2), GONE), (("keys", 1), GONE)]),
        (NODE.replace("null, 5", "8"), [(("keys", 1), GONE), (("keys", 1), 8)]),
        (NODE.replace("[[], null, 5]", "[[], null, 5], \"name\": {}"), [(("name",), {})]),
        (NODE.replace("a\\", "b\\"), [(("config", "codeName"), "b")]),
        (NODE.replace(" 1}", " 1 , \\\"secret\\\":\\\"s\\\"}"), [(("config", "secret"), "s")]),
        (NODE.replace("[]", "{ }"), [(("keys", 0), {})]),
        ("[]", [((), [])]),
        ('["x"]', [((), []), ((0,), "x")]),
        ("\ufeff" + NODE, []),
    ],
)  # fmt: skip
def test_what_was_meant_is_accepted(new: str, meant: list[tuple[Pointer, Any]]) -> None:
    assert is_as_meant(NODE, new, [Meant(*one) for one in meant])


@pytest.mark.parametrize(
    ("new", "meant"),
    [
        (NODE.replace("[[]", '[["config": "{}"]'), [(("keys", 0, "config"), "{}")]),
        (NODE.replace("5", "6"), []),
        (NODE.replace("5", "5.0"), []),
        (NODE.replace(" 1}", " true}"), []),
        (NODE.replace(" 1}", " 2}"), [(("config", "codeName"), "a")]),
        (NODE.replace("a\\", "b\\").replace(" 1}", " 2}"), [(("config", "codeName"), "b")]),
        (NODE, [(("keys", 2), 6)]),
        (NODE.replace(", null", ""), [(("keys", 2), GONE)]),
        (NODE.replace("null, 5", "5, null"), []),
        (NODE.replace("5", "5, 7"), [(("keys", 4), 7)]),
        (NODE.replace('"keys"', '"kéys"'), []),
        (NODE, [(("nothing", "there"), 1)]),
        (NODE, [(("keys", "0"), [])]),
        (NODE, [(("keys", 2, "config"), "{}")]),
        (NODE, [(("keys", 2, 0), "{}")]),
        (NODE[:-1], []),
        (NODE + "x", []),
        ("", [((), "")]),
    ],
)  # fmt: skip
def test_anything_else_is_refused(new: str, meant: list[tuple[Pointer, Any]]) -> None:
    assert not is_as_meant(NODE, new, [Meant(*one) for one in meant])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def _pointers(value: Any, at: Pointer = ()) -> list[Pointer]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(pointer for step, item in items for pointer in _pointers(item, (*at, step)))]


@given(_JSON, _JSON, st.data())
def test_an_edit_at_its_place_is_proven_and_at_any_other_refused(value: Any, new: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    pointers = _pointers(value)
    place, other = data.draw(st.sampled_from(pointers)), data.draw(st.sampled_from(pointers))
    span = locate(text, [place])[place]
    assume(json.dumps(new) != text[span.start : span.end])
    made, _ = edited(text, [Edit(span, json.dumps(new), Meant(place, new))])
    assert place == other or not is_as_meant(text, made, [Meant(other, new)])
    with pytest.raises(SuperalgosRsaError, match="other values than it says"):
        edited(text, [Edit(span, json.dumps(new))])


@given(st.dictionaries(st.text(max_size=5), _JSON, max_size=4), st.text(), st.text())
def test_members_of_a_config_are_proven_within_its_text(config: dict[str, Any], code_name: str, secret: str) -> None:
    text = json.dumps([{"config": json.dumps(config)}], ensure_ascii=False)
    at = (0, "config")
    edits = set_members(text, locate(text, [at])[at], {"codeName": code_name, "secret": secret})
    edited(text, [edit.below(at) for edit in edits])
    if len(edits) == 2:
        with pytest.raises(SuperalgosRsaError):
            edited(text, [edits[0].below(at), Edit(edits[1].span, edits[1].replacement)])


def test_items_that_are_taken_out_together_each_stand_where_they_stood_before() -> None:
    text = "[[0, 1, 2], 3, 4]"
    spans = [((1,), Span(10, 13)), ((0, 0), Span(2, 5)), ((0, 2), Span(6, 9)), ((2,), Span(13, 16))]
    made, _ = edited(text, [Edit(span, "", Meant(pointer, GONE)) for pointer, span in spans])
    assert json.loads(made) == [[1]]


def test_the_journal_writes_nothing_that_is_not_as_meant(tmp_path: Any) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for file in files:
        file.write_text(NODE)
    good = Change(str(files[0]), NODE.encode(), b"[]", meant=[Meant((), [])])
    for bad, meant in ((b'[["config": "{}"]]', [Meant(("keys",), [])]), (NODE.replace("5", "6").encode(), [])):
        with pytest.raises(SuperalgosRsaError, match="nothing was written"):
            Journal(tmp_path / "state").apply([good, Change(str(files[1]), NODE.encode(), bad, meant=meant)], "t", 0)
    assert [file.read_text() for file in files] == [NODE, NODE]
    assert Journal(tmp_path / "state").apply([good], "t", 0) == 1


def test_a_change_shows_no_value() -> None:
    meant = Meant(("secret",), "CANARY")
    assert "CANARY" not in repr(Change("path", meant=[meant]))
    assert "CANARY" not in repr(Edit(Span(0, 0), quote("CANARY"), meant))
