"""What lies around a key file: copies, public halves, and a real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from key_samples import PKCS1, other_key, private_der, private_pem, public_pem, rsa_key

from superalgos_rsa.keys import exposure
from superalgos_rsa.keys.exposure import MAX_SIZE, Neighbours, Surroundings
from superalgos_rsa.keys.inspect import inspect


def around(path: Path) -> Neighbours:
    content = path.read_bytes()
    return Surroundings().of(str(path), content, inspect(content).public_key_sha256)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "secrets/k.pem"
    path.parent.mkdir()
    path.write_bytes(private_pem(rsa_key()))
    return path


def swap_file() -> bytes:
    """Vim keeps the lines of a text from the last to the first, in blocks between zeros."""
    return b"b0VIM 9.0\0" + bytes(4000) + b"\0".join(reversed(private_pem(rsa_key()).splitlines())) + bytes(90)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("k.pem~", private_pem(rsa_key()), True),
        (".k.pem.swp", swap_file(), True),
        ("#k.pem#", private_pem(rsa_key()), True),
        ("k.pem.bak", private_pem(rsa_key()).replace(b"\n", b"\r\n"), True),
        ("k (1).pem", private_pem(rsa_key()), True),
        ("notes.txt", b"my key:\n" + private_pem(rsa_key()) + b"do not lose", True),
        ("pkcs1.pem", private_pem(rsa_key(), PKCS1), True),
        ("one-line.pem", private_pem(rsa_key()).replace(b"\n", b""), True),
        ("other.pem", private_pem(rsa_key(number=1)), False),
        ("other-kind.pem", private_pem(other_key("ec")), False),
        ("k.pub", public_pem(rsa_key()), False),
        ("readme.txt", b"nothing", False),
        ("empty", b"", False),
        ("large.bin", private_pem(rsa_key()) + bytes(MAX_SIZE), False),
    ],
)
def test_files_with_the_same_private_key_are_its_copies(key_file: Path, name: str, content: bytes, told: bool) -> None:
    (key_file.parent / name).write_bytes(content)
    assert around(key_file) == Neighbours(copies=(name,) if told else ())


def test_what_is_no_regular_file_is_not_opened_and_no_link_is_a_copy(key_file: Path) -> None:
    os.mkfifo(key_file.parent / "fifo.pem")
    (key_file.parent / "folder.pem").mkdir()
    (key_file.parent / "link.pem").symlink_to("k.pem")
    (key_file.parent / "loop.pem").symlink_to("loop.pem")
    assert around(key_file) == Neighbours()


@pytest.mark.parametrize("kind", ["ed25519", "ec"])
def test_a_key_of_one_line_has_copies_too(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "k.pem"
    path.write_bytes(private_pem(other_key(kind)))
    (tmp_path / "copy.pem").write_bytes(private_pem(other_key(kind)))
    assert around(path).copies == ("copy.pem",)


PAIRS = [
    ("k.pem", "k.pub.pem"), ("k.pem", "k.pub"), ("k.pem", "k_public.pem"), ("k-private.pem", "k-public.pem"),
    ("private.pem", "public.pem"), ("PrivateKey.pem", "PublicKey.pem"), ("binance.key", "binance.pub.txt"),
]  # fmt: skip


@pytest.mark.parametrize(("private", "public"), PAIRS)
@pytest.mark.parametrize("pair", [True, False])
def test_a_public_key_named_as_the_other_half_must_be_it(tmp_path: Path, private: str, public: str, pair: bool) -> None:
    path = tmp_path / private
    path.write_bytes(private_pem(rsa_key()))
    (tmp_path / public).write_bytes(public_pem(rsa_key() if pair else rsa_key(number=1)))
    assert around(path).other_public == (None if pair else public)


def test_one_true_half_is_enough_and_other_names_say_nothing(key_file: Path) -> None:
    (key_file.parent / "k.pub").write_bytes(public_pem(rsa_key(number=1), pkcs1=True))
    (key_file.parent / "k.pub.pem").write_bytes(public_pem(rsa_key()))
    assert around(key_file).other_public is None
    (key_file.parent / "k.pub.pem").unlink()
    assert around(key_file).other_public == "k.pub"
    (key_file.parent / "k.pub").rename(key_file.parent / "somebody-else.pub")
    assert around(key_file).other_public is None


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("name", ["k.pem", "*.pem", "k[1].pem", ":(top)k.pem", "-k.pem", "it's a key.pem", "ключ.pem"])
def test_git_is_asked_about_the_very_file(tmp_path: Path, name: str) -> None:
    """Some names are patterns or options to git."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    git(tmp_path, "init", "-q")
    path = folder / name
    path.write_bytes(private_pem(rsa_key()))
    (folder / "x.pem").write_text("tracked")
    (tmp_path / "k.pem").write_text("tracked")
    (folder / "k1.pem").write_text("tracked")
    git(tmp_path, "add", "secrets/x.pem", "secrets/k1.pem", "k.pem")
    assert around(path).git == "not-ignored"
    (tmp_path / ".gitignore").write_text("/secrets/\n")
    assert around(path).git is None
    git(tmp_path, "--literal-pathspecs", "add", "-f", f"secrets/{name}")
    assert around(path).git == "tracked"


