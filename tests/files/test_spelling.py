"""Spellings of one path: Windows takes no notice of case, macOS where the disk takes none, and Linux always does."""

from __future__ import annotations

import json
import ntpath
import os
import sys
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspaces import key, with_keys

from superalgos_rsa.cli import settings
from superalgos_rsa.files import programs
from superalgos_rsa.files.modes import Seen
from superalgos_rsa.files.spelling import folded, identity, is_below
from superalgos_rsa.fixer import ours
from superalgos_rsa.fixer.ours import why_not_ours
from superalgos_rsa.superalgos import installation
from superalgos_rsa.superalgos.installation import Installation, from_root, is_chosen
from superalgos_rsa.superalgos.sharers import sharers_elsewhere
from superalgos_rsa.watcher import dependencies, folder_events
from superalgos_rsa.watcher.dependencies import Dependency, What, touched

posix = pytest.mark.skipif(os.name != "posix", reason="a disk of macOS is acted out by links")


@pytest.fixture
def windows() -> Iterator[None]:
    """The rules by which Windows compares, wherever this runs."""
    with pytest.MonkeyPatch.context() as patch:
        _as_windows(patch)
        yield


def _as_windows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys, "platform", "win32")
    patch.setattr(os, "sep", "\\")
    for name in ("normcase", "normpath", "isabs", "abspath", "realpath"):
        patch.setattr(os.path, name, getattr(ntpath, "normpath" if name in ("abspath", "realpath") else name))


