"""Inputs that are large or deep in one way: each ends in a verdict or a finding, within the one limit.

The rows are whole processes. `test_growth.py` holds the same in counted steps.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import absent
from installations import KEY_FILE, VAULT, Site, ecosystem, entry, exchange, key, network, task
from key_samples import private_pem, rsa_key

from attack.limits import Answer, attacked
from attack.slow_mount import NAME, SlowMount

WORKSPACE = "Platform/My-Workspaces/W.json"
FORMATS: tuple[list[str], ...] = ([], ["--format", "json"])


@pytest.fixture
def site() -> Iterator[Site]:
    """In memory where there is a place for that: some attacks are a hundred thousand files."""
    memory = Path("/dev/shm")  # a folder of this user's own is made in it
    folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    yield Site(folder / "superalgos")
    shutil.rmtree(folder)


def judged(site: Site, *words: str, command: str = "check") -> Answer:
    found = attacked(["--root", str(site.root), command, *words])
    assert found.holds, (found.code, found.cpu, found.peak >> 20, found.waited, found.err[-500:])
    return found


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    head = (
        bytes([size])
        if size < 128
        else (lambda raw: bytes([128 + len(raw)]) + raw)(size.to_bytes((size.bit_length() + 7) // 8, "big"))
    )
    return bytes([tag]) + head + content


def integer(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def pem(label: str, data: bytes) -> str:
    lines = base64.encodebytes(data).decode().replace("\n", "")
    body = "\n".join(lines[at : at + 64] for at in range(0, len(lines), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def arbitrary_rsa(bits: int, seed: int) -> str:
    """PKCS#1 of numbers that are as long as they should be, and belong to no key."""
    chance = random.Random(seed)  # no secret
    odd = [chance.getrandbits(size) | 1 | 1 << size - 1 for size in (bits, bits, *(bits // 2,) * 5)]
    n, d, p, q, first, second, inverse = odd
    numbers = (0, n, 65537, d, p, q, first, second, inverse)
    return pem("RSA PRIVATE KEY", der(0x30, b"".join(map(integer, numbers))))


@pytest.mark.parametrize("words", FORMATS)
@pytest.mark.parametrize("count", [1, 5])
def test_rsa_of_sixteen_thousand_bits_with_arbitrary_numbers(site: Site, count: int, words: list[str]) -> None:
    keys = [key(arbitrary_rsa(16384, seed), name=f"Key {seed}", code_name=f"{seed}" * 64) for seed in range(count)]
    site.workspace(ecosystem(exchange(*keys)))
    found = judged(site, *words)
    assert found.code == 1
    if words:
        assert {one["usable"] for one in json.loads(found.out)["keys"]} <= {False, None}


NESTED: dict[str, Callable[[int], str]] = {
    "around many empty ones": lambda n: "[" * 900 + ",".join(["[]"] * n) + "]" * 900,
    "with a duplicate member": lambda n: '{"a": 1, "a": ' + "[" * 900 + ",".join(["[]"] * n) + "]" * 900 + "}",
    "objects": lambda n: '{"a":' * 900 + "[" + ",".join(['{"a":{}}'] * n) + "]" + "}" * 900,
}


@pytest.mark.parametrize("count", [100_000, 1_000_000])
@pytest.mark.parametrize("kind", NESTED)
def test_deep_lists_around_many(site: Site, kind: str, count: int) -> None:
    inner = NESTED[kind](count if kind != "objects" else count // 4)
    site.put(WORKSPACE, '{"type": "Workspace", "name": "W", "rootNodes": [' + inner + "]}")
    for words in FORMATS:
        judged(site, *words)


@pytest.mark.parametrize("words", [*FORMATS, ["--verbose"]])
def test_a_name_of_a_megabyte_above_hundreds_of_keys(site: Site, words: list[str]) -> None:
    keys = [key(f"My-Secrets/none-{n}.pem", name=f"Key {n}", code_name=f"{n:064}") for n in range(300)]
    site.workspace(ecosystem(exchange(*keys, name="N" * 1_000_000)))
    found = judged(site, *words)
    assert found.code == 1
    assert len(found.out) < 20_000_000


def test_a_member_name_of_a_megabyte_above_hundreds_of_keys(site: Site) -> None:
    keys = [key(f"My-Secrets/none-{n}.pem", name=f"Key {n}", code_name=f"{n:064}") for n in range(300)]
    site.workspace({"type": "Any", "name": "x", "m" * 1_000_000: keys})
    for words in FORMATS:
        judged(site, *words)


def test_a_thousand_keys_that_name_one_file_of_a_megabyte(site: Site) -> None:
    site.put(KEY_FILE, b"x" * (1 << 20))
    site.put("My-Secrets/l.pem", private_pem(rsa_key()) + b"\n" * 60_000)
    for name in (KEY_FILE, "My-Secrets/l.pem"):
        keys = [key(f"{'./' * n}{name}", name=f"Key {n}", code_name=f"{n:064}") for n in range(1000)]
        site.workspace(ecosystem(exchange(*keys)))
        judged(site, "--format", "json")


def test_chains_of_folders_in_a_folder_of_twenty_thousand_names(site: Site) -> None:
    folder = site.root / "My-Secrets"
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(20_000):
        os.close(os.open(folder / f"name-{n}", os.O_CREAT | os.O_WRONLY))
    (folder / "Sub").mkdir()
    chain = "My-Secrets/" + "SUB/../" * 500
    keys = [key(f"{chain}k{n}.pem", name=f"Key {n}", code_name=f"{n:064}") for n in range(50)]
    site.workspace(ecosystem(exchange(*keys)))
    judged(site, "--format", "json")


def test_thousands_of_keys_and_tens_of_thousands_of_vault_entries(site: Site) -> None:
    keys = [key("", name=f"Key {n}", code_name=f"{n:064}") for n in range(3000)]
    site.workspace(ecosystem(exchange(*keys)))
    site.put(VAULT, json.dumps([entry("s" * 64, f"{n + 1_000_000:064}") for n in range(50_000)]))
    judged(site, "--format", "json")


def test_folders_of_very_many_names_are_searched_in_part(site: Site) -> None:
    crowded = site.root / "My-Secrets" / "crowded"
    crowded.mkdir(parents=True)
    for n in range(100_000):
        os.close(os.open(crowded / f"name-{n}", os.O_CREAT | os.O_WRONLY))
    site.workspace(ecosystem(exchange(key("My-Secrets/none.pem"))))
    assert judged(site, command="fix").code == 1


TEXTS: dict[str, Callable[[int], str]] = {
    "DEK-Info and dots": lambda n: "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: " + "." * n,
    "dots": lambda n: "." * n,
    "header lines": lambda n: "-----BEGIN PRIVATE KEY-----\n" + "a:" * n,
    "dashes": lambda n: "-" * n,
    "begin lines": lambda n: "-----BEGIN PRIVATE KEY-----\n" * (n // 28),
    "begin and end": lambda n: "-----BEGIN A-----\n-----END A-----\n" * (n // 34),
    "blanks": lambda n: "-----BEGIN PRIVATE KEY-----" + " " * n + "x",
    "escapes": lambda n: "-----BEGIN PRIVATE KEY-----" + "\\n" * (n // 2),
    "backslashes": lambda n: "\\" * n,
    "ssh": lambda n: "ssh-" + "a" * n,
    "brackets": lambda n: "[" * n,
    "base64": lambda n: "MII" + "A" * n,
}


@pytest.mark.parametrize("kind", TEXTS)
def test_key_files_that_a_pattern_could_run_long_on(site: Site, kind: str) -> None:
    for size in (65_000, 1_000_000):
        site.put(KEY_FILE, TEXTS[kind](size).encode())
        site.workspace(ecosystem(exchange(key())))
        judged(site, "--format", "json")
        for command in ("pubkey", "convert"):
            judged(site, str(site.root / KEY_FILE), command=command)


def pbkdf2(rounds: int) -> str:
    """An EncryptedPrivateKeyInfo (RFC 5958, RFC 8018) that says how often to hash."""
    salt = der(0x30, der(4, b"saltsalt") + integer(rounds) + der(0x30, bytes.fromhex("06082a864886f70d02090500")))
    kdf = der(0x30, bytes.fromhex("06092a864886f70d01050c") + salt)
    cipher = der(0x30, bytes.fromhex("060960864801650304012a") + der(4, b"i" * 16))
    algorithm = der(0x30, bytes.fromhex("06092a864886f70d01050d") + der(0x30, kdf + cipher))
    return pem("ENCRYPTED PRIVATE KEY", der(0x30, algorithm + der(4, b"e" * 64)))


def openssh(rounds: int) -> str:
    def text(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    options = text(b"salt" * 4) + struct.pack(">I", rounds)
    head = b"openssh-key-v1\0" + text(b"aes256-ctr") + text(b"bcrypt") + text(options) + struct.pack(">I", 1)
    return pem("OPENSSH PRIVATE KEY", head + text(text(b"ssh-ed25519") + text(b"p" * 32)) + text(b"e" * 64))


@pytest.mark.parametrize("text", [pbkdf2(2**31 - 1), openssh(2**31)], ids=["PBKDF2", "bcrypt"])
@pytest.mark.parametrize("command", ["pubkey", "convert"])
def test_a_key_that_asks_for_the_most_rounds_of_hashing_is_not_opened(site: Site, command: str, text: str) -> None:
    path = site.put("My-Secrets/slow.pem", text.encode())
    found = attacked([command, str(path), "--passphrase-fd", "0"], stdin=b"passphrase\n")
    assert found.holds
    assert found.code == 2
    assert "rounds" in found.err


def test_thousands_of_tasks_and_keys_are_told_within_the_limit(site: Site) -> None:
    keys = [key(f"My-Secrets/none-{n}.pem", name=f"Key {n}", code_name=f"{n:064}") for n in range(700)]
    tasks: list[Any] = [task(one, name=f"Task {n}") for n, one in enumerate(keys)]
    binance = exchange(*keys)
    site.workspace(ecosystem(binance), network(binance, *tasks))
    for words in FORMATS:
        assert judged(site, *words).code == 1


@pytest.fixture
def slow_mount(tmp_path: Path) -> Iterator[Path]:
    """A folder of a file system that answers after 40 seconds. Only root may mount one."""
    folder = tmp_path / "far"
    folder.mkdir()
    try:
        mount = SlowMount(folder, private_pem(rsa_key()), seconds=40)
        mount.__enter__()
    except OSError as error:
        absent(f"no file system can be mounted here: {error.strerror}")
    try:
        yield folder
    finally:
        mount.__exit__(None, None, None)


@pytest.mark.parametrize("command", ["check", "preflight", "show", "fix"])
def test_a_key_on_a_file_system_that_answers_after_forty_seconds_is_not_waited_for(
    site: Site, slow_mount: Path, command: str
) -> None:
    """Several ways to it, one of them a link, and a good key beside: that one is judged all the same."""
    site.put_key()
    (site.root / "My-Secrets" / "link.pem").symlink_to(slow_mount / NAME)
    names = [str(slow_mount / NAME), "My-Secrets/link.pem", f"{slow_mount}/other.pem", KEY_FILE]
    keys = [key(name, name=f"Key {n}", code_name=f"{n:064}") for n, name in enumerate(names)]
    binance = exchange(*keys)
    site.workspace(ecosystem(binance), network(binance, *(task(one, name=str(n)) for n, one in enumerate(keys))))
    if command in ("show", "fix"):
        assert judged(site, command=command).code in (1, 3)
        return
    found = json.loads(judged(site, "--format", "json", command=command).out)
    usable = [one["usable"] for one in found["keys"]]
    assert usable == [None, None, None, True]
    assert [one["rule"] for one in found["findings"] if one["severity"] == "error"] == ["file-not-judged"] * 3
    assert [one["ready"] for one in found["tasks"]] == [False, False, False, True]
