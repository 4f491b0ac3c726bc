"""A file whose end is missing is told from one that is wrong."""

import json

import pytest

from superalgos_rsa.documents.broken_off import broken_off

WHOLE = json.dumps(
    {
        "type": "Workspace",
        "config": '{"docsLanguage": "\\u00e9\u20ac\U0001f511"}',
        "rootNodes": [None, True, False, -1.5e-07, 12.25, {}, [], {"a": {"b": ["c\\\u2028"]}}, ""],
    },
    indent=4,
    ensure_ascii=False,
).encode()
ESCAPED = b'{"a": "\\u00e9\\n", "b": 1E+5}'


@pytest.mark.parametrize("whole", [WHOLE, ESCAPED])
def test_every_beginning_of_json_is_cut_off(whole: bytes) -> None:
    assert broken_off(b"") == "is empty, as is left when Superalgos ends while it saves"
    for length in range(1, len(whole)):
        said = broken_off(whole[:length]) or ""
        assert said.startswith(f"is cut off after {length:,} bytes, as is left when"), whole[:length]


@pytest.mark.parametrize(
    "data",
    [
        WHOLE, b"null", b'{"a": 1,}', b'{"a" 1}', b"{'a': 1}", b'{"a": "C:\\k"}', b'{"a": truth', b'["a\nb"', b"{}}",
        b"\xff\xfe{", b'{"a": "\xff"', b"\0" * 20, b"\xef\xbb\xbf{", b"[" * 100_000, b"text", b"[1, 2" + b"}",
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_whole_or_wrong_is_not(data: bytes) -> None:
    assert broken_off(data) is None
