"""The journal with a trap for a folder, with files that are not its own, or a wrong clock; and what it may not keep."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from attack.limits import Answer, attacked
from superalgos_rsa.superalgos import demo_installation as demo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, FIFOs and modes are POSIX's")

DAY = 24 * 3600
Snapshot = dict[str, tuple[int, int, bytes]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    demo.build(folder)
    return folder


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "Superalgos"))


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "superalgos-rsa"


def snapshot(folder: Path) -> Snapshot:
    """Every name below, with what would tell that somebody wrote there."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        status = path.lstat()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path)] = status.st_mode, status.st_mtime_ns, data
    return found


def mended(root: Path, *more: str) -> Answer:
    answer = attacked(["fix", "--apply", *more], cwd=root)
    assert answer.holds
    return answer


# --- A folder that is not the journal's -------------------------------------------------------------------------------


def a_link(state: Path) -> Path:
    theirs = state.parent / "theirs"
    (theirs / "3").mkdir(parents=True)
    (theirs / "3" / "0.old").write_bytes(b"theirs")
    theirs.chmod(0o700)
    state.symlink_to(theirs)
    return theirs


def a_link_to_an_empty_folder(state: Path) -> Path:
    theirs = state.parent / "theirs"
    theirs.mkdir(mode=0o700, parents=True)
    state.symlink_to(theirs)
    return theirs


def years_of_photos(state: Path) -> Path:
    for year in ("2023", "2024"):
        (state / year).mkdir(parents=True)
        (state / year / "photo.jpg").write_bytes(b"theirs")
    state.chmod(0o700)
    return state


def another_programs_numbers(state: Path) -> Path:
    (state / "7").mkdir(parents=True)
    (state / "7" / "plan.json").write_text('{"time": 0, "title": "t", "state": "applied", "changes": []}')
    (state / "7" / "plan.md").write_bytes(b"theirs")
    state.chmod(0o700)
    return state


def a_number_that_is_a_file(state: Path) -> Path:
    state.mkdir(mode=0o700, parents=True)
    (state / "7").write_bytes(b"theirs")
    return state


def a_number_that_is_a_link(state: Path) -> Path:
    theirs = state.parent / "theirs"
    theirs.mkdir(parents=True)
    (theirs / "0.old").write_bytes(b"theirs")
    state.mkdir(mode=0o700)
    (state / "7").symlink_to(theirs)
    return state.parent


def a_number_that_is_a_fifo(state: Path) -> Path:
    state.mkdir(mode=0o700, parents=True)
    os.mkfifo(state / "7")
    return state


@pytest.mark.parametrize("lay", [a_link, a_link_to_an_empty_folder, years_of_photos, another_programs_numbers,
    a_number_that_is_a_file, a_number_that_is_a_link, a_number_that_is_a_fifo])  # fmt: skip
def test_a_folder_that_is_not_the_journals_is_refused_and_never_cleaned(
    root: Path, state: Path, lay: Callable[[Path], Path]
) -> None:
    theirs = lay(state)
    document = (root / demo.WORKSPACE).read_bytes()
    before = {path: what[::2] for path, what in snapshot(theirs).items() if Path(path).name != "lock"}
    for words in (["fix", "--apply"], ["set", demo.WORKSPACE, demo.MISTAKES[0].name, "--secret", "x.pem"], ["undo"]):
        answer = attacked(words, cwd=root)
        assert answer.holds
        assert (answer.code, answer.out) == (2, "")
        assert "hint: " in answer.err
    # What only looks is not hindered, and leaves nothing there either.
    assert attacked(["check"], cwd=root).code == 1
    looked = attacked(["fix"], cwd=root)
    assert (looked.code, "planned: " in looked.out) == (1, True)
    assert attacked(["undo", "--list"], cwd=root).holds
    assert (root / demo.WORKSPACE).read_bytes() == document
    after = {path: what[::2] for path, what in snapshot(theirs).items() if path in before}
    assert after == before
    new = {Path(path).name for path in snapshot(theirs).keys() - before.keys()}
    assert new <= (set() if state.is_symlink() else {"lock", "fingerprints.json"})


# --- Records that are damaged, or somebody else's ---------------------------------------------------------------------


def plan(**changed: object) -> bytes:
    listed = {"path": "/x", "old": True, "new": True, "old_mode": None, "new_mode": None, "folder": False}
    return json.dumps(
        {"time": 0, "age": 0, "title": "t", "report": False, "state": "applied", "changes": [listed], **changed}
    ).encode()


RECORDS = {
    "empty": b"",
    "foreign": b'{"name": "plan", "version": 2}',
    "a list": b"[]",
    "no text": b"\xff\xfe\x00",
    "deep": b"[" * 200_000,
    "no number": plan(time=None),
    "a number that is none": b'{"time": NaN, "title": "t", "state": "applied", "changes": []}',
    "a day that never comes": plan(time=1e300),
    "another state": plan(state="lost"),
    "no list": plan(changes=None),
    "no changes": plan(changes=[5]),
    "a relative path": plan(changes=[{"path": "x", "old": True, "new": True, "folder": False}]),
    "a name that no file can have": plan(changes=[{"path": "/\0", "old": True, "new": True, "folder": False}]),
}


