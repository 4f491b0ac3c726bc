"""What git would do with a file, compared with what a real git says of the same file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.keys import work_tree
from superalgos_rsa.keys.work_tree import WorkTrees, names_in_index

GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "commit.gpgSign=false"]
NAMES = [
    "k.pem", "a/k.pem", "a/b/c/d.pem", "a/b/c/e.pem", "a/b.pem", ".hidden/.k.pem", "z" * 200 + "/" + "y" * 200,
    "ключ.pem", "-k", "k[1]",
]  # fmt: skip


def git(folder: Path, *words: str) -> bytes:
    return subprocess.run([*GIT, "-C", folder, *words], check=True, capture_output=True).stdout


def state(path: Path) -> str | None:
    return WorkTrees().state(str(path.parent), path.name)


def put(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "repository")
    return tmp_path / "repository"


# --- The index --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_every_name_of_an_index_is_found_and_no_other(tmp_path: Path, kind: str, version: int) -> None:
    git(tmp_path, "init", "-q", f"--object-format={kind}", "r")
    folder = tmp_path / "r"
    for name in NAMES:
        put(folder / name)
    git(folder, "add", "--intent-to-add", "a/b.pem")  # has flags of two bytes more, from version 3 on
    git(folder, "add", *(f"./{name}" for name in NAMES if name != "a/b.pem"))
    git(folder, "update-index", "--index-version", str(version))
    index = (folder / ".git/index").read_bytes()
    assert index[7] == max(version, 3) if version != 2 else index[7] in (2, 3)
    known = frozenset(name.encode() for name in NAMES)
    assert known == frozenset(git(folder, "ls-files", "-z").split(b"\0")[:-1])
    assert names_in_index(index, known) == known
    assert names_in_index(index, frozenset({b"a", b"a/b", b"k", b"b.pem", b""})) == frozenset()


def test_of_a_split_index_nothing_is_said(repository: Path) -> None:
    put(repository / "k.pem")
    git(repository, "add", "k.pem")
    git(repository, "update-index", "--split-index")
    put(repository / "l.pem")
    git(repository, "add", "l.pem")
    assert names_in_index((repository / ".git/index").read_bytes(), frozenset({b"l.pem"})) is None
    assert state(repository / "k.pem") == "not-ignored"


def test_an_index_without_checksum_is_read(repository: Path) -> None:
    put(repository / "k.pem")
    git(repository, "add", "k.pem")
    index = repository / ".git/index"
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))
    assert state(repository / "k.pem") == "tracked"


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda data: b"DIRC\0\0\0\4\0\0\0\5" + data))
def test_no_bytes_make_the_reading_of_an_index_fail(data: bytes) -> None:
    found = names_in_index(data, frozenset({b"x"}))
    assert found is None or found <= {b"x"}


@given(st.data())
def test_no_damage_makes_it_fail(data: st.DataObject) -> None:
    index = bytearray(_SAMPLE)
    for at in data.draw(st.lists(st.integers(0, len(index) - 1), min_size=1, max_size=5)):
        index[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(index)))
    names_in_index(bytes(index[:cut]), frozenset({b"x"}))


def _entry(name: bytes, version: int) -> bytes:
    head = bytes(60) + b"\0\1"
    return head + b"\0" + name + b"\0" if version == 4 else (head + name).ljust(len(head + name) + 8 & ~7, b"\0")


_SAMPLE = b"DIRC\0\0\0\4\0\0\0\3" + b"".join(_entry(name, 4) for name in (b"a", b"b", b"c")) + bytes(20)


@pytest.mark.parametrize("length", [b"\x80" * 1000, b"\xff" * 6 + b"\0", b"\x7f"], ids=["endless", "long", "too much"])
def test_a_length_that_cannot_be_is_refused(length: bytes) -> None:
    index = b"DIRC\0\0\0\4\0\0\0\1" + bytes(62) + length + b"x\0" + bytes(20)
    assert names_in_index(index, frozenset({b"x"})) is None


# --- The same answers as git's ----------------------------------------------------------------------------------------

PATTERNS = [
    "*.pem", "/a/", "a", "!a/k.pem", "**/c", "k*", "# k.pem", "\\#x", "a/**/e.pem", "!*.pem", "/k.pem", "b.pem ", ".*",
]  # fmt: skip


@given(st.lists(st.sampled_from(PATTERNS), max_size=4), st.lists(st.sampled_from(PATTERNS), max_size=3))
def test_what_is_ignored_is_what_git_ignores(
    tmp_path_factory: pytest.TempPathFactory, top: list[str], exclude: list[str]
) -> None:
    folder = _shared(tmp_path_factory)
    (folder / ".gitignore").write_text("\n".join(top))
    (folder / ".git/info/exclude").write_text("\n".join(exclude))
    asked = WorkTrees()
    for name in ("k.pem", "a/k.pem", "a/b/c/e.pem", "a/b.pem", ".hidden/.k.pem"):
        ignored = subprocess.run(["git", "-C", folder, "check-ignore", "-q", "--no-index", name], check=False)
        expected = None if ignored.returncode == 0 else "not-ignored"
        assert asked.state(str((folder / name).parent), os.path.basename(name)) == expected, name


_made: list[Path] = []


def _shared(factory: pytest.TempPathFactory) -> Path:
    if not _made:
        _made.append(factory.mktemp("shared"))
        git(_made[0], "init", "-q")
        for name in NAMES:
            put(_made[0] / name)
    return _made[0]


def test_ignore_files_of_every_folder_on_the_way_count(repository: Path) -> None:
    key = put(repository / "a/b/k.pem")
    for folder in ("", "a", "a/b"):
        assert state(key) == "not-ignored"
        put(repository / folder / ".gitignore", "*.pem")
        assert state(key) is None
        (repository / folder / ".gitignore").unlink()


def test_a_further_work_tree_has_its_own_index_and_the_common_exclude_file(repository: Path, tmp_path: Path) -> None:
    put(repository / "k.pem")
    git(repository, "add", "k.pem")
    git(repository, "commit", "-q", "-m", "x")
    git(repository, "worktree", "add", "-q", str(tmp_path / "second"))
    put(tmp_path / "second/l.pem")
    assert (state(tmp_path / "second/k.pem"), state(tmp_path / "second/l.pem")) == ("tracked", "not-ignored")
    git(tmp_path / "second", "rm", "-q", "--cached", "k.pem")
    assert (state(repository / "k.pem"), state(tmp_path / "second/k.pem")) == ("tracked", "not-ignored")
    put(repository / ".git/info/exclude", "*.pem\n")
    assert (state(repository / "k.pem"), state(tmp_path / "second/k.pem")) == ("tracked", None)


def test_a_submodule_is_a_repository_of_its_own(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "inner")
    put(tmp_path / "inner/k.pem")
    git(tmp_path / "inner", "add", "k.pem")
    git(tmp_path / "inner", "commit", "-q", "-m", "x")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "inner"), "sub")
    put(repository / "sub/l.pem")
    put(repository / ".gitignore", "*.pem\n")
    assert (repository / "sub/.git").is_file()
    assert (state(repository / "sub/k.pem"), state(repository / "sub/l.pem")) == ("tracked", "not-ignored")


def test_the_nearest_repository_is_asked_and_what_is_none_is_passed_over(repository: Path) -> None:
    key = put(repository / "a/k.pem")
    git(repository, "add", "a/k.pem")
    (repository / "a/.git").mkdir()
    assert state(key) == "tracked"
    (repository / "a/.git").rmdir()
    put(repository / "a/.git", "no pointer")
    assert state(key) == "tracked"
    (repository / "a/.git").unlink()
    git(repository / "a", "init", "-q")
    assert state(key) == "not-ignored"


def test_what_lies_in_a_repository_s_own_folder_is_never_published(repository: Path) -> None:
    assert state(put(repository / ".git/k.pem")) is None


def test_a_folder_reached_through_a_link_is_judged_where_it_lies(repository: Path, tmp_path: Path) -> None:
    put(repository / ".a/k.pem")
    git(repository, "add", ".a/k.pem")
    (tmp_path / "link").symlink_to(repository / ".a")
    assert WorkTrees().state(str(tmp_path / "link"), "k.pem") == "tracked"


def test_that_git_tracks_a_file_is_known_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(repository / "k.pem")
    put(repository / "l.pem")
    git(repository, "add", "k.pem")
    monkeypatch.setenv("PATH", "")
    assert (state(repository / "k.pem"), state(repository / "l.pem")) == ("tracked", None)


# --- Limits -----------------------------------------------------------------------------------------------------------


def test_a_folder_is_asked_about_once_for_all_its_keys(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number}.pem" for number in range(40)]
    asked = WorkTrees()
    assert asked.state(str(repository), names[0], names) == "not-ignored"
    monkeypatch.setenv("PATH", "")  # no git from here on
    assert {asked.state(str(repository), name) for name in names} == {"not-ignored"}


def test_beyond_the_limits_nothing_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = WorkTrees()
    for number in range(5):
        put(repository / f"{number}/k.pem")
    monkeypatch.setattr(work_tree, "MAX_ASKED", 3)
    states = [asked.state(str(repository / str(number)), "k.pem") for number in range(5)]
    assert states == ["not-ignored"] * 3 + [None] * 2


def test_index_bytes_are_counted_over_all_folders(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/k.pem", "b/k.pem", "c/k.pem"):
        put(repository / name)
        git(repository, "add", name)
    put(repository / ".gitignore", "*")
    size = (repository / ".git/index").stat().st_size
    monkeypatch.setattr(work_tree, "MAX_READ", 2 * size)
    asked = WorkTrees()
    assert [asked.state(str(repository / name), "k.pem") for name in "abc"] == ["tracked", "tracked", None]


def test_ignore_files_that_are_too_large_together_are_not_given_to_git(repository: Path) -> None:
    key = put(repository / "a/k.pem")
    half = "#" * (work_tree.MAX_RULES // 2) + "\n"
    put(repository / ".gitignore", half)
    assert state(key) == "not-ignored"
    put(repository / "a/.gitignore", half)
    assert state(key) is None


def test_a_git_that_does_not_end_is_ended(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "bin/git", "#!/bin/sh\nexec sleep 600\n").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setattr(work_tree, "MAX_SECONDS", 0.2)
    asked = WorkTrees()
    put(repository / "a/k.pem")
    assert asked.state(str(repository), "k.pem") is None
    assert asked.state(str(repository / "a"), "k.pem") is None, "the time is for all of them together"
