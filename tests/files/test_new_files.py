"""New files get their names when they are whole, all of them or none, and nothing that is there is touched."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.files import new_files
from superalgos_rsa.files.new_files import NewFile, clear_leftovers, create_whole, give_name, leftovers

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and locks are POSIX's")
PROJECT = Path(__file__).parents[2]
WAYS = [new_files._rename, new_files._link, new_files._look_and_rename, give_name]


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_each_file_has_its_bytes_and_its_mode(tmp_path: Path, mask: int) -> None:
    previous = os.umask(mask)
    try:
        create_whole([NewFile(tmp_path / "a.pem", b"a", 0o600), NewFile(tmp_path / "b", b"b", 0o644)])
    finally:
        os.umask(previous)
    assert names(tmp_path) == ["a.pem", "b"]
    assert ((tmp_path / "a.pem").read_bytes(), (tmp_path / "b").read_bytes()) == (b"a", b"b")
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.pem", "b")] == [0o600, 0o644]


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("elsewhere", path), lambda p: p.touch()])
@pytest.mark.parametrize("taken", ["a.pem", "b"])
def test_what_is_there_stays_and_then_none_is_made(tmp_path: Path, make: Callable[[Path], object], taken: str) -> None:
    make(tmp_path / taken)
    before = (tmp_path / taken).lstat()
    with pytest.raises(UsageError, match=f"{taken} exists already"):
        create_whole([NewFile(tmp_path / "a.pem", b"a", 0o600), NewFile(tmp_path / "b", b"b", 0o644)])
    assert names(tmp_path) == [taken]
    assert os.path.samestat((tmp_path / taken).lstat(), before)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SuperalgosRsaError, match="cannot write .*k.pem: No such file or directory"):  # noqa: RUF043
        create_whole([NewFile(tmp_path / "no" / "k.pem", b"key", 0o600)])


def test_until_all_are_whole_none_has_its_name_and_only_their_owner_can_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    seen: list[tuple[bool, int]] = []

    def look(descriptor: int) -> None:
        named = [(path.name in ("a.pem", "b.pem"), path.stat().st_mode) for path in tmp_path.iterdir()]
        seen.extend((has_its_name, stat.S_IMODE(mode)) for has_its_name, mode in named)
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", look)
        create_whole([NewFile(tmp_path / "a.pem", b"a", 0o600), NewFile(tmp_path / "b.pem", b"b", 0o600)])
    assert seen == [(False, 0o600)] * 3 + [(True, 0o600)] * 2


def test_a_name_that_somebody_took_meanwhile_is_not_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file was replaced by another program before the second failed."""
    given = new_files.give_name

    def give(temporary: Path, path: Path) -> None:
        if path.name == "b":
            (tmp_path / "theirs").write_bytes(b"theirs")
            os.replace(tmp_path / "theirs", tmp_path / "a")
            raise OSError(5, "Input/output error")
        given(temporary, path)

    monkeypatch.setattr(new_files, "give_name", give)
    with pytest.raises(SuperalgosRsaError, match="Input/output error"):
        create_whole([NewFile(tmp_path / "a", b"a", 0o600), NewFile(tmp_path / "b", b"b", 0o644)])
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"theirs"


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_name(tmp_path: Path, way: Callable[[Path, Path], None]) -> None:
    (tmp_path / "t").write_bytes(b"new")
    way(tmp_path / "t", tmp_path / "ü \n")
    assert (tmp_path / "ü \n").read_bytes() == b"new"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("elsewhere", path), lambda p: p.touch()])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_takes_the_name_of_another(
    tmp_path: Path, way: Callable[[Path, Path], None], make: Callable[[Path], object]
) -> None:
    (tmp_path / "t").write_bytes(b"new")
    make(tmp_path / "n")
    before = (tmp_path / "n").lstat()
    with pytest.raises(FileExistsError):
        way(tmp_path / "t", tmp_path / "n")
    assert os.path.samestat((tmp_path / "n").lstat(), before)
    assert (tmp_path / "t").read_bytes() == b"new"


# --- What a killed process leaves -------------------------------------------------------------------------------------

DYING = """
import os, sys
from pathlib import Path
from superalgos_rsa.files import new_files as newfiles
def stop(temporary, path):
    print("written", flush=True)
    sys.stdin.read()
newfiles.give_name = stop
newfiles.create_whole([newfiles.NewFile(Path(sys.argv[1]), b"half", 0o600)])
"""


def test_a_leftover_is_removed_once_its_maker_is_dead_and_no_sooner(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    with subprocess.Popen(
        [sys.executable, "-c", DYING, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as maker:
        assert maker.stdout is not None
        assert maker.stdout.readline() == b"written\n"
        assert leftovers(path) == []
        clear_leftovers([path])
        (temporary,) = names(tmp_path)
        maker.kill()
    assert leftovers(path) == [tmp_path / temporary]
    create_whole([NewFile(path, b"key", 0o600)])
    assert names(tmp_path) == ["k.pem"]
    assert path.read_bytes() == b"key"


def lay_fifo(path: Path) -> None:
    os.mkfifo(path)


def lay_link(path: Path) -> None:
    (path.parent / "theirs").touch()
    path.symlink_to("theirs")


@pytest.mark.parametrize("lay", [lay_fifo, lay_link, Path.mkdir])
def test_what_is_no_leftover_stays(tmp_path: Path, lay: Callable[[Path], None]) -> None:
    lay(tmp_path / ".k.0123456789ab.pem")
    for name in (".k.0123456789ab.pub", ".k.0123456789.pem", "k.0123456789ab.pem", ".kk.0123456789ab.pem"):
        (tmp_path / name).touch()
    before = names(tmp_path)
    clear_leftovers([tmp_path / "k.pem", tmp_path / "no" / "k.pem"])
    assert names(tmp_path) == before


def test_a_leftover_ends_as_the_key_does_so_that_it_is_ignored_like_it(tmp_path: Path) -> None:
    assert new_files._beside(tmp_path / "k.pub.pem").name.startswith(".k.pub.")
    assert new_files._beside(tmp_path / "k.pub.pem").suffix == ".pem"
