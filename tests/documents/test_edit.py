"""An edit changes the bytes of its place and no other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_json import NodeJson, spelled

from documents.any_document import DOCUMENTS, TEXTS, at, pointers
from superalgos_rsa.documents.edit import Edit, apply, quote
from superalgos_rsa.documents.json_text import (
    Span,
    locate,
    parse,
)


@given(DOCUMENTS, st.data())
def test_an_edit_changes_the_bytes_of_its_span_only(text: str, data: st.DataObject) -> None:
    value = parse(text)
    pointer = data.draw(st.sampled_from(list(pointers(value))))
    replacement = data.draw(TEXTS)
    span = locate(text, [pointer])[pointer]
    edited = apply(text, [Edit(span, quote(replacement))])
    assert edited.startswith(text[: span.start])
    assert edited.endswith(text[span.end :])
    assert edited[span.start : len(edited) - (len(text) - span.end)] == quote(replacement)
    expected: Any = {"": value}
    at(expected, ("", *pointer)[:-1])[("", *pointer)[-1]] = replacement
    assert spelled(parse(edited)) == spelled(expected[""])


# --- Edits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [(Span(0, 3), Span(2, 4)), (Span(0, 3), Span(0, 3)), (Span(1, 2), Span(0, 5)), (Span(0, 3), Span(1, 1))],
)
def test_edits_that_overlap_are_refused(first: Span, second: Span) -> None:
    for edits in ([Edit(first, "x"), Edit(second, "y")], [Edit(second, "y"), Edit(first, "x")]):
        with pytest.raises(ValueError, match="overlap"):
            apply("0123456789", edits)


def test_edits_that_touch_are_made_in_the_order_of_their_places() -> None:
    edits = [Edit(Span(5, 6), "E"), Edit(Span(0, 2), "ab"), Edit(Span(2, 2), "+"), Edit(Span(2, 4), "")]
    assert apply("0123456789", edits) == "ab+4E6789"


def test_an_edit_does_not_show_what_it_writes() -> None:
    assert "CANARY" not in repr(Edit(Span(0, 0), "CANARY"))


@given(st.text(st.characters(codec=None)))
def test_a_quoted_text_is_read_back_by_javascript(node_json: NodeJson, value: str) -> None:
    """Lone surrogates too: they are escaped, so that the file stays UTF-8."""
    quoted = quote(value)
    quoted.encode("utf-8")
    whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    assert node_json.parse(quoted) == ("plain", whole)
