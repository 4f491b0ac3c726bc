"""An installation to break and to mend, and the commands that are run on it."""

import io
import sys
from pathlib import Path

import pytest
from installations import Site

from fixer.calls import Call, Ended
from superalgos_rsa.cli import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("SUPERALGOS_ROOT", "DATA_PATH", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def site(tmp_path: Path, home: Path) -> Site:
    return Site(tmp_path / "superalgos")


@pytest.fixture
def call(site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs one command on the installation, in this process."""

    def call(*words: str | Path, stdin: str = "") -> Ended:
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = main(["--root", str(site.root), *map(str, words)])
        return Ended(code, *capsys.readouterr())

    return call
