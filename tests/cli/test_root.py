"""Which Superalgos folder counts: `--root`, `SUPERALGOS_ROOT`, above the document, above the current folder."""

import shutil
from pathlib import Path

import pytest

from cli.command_line import set_secret
from cli.conftest import Call
from superalgos_rsa.superalgos import demo_installation as demo


@pytest.fixture
def folders(built: Path, tmp_path: Path) -> dict[str, Path]:
    """Superalgos folders that differ by name only."""
    names = ("option", "variable", "document", "current")
    return {name: Path(shutil.copytree(built, tmp_path / name)) for name in names}


def _root(call: Call, *words: str | Path) -> str | None:
    root = call(*words, "--format", "json").report["installation"]["root"]
    return Path(root).name if root else None


def test_the_nearer_naming_of_the_root_wins(
    call: Call, folders: dict[str, Path], outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = folders["document"] / demo.WORKSPACE
    deep = folders["current"] / "Platform" / "My-Workspaces"
    monkeypatch.chdir(deep)
    monkeypatch.setenv("SUPERALGOS_ROOT", str(folders["variable"]))
    assert _root(call, "--root", folders["option"], "check", document) == "option"
    assert _root(call, "check", document) == "variable"
    monkeypatch.setenv("SUPERALGOS_ROOT", "")
    assert _root(call, "check", document) == "document"
    shutil.copy(document, outside / "Demo.json")
    assert _root(call, "check", outside / "Demo.json") == "current"
    assert _root(call, "check") == "current"
    assert _root(call, "check", "-") == "current"


def test_a_relative_root_begins_at_the_current_folder(call: Call, folders: dict[str, Path], outside: Path) -> None:
    assert _root(call, "--root", f"../{folders['option'].name}", "check") == "option"
    assert outside.is_dir()


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_folder_that_is_no_superalgos_is_refused_where_it_is_named(
    call: Call, folders: dict[str, Path], outside: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = folders["document"] / demo.WORKSPACE
    if how == "variable":
        monkeypatch.setenv("SUPERALGOS_ROOT", str(outside))
    named: list[str | Path] = ["--root", outside] if how == "option" else []
    ended = call(*named, "check", document)
    assert (ended.code, ended.out) == (2, "")
    assert "is no Superalgos directory" in ended.err


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("command", ["check", "preflight", "show"])
def test_without_a_root_and_without_a_document_there_is_nothing_to_judge(call: Call, command: str) -> None:
    ended = call(command)
    assert (ended.code, ended.out) == (2, "")
    assert "superalgos-rsa: error: no Superalgos directory found" in ended.err
    assert "superalgos-rsa: hint: " in ended.err


@pytest.mark.parametrize("command", ["check", "preflight", "show"])
def test_without_a_root_a_relative_path_cannot_be_judged(call: Call, green: Path, outside: Path, command: str) -> None:
    shutil.copy(green / demo.WORKSPACE, outside / "Demo.json")
    ended = call(command, "Demo.json", "--format", "json")
    assert ended.code == 2
    assert "a relative key path begins at the Superalgos directory, and none was found" in ended.err
    assert ended.report["installation"]["root"] is None
    assert not any(key["usable"] for key in ended.report["keys"])


@pytest.mark.parametrize("command", ["check", "preflight", "show"])
def test_without_a_root_a_document_that_needs_none_is_judged(
    call: Call, green: Path, outside: Path, command: str
) -> None:
    for number in range(len(demo.MISTAKES)):
        set_secret(green, str(green / demo.KEY_FILE), number)
    shutil.copy(green / demo.WORKSPACE, outside / "Demo.json")
    ended = call(command, "Demo.json", "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    assert {key["usable"] for key in ended.report["keys"]} == {True}


def test_a_data_only_copy_is_a_root(call: Call, green: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data-only"
    for name in ("Platform", "My-Secrets"):
        shutil.copytree(green / name, copy / name)
    assert _root(call, "check", copy / demo.WORKSPACE) == "data-only"


def test_an_installation_whose_data_lie_elsewhere_is_a_root(
    call: Call, green: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DATA_PATH moves the workspaces, and nothing moves My-Secrets."""
    data = tmp_path / "data"
    (green / "Platform/My-Workspaces").rename(green / "Platform/moved")
    shutil.copytree(green / "Platform/moved", data / "Superalgos_Data/My-Workspaces")
    shutil.rmtree(green / "Platform")
    (green / "Projects").mkdir()
    for name in ("platform.js", "Projects/ProjectsSchema.json"):
        (green / name).touch()
    monkeypatch.setenv("DATA_PATH", str(data))
    ended = call("--root", green, "preflight", "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    assert [Path(entry["path"]).parts[-3:] for entry in ended.report["documents"]] == [
        ("Superalgos_Data", "My-Workspaces", "Demo.json")
    ]
