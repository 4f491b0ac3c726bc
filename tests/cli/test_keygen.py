"""`keygen` makes a pair or nothing, and only one that the exchange and the engine take."""

import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import click
import pytest
from conftest import absent
from installations import Site
from windows_programs import USER, Windows

from cli.command_line import AS_ON_WINDOWS, process
from cli.conftest import Call
from superalgos_rsa.cli import cli, keygen
from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.keys.keypair import make, public_half

PRIVATE, PUBLIC = "My-Secrets/binance-rsa.pem", "My-Secrets/binance-rsa.pub.pem"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "Superalgos")
    shutil.rmtree(site.root / "My-Secrets")
    return site


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def _with_umask(mask: str) -> list[str]:
    return ["sh", "-c", f'umask {mask}; exec "$@"', "sh"]


@pytest.mark.slow
@pytest.mark.parametrize("mask", ["000", "022", "077", "277"])
def test_modes_are_the_same_under_every_umask(site: Site, mask: str) -> None:
    folder = site.root / "My-Secrets"
    if mask == "277":
        folder.mkdir(0o700)
    assert process("keygen", cwd=site.root, before=_with_umask(mask)).code == 0
    assert _mode(site.root / PRIVATE) == 0o600
    assert _mode(site.root / PUBLIC) == 0o644
    assert _mode(folder) == 0o700


def test_a_folder_that_is_there_keeps_its_mode(site: Site, call: Call) -> None:
    (site.root / "My-Secrets").mkdir(0o755)
    assert call("--root", site.root, "keygen").code == 0
    assert _mode(site.root / "My-Secrets") == 0o755


def test_the_pair_is_what_binance_asks_for(site: Site, call: Call) -> None:
    ended = call("--root", site.root, "keygen")
    private, public = (site.root / PRIVATE).read_bytes(), (site.root / PUBLIC).read_text()
    facts = inspect(private)
    assert (facts.key_type, facts.key_bits, facts.pkcs1, facts.damage) == ("rsa", 2048, False, ())
    assert public_half(private).pem == public
    assert public.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert public in ended.out
    assert f"SHA-256 fingerprint: {facts.public_key_sha256}" in ended.out
    assert not any(line in ended.out + ended.err for line in private.decode().splitlines()[1:-1])


def test_the_steps_at_the_exchange_are_told_in_order(site: Site, call: Call) -> None:
    told = call("--root", site.root, "keygen").out
    steps = [
        "BEGIN PUBLIC",
        "API Management",
        "Self-generated",
        "Paste",
        "name",
        "Enable Spot & Margin Trading",
        "Copy",
    ]
    places = [told.index(step) for step in steps]
    assert places == sorted(places)
    program, name, *words = shlex.split(told.splitlines()[-1])
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    parent = click.Context(cli, **cli.context_settings)
    assert command.make_context(name, words, parent=parent).params["secret"] == PRIVATE
    assert program == "superalgos-rsa"


@pytest.mark.parametrize("taken", [PRIVATE, PUBLIC])
@pytest.mark.parametrize("what", ["file", "folder", "dangling link", "link"])
def test_what_is_there_is_never_overwritten_and_no_link_is_followed(
    site: Site, call: Call, taken: str, what: str
) -> None:
    path, target = site.root / taken, site.root / "elsewhere"
    path.parent.mkdir()
    if what == "file":
        path.write_text("mine")
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to(target)
        if what == "link":
            target.write_text("mine")
    ended = call("--root", site.root, "keygen")
    assert ended.code == 2
    assert "never overwritten" in ended.err
    assert _files(path.parent) == {path.name}
    assert target.exists() == (what == "link")
    assert (path.read_text() if what in ("file", "link") else "mine") == "mine"


@pytest.mark.parametrize(
    ("bits", "setting", "code"),
    [
        (2048, "", 0),
        (1024, "", 2),
        (2047, "", 2),
        (3072, "", 2),
        (4096, "", 2),
        (0, "", 2),
        (-1, "", 2),
        (10**9, "", 2),
        (4096, "accept_rsa_4096 = true", 0),
        (4096, "accept_rsa_4096 = false", 2),
        (3072, "accept_rsa_4096 = true", 2),
    ],
)
def test_a_size_that_binance_refuses_is_refused_with_the_reason(
    site: Site, call: Call, bits: int, setting: str, code: int
) -> None:
    site.put("superalgos-rsa.toml", setting)
    ended = call("--root", site.root, "keygen", "--bits", str(bits))
    assert ended.code == code
    if code:
        assert f"Binance refuses RSA keys of {bits} bits" in ended.err
        assert not (site.root / "My-Secrets").exists()
    else:
        assert inspect((site.root / PRIVATE).read_bytes()).key_bits == bits


@pytest.mark.parametrize(
    ("ccxt", "code"),
    [
        (None, 2),
        ("1.95.1", 2),
        ("2.7.62", 2),
        ("3.0.40", 2),
        ("4.1.18", 2),
        ("4.1.32", 0),
        ("4.5.59", 0),
        ("4.5.84", 0),
    ],
)
def test_ed25519_only_where_the_installed_ccxt_signs_with_it(
    tmp_path: Path, call: Call, ccxt: str | None, code: int
) -> None:
    site = Site(tmp_path / "Superalgos", ccxt)
    ended = call("--root", site.root, "keygen", "ed", "--type", "ed25519")
    assert ended.code == code
    assert (site.root / "My-Secrets/ed.pem").exists() == (code == 0)
    if code:
        assert (f"ccxt {ccxt}" if ccxt else "unknown version of ccxt") in ended.err


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", ".pem", ".hidden", "a/b", "/a", "../a", "a\\b", "-a", "a b", " a", "a ", "a\n", "a\x1b[2J",
        "a'b", "a$b", "C:a", "a*", "a.pub", "a.pub.pem", "a.", "a" * 61, "\udcff",
    ],
)  # fmt: skip
def test_a_name_that_is_no_plain_file_name_is_refused(site: Site, call: Call, name: str) -> None:
    ended = call("--root", site.root, "keygen", "--", name)
    assert (ended.code, ended.out) == (2, "")
    assert "NAME is a plain file name" in ended.err
    assert not (site.root / "My-Secrets").exists()


