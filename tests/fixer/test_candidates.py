"""The search for key files: where it looks, what it opens, when it ends."""

import os
import socket
import time
from pathlib import Path

import pytest
from key_samples import private_pem, public_pem, rsa_key

from superalgos_rsa.fixer import candidates
from superalgos_rsa.fixer.candidates import by_name, names_of, public_halves, search

PEM = private_pem(rsa_key())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "My-Secrets").mkdir(parents=True)
    return tmp_path / "root"


def put(path: Path, data: bytes = PEM) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(root: Path, *others: Path, flat: tuple[Path, ...] = ()) -> list[str]:
    found = search(root, others, flat)
    return sorted(os.path.relpath(candidate.path, root.parent) for candidate in found)


def test_where_it_looks(root: Path, tmp_path: Path) -> None:
    for name in ("k.pem", "My-Secrets/a.pem", "My-Secrets/1/2/b.pem", "keys/c.pem", "certs/d.pem"):
        put(root / name)
    for name in ("My-Secrets/1/2/3/deep.pem", "other/e.pem", "My-Secrets/.ssh/id.pem", "keys/node_modules/x.pem"):
        put(root / name)
    put(tmp_path / "named" / "1" / "f.pem")
    put(tmp_path / "flat" / "g.pem")
    put(tmp_path / "flat" / "1" / "h.pem")
    assert names(root, tmp_path / "named", flat=(tmp_path / "flat",)) == [
        "flat/g.pem",
        "named/1/f.pem",
        "root/My-Secrets/1/2/b.pem",
        "root/My-Secrets/a.pem",
        "root/certs/d.pem",
        "root/k.pem",
        "root/keys/c.pem",
    ]


def test_what_it_takes_for_a_key(root: Path) -> None:
    secrets = root / "My-Secrets"
    put(secrets / "private.txt")
    put(secrets / "public.pem", public_pem(rsa_key()))
    put(secrets / "hmac", b"abcd" * 16)
    for name, data in (("notes.txt", b"two words"), ("empty", b""), ("vault.json", b"[]"), ("big", PEM * 60)):
        put(secrets / name, data)
    found = {Path(c.path).name: c.facts.kind for c in search(root, [])}
    assert found == {"private.txt": "private", "public.pem": "public", "hmac": "text"}


def test_links_lead_nowhere_else(root: Path, tmp_path: Path) -> None:
    outside = put(tmp_path / "outside" / "o.pem")
    inside = put(root / "My-Secrets" / "i.pem")
    (root / "My-Secrets" / "out.pem").symlink_to(outside)
    (root / "My-Secrets" / "folder").symlink_to(outside.parent)
    (root / "My-Secrets" / "loop").symlink_to("loop")
    (root / "keys").mkdir()
    (root / "keys" / "same.pem").symlink_to(inside)
    assert names(root) == ["root/My-Secrets/i.pem"]


def test_what_is_no_regular_file_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "My-Secrets" / "fifo.pem")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "My-Secrets" / "s.pem"))
        assert names(root) == []


def test_it_ends_after_so_many_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MAX_FILES", 5)
    for number in range(20):
        put(root / "My-Secrets" / f"{number:02}.pem", private_pem(rsa_key(1024, number=number % 2)))
    assert len(search(root, [])) == 5


def test_it_ends_after_so_long(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root / "My-Secrets" / "k.pem")
    monkeypatch.setattr(candidates, "MAX_SECONDS", -1.0)
    assert search(root, []) == ()


@pytest.mark.slow
def test_a_large_folder_takes_no_time(root: Path) -> None:
    for number in range(3000):
        (root / "My-Secrets" / f"{number}.json").touch()
    begun = time.monotonic()
    assert search(root, []) == ()
    assert time.monotonic() - begun < candidates.MAX_SECONDS + 1


def test_folders_that_are_not_there(tmp_path: Path) -> None:
    assert search(tmp_path / "gone", [tmp_path / "gone-too"]) == ()


def test_a_candidate_does_not_show_itself(root: Path) -> None:
    put(root / "My-Secrets" / "hmac", b"CANARY" * 11)
    (found,) = search(root, [])
    assert "CANARY" not in repr(found)


@pytest.mark.parametrize(
    "path",
    [
        "k.pem",
        "/a/k.pem",
        "C:\\a\\k.pem",
        " k.pem ",
        '"a/k.pem"',
        "\u201ck.pem\u201d",
        "file:///a/k.pem",
        "a/k.pem/",
        "~\\k.pem",
    ],
)
def test_the_name_that_a_path_was_meant_to_end_in(path: str) -> None:
    assert "k.pem" in names_of(path)


def test_the_closest_name_counts(root: Path) -> None:
    for name in ("k.pem", "1/K.PEM", "1/k.key", "other.pem"):
        put(root / "My-Secrets" / name)
    found = search(root, [])

    def fitting(path: str) -> list[str]:
        return sorted(Path(c.path).name for c in by_name(path, found))

    assert fitting("/old/k.pem") == ["k.pem"]
    assert fitting("/old/K.Pem") == ["K.PEM", "k.pem"]
    assert fitting("k.txt") == ["K.PEM", "k.key", "k.pem"]
    assert fitting("gone.pem") == []


def test_the_public_halves_that_bear_the_name(root: Path) -> None:
    own, other = rsa_key(number=0), rsa_key(number=1)
    put(root / "My-Secrets" / "k.pub.pem", public_pem(own))
    put(root / "My-Secrets" / "kraken.pub.pem", public_pem(other))
    found = search(root, [])
    by_file = {Path(c.path).name: c.facts.public_key_sha256 for c in found}
    for path in ("k.pem", "/old/k-private.pem", "k_private_key.pem"):
        expected = {by_file["k.pub.pem"]} if "key" not in path else set()
        assert public_halves(path, found) == expected
