"""A report never takes the place of anything but an earlier report, and what it replaced can be had back."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from attack.limits import Answer, attacked
from superalgos_rsa.superalgos import demo_installation as demo

VAULT = "My-Secrets/workspace-credentials.json"
NAMES = (demo.KEY_FILE, demo.PUBLIC_FILE, VAULT, demo.WORKSPACE, "package.json", "package-lock.json")
COMMANDS = (("check",), ("check", "--format", "json"), ("show",), ("preflight", "--format", "json"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    demo.build(folder)
    return folder


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "Superalgos"))


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(root.rglob("*"))
    }


def write_report(root: Path, target: str | Path, *words: str) -> Answer:
    return attacked([*(words or ("check",)), "--output-file", str(target)], cwd=root)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_report_is_not_overwritten(root: Path, name: str, words: tuple[str, ...]) -> None:
    before = everything(root)
    answer = write_report(root, name, *words)
    assert answer.holds
    assert (answer.code, answer.out) == (2, "")
    assert everything(root) == before


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"version": 1, "tool": "0.1.0"}', b"notes\n",
    b"\xff", b"[" * 100_000, b"nothing found in 1 document; 1 key, 1 task and more\n"])  # fmt: skip
def test_any_file_of_somebody_elses_is_not_overwritten(root: Path, content: bytes) -> None:
    (root / "theirs").write_bytes(content)
    before = everything(root)
    answer = write_report(root, "theirs")
    assert answer.holds
    assert answer.code == 2
    assert everything(root) == before


def to_the_key(root: Path) -> None:
    (root / "report").symlink_to(root / demo.KEY_FILE)


def to_nowhere(root: Path) -> None:
    (root / "report").symlink_to(root / "My-Secrets" / "new")


def to_an_earlier_report(root: Path) -> None:
    assert write_report(root, "earlier").code == 1
    (root / "report").symlink_to("earlier")


def hard_link(root: Path) -> None:
    os.link(root / demo.KEY_FILE, root / "report")


@pytest.mark.parametrize("lay", [to_the_key, to_nowhere, to_an_earlier_report, hard_link])
def test_nothing_is_written_through_a_link(root: Path, lay: Callable[[Path], None]) -> None:
    lay(root)
    before = everything(root)
    answer = write_report(root, "report", "show")
    assert answer.holds
    assert answer.code == 2
    assert everything(root) == before


@pytest.mark.parametrize("first", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("second", COMMANDS[:3], ids=" ".join)
def test_a_report_takes_the_place_of_any_other_and_gives_it_back(
    root: Path, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    assert write_report(root, "report", *first).code == 1
    before = everything(root)
    document = root / demo.WORKSPACE
    document.write_text(document.read_text("utf-8").replace("with a tilde", "with a hat"), "utf-8")
    assert write_report(root, "report", *second).code == 1
    assert (root / "report").read_bytes() != before["report"][1]
    listed = attacked(["undo", "--list"]).out
    number = re.findall(r"^ *(\d+) .*report", listed, re.MULTILINE)[-1]
    assert attacked(["undo", number]).code == 0
    assert (root / "report").read_bytes() == before["report"][1]


def test_a_new_report_is_taken_away_again(root: Path) -> None:
    before = everything(root)
    previous = os.umask(0o022)
    try:
        assert write_report(root, "report").code == 1
    finally:
        os.umask(previous)
    assert stat.S_IMODE((root / "report").stat().st_mode) == 0o644
    assert attacked(["undo", "1"]).code == 0
    assert everything(root) == before


def test_reports_stand_in_nobodys_way_who_wants_a_repair_undone(root: Path) -> None:
    """Neither is a report what `undo` means by the last change, nor do many push an older repair out of the journal."""
    document = root / demo.WORKSPACE
    before = document.read_bytes()
    assert attacked(["fix", "--apply"], cwd=root).code == 1
    for number in range(8):
        assert write_report(root, "report", "check" if number % 2 else "show").code == 1
    assert attacked(["undo"]).code == 0
    assert document.read_bytes() == before


def test_where_no_journal_can_be_kept_the_verdict_is_told_all_the_same(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere = {"XDG_STATE_HOME": str(tmp_path / "file")}
    answer = attacked(["check", "--output-file", "report"], cwd=root, environment=nowhere)
    assert answer.holds
    assert answer.code == 1
    assert "cannot be taken back" in answer.err
    assert b"path-case" in (root / "report").read_bytes()
