"""The journal: a set of changes is made whole, taken back whole, and forgotten in time."""

import errno
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
from superalgos_rsa.files import regular
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import KEPT, KEPT_REPORTS, KEPT_SECONDS, Journal, state_folder
from superalgos_rsa.files.journal_folder import DAY, LONGEST_REST, Clock
from superalgos_rsa.files.regular import is_half_written

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "superalgos-rsa")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def put(path: Path, data: bytes = b"old", mode: int = 0o644) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def two(folder: Path) -> list[Change]:
    return [Change(str(put(folder / name)), b"old", b"new") for name in ("a", "b")]


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


def test_old_changes_are_forgotten(journal: Journal, folder: Path, tmp_path: Path) -> None:
    file = put(folder / "a", b"0")
    for number in range(KEPT + 3):
        journal.apply([Change(str(file), b"%d" % number, b"%d" % (number + 1))], "t", number)
    assert [entry.number for entry in journal.entries()] == list(range(4, KEPT + 4))
    journal.recover(KEPT + KEPT_SECONDS)
    assert [entry.number for entry in journal.entries()] == [KEPT + 1, KEPT + 2, KEPT + 3]
    journal.recover(KEPT * 2 + KEPT_SECONDS)
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


# --- After a process that died ----------------------------------------------------------------------------------------


TOKEN = "0123456789ab"


def die_at(journal: Journal, folder: Path) -> None:
    """A set of which the first file was written, and then no line of this program ran any more."""
    journal.apply(two(folder), "t", 0)
    plan = folder.parent / "state" / "superalgos-rsa" / "1" / "plan.json"
    plan.write_text(json.dumps({**json.loads(plan.read_text()), "state": "applying", "token": TOKEN}))
    put(folder / "b")


def test_a_half_made_set_is_taken_back(journal: Journal, folder: Path) -> None:
    die_at(journal, folder)
    put(folder / ".b.0123456789ab.new", b"new")
    put(folder / ".a.0123456789ab.old", b"old")
    put(folder / ".a.0123456789ab.mine"), put(folder / ".a.new"), put(folder / ".a.ba9876543210.new")
    assert [entry.number for entry in journal.recover(0)] == [1]
    assert [(folder / name).read_bytes() for name in ("a", "b")] == [b"old", b"old"]
    assert sorted(os.listdir(folder)) == [".a.0123456789ab.mine", ".a.ba9876543210.new", ".a.new", "a", "b"]
    assert journal.recover(0) == []


def test_what_somebody_wrote_into_the_old_file_comes_back(journal: Journal, folder: Path) -> None:
    """It was open there when it was replaced, and the process that should have put it back was killed."""
    die_at(journal, folder)
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


# --- What is kept, and for how long -----------------------------------------------------------------------------------


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


def test_a_report_takes_back_nothing_that_was_interrupted(journal: Journal, folder: Path) -> None:
    die_at(journal, folder)
    journal.apply([Change(str(folder / "r"), None, b"report", shared=True)], "report", 0, report=True)
    assert (folder / "a").read_bytes() == b"new"
    assert [entry.state for entry in journal.entries()] == ["applying", "applied"]


def test_a_shared_file_has_the_mode_that_the_umask_gives(journal: Journal, folder: Path) -> None:
    previous = os.umask(0o027)
    try:
        journal.apply([Change(str(folder / "r"), None, b"report", shared=True)], "report", 0, report=True)
    finally:
        os.umask(previous)
    assert mode(folder / "r") == 0o640


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
    die_at(journal, folder)
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
