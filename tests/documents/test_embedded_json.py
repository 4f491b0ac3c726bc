"""Edits inside a config, which is JSON inside a JSON string: the value asked for changes, and not one other byte."""

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from superalgos_rsa.documents.edit import apply
from superalgos_rsa.documents.embedded_json import outer_span, set_members
from superalgos_rsa.documents.json_text import Span, decode, locate, parse
from superalgos_rsa.superalgos.workspace import read_workspace

BACKSLASH = "\\"


def _string(inner: str, styles: Iterator[str]) -> str:
    """The text as a JSON string, each character written in the next of the ways JSON has for it."""

    def units(character: str) -> str:
        data = character.encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{data[i]:02x}{data[i + 1]:02X}" for i in range(0, len(data), 2))

    def written(character: str) -> str:
        style = next(styles)
        if style == "code":
            return units(character)
        if character == "/" and style == "solidus":
            return "\\/"
        return json.dumps(character, ensure_ascii=False)[1:-1]

    return '"' + "".join(map(written, inner)) + '"'


_STYLES = st.lists(st.sampled_from(["plain", "code", "solidus"]), min_size=1, max_size=5)
_SPACE = st.text(" \t\r\n", max_size=3)
_VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", '"', BACKSLASH, "😀", "C:\\n"]
)
_OTHERS = st.recursive(
    st.none() | st.integers() | _VALUES, lambda inner: st.lists(inner) | st.dictionaries(_VALUES, inner)
)


@st.composite
def _configs(draw: st.DrawFn) -> str:
    """A config of any layout, with `codeName` and `secret` somewhere in it."""
    names = draw(st.permutations(["codeName", "secret", *draw(st.lists(_VALUES, max_size=3))]))
    members = []
    for name in names:
        value = draw(_VALUES if name in ("codeName", "secret") else _OTHERS)
        spaces = [draw(_SPACE) for _ in range(4)]
        # A value the way `quote` writes it, so that setting it back can give the same bytes.
        spelled = json.dumps(value, ensure_ascii=False)
        members.append(f"{spaces[0]}{json.dumps(name)}{spaces[1]}:{spaces[2]}{spelled}{spaces[3]}")
    return draw(_SPACE) + "{" + ",".join(members) + "}" + draw(_SPACE)


@given(_configs(), _STYLES, _VALUES, _VALUES)
@example('{"codeName": "", "secret": "😀"}', ["code"], "a", "b")
def test_setting_two_members_changes_nothing_else_in_any_layout(
    config: str, styles: list[str], code_name: str, secret: str
) -> None:
    string = _string(config, cycle(styles))
    text = f'{{"config": {string} , "type": "x"}}'
    span = locate(text, [("config",)])[("config",)]
    edited = apply(text, set_members(text, span, {"codeName": code_name, "secret": secret}))
    before, after = parse(config), parse(parse(edited)["config"])
    assert after == {**before, "codeName": code_name, "secret": secret}
    assert list(after) == list(before)
    # Take the two values out of both texts: what is left is the same.
    assert _without_values(edited) == _without_values(text)


def _without_values(text: str) -> str:
    string = locate(text, [("config",)])[("config",)]
    inner = parse(text)["config"]
    spans = locate(inner, [("codeName",), ("secret",)])
    holes = [outer_span(text, string, spans[name,]) for name in ("codeName", "secret")]
    for hole in sorted(holes, key=lambda span: -span.start):
        text = text[: hole.start] + text[hole.end :]
    return text


@given(_configs(), _VALUES, _VALUES)
def test_setting_and_setting_back_is_the_identity_where_the_platform_wrote_the_file(
    config: str, code_name: str, secret: str
) -> None:
    old = parse(config)
    text = json.dumps({"config": config}, ensure_ascii=False, indent=4)
    span = locate(text, [("config",)])[("config",)]
    there = apply(text, set_members(text, span, {"codeName": code_name, "secret": secret}))
    span = locate(there, [("config",)])[("config",)]
    assert apply(there, set_members(there, span, {"codeName": old["codeName"], "secret": old["secret"]})) == text


def test_setting_and_setting_back_is_the_identity_on_every_real_key(real_workspaces: Path) -> None:
    seen = 0
    for path in sorted(real_workspaces.glob("*.json")):
        text = decode(path.read_bytes())
        for key in read_workspace(parse(text)).keys:
            config = (*key.pointer, "config")
            old = key.config.fields
            span = locate(text, [config])[config]
            there = apply(text, set_members(text, span, {"codeName": "aé\\😀", "secret": 'C:\\k "1".pem'}))
            moved = locate(there, [config])[config]
            back = set_members(there, moved, {"codeName": old["codeName"], "secret": old["secret"]})
            assert there != text
            assert there[: span.start] == text[: span.start]
            assert there[moved.end :] == text[span.end :]
            assert apply(there, back) == text
            seen += 1
    assert seen == 17


@pytest.mark.parametrize(
    ("config", "members", "expected"),
    [
        ("{}", {"secret": "s"}, '{"secret": "s"}'),
        ("{ }", {"secret": "s"}, '{"secret": "s" }'),
        ("{}", {"codeName": "c", "secret": "s"}, '{"codeName": "c", "secret": "s"}'),
        ('{"uid": "u"}', {"secret": "s"}, '{"uid": "u","secret": "s"}'),
        ('{\n    "uid": "u"\n}', {"secret": "s"}, '{\n    "uid": "u",\n    "secret": "s"\n}'),
        ('{\r\n\t"a": {"b": [1]}\r\n}', {"secret": "s"}, '{\r\n\t"a": {"b": [1]},\r\n\t"secret": "s"\r\n}'),
        ('{\n "secret": "" ,\n "uid": 1\n}', {"codeName": "c"}, '{\n "secret": "" ,\n "uid": 1,\n "codeName": "c"\n}'),
        ('{"codeName": null, "secret": 5}', {"codeName": "c", "secret": "s"}, '{"codeName": "c", "secret": "s"}'),
        ('{"secret": {"a": 1}}', {"secret": "s"}, '{"secret": "s"}'),
        ('{"secret": "a", "uid": 1, "secret": "b"}', {"secret": "s"}, '{"secret": "a", "uid": 1, "secret": "s"}'),
        ('{"\\u0073ecret": "a"}', {"secret": "s"}, '{"\\u0073ecret": "s"}'),
        ('{"secret": "a"}', {"secret": "a"}, '{"secret": "a"}'),
        ('{"secret": "\\u0061"}', {"secret": "a"}, '{"secret": "\\u0061"}'),
        ('{"secret": ""}', {"secret": "C:\\new\\table.pem"}, '{"secret": "C:\\\\new\\\\table.pem"}'),
        ('{"secret": ""}', {"secret": "-----BEGIN\n\t"}, '{"secret": "-----BEGIN\\n\\t"}'),
    ],
)
def test_members_absent_or_of_another_type_are_set_in_the_layout_around_them(
    config: str, members: dict[str, str], expected: str
) -> None:
    text = json.dumps([config])
    edited = apply(text, set_members(text, Span(1, len(text) - 1), members))
    assert parse(edited) == [expected]


def test_a_value_that_stands_there_already_makes_no_edit() -> None:
    text = json.dumps(['{"codeName": "c", "secret": "s"}'])
    assert set_members(text, Span(1, len(text) - 1), {"codeName": "c", "secret": "s"}) == []
