"""Root may read everything, and the platform's user may not: the verdict is that user's, and so is what root makes."""

from __future__ import annotations

import http.server
import json
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import NOBODY, absent
from installations import API_KEY, KEY_FILE, VAULT, Site, entry, key, trading
from keys import private_pem, rsa_key
from watching.watched import watching

from attack.limits import attacked
from attack.users import OTHER, TRADER, as_root, run_as
from superalgos_rsa import installation
from superalgos_rsa.journal import state_folder
from superalgos_rsa.report import Report
from superalgos_rsa.rights import user_of

pytestmark = as_root
Give = Callable[..., None]


@pytest.fixture
def site() -> Iterator[Site]:
    """An installation of the trader's with one good key, in a folder that everybody can enter."""
    folder = Path(tempfile.mkdtemp(prefix="superalgos-rsa-test-"))
    folder.chmod(0o755)
    site = Site(folder / "superalgos")
    site.put_key()
    site.workspace(*trading(key()))
    give(site.root)
    yield site
    shutil.rmtree(folder)


def give(root: Path, uid: int = TRADER) -> None:
    for path in (root, *root.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)


def check(site: Site, *words: str) -> dict[str, Any]:
    answer = attacked(["--root", str(site.root), "check", "--format", "json", *words])
    assert answer.holds, answer
    report: dict[str, Any] = json.loads(answer.out)
    report["exit"] = answer.code
    return report


def check_as(uid: int, site: Site) -> dict[str, Any]:
    ended = run_as(uid, "--root", site.root, "check", "--format", "json", cwd=site.root)
    report = ended.report
    report["exit"] = ended.code
    return report


def errors(report: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in report["findings"] if finding["severity"] == "error"]


# --- The verdict ------------------------------------------------------------------------------------------------------


def test_the_report_names_the_user_whose_rights_were_judged(site: Site) -> None:
    report = check(site)
    assert (report["installation"]["user"], report["installation"]["asked_by"]) == (str(TRADER), "root")
    assert (report["exit"], report["keys"][0]["usable"]) == (0, True)
    give(site.root, NOBODY)
    assert check(site)["installation"]["user"] == pwd.getpwuid(NOBODY).pw_name
    text = attacked(["--root", str(site.root), "check"]).out
    assert f"Judged with the rights of {pwd.getpwuid(NOBODY).pw_name}, who owns the installation" in text
    own = check_as(NOBODY, site)
    assert own["installation"]["user"] == own["installation"]["asked_by"] == pwd.getpwuid(NOBODY).pw_name
    give(site.root, 0)
    assert "Judged with" not in attacked(["--root", str(site.root), "check"]).out


def open_to_others(site: Site) -> None:
    """All but the key itself."""
    for name in (VAULT, "Platform/My-Workspaces/W.json", "package.json", "package-lock.json"):
        (site.root / name).chmod(0o644)
    (site.root / "My-Secrets").chmod(0o755)


def closed_file(site: Site) -> None:
    os.chown(site.root / KEY_FILE, 0, 0)


def closed_folder(site: Site) -> None:
    os.chown(site.root / "My-Secrets", 0, 0)
    (site.root / "My-Secrets").chmod(0o700)
    os.chown(site.root / VAULT, 0, 0)


def closed_by_a_list(site: Site) -> None:
    """An entry of its own takes from the trader what everybody else has."""
    import struct

    path = site.root / KEY_FILE
    os.chown(path, 0, 0)
    path.chmod(0o644)
    nobody = 2**32 - 1
    entries = ((0x01, 6, nobody), (0x02, 0, TRADER), (0x04, 4, nobody), (0x10, 4, nobody), (0x20, 4, nobody))
    data = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(path, "system.posix_acl_access", data)
    except OSError:
        absent("this file system keeps no access lists")


def behind_a_link(site: Site) -> None:
    """The link is the trader's, what it leads through is not."""
    folder = site.root.parent / "roots"
    folder.mkdir(mode=0o700)
    (site.root / KEY_FILE).rename(folder / "k.pem")
    (site.root / KEY_FILE).symlink_to(folder / "k.pem")


@pytest.mark.parametrize("close", [closed_file, closed_by_a_list, behind_a_link])
def test_a_key_that_the_platform_s_user_cannot_read_is_unreadable_whoever_asks(
    site: Site, close: Callable[[Site], None]
) -> None:
    open_to_others(site)
    close(site)
    for report in (check(site), check_as(TRADER, site), check_as(OTHER, site)):
        assert (errors(report), report["exit"]) == (["file-unreadable"], 1)
        assert (report["keys"][0]["usable"], report["keys"][0]["signing"]) == (False, "hmac")


