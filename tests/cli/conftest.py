"""Installations to run commands on, and the call of a command."""

import contextlib
import io
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from installations import Site, key, trading
from platforms import platform_at

from cli.command_line import FOREIGN, Ended
from superalgos_rsa.cli import main
from superalgos_rsa.superalgos import demo_installation


class Call(Protocol):
    def __call__(self, *words: str | Path, stdin: bytes = b"") -> Ended: ...


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs one command line in this process."""

    def call(*words: str | Path, stdin: bytes = b"") -> Ended:
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main([str(word) for word in words])
        return Ended(code, *capsys.readouterr())

    return call


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An installation whose one used key is a good one."""
    site = Site(tmp_path / "Superalgos")
    site.put_key()
    site.workspace(*trading(key()))
    return site


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    demo_installation.build(folder, "1.6.1", "2.7.62")  # on which a good RSA key brings no warning
    return folder


@pytest.fixture
def broken(built: Path, tmp_path: Path) -> Path:
    """A Superalgos folder whose five tasks have five broken keys."""
    return Path(shutil.copytree(built, tmp_path / "Superalgos"))


@pytest.fixture(scope="session")
def mended(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(built, tmp_path_factory.mktemp("mended") / "Superalgos"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        for mistake in demo_installation.MISTAKES:
            values = ["--code-name", mistake.code_name] if mistake.code_name else []
            secret = ["--secret", mistake.secret or demo_installation.KEY_FILE]
            workspace = str(root / demo_installation.WORKSPACE)
            assert main(["--root", str(root), "set", workspace, mistake.name, *values, *secret]) == 0
    return root


@pytest.fixture
def green(broken: Path, mended: Path) -> Path:
    """The same folder with every key mended by `set`."""
    return Path(shutil.copytree(mended, broken, dirs_exist_ok=True))


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is no part of a Superalgos folder, made the current one."""
    folder = tmp_path / "outside"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], object]]:
    """Lets a platform answer that says it runs from the given folder."""
    with contextlib.ExitStack() as stack:
        yield lambda root: stack.enter_context(platform_at(root, monkeypatch))
