"""The path in `secret`: what exists is read, and for every other path one rule names the one cause."""

from __future__ import annotations

import os
import random
import shlex
import socket
import string
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import give_to_nobody
from installations import API_KEY, HMAC_SECRET, KEY_FILE, VAULT, Judged, Site, key, trading
from key_samples import private_pem, rsa_key

from superalgos_rsa.cli import main
from superalgos_rsa.superalgos.secret_text import is_spelled_like_path


@pytest.fixture
def home(site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = site.root.parent / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("APPDATA", str(home))
    site.put_key("../home/k.pem")
    return home


# What the user wrote, with the key in My-Secrets/k.pem of the installation and k.pem of the home folder.
BROKEN = {
    "~/k.pem": "path-not-expanded",
    "~nobody-of-that-name/k.pem": "path-not-expanded",
    "$HOME/k.pem": "path-not-expanded",
    "${HOME}/k.pem": "path-not-expanded",
    "%APPDATA%/k.pem": "path-not-expanded",
    "/nowhere/$HOME/k.pem": "path-not-expanded",
    "file://{root}/My-Secrets/k.pem": "path-not-expanded",
    "FILE:My-Secrets/k.pem": "path-not-expanded",
    '"My-Secrets/k.pem"': "path-quoted",
    "'My-Secrets/k.pem'": "path-quoted",
    "“My-Secrets/k.pem”": "path-quoted",
    ' "My-Secrets/k.pem" ': "path-quoted",
    " My-Secrets/k.pem": "path-whitespace",
    "My-Secrets/k.pem ": "path-whitespace",
    "My-Secrets/k.pem\n": "path-whitespace",
    "My-Secrets/k.pem\r\n": "path-whitespace",
    "\tMy-Secrets/k.pem": "path-whitespace",
    "My-Secrets/k.pem\u200b": "path-whitespace",
    "\ufeffMy-Secrets/k.pem": "path-whitespace",
    "My-Secrets/\u200bk.pem": "path-whitespace",
    "My-Secrets/k.pem\u00a0": "path-whitespace",
    "My-Secrets/K.pem": "path-case",
    "my-secrets/k.PEM": "path-case",
    "My-Secrets\\k.pem": "path-separators",
    ".\\My-Secrets\\k.pem": "path-separators",
    "C:\\keys\\k.pem": "path-separators",
    "C:/keys/k.pem": "path-not-found",
    "beside.pem": "path-relative-elsewhere",
    "../elsewhere/../elsewhere/nothing.pem": "path-not-found",
    "here.pem": "path-relative-elsewhere",
    "My-Secrets/other.pem": "path-not-found",
    "/nowhere/k.pem": "path-not-found",
    "k.pem": "path-not-found",
    "My-Secrets/k": "path-not-found",
    "My-Secrets/k.pem/": "path-not-found",
    "My-Secrets/nothing/../k.pem": "path-not-found",
    "keys/" + "x" * 5000: "path-not-found",
    "My-Secrets": "path-not-a-file",
    "My-Secrets/": "path-not-a-file",
    ".": "path-not-a-file",
    "/": "path-not-a-file",
    "My-Secrets/fifo": "path-not-a-file",
    "My-Secrets/socket": "path-not-a-file",
    "/dev/null": "path-not-a-file",
    "/dev/zero": "path-not-a-file",
    "My-Secrets/dangling.pem": "path-not-a-file",
    "My-Secrets/loop.pem": "path-not-a-file",
    "My-Secrets/sparse.pem": "file-too-large",
    "My-Secrets/k.pem\0": "config-control-character",
    "My-Secrets/\0k.pem": "config-control-character",
    "C:\temp\new.pem": "config-control-character",
    "My-Secrets/k.pem\n#": "config-control-character",
    "My-Secrets/\x7fk.pem": "config-control-character",
    "": "vault-entry-missing",
    "   ": "secret-missing",
    "binance-rsa": "path-not-found",
    "binance_private_key_2048": "path-not-found",
}


NEVER_OPENED = ("My-Secrets/fifo", "My-Secrets/socket", "/dev/null", "/dev/zero")


def furnish(site: Site) -> None:
    secrets = site.root / "My-Secrets"
    site.put_key()
    os.mkfifo(secrets / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.getcwd()
        os.chdir(secrets)  # the name of a socket must be short
        listener.bind("socket")
        os.chdir(before)
    (secrets / "dangling.pem").symlink_to("nothing.pem")
    (secrets / "loop.pem").symlink_to("loop.pem")
    site.put("My-Secrets/sparse.pem", "")
    os.truncate(secrets / "sparse.pem", 2_000_000_000)
    site.put_key("Platform/My-Workspaces/beside.pem")
    site.put_key("../elsewhere/here.pem")


@pytest.mark.parametrize("written", BROKEN, ids=lambda text: ascii(text)[:40])
def test_each_broken_path_is_told_by_one_rule_and_signs_with_its_own_text(site: Site, home: Path, written: str) -> None:
    furnish(site)
    judged = site.trade(key(written.format(root=site.root) if "{root}" in written else written))
    assert (judged.errors, judged.key.usable, judged.task.ready) == ([BROKEN[written]], False, False)
    expected = {"": "none", "My-Secrets/sparse.pem": None} | dict.fromkeys(NEVER_OPENED, "none")
    assert judged.key.signing == expected.get(written, "hmac")
    finding = judged.finding(BROKEN[written])
    assert finding.key_id == judged.key.id
    assert finding.task_id is None
    assert finding.server == "local"
    assert finding.line == judged.key.line + 4 if judged.key.line else False
    if finding.rule.startswith("path-") and judged.key.secret.kind == "path":
        assert finding.path == judged.key.secret.resolved
        signs_wrongly = "-1022 Signature for this request is not valid."
        assert finding.would_cause == (None if written in NEVER_OPENED else signs_wrongly)


WORKING = [
    KEY_FILE,
    "./My-Secrets/k.pem",
    "My-Secrets//k.pem",
    "Platform/../My-Secrets/k.pem",
    "{root}/My-Secrets/k.pem",
    "//{root}/My-Secrets/k.pem",
    "My-Secrets/link.pem",
    "folder/k.pem",
    "plain-name",
    " leading blank",
    "'quoted'.pem",
    "~/tilde.pem",
    "back\\slash.pem",
    "file:x.pem",
    "tab\tinside.pem",
    "name with $HOME in it.pem",
    "ключ.pem",
    "k" * 250 + ".pem",
]


@pytest.mark.parametrize("written", WORKING, ids=lambda text: ascii(text)[:40])
def test_whatever_exists_under_the_very_text_is_a_path_and_is_read(site: Site, written: str) -> None:
    site.put_key()
    (site.root / "My-Secrets/link.pem").symlink_to("k.pem")
    (site.root / "folder").symlink_to("My-Secrets")
    path = written.replace("{root}", str(site.root).lstrip("/") if written.startswith("//") else str(site.root))
    if not (site.root / path).exists():
        site.put_key(path)
    judged = site.trade(key(path))
    assert judged.errors == []
    assert (judged.key.signing, judged.key.usable, judged.task.ready) == ("rsa", True, True)
    assert (judged.key.secret.kind, judged.key.secret.path) == ("path", path)
    assert judged.key.secret.resolved is not None
    assert os.path.samefile(judged.key.secret.resolved, site.root / path)


SAFELY_MENDED = [
    "$HOME/k.pem", "~/k.pem", "file://{root}/My-Secrets/k.pem", '"My-Secrets/k.pem"', " My-Secrets/k.pem",
    "My-Secrets/k.pem\u200b", "My-Secrets/K.pem", "My-Secrets\\k.pem", "here.pem", "beside.pem",
]  # fmt: skip


@pytest.mark.parametrize("written", SAFELY_MENDED, ids=ascii)
def test_a_safe_fix_of_a_path_runs_as_printed_and_mends_it(
    site: Site, home: Path, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    furnish(site)
    text = written.replace("{root}", str(site.root))
    fix = site.trade(key(text)).finding(BROKEN[written]).fix
    assert fix is not None
    assert fix.applicability == "safe"
    assert main(shlex.split(fix.title)[1:]) == 0
    mended = site.judge(site.root / "Platform/My-Workspaces/W.json")
    assert (mended.errors, mended.key.usable) == ([], True)
    capsys.readouterr()


@pytest.mark.parametrize("written", ["/somebody/else/k.pem", "C:\\Users\\me\\k.pem", "k.pem", "My-Secrets/k"])
def test_a_file_that_merely_bears_the_name_is_offered_as_a_guess(site: Site, written: str) -> None:
    site.put_key()
    fix = site.trade(key(written)).report.findings[0].fix
    assert fix is not None
    assert fix.applicability == "unsafe"
    assert fix.title.endswith("--secret My-Secrets/k.pem")


def judge_as_nobody(site: Site, unprivileged: Callable[[Callable[[], Judged]], Judged]) -> Judged:
    document = site.root / "Platform/My-Workspaces/W.json"
    return unprivileged(lambda: site.judge(document))


@pytest.mark.parametrize(("file", "folder"), [(0o000, 0o755), (0o644, 0o000)])
def test_a_file_that_this_user_may_not_read_makes_the_engine_sign_with_the_path(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], Judged]], Judged], file: int, folder: int
) -> None:  # fmt: skip
    """The second row: no right to enter a folder on the way."""
    site = Site(anyones_folder / "superalgos")
    (site.root / "My-Secrets").chmod(0o777)
    (site.root / VAULT).chmod(0o666)
    site.put("closed/k.pem", private_pem(rsa_key()), mode=file).parent.chmod(folder)
    site.workspace(*trading(key("closed/k.pem"))).chmod(0o644)
    for folder_name in ("", "Platform", "Platform/My-Workspaces"):
        (site.root / folder_name).chmod(0o755)
    give_to_nobody(site.root)  # who asks is the user that runs the platform
    judged = judge_as_nobody(site, unprivileged)
    assert judged.errors == ["file-unreadable"]
    assert (judged.key.signing, judged.key.usable, judged.task.ready) == ("hmac", False, False)
    assert judged.key.secret.kind == "path"
    (site.root / "closed").chmod(0o700)


