"""`check`: the verdict on an installation in one call, for programs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.find import DEFAULT_LIMIT, find_documents
from superalgos_rsa.superalgos.installation import NO_ENVIRONMENT, Installation, StrPath, installation_at
from superalgos_rsa.superalgos.vault import Vault, read_vault
from superalgos_rsa.validator.collect import Settings, gather
from superalgos_rsa.validator.documents import read_document, read_source
from superalgos_rsa.validator.facts import World
from superalgos_rsa.validator.report import Report
from superalgos_rsa.validator.validator import validate


@dataclass(frozen=True, slots=True)
class Scope:
    """An installation, its vault, and the documents in question."""

    installation: Installation
    vault: Vault
    names: tuple[str, ...]


def scope_of(
    root: StrPath, documents: Iterable[StrPath] | None, environment: Mapping[str, str], *, with_vault: bool = True
) -> Scope:
    """What these arguments of the API name; `None` means every workspace, and the vault unless it is left out."""
    installation = installation_at(root, environment)
    vault = read_vault(installation.vault, installation.other_user)
    asked = paths_of(documents)
    names = list(find_documents([str(installation.workspaces)] if asked is None else asked))
    if not names:
        where = str(installation.workspaces) if asked is None else ", ".join(asked) or "an empty list"
        raise UsageError(f"there are no documents in {where}", "name the documents to check")
    if asked is None and with_vault and vault.state not in ("absent", "no-folder"):
        names.append(str(installation.vault))
    return Scope(installation, vault, tuple(names))


def paths_of(paths: Iterable[StrPath] | None, argument: str = "documents") -> tuple[str, ...] | None:
    """The paths as text. A single path is refused: as a collection it would be one of letters."""
    if paths is None:
        return None
    if isinstance(paths, str | bytes | os.PathLike):
        raise UsageError(f"`{argument}` is one path, not a list of paths", "put it into a list")
    return tuple(os.fspath(path) for path in paths)


def check(
    root: StrPath,
    documents: Iterable[StrPath] | None = None,
    *,
    before_start: bool = False,
    tasks: Collection[str] | None = None,
    export: bool = False,
    accept_rsa_4096: bool = False,
    max_bytes: int = DEFAULT_LIMIT,
    environment: Mapping[str, str] = NO_ENVIRONMENT,
) -> Report:
    """Judge documents of an installation by every rule. Changes no file, and reads no settings file.

    A key counts as usable when the engine would sign with it by the model of ccxt in `superalgos.engine`, which the
    tests compare with the real one (docs/engine-truth.md). The installed ccxt itself is not run.

    Args:
        root: The Superalgos directory, where relative paths of keys begin.
        documents: Workspaces, node exports, plugin files, vaults, or folders of them; relative paths begin at the
            current folder. `None` means every workspace of the installation, and its vault.
        before_start: Judge only what the start of the tasks that need a key rests on, as `preflight` does.
        tasks: Names or ids of the only tasks in question; goes with `before_start`.
        export: Also look for secrets and personal data, which must not be shared.
        accept_rsa_4096: An RSA key of 4096 bits is a finding of severity `info`, and no error.
        max_bytes: A document of more bytes is not read, and a finding says so.
        environment: Only `DATA_PATH` is looked up, which moves the workspaces; `os.environ` gives what the command
            would see.

    Returns:
        The report. A document that cannot be read is a finding in it. `summary.ready` tells whether every task may
        start. `usable` of a key is `None` where it cannot be judged from here.

    Raises:
        UsageError: `root` is no Superalgos directory, there are no documents, or no such task.
    """
    if tasks is not None and not before_start:
        raise UsageError("`tasks` goes with `before_start=True`")
    if isinstance(tasks, str):
        raise UsageError("`tasks` is one name, not a list of names", "put it into a list")
    scope = scope_of(root, documents, environment, with_vault=not before_start)
    settings = Settings(
        accept_rsa_4096=accept_rsa_4096,
        before_start=before_start,
        all_documents=documents is None,
        tasks=None if tasks is None else frozenset(tasks),
    )
    read = (
        read_document(read_source(name, max_bytes, scope.installation), scope.vault, export=export)
        for name in scope.names
    )
    world = gather(read, scope.installation, scope.vault, settings)
    _refuse_unknown(world, tasks or ())
    return validate(world)


def _refuse_unknown(world: World, tasks: Collection[str]) -> None:
    """A misspelt task must not pass for one that may start."""
    if any(document.defects for document in world.documents):  # it may stand in the one that cannot be read
        return
    known = {name for document in world.documents for task in document.workspace.tasks for name in (task.id, task.name)}
    for task in tasks:
        if task not in known:
            raise UsageError(f"there is no task {task!r} in these workspaces", "`report.tasks` of a check lists them")
