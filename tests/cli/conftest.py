"""Installations to run commands on, and the call of a command."""

import http.server
import io
import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from cli.command_line import FOREIGN, Ended
from superalgos_rsa.cli import main
from superalgos_rsa.superalgos import demo_installation, installation


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


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    demo_installation.build(folder, "1.6.1", "2.7.62")  # on which a good RSA key brings no warning
    return folder


@pytest.fixture
def broken(built: Path, tmp_path: Path) -> Path:
    """A Superalgos folder whose five tasks have five broken keys."""
    return Path(shutil.copytree(built, tmp_path / "Superalgos"))


@pytest.fixture
def green(broken: Path, call: Call) -> Path:
    """The same folder with every key mended by `set`."""
    for mistake in demo_installation.MISTAKES:
        values = ["--code-name", mistake.code_name] if mistake.code_name else []
        secret = ["--secret", mistake.secret or demo_installation.KEY_FILE]
        workspace = broken / demo_installation.WORKSPACE
        assert call("--root", broken, "set", workspace, mistake.name, *values, *secret).code == 0
    return broken


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is no part of a Superalgos folder, made the current one."""
    folder = tmp_path / "outside"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Lets a platform answer that says it runs from the given folder."""
    told: list[str] = []

    class Platform(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"BASE_PATH": told[-1]}).encode())

        def log_message(self, *_: object) -> None:
            pass

    def start(root: Path) -> None:
        told.append(str(root))
        monkeypatch.setattr(installation, "platform_is_running", lambda root: asked(root, server.server_port))

    asked = installation.platform_is_running
    with http.server.HTTPServer(("127.0.0.1", 0), Platform) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield start
        server.shutdown()
        thread.join()