TRAPS: dict[str, Callable[[Path], None]] = {
    "a FIFO": os.mkfifo,
    "a folder": Path.mkdir,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
}


def test_records_that_cannot_be_read_hide_no_other(root: Path, state: Path) -> None:
    document = root / demo.WORKSPACE
    before = document.read_bytes()
    assert mended(root).code == 1
    bad = {}
    for number, name in enumerate([*RECORDS, *TRAPS], start=2):
        bad[name] = state / str(number)
        bad[name].mkdir(mode=0o700)
        (bad[name] / "0.old").write_bytes(b"theirs")
        if name in TRAPS:
            TRAPS[name](bad[name] / "plan.json")
        else:
            (bad[name] / "plan.json").write_bytes(RECORDS[name])
    listed = attacked(["undo", "--list"])
    assert listed.holds
    assert (listed.code, listed.out.split()[0], len(listed.out.splitlines())) == (0, "1", 1)
    assert [name for name in bad if f"{bad[name]} cannot be read as a change" not in listed.err] == []
    assert (
        attacked(["set", str(document), demo.MISTAKES[0].name, "--secret", "x.pem"], cwd=root).code == 1
    )  # there is no such file
    assert [attacked(["undo"]).code for _ in range(2)] == [0, 0]
    assert document.read_bytes() == before
    assert attacked(["check"], cwd=root).code == 1
    assert [name for name in bad if sorted(os.listdir(bad[name])) != ["0.old", "plan.json"]] == []


def become_a_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("spoil", [Path.unlink, become_a_fifo])
def test_bytes_that_are_gone_are_told_and_nothing_is_undone(
    root: Path, state: Path, spoil: Callable[[Path], object]
) -> None:
    assert mended(root).code == 1
    document = (root / demo.WORKSPACE).read_bytes()
    spoil(state / "1" / "0.old")
    answer = attacked(["undo"])
    assert answer.holds
    assert (answer.code, "change 1 cannot be taken back: " in answer.err) == (2, True)
    assert (root / demo.WORKSPACE).read_bytes() == document


# --- A listing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interrupted", [None, "applying", "undoing"])
def test_a_listing_writes_nothing(root: Path, state: Path, interrupted: str | None) -> None:
    assert mended(root).code == 1
    if interrupted:
        record = state / "1" / "plan.json"
        record.write_text(record.read_text().replace('"applied"', f'"{interrupted}"'))
        (state / "set-0123456789ab").mkdir()
    wind_back(state, 100 * DAY)
    before = snapshot(state), snapshot(root)
    assert attacked(["undo", "--list"], cwd=root).code == 0
    assert (snapshot(state), snapshot(root)) == before


def test_a_listing_makes_no_folder(state: Path) -> None:
    assert attacked(["undo", "--list"]).code == 0
    assert not state.parent.exists()


# --- The clock, and what is kept --------------------------------------------------------------------------------------


def wind_back(state: Path, seconds: float) -> None:
    """So that by the machine's clock so much more has passed since the last command."""
    for path in state.glob("*/plan.json"):
        record = json.loads(path.read_text())
        path.write_text(json.dumps({**record, "time": record["time"] - seconds}))
    clock = state / "clock.json"
    if clock.exists():
        record = json.loads(clock.read_text())
        clock.write_text(json.dumps({**record, "seen": record["seen"] - seconds}))


@pytest.mark.parametrize("leap", [400 * DAY, 3650 * DAY])
def test_a_clock_that_leaps_by_years_erases_nothing(root: Path, state: Path, leap: int) -> None:
    document = root / demo.WORKSPACE
    before = document.read_bytes()
    assert mended(root).code == 1
    wind_back(state, leap)
    for words in (["check"], ["check"], ["fix", "--apply"], ["undo", "--list"], ["undo", "7"]):
        assert attacked(words, cwd=root).holds
    assert attacked(["undo"]).code == 0
    assert document.read_bytes() == before


def holders(folder: Path, secret: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and secret in path.read_bytes()]


@pytest.fixture
def secret(root: Path) -> bytes:
    """A secret that stands in the workspace itself, and so in what is kept of it."""
    document = root / demo.WORKSPACE
    value = document.read_text("utf-8")
    secret = "CANARY" * 9
    document.write_text(value.replace('"name": "Demo"', f'"name": "Demo", "note": "{secret}"', 1), "utf-8")
    return secret.encode()


def test_a_secret_is_gone_once_its_change_is_undone(root: Path, state: Path, secret: bytes) -> None:
    assert mended(root).code == 1
    assert holders(state, secret)
    assert attacked(["undo"]).code == 0
    assert holders(state, secret) == []


@pytest.mark.parametrize("command", ["check", "show", "preflight", "fix"])
def test_a_secret_is_gone_after_its_time_whatever_runs(root: Path, state: Path, secret: bytes, command: str) -> None:
    assert mended(root).code == 1
    wind_back(state, 29 * DAY)
    assert attacked([command], cwd=root).holds
    assert holders(state, secret)
    wind_back(state, 2 * DAY)
    assert attacked([command], cwd=root).holds
    assert holders(state, secret) == []
    assert attacked(["undo", "--list"]).out == ""
