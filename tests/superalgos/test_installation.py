"""Where a Superalgos is, what it consists of, and whether it is running."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from platforms import answering, environment_of, platform_at

from superalgos.environment_states import NAMED, State, put
from superalgos_rsa.errors import UsageError
from superalgos_rsa.superalgos.installation import find_root, is_chosen, is_root, open_installation

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="no other system tells a working folder")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "Superalgos"
    (root / "Platform/My-Workspaces/deep/er").mkdir(parents=True)
    return root


def test_a_directory_is_one_by_its_program_or_by_its_workspaces(root: Path, tmp_path: Path) -> None:
    assert is_root(root)
    whole = tmp_path / "whole"
    (whole / "Projects").mkdir(parents=True)
    (whole / "platform.js").touch()
    assert not is_root(whole)
    (whole / "Projects/ProjectsSchema.json").touch()
    assert is_root(whole)
    assert not is_root(tmp_path)


def test_option_before_environment_before_documents_before_the_current_folder(root: Path, tmp_path: Path) -> None:
    others = {name: tmp_path / name for name in ("option", "environment", "cwd")}
    for other in others.values():
        (other / "Platform/My-Workspaces").mkdir(parents=True)
    document = str(root / "Platform/My-Workspaces/deep/er/W.json")
    environment = {"SUPERALGOS_ROOT": str(others["environment"])}
    inside = others["cwd"] / "Platform"
    assert find_root(str(others["option"]), environment, [document], inside) == others["option"]
    assert find_root(None, environment, [document], inside) == others["environment"]
    assert find_root(None, {}, [document], inside) == root
    assert find_root(None, {}, ["-"], inside) == others["cwd"]
    assert find_root(None, {"SUPERALGOS_ROOT": ""}, [str(tmp_path / "x.json")], inside) == others["cwd"]
    assert find_root(None, {}, [], tmp_path) is None


def test_a_document_may_be_named_from_anywhere(root: Path) -> None:
    assert find_root(None, {}, ["W.json"], root / "Platform/My-Workspaces") == root
    assert find_root(None, {}, ["../W.json"], root / "Platform/My-Workspaces/deep") == root
    assert find_root(None, {}, [str(root)], Path("/")) == root


def test_a_root_is_chosen_by_naming_it_or_by_standing_in_it(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "Platform/My-Workspaces").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    assert is_chosen(root, str(root), {}, tmp_path)
    assert is_chosen(root, None, {"SUPERALGOS_ROOT": str(root)}, tmp_path)
    for inside in (root, root / "Platform/My-Workspaces/deep", tmp_path / "link/Platform"):
        assert is_chosen(root, None, {}, inside)
        assert is_chosen(tmp_path / "link", None, {}, inside)
    for outside in (tmp_path, other, other / "Platform", Path("/")):
        assert not is_chosen(root, None, {"SUPERALGOS_ROOT": ""}, outside)


def test_a_root_within_a_root_is_not_chosen_from_the_outer_one(root: Path) -> None:
    inner = root / "Platform/My-Workspaces/deep"
    (inner / "Platform/My-Workspaces").mkdir(parents=True)
    assert not is_chosen(inner, None, {}, root)
    assert is_chosen(inner, None, {}, inner / "Platform")


@pytest.mark.parametrize("source", ["--root", "SUPERALGOS_ROOT"])
def test_a_wrong_root_is_said_and_not_passed_over(tmp_path: Path, source: str) -> None:
    named = str(tmp_path) if source == "--root" else None
    with pytest.raises(UsageError, match=source):
        find_root(named, {"SUPERALGOS_ROOT": str(tmp_path)}, [], tmp_path)


def test_the_search_goes_on_past_what_it_may_not_or_cannot_look_at(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], Path | None]], Path | None]
) -> None:
    root = anyones_folder / "Superalgos"
    (root / "Platform/My-Workspaces/closed").mkdir(parents=True)
    for folder in (root, root / "Platform", root / "Platform/My-Workspaces"):
        folder.chmod(0o755)
    closed = root / "Platform/My-Workspaces/closed"
    closed.chmod(0)
    assert unprivileged(lambda: find_root(None, {}, [str(closed / "x/W.json")], Path("/"))) == root
    assert find_root(None, {}, [str(root / ("a" * 300) / "W.json")], Path("/")) == root
    closed.chmod(0o700)


def test_data_path_moves_the_workspaces_and_nothing_moves_my_secrets(root: Path, tmp_path: Path) -> None:
    found = open_installation(root, {})
    assert (found.workspaces, found.secrets) == (root / "Platform/My-Workspaces", root / "My-Secrets")
    assert found.vault == root / "My-Secrets/workspace-credentials.json"
    moved = open_installation(root, {"DATA_PATH": str(tmp_path / "data")})
    assert moved.workspaces == tmp_path / "data/Superalgos_Data/My-Workspaces"
    assert moved.secrets == root / "My-Secrets"
    assert open_installation(root, {"DATA_PATH": "data"}).workspaces == root / "data/Superalgos_Data/My-Workspaces"


def test_a_profile_moves_them_too(root: Path, tmp_path: Path) -> None:
    variables = put(State('[{"name": "live", "storeWorkspaces": "ws"}]', NAMED), tmp_path / "home")
    assert open_installation(root, variables).workspaces == root / "ws"
    assert open_installation(root, {**variables, "PROFILE_NAME": "x"}).workspaces == root / "Platform/My-Workspaces"


def test_a_packaged_platform_has_its_secrets_and_workspaces_in_the_package(root: Path) -> None:
    found = open_installation(root, {"PACKAGED_PATH": "/opt/app"})
    assert (str(found.workspaces), str(found.secrets)) == ("/opt/app/Platform/My-Workspaces", "/opt/app/My-Secrets")
    assert (found.root, found.cwd) == (root, str(root))


@only_linux
def test_what_a_running_platform_tells_comes_before_profile_and_variables(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"DATA_PATH": str(tmp_path / "data")}
    for said, cwd, workspaces in (
        ("/ws", root, Path("/ws")),
        ("ws", root, root / "ws"),
        ("ws", tmp_path, tmp_path / "ws"),
        (None, tmp_path, tmp_path / "data/Superalgos_Data/My-Workspaces"),
        ("//far/away", root, tmp_path / "data/Superalgos_Data/My-Workspaces"),
    ):
        with platform_at(root, monkeypatch, cwd, PATH_TO_MY_WORKSPACES=said):
            found = open_installation(root, own)
            assert (found.running, found.workspaces, found.secrets) == (True, workspaces, root / "My-Secrets")
            assert (found.cwd, found.working_folder) == (str(cwd), None if cwd == root else str(cwd))
            starts = open_installation(root, own, starts=True)
            assert starts.workspaces == tmp_path / "data/Superalgos_Data/My-Workspaces"
            assert (starts.cwd, starts.running) == (str(root), False)


@only_linux
def test_a_root_that_is_a_link_is_no_other_working_folder(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(root)
    with platform_at(root, monkeypatch):
        assert open_installation(tmp_path / "link", {}).cwd == str(tmp_path / "link")


def test_a_platform_is_found_on_the_port_of_any_profile(root: Path, tmp_path: Path) -> None:
    with answering(environment_of(str(root)), root) as port:
        text = f'[{{"name": "x", "portHttpPlatform": 1}}, {{"name": "live", "portHttpPlatform": {port}}}]'
        assert open_installation(root, put(State(text, {}), tmp_path / "home")).running


def test_a_document_of_a_platform_that_runs_leads_to_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspaces = tmp_path / "Superalgos_Data/My-Workspaces"
    document = str(workspaces / "W.json")
    with platform_at(root, monkeypatch, PATH_TO_MY_WORKSPACES=str(workspaces)):
        assert find_root(None, {}, [document], Path("/")) == root
        assert find_root(None, {}, [str(tmp_path / "Superalgos_Data/Other/W.json")], Path("/")) is None
        assert not is_chosen(root, None, {}, Path("/"))
    with platform_at(tmp_path, monkeypatch, PATH_TO_MY_WORKSPACES=str(workspaces)):
        assert find_root(None, {}, [document], Path("/")) is None  # what it runs from is no Superalgos here
    assert find_root(None, {}, [document], Path("/")) is None


@pytest.mark.parametrize(
    ("package", "version"),
    [
        ('{"version": "1.6.1"}', "1.6.1"), (None, None), ("", None), ("[]", None), ("{}", None), ("\ufeff{}", None),
        ('{"version": 5}', None), ("[" * 100_000, None), ("\udcff", None),
    ],
    ids=range(9),
)  # fmt: skip
def test_the_version_of_superalgos_where_it_can_be_read(root: Path, package: str | None, version: str | None) -> None:
    if package is not None:
        (root / "package.json").write_bytes(package.encode("utf-8", "surrogateescape"))
    assert open_installation(root, {}).superalgos == version


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"node_modules/ccxt/package.json": {"version": "4.5.59"}, "package-lock.json": {}}, "4.5.59"),
        ({"package-lock.json": {"packages": {"node_modules/ccxt": {"version": "2.7.62"}}}}, "2.7.62"),
        ({"package-lock.json": {"dependencies": {"ccxt": {"version": "2.7.1"}}}}, "2.7.1"),
        ({"package.json": {"version": "1.6.1", "dependencies": {"ccxt": "^2.7.62"}}}, "2.7.62"),
        ({}, None),
    ],
)
def test_the_version_of_ccxt_by_what_is_installed_locked_or_asked_for(
    root: Path, files: dict[str, object], version: str | None
) -> None:
    for name, value in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    found = open_installation(root, {}).ccxt
    assert (None if found is None else str(found)) == version
