"""Which names in which folders decide what is found under a path."""

import os
from pathlib import Path

import pytest

from superalgos_rsa.watcher.dependencies import Dependency, folders_of, spellings, stamp, touched, trail


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return Path(os.path.realpath(tmp_path))


def below(top: Path, path: str) -> list[str]:
    """The trail of a path, told from `top` on."""
    return [os.path.relpath(entry.path, top) for entry in trail(str(top / path)) if entry.path.startswith(f"{top}/")]


def test_a_path_that_is_there_rests_on_each_of_its_folders_up_to_the_root(top: Path) -> None:
    (top / "a/b").mkdir(parents=True)
    (top / "a/b/k").touch()
    assert below(top, "a/b/k") == ["a", "a/b", "a/b/k"]
    assert Dependency("/" + top.parts[1]) in trail(str(top / "a"))


def test_a_path_that_is_not_there_rests_on_its_first_missing_part(top: Path) -> None:
    (top / "a").mkdir()
    assert below(top, "a/b/c/k") == ["a", "a/b"]
    assert str(top / "a") in folders_of(trail(str(top / "a/b/c/k")))


def test_a_file_where_a_folder_is_expected_ends_it(top: Path) -> None:
    (top / "a").touch()
    assert below(top, "a/b") == ["a"]


def test_every_link_on_the_way_counts_and_what_it_leads_through(top: Path) -> None:
    (top / "v/..1").mkdir(parents=True)
    (top / "v/..1/k").touch()
    (top / "v/..data").symlink_to("..1")
    (top / "v/k").symlink_to("..data/k")
    assert below(top, "v/k") == ["v", "v/k", "v/..data", "v/..1", "v/..1/k"]


def test_an_absolute_link_starts_at_the_root(top: Path) -> None:
    (top / "l").symlink_to(top / "x/y")
    assert below(top, "l") == ["l", "x"]


def test_links_that_loop_end(top: Path) -> None:
    (top / "a").symlink_to("b")
    (top / "b").symlink_to("a")
    assert below(top, "a") == ["a", "b"]


def test_two_dots_go_up_from_where_a_link_has_led(top: Path) -> None:
    (top / "x/y").mkdir(parents=True)
    (top / "l").symlink_to("x/y")
    assert below(top, "l/../k") == ["l", "x", "x/y", "x/k"]


@pytest.mark.parametrize("name", ["a\0b", "n" * 300, "\udcff"])
def test_a_name_that_no_file_can_have_is_no_trouble(top: Path, name: str) -> None:
    assert trail(str(top / name))


def test_folders_are_searched_for_the_same_name_in_another_case(top: Path) -> None:
    (top / "Keys").mkdir()
    found = [entry for entry in spellings(str(top / "keys/k.pem")) if entry.path.startswith(str(top))]
    assert found == [Dependency(str(top), "names"), Dependency(str(top / "Keys"), "names")]


@pytest.mark.parametrize(
    ("path", "is_folder", "expected"),
    [
        ("/f/k", False, {Dependency("/f/k"), Dependency("/f", "files"), Dependency("/f", "names")}),
        ("/f/other", False, {Dependency("/f", "files"), Dependency("/f", "names")}),
        ("/f/d.json", False, {Dependency("/f", "files"), Dependency("/f", "names"), Dependency("/f", "documents")}),
        ("/f/sub", True, {Dependency("/f", "files"), Dependency("/f", "names"), Dependency("/f", "documents")}),
        ("/g/k", False, set()),
        ("/f/k/below", False, set()),
    ],
)
def test_an_event_touches_its_own_name_and_the_folder_as_a_whole(
    path: str, is_folder: bool, expected: set[Dependency]
) -> None:
    entries = {Dependency("/f/k"), Dependency("/f", "files"), Dependency("/f", "names"), Dependency("/f", "documents")}
    assert set(touched(path, is_folder, entries)) == expected


def test_a_stamp_differs_after_each_change_and_not_after_a_reading(top: Path) -> None:
    path = top / "k"
    entry, listing, names = Dependency(str(path)), Dependency(str(top), "files"), Dependency(str(top), "names")
    seen = [stamp(entry)]
    assert seen == [None]
    path.write_bytes(b"1")
    seen.append(stamp(entry))
    files = stamp(listing)
    path.read_bytes()
    os.listdir(top)
    assert stamp(entry) == seen[-1]
    assert stamp(listing) == files
    path.write_bytes(b"22")
    seen.append(stamp(entry))
    assert stamp(listing) != files
    path.chmod(0o400)
    seen.append(stamp(entry))
    path.unlink()
    path.symlink_to("x")
    seen.append(stamp(entry))
    assert len(set(seen)) == len(seen)
    assert stamp(names) == ("k",)


def test_a_folder_s_stamp_is_about_the_folder_alone(top: Path) -> None:
    entry = Dependency(str(top))
    before = stamp(entry)
    (top / "k").touch()
    assert stamp(entry) == before


def test_a_listing_of_documents_tells_json_files_and_folders(top: Path) -> None:
    (top / "a.json").touch()
    (top / "b.txt").touch()
    (top / "c").mkdir()
    assert stamp(Dependency(str(top), "documents")) == (("a.json", False), ("c", True))
