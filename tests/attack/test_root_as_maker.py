"""What root makes in somebody's installation is that user's; in a home that it was lent it makes nothing."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from installations import API_KEY, Site, key, trading

from attack.limits import attacked
from attack.users import TRADER, as_root, give, installation_of_the_trader, run_as
from superalgos_rsa.files.journal import state_folder

pytestmark = as_root


@pytest.fixture
def site() -> Iterator[Site]:
    with installation_of_the_trader() as site:
        yield site


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
