"""An update that cannot be made whole changes nothing."""

import os
from pathlib import Path
from typing import Any

import pytest
from workspaces import entry, key, with_keys

from config.updating import NEW, apply_update, plan_of, write, write_vault
from superalgos_rsa.config import PlannedUpdate
from superalgos_rsa.errors import ConflictError, SuperalgosRsaError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.superalgos.installation import Installation


def _both(installation: Installation) -> tuple[Path, Path, PlannedUpdate]:
    path = write(installation, with_keys(key("a", "own", id="k")))
    vault = write_vault(installation, entry("a", "old"))
    plan = plan_of(path, "k", NEW, installation)
    assert [change.path for change in plan.changes] == [str(vault), str(path)]
    return path, vault, plan


def test_when_the_document_changed_meanwhile_the_vault_is_taken_back(installation: Installation) -> None:
    path, vault, plan = _both(installation)
    before = vault.read_bytes()
    path.write_text("saved by the platform meanwhile")
    with pytest.raises(ConflictError):
        apply_update(plan)
    assert path.read_text() == "saved by the platform meanwhile"
    assert vault.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="a FIFO is POSIX's")
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_when_the_document_is_no_file_any_more_the_vault_is_taken_back(installation: Installation, make: Any) -> None:
    path, vault, plan = _both(installation)
    before = vault.read_bytes()
    path.unlink()
    make(path)
    with pytest.raises(SuperalgosRsaError):
        apply_update(plan)
    assert vault.read_bytes() == before
    assert [left.name for left in installation.secrets.iterdir()] == [vault.name]


def test_when_the_document_cannot_be_written_the_vault_is_taken_back(installation: Installation) -> None:
    """Its name leaves no room for the file that is written beside it."""
    path = write(installation, with_keys(key("a", "own", id="k")), "x" * 245 + ".json")
    vault = write_vault(installation, entry("a", "old"))
    before = path.read_bytes(), vault.read_bytes()
    plan = plan_of(path, "k", NEW, installation)
    with pytest.raises(SuperalgosRsaError, match="cannot write"):
        apply_update(plan)
    assert (path.read_bytes(), vault.read_bytes()) == before
    assert [left.name for left in installation.workspaces.iterdir()] == [path.name]


def test_when_the_vault_changed_meanwhile_nothing_is_written(installation: Installation) -> None:
    path, vault, plan = _both(installation)
    before = path.read_bytes()
    vault.write_text("[]")
    with pytest.raises(ConflictError):
        apply_update(plan)
    assert (path.read_bytes(), vault.read_text()) == (before, "[]")


def test_a_plan_shows_no_bytes() -> None:
    assert "CANARY" not in repr(PlannedUpdate((Change("path", b"CANARY", b"CANARY"),), (), ()))
