"""JSON as JavaScript reads it, with every value found at its place."""

import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_json import NodeJson, spelled

from documents.any_document import DOCUMENTS, at, pointers
from superalgos_rsa.documents.duplicates import Duplicates, parse_noting_duplicates
from superalgos_rsa.documents.edit import apply
from superalgos_rsa.documents.json_text import (
    MOST_TOLD,
    JsonError,
    Place,
    Pointer,
    Span,
    decode,
    encode,
    locate,
    parse,
    place,
    places,
    pointer_text,
    utf8_error,
)

CORPUS: dict[str, bytes] = {
    "4-space": b'{\n    "a": [\n        1,\n        2\n    ]\n}',
    "compact": b'{"a":[1,2],"b":{"c":"d"}}',
    "CRLF": b'{\r\n    "a": 1\r\n}\r\n',
    "CR": b'{\r"a":1\r}',
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "final newlines": b'{"a": 1}\n\n\n',
    "odd indents": b'\t{ \n  "a"\t:\n\n 1 , "b" :[ ]\r\n\t}  ',
    "invalid UTF-8": b'{"a": "\xff\xfe\x80", "b": "\xc3"}',
    "unicode": '{"é": "日本 😀 \u2028"}'.encode(),
    "surrogate escapes": b'{"a": "\\ud83d\\ude00 \\ud800"}',
    "duplicates": b'{"a": 1, "a": {"b": 2}, "a": [3]}',
    "no JSON": b'{"a": C:\\Users}',
    "empty": b"",
    "NUL": b"\0\0",
}


@pytest.mark.parametrize("data", CORPUS.values(), ids=CORPUS)
def test_no_edit_changes_no_byte(data: bytes) -> None:
    assert encode(apply(decode(data), [])) == data


@given(st.binary())
def test_any_bytes_survive_decoding(data: bytes) -> None:
    assert encode(decode(data)) == data


def test_the_real_workspaces_survive_and_every_key_node_is_found_in_them(real_workspaces: Path) -> None:
    for path in real_workspaces.glob("*.json"):
        data = path.read_bytes()
        text = decode(data)
        value = parse(text)
        assert encode(apply(text, [])) == data
        roots: list[Pointer] = [("rootNodes", i) for i in range(len(value["rootNodes"]))]
        for pointer, span in locate(text, roots).items():
            assert parse(text[span.start : span.end]) == at(value, pointer)


# --- What is JSON -----------------------------------------------------------------------------------------------------

