"""`check`: the verdict on an installation in one call, for programs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping

from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.find import DEFAULT_LIMIT
from superalgos_rsa.superalgos.installation import NO_ENVIRONMENT, StrPath, installation_at
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.judge import documents_of, judge, refuse_unknown_tasks
from superalgos_rsa.validator.report import Report


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
        root: The Superalgos directory. Relative paths of keys begin there, or where the running platform was started.
        documents: Workspaces, node exports, plugin files, vaults, or folders of them; relative paths begin at the
            current folder. `None` means every workspace of the installation, and its vault.
        before_start: Judge only what the start of the tasks that need a key rests on, as `preflight` does.
        tasks: Names or ids of the only tasks in question; goes with `before_start`.
        export: Also look for secrets and personal data, which must not be shared.
        accept_rsa_4096: An RSA key of 4096 bits is a finding of severity `info`, and no error.
        max_bytes: A document of more bytes is not read, and a finding says so.
        environment: `DATA_PATH`, `PROFILE_NAME`, `PACKAGED_PATH`, `HOME` and `USERPROFILE` are looked up, which say
            where the workspaces are and on which port the platform listens; `os.environ` gives what the command would
            see.

    Returns:
        The report. A document that cannot be read is a finding in it. `summary.ready` tells whether every task may
        start. `usable` of a key is `None` where it cannot be judged from here.

    Raises:
        UsageError: `root` is no Superalgos directory, `documents` names none, or there is no such task.
    """
    if tasks is not None and not before_start:
        raise UsageError("`tasks` goes with `before_start=True`")
    if isinstance(tasks, str):
        raise UsageError("`tasks` is one name, not a list of names", "put it into a list")
    found = documents_of(installation_at(root, environment), paths_of(documents), with_vault=not before_start)
    settings = Settings(
        accept_rsa_4096=accept_rsa_4096,
        before_start=before_start,
        all_documents=documents is None,
        tasks=None if tasks is None else frozenset(tasks),
    )
    all_facts, report = judge(found, settings, export=export, limit=max_bytes)
    refuse_unknown_tasks(all_facts, tasks or (), "`report.tasks` of a check lists them")
    return report
