"""An empty installation for every test of the rules."""

from pathlib import Path

import pytest
from installations import Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Apart from the folder the tests are started in, and from what the environment says of another installation."""
    for name in ("SUPERALGOS_ROOT", "DATA_PATH"):
        monkeypatch.delenv(name, raising=False)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return Site(tmp_path / "superalgos")
