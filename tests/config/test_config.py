"""The config of a key: what it holds, and an update that gives this key its values and leaves every other key alone."""

import json
from typing import Any

import pytest
import saving
from hypothesis import example, given
from hypothesis import strategies as st
from workspaces import KEYS, entry, key, with_keys

from superalgos_rsa.config import LostBySaveError, Update, VaultText, plan_update
from superalgos_rsa.documents.edit import apply
from superalgos_rsa.documents.json_text import locate, parse
from superalgos_rsa.errors import UsageError
from superalgos_rsa.superalgos.key_config import PLACEHOLDERS, KeyConfig, is_placeholder, read
from superalgos_rsa.superalgos.load_route import VaultReader, load
from superalgos_rsa.superalgos.sharers import sharers
from superalgos_rsa.superalgos.workspace import read_workspace
from superalgos_rsa.validator.credential import Credential, resolve


@pytest.mark.parametrize(
    ("raw", "state", "place"),
    [
        ('{"codeName": "c"}', "read", None),
        ("{}", "read", None),
        (" \n{} ", "read", None),
        ("", "invalid", (1, 1)),
        ('{"secret": "C:\\Users"}', "invalid", (1, 15)),
        ('{\n  "a": 1,\n}', "invalid", (3, 1)),
        ("\ufeff{}", "invalid", (1, 1)),
        ("[]", "not-object", None),
        ("null", "not-object", None),
        ('"text"', "not-object", None),
        (None, "not-text", None),
        (5, "not-text", None),
        ({}, "not-text", None),
    ],
)
def test_the_states_of_a_config(raw: Any, state: str, place: tuple[int, int] | None) -> None:
    config = read(raw)
    assert config.state == state
    assert (config.line, config.column) == (place or (None, None))
    assert (config.reason is None) == (state == "read")


def test_a_node_without_config_is_told_from_one_with_null() -> None:
    assert read(None, present=False) == KeyConfig("missing")


def test_a_config_shows_no_value() -> None:
    assert "CANARY" not in repr(read('{"secret": "CANARY"}')) + repr(read('{"secret": CANARY}'))
    assert "CANARY" not in repr(Update("name", "CANARY")) + repr(VaultText("CANARY", ["CANARY"]))


def test_the_templates_of_the_platform_are_placeholders() -> None:
    assert all(map(is_placeholder, PLACEHOLDERS))
    assert is_placeholder(" Paste your exchange API Key\n")
    assert not any(map(is_placeholder, ["", "My-Secrets/k.pem", None, 5, ["Paste your exchange API Key"]]))


# --- Updates, judged by what the platform loads afterwards ------------------------------------------------------------


def _credentials(text: str, vault: str | None) -> list[Credential]:
    workspace = parse(text)
    loaded = load(workspace, VaultReader(parse(vault) if vault else []))
    assert loaded.survives
    return [resolve(found, loaded.covered) for found in read_workspace(workspace).keys]


def _updated(keys: list[Any], entries: list[Any] | None, update: Update) -> tuple[str, str | None, str, str | None]:
    """Document and vault before and after an update of the first key."""
    document = with_keys(*keys)
    text = json.dumps(document, indent=4)
    vault = None if entries is None else json.dumps(entries, indent=4)
    config = (*KEYS, 0, "config")
    others = list(sharers("W.json", document, read_workspace(document)).values())[1:]
    vault_text = VaultText(vault or "", parse(vault or "[]"))
    plan = plan_update(text, locate(text, [config])[config], update, vault_text, others)
    assert not plan.vault or vault is not None
    return text, vault, apply(text, plan.document), apply(vault, plan.vault) if vault is not None else None


_NAMES = st.sampled_from(["", "a", "b", "c", "Paste your exchange API Key"])
_SECRETS = st.sampled_from(["", "1", "2", "3", "Paste your exchange API secret key"])
_ENTRIES = st.lists(st.builds(entry, _NAMES, _SECRETS, st.sampled_from(["exchange", "exchange", "github"])), max_size=5)


@given(
    st.lists(st.builds(key, _NAMES, _SECRETS), min_size=1, max_size=3),
    st.none() | _ENTRIES,
    st.builds(Update, st.none() | _NAMES.filter(bool), st.none() | st.sampled_from(["1", "new"])),
)
@example([key("a"), key("b", "own")], [entry("a", "1")], Update("b"))
@example([key("a", "Paste your exchange API secret key")], [entry("b", "1")], Update("b"))
@example([key("a", "")], [entry("a", "1")], Update("b"))
def test_after_an_update_the_platform_loads_the_new_values_for_this_key_and_the_old_for_all_others(
    keys: list[Any], entries: list[Any] | None, update: Update
) -> None:
    try:
        text, vault, new_text, new_vault = _updated(keys, entries, update)
    except LostBySaveError:
        wanted = json.loads(keys[0]["config"])["codeName"] if update.code_name is None else update.code_name
        assert not wanted or any(json.loads(other["config"])["codeName"] == wanted for other in keys[1:])
        return
    before, after = _credentials(text, vault), _credentials(new_text, new_vault)
    mine = after[0]
    assert mine.code_name == (update.code_name or before[0].code_name)
    if update.secret is not None:
        assert mine.secret == update.secret
    elif before[0].secret and not is_placeholder(before[0].secret):
        assert mine.secret == before[0].secret
    for old, new in zip(before[1:], after[1:], strict=True):
        assert new.code_name == old.code_name
        # One name, one secret: where two keys share an entry, a new secret is for both, and one is for who has none.
        if old.code_name != mine.code_name or (update.secret is None and old.secret):
            assert new.secret == old.secret
    _, entries_after = saving.saved(parse(new_text), parse(new_vault or "[]"))
    for now, then in zip(after, _credentials(new_text, json.dumps(entries_after)), strict=True):
        if now.code_name == mine.code_name and mine.secret and update != Update():
            assert then.secret == mine.secret


