"""No advice on a path of Windows names a mode, `chmod` or `chown`, which say and do nothing there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from typing import cast

import pytest
from installations import Site, key

from superalgos_rsa.files import modes
from superalgos_rsa.files.changes import Change
from superalgos_rsa.fixer.diff import of_change
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.vault import VaultState
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.validator import validate

SECRETS, KEY = r"C:\Superalgos\My-Secrets", r"C:\Superalgos\My-Secrets\k.pem"
POSIX_WORDS = ("chmod", "chown", "mode", " -m", "700", "600")


def _secrets_on_windows(all_facts: Facts, state: VaultState) -> Facts:
    assert all_facts.installation is not None
    secrets = cast(Path, PureWindowsPath(SECRETS))
    installation: Installation = replace(all_facts.installation, secrets=secrets)
    return replace(all_facts, installation=installation, vault=replace(all_facts.vault, state=state))


def _no_folder(all_facts: Facts) -> Facts:
    return _secrets_on_windows(all_facts, "no-folder")


def _no_access(all_facts: Facts) -> Facts:
    return _secrets_on_windows(all_facts, "no-access")


def _unreadable(all_facts: Facts) -> Facts:
    def changed(found: KeyFacts) -> KeyFacts:
        assert found.path is not None
        return replace(found, path=replace(found.path, status="unreadable", resolved=KEY, content=None))

    return all_facts.with_keys(changed)


@pytest.mark.parametrize(
    ("rule", "on_windows", "names"),
    [
        ("vault-directory-missing", _no_folder, ("mkdir", SECRETS)),
        ("vault-directory-missing", _no_access, ("Properties, Security",)),
        ("file-unreadable", _unreadable, ("Properties, Security", KEY)),
    ],
)
def test_the_advice_is_one_that_windows_knows(
    site: Site, rule: str, on_windows: Callable[[Facts], Facts], names: tuple[str, ...]
) -> None:
    site.put_key()
    if rule == "vault-directory-missing":
        shutil.rmtree(site.root / "My-Secrets")
    all_facts = on_windows(site.keep(key()).all_facts)
    (finding,) = (found for found in validate(all_facts).findings if found.rule == rule)
    assert finding.fix is not None
    assert [name for name in names if name not in finding.fix.title] == []
    assert [word for word in POSIX_WORDS if word in finding.fix.title] == []


@pytest.mark.parametrize(
    ("path", "line"),
    [("/srv/Superalgos/My-Secrets", "new folder, mode 0700"), (SECRETS, "new folder"), (r"\\nas\S", "new folder")],
)
def test_a_new_folder_has_a_mode_only_where_modes_are_kept(path: str, line: str) -> None:
    assert list(of_change(Change(path, folder=True)))[-1] == line


@pytest.mark.parametrize(
    ("path", "kept"), [("/srv/k.pem", True), (KEY, False), ("C:/keys/k.pem", False), (r"\\nas\share\k.pem", False)]
)
def test_a_path_tells_whether_modes_are_kept(path: str, kept: bool) -> None:
    assert modes.are_kept(path) is kept
