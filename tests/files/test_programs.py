"""Where a program is looked for: never in the current folder."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from superalgos_rsa.files.programs import find, find_as_typed

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a program is made the POSIX way")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current one, with a program in it and one in `bin`."""
    for name in ("program", "bin/program"):
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_the_first_absolute_entry_that_has_it(folder: Path) -> None:
    assert find("program", f"/nowhere:{folder}/bin:{folder}") == f"{folder}/bin/program"
    assert find("sh", os.environ["PATH"]) == shutil.which("sh")


@pytest.mark.parametrize("entries", ["", ".", ":", "bin", "./bin", "~/bin", "../here"])
def test_no_entry_that_begins_at_the_current_folder_counts(folder: Path, entries: str) -> None:
    assert find("program", entries) is None
    assert find("program", f"{entries}:{folder}/bin") == f"{folder}/bin/program"


def test_what_may_not_be_run_is_no_program(folder: Path) -> None:
    (folder / "program").chmod(0o644)
    assert find("program", str(folder)) is None
    (folder / "program").unlink()
    (folder / "program").mkdir()
    assert find("program", str(folder)) is None


def test_no_entry_within_the_folder_that_is_judged_counts(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder / "bin")
    (tmp_path / "here-too").mkdir()
    shutil.copy(folder / "program", tmp_path / "here-too")
    for entry in (folder, folder / "bin", tmp_path / "link"):
        assert find("program", str(entry), outside=str(folder)) is None
    assert find("program", str(tmp_path / "here-too"), outside=str(folder)) == f"{tmp_path}/here-too/program"


@pytest.fixture
def windows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with `tool` in it, and in `bin` with more endings."""
    for name in ("tool.exe", "bin/tool", "bin/tool.js", "bin/tool.exe", "bin/tool.cmd"):
        shutil.copy(folder / "program", folder / name)
    monkeypatch.setattr(sys, "platform", "win32")
    return folder


@pytest.mark.parametrize(
    ("pathext", "taken"),
    [("", "tool.exe"), (".CMD;.EXE", "tool.cmd"), (".JS;.EXE;.CMD", "tool.exe"), (".JS", "tool.exe")],
)
def test_the_endings_are_those_of_pathext_that_windows_starts_by_itself(
    windows: Path, pathext: str, taken: str
) -> None:
    environment = {"PATH": f".{os.pathsep}{windows / 'bin'}", "PATHEXT": pathext}
    assert find_as_typed("tool", environment) == str(windows / "bin" / taken)
    assert find_as_typed(os.path.join("bin", "tool"), environment) == str(windows / "bin" / taken)
    assert find_as_typed("tool.exe", environment) == str(windows / "bin" / "tool.exe")


def test_on_windows_a_program_of_ours_is_an_exe_and_no_batch_file(windows: Path) -> None:
    assert find("tool", str(windows / "bin")) == str(windows / "bin" / "tool.exe")
    (windows / "bin" / "tool.exe").unlink()
    assert find("tool", str(windows / "bin")) is None


@pytest.mark.parametrize("path", ["", ".", "bin"])
def test_windows_bare_name_is_not_looked_for_in_the_current_folder(windows: Path, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        find_as_typed("tool", {"PATH": path})
    assert find_as_typed(os.path.join(".", "tool"), {"PATH": path}) == str(windows / "tool.exe")


def test_a_folder_is_no_program_on_windows(windows: Path) -> None:
    with pytest.raises(PermissionError):
        find_as_typed(os.path.join(".", "bin"), {"PATH": str(windows)})