def test_the_remedy_for_root_gives_the_key_away_and_works(site: Site) -> None:
    closed_file(site)
    (finding,) = (f for f in check(site)["findings"] if f["rule"] == "file-unreadable")
    assert finding["fix"]["title"] == f"chown {TRADER} {site.root / KEY_FILE}"
    subprocess.run(shlex.split(finding["fix"]["title"]), check=True)
    assert check(site)["exit"] == 0


@pytest.mark.parametrize("target", ["/etc/shadow", "outside"])
def test_nothing_but_a_key_of_the_installation_is_ever_to_be_given_away(site: Site, target: str) -> None:
    outside = site.root.parent / "outside"
    outside.write_bytes(private_pem(rsa_key()))
    outside.chmod(0o600)
    site.workspace(*trading(key(target if target.startswith("/") else str(outside))))
    give(site.root)
    (finding,) = (f for f in check(site)["findings"] if f["rule"] in ("file-unreadable", "file-not-judged"))
    assert not finding["fix"]["title"].startswith("chown")


def test_rights_that_a_group_gives_count(site: Site) -> None:
    """A user of the system's list, with the groups that the list gives it."""
    known = next((e for e in pwd.getpwall() if e.pw_uid not in (0, NOBODY) and e.pw_gid != 0), None)
    if known is None:
        absent("this system has no other user")
    give(site.root, known.pw_uid)
    path = site.root / KEY_FILE
    os.chown(path, 0, known.pw_gid)
    path.chmod(0o640)
    report = check(site)
    assert (errors(report), report["keys"][0]["usable"]) == ([], True)
    # To close it to others would close it to the platform.
    (finding,) = (f for f in report["findings"] if f["rule"] == "file-permissions")
    assert finding["fix"]["applicability"] == "display"
    assert attacked(["--root", str(site.root), "fix", "--apply"]).holds
    assert check(site)["keys"][0]["usable"] is True
    path.chmod(0o600)
    assert errors(check(site)) == ["file-unreadable"]


def test_to_close_a_key_that_another_user_owns_is_no_remedy(site: Site) -> None:
    """Its reader cannot do it, and root would close it to its reader."""
    os.chown(site.root / KEY_FILE, OTHER, OTHER)
    (site.root / KEY_FILE).chmod(0o644)
    for report in (check_as(TRADER, site), check(site)):
        (finding,) = (f for f in report["findings"] if f["rule"] == "file-permissions")
        assert (finding["fix"]["applicability"], "chown" in finding["fix"]["title"]) == ("display", True)
        assert report["keys"][0]["usable"] is True


def test_a_watch_follows_rights_and_owners(site: Site) -> None:
    def usable(*wanted: bool | None) -> Callable[[Report], bool]:
        return lambda report: bool(report.keys) and report.keys[0].usable in wanted

    with watching(site.root) as watched:
        assert watched.report.installation.user == str(TRADER)
        watched.wait_until(usable(True))
        closed_file(site)
        watched.wait_until(usable(False))
        os.chown(site.root, 0, 0)
        report = watched.wait_until(usable(True))
        assert report.installation.user == "root"
        os.chown(site.root, TRADER, TRADER)
        watched.wait_until(usable(False))
        os.chown(site.root / KEY_FILE, TRADER, TRADER)
        watched.wait_until(usable(True))
        assert watched.warnings == []


def test_a_platform_that_runs_as_root_reads_everything(site: Site) -> None:
    closed_file(site)
    give(site.root, 0)
    report = check(site)
    assert (report["installation"]["user"], report["keys"][0]["usable"]) == ("root", True)


def test_a_key_that_whoever_asks_cannot_see_is_not_judged(site: Site) -> None:
    """The trader may read it; another user may not, and promises nothing."""
    open_to_others(site)
    report = check_as(OTHER, site)
    assert errors(report) == ["file-not-judged"]
    assert (report["keys"][0]["usable"], report["tasks"][0]["ready"], report["exit"]) == (None, False, 3)
    ended = run_as(OTHER, "--root", site.root, "preflight", cwd=site.root)
    assert ended.code == 3
    assert check_as(TRADER, site)["exit"] == 0