@pytest.fixture
def macos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that answers to two spellings, as on a disk that tells no case apart, and one that answers to one."""
    (tmp_path / "Superalgos").mkdir()
    (tmp_path / "superalgos").symlink_to("Superalgos")
    (tmp_path / "Other").mkdir()
    (tmp_path / "other").mkdir()
    real = os.path.realpath
    monkeypatch.setattr(os.path, "realpath", lambda path: str(path))  # macOS gives back the case that it was given
    monkeypatch.setattr(sys, "platform", "darwin")
    assert real(tmp_path / "superalgos") == str(tmp_path / "Superalgos")
    return tmp_path


PATHS = st.lists(st.sampled_from(["a", "A", "ab", "b"]), max_size=4)


@given(PATHS, PATHS, st.sampled_from(["C:", "c:", "D:"]), st.sampled_from(["\\", "/"]))
def test_on_windows_it_is_what_pathlib_says(left: list[str], right: list[str], drive: str, separator: str) -> None:
    path, folder = (start + "\\" + "\\".join(names) for start, names in (("C:", left), (drive, right)))
    with pytest.MonkeyPatch.context() as patch:
        _as_windows(patch)
        found = is_below(path.replace("\\", separator), folder)
    assert found is PureWindowsPath(path).is_relative_to(PureWindowsPath(folder))


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
@pytest.mark.parametrize(
    ("path", "folder", "below"),
    [("/a/b", "/a", True), ("/a", "/a", True), ("/a/b", "/", True), ("/ab", "/a", False), ("/A/b", "/a", False)],
)
def test_on_linux_another_case_is_another_folder(path: str, folder: str, below: bool) -> None:
    assert is_below(path, folder) is below
    assert (folded("/A"), identity("/A-path") == identity("/a-path")) == ("/A", False)


@posix
def test_on_macos_another_case_is_the_same_folder_where_both_lead_to_one(macos: Path) -> None:
    assert is_below(f"{macos}/superalgos/k.pem", f"{macos}/Superalgos")
    assert not is_below(f"{macos}/other/k.pem", f"{macos}/Other")
    assert not is_below(f"{macos}/nowhere/k.pem", f"{macos}/Nowhere")
    assert identity(f"{macos}/superalgos") == identity(f"{macos}/Superalgos")
    assert identity(f"{macos}/other") != identity(f"{macos}/Other")
    assert identity(f"{macos}/nowhere") != identity(f"{macos}/Nowhere")


# --- Where paths are compared -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", ["win32", "darwin"])
@pytest.mark.parametrize("what", ["name", "names", "files", "documents"])
def test_an_event_in_another_case_touches_what_is_watched(
    monkeypatch: pytest.MonkeyPatch, system: str, what: What
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(dependencies, "IGNORES_CASE", True)
    if system == "win32":
        monkeypatch.setattr(os.path, "normcase", str.lower)
    entry = Dependency("/Keys/K.json" if what == "name" else "/Keys", what)
    assert list(touched("/keys/k.json", False, {entry, Dependency("/Else", what)})) == [entry]


def test_a_folder_that_was_replaced_is_known_in_another_case(windows: None) -> None:
    assert folder_events._is_below(r"C:\Keys\Old", [r"c:\keys"])
    assert folder_events._is_below(r"C:\Keys", [r"c:/KEYS"])
    assert not folder_events._is_below(r"C:\Keys2", [r"c:\keys"])


@pytest.mark.parametrize(
    ("file", "written"),
    [
        (r"C:\Superalgos\My-Secrets\k.pem", "My-Secrets/k.pem"),
        (r"c:\superalgos\My-Secrets\k.pem", "My-Secrets/k.pem"),
        (r"C:\Superalgos2\k.pem", r"C:\Superalgos2\k.pem"),
        (r"D:\Superalgos\k.pem", r"D:\Superalgos\k.pem"),
    ],
)
def test_on_windows_a_key_below_the_root_is_named_from_there(
    windows: None, monkeypatch: pytest.MonkeyPatch, file: str, written: str
) -> None:
    monkeypatch.setattr(installation, "Path", PureWindowsPath)
    assert from_root(PureWindowsPath(r"C:\Superalgos"), file) == written


@posix
def test_on_macos_a_key_below_the_root_is_named_from_there(macos: Path) -> None:
    assert from_root(macos / "Superalgos", f"{macos}/superalgos/My-Secrets/k.pem") == "My-Secrets/k.pem"
    assert from_root(macos / "Other", f"{macos}/other/k.pem") == f"{macos}/other/k.pem"


@posix
def test_on_macos_the_root_that_one_stands_in_is_chosen_in_any_case(macos: Path) -> None:
    (macos / "Superalgos/Platform/My-Workspaces").mkdir(parents=True)
    assert is_chosen(macos / "Superalgos", None, {}, macos / "superalgos")
    assert not is_chosen(macos / "Other", None, {}, macos / "superalgos")


def test_a_key_in_the_installation_is_ours_in_any_case(windows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Private:
        kind = "private"

    monkeypatch.setattr(ours, "inspect", lambda _data: Private)
    seen = Seen((1, 1), 0o644, 0, 1, b"")
    root = PureWindowsPath(r"C:\Superalgos")
    assert why_not_ours(r"c:\superalgos\My-Secrets\k.pem", seen, root, ()) is None  # type: ignore[arg-type]
    assert why_not_ours(r"D:\keys\k.pem", seen, root, (r"d:\Keys",)) is None  # type: ignore[arg-type]
    elsewhere = why_not_ours(r"C:\Superalgos2\k.pem", seen, root, ())  # type: ignore[arg-type]
    assert "outside the installation" in (elsewhere or "")


@pytest.mark.parametrize(("folder", "below"), [(r"c:\SUPERALGOS\keys", True), (r"C:\Superalgos\..\keys", False)])
def test_search_folders_below_the_root_count_in_any_case(windows: None, folder: str, below: bool) -> None:
    assert settings._is_below(folder, r"C:\Superalgos") is below


def test_no_program_within_the_folder_that_is_judged_counts_in_any_case(windows: None) -> None:
    assert programs._is_in(r"c:\superalgos\bin", r"C:\Superalgos")
    assert not programs._is_in(r"C:\Windows", r"C:\Superalgos")


@posix
def test_on_macos_a_document_is_not_taken_for_another_by_its_case(macos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code_name in (("Mine", "A" * 20), ("Yours", "B" * 20)):
        (macos / "Superalgos" / f"{name}.json").write_text(json.dumps(with_keys(key(code_name))))
    where = Installation(macos, macos / "Superalgos", macos / "My-Secrets", None, None)
    assert [one.code_name for one in sharers_elsewhere([f"{macos}/superalgos/Mine.json"], where)] == ["B" * 20]
