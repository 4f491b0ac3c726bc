"""The key file as a file, and the installation around it."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from installations import KEY_FILE, Site, key, trading
from key_samples import PKCS1, private_pem, public_pem, rsa_key
from platforms import platform_at


@pytest.mark.parametrize(
    ("mode", "warned"),
    [(0o600, False), (0o400, False), (0o700, False), (0o640, True), (0o644, True), (0o604, True), (0o620, True)],
)
def test_others_must_have_no_rights_on_a_key_file(site: Site, mode: int, warned: bool) -> None:
    site.put_key().chmod(mode)
    judged = site.trade(key())
    assert (judged.errors, judged.warnings) == ([], ["file-permissions"] if warned else [])
    if warned:
        fix = judged.finding("file-permissions").fix
        assert fix is not None
        assert fix.applicability == "safe"
        subprocess.run(shlex.split(fix.title), check=True)
        assert site.trade(key()).warnings == []


def test_the_mode_of_a_link_is_that_of_its_target(site: Site) -> None:
    target = site.put_key("My-Secrets/it's the key.pem")
    (site.root / KEY_FILE).symlink_to(target)
    assert site.trade(key()).warnings == []
    target.chmod(0o644)
    fix = site.trade(key()).finding("file-permissions").fix
    assert fix is not None
    subprocess.run(shlex.split(fix.title), check=True)
    assert target.stat().st_mode & 0o777 == 0o600


def test_outside_the_installation_the_mode_is_for_the_user_to_change(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "k.pem"
    file.write_bytes(private_pem(rsa_key()))
    file.chmod(0o644)
    fix = site.trade(key(str(file))).finding("file-permissions").fix
    assert fix is not None
    assert (fix.title, fix.applicability) == (f"chmod 600 {file}", "display")


@pytest.mark.parametrize(("text", "warned"), [("what to know\n" * 20, False), ("Zy9Xw8Vu" * 8, True), ("{}", False)])
def test_only_a_secret_is_to_be_closed_to_others(site: Site, text: str, warned: bool) -> None:
    site.put(KEY_FILE, text, mode=0o644)
    assert ("file-permissions" in site.trade(key()).warnings) == warned


def test_a_public_key_may_be_read_by_all(site: Site) -> None:
    site.put(KEY_FILE, public_pem(rsa_key()), mode=0o644)
    assert site.trade(key()).warnings == []


def test_copies_beside_the_key_are_named(site: Site) -> None:
    site.put_key()
    for name in ("k.pem~", "k.pem.bak", "copy of k.pem"):
        site.put(f"My-Secrets/{name}", private_pem(rsa_key()))
    site.put("My-Secrets/k-old.pem", private_pem(rsa_key(), PKCS1))
    site.put_key("My-Secrets/other.pem", number=1)
    judged = site.trade(key())
    assert (judged.errors, judged.warnings) == ([], ["file-copies"])
    assert judged.finding("file-copies").message.endswith(": copy of k.pem, k-old.pem, k.pem.bak and 1 more")


def test_a_public_half_of_another_key_is_told(site: Site) -> None:
    site.put_key()
    site.put("My-Secrets/k.pub.pem", public_pem(rsa_key(number=1)))
    judged = site.trade(key())
    assert (judged.errors, judged.warnings, judged.key.usable) == ([], ["public-key-mismatch"], True)
    site.put("My-Secrets/k.pub.pem", public_pem(rsa_key()))
    assert site.trade(key()).warnings == []


def test_a_key_in_a_git_work_tree(site: Site) -> None:
    site.put_key()
    subprocess.run(["git", "init", "-q", site.root], check=True)
    assert site.trade(key()).warnings == ["file-in-git"]
    site.put(".gitignore", "My-Secrets/\n")
    assert site.trade(key()).warnings == []
    subprocess.run(["git", "-C", site.root, "add", "-f", KEY_FILE], check=True)
    judged = site.trade(key())
    assert (judged.warnings, judged.key.usable) == (["file-in-git"], True)
    assert "tracked" in judged.finding("file-in-git").message


def test_a_running_platform_is_told_except_before_a_start(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put_key()
    document = site.workspace(*trading(key()))
    with platform_at(site.root, monkeypatch):
        judged = site.judge(document)
        assert (judged.errors, judged.warnings) == ([], ["platform-running"])
        assert judged.report.installation.platform_running
        assert site.judge(document, before_start=True).warnings == []
    assert not site.judge(document).report.installation.platform_running
