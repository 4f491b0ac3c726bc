"""`convert` writes a clean copy of a private key as a new file, for its owner alone."""

import stat
from pathlib import Path

import key_samples as keys
import pytest
from key_samples import OPENSSH, PASSPHRASE, PKCS1, PKCS8, private_der, private_pem, public_pem

from cli.command_line import process
from cli.conftest import Call
from cli.on_terminal import converse

KEY = keys.rsa_key(2048)
CLEAN = private_pem(KEY)
ENCRYPTED = private_pem(KEY, PKCS8, PASSPHRASE)


@pytest.mark.parametrize(
    "content",
    [
        CLEAN,
        CLEAN.replace(b"\n", b"\\n"),
        CLEAN.decode().encode("utf-16"),
        private_pem(KEY, PKCS1),
        private_der(KEY, PKCS1),
        private_pem(KEY, OPENSSH),
    ],
)
def test_the_copy_is_clean_and_the_original_stays_as_it_is(call: Call, outside: Path, content: bytes) -> None:
    (outside / "k.txt").write_bytes(content)
    ended = call("convert", "k.txt")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("k.pkcs8.pem: PKCS#8, not encrypted\nSHA-256 fingerprint: ")
    assert (outside / "k.pkcs8.pem").read_bytes() == CLEAN
    assert (outside / "k.txt").read_bytes() == content
    assert {path.name for path in outside.iterdir()} == {"k.txt", "k.pkcs8.pem"}


@pytest.mark.parametrize(
    ("name", "copy"),
    [("k.pem", "k.pkcs8.pem"), ("k", "k.pkcs8.pem"), (".key", ".key.pkcs8.pem"), ("a/k.der", "a/k.pkcs8.pem")],
)
def test_the_copy_lies_beside_the_original(call: Call, outside: Path, name: str, copy: str) -> None:
    (outside / "a").mkdir()
    (outside / name).write_bytes(CLEAN)
    assert call("convert", name).code == 0
    assert (outside / copy).read_bytes() == CLEAN


