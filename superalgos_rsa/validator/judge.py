"""From the names of documents to the report: finds the documents, reads each once, gathers facts, validates."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from superalgos_rsa.errors import CommandHint, UsageError
from superalgos_rsa.files.find import DEFAULT_LIMIT, find_all_below, find_documents
from superalgos_rsa.superalgos.docker import mounted_in
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.load_place import ELSEWHERE, load_place
from superalgos_rsa.superalgos.vault import NO_VAULT, Vault, read_vault
from superalgos_rsa.validator.collect import Settings, gather
from superalgos_rsa.validator.documents import ReadDocument, Source, read_document, read_source
from superalgos_rsa.validator.facts import Facts
from superalgos_rsa.validator.report import Finding, KeyEntry, Report
from superalgos_rsa.validator.validator import validate


class Documents(NamedTuple):
    """The names of all documents to judge, the installation that they belong to, and its vault."""

    installation: Installation | None
    vault: Vault
    names: tuple[str, ...]


def documents_of(
    installation: Installation | None, named: Sequence[str] | None, *, with_vault: bool = True
) -> Documents:
    """The documents in what is named; for `None` every workspace of the installation, and its vault unless it is left
    out: a new installation has none. Raises `UsageError` if what is named holds none."""
    vault = read_vault(installation.vault, installation.other_user) if installation is not None else NO_VAULT
    if named is None and installation is not None:
        names = list(find_all_below(workspaces_of(installation)))
    else:
        names = [name for place in named or () for name in _documents_in(place, installation)]
        if not names:
            where = ", ".join(named or ()) or "an empty list"
            raise UsageError(f"there are no documents in {where}", "name the documents to check")
    if installation is not None and with_vault and named is None and vault.state not in ("absent", "no-folder"):
        names.append(str(installation.vault))
    return Documents(installation, vault, tuple(names))


def _documents_in(place: str, installation: Installation | None) -> list[str]:
    """A folder without a document is one itself, where the platform can be asked to load it by its name."""
    is_one = place.endswith(".json") and load_place(place, installation) != ELSEWHERE
    return list(find_documents([place])) or [place] * is_one


def workspaces_of(installation: Installation) -> list[str]:
    """The folder of the installation's own, and of those that a container of it has."""
    places = [str(installation.workspaces), *mounted_in(installation.root)]
    return [place for place in dict.fromkeys(places) if os.path.isdir(place)] or places


Track = Callable[[Iterator[ReadDocument]], Iterator[ReadDocument]]
"""Passes documents on as they are read, to show the progress."""


def judge(
    documents: Documents,
    settings: Settings,
    *,
    export: bool = False,
    limit: int = DEFAULT_LIMIT,
    given: Mapping[str, Source] = MappingProxyType({}),
    track: Track = iter,
) -> tuple[Facts, Report]:
    """The facts and the report. `given`: documents that were read before; `limit`: the most bytes of one."""
    installation, vault, names = documents

    def read() -> Iterator[ReadDocument]:
        for name in names:
            source = given[name] if name in given else read_source(name, limit, installation, vault)
            yield read_document(source, vault, installation, export=export)

    all_facts = gather(track(read()), installation, vault, settings)
    return all_facts, validate(all_facts)


def findings_of_key(report: Report, key: KeyEntry) -> tuple[Finding, ...]:
    """The findings on one key: at its node, or about it at another place that belongs to no other key."""
    others = [one for one in report.keys if one.identity != key.identity]

    def is_about_it(found: Finding) -> bool:
        if _is_at(found, key):
            return True
        return found.key_id is not None and found.key_id == key.id and not any(_is_at(found, other) for other in others)

    return tuple(filter(is_about_it, report.findings))


def _is_at(found: Finding, key: KeyEntry) -> bool:
    if found.document != key.document or found.pointer is None:
        return False
    return found.pointer == key.pointer or found.pointer.startswith(f"{key.pointer}/")


def refuse_unknown_tasks(all_facts: Facts, tasks: Collection[str], hint: str | CommandHint) -> None:
    """Raises `UsageError` for a name or id that no task has: a misspelt task must not pass for one that may start."""
    if any(document.defects for document in all_facts.documents):  # it may be in an unreadable document
        return
    known = {
        name for document in all_facts.documents for task in document.workspace.tasks for name in (task.id, task.name)
    }
    for task in tasks:
        if task not in known:
            raise UsageError(f"there is no task {task!r} in these workspaces", hint)