@pytest.mark.parametrize(
    ("keys", "entries", "update", "own", "vault"),
    [
        pytest.param(
            [key("a", "")], [entry("a", "1")], Update(secret="new"), ("a", ""), [entry("a", "new")],
            id="the vault holds it: the entry changes, the node stays blank",
        ),
        pytest.param(
            [key("a", "0")], [entry("a", "1")], Update(secret="new"), ("a", "new"), [entry("a", "new")],
            id="both hold one: both change",
        ),
        pytest.param([key("a", "0")], [], Update(secret="new"), ("a", "new"), [], id="no entry: the node changes"),
        pytest.param([key("a", "0")], None, Update("b", "new"), ("b", "new"), None, id="no vault: the node changes"),
        pytest.param(
            [key("a", "")], [entry("x"), entry("a", "1"), entry("y")], Update("b"), ("b", ""),
            [entry("x"), entry("b", "1"), entry("y")], id="a renamed key takes its entry along",
        ),
        pytest.param(
            [key("a", ""), key("a", "")], [entry("a", "1")], Update("b"), ("b", ""), [entry("a", "1"), entry("b", "1")],
            id="but leaves it where another key lives on it",
        ),
        pytest.param(
            [key("a", ""), key("b", "1")], [entry("a", "1")], Update("b"), ("b", ""), [entry("b", "1")],
            id="under a name whose other key holds the same secret",
        ),
        pytest.param(
            [key("a", "Paste your exchange API secret key"), key("b", "")],
            [entry("a", "Paste your exchange API secret key")], Update("b", "new"), ("b", "new"), [entry("b", "new")],
            id="or none",
        ),
        pytest.param(
            [key("a", "")], [entry("a", "1"), entry("b", "2")], Update("b", "new"), ("b", ""), [entry("b", "new")],
            id="an entry nobody uses is taken over, the old one goes",
        ),
        pytest.param(
            [key("a", ""), key("b", "")], [entry("a", "1"), entry("b", "1")], Update("b"), ("b", ""), [entry("b", "1")],
            id="an entry with the same secret is shared",
        ),
        pytest.param(
            [key("Paste your exchange API Key", "Paste your exchange API secret key")], [entry("b", "1")], Update("b"),
            ("b", "Paste your exchange API secret key"), [entry("b", "1")],
            id="the template's text never replaces a secret",
        ),
        pytest.param(
            [key("a", "")], [entry("a", "1", "github")], Update("b", "new"), ("b", "new"), [entry("a", "1", "github")],
            id="entries of Github are none of ours",
        ),
    ],
)  # fmt: skip
def test_where_an_update_is_written(
    keys: list[Any], entries: list[Any] | None, update: Update, own: tuple[str, str], vault: list[Any] | None
) -> None:
    _, _, text, vault_text = _updated(keys, entries, update)
    config = read_workspace(parse(text)).keys[0].config.fields
    assert (config["codeName"], config["secret"]) == own
    assert (None if vault_text is None else parse(vault_text)) == vault


TEMPLATE = "Paste your exchange API secret key"
LOST: dict[str, tuple[list[Any], list[Any], Update]] = {
    "a secret without a code name": ([key("", "")], [], Update(secret="new")),
    "a secret beside a number": ([key(5, "")], [entry(5, "1")], Update(secret="new")),
    "a secret beside a list": ([key(["a"], "")], [], Update(secret="new")),
    "an entry with another secret": ([key("a", ""), key("b", "")], [entry("a", "1"), entry("b", "2")], Update("b")),
    "an entry, and a third secret": ([key("a", ""), key("b", "")], [entry("b", "2")], Update("b", "new")),
    "a node with another secret": ([key("a", "1"), key("b", "2")], [], Update("b")),
    "a new secret beside another": ([key("a", "1"), key("a", "1")], [], Update(secret="new")),
    "an entry that comes to a node": ([key("a", ""), key("b", "0")], [entry("a", "1")], Update("b")),
    "the template's text that comes to a node": ([key("a", TEMPLATE), key("b", "2")], [], Update("b")),
    "a secret beside the template's text": ([key("a", "1"), key("a", TEMPLATE)], [], Update(secret="new")),
    "a list of the same name": ([key("a", "1"), key(["b"], "2")], [], Update("b")),
}


@pytest.mark.parametrize("name", LOST)
def test_what_the_next_save_would_lose_is_refused(name: str) -> None:
    keys, entries, update = LOST[name]
    with pytest.raises(LostBySaveError):
        _updated(keys, entries, update)


@pytest.mark.parametrize("config", ["[]", "{a}", "", "null"])
def test_a_config_that_is_no_object_is_refused(config: str) -> None:
    text = json.dumps([config])
    with pytest.raises(UsageError, match="cannot be edited"):
        plan_update(text, locate(text, [(0,)])[(0,)], Update("a"), None)


def test_an_entry_without_value_is_refused_rather_than_guessed_at() -> None:
    with pytest.raises(UsageError, match="has no value"):
        _updated([key("a", "")], [{"type": "exchange", "key": "a"}], Update(secret="new"))
