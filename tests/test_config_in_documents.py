"""An update on disk: the bytes of one value change in document and vault, or nothing changes at all."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from workspaces import KEYS, account, ecosystem, entry, exchange, key, with_keys, workspace

from superalgos_rsa.config import PlannedUpdate, Update, plan_document_update
from superalgos_rsa.documents.json_text import decode, locate, parse
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal, state_folder
from superalgos_rsa.superalgos import workspace as workspace_module
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.vault import read_vault
from superalgos_rsa.superalgos.workspace import Key, read_workspace
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.judge import documents_of, judge

NEW = Update("Ap1KeyOfTheExchange", "My-Secrets/Binance key (1).pem")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A data-only installation with an empty `My-Secrets`."""
    workspaces = tmp_path / "Platform" / "My-Workspaces"
    workspaces.mkdir(parents=True)
    (tmp_path / "My-Secrets").mkdir()
    return Installation(tmp_path, workspaces, tmp_path / "My-Secrets", None, None)


def _write(installation: Installation, document: Any, name: str = "W.json") -> Path:
    path = installation.workspaces / name
    path.write_text(json.dumps(document, indent=4), "utf-8")
    return path


def _write_vault(installation: Installation, *entries: Any) -> Path:
    installation.vault.write_text(json.dumps(entries, indent=4), "utf-8")
    return installation.vault


def _plan(path: Path, key_name: str, update: Update, installation: Installation) -> PlannedUpdate:
    return plan_document_update(str(path), key_name, update, installation, read_vault(installation.vault))


def apply_update(plan: PlannedUpdate) -> None:
    Journal(state_folder(os.environ)).apply(plan.changes, "set", 0)


def _set(path: Path, key_name: str, update: Update, installation: Installation) -> list[str]:
    """Names of the files that were written."""
    plan = _plan(path, key_name, update, installation)
    apply_update(plan)
    return [Path(change.path).name for change in plan.changes]


def _fields(path: Path, index: int = 0) -> tuple[Any, Any]:
    fields = read_workspace(parse(decode(path.read_bytes()))).keys[index].config.fields
    return fields["codeName"], fields["secret"]


REAL_KEYS = [("Blank-Template", 0), *(("Tested-Exchanges", index) for index in range(16))]
REAL_IDS = [f"{name} {index}" for name, index in REAL_KEYS]


@pytest.fixture(params=REAL_KEYS, ids=REAL_IDS)
def real_key(request: pytest.FixtureRequest, real_workspaces: Path, installation: Installation) -> tuple[Path, Key]:
    """A real workspace as a copy in the installation, and one of its keys."""
    name, index = request.param
    path = installation.workspaces / f"{name}.json"
    shutil.copyfile(real_workspaces / path.name, path)
    return path, read_workspace(parse(decode(path.read_bytes()))).keys[index]


def test_on_each_real_key_one_config_changes_and_setting_back_gives_the_same_bytes(
    real_key: tuple[Path, Key], installation: Installation
) -> None:
    path, held = real_key
    before = path.read_bytes()
    old = held.config.fields

    assert _set(path, str(held.id), NEW, installation) == [path.name]
    after = path.read_bytes()
    assert _outside_of_config(after, held.pointer) == _outside_of_config(before, held.pointer)
    config = json.loads(_at(parse(decode(after)), held.pointer)["config"])
    assert config == {**old, "codeName": NEW.code_name, "secret": NEW.secret}
    assert list(config) == list(old)

    assert _set(path, str(held.id), Update(old["codeName"], old["secret"]), installation) == [path.name]
    assert path.read_bytes() == before
    assert [left.name for left in installation.workspaces.iterdir()] == [path.name]
    assert list(installation.secrets.iterdir()) == []


