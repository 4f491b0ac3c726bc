"""Where the platform runs and looks: profiles, DATA_PATH, working folder, containers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from installations import API_KEY, HMAC_SECRET, KEY_FILE, Judged, Node, Site, ecosystem, entry, exchange, key, trading
from platforms import platform_at
from superalgos.test_docker import SHIPPED

from superalgos_rsa.files.listening import Listener

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="no other system tells a working folder")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user with one profile, whose workspaces are in the folder `ws` of the installation."""
    home = tmp_path / "home"
    (home / ".superalgos").mkdir(parents=True)
    (home / ".superalgos/profiles").write_text('[{"name": "live", "storeWorkspaces": "ws"}]')
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    return home


def put(folder: Path, *roots: Node, name: str = "W") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    document = folder / f"{name}.json"
    document.write_text(json.dumps({"type": "Workspace", "name": name, "rootNodes": roots}, indent=4))
    return document


def told(judged: Judged) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in judged.report.findings]


PROFILE = ("platform-profile", "warning")


# --- Profiles and DATA_PATH -------------------------------------------------------------------------------------------


def test_workspaces_of_a_profile_that_nobody_asked_for_are_not_passed_over(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put_key()
    own = site.workspace(*trading(key()))
    broken = put(site.root / "ws", *trading(key("My-Secrets/no.pem")))
    judged = site.judge()
    assert told(judged) == [PROFILE]
    assert judged.finding("platform-profile").path == str(site.root / "ws")
    assert "of the profile “live” were not judged" in judged.finding("platform-profile").message
    assert told(site.judge(own)) == []
    monkeypatch.setenv("PROFILE_NAME", "live")
    judged = site.judge()
    assert [document.path for document in judged.report.documents if document.kind != "vault"] == [str(broken)]
    assert judged.errors == ["path-not-found"]
    assert told(site.judge(own)) == [PROFILE]
    assert site.judge(own).report.documents[0].loads is None


def test_a_profile_that_is_not_there_means_the_defaults(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put_key()
    site.workspace(*trading(key()))
    monkeypatch.setenv("PROFILE_NAME", "lvie")
    judged = site.judge()
    assert (told(judged), judged.key.usable) == ([PROFILE], True)
    assert "there is no profile “lvie”" in judged.finding("platform-profile").message


@pytest.mark.parametrize("spoilt", ["{", "{}", "", "[null]", '[{"name": "live", "storeWorkspaces": null}]'])
def test_with_profiles_that_the_platform_cannot_read_nothing_starts(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    site.put_key()
    site.workspace(*trading(key()))
    (home / ".superalgos/profiles").write_text(spoilt)
    assert told(site.judge()) == []
    monkeypatch.setenv("PROFILE_NAME", "live")
    judged = site.judge(before_start=True)
    assert told(judged) == [("platform-profile", "error")]
    assert not judged.report.summary.ready


def test_what_a_running_platform_tells_comes_before_the_profiles(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put_key()
    own = site.workspace(*trading(key()))
    other = put(site.root / "ws", *trading(key()))
    monkeypatch.setenv("PROFILE_NAME", "lvie")
    with platform_at(site.root, monkeypatch, PATH_TO_MY_WORKSPACES="ws"):
        judged = site.judge(before_start=True)
        assert ([document.path for document in judged.report.documents], told(judged)) == ([str(other)], [])
        judged = site.judge(own, before_start=True)
        assert told(judged) == [PROFILE]
        fix = judged.finding("platform-profile").fix
        assert fix is not None
        assert fix.title == f"name no workspace, or one in {site.root}/ws"


def test_a_document_below_superalgos_data_says_what_is_unknown(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put_key()
    document = put(tmp_path / "Superalgos_Data/My-Workspaces", *trading(key()))
    judged = site.judge(document)
    assert (told(judged), judged.report.documents[0].loads) == ([PROFILE], None)
    assert judged.finding("platform-profile").fix is not None
    assert str(tmp_path) in judged.finding("platform-profile").fix.title  # type: ignore[union-attr]
    monkeypatch.setenv("DATA_PATH", str(tmp_path))
    judged = site.judge(document)
    assert (told(judged), judged.report.documents[0].loads) == ([], True)


# --- The working folder -----------------------------------------------------------------------------------------------


@only_linux
def test_relative_paths_begin_where_the_running_platform_was_started(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = site.put_key()
    document = site.workspace(*trading(key()))
    with platform_at(site.root, monkeypatch, tmp_path):
        judged = site.judge(document, before_start=True)
        assert told(judged) == [("platform-working-folder", "error"), ("platform-working-folder", "warning")]
        assert (judged.key.usable, judged.key.signing) == (False, "hmac")
        assert judged.key.secret.resolved == str(tmp_path / KEY_FILE)
        error, warning = judged.report.findings
        assert error.would_cause is not None
        assert warning.would_cause is None
        assert warning.path == str(tmp_path)
        assert error.fix is not None
        assert (error.fix.title.split()[-1], error.fix.applicability) == (str(file), "safe")
    assert told(site.judge(document, before_start=True)) == []


@only_linux
@pytest.mark.parametrize("secret", ["whole", "there"])
def test_a_path_that_leads_to_a_file_from_there_works(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    file = site.put_key()
    if secret == "there":
        (tmp_path / "k.pem").write_bytes(file.read_bytes())
        (tmp_path / "k.pem").chmod(0o600)
    document = site.workspace(*trading(key("k.pem" if secret == "there" else str(file))))
    with platform_at(site.root, monkeypatch, tmp_path):
        judged = site.judge(document, before_start=True)
        assert (told(judged), judged.key.usable) == ([("platform-working-folder", "warning")], True)


def test_where_the_working_folder_cannot_be_seen_that_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    file = site.put_key()
    document = site.workspace(*trading(key()))
    whole = site.workspace(*trading(key(str(file))), name="Whole")
    with platform_at(site.root, monkeypatch):
        monkeypatch.setattr("superalgos_rsa.superalgos.running.listener", lambda _port: Listener())
        judged = site.judge(document, before_start=True)
        assert (told(judged), judged.key.usable) == ([("working-folder-unknown", "info")], True)
        assert told(site.judge(whole, before_start=True)) == []


# --- Containers -------------------------------------------------------------------------------------------------------


JUDGED_FROM_OUTSIDE = [("container-judged-from-outside", "error"), ("secrets-not-mounted", "warning")]


@pytest.fixture
def docker(site: Site) -> Path:
    """The folder of a clone's container, which has workspaces."""
    folder = site.root / "Docker"
    (folder / "My-Workspaces").mkdir(parents=True)
    (folder / "docker-compose.yml").write_text(SHIPPED)
    return folder


def test_every_clone_has_the_compose_file_which_means_nothing_alone(site: Site, docker: Path) -> None:
    site.put_key()
    site.workspace(*trading(key()))
    judged = site.judge(before_start=True)
    assert (told(judged), judged.key.usable, judged.task.ready) == ([], True, True)


@pytest.mark.parametrize("secret", [KEY_FILE, "whole", HMAC_SECRET, "", "My-Secrets/no.pem"])
def test_of_the_keys_of_a_container_nobody_can_say_anything_from_outside(site: Site, docker: Path, secret: str) -> None:
    file = site.put_key()
    document = put(docker / "My-Workspaces", *trading(key(str(file) if secret == "whole" else secret)))
    judged = site.judge(before_start=True)
    assert told(judged)[:2] == JUDGED_FROM_OUTSIDE
    assert {rule for rule, _ in told(judged)[2:]} <= {"secret-exposed"}
    assert (judged.key.usable, judged.key.signing, judged.key.secret.resolved) == (None, None, None)
    assert not judged.task.ready
    assert [(found.path, found.loads) for found in judged.report.documents] == [(str(document), None)]


def test_the_vault_of_this_machine_is_not_the_container_s(site: Site, docker: Path) -> None:
    site.put_key()
    site.workspace(*trading(key()))
    site.vault(entry("/somewhere/else.pem"))
    put(docker / "My-Workspaces", *trading(key("", name="Another")))
    judged = site.judge(before_start=True)
    outside = judged.report.keys[1]
    assert (outside.secret.source, outside.secret.kind, outside.usable) == (None, "empty", None)
    site.put("My-Secrets/workspace-credentials.json", "{")
    judged = site.judge(docker / "My-Workspaces/W.json", before_start=True)
    assert ("container-judged-from-outside", "error") in told(judged)
    assert judged.key.usable is None


def test_a_container_may_have_another_key_of_the_same_code_name(site: Site, docker: Path) -> None:
    site.put_key()
    site.workspace(*trading(key(HMAC_SECRET)))
    put(docker / "My-Workspaces", *trading(key(name="Another")))
    assert "code-name-duplicate" not in site.judge().errors


def test_a_key_without_a_code_name_works_nowhere(site: Site, docker: Path) -> None:
    put(docker / "My-Workspaces", *trading(key(code_name="")))
    judged = site.judge(before_start=True)
    assert judged.key.usable is False
    assert "code-name-missing-secret" in judged.errors


def test_a_container_whose_keys_no_task_needs_is_warned_of(site: Site, docker: Path) -> None:
    put(docker / "My-Workspaces", ecosystem(exchange(key())))
    assert told(site.judge())[:2] == [("container-judged-from-outside", "warning"), ("secrets-not-mounted", "warning")]
    put(docker / "My-Workspaces", ecosystem(exchange()))
    assert told(site.judge()) == []


def test_where_my_secrets_is_mounted_only_the_unknown_is_told(site: Site, docker: Path) -> None:
    (docker / "docker-compose.yml").write_text(SHIPPED + "      - ./My-Secrets:/app/My-Secrets\n")
    put(docker / "My-Workspaces", *trading(key()))
    judged = site.judge(before_start=True)
    assert told(judged) == JUDGED_FROM_OUTSIDE[:1]
    assert "/app" in judged.finding("container-judged-from-outside").message
    assert API_KEY not in str(judged.report)
