"""How the vault code reads, merges and stringifies a config of an odd form: each class was found by comparing the model
with the platform's own code, and tried on the running platform (1.6.1)."""

import json
from typing import Any

import pytest
from workspaces import entry, key, with_keys

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.edit import apply
from superalgos_rsa.documents.embedded_json import set_members
from superalgos_rsa.documents.json_text import Span, parse
from superalgos_rsa.superalgos.load_route import VaultReader, load
from superalgos_rsa.superalgos.workspace import read_workspace
from superalgos_rsa.validator.credential import resolve

ODD = {"length": 1, "toString": 1}
V = entry("a", "V")


def _config(raw: Any) -> dict[str, Any]:
    return {**key(), "config": raw}


MERGED: dict[str, tuple[Any, list[Any], Any]] = {
    "a list of one text is that text": (_config(['{"codeName": "a", "secret": "s"}']), [V], ("a", "V")),
    "and without an entry keeps its secret": (_config(['{"codeName": "b", "secret": "s"}']), [V], ("b", "s")),
    "a list is joined with commas": (_config(['{"codeName": "a"', '"secret": "s"}']), [], ("a", "s")),
    "and so are the lists in it": (_config([[['{"codeName": "a"', ['"secret": "s"}']]]]), [V], ("a", "V")),
    "the JSON text of a list has no names": (_config('["codeName", "a"]'), [V], (None, None)),
    "a list as code name equals its text": (key(["a"], "s"), [V], (["a"], "V")),
    "but no other list": (key(["a"], "s"), [entry(["a"], "V")], (["a"], "s")),
    "an object as code name has another length": (key({"length": 1}, "s"), [entry("[object Object]", "V")], "V"),
    "a number without end is null": (_config('{"codeName": "a", "secret": 1e999}'), [], ("a", None)),
    "a number has its shortest text": (key("12345678901234567000", "s"), [entry([12345678901234567890], "V")], "V"),
    "and no fraction": (key("5", "s"), [entry([5.0], "V")], "V"),
    "what cannot be compared stands behind": (key("a", "s"), [V, entry(ODD)], "V"),
    "or is compared with no text": (key({"length": 1}, "s"), [entry(ODD)], "s"),
}


@pytest.mark.parametrize("name", MERGED)
def test_the_values_that_a_task_is_given(name: str) -> None:
    node, entries, values = MERGED[name]
    workspace = with_keys(node)
    loaded = load(workspace, VaultReader(entries))
    (found,) = [resolve(one, loaded.covered) for one in read_workspace(workspace).keys]
    assert loaded.survives
    assert (found.secret if isinstance(values, str) else (found.code_name, found.secret)) == values


ENDED: dict[str, tuple[Any, list[Any]]] = {
    "a member of the list is null": (_config([None, '{"codeName": "a"}']), []),
    "a code name that cannot be compared": (key(ODD, "s"), [V]),
    "an entry that cannot be compared": (key("a", "s"), [entry(ODD), V]),
    "an entry whose type cannot be compared": (key("a", "s"), [entry(kind=ODD), V]),  # type: ignore[arg-type]
    "a config that has no text": (_config([ODD]), []),
}


@pytest.mark.parametrize("name", ENDED)
def test_what_ends_the_platform(name: str) -> None:
    node, entries = ENDED[name]
    assert not load(with_keys(node), VaultReader(entries)).survives


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5.0, "5"), (-0.0, "0"), (0.1, "0.1"), (-2.5, "-2.5"), (1e-6, "0.000001"), (1e-7, "1e-7"), (1.5e-7, "1.5e-7"),
        (1e16, "10000000000000000"), (1e20, "100000000000000000000"), (1e21, "1e+21"), (1.25e21, "1.25e+21"),
        (12345678901234567890, "12345678901234567000"), (10**400, "Infinity"), (-(10**400), "-Infinity"),
    ],
)  # fmt: skip
def test_the_text_of_a_number(number: float, text: str) -> None:
    assert js.to_text(number) == text


@pytest.mark.parametrize("raw", [['{"codeName": "a", "x": 1}'], ['{"codeName": "a"', [' "x": 1}']]])
def test_an_edit_makes_the_text_of_a_list(raw: Any) -> None:
    text = json.dumps(raw)
    (edit,) = set_members(text, Span(0, len(text)), {"codeName": "b", "secret": "s"})
    assert parse(parse(apply(text, [edit]))) == {"codeName": "b", "x": 1, "secret": "s"}
    assert set_members(text, Span(0, len(text)), {"codeName": "a"}) == []