ACCEPTED = {
    "huge integer": "1" + "0" * 400,
    "integer beyond a double's precision": "9007199254740993",
    "integer of 5,000 digits": "7" * 5000,
    "negative integer of 5,000 digits": "-" + "7" * 5000,
    "too large a float": "[1e999, -1e999]",
    "too small a float": "1e-999",
    "negative zero": "-0",
    "exponents": "[1E5, 1e+5, 1.5e-5]",
    "lone surrogate": '"\\ud800"',
    "surrogates in the wrong order": '"\\ude00\\ud83d"',
    "surrogate pair": '"\\ud83d\\ude00"',
    "line separators": '"\u2028\u2029"',
    "DEL and C1": '"\x7f\x85"',
    "every escape": '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"',
    "NUL by escape": '"\\u0000"',
    "white space": " \t\r\n[ \t\r\n1 \t\r\n] \t\r\n",
    "duplicate": '{"a": 1, "a": 2}',
    "duplicate of another spelling": '{"a": 1, "\\u0061": 2}',
    "prototype": '{"__proto__": 1, "constructor": 2}',
    "empty name": '{"": 1}',
    "number names": '{"10": 1, "9": 2}',
    "scalar": "null",
    "nested 900 deep": "[" * 900 + "]" * 900,
}
REFUSED = {
    "empty": "",
    "blank": "  \n",
    "NaN": "NaN",
    "Infinity": "[Infinity]",
    "negative Infinity": '{"a": -Infinity}',
    "undefined": "undefined",
    "Python's words": "True",
    "leading zero": "01",
    "negative leading zero": "-01",
    "plus sign": "+1",
    "no digit before the point": ".5",
    "no digit after the point": "5.",
    "no exponent": "1e",
    "lone minus": "-",
    "hexadecimal": "0x10",
    "other digits": "\u0661",
    "grouped digits": "1_000",
    "trailing comma in a list": "[1,]",
    "trailing comma in an object": '{"a": 1,}',
    "lone comma": "[,]",
    "missing comma": "[1 2]",
    "missing colon": '{"a" 1}',
    "missing value": '{"a":}',
    "name without quotes": "{a: 1}",
    "value without quotes": '{"secret": C:/k.pem}',
    "single quotes": "{'a': 1}",
    "typographic quotes": "{\u201ca\u201d: 1}",
    "newline in a text": '"a\nb"',
    "tab in a text": '"a\tb"',
    "NUL in a text": '"a\0b"',
    "unescaped Windows path": r'"C:\Users\k.pem"',
    "short escape": r'"\u12"',
    "escape with a sign": r'"\u+123"',
    "escape with a blank": r'"\u 123"',
    "escape with an underscore": r'"\u1_23"',
    "hexadecimal escape": r'"\x41"',
    "escape at the end": '"\\',
    "unfinished text": '"abc',
    "unfinished list": "[1",
    "unfinished object": '{"a": 1',
    "wrong bracket": "[1}",
    "two values": "1 2",
    "comment": "/* a */ 1",
    "no-break space": "\u00a01",
    "form feed": "\f1",
    "line separator between": "[1,\u20282]",
    "byte order mark inside": "[\ufeff1]",
    "two byte order marks": "\ufeff\ufeff1",
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_what_javascript_accepts_has_the_value_that_javascript_gives_it(text: str, node_json: NodeJson) -> None:
    assert node_json.accepts(text)
    if len(text) != 1800:  # spelling it out recurses
        assert spelled(parse(text)) == node_json.parse(text)
    assert locate(text, [()])[()].end == len(text.rstrip())


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_javascript_refuses_is_refused(text: str, node_json: NodeJson) -> None:
    assert not node_json.accepts(text)
    with pytest.raises(JsonError):
        parse(text)


def test_a_byte_order_mark_is_forgiven_here_and_told_by_a_finding(node_json: NodeJson) -> None:
    assert not node_json.accepts("\ufeff{}")
    assert parse("\ufeff{}") == {}
    assert locate('\ufeff{"a": 1}', [("a",)])[("a",)] == Span(7, 8)


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_a_hundred_thousand_levels_are_refused_although_javascript_reads_them(text: str, node_json: NodeJson) -> None:
    assert node_json.accepts(text)
    with pytest.raises(JsonError, match="nested too deep"):
        parse(text)


SECRET = "Zq7Canary0Xw"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"secret": {SECRET}}}',
        f'{{"secret": "{SECRET}\\Users"}}',
        f'{{"secret": "{SECRET}\n"}}',
        f'{{"secret": "{SECRET}" "}}',
        f'{{"secret": "{SECRET}}}',
        f'{{"secret": "{SECRET}",}}',
        f'{{"{SECRET}" 1}}',
        f'{{"secret": "\\u{SECRET}"}}',
        f'{{"secret": NaN, "{SECRET}": 1}}',
        f'"{SECRET}" {SECRET}',
        f"{SECRET}",
        f"'{SECRET}'",
        f'["{SECRET}", {"[" * 100_000}',
    ],
)
def test_an_error_tells_the_place_and_a_reason_and_quotes_nothing(text: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(error.args) + error.reason
    assert SECRET not in shown
    assert error.reason
    assert error.place.line >= 1
    assert error.place.column >= 1


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("", 1, 1, "empty"),
        ('{\n  "a": 1,\n}', 3, 1, "comma"),
        ('{\n  "a": “x”\n}', 2, 8, "typographic"),
        ('{"secret":\n "C:\\Users"}', 2, 5, "backslash"),
        ('{"a": "x\ty"}', 1, 9, "control character"),
        ('{"a": "xy', 1, 7, "has no end"),
        ("[1 2]", 1, 4, "comma or the end"),
        ("{}\n{}", 2, 1, "more text"),
        ('{"a" 1}', 1, 6, "colon"),
        ("{a: 1}", 1, 2, "name in double quotes"),
    ],
)
def test_the_place_of_an_error_is_where_a_person_looks(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    assert caught.value.place == Place(line, column)
    assert reason in caught.value.reason


@given(DOCUMENTS)
def test_any_document_has_the_value_that_javascript_gives_it(node_json: NodeJson, text: str) -> None:
    assert spelled(parse(text)) == node_json.parse(text)


@given(st.text(alphabet='{}[]":,\\u0aE1.-+ \n\tntf\ufeff'))
def test_any_text_is_accepted_or_refused_as_by_javascript(node_json: NodeJson, text: str) -> None:
    try:
        mine: Any = spelled(parse(text.removeprefix("\ufeff")))
    except JsonError:
        mine = None
    assert mine == node_json.parse(text.removeprefix("\ufeff"))


@given(DOCUMENTS)
def test_the_span_of_every_value_holds_that_value_and_no_space(text: str) -> None:
    value = parse(text)
    spans = locate(text, pointers(value))
    assert spans.keys() == set(pointers(value))
    for pointer, span in spans.items():
        found = text[span.start : span.end]
        assert spelled(parse(found)) == spelled(at(value, pointer))
        assert found == found.strip(" \t\r\n")
    assert places(text, spans) == {pointer: place(text, span.start) for pointer, span in spans.items()}


@given(DOCUMENTS)
def test_a_name_that_stands_twice_is_told_at_the_place_that_counts(text: str) -> None:
    value, found = parse_noting_duplicates(text)
    twice = found.places
    assert spelled(value) == spelled(parse(text))
    outermost = {p: where for p, where in twice.items() if not any(p[:n] in twice for n in range(len(p)))}
    spans = locate(text, outermost)
    assert {pointer: place(text, spans[pointer].start) for pointer in outermost} == outermost
    assert found.more == 0


def test_the_last_of_duplicates_counts_even_where_the_first_held_more() -> None:
    text = '{"a": {"b": 1, "c": [2]},\n "a": {"b": 3}}'
    assert parse(text) == {"a": {"b": 3}}
    spans = locate(text, [("a", "b"), ("a", "c", 0)])
    assert text[spans[("a", "b")].start] == "3"
    assert ("a", "c", 0) not in spans
    assert parse_noting_duplicates(text)[1] == Duplicates({("a",): Place(2, 7)})


def test_of_ten_thousand_duplicates_the_first_are_told_and_the_others_counted() -> None:
    text = "{" + ",".join(f'"{i}": [[]], "{i}": [[]]' for i in range(10_000)) + "}"
    found = parse_noting_duplicates(text)[1]
    assert list(found.places) == [(str(i),) for i in range(MOST_TOLD)]
    assert found.more == 10_000 - MOST_TOLD


def test_a_pointer_is_written_as_in_rfc_6901() -> None:
    assert pointer_text(()) == ""
    assert pointer_text(("a/b", 0, "m~n", "")) == "/a~1b/0/m~0n/"


def test_the_first_byte_that_is_no_utf8_is_told_by_line_and_character() -> None:
    assert utf8_error("é\n日x".encode() + b"\xff\xfe") == Place(2, 3)
    assert utf8_error("é".encode()) is None
