"""An update on disk: the bytes of one value change in document and vault, and no others."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from workspaces import KEYS, entry, key, with_keys

from config.updating import NEW, apply_update, at, fields, outside_of_config, plan_of, set_key, write, write_vault
from superalgos_rsa.config import Update, plan_document_update
from superalgos_rsa.documents.json_text import decode, parse
from superalgos_rsa.superalgos import workspace as workspace_module
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.vault import read_vault
from superalgos_rsa.superalgos.workspace import Key, read_workspace

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

    assert set_key(path, str(held.id), NEW, installation) == [path.name]
    after = path.read_bytes()
    assert outside_of_config(after, held.pointer) == outside_of_config(before, held.pointer)
    config = json.loads(at(parse(decode(after)), held.pointer)["config"])
    assert config == {**old, "codeName": NEW.code_name, "secret": NEW.secret}
    assert list(config) == list(old)

    assert set_key(path, str(held.id), Update("another", "another secret"), installation) == [path.name]
    assert set_key(path, str(held.id), NEW, installation) == [path.name]
    assert path.read_bytes() == after
    assert [left.name for left in installation.workspaces.iterdir()] == [path.name]
    assert list(installation.secrets.iterdir()) == []


def test_on_each_real_key_with_a_vault_entry_the_entry_changes_and_setting_back_gives_the_same_bytes(
    real_key: tuple[Path, Key], installation: Installation
) -> None:
    path, held = real_key
    own = Update("own name", "own secret")
    set_key(path, str(held.id), own, installation)
    document = path.read_bytes()
    vault = write_vault(installation, entry("x", "1"), entry("own name", "own secret"), entry("y", "2"))
    stored = vault.read_bytes()
    assert set_key(path, str(held.id), NEW, installation) == [vault.name, path.name]
    assert json.loads(vault.read_bytes()) == [entry("x", "1"), entry(NEW.code_name, NEW.secret), entry("y", "2")]
    assert set_key(path, str(held.id), own, installation) == [vault.name, path.name]
    assert (path.read_bytes(), vault.read_bytes()) == (document, stored)


def test_without_an_installation_the_document_alone_is_set(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", "", id="k")))
    vault = read_vault(installation.secrets / "none.json")
    apply_update(plan_document_update(str(path), "k", NEW, None, vault))
    assert fields(path) == (NEW.code_name, NEW.secret)


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
    path = write(installation, with_keys(key("a", "own", id="k")))
    before = prepare(path.read_text("utf-8")).encode()
    path.write_bytes(before)
    set_key(path, "k", NEW, installation)
    pointer = (*KEYS, 0)
    assert outside_of_config(path.read_bytes(), pointer) == outside_of_config(before, pointer)
    set_key(path, "k", Update("a", "own"), installation)
    assert path.read_bytes() == before


def test_bytes_that_are_no_utf8_stay(installation: Installation) -> None:
    path = write(installation, with_keys(key("a", "own", id="k")))
    before = path.read_bytes().replace(b'"W"', b'"W\xff\xfe"')
    path.write_bytes(before)
    set_key(path, "k", NEW, installation)
    assert b'"W\xff\xfe"' in path.read_bytes()
    set_key(path, "k", Update("a", "own"), installation)
    assert path.read_bytes() == before


def test_a_link_to_the_document_is_the_document(installation: Installation, tmp_path: Path) -> None:
    path = write(installation, with_keys(key("a", "", id="k")))
    link = tmp_path / "link.json"
    link.symlink_to(path)
    vault = write_vault(installation, entry("a", "1"))
    set_key(link, "k", Update("b"), installation)
    assert json.loads(vault.read_text()) == [entry("b", "1")]
    assert link.is_symlink()
    assert fields(path) == ("b", "")


def test_the_nodes_of_a_document_are_walked_once(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(installation, with_keys(key("a", "", id="k"), key("b", "own", id="other")))
    write_vault(installation, entry("a", "1"))
    walked: list[object] = []
    real = workspace_module._walk

    def walk(value: Any, start: Any) -> Any:
        walked.append(value)
        return real(value, start)

    monkeypatch.setattr(workspace_module, "_walk", walk)
    assert plan_of(path, "k", Update("c", "2"), installation).changes
    assert len(walked) == 1
