"""Finds a Superalgos installation, its folders and vault, and tells whether it is running."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.file_systems import is_on_network
from superalgos_rsa.files.regular import Content, read_regular
from superalgos_rsa.files.rights import User, caller, listener, owner
from superalgos_rsa.files.spelling import identity, is_below
from superalgos_rsa.superalgos.engine.versions import CcxtVersion, installed_version

StrPath = str | os.PathLike[str]
NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})
HTTP_PORT = 34248
_PACKAGE_LIMIT = 16 * 1024 * 1024
_ANSWER_LIMIT = 64 * 1024
_ANSWER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Installation:
    """A Superalgos directory. `root` is the working folder of the task server: relative key paths begin there."""

    root: Path
    workspaces: Path
    secrets: Path
    superalgos: str | None
    ccxt: CcxtVersion | None
    running: bool = False
    chosen: bool = False
    """The user named this root or works in it. In any other, nothing is run and no setting lowers a severity."""
    user: User | None = None
    """Whose rights decide: the user of the running platform, else the owner of the root."""
    asked_by: User | None = None

    @property
    def other_user(self) -> User | None:
        """The user whose rights decide, if that is not the user of this process."""
        return self.user if self.user != self.asked_by else None

    def for_the_caller(self) -> Installation:
        """The same installation judged by the rights of this process's user, who is about to start the platform."""
        return replace(self, user=self.asked_by)

    @property
    def vault(self) -> Path:
        """The path of the vault. The file may not exist."""
        return self.secrets / "workspace-credentials.json"


def from_root(root: Path | None, file: str | Path) -> str:
    """An absolute path as a key should name it: relative to the Superalgos folder if it lies below, so that it stays
    right when the folder moves."""
    base, path = (None if root is None else Path(os.path.abspath(root))), Path(file)
    if base is None or not is_below(str(path), str(base)):
        return str(file)
    return Path(*path.parts[len(base.parts) :]).as_posix()


def is_root(folder: Path) -> bool:
    """A whole installation, or a data-only copy that holds just the workspaces."""
    # os.path returns False where pathlib raises: a name too long, a folder without permission.
    whole = os.path.isfile(folder / "platform.js") and os.path.isfile(folder / "Projects" / "ProjectsSchema.json")
    return whole or os.path.isdir(folder / "Platform" / "My-Workspaces")


def find_root(named: str | None, environment: Mapping[str, str], documents: list[str], cwd: Path) -> Path | None:
    """By option, by `SUPERALGOS_ROOT`, above the named documents, above the current folder; else `None`."""
    for source, value in (("--root", named), ("SUPERALGOS_ROOT", environment.get("SUPERALGOS_ROOT"))):
        if value:
            return _root_named(value, f"{source}: ")
    starts = [cwd / document for document in documents if document != "-"]
    return next(filter(None, map(_root_above, [*starts, cwd])), None)


def _root_named(value: StrPath, source: str = "") -> Path:
    root = Path(value).absolute()
    if not is_root(root):
        raise UsageError(
            f"{source}{value} is no Superalgos directory",
            "it holds platform.js and Projects/ProjectsSchema.json, or at least Platform/My-Workspaces",
        )
    return root


def installation_at(root: StrPath, environment: Mapping[str, str]) -> Installation:
    """The installation at the given root. Raises `UsageError` if there is none."""
    return open_installation(_root_named(root), environment, chosen=True)


def _root_above(start: Path) -> Path | None:
    absolute = Path(os.path.abspath(start))
    return next(filter(is_root, [absolute, *absolute.parents]), None)


def is_chosen(root: Path, named: str | None, environment: Mapping[str, str], cwd: Path) -> bool:
    """Whether the user named this root or works in it; one found above a document may come from anybody."""
    if named or environment.get("SUPERALGOS_ROOT"):
        return True
    here = _root_above(cwd)
    return here is not None and identity(str(here)) == identity(str(root))


def open_installation(root: Path, environment: Mapping[str, str], *, chosen: bool = False) -> Installation:
    """The folders as the platform's Environment.js computes them: DATA_PATH moves the workspaces, nothing moves
    My-Secrets."""
    data_path = environment.get("DATA_PATH")
    workspaces = (
        Path(data_path, "Superalgos_Data", "My-Workspaces") if data_path else root / "Platform" / "My-Workspaces"
    )
    version, _ = installed_version(root)
    running = platform_is_running(root)
    user = (listener(HTTP_PORT) if running else None) or owner(root)
    return Installation(
        root, workspaces, root / "My-Secrets", _superalgos_version(root), version, running, chosen, user, caller()
    )


def _superalgos_version(root: Path) -> str | None:
    try:
        found = read_regular(root / "package.json", _PACKAGE_LIMIT)
        package = json.loads(found.data) if isinstance(found, Content) else {}
        version = package["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return version if isinstance(version, str) else None


def platform_is_running(root: Path, port: int = HTTP_PORT) -> bool:
    """Whether the platform that answers on this machine's port runs from this directory.

    Its `GET /Environment` returns BASE_PATH. No program on the port, another one, or an answer without end means no.
    """
    import socket

    answer = b""
    until = time.monotonic() + _ANSWER_SECONDS
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(("127.0.0.1", port))
            connection.sendall(b"GET /Environment HTTP/1.0\r\nHost: localhost\r\n\r\n")
            while (left := until - time.monotonic()) > 0 and len(answer) < _ANSWER_LIMIT:
                connection.settimeout(left)
                part = connection.recv(8192)
                if not part:
                    break
                answer += part
        base = json.loads(answer.partition(b"\r\n\r\n")[2])["BASE_PATH"]
        return base == str(root) or (not is_on_network(base) and os.path.samefile(base, root))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
