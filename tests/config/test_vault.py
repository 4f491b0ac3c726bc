"""An update of a key whose secret the vault holds: its own entry changes, as the platform looks it up."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from workspaces import entry, key, with_keys

from config.updating import NEW, fields, plan_of, set_key, write, write_vault
from superalgos_rsa.config import Update
from superalgos_rsa.errors import UsageError
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.judge import documents_of, judge


def test_a_secret_that_the_vault_holds_changes_there_alone(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", "", id="k")))
    vault = write_vault(installation, entry("a", "old"))
    before = path.read_bytes()
    assert set_key(path, "k", Update(secret="new"), installation) == [vault.name]
    assert path.read_bytes() == before
    assert json.loads(vault.read_text()) == [entry("a", "new")]


def test_where_both_hold_one_both_change(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", "own", id="k")))
    vault = write_vault(installation, entry("a", "old"))
    assert set_key(path, "k", Update(secret="new"), installation) == [vault.name, path.name]
    assert fields(path) == ("a", "new")
    assert json.loads(vault.read_text()) == [entry("a", "new")]


def test_what_stands_there_already_is_not_written(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", "own", id="k")))
    write_vault(installation, entry("a", "own"))
    assert plan_of(path, "k", Update("a", "own"), installation).changes == ()


@pytest.mark.parametrize("layout", ["copy", "sub/folder/other"])
def test_a_renamed_key_takes_its_entry_along_unless_another_workspace_lives_on_it(
    installation: Installation, layout: str
) -> None:
    document = with_keys(key("a", "", id="k"))
    path = write(installation, document)
    vault = write_vault(installation, entry("a", "1"))
    set_key(path, "k", Update("b"), installation)
    assert json.loads(vault.read_text()) == [entry("b", "1")]

    (installation.workspaces / layout).parent.mkdir(parents=True, exist_ok=True)
    other = installation.workspaces / f"{layout}.json"
    shutil.copyfile(path, other)
    set_key(path, "k", Update("c"), installation)
    assert json.loads(vault.read_text()) == [entry("b", "1"), entry("c", "1")]
    assert fields(path) == ("c", "")
    assert fields(other) == ("b", "")


def test_documents_that_cannot_be_read_are_passed_over(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", "", id="k")))
    vault = write_vault(installation, entry("a", "1"))
    (installation.workspaces / "broken.json").write_text("{")
    (installation.workspaces / "folder.json").mkdir()
    (installation.workspaces / "dangling.json").symlink_to("nowhere")
    os.mkfifo(installation.workspaces / "fifo.json")
    set_key(path, "k", Update("b"), installation)
    assert json.loads(vault.read_text()) == [entry("b", "1")]


def test_a_name_that_holds_the_secret_of_another_workspace_is_refused(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", "", id="k")))
    write(installation, with_keys(key("b", "")), "other.json")
    vault = write_vault(installation, entry("a", "1"), entry("b", "2"))
    before = path.read_bytes(), vault.read_bytes()
    with pytest.raises(UsageError, match="another key uses it"):
        plan_of(path, "k", Update("b"), installation)
    assert (path.read_bytes(), vault.read_bytes()) == before


@pytest.mark.parametrize("vault_data", ["{", "{}", "", "\ufeff[]"])
def test_a_vault_that_cannot_be_read_is_not_written_around(installation: Installation, vault_data: str) -> None:
    path = write(installation, with_keys(key("a", "", id="k")))
    installation.vault.write_text(vault_data, "utf-8")
    with pytest.raises(UsageError, match="cannot be used"):
        plan_of(path, "k", NEW, installation)


@pytest.mark.parametrize("vault_data", ["{", "[]", None])
def test_a_key_that_the_vault_does_not_reach_is_set_in_the_document(
    installation: Installation, vault_data: str | None
) -> None:
    path = write(installation, key("a", "", id="k"), "Backup - Exchange Account Key -  K.json")
    if vault_data is not None:
        installation.vault.write_text(vault_data)
    assert set_key(path, "k", NEW, installation) == [path.name]
    assert fields(path) == (NEW.code_name, NEW.secret)


# --- The vault as the platform looks it up ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code_name", "entries", "index"),
    [
        ("1234", [entry("x", "0"), entry(1234, "old")], 1),
        ("0x7b", [entry(123, "old")], 0),
        ("1", [entry(True, "old")], 0),
        ("a", [entry(["a"], "old"), entry("a", "not reached")], 0),
        ("1e2", [entry("100", "of another"), entry(100.0, "old"), entry("1e2", "not reached")], 1),
        ("a", [5, "text", [], {**entry("a", "old"), "type": ["exchange"]}, None, entry("a", "not reached")], 3),
    ],
)
def test_set_changes_the_entry_that_check_reports(
    code_name: str, entries: list[Any], index: int, installation: Installation
) -> None:
    path = write(installation, with_keys(key(code_name, "", id="k")))
    vault = write_vault(installation, *entries)
    assert _reported(path, installation) == (index, "old")
    assert set_key(path, "k", Update(secret="new"), installation) == [vault.name]
    assert _reported(path, installation) == (index, "new")
    left = [value for at, value in enumerate(json.loads(vault.read_bytes())) if at != index]
    assert left == [value for at, value in enumerate(entries) if at != index]
    assert set_key(path, "k", Update("renamed"), installation) == [vault.name, path.name]
    assert _reported(path, installation) == (index, "new")


def _reported(path: Path, installation: Installation) -> tuple[int | None, object]:
    all_facts, _ = judge(documents_of(installation, [str(path)]), Settings())
    return all_facts.keys[0].credential.vault_index, all_facts.keys[0].credential.secret


def test_a_number_as_code_name_finds_no_entry(installation: Installation) -> None:
    """It has no length, so the platform does not look for it."""
    path = write(installation, with_keys(key(5, "own", id="k")))
    write_vault(installation, entry(5, "not reached"))
    assert _reported(path, installation) == (None, "own")
    with pytest.raises(UsageError, match="would destroy this secret"):
        plan_of(path, "k", Update(secret="new"), installation)


def test_an_entry_that_two_spellings_of_a_code_name_share_is_left_to_the_other_key(installation: Installation) -> None:
    path = write(installation, with_keys(key("123", "", id="k"), key("0x7b", "", id="other")))
    vault = write_vault(installation, entry(123, "old"))
    set_key(path, "k", Update("renamed", "new"), installation)
    assert json.loads(vault.read_bytes()) == [entry(123, "old"), entry("renamed", "new")]


def test_an_entry_behind_a_null_changes_too_as_it_counts_once_the_null_is_gone(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", "", id="k")))
    vault = write_vault(installation, entry("b", "1"), None, entry("a", "2"))
    assert set_key(path, "k", Update(secret="new"), installation) == [vault.name]
    write_vault(installation, *filter(None, json.loads(vault.read_bytes())))
    assert _reported(path, installation) == (1, "new")
