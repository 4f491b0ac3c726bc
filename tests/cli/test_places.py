"""Profiles, containers and the platform that runs, as the commands tell them: words, exit codes, remedies."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest
from installations import Site, entry, key, trading
from platforms import platform_at
from superalgos.test_docker import SHIPPED

from cli.conftest import Call


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "Superalgos")


@pytest.fixture
def compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compose folder with one workspace, far from any Superalgos."""
    folder = tmp_path / "compose"
    (folder / "My-Workspaces").mkdir(parents=True)
    (folder / "docker-compose.yml").write_text(SHIPPED)
    text = json.dumps({"type": "Workspace", "name": "W", "rootNodes": trading(key())})
    (folder / "My-Workspaces/W.json").write_text(text)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("words", [["preflight"], ["check"], ["preflight", "My-Workspaces"], ["run", "--", "true"]])
def test_a_compose_folder_promises_nothing(call: Call, compose: Path, words: list[str]) -> None:
    ended = call(*words)
    assert ended.code == 3
    assert "container-judged-from-outside" in ended.out + ended.err
    assert "nobody can say from here whether" in ended.out + ended.err


def test_in_a_compose_folder_without_workspaces_a_superalgos_is_asked_for(call: Call, compose: Path) -> None:
    (compose / "My-Workspaces/W.json").unlink()
    (compose / "My-Workspaces").rmdir()
    ended = call("preflight")
    assert (ended.code, "no Superalgos directory found" in ended.err) == (2, True)


def test_a_key_of_a_container_is_not_shown_as_good_and_not_repaired(call: Call, compose: Path) -> None:
    assert "nobody can say from here" in call("show").out
    before = (compose / "My-Workspaces/W.json").read_bytes()
    assert "container-judged-from-outside" in call("fix", "--apply", "--unsafe").out
    assert (compose / "My-Workspaces/W.json").read_bytes() == before


def test_a_clone_whose_container_is_in_use_promises_nothing(call: Call, site: Site, compose: Path) -> None:
    site.put_key()
    site.workspace(*trading(key()))
    assert call("--root", site.root, "preflight").code == 0
    os.rename(compose, site.root / "Docker")
    assert call("--root", site.root, "preflight").code == 3
    assert call("preflight", site.root / "Platform/My-Workspaces/W.json").code == 0


def test_a_profile_that_cannot_be_read_stops_the_start(
    call: Call, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put_key()
    site.workspace(*trading(key()))
    (tmp_path / ".superalgos").mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PROFILE_NAME", "live")
    ended = call("--root", site.root, "run", "--", "true")
    assert ended.code == 1
    assert "will not start, or will find no workspaces, with the profile “live”" in ended.out + ended.err


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells a working folder")
def test_the_remedy_for_another_working_folder_works_when_it_is_pasted(
    call: Call, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = site.put_key()
    document = site.workspace(*trading(key()))
    with platform_at(site.root, monkeypatch, tmp_path):
        ended = call("preflight", document, "--format", "json")
        assert ended.code == 1
        (error,) = (f for f in ended.report["findings"] if f["severity"] == "error")
        program, *words = shlex.split(error["fix"]["title"])
        assert (program, call(*words).code) == ("superalgos-rsa", 0)
        ended = call("preflight", document, "--format", "json")
        assert (ended.code, ended.report["keys"][0]["secret"]["path"]) == (0, str(file))
    assert call("preflight", document).code == 0


def test_a_document_of_a_running_platform_is_judged_with_it(
    call: Call, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put_key()
    workspaces = tmp_path / "Superalgos_Data/My-Workspaces"
    workspaces.parent.mkdir()
    os.rename(site.workspace(*trading(key())).parent, workspaces)
    document = workspaces / "W.json"
    (site.root / "Platform/My-Workspaces").mkdir()
    monkeypatch.chdir(tmp_path)
    assert call("preflight", document).code == 2
    with platform_at(site.root, monkeypatch, PATH_TO_MY_WORKSPACES=str(workspaces)):
        ended = call("preflight", document, "--format", "json")
        assert (ended.code, ended.report["installation"]["root"]) == (0, str(site.root))
        assert ended.report["documents"][0]["loads"] is True


def test_set_on_a_container_s_workspace_leaves_the_vault_of_this_machine_alone(
    call: Call, site: Site, compose: Path
) -> None:
    vault = site.vault(entry("My-Secrets/other.pem"))
    os.rename(compose, site.root / "Docker")
    document, before = site.root / "Docker/My-Workspaces/W.json", vault.read_bytes()
    ended = call("--root", site.root, "set", document, "Key", "--secret", "My-Secrets/new.pem")
    assert ended.code == 3
    assert "nobody can say from here" in ended.out
    assert vault.read_bytes() == before
    assert "My-Secrets/new.pem" in document.read_text()
