"""`plan_fixes`: the repairs that are possible in an installation, for programs."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from superalgos_rsa.files.find import DEFAULT_LIMIT
from superalgos_rsa.files.journal import state_folder
from superalgos_rsa.fixer import known_keys
from superalgos_rsa.fixer.context import FixOptions
from superalgos_rsa.fixer.plan import Step, plan, safe_title
from superalgos_rsa.fixer.trial import Judge, sources_of
from superalgos_rsa.servers.local import known_part
from superalgos_rsa.superalgos.installation import NO_ENVIRONMENT, StrPath, installation_at
from superalgos_rsa.validator.check import paths_of
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.judge import documents_of


def plan_fixes(
    root: StrPath,
    documents: Iterable[StrPath] | None = None,
    *,
    unsafe: bool = False,
    search: Iterable[StrPath] = (),
    accept_rsa_4096: bool = False,
    max_bytes: int = DEFAULT_LIMIT,
    environment: Mapping[str, str] = NO_ENVIRONMENT,
) -> tuple[Step, ...]:
    """Find repairs, and try each one by the same rules before it is proposed. Changes no file.

    A step is `planned` only if its finding is gone afterwards, no new error comes, and no document or key that works
    stops working. `superalgos-rsa fix --apply` makes these repairs.

    Args:
        root: As of `check`.
        documents: As of `check`.
        unsafe: Also plan repairs that change what a document means.
        search: Folders in which to look for key files, beside the usual ones.
        accept_rsa_4096: As of `check`.
        max_bytes: As of `check`.
        environment: As of `check`; `XDG_STATE_HOME`, `LOCALAPPDATA`, `HOME` and `USERPROFILE` also tell
            where the commands noted the fingerprints of keys that worked. `os.environ` gives their place.

    Returns:
        The steps: what each would do (`title`), for which `finding`, whether it is `planned`, `held back` or
        `skipped` (`status`), and why it is not planned (`reason`).

    Raises:
        UsageError: `root` is no Superalgos directory, or `documents` names none.
        SuperalgosRsaError: There is no home folder, where the commands note those fingerprints.
    """
    found = documents_of(installation_at(root, environment), paths_of(documents))
    settings = Settings(accept_rsa_4096=accept_rsa_4096, all_documents=documents is None)
    judge = Judge(sources_of(found, max_bytes), found.installation, found.vault, settings)
    folders = tuple(map(Path, paths_of(search, "search") or ()))
    options = FixOptions(
        folders,
        named=tuple(map(os.path.realpath, folders)),
        remembered=functools.partial(known_keys.recall, state_folder(environment)),
    )
    return tuple(
        replace(step, title=safe_title(step, known_part)) for step in plan(judge, options, unsafe=unsafe).steps
    )
