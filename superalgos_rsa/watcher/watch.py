"""`watch`: every new verdict on an installation, as an iterator for programs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Mapping

from superalgos_rsa.files.find import DEFAULT_LIMIT
from superalgos_rsa.superalgos.installation import NO_ENVIRONMENT, StrPath, installation_at, open_installation
from superalgos_rsa.validator.check import paths_of
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.judge import documents_of
from superalgos_rsa.validator.report import Report
from superalgos_rsa.watcher.incremental import Scope
from superalgos_rsa.watcher.watcher import Watcher


def watch(
    root: StrPath,
    documents: Iterable[StrPath] | None = None,
    *,
    accept_rsa_4096: bool = False,
    max_bytes: int = DEFAULT_LIMIT,
    environment: Mapping[str, str] = NO_ENVIRONMENT,
    warn: Callable[[str], None] = lambda _message: None,
) -> Generator[Report, None, None]:
    """Judge as `check` does, and again whenever something changes that the verdict rests on.

    A change counts once no file of it is still being written. Where a folder sends no events, it is looked at every
    second; everything is looked at every 30 seconds in case events were lost (`POLL` and `SWEEP` in
    `watcher.watcher`). No file is changed.

    Args:
        root: The Superalgos directory. Later it may be missing for a while.
        documents: As of `check`.
        accept_rsa_4096: As of `check`.
        max_bytes: As of `check`.
        environment: As of `check`.
        warn: Called with a sentence when a folder sends no events, or when a check failed; no report comes then
            until a check succeeds.

    Returns:
        An endless iterator: the report of now, then each report that differs from the one before. `next` waits for
        it; Ctrl-C ends that wait, and `close` or leaving the `for` loop ends the watch.

    Raises:
        UsageError: `root` is no Superalgos directory, or `documents` names none.
    """
    named = paths_of(documents)
    found = installation_at(root, environment)
    documents_of(found, named)  # refuses what names no documents
    question = Scope(
        named or (),
        max_bytes,
        Settings(accept_rsa_4096=accept_rsa_4096, all_documents=named is None),
        lambda: open_installation(found.root, environment, chosen=True),
    )
    return _reports(question, warn)


def _reports(question: Scope, warn: Callable[[str], None]) -> Generator[Report, None, None]:
    last: Report | None = None
    with contextlib.closing(Watcher(lambda: question, warn=warn).settled()) as settled:
        for found in settled:
            if found.report != last:
                last = found.report
                yield last
