"""The journal's folder: a number stands for a whole set, whatever ends the process, and for nothing else."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.files.journal_folder import Clock, JournalFolder, NoJournalError, make_private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")

CONTENTS = [("0.old", b"old"), ("0.new", b"new")]


@pytest.fixture
def folder(tmp_path: Path) -> JournalFolder:
    make_private(tmp_path / "state" / "superalgos-rsa")
    return JournalFolder(tmp_path / "state" / "superalgos-rsa")


def test_a_set_is_read_as_it_was_added(folder: JournalFolder) -> None:
    folder.add(7, {"title": "t"}, CONTENTS)
    folder.add(12, {"title": "u"}, [])
    assert folder.numbers() == [7, 12]
    assert folder.plan(7) == {"title": "t"}
    assert [folder.read(7, name) for name, _ in CONTENTS] == [b"old", b"new"]
    folder.write_plan(7, {"title": "v"})
    assert folder.plan(7) == {"title": "v"}
    folder.drop_bytes(7)
    assert sorted(os.listdir(folder.path / "7")) == ["plan.json"]
    folder.remove(7)
    assert sorted(os.listdir(folder.path)) == ["12"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, SuperalgosRsaError])
@pytest.mark.parametrize("call", ["mkdir", "open", "fsync", "rename"])
def test_a_set_that_could_not_be_added_leaves_nothing(
    folder: JournalFolder, monkeypatch: pytest.MonkeyPatch, call: str, error: type[BaseException]
) -> None:
    def fail(*_arguments: object, **_more: object) -> None:
        raise error("no")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(BaseException, match=r".*"):
            folder.add(7, {}, CONTENTS)
    assert os.listdir(folder.path) == []


def test_the_lock_is_for_one_at_a_time_and_nobody_waits_longer_than_he_wants(folder: JournalFolder) -> None:
    other = JournalFolder(folder.path)
    refused = pytest.raises(SuperalgosRsaError, match="another superalgos-rsa is writing")
    with folder.locked(0), refused, other.locked(0):
        pass
    with other.locked(0):
        pass


def test_what_is_removed_keeps_what_is_not_the_journals(folder: JournalFolder) -> None:
    """It came there between the look and the removal."""
    folder.add(7, {}, CONTENTS)
    (folder.path / "7" / "theirs").write_bytes(b"theirs")
    folder.remove(7)
    (left,) = folder.leftovers()
    assert os.listdir(left) == ["theirs"]
    folder.sweep()
    assert (left / "theirs").read_bytes() == b"theirs"


def test_a_leftover_that_is_a_link_is_not_followed(folder: JournalFolder, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "0.old").write_bytes(b"theirs")
    (folder.path / "set-0123456789ab").symlink_to(theirs)
    folder.sweep()
    assert (theirs / "0.old").read_bytes() == b"theirs"


@pytest.mark.parametrize("name", ["0", "007", "-1", "1.5", "٣", "³", "1 ", "photos", "12345678901"])
def test_other_names_are_nobodys_numbers(folder: JournalFolder, name: str) -> None:
    (folder.path / name).mkdir()
    assert folder.numbers() == []
    assert folder.is_empty()


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701])
def test_a_folder_that_others_can_enter_is_refused(folder: JournalFolder, mode: int) -> None:
    folder.path.chmod(mode)
    for use in (folder.numbers, folder.is_empty, lambda: make_private(folder.path)):
        with pytest.raises(NoJournalError, match="no private folder"):
            use()
    assert stat.S_IMODE(folder.path.stat().st_mode) == mode


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("."), lambda path: path.symlink_to("nowhere")])
def test_a_link_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "link")
    with pytest.raises(NoJournalError, match="is a link"):
        make_private(tmp_path / "link")
    with pytest.raises(NoJournalError, match="is a link"):
        JournalFolder(tmp_path / "link").numbers()


def test_the_clock_is_read_as_it_was_written(folder: JournalFolder) -> None:
    assert folder.clock() is None
    folder.write_clock(Clock(5.5, 7.25, 3))
    assert folder.clock() == Clock(5.5, 7.25, 3)
