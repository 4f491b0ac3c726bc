"""The vault as the platform would meet it: what is there, and whether a look-up ends the process."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workspaces import entry, key, with_keys

from superalgos_rsa.documents.json_text import Place
from superalgos_rsa.files.regular import Content
from superalgos_rsa.superalgos.load_route import load
from superalgos_rsa.superalgos.vault import MAX_VAULT, Vault, parse_vault, read_vault

posix = pytest.mark.skipif(os.name != "posix", reason="FIFOs and links are made on POSIX only")


def _survives(vault: Vault) -> bool | None:
    return load(with_keys(key()), vault.reader).survives


@pytest.mark.parametrize(
    ("data", "state", "place", "survives"),
    [
        (b"[]", "read", None, True),
        (b' [{"type": "exchange", "key": "api-key-1", "value": "v"}] \n', "read", None, True),
        (b'[{"type": "exchange"}, 5, "text", []]', "read", None, True),
        (b"[null]", "read", None, False),
        (b"", "malformed", Place(1, 1), False),
        (b"[\n  {},\n]", "malformed", Place(3, 1), False),
        (b"\xef\xbb\xbf[]", "malformed", Place(1, 1), False),
        (b"{}", "malformed", Place(1, 1), False),
        (b"null", "malformed", Place(1, 1), False),
        (b'["\xff"]', "read", None, True),
        (b'["a"]\n\xff', "malformed", Place(2, 1), False),
        (b"[" * 100_000, "malformed", Place(1, 100_001), False),
        (b"[" * 20_000 + b"]" * 20_000, "too-deep", None, True),
        (b"[" * 200_000 + b"]" * 200_000, "too-large", None, None),
    ],
)
def test_what_the_file_holds(data: bytes, state: str, place: Place | None, survives: bool | None) -> None:
    vault = parse_vault("vault", Content(data))
    assert (vault.state, vault.place) == (state, place)
    assert (vault.reason is None) == (state == "read")
    assert _survives(vault) is survives


def test_a_vault_shows_no_value() -> None:
    vault = parse_vault("vault", Content(b'[{"type": "exchange", "key": "k", "value": "CANARY"}]'))
    assert vault.entries[0]["value"] == "CANARY"
    assert "CANARY" not in repr(vault) + repr(vault.reader) + repr(Content(b"CANARY"))


def test_an_entry_is_found_by_type_and_code_name() -> None:
    reader = Vault("vault", "read", [entry(kind="github"), entry(value="1"), entry(value="2")]).reader
    hit = reader.find("exchange", "api-key-1")
    assert hit is not None
    assert (hit.index, hit.value) == (1, "1")
    assert reader.find("exchange", "other") is None


def _file(path: Path) -> None:
    path.write_text("[]")


def _no_file(path: Path) -> None:
    pass


def _directory(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere.json"))


def _dangling_far(path: Path) -> None:
    path.symlink_to(path.parent / "no-such-folder" / "elsewhere.json")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _large(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(MAX_VAULT + 1)


def _no_folder(path: Path) -> None:
    path.parent.rmdir()


PLACES: list[Any] = [
    (_file, "read", True),
    (_no_file, "absent", True),
    (_no_folder, "no-folder", False),
    (_directory, "unreadable", False),
    (_dangling, "absent", True),
    (_dangling_far, "no-folder", False),
    (_loop, "unreadable", False),
]
NEVER_OPENED: list[Any] = [(_fifo, "unreadable", False), (_large, "too-large", None)]


@posix
@pytest.mark.parametrize(("make", "state", "survives"), [*PLACES, *NEVER_OPENED])
def test_what_lies_in_its_place(tmp_path: Path, make: Callable[[Path], None], state: str, survives: bool) -> None:
    path = tmp_path / "My-Secrets" / "workspace-credentials.json"
    path.parent.mkdir()
    make(path)
    vault = read_vault(path)
    assert vault.state == state
    assert _survives(vault) is survives


# What the platform does on every look-up: an empty vault is made where there is none, then it is read.
_LOOK_UP = """
const fs = require('fs'), path = process.argv[1]
if (!fs.existsSync(path)) fs.writeFileSync(path, '[]')
JSON.parse(fs.readFileSync(path))
"""


@posix
@pytest.mark.parametrize(("make", "state", "survives"), PLACES)
def test_node_survives_where_we_say_so(
    tmp_path: Path, node: str, make: Callable[[Path], None], state: str, survives: bool
) -> None:
    path = tmp_path / "My-Secrets" / "workspace-credentials.json"
    path.parent.mkdir()
    make(path)
    ran = subprocess.run([node, "-e", _LOOK_UP, str(path)], capture_output=True, timeout=20, check=False)
    assert (ran.returncode == 0) is survives, state


@posix
def test_a_folder_one_may_not_write_into_ends_the_platform_too(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], Vault]], Vault]
) -> None:
    folder = anyones_folder / "My-Secrets"
    folder.mkdir()
    folder.chmod(0o555)
    vault = unprivileged(lambda: read_vault(folder / "workspace-credentials.json"))
    assert vault.state == "no-access"
    assert not _survives(vault)


@posix
def test_a_vault_one_may_not_read_ends_the_platform_too(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], Vault]], Vault]
) -> None:
    path = anyones_folder / "workspace-credentials.json"
    path.write_text("[]")
    path.chmod(0)
    vault = unprivileged(lambda: read_vault(path))
    assert vault.state == "unreadable"
    assert not _survives(vault)
