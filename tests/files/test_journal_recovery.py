"""A set of changes that stopped half way is taken back whole; so is one that is half taken back."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.changing import TOKEN, half_made, put, two
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError
from superalgos_rsa.files import regular
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal
from superalgos_rsa.files.regular import is_half_written

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def test_a_half_made_set_is_taken_back(journal: Journal, folder: Path) -> None:
    half_made(journal, folder)
    put(folder / ".b.0123456789ab.new", b"new")
    put(folder / ".a.0123456789ab.old", b"old")
    put(folder / ".a.0123456789ab.mine"), put(folder / ".a.new"), put(folder / ".a.ba9876543210.new")
    assert [entry.number for entry in journal.recover(0)] == [1]
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"old", b"old"]
    assert sorted(os.listdir(folder)) == [".a.0123456789ab.mine", ".a.ba9876543210.new", ".a.new", "a", "b"]
    assert journal.recover(0) == []


def test_what_somebody_wrote_into_the_old_file_comes_back(journal: Journal, folder: Path) -> None:
    """It was open there when it was replaced, and the process that should have put it back was killed."""
    half_made(journal, folder)
    put(folder / ".a.0123456789ab.old", b"saved")
    journal.recover(0)
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"saved", b"old"]
    assert sorted(os.listdir(folder)) == ["a", "b"]


@pytest.mark.parametrize("name", ["W[1].json", "w*.json", "x.new", "a b"])
def test_no_name_keeps_a_stray_file_alive(journal: Journal, folder: Path, name: str) -> None:
    path, other = put(folder / name), put(folder / "other")
    stray = put(folder / f".{name}.{TOKEN}.new")
    regular.clear_away(path, b"old", b"new", TOKEN)
    assert not stray.exists()
    assert (path.exists(), other.exists()) == (True, True)


@pytest.mark.parametrize("left", [b"newer old", b"newer than before", b"newer"])
def test_a_file_left_half_written_in_place_is_taken_back(journal: Journal, folder: Path, left: bytes) -> None:
    file = put(folder / "a", b"quite old")
    new = b"newer than before"
    journal.apply([Change(str(file), b"quite old", new)], "t", 0)
    plan = folder.parent / "state" / "superalgos-rsa" / "1" / "plan.json"
    plan.write_text(plan.read_text().replace('"applied"', '"applying"'))
    put(file, left)
    journal.recover(0)
    assert file.read_bytes() == (b"newer" if left == b"newer" else b"quite old")


@given(st.binary(max_size=20), st.binary(max_size=20), st.integers(0, 20))
def test_every_half_of_a_write_is_known(old: bytes, new: bytes, written: int) -> None:
    assert is_half_written(new[:written] + old[written:], old, new) or written > len(new)
    assert is_half_written(new[:written] + old[min(written, len(new)) :], old, new)


@given(st.binary(min_size=1, max_size=20), st.binary(min_size=1, max_size=20))
def test_a_file_that_somebody_truncated_is_no_half(old: bytes, new: bytes) -> None:
    assert not is_half_written(b"", old, new)


@pytest.mark.parametrize("command", [Journal.recover, Journal.forget])
def test_a_set_that_was_never_begun_is_removed(
    journal: Journal, folder: Path, tmp_path: Path, command: Callable[[Journal, float], object]
) -> None:
    journal.apply(two(folder), "t", 0)
    unfinished = tmp_path / "state" / "superalgos-rsa" / "set-0123456789ab"
    unfinished.mkdir()
    put(unfinished / "0.old", b"CANARY")
    assert [entry.number for entry in journal.entries()] == [1]
    command(journal, 0)
    assert not unfinished.exists()
    assert [entry.number for entry in journal.entries()] == [1]


def test_ctrl_c_between_two_files_takes_the_first_back(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = two(folder)
    swapped = os.replace

    def interrupt(source: Path, target: Path) -> None:
        if Path(target) == folder / "b":
            raise KeyboardInterrupt
        swapped(source, target)

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        journal.apply(changes, "t", 0)
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"old", b"old"]
    assert sorted(os.listdir(folder)) == ["a", "b"]
    assert journal.entries() == []


def test_what_cannot_be_taken_back_now_is_taken_back_at_the_next_start(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = two(folder)
    swapped = os.replace
    count = [0]

    def full(source: Path, target: Path) -> None:
        if Path(target).parent == folder:
            count[0] += 1
            if count[0] > 1:
                raise OSError(errno.ENOSPC, "No space left on device")
        swapped(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(SuperalgosRsaError, match="No space left"):
            journal.apply(changes, "t", 0)
    assert (folder / "a").read_bytes() == b"new"
    assert [entry.state for entry in journal.recover(0)] == ["applying"]
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"old", b"old"]


def test_a_report_takes_back_nothing_that_was_interrupted(journal: Journal, folder: Path) -> None:
    half_made(journal, folder)
    journal.apply([Change(str(folder / "r"), None, b"report", shared=True)], "report", 0, report=True)
    assert (folder / "a").read_bytes() == b"new"
    assert [entry.state for entry in journal.entries()] == ["applying", "applied"]


# --- Undo, all or none ------------------------------------------------------------------------------------------------


def test_an_undo_that_fails_half_way_makes_the_whole_set_again(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [Change(str(folder / "made"), folder=True), *two(folder), Change(str(folder / "made" / "n"), None, b"x")]
    journal.apply(changes, "t", 0)
    swapped = os.replace
    failed: list[Path] = []

    def fail_once(source: Path, target: Path) -> None:
        if Path(target) == folder / "a" and not failed:
            failed.append(Path(target))
            raise OSError(errno.EIO, "Input/output error")
        swapped(source, target)

    monkeypatch.setattr(os, "replace", fail_once)
    with pytest.raises(SuperalgosRsaError, match="Input/output error"):
        journal.undo(None, 0)
    assert [(folder / name).read_bytes() for name in ("a", "b", "made/n")] == [b"new", b"new", b"x"]
    assert [entry.state for entry in journal.entries()] == ["applied"]
    assert journal.undo(None, 0).number == 1
    assert sorted(os.listdir(folder)) == ["a", "b"]


def test_a_file_that_is_saved_while_it_is_taken_back_takes_nothing_back(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.apply(two(folder), "t", 0)
    swapped = os.replace

    def save_the_other(source: Path, target: Path) -> None:
        swapped(source, target)
        if Path(target) == folder / "b":
            put(folder / "a", b"saved")

    monkeypatch.setattr(os, "replace", save_the_other)
    with pytest.raises(ConflictError):
        journal.undo(None, 0)
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"saved", b"new"]


def test_a_folder_that_cannot_be_removed_is_told(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.apply([Change(str(folder / "made"), folder=True), *two(folder)], "t", 0)

    def fail(_path: str) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "rmdir", fail)
    with pytest.raises(SuperalgosRsaError, match="made: Permission denied"):
        journal.undo(None, 0)
    assert (folder / "a").read_bytes() == b"new"


def test_what_came_into_a_folder_that_was_made_keeps_it(journal: Journal, folder: Path) -> None:
    journal.apply([Change(str(folder / "made"), folder=True), *two(folder)], "t", 0)
    put(folder / "made" / "theirs")
    journal.undo(None, 0)
    assert (folder / "made" / "theirs").exists()
    assert (folder / "a").read_bytes() == b"old"


@pytest.mark.parametrize("written", [0, 4, 9])
def test_a_file_left_half_taken_back_in_place_is_taken_back(journal: Journal, folder: Path, written: int) -> None:
    old, new = b"quite old", b"newer than before"
    file = put(folder / "a", old)
    journal.apply([Change(str(file), old, new)], "t", 0)
    plan = folder.parent / "state" / "superalgos-rsa" / "1" / "plan.json"
    plan.write_text(plan.read_text().replace('"applied"', '"undoing"'))
    put(file, old[:written] + new[written:])
    journal.recover(0)
    assert file.read_bytes() == old


def test_what_cannot_be_taken_back_yet_hides_no_other(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    journal = Journal(tmp_path / "state" / "superalgos-rsa", warned.append)
    half_made(journal, folder)
    other = put(folder / "c")
    swapped = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target) == folder / "a":
            raise OSError(errno.EROFS, "Read-only file system")
        swapped(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    assert journal.recover(0) == []
    assert journal.apply([Change(str(other), b"old", b"new")], "t", 0) == 2
    (message,) = warned
    assert message.startswith("change 1 was interrupted and is not taken back yet: ")
    assert "Read-only file system" in message