SECRETS = {
    "kraken": b64encode(bytes(range(7, 71))).decode(),
    "kucoin": "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2",
    "bitfinex": "hT5rW9qLz0XcVbN2mKjP8sDf4gYuE6iOa1RtQw3ZxCv",
    "okx": "0A1B2C3D4E5F60718293A4B5C6D7E8F9",
    "gemini": "2qGT9kfDYBMfQ4k1xwXnBp3iVY1z",
}


@pytest.mark.parametrize("exchange", SECRETS)
def test_a_secret_as_the_exchange_hands_it_out_is_no_path_and_is_never_shown(site: Site, exchange: str) -> None:
    name = "account-" + API_KEY if exchange == "gemini" else API_KEY
    judged = site.trade(key(SECRETS[exchange], name, password="passphrase"), code_name=exchange)
    assert judged.errors == []
    assert (judged.key.secret.kind, judged.key.signing, judged.key.usable) == ("inline", "hmac", True)
    assert SECRETS[exchange] not in repr(judged.report)


def test_a_base64_secret_that_begins_with_a_slash_is_no_path_below_the_root_folder(site: Site) -> None:
    for start in (b"\xfc", b"\xff\xff"):
        text = b64encode(start + random.Random(3).randbytes(64 - len(start))).decode()
        assert text.startswith("/")
        judged = site.trade(key(text), code_name="kraken")
        assert (judged.errors, judged.key.secret.kind, judged.key.usable) == ([], "inline", True)