@pytest.mark.slow
@pytest.mark.parametrize("mask", ["000", "022", "077", "277"])
def test_only_its_owner_can_read_the_copy_under_every_umask(outside: Path, mask: str) -> None:
    (outside / "k.pem").write_bytes(CLEAN)
    ended = process(
        "convert", "k.pem", "-o", "c.pem", cwd=outside, before=["sh", "-c", f'umask {mask}; exec "$@"', "sh"]
    )
    assert ended.code == 0
    assert stat.S_IMODE((outside / "c.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("what", ["file", "folder", "dangling link", "the original"])
def test_what_is_there_is_never_overwritten(call: Call, outside: Path, what: str) -> None:
    """And no passphrase is asked for before that is known."""
    (outside / "k.pem").write_bytes(ENCRYPTED)
    target = outside / "c.pem"
    if what == "file":
        target.write_text("mine")
    elif what == "folder":
        target.mkdir()
    elif what == "dangling link":
        target.symlink_to(outside / "elsewhere")
    ended = call("convert", "k.pem", "-o", "k.pem" if what == "the original" else "c.pem")
    assert (ended.code, ended.out) == (2, "")
    assert "never overwritten" in ended.err
    assert (outside / "k.pem").read_bytes() == ENCRYPTED
    assert not (outside / "elsewhere").exists()
    assert what != "file" or target.read_text() == "mine"


@pytest.mark.parametrize("content", [b"", public_pem(KEY), keys.certificate(KEY), CLEAN[:900], b"{}", ENCRYPTED])
def test_where_there_is_no_key_to_be_had_nothing_is_written(call: Call, outside: Path, content: bytes) -> None:
    (outside / "k.pem").write_bytes(content)
    ended = call("convert", "k.pem")
    assert (ended.code, ended.out) == (2, "")
    assert {path.name for path in outside.iterdir()} == {"k.pem"}


def test_where_there_is_no_room_nothing_is_written(outside: Path) -> None:
    (outside / "k.pem").write_bytes(CLEAN)
    limit = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh"]
    ended = process("convert", "k.pem", cwd=outside, before=limit, variables={"PYTHONDONTWRITEBYTECODE": "1"})
    assert (ended.code, ended.out) == (2, "")
    assert {path.name for path in outside.iterdir()} == {"k.pem"}


def test_at_a_terminal_the_passphrase_is_asked_for(outside: Path) -> None:
    (outside / "k.pem").write_bytes(ENCRYPTED)
    code, shown = converse(["convert", "k.pem"], [("passphrase: ", PASSPHRASE.decode())], outside)
    assert code == 0
    assert (outside / "k.pkcs8.pem").read_bytes() == CLEAN
    assert not any(line in shown for line in CLEAN.decode().splitlines()[1:-1])


def test_standard_input_can_be_the_descriptor(outside: Path) -> None:
    (outside / "k.pem").write_bytes(ENCRYPTED)
    assert process("convert", "k.pem", "--passphrase-fd", "0", cwd=outside, stdin=PASSPHRASE + b"\n").code == 0
    assert (outside / "k.pkcs8.pem").read_bytes() == CLEAN


def test_a_name_cannot_command_the_terminal(call: Call, outside: Path) -> None:
    (outside / "\x1b[2Jk.pem").write_bytes(CLEAN)
    ended = call("convert", "\x1b[2Jk.pem")
    assert ended.code == 0
    assert "\x1b" not in ended.out + ended.err


EC = keys.other_key("ec")
SEC1 = private_pem(EC, PKCS1)


def _installation(folder: Path, version: str) -> Path:
    (folder / "Platform/My-Workspaces").mkdir(parents=True)
    (folder / "package-lock.json").write_text(f'{{"packages": {{"node_modules/ccxt": {{"version": "{version}"}}}}}}')
    return folder


@pytest.mark.parametrize("content", [private_pem(EC), SEC1.replace(b"\n", b"\\n"), private_pem(EC, PKCS8, PASSPHRASE)])
def test_for_coinbase_an_ec_key_is_written_as_sec_1(outside: Path, content: bytes) -> None:
    root = _installation(outside / "Superalgos", "4.4.25")
    (root / "k.pem").write_bytes(content)
    words = ("convert", "k.pem", "--for", "coinbase", "--passphrase-fd", "0")
    ended = process(*words, cwd=root, stdin=PASSPHRASE + b"\n")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("k.coinbase.key: SEC 1, not encrypted\nSHA-256 fingerprint: ")
    assert (root / "k.coinbase.key").read_bytes() == SEC1
    assert stat.S_IMODE((root / "k.coinbase.key").stat().st_mode) == 0o600
    assert (root / "k.pem").read_bytes() == content


@pytest.mark.parametrize(
    ("version", "exchange", "content", "words"),
    [
        ("4.4.25", "coinbase", CLEAN, "in no form does this key sign for coinbase"),
        ("4.4.25", "coinbase", private_pem(keys.other_key("ed25519")), "in no form does this key sign for coinbase"),
        ("2.7.62", "binance", private_pem(keys.other_key("ed25519")), "in no form does this key sign for binance"),
        ("2.7.62", "coinbase", private_pem(EC), "takes no private key for coinbase"),
        ("4.4.25", "kraken", CLEAN, "takes no private key for kraken"),
        ("4.4.25", "lbank", CLEAN, "is not judged here"),
        ("4.4.25", "hyperliquid", CLEAN, "wants `privateKey`, which Superalgos never hands over"),
        ("4.4.25", "Coinbase", CLEAN, "has no exchange “Coinbase”"),
        ("4.4.25", "../coinbase", CLEAN, "has no exchange “../coinbase”"),
        ("unknown", "binance", CLEAN, "it is not known which ccxt is installed"),
    ],
)
def test_for_an_exchange_that_does_not_take_the_key_nothing_is_written(
    call: Call, outside: Path, version: str, exchange: str, content: bytes, words: str
) -> None:
    root = _installation(outside / "Superalgos", version)
    (root / "k.pem").write_bytes(content)
    ended = call("convert", str(root / "k.pem"), "--for", exchange)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert {path.name for path in root.iterdir()} == {"k.pem", "package-lock.json", "Platform"}


def test_for_an_exchange_outside_of_superalgos_is_refused(call: Call, outside: Path) -> None:
    (outside / "k.pem").write_bytes(CLEAN)
    ended = call("convert", "k.pem", "--for", "binance")
    assert (ended.code, ended.out) == (2, "")
    assert "no Superalgos directory" in ended.err
