"""`pubkey` prints what the exchange is given, and says whether two files are a pair."""

import os
import subprocess
from pathlib import Path

import key_samples as keys
import pytest
from cryptography.hazmat.primitives import serialization as s
from key_samples import OPENSSH, PASSPHRASE, PKCS1, PKCS8, private_der, private_pem, public_der, public_pem

from cli.command_line import DEADLINE, PROGRAM, environment
from cli.conftest import Call
from cli.on_terminal import INTERRUPT, converse
from superalgos_rsa.keys.inspect import inspect

KEY, OTHER = keys.rsa_key(2048), keys.rsa_key(2048, number=1)
PUBLIC = public_pem(KEY).decode()
SHA256 = inspect(public_pem(KEY)).public_key_sha256
ENCRYPTED = private_pem(KEY, PKCS8, PASSPHRASE)


@pytest.fixture
def folder(outside: Path) -> Path:
    (outside / "k.pem").write_bytes(private_pem(KEY))
    (outside / "encrypted.pem").write_bytes(ENCRYPTED)
    return outside


@pytest.mark.parametrize(
    "content",
    [
        private_pem(KEY),
        private_pem(KEY, PKCS1),
        private_der(KEY),
        private_pem(KEY, OPENSSH),
        private_pem(KEY).replace(b"\n", b""),
        public_pem(KEY),
        keys.certificate(KEY),
    ],
)
def test_the_public_half_and_its_fingerprint_are_printed(call: Call, outside: Path, content: bytes) -> None:
    (outside / "f").write_bytes(content)
    ended = call("pubkey", "f")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{PUBLIC}SHA-256 fingerprint: {SHA256}\n"


@pytest.mark.parametrize(
    "public",
    [
        public_pem(KEY),
        public_pem(KEY, pkcs1=True),
        public_der(KEY),
        public_pem(KEY).replace(b"\n", b"\r\n"),
        keys.certificate(KEY),
        KEY.public_key().public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH),
        private_pem(KEY, PKCS1),
    ],
)
def test_a_pair_matches_whatever_the_public_half_is_written_in(call: Call, folder: Path, public: bytes) -> None:
    (folder / "p").write_bytes(public)
    ended = call("pubkey", "k.pem", "--match", "p")
    assert (ended.code, ended.out) == (0, f"p is the pair of k.pem (SHA-256 {SHA256})\n")
    assert call("pubkey", "p", "--match", "k.pem").code == 0


@pytest.mark.parametrize("public", [public_pem(OTHER), public_pem(keys.other_key("ed25519")), keys.certificate(OTHER)])
def test_another_public_half_is_told_with_both_fingerprints(call: Call, folder: Path, public: bytes) -> None:
    (folder / "p").write_bytes(public)
    ended = call("pubkey", "k.pem", "--match", "p")
    assert ended.code == 1
    assert ended.out.startswith("p is not the pair of k.pem:")
    assert str(SHA256) in ended.out
    assert str(inspect(public).public_key_sha256) in ended.out


@pytest.mark.parametrize("content", [b"", b"no key", private_pem(KEY)[:900], b"{}", b"\0" * 99])
def test_what_holds_no_key_is_an_error(call: Call, folder: Path, content: bytes) -> None:
    (folder / "p").write_bytes(content)
    for words in (["p"], ["k.pem", "--match", "p"]):
        ended = call("pubkey", *words)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("superalgos-rsa: error: ")


@pytest.mark.parametrize("name", ["missing.pem", ".", "fifo", "/dev/null"])
def test_what_is_no_readable_file_is_an_error_and_is_not_waited_for(call: Call, folder: Path, name: str) -> None:
    os.mkfifo(folder / "fifo")
    ended = call("pubkey", name)
    assert (ended.code, ended.out) == (2, "")
    assert f"cannot read {name}: " in ended.err


def _through_descriptor(passphrase: bytes, *words: str) -> subprocess.CompletedProcess[str]:
    ours, theirs = os.pipe()
    os.write(theirs, passphrase)
    os.close(theirs)
    try:
        return subprocess.run(
            [*PROGRAM, *words, "--passphrase-fd", str(ours)],
            pass_fds=[ours],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    finally:
        os.close(ours)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"\nanother line\n"])
@pytest.mark.usefixtures("folder")
def test_the_passphrase_is_the_first_line_of_a_descriptor(ending: bytes) -> None:
    ended = _through_descriptor(PASSPHRASE + ending, "pubkey", "encrypted.pem")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(PUBLIC)


@pytest.mark.usefixtures("folder")
def test_a_wrong_passphrase_is_told_and_not_shown() -> None:
    ended = _through_descriptor(b"Wrong-Horse", "pubkey", "encrypted.pem")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "wrong passphrase" in ended.stderr
    assert "Wrong-Horse" not in ended.stderr


@pytest.mark.parametrize("descriptor", ["-1", "987", "9999999999"])
@pytest.mark.usefixtures("folder")
def test_a_descriptor_that_cannot_be_read_is_told(call: Call, descriptor: str) -> None:
    ended = call("pubkey", "encrypted.pem", "--passphrase-fd", descriptor)
    assert (ended.code, ended.out) == (2, "")
    assert descriptor in ended.err


@pytest.mark.usefixtures("folder")
def test_without_terminal_and_descriptor_the_option_is_named(call: Call) -> None:
    ended = call("pubkey", "encrypted.pem")
    assert (ended.code, ended.out) == (2, "")
    assert "--passphrase-fd" in ended.err


def test_at_a_terminal_the_passphrase_is_asked_for_and_not_shown(folder: Path) -> None:
    code, shown = converse(["pubkey", "encrypted.pem"], [("passphrase: ", PASSPHRASE.decode())], folder)
    assert code == 0
    assert PUBLIC in shown
    assert shown.count(PASSPHRASE.decode()) == 1  # the word of the question


def test_an_interrupted_question_ends_the_command(folder: Path) -> None:
    code, shown = converse(["pubkey", "encrypted.pem"], [("passphrase: ", INTERRUPT)], folder)
    assert code == 130
    assert "Traceback" not in shown


@pytest.mark.parametrize("command", ["pubkey", "convert", "keygen", "setup"])
def test_no_option_takes_a_passphrase_from_the_command_line(call: Call, command: str) -> None:
    """Every program on the machine can read a command line."""
    told = call(command, "--help").out
    assert all(word == "--passphrase-fd" for word in told.split() if "pass" in word.lower() and word.startswith("-"))
    assert call(command, "k.pem", "--passphrase", "x").code == 2
