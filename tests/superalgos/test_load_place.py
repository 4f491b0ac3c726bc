"""Where a file lies decides by which route the platform loads it, and whether it can."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from superalgos_rsa.superalgos.installation import Installation, installation_at
from superalgos_rsa.superalgos.load_place import ELSEWHERE, LoadPlace, load_place

MINE, PLUGIN = LoadPlace("my-workspaces"), LoadPlace("plugins")
UNDEFINED = LoadPlace("my-workspaces", "its path contains the word “undefined”")
ANOTHER_NAME = LoadPlace("my-workspaces", "its name does not end in .json")


def _installed(root: Path) -> Installation:
    (root / "Platform/My-Workspaces").mkdir(parents=True)
    return installation_at(root, {})


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("Platform/My-Workspaces/W.json", MINE),
        ("Platform/My-Workspaces/a/b/W.json", MINE),
        ("Platform/My-Workspaces/Plugins/Foundations/Workspaces/W.json", MINE),
        ("Platform/My-Workspaces/workspace-credentials.json", MINE),
        ("Platform/My-Workspaces/100%/café?.json", MINE),
        ("Platform/My-Workspaces/.json", MINE),
        ("Platform/My-Workspaces/Undefined.json", MINE),
        ("Platform/My-Workspaces/undefined.json", UNDEFINED),
        ("Platform/My-Workspaces/my-undefined/W.json", UNDEFINED),
        ("Platform/My-Workspaces/W.json.bak", ANOTHER_NAME),
        ("Platform/My-Workspaces/W", ANOTHER_NAME),
        ("Platform/My-Workspaces/W.JSON", ANOTHER_NAME),
        ("Platform/My-Workspaces/W\udcff.json", LoadPlace("my-workspaces", "its name is not UTF-8")),
        ("Plugins/Foundations/Workspaces/undefined.json", PLUGIN),
        ("Plugins/W", PLUGIN),
        ("Platform/W.json", ELSEWHERE),
        ("My-Secrets/workspace-credentials.json", ELSEWHERE),
        ("Platform/My-Workspaces 2/W.json", ELSEWHERE),
        ("Projects/Plugins/W.json", ELSEWHERE),
        ("Platform/My-Workspaces/../W.json", ELSEWHERE),
    ],
)
@pytest.mark.parametrize("above", ["S", "Plugins/S"])
def test_the_place_of_a_document_below_an_installation(
    tmp_path: Path, above: str, document: str, place: LoadPlace
) -> None:
    installation = _installed(tmp_path / above)
    assert load_place(f"{installation.root}/{document}", installation) == place


def test_without_an_installation_and_from_standard_input_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = _installed(tmp_path)
    monkeypatch.chdir(installation.workspaces)
    assert load_place("W.json", None) == load_place("-", installation) == ELSEWHERE
    assert load_place("W.json", installation) == MINE


def test_the_word_counts_in_the_path_of_the_installation_too_as_node_resolves_it(tmp_path: Path) -> None:
    _installed(tmp_path / "undefined/S")
    _installed(tmp_path / "S")
    (tmp_path / "link").symlink_to("undefined/S")
    (tmp_path / "undefined-link").symlink_to("S")
    for root, place in (("undefined/S", UNDEFINED), ("link", UNDEFINED), ("S", MINE), ("undefined-link", MINE)):
        installation = installation_at(tmp_path / root, {})
        assert load_place(str(installation.workspaces / "W.json"), installation) == place


def test_a_document_named_by_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "S/Platform").mkdir(parents=True)
    (tmp_path / "S/Platform/My-Workspaces").symlink_to(tmp_path / "data")
    installation = installation_at(tmp_path / "S", {})
    assert load_place(str(tmp_path / "data/W.json"), installation) == MINE
    (tmp_path / "data/far").symlink_to(tmp_path)
    assert load_place(str(installation.workspaces / "far/W.json"), installation) == MINE
    assert load_place(str(tmp_path / "W.json"), installation) == ELSEWHERE
    (tmp_path / "W.txt").touch()
    (tmp_path / "data/W.json").symlink_to(tmp_path / "W.txt")
    assert load_place(str(tmp_path / "data/W.json"), installation) == MINE


def test_a_disk_without_upper_and_lower_case_finds_any_spelling_of_the_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = _installed(tmp_path)
    monkeypatch.setattr(os.path, "samefile", lambda one, other: one.lower() == other.lower())
    assert load_place(f"{installation.workspaces}/W.JSON", installation) == MINE
    assert load_place(f"{installation.workspaces}/W.json.bak", installation) == ANOTHER_NAME


@pytest.mark.parametrize(
    ("place", "loads"),
    [(MINE, [True, False, None]), (UNDEFINED, [True] * 3), (PLUGIN, [True] * 3), (ELSEWHERE, [None] * 3)],
)
def test_loads_is_a_statement_about_the_place_first(place: LoadPlace, loads: list[bool | None]) -> None:
    assert [place.loads(survives) for survives in (True, False, None)] == loads
