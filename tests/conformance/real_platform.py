"""A real Superalgos, copied and asked over HTTP. Its port is fixed, so it has to run in a network of its own."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

PORT = 34248
_OWN = ("Platform", "Launch-Scripts", "Profile-Scripts")
_PATIENCE = 3.0


def copy(source: Path, root: Path) -> None:
    """An installation that shares with the source all that is only read."""
    root.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name in _OWN:
            shutil.copytree(entry, root / entry.name, ignore=shutil.ignore_patterns("My-*"))
        elif entry.is_file():
            shutil.copy(entry, root)
        elif entry.name not in ("My-Secrets", "Plugins"):
            (root / entry.name).symlink_to(entry.resolve())
    (root / "Plugins").mkdir()
    shutil.copy(source / "Plugins/project-plugin-map.json", root / "Plugins")


class Platform:
    """One process at a time; after its end the next question starts another one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._root: Path | None = None
        self.starts = 0

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ask(self, root: Path, path: str) -> str:
        """The status of the answer; `never` where none comes, `ended` where the process ends of it,
        or answers nobody any more."""
        self._start(root)
        answer = _get(path, _PATIENCE)
        if _get("/Environment", 30) == "200":
            if answer == "never":
                self.stop()  # a thread of it waits for ever
            return answer
        self.stop()
        return "ended"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _start(self, root: Path) -> None:
        if root != self._root:
            self.stop()
        if self._process is None:
            self.starts += 1
            self._root = root
            self._process = subprocess.Popen(
                ["node", "PlatformRoot.js", "noBrowser", "minMemo"],
                cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            while _get("/Environment", 1) != "200":
                assert self._process.poll() is None, "the platform does not start"
                time.sleep(0.02)


def _get(path: str, patience: float) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=patience)
    try:
        connection.putrequest("GET", path)
        connection.endheaders()
        response = connection.getresponse()
        response.read()
        return str(response.status)
    except TimeoutError:
        return "never"
    except (OSError, http.client.HTTPException):
        return "ended"
    finally:
        connection.close()


def requests(document: str) -> Iterator[str]:
    """The ways to ask for a document of an installation: as a browser spells its name, and as `unescape` reads it."""
    path = PurePosixPath(document)
    if path.parts[0] == "Plugins":
        _, project, folder, *rest = path.parts
        yield f"/LoadPlugin/{project}/{folder}/{_escaped('/'.join(rest)).replace('/', '%2F')}"
        return
    name = str(path.relative_to("Platform/My-Workspaces"))
    names = [name.removesuffix(".json")] if name.endswith(".json") else [name, str(PurePosixPath(name).with_suffix(""))]
    for each in names:
        yield f"/LoadMyWorkspace/{urllib.parse.quote(each, errors='surrogateescape')}"
        yield f"/LoadMyWorkspace/{_escaped(each)}"


def _escaped(name: str) -> str:
    units = memoryview(name.encode("utf-16", "surrogatepass")).cast("H")[1:]
    return "".join(
        chr(unit) if chr(unit) in _PLAIN else f"%{unit:02X}" if unit < 256 else f"%u{unit:04X}" for unit in units
    )


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")
