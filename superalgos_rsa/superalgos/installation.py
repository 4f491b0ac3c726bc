"""Finds a Superalgos installation, its folders and vault, and the platform that runs from it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.file_systems import is_on_network
from superalgos_rsa.files.regular import Content, read_regular
from superalgos_rsa.files.rights import User, caller, owner
from superalgos_rsa.files.spelling import identity, is_below
from superalgos_rsa.superalgos.engine.versions import CcxtVersion, installed_version
from superalgos_rsa.superalgos.environment import DATA_FOLDER, Environment, read_environment
from superalgos_rsa.superalgos.running import Running, folder_of_platform, platform_at

StrPath = str | os.PathLike[str]
NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})
_PACKAGE_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Installation:
    """A Superalgos directory, and what decides what its platform reads."""

    root: Path
    workspaces: Path
    secrets: Path
    superalgos: str | None
    ccxt: CcxtVersion | None
    chosen: bool = False
    """The user named this root or works in it. In any other, nothing is run and no setting lowers a severity."""
    user: User | None = None
    """Whose rights decide: the user of the running platform, else the owner of the root."""
    asked_by: User | None = None
    platform: Running | None = None
    """The platform that runs from here."""
    working_folder: str | None = None
    """That of the running platform, where it is known to be another than the root."""
    environment: Environment = field(default_factory=Environment)

    @property
    def running(self) -> bool:
        """Whether a platform runs from here."""
        return self.platform is not None

    @property
    def cwd(self) -> str:
        """Where relative key paths begin: a platform is started in its root, unless it is known to run elsewhere."""
        return self.working_folder or str(self.root)

    @property
    def other_user(self) -> User | None:
        """The user whose rights decide, if that is not the user of this process."""
        return self.user if self.user != self.asked_by else None

    @property
    def vault(self) -> Path:
        """The path of the vault. The file may not exist."""
        return self.secrets / "workspace-credentials.json"


def from_root(root: StrPath | None, file: str | Path) -> str:
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
    """By option, by `SUPERALGOS_ROOT`, above the named documents, by the platform that runs with them, above the
    current folder; else `None`."""
    for source, value in (("--root", named), ("SUPERALGOS_ROOT", environment.get("SUPERALGOS_ROOT"))):
        if value:
            return _root_named(value, f"{source}: ")
    named_documents = [cwd / document for document in documents if document != "-"]
    above = next(filter(None, map(_root_above, named_documents)), None)
    return above or _root_that_runs(named_documents, environment) or _root_above(cwd)


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


def _root_that_runs(documents: list[Path], environment: Mapping[str, str]) -> Path | None:
    """DATA_PATH and the packaged platform keep workspaces below no root: only one that runs can tell whose they are."""
    for document in documents:
        if DATA_FOLDER[0] in document.parts:
            found = folder_of_platform(os.path.abspath(document), read_environment(environment).ports)
            return Path(found) if found is not None and is_root(Path(found)) else None
    return None


def is_chosen(root: Path, named: str | None, environment: Mapping[str, str], cwd: Path) -> bool:
    """Whether the user named this root or works in it; one found above a document may come from anybody."""
    if named or environment.get("SUPERALGOS_ROOT"):
        return True
    here = _root_above(cwd)
    return here is not None and identity(str(here)) == identity(str(root))


def open_installation(
    root: Path, environment: Mapping[str, str], *, chosen: bool = False, starts: bool = False
) -> Installation:
    """The folders as the platform that runs from here tells, or else as the environment says. `starts`: this process
    is about to become the platform, so that its own user and environment decide, whatever runs now."""
    said = read_environment(environment)
    base = Path(said.packaged or root)
    runs = None if starts else platform_at(base, said.ports)
    cwd = runs.cwd if runs is not None and runs.cwd != os.path.realpath(root) else None
    version, _ = installed_version(root)
    return Installation(
        root,
        Path(cwd or root, _workspaces(said, runs) or base / "Platform" / "My-Workspaces"),
        base / "My-Secrets",
        _superalgos_version(root),
        version,
        chosen,
        caller() if starts else (runs.user if runs is not None else None) or owner(root),
        caller(),
        runs,
        cwd,
        said,
    )


def _workspaces(said: Environment, runs: Running | None) -> str | None:
    """A folder of another machine only where the user's own environment names it: a look at it would call there."""
    if runs is None or runs.workspaces is None:
        return said.workspaces
    known = (said.workspaces, *(profile.workspaces for profile in said.profiles))
    return said.workspaces if is_on_network(runs.workspaces) and runs.workspaces not in known else runs.workspaces


def _superalgos_version(root: Path) -> str | None:
    try:
        found = read_regular(root / "package.json", _PACKAGE_LIMIT)
        package = json.loads(found.data) if isinstance(found, Content) else {}
        version = package["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return version if isinstance(version, str) else None
