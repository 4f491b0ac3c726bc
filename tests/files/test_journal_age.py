"""How long the journal keeps what it noted: by its own time, which no leap of the clock can change."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.changing import put, two
from superalgos_rsa.files import journal as journal_module
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import KEPT_SECONDS, Journal
from superalgos_rsa.files.journal_folder import DAY, LONGEST_REST, Clock

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def test_old_changes_are_forgotten(
    journal: Journal, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEPT", 10)
    file = put(folder / "a", b"0")
    for number in range(13):
        journal.apply([Change(str(file), b"%d" % number, b"%d" % (number + 1))], "t", number)
    assert [entry.number for entry in journal.entries()] == list(range(4, 14))
    journal.recover(10 + KEPT_SECONDS)
    assert [entry.number for entry in journal.entries()] == [11, 12, 13]
    journal.recover(20 + KEPT_SECONDS)
    assert journal.entries() == []
    assert sorted(os.listdir(tmp_path / "state" / "superalgos-rsa")) == ["clock.json", "lock"]


def test_a_number_is_never_given_twice(journal: Journal, folder: Path) -> None:
    """What was printed once, `undo 3`, must not come to mean another change."""
    file = put(folder / "a", b"0")
    for number in range(3):
        assert journal.apply([Change(str(file), b"%d" % number, b"%d" % (number + 1))], "t", 0) == number + 1
    journal.recover(2 * KEPT_SECONDS)
    assert journal.entries() == []
    assert journal.apply([Change(str(file), b"3", b"4")], "t", 2 * KEPT_SECONDS) == 4


def bytes_kept(tmp_path: Path) -> list[str]:
    private = tmp_path / "state" / "superalgos-rsa"
    return sorted(str(path.relative_to(private)) for path in private.rglob("*.*") if path.suffix in (".old", ".new"))


def test_what_is_undone_leaves_no_bytes(journal: Journal, folder: Path, tmp_path: Path) -> None:
    journal.apply(two(folder), "t", 0)
    assert len(bytes_kept(tmp_path)) == 4
    journal.undo(None, 0)
    assert bytes_kept(tmp_path) == []
    assert [entry.state for entry in journal.entries()] == ["undone"]


def test_bytes_that_a_killed_undo_left_go_with_the_next_look(journal: Journal, folder: Path, tmp_path: Path) -> None:
    journal.apply(two(folder), "t", 0)
    journal.undo(None, 0)
    put(tmp_path / "state" / "superalgos-rsa" / "1" / "0.old", b"CANARY")
    journal.forget(2 * 3600)
    assert bytes_kept(tmp_path) == []


@pytest.mark.parametrize("years", [10, 100, 1000])
def test_a_clock_that_leaps_ahead_erases_nothing(journal: Journal, folder: Path, years: int) -> None:
    journal.apply(two(folder), "t", 0)
    leap = years * 365 * DAY
    for _ in range(3):
        journal.forget(leap)
        journal.recover(leap)
    assert [entry.number for entry in journal.entries()] == [1]
    journal.forget(20 * DAY)  # the clock is put right again
    journal.undo(None, 20 * DAY)
    assert (folder / "a").read_bytes() == b"old"


def test_a_clock_that_began_in_1970_erases_nothing_when_it_is_put_right(journal: Journal, folder: Path) -> None:
    journal.apply(two(folder), "t", 60)
    today = 55 * 365 * DAY
    for day in range(20):
        journal.forget(today + day * DAY)
    assert [entry.number for entry in journal.entries()] == [1]
    journal.forget(today + 40 * DAY)
    assert journal.entries() == []


def test_what_was_noted_by_a_clock_that_was_ahead_still_grows_old(journal: Journal, folder: Path) -> None:
    journal.apply(two(folder), "t", 3650 * DAY)
    for day in range(KEPT_SECONDS // DAY + 1):
        journal.forget(day * DAY)
        assert [entry.number for entry in journal.entries()] == [1]
    journal.forget(KEPT_SECONDS + 2 * DAY)
    assert journal.entries() == []


@given(st.lists(st.floats(-1e12, 1e12) | st.integers(0, 30).map(lambda days: days * DAY), max_size=20))
def test_the_journals_own_time_never_goes_back_nor_leaps(times: list[float]) -> None:
    clock = Clock(0.0)
    for now in times:
        after = clock.at(now)
        assert 0 <= after.age - clock.age <= LONGEST_REST
        if 0 <= now - clock.seen <= LONGEST_REST:
            assert after.age - clock.age == pytest.approx(now - clock.seen, abs=1)
        clock = after


@pytest.mark.parametrize("clock", [b"", b"[]", b'{"seen": "x"}', b'{"seen": 1e999, "age": 0, "last": 1}', b"[" * 9999])
def test_a_clock_file_that_cannot_be_read_erases_nothing(
    journal: Journal, folder: Path, tmp_path: Path, clock: bytes
) -> None:
    journal.apply(two(folder), "t", 0)
    put(tmp_path / "state" / "superalgos-rsa" / "clock.json", clock)
    journal.forget(40 * DAY)
    assert [entry.number for entry in journal.entries()] == [1]
    assert journal.apply([Change(str(put(folder / "c")), b"old", b"new")], "t", 0) == 2


def test_a_look_that_has_nothing_to_do_takes_no_lock_and_writes_nothing(
    journal: Journal, folder: Path, tmp_path: Path
) -> None:
    journal.forget(0)
    assert not (tmp_path / "state").exists()
    journal.apply(two(folder), "t", 0)
    private = tmp_path / "state" / "superalgos-rsa"
    (private / "lock").unlink(missing_ok=True)
    before = {path: path.stat().st_mtime_ns for path in [private, *private.rglob("*")]}
    journal.forget(60)
    assert {path: path.stat().st_mtime_ns for path in [private, *private.rglob("*")]} == before