def test_a_vault_that_whoever_asks_cannot_see_is_not_judged(site: Site) -> None:
    site.vault(entry(KEY_FILE))
    site.workspace(*trading(key("")))
    open_to_others(site)
    (site.root / "My-Secrets").chmod(0o700)
    give(site.root)
    report = check_as(OTHER, site)
    assert set(errors(report)) <= {"vault-invalid", "document-unreadable"}
    assert (report["keys"][0]["usable"], report["tasks"][0]["ready"], report["exit"]) == (None, False, 3)
    assert report["documents"][0]["loads"] is None
    assert check_as(TRADER, site)["exit"] == 0


@pytest.mark.parametrize(("name", "rule"), [(VAULT, "vault-invalid"), ("My-Secrets", "vault-invalid")])
def test_a_vault_that_the_platform_s_user_cannot_read_ends_the_platform(site: Site, name: str, rule: str) -> None:
    os.chown(site.root / name, 0, 0)
    report = check(site)
    assert rule in errors(report)
    assert (report["tasks"][0]["ready"], report["documents"][0]["loads"]) == (False, False)
    assert rule in errors(check_as(TRADER, site))


def test_a_vault_that_the_platform_s_user_cannot_make_ends_the_platform(site: Site) -> None:
    (site.root / VAULT).unlink()
    os.chown(site.root / "My-Secrets", 0, 0)
    (site.root / "My-Secrets").chmod(0o755)
    assert "vault-directory-missing" in errors(check(site))
    assert "vault-directory-missing" in errors(check_as(TRADER, site))


def test_a_workspace_that_the_platform_s_user_cannot_read_is_not_ready(site: Site) -> None:
    document = site.root / "Platform/My-Workspaces/W.json"
    os.chown(document, 0, 0)
    report = check(site)
    assert errors(report) == ["document-unreadable"] == errors(check_as(TRADER, site))
    assert not report["summary"]["ready"]


# --- The user of the running platform ---------------------------------------------------------------------------------


