"""Whose a workspace is that the installation's own platform does not load."""

from __future__ import annotations

from pathlib import Path

import pytest
from platforms import platform_at

from superalgos.environment_states import State, put
from superalgos.test_docker import SHIPPED
from superalgos_rsa.superalgos.installation import Installation, open_installation
from superalgos_rsa.superalgos.outside import outside_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "Superalgos"
    (root / "Platform/My-Workspaces").mkdir(parents=True)
    return root


def kind(document: Path, installation: Installation | None) -> str | None:
    found = outside_of(str(document), installation)
    return found.kind if found is not None else None


def test_what_is_loaded_from_where_it_lies_is_the_installation_s(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "Superalgos_Data/My-Workspaces/deep/W.json"
    found = open_installation(root, {})
    for document in (root / "Platform/My-Workspaces/deep/W.json", tmp_path / "W.json", root / "Plugins/W.json"):
        assert kind(document, found) is None
    assert kind(data, open_installation(root, {"DATA_PATH": str(tmp_path)})) is None
    assert kind(tmp_path / "W.json", None) is None


def test_below_superalgos_data_that_nobody_names(root: Path, tmp_path: Path) -> None:
    found = outside_of(str(tmp_path / "Superalgos_Data/My-Workspaces/deep/W.json"), open_installation(root, {}))
    assert found is not None
    assert (found.kind, found.folder) == ("data", str(tmp_path))
    assert kind(tmp_path / "Superalgos_Data/My-Workspaces/W.json", None) == "data"
    for other in ("Superalgos_Data/W.json", "My-Workspaces/Superalgos_Data/W.json", "Superalgos_Data/My-Log-Files/x"):
        assert kind(tmp_path / other, None) is None


def test_a_folder_that_is_a_link_is_known_by_both_its_names(root: Path, tmp_path: Path) -> None:
    (tmp_path / "real/Superalgos_Data/My-Workspaces").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = open_installation(root, {"DATA_PATH": str(tmp_path / "link")})
    for name in ("link", "real"):
        assert kind(tmp_path / name / "Superalgos_Data/My-Workspaces/W.json", found) is None


def test_in_the_folder_of_a_profile_that_nobody_asked_for(root: Path, tmp_path: Path) -> None:
    variables = put(State('[{"name": "live", "storeWorkspaces": "ws"}]', {}), tmp_path / "home")
    found = outside_of(str(root / "ws/W.json"), open_installation(root, variables))
    assert found is not None
    assert (found.kind, found.profile, found.folder) == ("profile", "live", str(root / "ws"))
    assert kind(root / "ws/W.json", open_installation(root, {**variables, "PROFILE_NAME": "live"})) is None


def test_in_the_usual_folder_while_the_workspaces_are_elsewhere(root: Path, tmp_path: Path) -> None:
    document = root / "Platform/My-Workspaces/W.json"
    assert kind(document, open_installation(root, {"DATA_PATH": str(tmp_path)})) == "moved"


def test_a_container_s_unless_a_platform_of_this_machine_runs_with_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SHIPPED.replace("./My-Workspaces", "./Platform/My-Workspaces")
    (root / "compose.yml").write_text(text)
    document = root / "Platform/My-Workspaces/W.json"
    assert kind(document, open_installation(root, {})) == "container"
    assert kind(document, None) == "container"
    with platform_at(root, monkeypatch):
        assert kind(document, open_installation(root, {})) is None
