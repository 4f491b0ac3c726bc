"""A journal in a private folder, and a folder whose files it changes."""

from pathlib import Path

import pytest

from superalgos_rsa.files.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "superalgos-rsa")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder
