"""The key values that each task would be given now. A task that runs keeps those of its start, so where they change it
has to be started again. Of a key file it keeps the path alone, and reads the file anew in each of its loops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from superalgos_rsa.documents.json_text import pointer_text
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.superalgos.workspace import Key, Task
from superalgos_rsa.validator.credential import Credential
from superalgos_rsa.validator.documents import ReadDocument
from superalgos_rsa.validator.facts import Facts
from superalgos_rsa.validator.report import TaskName

Snapshots = Mapping[tuple[str, str], tuple[TaskName, Any]]
"""By the document, and the id or else the pointer of each task that needs a key."""


def of_documents(documents: Iterable[ReadDocument]) -> Snapshots:
    """Those of documents as they were read."""
    found: dict[tuple[str, str], tuple[TaskName, Any]] = {}
    for facts, credentials in ((read.facts, read.credentials) for read in documents):
        keys = zip(facts.workspace.keys, credentials, strict=True)
        given = {key.pointer: _values(key, credential) for key, credential in keys}
        for task in facts.workspace.tasks:
            target = task.reference.key if task.reference is not None else None
            found.update(_snapshot(facts.path, task, given.get(target) if target is not None else None))
    return found


def of_facts(all_facts: Facts) -> Snapshots:
    """Those of documents that were judged."""
    found: dict[tuple[str, str], tuple[TaskName, Any]] = {}
    for facts in all_facts.tasks:
        key = facts.key
        given = _values(key.key, key.credential) if key is not None else None
        found.update(_snapshot(facts.document.path, facts.task, given))
    return found


def _snapshot(document: str, task: Task, given: Any) -> Iterator[tuple[tuple[str, str], tuple[TaskName, Any]]]:
    if task.needs_key:
        name = TaskName(document, task.id, censored(task.name) if task.name is not None else None)
        yield (document, task.id or pointer_text(task.pointer)), (name, given)


def _values(key: Key, credential: Credential) -> dict[str, Any]:
    return {**key.config.fields, "secret": credential.secret}


def changed(before: Snapshots, after: Snapshots) -> tuple[TaskName, ...]:
    """The tasks that would be given other values now."""
    return tuple(name for one, (name, given) in after.items() if one in before and before[one][1] != given)
