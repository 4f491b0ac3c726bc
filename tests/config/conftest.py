"""An installation to write keys into."""

from pathlib import Path

import pytest

from superalgos_rsa.superalgos.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A data-only installation with an empty `My-Secrets`."""
    workspaces = tmp_path / "Platform" / "My-Workspaces"
    workspaces.mkdir(parents=True)
    (tmp_path / "My-Secrets").mkdir()
    return Installation(tmp_path, workspaces, tmp_path / "My-Secrets", None, None)