@contextmanager
def platform_of(uid: int, root: Path) -> Iterator[int]:
    """A program of that user's which answers as the platform does; its port."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)

        class Platform(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the library's name
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"BASE_PATH": str(root)}).encode())

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the library's name
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Platform)
        os.write(write_end, str(server.server_address[1]).encode())
        os.close(write_end)
        server.serve_forever(0.01)
    os.close(write_end)
    with open(read_end) as stream:
        port = int(stream.read())
    try:
        yield port
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells whose a port is")
def test_the_user_of_the_running_platform_comes_before_the_owner(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = installation.platform_is_running
    with platform_of(OTHER, site.root) as port:
        monkeypatch.setattr(installation, "HTTP_PORT", port)
        monkeypatch.setattr(installation, "platform_is_running", lambda root: ask(root, port))
        judged = site.judge()
        assert judged.report.installation.platform_running
        assert judged.report.installation.user == str(OTHER)
        assert judged.errors == ["document-unreadable", "vault-invalid"]
        found = installation.open_installation(site.root, {})
        assert (found.user, found.other_user) == (user_of(OTHER), user_of(OTHER))
    assert site.judge().report.installation.user == str(TRADER)


def test_what_run_starts_is_judged_for_the_caller(site: Site) -> None:
    """It becomes the platform, and reads what the caller reads."""
    closed_file(site)
    answer = attacked(["--root", str(site.root), "run", "--", "true"])
    assert answer.code == 0, answer
    assert run_as(TRADER, "--root", site.root, "run", "--", "true", cwd=site.root).code == 1


# --- What root makes --------------------------------------------------------------------------------------------------


def owners(root: Path) -> set[int]:
    return {path.lstat().st_uid for path in (root, *root.rglob("*"))}


def mine(site: Site) -> None:
    """The installation before anything was made in it."""
    shutil.rmtree(site.root / "My-Secrets")


def test_the_keys_that_root_makes_are_the_owner_s(site: Site, tmp_path: Path) -> None:
    mine(site)
    for words in (["keygen", "k"], ["convert", "My-Secrets/k.pem"], ["keygen", "other"]):
        answer = attacked(["--root", str(site.root), *words], cwd=site.root)
        assert answer.code == 0, answer
    made = {path.name: path.stat() for path in (site.root / "My-Secrets").iterdir()}
    assert made.keys() == {"k.pem", "k.pub.pem", "k.pkcs8.pem", "other.pem", "other.pub.pem"}
    assert {status.st_mode & 0o777 for name, status in made.items() if ".pub" not in name} == {0o600}
    assert (site.root / "My-Secrets").stat().st_mode & 0o777 == 0o700
    assert owners(site.root) == {TRADER}


def test_what_setup_and_fix_make_for_root_is_the_owner_s(site: Site) -> None:
    mine(site)
    site.workspace(*trading(key("", code_name="")))
    give(site.root)
    words = ["setup", "Platform/My-Workspaces/W.json", "--name", "k", "--code-name", API_KEY]
    answer = attacked(["--root", str(site.root), *words], cwd=site.root)
    assert answer.code == 0, answer
    assert owners(site.root) == {TRADER}
    mine(site)
    answer = attacked(["--root", str(site.root), "fix", "--apply"])
    assert (site.root / "My-Secrets").is_dir(), answer
    assert owners(site.root) == {TRADER}


def test_a_report_that_root_writes_into_the_installation_is_the_owner_s(site: Site) -> None:
    answer = attacked(["--root", str(site.root), "check", "--output-file", str(site.root / "report.txt")])
    assert answer.code == 0, answer
    assert owners(site.root) == {TRADER}


def test_a_link_in_the_owner_s_place_leads_root_nowhere(site: Site, tmp_path: Path) -> None:
    """Where the owner could not write, root does not write for the owner."""
    mine(site)
    closed = site.root.parent / "closed"
    closed.mkdir(mode=0o755)
    (site.root / "My-Secrets").symlink_to(closed)
    answer = attacked(["--root", str(site.root), "keygen", "k"])
    assert answer.code == 2, answer
    assert list(closed.iterdir()) == []


def test_a_service_user_s_folder_in_root_s_installation_stays_that_user_s(site: Site) -> None:
    give(site.root, 0)
    give(site.root / "My-Secrets", TRADER)
    assert attacked(["--root", str(site.root), "keygen", "new"]).code == 0
    assert owners(site.root / "My-Secrets") == {TRADER}


def test_a_folder_that_root_left_behind_is_told(site: Site) -> None:
    os.chown(site.root / "My-Secrets", 0, 0)
    (site.root / "My-Secrets").chmod(0o700)
    answer = attacked(["--root", str(site.root), "keygen", "new"])
    assert answer.code == 2
    assert "Permission denied" in answer.err


# --- A home that root was lent ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["check"], ["show"], ["preflight"], ["fix", "--apply"], ["set"], ["undo"]])
def test_root_leaves_nothing_in_a_folder_that_it_was_lent(site: Site, words: list[str]) -> None:
    lent, own = site.root.parent / "lent", site.root.parent / "own"
    for folder in (lent, own):
        folder.mkdir()
    give(lent)
    if words == ["set"]:
        words = ["set", str(site.root / "Platform/My-Workspaces/W.json"), "Key", "--code-name", "Qw2rT5yU" * 8]
    environment = {"XDG_STATE_HOME": str(lent), "HOME": str(own)}
    answer = attacked(["--root", str(site.root), *words], environment=environment)
    assert answer.holds, answer
    assert list(lent.rglob("*")) == []
    assert owners(lent) == {TRADER}
    assert owners(own) == {0}


def test_of_a_home_that_root_was_lent_it_takes_its_own(site: Site) -> None:
    """As `sudo` does where it keeps HOME."""
    give(site.root)
    own = Path(pwd.getpwuid(0).pw_dir, ".local/state/superalgos-rsa")
    assert state_folder({"HOME": str(site.root)}) == own
    assert state_folder({"HOME": str(site.root / "not/yet/there")}) == own
    assert state_folder({}) == own
    assert state_folder({"HOME": str(site.root.parent)}) == site.root.parent / ".local/state/superalgos-rsa"


def test_a_user_s_own_state_is_that_user_s(site: Site) -> None:
    home = site.root.parent / "home"
    home.mkdir()
    give(home)
    assert run_as(TRADER, "--root", site.root, "check", cwd=site.root, HOME=str(home)).code == 0
    assert (home / ".local/state/superalgos-rsa/fingerprints.json").is_file()
    assert owners(home) == {TRADER}


@pytest.mark.parametrize(
    ("words", "code"),
    [(["check"], 0), (["preflight"], 0), (["show"], 0), (["run", "--", "true"], 0), (["fix"], 2), (["undo"], 2)],
)
def test_a_user_without_a_home_and_without_a_name_is_judged_all_the_same(
    site: Site, words: list[str], code: int
) -> None:
    ended = run_as(TRADER, "--root", site.root, *words, cwd=site.root)
    assert ended.code == code, ended
    assert ended.err == "" or words[0] == "run" or "XDG_STATE_HOME names a folder" in ended.err
