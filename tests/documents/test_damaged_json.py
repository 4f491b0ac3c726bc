"""Config text that a person broke is read as it was meant, and text whose meaning is open is left alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.documents.damaged_json import config_text, without_control_characters
from superalgos_rsa.documents.edit import quote
from superalgos_rsa.superalgos.key_config import read

A = "aB3dE6gH" * 8


@pytest.mark.parametrize(
    ("raw", "secret"),
    [
        (r'{"codeName": "a", "secret": "C:\Users\me\k.pem"}', r"C:\Users\me\k.pem"),
        (r'{"codeName": "a", "secret": "My-Secrets\k.pem"}', r"My-Secrets\k.pem"),
        (r'{"codeName": "a", "secret": "\\server\keys\k.pem"}', r"\\server\keys\k.pem"),
        (r'{"codeName": "a", "secret": "C:\\Users\me\k.pem"}', r"C:\Users\me\k.pem"),
        (r'{"codeName": "a", "secret": "C:\\Users\\me\\k.pem",}', r"C:\Users\me\k.pem"),
        ('{"codeName": "a", "secret": "k.pem",}', "k.pem"),
        ('{"codeName": "a", "secret": "k.pem" , }', "k.pem"),
        ('{"codeName": "a", "secret": "k,}.pem",\n}', "k,}.pem"),
        ('{"codeName": "a", "list": [1, 2,], "secret": "k.pem"}', "k.pem"),
        ("{\u201ccodeName\u201d: \u201ca\u201d, \u201csecret\u201d: \u201ck.pem\u201d}", "k.pem"),
        ("{\u201ecodeName\u201c: \u201ea\u201c, \u201esecret\u201c: \u201ek.pem\u201c}", "k.pem"),
        ('{"codeName": "a", "secret": \u201ck.pem"}', "k.pem"),
        ('\ufeff{"codeName": "a", "secret": "k.pem"}', "k.pem"),
        ("{\u201ccodeName\u201d: \u201ca\u201d, \u201csecret\u201d: \u201cC:\\Users\\k.pem\u201d,}", r"C:\Users\k.pem"),
        ('{"codeName": "a", "secret": "a \u201cquoted\u201d word",}', "a \u201cquoted\u201d word"),
    ],
)
def test_what_was_meant(raw: str, secret: str) -> None:
    assert read(raw).state == "invalid"
    repaired = config_text(raw)
    assert repaired is not None
    assert read(repaired).fields["secret"] == secret
    assert read(repaired).fields["codeName"] == "a"


@pytest.mark.parametrize(
    "raw",
    ["", "{", "}", "null", "[]", '"text"', "{codeName: 1}", '{"codeName": }', '{"a": 1}}', "{'codeName': 'a'}", "text"],
)
def test_what_is_open_is_left_alone(raw: str) -> None:
    assert config_text(raw) is None


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=4
)
_CONFIGS = st.dictionaries(st.text(max_size=5), _VALUES, max_size=4)


@given(_CONFIGS, st.sampled_from([None, 1, 4]))
def test_a_config_that_is_well_means_the_same_afterwards(config: dict[str, Any], indent: int | None) -> None:
    """Except a path in which every backslash begins a legal escape: that one was meant as it is spelled."""
    text = json.dumps(config, indent=indent, ensure_ascii=False)
    if "\\" not in text:
        assert config_text(text) == text


_PATHS = st.lists(st.text("abnrtufUV0.- é", min_size=1, max_size=8).map(str.strip).filter(bool), min_size=2, max_size=4)


@given(_PATHS, st.sampled_from("CDz"))
def test_every_windows_path_comes_back_as_it_was_typed(parts: list[str], drive: str) -> None:
    path = f"{drive}:\\" + "\\".join(parts)
    raw = f'{{"codeName": "{A}", "secret": "{path}",}}'
    repaired = config_text(raw)
    assert repaired is not None
    assert read(repaired).fields["secret"] == path


@given(st.text(max_size=30))
def test_no_text_whatsoever_makes_it_fail(text: str) -> None:
    repaired = config_text(text)
    assert repaired is None or read(repaired).state == "read"


@given(_PATHS)
def test_control_characters_are_taken_for_the_letters_they_were_typed_as(parts: list[str]) -> None:
    path = "C:\\" + "\\".join(part.replace("u", "a").replace("U", "A") for part in parts)
    try:
        parsed = json.loads(f'"{path}"')
    except ValueError:
        return
    assert without_control_characters(parsed) == path


def test_what_is_repaired_can_be_written_into_a_document() -> None:
    repaired = config_text(r'{"codeName": "a", "secret": "C:\new\té.pem"}')
    assert repaired is not None
    assert json.loads(json.loads(quote(repaired)))["secret"] == "C:\\new\\té.pem"
