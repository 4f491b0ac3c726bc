"""How deep values may be nested before a recursion of JavaScript ends the platform (tried with Node 16 to 24)."""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import KEYS, entry, key, with_keys

from superalgos_rsa.documents.deep_json import parse_deep
from superalgos_rsa.files.regular import Content
from superalgos_rsa.superalgos.load_route import Load, VaultReader, load
from superalgos_rsa.superalgos.vault import parse_vault


def _load(document: Any, *entries: Any) -> Load:
    return load(document, VaultReader(list(entries)))


@pytest.mark.parametrize(("depth", "survives"), [(1900, True), (2500, None), (3400, False), (50_000, False)])
def test_a_bare_list_as_config_becomes_text_by_a_recursion_of_javascript(depth: int, survives: bool | None) -> None:
    nested: Any = "{}"
    for _ in range(depth):
        nested = [nested]
    assert _load(with_keys({**key(), "config": nested})).survives is survives


@pytest.mark.parametrize(("depth", "survives"), [(4080, True), (4200, None), (4600, False), (50_000, False)])
@pytest.mark.parametrize("of", ["workspace", "config", "vault"])
def test_what_was_loaded_is_written_again_by_a_recursion_of_javascript(
    of: str, depth: int, survives: bool | None
) -> None:
    nested: Any = parse_deep("[" * depth + "]" * depth)
    config = f'{{"codeName": "api-key-1", "a": {"[" * depth + "]" * depth}}}'
    documents = {"workspace": {**with_keys(), "a": nested}, "config": with_keys({**key(), "config": config})}
    loaded = _load(documents.get(of, with_keys(key())), entry(value=nested if of == "vault" else "s"))
    assert loaded.survives is survives
    assert (len(loaded.crashes) == 1) is (survives is False)


def test_a_code_name_of_lists_is_the_mistake_of_its_config() -> None:
    config = f'{{"codeName": {"[" * 4000 + "]" * 4000}}}'
    loaded = _load(with_keys({**key(), "config": config}), entry())
    assert [(crash.cause, crash.pointer) for crash in loaded.crashes] == [("too-deep", (*KEYS, 0, "config"))]


def test_a_vault_of_any_depth_is_read() -> None:
    reader = parse_vault("vault", Content(b"[" * 20_000 + b"]" * 20_000)).reader
    assert load(with_keys(key()), reader).survives
