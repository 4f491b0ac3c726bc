"""Root may read everything, and the platform's user may not: the verdict is that user's, whoever asks."""

from __future__ import annotations

import http.server
import json
import os
import pwd
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import NOBODY, absent
from installations import KEY_FILE, VAULT, Site, entry, key, trading
from key_samples import private_pem, rsa_key
from watcher.watched import watching

from attack.limits import attacked
from attack.users import OTHER, TRADER, as_root, check, check_as, errors, give, installation_of_the_trader, run_as
from superalgos_rsa.files.rights import user_of
from superalgos_rsa.superalgos import environment, installation
from superalgos_rsa.validator.report import Report

pytestmark = as_root


@pytest.fixture
def site() -> Iterator[Site]:
    with installation_of_the_trader() as site:
        yield site


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
        os.chdir(root)
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
    with platform_of(OTHER, site.root) as port:
        monkeypatch.setattr(environment, "HTTP_PORT", port)
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
