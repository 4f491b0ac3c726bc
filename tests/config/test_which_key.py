"""Which key an update changes, and what it does with a config that is broken."""

import json
import os
from typing import Any

import pytest
from workspaces import account, ecosystem, entry, exchange, key, with_keys, workspace

from config.updating import NEW, fields, plan_of, set_key, write, write_vault
from superalgos_rsa.config import Update
from superalgos_rsa.documents.json_text import parse
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.journal import Journal, state_folder
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.workspace import read_workspace


@pytest.mark.parametrize("name", ["id-2", "Second", "code-2"])
def test_a_key_answers_to_its_id_its_name_and_its_code_name(installation: Installation, name: str) -> None:
    second = {**key("code-2", "s", id="id-2"), "name": "Second"}
    path = write(installation, with_keys(key("code-1", "s", id="id-1"), second))
    set_key(path, name, NEW, installation)
    assert fields(path, 0) == ("code-1", "s")
    assert fields(path, 1) == (NEW.code_name, NEW.secret)


def test_an_id_comes_before_a_name_of_the_same_text(installation: Installation) -> None:
    path = write(installation, with_keys({**key("a", id="1"), "name": "2"}, key("b", id="2")))
    set_key(path, "2", NEW, installation)
    assert fields(path, 0)[0] == "a"


def test_an_unknown_or_ambiguous_name_is_refused_with_what_there_is(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", id="1"), key("b", id="2")))
    with pytest.raises(UsageError, match="no such key") as unknown:
        plan_of(path, "c", NEW, installation)
    assert unknown.value.hint == "its keys: Key (1), Key (2)"
    with pytest.raises(UsageError, match=r"2 keys in .* have this name") as ambiguous:
        plan_of(path, "Key", NEW, installation)
    assert ambiguous.value.hint == "name one by its id: 1, 2"


# --- A config that is broken ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", ["{a}", "[]", "", 5])
def test_a_key_whose_config_is_no_object_is_refused(installation: Installation, config: Any) -> None:
    path = write(installation, with_keys({**key(id="k"), "config": config}))
    with pytest.raises(UsageError, match="not a JSON object"):
        plan_of(path, "k", NEW, installation)


BROKEN_CONFIGS: dict[str, Any] = {
    "single backslashes": r'{"codeName": "a", "more": "kept", "secret": "C:\keys\k.pem"}',
    "a comma too many": '{"codeName": "a", "more": "kept", "secret": "k.pem",}',
    "a byte order mark": '\ufeff{"codeName": "a", "more": "kept", "secret": "k.pem"}',
    "the object itself": {"codeName": "a", "more": "kept", "secret": "k.pem"},
}


@pytest.mark.parametrize("name", BROKEN_CONFIGS)
def test_a_config_whose_repair_is_sure_is_repaired_and_keeps_its_other_fields(
    installation: Installation, name: str
) -> None:
    path = write(installation, with_keys({**key(id="k"), "config": BROKEN_CONFIGS[name]}))
    before = path.read_bytes()
    journal = Journal(state_folder(os.environ))
    plan = plan_of(path, "k", Update(secret="My-Secrets/k.pem"), installation)
    number = journal.apply(plan.changes, "set", 0)
    (found,) = read_workspace(parse(path.read_text("utf-8"))).keys
    assert found.config.fields == {"codeName": "a", "more": "kept", "secret": "My-Secrets/k.pem"}
    assert [what for _, what in plan.summary] == [
        "the config of “Key” was no JSON object, and was repaired",
        "“Key” has new values (secret)",
    ]
    journal.undo(number, 0)
    assert path.read_bytes() == before


def test_the_entry_that_serves_a_repaired_config_changes_with_it(installation: Installation) -> None:
    path = write(installation, with_keys({**key(id="k"), "config": '{"codeName": "a", "secret": "",}'}))
    vault = write_vault(installation, entry("a", "old"))
    assert set_key(path, "k", Update(secret="new"), installation) == [vault.name, path.name]
    assert json.loads(vault.read_text()) == [entry("a", "new")]
    assert fields(path) == ("a", "")


def test_a_config_that_is_null_gets_the_given_values(installation: Installation) -> None:
    path = write(installation, with_keys({**key(id="k"), "config": None}))
    set_key(path, "k", NEW, installation)
    assert fields(path) == (NEW.code_name, NEW.secret)


def test_a_key_without_config_is_refused(installation: Installation) -> None:
    path = write(installation, workspace(ecosystem(exchange(account({"type": "Exchange Account Key", "id": "k"})))))
    with pytest.raises(UsageError, match="it is missing"):
        plan_of(path, "k", NEW, installation)


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "not JSON"), (b'{"a": CANARY}', "line 1, column 7"), (None, "no such file")]
)
def test_a_document_that_cannot_be_read_is_refused_without_quoting_it(
    installation: Installation, data: bytes | None, message: str
) -> None:
    path = installation.workspaces / "W.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UsageError, match=message) as caught:
        plan_of(path, "k", NEW, installation)
    assert "CANARY" not in str(caught.value) + repr(caught.value.hint)


def test_a_key_is_found_by_its_id_before_names_and_by_its_code_name(installation: Installation) -> None:
    path = write(
        installation,
        with_keys(key("a", "1", id="k"), key("k", "2", id="m"), key("c", "3", id="n", name="m")),
    )
    assert set_key(path, "k", Update(secret="of k"), installation)
    assert set_key(path, "m", Update(secret="of m"), installation)
    assert set_key(path, "c", Update(secret="of n"), installation)
    assert [fields(path, index)[1] for index in range(3)] == ["of k", "of m", "of n"]