def test_on_each_real_key_with_a_vault_entry_the_entry_changes_and_setting_back_gives_the_same_bytes(
    real_key: tuple[Path, Key], installation: Installation
) -> None:
    path, held = real_key
    own = Update("own name", "own secret")
    _set(path, str(held.id), own, installation)
    document = path.read_bytes()
    vault = _write_vault(installation, entry("x", "1"), entry("own name", "own secret"), entry("y", "2"))
    stored = vault.read_bytes()
    assert _set(path, str(held.id), NEW, installation) == [vault.name, path.name]
    assert json.loads(vault.read_bytes()) == [entry("x", "1"), entry(NEW.code_name, NEW.secret), entry("y", "2")]
    assert _set(path, str(held.id), own, installation) == [vault.name, path.name]
    assert (path.read_bytes(), vault.read_bytes()) == (document, stored)


def _outside_of_config(data: bytes, pointer: tuple[str | int, ...]) -> tuple[str, str]:
    text = decode(data)
    config = (*pointer, "config")
    span = locate(text, [config])[config]
    return text[: span.start], text[span.end :]


def _at(value: Any, pointer: tuple[str | int, ...]) -> Any:
    for step in pointer:
        value = value[step]
    return value


def test_a_secret_that_the_vault_holds_changes_there_alone(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", "", id="k")))
    vault = _write_vault(installation, entry("a", "old"))
    before = path.read_bytes()
    assert _set(path, "k", Update(secret="new"), installation) == [vault.name]
    assert path.read_bytes() == before
    assert json.loads(vault.read_text()) == [entry("a", "new")]


def test_where_both_hold_one_both_change(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", "own", id="k")))
    vault = _write_vault(installation, entry("a", "old"))
    assert _set(path, "k", Update(secret="new"), installation) == [vault.name, path.name]
    assert _fields(path) == ("a", "new")
    assert json.loads(vault.read_text()) == [entry("a", "new")]


def test_what_stands_there_already_is_not_written(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", "own", id="k")))
    _write_vault(installation, entry("a", "own"))
    assert _plan(path, "k", Update("a", "own"), installation).changes == ()


@pytest.mark.parametrize("layout", ["copy", "sub/folder/other"])
def test_a_renamed_key_takes_its_entry_along_unless_another_workspace_lives_on_it(
    installation: Installation, layout: str
) -> None:
    document = with_keys(key("a", "", id="k"))
    path = _write(installation, document)
    vault = _write_vault(installation, entry("a", "1"))
    _set(path, "k", Update("b"), installation)
    assert json.loads(vault.read_text()) == [entry("b", "1")]

    (installation.workspaces / layout).parent.mkdir(parents=True, exist_ok=True)
    other = installation.workspaces / f"{layout}.json"
    shutil.copyfile(path, other)
    _set(path, "k", Update("c"), installation)
    assert json.loads(vault.read_text()) == [entry("b", "1"), entry("c", "1")]
    assert _fields(path) == ("c", "")
    assert _fields(other) == ("b", "")


def test_a_link_to_the_document_is_the_document(installation: Installation, tmp_path: Path) -> None:
    path = _write(installation, with_keys(key("a", "", id="k")))
    link = tmp_path / "link.json"
    link.symlink_to(path)
    vault = _write_vault(installation, entry("a", "1"))
    _set(link, "k", Update("b"), installation)
    assert json.loads(vault.read_text()) == [entry("b", "1")]
    assert link.is_symlink()
    assert _fields(path) == ("b", "")


def test_documents_that_cannot_be_read_are_passed_over(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", "", id="k")))
    vault = _write_vault(installation, entry("a", "1"))
    (installation.workspaces / "broken.json").write_text("{")
    (installation.workspaces / "folder.json").mkdir()
    (installation.workspaces / "dangling.json").symlink_to("nowhere")
    os.mkfifo(installation.workspaces / "fifo.json")
    _set(path, "k", Update("b"), installation)
    assert json.loads(vault.read_text()) == [entry("b", "1")]


def test_a_name_that_holds_the_secret_of_another_workspace_is_refused(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", "", id="k")))
    _write(installation, with_keys(key("b", "")), "other.json")
    vault = _write_vault(installation, entry("a", "1"), entry("b", "2"))
    before = path.read_bytes(), vault.read_bytes()
    with pytest.raises(UsageError, match="another key uses it"):
        _plan(path, "k", Update("b"), installation)
    assert (path.read_bytes(), vault.read_bytes()) == before


@pytest.mark.parametrize("vault_data", ["{", "{}", "", "\ufeff[]"])
def test_a_vault_that_cannot_be_read_is_not_written_around(installation: Installation, vault_data: str) -> None:
    path = _write(installation, with_keys(key("a", "", id="k")))
    installation.vault.write_text(vault_data, "utf-8")
    with pytest.raises(UsageError, match="cannot be used"):
        _plan(path, "k", NEW, installation)


@pytest.mark.parametrize("vault_data", ["{", "[]", None])
def test_a_key_that_the_vault_does_not_reach_is_set_in_the_document(
    installation: Installation, vault_data: str | None
) -> None:
    path = _write(installation, key("a", "", id="k"), "Backup - Exchange Account Key -  K.json")
    if vault_data is not None:
        installation.vault.write_text(vault_data)
    assert _set(path, "k", NEW, installation) == [path.name]
    assert _fields(path) == (NEW.code_name, NEW.secret)


def test_without_an_installation_the_document_alone_is_set(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", "", id="k")))
    vault = read_vault(installation.secrets / "none.json")
    apply_update(plan_document_update(str(path), "k", NEW, None, vault))
    assert _fields(path) == (NEW.code_name, NEW.secret)


@pytest.mark.parametrize(
    "prepare",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text + "\n\n",
        lambda text: json.dumps(json.loads(text), separators=(",", ":")),
        lambda text: text.replace('"name": "W"', '"name": "W\\u00e9 \u00e9"'),
        lambda text: json.dumps(json.loads(text), indent="\t"),
    ],
    ids=["CRLF", "byte order mark", "final newlines", "compact", "escapes", "tabs"],
)
def test_the_layout_of_the_document_stays(installation: Installation, prepare: Any) -> None:
    path = _write(installation, with_keys(key("a", "own", id="k")))
    before = prepare(path.read_text("utf-8")).encode()
    path.write_bytes(before)
    _set(path, "k", NEW, installation)
    pointer = (*KEYS, 0)
    assert _outside_of_config(path.read_bytes(), pointer) == _outside_of_config(before, pointer)
    _set(path, "k", Update("a", "own"), installation)
    assert path.read_bytes() == before


def test_bytes_that_are_no_utf8_stay(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", "own", id="k")))
    before = path.read_bytes().replace(b'"W"', b'"W\xff\xfe"')
    path.write_bytes(before)
    _set(path, "k", NEW, installation)
    assert b'"W\xff\xfe"' in path.read_bytes()
    _set(path, "k", Update("a", "own"), installation)
    assert path.read_bytes() == before


# --- Which key --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["id-2", "Second", "code-2"])
def test_a_key_answers_to_its_id_its_name_and_its_code_name(installation: Installation, name: str) -> None:
    second = {**key("code-2", "s", id="id-2"), "name": "Second"}
    path = _write(installation, with_keys(key("code-1", "s", id="id-1"), second))
    _set(path, name, NEW, installation)
    assert _fields(path, 0) == ("code-1", "s")
    assert _fields(path, 1) == (NEW.code_name, NEW.secret)


def test_an_id_comes_before_a_name_of_the_same_text(installation: Installation) -> None:
    path = _write(installation, with_keys({**key("a", id="1"), "name": "2"}, key("b", id="2")))
    _set(path, "2", NEW, installation)
    assert _fields(path, 0)[0] == "a"


def test_an_unknown_or_ambiguous_name_is_refused_with_what_there_is(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", id="1"), key("b", id="2")))
    with pytest.raises(UsageError, match="no such key") as unknown:
        _plan(path, "c", NEW, installation)
    assert unknown.value.hint == "its keys: Key (1), Key (2)"
    with pytest.raises(UsageError, match=r"2 keys in .* have this name") as ambiguous:
        _plan(path, "Key", NEW, installation)
    assert ambiguous.value.hint == "name one by its id: 1, 2"


@pytest.mark.parametrize("config", ["{a}", "[]", "", 5])
def test_a_key_whose_config_is_no_object_is_refused(installation: Installation, config: Any) -> None:
    path = _write(installation, with_keys({**key(id="k"), "config": config}))
    with pytest.raises(UsageError, match="not a JSON object"):
        _plan(path, "k", NEW, installation)


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
    path = _write(installation, with_keys({**key(id="k"), "config": BROKEN_CONFIGS[name]}))
    before = path.read_bytes()
    journal = Journal(state_folder(os.environ))
    plan = _plan(path, "k", Update(secret="My-Secrets/k.pem"), installation)
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
    path = _write(installation, with_keys({**key(id="k"), "config": '{"codeName": "a", "secret": "",}'}))
    vault = _write_vault(installation, entry("a", "old"))
    assert _set(path, "k", Update(secret="new"), installation) == [vault.name, path.name]
    assert json.loads(vault.read_text()) == [entry("a", "new")]
    assert _fields(path) == ("a", "")


def test_a_config_that_is_null_gets_the_given_values(installation: Installation) -> None:
    path = _write(installation, with_keys({**key(id="k"), "config": None}))
    _set(path, "k", NEW, installation)
    assert _fields(path) == (NEW.code_name, NEW.secret)


def test_a_key_without_config_is_refused(installation: Installation) -> None:
    path = _write(installation, workspace(ecosystem(exchange(account({"type": "Exchange Account Key", "id": "k"})))))
    with pytest.raises(UsageError, match="it is missing"):
        _plan(path, "k", NEW, installation)


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
        _plan(path, "k", NEW, installation)
    assert "CANARY" not in str(caught.value) + repr(caught.value.hint)


# --- Failure ----------------------------------------------------------------------------------------------------------


def _both(installation: Installation) -> tuple[Path, Path, PlannedUpdate]:
    path = _write(installation, with_keys(key("a", "own", id="k")))
    vault = _write_vault(installation, entry("a", "old"))
    plan = _plan(path, "k", NEW, installation)
    assert [change.path for change in plan.changes] == [str(vault), str(path)]
    return path, vault, plan


def test_when_the_document_changed_meanwhile_the_vault_is_taken_back(installation: Installation) -> None:
    path, vault, plan = _both(installation)
    before = vault.read_bytes()
    path.write_text("saved by the platform meanwhile")
    with pytest.raises(ConflictError):
        apply_update(plan)
    assert path.read_text() == "saved by the platform meanwhile"
    assert vault.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="a FIFO is POSIX's")
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_when_the_document_is_no_file_any_more_the_vault_is_taken_back(installation: Installation, make: Any) -> None:
    path, vault, plan = _both(installation)
    before = vault.read_bytes()
    path.unlink()
    make(path)
    with pytest.raises(SuperalgosRsaError):
        apply_update(plan)
    assert vault.read_bytes() == before
    assert [left.name for left in installation.secrets.iterdir()] == [vault.name]


def test_when_the_document_cannot_be_written_the_vault_is_taken_back(installation: Installation) -> None:
    """Its name leaves no room for the file that is written beside it."""
    path = _write(installation, with_keys(key("a", "own", id="k")), "x" * 245 + ".json")
    vault = _write_vault(installation, entry("a", "old"))
    before = path.read_bytes(), vault.read_bytes()
    plan = _plan(path, "k", NEW, installation)
    with pytest.raises(SuperalgosRsaError, match="cannot write"):
        apply_update(plan)
    assert (path.read_bytes(), vault.read_bytes()) == before
    assert [left.name for left in installation.workspaces.iterdir()] == [path.name]


def test_when_the_vault_changed_meanwhile_nothing_is_written(installation: Installation) -> None:
    path, vault, plan = _both(installation)
    before = path.read_bytes()
    vault.write_text("[]")
    with pytest.raises(ConflictError):
        apply_update(plan)
    assert (path.read_bytes(), vault.read_text()) == (before, "[]")


def test_a_plan_shows_no_bytes() -> None:
    assert "CANARY" not in repr(PlannedUpdate((Change("path", b"CANARY", b"CANARY"),), (), ()))


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
    path = _write(installation, with_keys(key(code_name, "", id="k")))
    vault = _write_vault(installation, *entries)
    assert _reported(path, installation) == (index, "old")
    assert _set(path, "k", Update(secret="new"), installation) == [vault.name]
    assert _reported(path, installation) == (index, "new")
    left = [value for at, value in enumerate(json.loads(vault.read_bytes())) if at != index]
    assert left == [value for at, value in enumerate(entries) if at != index]
    assert _set(path, "k", Update("renamed"), installation) == [vault.name, path.name]
    assert _reported(path, installation) == (index, "new")


def _reported(path: Path, installation: Installation) -> tuple[int | None, object]:
    all_facts, _ = judge(documents_of(installation, [str(path)]), Settings())
    return all_facts.keys[0].credential.vault_index, all_facts.keys[0].credential.secret


def test_a_number_as_code_name_finds_no_entry(installation: Installation) -> None:
    """It has no length, so the platform does not look for it."""
    path = _write(installation, with_keys(key(5, "own", id="k")))
    _write_vault(installation, entry(5, "not reached"))
    assert _reported(path, installation) == (None, "own")
    with pytest.raises(UsageError, match="would destroy this secret"):
        _plan(path, "k", Update(secret="new"), installation)


def test_an_entry_that_two_spellings_of_a_code_name_share_is_left_to_the_other_key(installation: Installation) -> None:
    path = _write(installation, with_keys(key("123", "", id="k"), key("0x7b", "", id="other")))
    vault = _write_vault(installation, entry(123, "old"))
    _set(path, "k", Update("renamed", "new"), installation)
    assert json.loads(vault.read_bytes()) == [entry(123, "old"), entry("renamed", "new")]


def test_an_entry_behind_a_null_changes_too_as_it_counts_once_the_null_is_gone(installation: Installation) -> None:
    path = _write(installation, with_keys(key("a", "", id="k")))
    vault = _write_vault(installation, entry("b", "1"), None, entry("a", "2"))
    assert _set(path, "k", Update(secret="new"), installation) == [vault.name]
    _write_vault(installation, *filter(None, json.loads(vault.read_bytes())))
    assert _reported(path, installation) == (1, "new")


def test_the_nodes_of_a_document_are_walked_once(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _write(installation, with_keys(key("a", "", id="k"), key("b", "own", id="other")))
    _write_vault(installation, entry("a", "1"))
    walked: list[object] = []
    real = workspace_module._walk

    def walk(value: Any, start: Any) -> Any:
        walked.append(value)
        return real(value, start)

    monkeypatch.setattr(workspace_module, "_walk", walk)
    assert _plan(path, "k", Update("c", "2"), installation).changes
    assert len(walked) == 1


def test_a_key_is_found_by_its_id_before_names_and_by_its_code_name(installation: Installation) -> None:
    path = _write(
        installation,
        with_keys(key("a", "1", id="k"), key("k", "2", id="m"), key("c", "3", id="n", name="m")),
    )
    assert _set(path, "k", Update(secret="of k"), installation)
    assert _set(path, "m", Update(secret="of m"), installation)
    assert _set(path, "c", Update(secret="of n"), installation)
    assert [_fields(path, index)[1] for index in range(3)] == ["of k", "of m", "of n"]
