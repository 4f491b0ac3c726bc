"""The real workspaces in an installation with an empty My-Secrets: counts, verdicts, and edits of one value only."""

import json
import shutil
from pathlib import Path

import pytest

from cli.conftest import Call
from superalgos_rsa.superalgos.workspace import KEY_TYPE

BLANK, NEW_MARKET = "Blank-Template.json", "Install-a-New-Market-Tutorial.json"
EXCHANGES, LAYERS = "Tested-Exchanges.json", "Trading-Bot-Layers-Tutorial.json"


@pytest.fixture(scope="module")
def _installed(real_workspaces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("Superalgos")
    (root / "My-Secrets").mkdir()
    folder = root / "Platform" / "My-Workspaces"
    folder.mkdir(parents=True)
    for path in real_workspaces.glob("*.json"):
        shutil.copy(path, folder)
    return root


@pytest.fixture
def installed(_installed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(_installed / "Platform" / "My-Workspaces")
    return _installed


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "keys", "tasks"), [(BLANK, 1, 0), (NEW_MARKET, 0, 0), (EXCHANGES, 16, 0), (LAYERS, 0, 7)]
)
def test_keys_and_tasks_are_the_platform_s_own_nodes(call: Call, name: str, keys: int, tasks: int) -> None:
    """A search of the text finds more: copies of references, which carry the types of their nodes, are none."""
    report = call("show", name, "--format", "json").report
    assert (len(report["keys"]), len(report["tasks"])) == (keys, tasks)
    assert report["documents"] == [{"path": name, "kind": "workspace", "loads": True, "keys": keys, "tasks": tasks}]


@pytest.mark.usefixtures("installed")
def test_check_passes_them_all_and_unused_placeholders_are_infos(call: Call) -> None:
    ended = call("check", "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.rules("error") == []
    assert ended.rules("info").count("key-placeholder") == 17


@pytest.mark.usefixtures("installed")
def test_preflight_fails_for_the_live_session_without_a_key_reference(call: Call) -> None:
    ended = call("preflight", "--format", "json")
    assert ended.code == 1
    assert ended.rules("error") == ["task-key-reference-missing"]
    (finding,) = [f for f in ended.report["findings"] if f["severity"] == "error"]
    assert Path(finding["document"]).name == LAYERS
    (task,) = ended.report["tasks"]
    assert (task["session"], task["id"], task["ready"]) == ("Live Trading Session", finding["task_id"], False)
    for name in (BLANK, NEW_MARKET, EXCHANGES):
        assert call("preflight", name).code == 0
    assert call("preflight", LAYERS).code == 1


@pytest.mark.usefixtures("installed")
def test_none_of_them_carries_what_must_not_be_shared(call: Call) -> None:
    ended = call("check", "--export", "--format", "json")
    assert "export-secret" not in ended.rules()


@pytest.mark.parametrize("name", [BLANK, EXCHANGES])
def test_set_changes_one_config_and_nothing_else_and_back_again(
    call: Call, real_workspaces: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "My-Secrets").mkdir()
    document = tmp_path / "Platform" / "My-Workspaces" / name
    document.parent.mkdir(parents=True)
    shutil.copy(real_workspaces / name, document)
    before = document.read_bytes()
    original = _configs(before)
    for identity, config in original.items():
        old = json.loads(config)
        assert call("set", document, identity, "--code-name", "new", "--secret", "My-Secrets/é“.pem").code == 1
        changed = document.read_bytes()
        wanted = {**old, "codeName": "new", "secret": "My-Secrets/é“.pem"}
        assert json.loads(_configs(changed)[identity]) == wanted
        assert list(json.loads(_configs(changed)[identity])) == list(old)
        assert _without(changed, identity) == _without(before, identity)
        again = ("set", document, identity, "--code-name", old["codeName"], "--secret", old["secret"])
        assert (call(*again).code, document.read_bytes()) == (2, changed)  # the template's own texts are no values
        assert call("undo").code == 0
        assert document.read_bytes() == before
    assert len(original) == {BLANK: 1, EXCHANGES: 16}[name]
    assert [path.name for path in document.parent.iterdir()] == [name]


def _nodes(value: object) -> list[dict[str, str]]:
    if isinstance(value, list):
        return [node for item in value for node in _nodes(item)]
    if not isinstance(value, dict):
        return []
    found = [node for name, item in value.items() if name != "savedPayload" for node in _nodes(item)]
    return [value, *found] if value.get("type") == KEY_TYPE else found


def _configs(data: bytes) -> dict[str, str]:
    """The config text of every key node by the node's id."""
    return {node["id"]: node["config"] for node in _nodes(json.loads(data))}


def _without(data: bytes, identity: str) -> tuple[bytes, bytes]:
    """The bytes before and after the JSON of that node's config."""
    text = json.dumps(_configs(data)[identity], ensure_ascii=False).encode()
    node = data.index(f'"id": "{identity}"'.encode())
    start = data.rindex(text, 0, node) if text in data[:node] else data.index(text, node)
    return data[:start], data[start + len(text) :]