def test_outside_a_work_tree_and_without_git_nothing_is_said(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert around(key_file).git is None
    (key_file.parent / ".git").mkdir()
    assert around(key_file).git is None
    (key_file.parent / ".git").rmdir()
    git(key_file.parent, "init", "-q")
    assert around(key_file).git == "not-ignored"
    monkeypatch.setenv("PATH", str(key_file.parent))
    assert around(key_file).git is None


def test_the_variables_of_a_hook_do_not_lead_to_its_own_repository(
    key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for folder in (other, key_file.parent):
        git(folder, "init", "-q")
    git(key_file.parent, "add", "k.pem")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert around(key_file).git == "tracked"


def _of(surroundings: Surroundings, path: Path) -> Neighbours:
    content = path.read_bytes()
    return surroundings.of(str(path), content, inspect(content).public_key_sha256)


def test_many_keys_of_one_folder_are_told_apart_though_it_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    for name, key in (("a.pem", rsa_key()), ("a.bak", rsa_key()), ("b.pem", rsa_key(number=1)), ("e.pem", None)):
        (tmp_path / name).write_bytes(private_pem(key or other_key("ed25519")))
    (tmp_path / "a.pub").write_bytes(public_pem(rsa_key(number=1)))
    (tmp_path / ".gitignore").write_text("b.pem\n")
    git(tmp_path, "add", "e.pem")
    expected = {name: around(tmp_path / name) for name in ("a.pem", "b.pem", "e.pem")}
    assert expected["a.pem"] == Neighbours(("a.bak",), "a.pub", "not-ignored")
    assert (expected["b.pem"].git, expected["e.pem"].git) == (None, "tracked")
    surroundings = Surroundings()
    assert _of(surroundings, tmp_path / "a.pem") == expected["a.pem"]
    monkeypatch.setattr(exposure, "read_regular", None)  # nothing is read from here on
    assert {name: _of(surroundings, tmp_path / name) for name in expected} == expected


def test_what_is_read_is_counted_over_all_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = private_pem(rsa_key())
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        for name in ("k.pem", "copy.pem"):
            (tmp_path / folder / name).write_bytes(pem)
    monkeypatch.setattr(exposure, "MAX_READ", 4 * len(pem))
    surroundings = Surroundings()
    copies = [_of(surroundings, tmp_path / folder / "k.pem").copies for folder in "abc"]
    assert copies == [("copy.pem",), ("copy.pem",), ()]


def test_of_a_crowded_folder_a_part_is_looked_at(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        (key_file.parent / f"{number:02}.pem").write_bytes(private_pem(rsa_key()))
        (key_file.parent / f"0{number:02}.iso").write_bytes(bytes(MAX_SIZE + 1))
    assert len(around(key_file).copies) == 30
    monkeypatch.setattr(exposure, "MAX_ENTRIES", 5)
    assert around(key_file).copies == tuple(f"{number:02}.pem" for number in range(5)), "the large ones do not count"
    monkeypatch.setattr(exposure, "MAX_SCANNED", 3)
    assert len(around(key_file).copies) <= 3


def test_a_folder_that_is_gone_has_no_neighbours(tmp_path: Path) -> None:
    assert Surroundings().of(str(tmp_path / "gone/k.pem"), private_der(rsa_key()), None) == Neighbours()