@pytest.mark.parametrize(
    ("name", "file"), [("my", "my"), ("my.pem", "my"), ("a.b-c_1", "a.b-c_1"), ("schlüssel", "schlüssel")]
)
def test_the_name_names_both_files(site: Site, call: Call, name: str, file: str) -> None:
    assert call("--root", site.root, "keygen", name).code == 0
    assert _files(site.root / "My-Secrets") == {f"{file}.pem", f"{file}.pub.pem"}


def test_two_names_never_share_a_file(site: Site, call: Call) -> None:
    assert call("--root", site.root, "keygen", "a").code == 0
    before = {path: path.read_bytes() for path in (site.root / "My-Secrets").iterdir()}
    assert call("--root", site.root, "keygen", "a.pem").code == 2
    assert {path: path.read_bytes() for path in (site.root / "My-Secrets").iterdir()} == before


@pytest.mark.parametrize(
    ("ignored", "warned"), [("", True), ("My-Secrets/\n", False), ("*.pem\n", False), (None, False)]
)
def test_a_git_work_tree_that_does_not_ignore_the_key_is_told(
    site: Site, call: Call, ignored: str | None, warned: bool
) -> None:
    git = shutil.which("git") or absent("there is no git to ask")
    if ignored is not None:
        subprocess.run([git, "init", "-q", site.root], check=True)
        site.put(".gitignore", ignored)
    ended = call("--root", site.root, "keygen")
    assert ended.code == 0
    assert ("lies in a git work tree and is not ignored" in ended.err) is warned


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [0, 1])
def test_a_disk_that_is_full_leaves_neither_half(site: Site, blocks: int, tmp_path: Path) -> None:
    """One block has room for the public half alone, none for neither."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    limit = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh"]
    variables = {"TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = process("keygen", cwd=site.root, before=limit, variables=variables)
    assert ended.code == 2
    assert "cannot write" in ended.err
    assert _files(site.root / "My-Secrets") == set()
    assert _files(temporary) == set()


@pytest.mark.parametrize(
    ("at", "error"),
    [*((at, error) for at in range(3) for error in (KeyboardInterrupt, MemoryError)), (0, OSError), (1, OSError)],
)
def test_an_interruption_at_any_write_leaves_neither_half(
    tmp_path: Path, at: int, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is synchronised, and then their folder: three places at which to be interrupted."""
    real, count = os.fsync, 0

    def fsync(descriptor: int) -> None:
        nonlocal count
        count += 1
        if count == at + 1:
            raise error
        real(descriptor)

    pair = make("ed25519")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises((SuperalgosRsaError, error)):
        keygen.write_pair(tmp_path / "My-Secrets" / "k.pem", pair)
    assert _files(tmp_path / "My-Secrets") == set()


def test_a_folder_that_nobody_may_write_is_told(site: Site, call: Call) -> None:
    site.put("My-Secrets", "no folder")
    ended = call("--root", site.root, "keygen")
    assert (ended.code, ended.out) == (2, "")
    assert "superalgos-rsa: error: " in ended.err


def test_nothing_private_lies_anywhere_else(site: Site, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    assert process("keygen", cwd=site.root, variables={"TMPDIR": str(temporary)}).code == 0
    body = (site.root / PRIVATE).read_bytes().splitlines()[3]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and body in path.read_bytes()] == [
        site.root / PRIVATE
    ]
    assert _files(temporary) == set()


def test_outside_an_installation_nothing_is_made(outside: Path, call: Call) -> None:
    assert call("keygen").code == 2
    assert _files(outside) == set()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows has its own programs for it")
@pytest.mark.parametrize("command", ["keygen", "convert"])
def test_on_windows_a_key_is_for_its_user_alone_or_a_warning_says_what_to_run(
    site: Site, tmp_path: Path, command: str
) -> None:
    windows, variables = Windows(tmp_path / "Windows"), {"SYSTEMROOT": str(tmp_path / "Windows")}
    words = ["keygen"] if command == "keygen" else ["convert", "My-Secrets/old.pem", "-o", PRIVATE]
    (site.root / "My-Secrets").mkdir()
    (site.root / "My-Secrets" / "old.pem").write_text(make("rsa").private.reveal())

    def made() -> str:
        ended = process(*words, cwd=site.root, variables=variables, program=AS_ON_WINDOWS)
        assert ended.code == 0
        assert inspect((site.root / PRIVATE).read_bytes()).kind == "private"
        return ended.err

    assert made() == ""
    assert windows.calls("icacls")[-1][1:] == [str(site.root / PRIVATE), "/inheritance:r", "/grant:r", f"*{USER}:F"]
    for name in (PRIVATE, PUBLIC):
        (site.root / name).unlink(missing_ok=True)
    windows.make("icacls", "exit 5")
    err = made()
    assert "warning: others may be able to read " in err
    assert f'icacls "{site.root / PRIVATE}" /inheritance:r /grant:r "*{USER}:F"' in err