def test_random_base64_is_hardly_ever_taken_for_a_path() -> None:
    numbers = random.Random(1)
    texts = [b64encode(numbers.randbytes(length)).decode() for length in (32, 33, 48, 63, 64, 66) for _ in range(500)]
    taken = [text for text in texts if is_spelled_like_path(text)]
    assert len(taken) <= 3
    assert not [text for text in taken if text.endswith("=")]


@pytest.mark.parametrize(
    "path",
    [
        "/home/trader/Superalgos2024Keys/binance",
        "/Users/JohnDoe/Documents/BinanceKeyRSA2048",
        "home/pi/superalgos/keys/binancersa",
        "/opt/SuperalgosMySecrets/BinanceRsaKey1",
        "/mnt/c/Users/Trader/Desktop/keys/private",
        "./k", "../k", "~", "~/k", "k.pem", "C:\\k.pem", "C:k.pem", "\\\\server\\share\\k", "keys/k", "$HOME/k",
        "%APPDATA%\\k",
        "file:///k", '"/k/key"', " /k/key ", "k.key", "binance.txt",
    ],
)  # fmt: skip
def test_the_words_of_a_path_are_no_secret_wherever_it_should_lie(path: str) -> None:
    assert is_spelled_like_path(path)


@pytest.mark.parametrize(
    "text", [HMAC_SECRET, string.ascii_letters, "0" * 64, "a-b-c", "k+/" + "aB3" * 11, "PRIVATE KEY/x"]
)
def test_what_has_no_mark_of_a_path_is_none(text: str) -> None:
    assert not is_spelled_like_path(text)
