"""Where a program is looked for: never in the current folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from superalgos_rsa.files.programs import find

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
