"""The journal: a set of changes is made whole, and taken back by its number."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from files.changing import mode, put, two
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import KEPT_REPORTS, Journal, state_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def test_every_kind_of_change_is_made_and_taken_back(journal: Journal, folder: Path) -> None:
    a, key = put(folder / "a"), put(folder / "k", b"key")
    link = folder / "link"
    link.symlink_to("a")
    changes = [
        Change(str(folder / "made"), folder=True),
        Change(str(key), old_mode=0o644, new_mode=0o600, identity=(key.stat().st_dev, key.stat().st_ino)),
        Change(str(link), b"old", b"new"),
        Change(str(folder / "made" / "n"), None, b"fresh"),
    ]
    assert journal.apply(changes, "all of them", 5.0) == 1
    assert (a.read_bytes(), link.readlink(), mode(key)) == (b"new", Path("a"), 0o600)
    assert (mode(folder / "made"), mode(folder / "made" / "n")) == (0o700, 0o600)
    (entry,) = journal.entries()
    assert (entry.number, entry.time, entry.title, entry.state) == (1, 5.0, "all of them", "applied")
    assert entry.paths == tuple(change.path for change in changes)
    assert journal.undo(None, 6.0).number == 1
    assert (a.read_bytes(), mode(a), mode(key)) == (b"old", 0o644, 0o644)
    assert sorted(os.listdir(folder)) == ["a", "k", "link"]
    assert journal.entries()[0].state == "undone"


def test_the_journal_is_closed_to_others(journal: Journal, folder: Path, tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        journal.apply(two(folder), "t", 0)
        journal.undo(None, 0)
    finally:
        os.umask(previous)
    private = tmp_path / "state" / "superalgos-rsa"
    assert mode(private) == 0o700
    found = {path: mode(path) for path in private.rglob("*")}
    assert {found[path] for path in found if path.is_dir()} == {0o700}
    assert {found[path] for path in found if path.is_file()} == {0o600}


def test_a_folder_that_others_can_read_is_not_used(journal: Journal, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "state" / "superalgos-rsa").mkdir(parents=True, mode=0o755)
    with pytest.raises(SuperalgosRsaError, match="no private folder"):
        journal.apply(two(folder), "t", 0)
    assert (folder / "a").read_bytes() == b"old"


def test_where_no_journal_can_be_kept_nothing_is_written(folder: Path) -> None:
    put(folder / "file")
    with pytest.raises(SuperalgosRsaError, match="cannot keep the journal") as caught:
        Journal(folder / "file" / "state").apply(two(folder), "t", 0)
    assert caught.value.hint is not None
    assert "XDG_STATE_HOME" in caught.value.hint
    assert (folder / "a").read_bytes() == b"old"


def become_a_fifo(folder: Path) -> None:
    (folder / "b").unlink()
    os.mkfifo(folder / "b")


def become_a_dangling_link(folder: Path) -> None:
    (folder / "b").unlink()
    (folder / "b").symlink_to("nowhere")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "b").write_bytes(b"saved"),
        lambda folder: (folder / "b").unlink(),
        become_a_fifo,
        become_a_dangling_link,
    ],
    ids=["written", "removed", "a FIFO", "a dangling link"],
)
def test_what_changed_since_it_was_read_stops_the_whole_set(
    journal: Journal, folder: Path, spoil: Callable[[Path], object]
) -> None:
    changes = two(folder)
    spoil(folder)
    with pytest.raises(ConflictError):
        journal.apply(changes, "t", 0)
    assert (folder / "a").read_bytes() == b"old"
    assert sorted(os.listdir(folder)) == ["a"] if not os.path.lexists(folder / "b") else ["a", "b"]
    assert journal.entries() == []


@pytest.mark.parametrize("change", [
    lambda folder: Change(str(folder / "gone" / "c"), None, b"new"),
    lambda folder: Change(str(folder / "gone" / "c"), folder=True),
])  # fmt: skip
def test_what_cannot_be_made_takes_the_others_back(
    journal: Journal, folder: Path, change: Callable[[Path], Change]
) -> None:
    with pytest.raises(SuperalgosRsaError):
        journal.apply([*two(folder), change(folder)], "t", 0)
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"old", b"old"]
    assert journal.entries() == []


def test_a_folder_that_came_meanwhile_is_not_removed(journal: Journal, folder: Path) -> None:
    (folder / "made").mkdir()
    with pytest.raises(ConflictError):
        journal.apply([Change(str(folder / "made"), folder=True)], "t", 0)
    assert (folder / "made").is_dir()


def test_undo_refuses_when_a_file_changed_since_and_touches_none(journal: Journal, folder: Path) -> None:
    journal.apply(two(folder), "t", 0)
    put(folder / "a", b"saved")
    with pytest.raises(ConflictError, match="changed since"):
        journal.undo(None, 0)
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"saved", b"new"]
    put(folder / "a", b"new")
    journal.undo(None, 0)
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"old", b"old"]


def test_undo_by_number(journal: Journal, folder: Path) -> None:
    put(folder / "a"), put(folder / "b")
    journal.apply([Change(str(folder / "a"), b"old", b"1")], "first", 0)
    journal.apply([Change(str(folder / "b"), b"old", b"2")], "second", 0)
    journal.apply([Change(str(folder / "b"), b"2", b"3")], "third", 0)
    with pytest.raises(ConflictError) as caught:
        journal.undo(2, 0)
    assert caught.value.hint == "`superalgos-rsa undo 3` comes first"
    journal.undo(1, 0)
    assert ((folder / "a").read_bytes(), (folder / "b").read_bytes()) == (b"old", b"3")
    for number in (1, 4):
        with pytest.raises(UsageError, match=f"no change {number}"):
            journal.undo(number, 0)
    assert [journal.undo(None, 0).number for _ in range(2)] == [3, 2]
    with pytest.raises(UsageError, match="nothing to undo"):
        journal.undo(None, 0)


def test_a_change_shows_no_bytes() -> None:
    assert "CANARY" not in repr(Change("path", b"CANARY", b"CANARY"))


def test_what_the_journal_tells_holds_no_bytes(journal: Journal, folder: Path, tmp_path: Path) -> None:
    file = put(folder / "a", b"CANARY")
    journal.apply([Change(str(file), b"CANARY", b"CANARY2")], "t", 0)
    assert "CANARY" not in repr(journal.entries())
    plan = tmp_path / "state" / "superalgos-rsa" / "1" / "plan.json"
    assert "CANARY" not in plan.read_text()
    assert json.loads(plan.read_text())["state"] == "applied"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"XDG_STATE_HOME": "/s"}, "/s/superalgos-rsa"),
        ({"XDG_STATE_HOME": "relative"}, "~/.local/state/superalgos-rsa"),
        ({}, "~/.local/state/superalgos-rsa"),
        ({"LOCALAPPDATA": "/windows"}, "/windows/superalgos-rsa"),
    ],
)
def test_where_the_journal_lies(environment: dict[str, str], expected: str) -> None:
    assert state_folder(environment) == Path(expected).expanduser()


def test_a_shared_file_has_the_mode_that_the_umask_gives(journal: Journal, folder: Path) -> None:
    previous = os.umask(0o027)
    try:
        journal.apply([Change(str(folder / "r"), None, b"report", shared=True)], "report", 0, report=True)
    finally:
        os.umask(previous)
    assert mode(folder / "r") == 0o640


def test_many_reports_push_out_reports_alone(journal: Journal, folder: Path) -> None:
    journal.apply(two(folder), "t", 0)
    report = put(folder / "r", b"0")
    for number in range(KEPT_REPORTS + 3):
        journal.apply([Change(str(report), b"%d" % number, b"%d" % (number + 1))], "report", 0, report=True)
    entries = journal.entries()
    assert [entry.report for entry in entries] == [False] + [True] * KEPT_REPORTS
    assert entries[-1].number == KEPT_REPORTS + 4
    assert journal.undo(None, 0).number == 1
    assert journal.undo(KEPT_REPORTS + 4, 0).report
