"""Gathers the facts that rules use, document by document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from superalgos_rsa.documents.json_text import Pointer
from superalgos_rsa.documents.pasting import Finder, found_anyway
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.vault import Vault
from superalgos_rsa.superalgos.workspace import Task
from superalgos_rsa.validator.documents import ReadDocument
from superalgos_rsa.validator.facts import DocumentFacts, Facts, KeyFacts, TaskFacts
from superalgos_rsa.validator.last_changes import last_changes
from superalgos_rsa.validator.probe import KeyInspector, key_inspector, server_of
from superalgos_rsa.validator.report import Identity


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user set or asked for that changes a verdict, or where a repair looks."""

    accept_rsa_4096: bool = False
    before_start: bool = False
    """Judge only whether the tasks that need a key can start."""
    all_documents: bool = False
    ask_engine: bool = False
    """Let the installed engine itself sign with every credential."""
    tasks: frozenset[str] | None = None
    """Names or ids of the tasks in question; `None` for all."""
    search: tuple[str, ...] = ()
    """Folders in which a repair looks for key files too."""
    finder: Finder = found_anyway
    """How a printed command finds the installation."""
    last_change: Callable[[str], int | None] = lambda _path: None
    """The number of the last change to a file that can be undone."""


def gather(
    documents: Iterable[ReadDocument],
    installation: Installation | None,
    vault: Vault,
    settings: Settings,
    remembering: Callable[[KeyInspector], KeyInspector] | None = None,
    inspector: KeyInspector | None = None,
) -> Facts:
    """Everything the rules may look at. `documents` is consumed one by one, so that each can be freed once it is read.
    `remembering` wraps the inspector to answer from memory; `inspector` is shared with another call of this moment."""
    all_documents: list[DocumentFacts] = []
    keys: list[KeyFacts] = []
    tasks: list[TaskFacts] = []
    key_facts = inspect_key = inspector or key_inspector(installation)
    if remembering is not None:
        key_facts = remembering(key_facts)
    for read in documents:
        facts = read.facts
        all_documents.append(facts)
        users = _users(facts)
        of_document = {
            key.pointer: key_facts(facts, key, credential, users.get(key.pointer, ()))
            for key, credential in zip(facts.workspace.keys, read.credentials, strict=True)
        }
        keys += of_document.values()
        for task in facts.workspace.tasks:
            target = task.reference.key if task.reference is not None else None
            tasks.append(_task_facts(facts, task, of_document.get(target) if target else None, inspect_key))
    all_facts = Facts(
        installation, vault, tuple(all_documents), tuple(keys), tuple(tasks),
        settings.before_start, settings.all_documents, settings.accept_rsa_4096, finder=settings.finder,
        last_changes=last_changes(vault, all_documents, settings.last_change),
    )  # fmt: skip
    if settings.before_start:
        all_facts = _only_tasks_in_question(all_facts, settings.tasks)
    return _ask_engine(all_facts) if settings.ask_engine else all_facts


def _task_facts(document: DocumentFacts, task: Task, key: KeyFacts | None, inspect_key: KeyInspector) -> TaskFacts:
    try:
        there = _taken_elsewhere(document, task, key, inspect_key)
        return TaskFacts(document, task, key, server_of(task), key_there=there)
    except Exception as error:
        return TaskFacts(document, task, key, None, type(error).__name__)


def _taken_elsewhere(
    document: DocumentFacts, task: Task, key: KeyFacts | None, inspect_key: KeyInspector
) -> KeyFacts | None:
    """The key as the exchange that the task trades on would take it, where that is not the key's own."""
    own, traded = key.key.exchange if key is not None else None, task.exchange
    if key is None or own is None or traded is None or not task.needs_key or own.code_name == traded.code_name:
        return None
    return inspect_key(document, key.key._replace(exchange=traded), key.credential, key.users)


def _users(facts: DocumentFacts) -> dict[Pointer, tuple[Task, ...]]:
    """The tasks that need a key, by the key that they refer to."""
    found: dict[Pointer, list[Task]] = {}
    for task in facts.workspace.tasks:
        if task.needs_key and task.reference is not None and task.reference.key is not None:
            found.setdefault(task.reference.key, []).append(task)
    return {pointer: tuple(tasks) for pointer, tasks in found.items()}


def _only_tasks_in_question(all_facts: Facts, names: frozenset[str] | None) -> Facts:
    tasks = tuple(
        facts
        for facts in all_facts.tasks
        if facts.task.needs_key and (names is None or {facts.task.id, facts.task.name} & names)
    )
    used = {facts.key.identity for facts in tasks if facts.key is not None}
    return replace(all_facts, tasks=tasks, keys=tuple(key for key in all_facts.keys if key.identity in used))


def _ask_engine(all_facts: Facts) -> Facts:
    """Let the installed engine itself sign with every credential."""
    from superalgos_rsa.superalgos.engine.installed_ccxt import Question, Unavailable, ask

    if all_facts.installation is None:
        return replace(all_facts, engine_unavailable="no Superalgos directory was found")
    if not all_facts.installation.chosen:
        reason = f"{all_facts.installation.root} was only found above the document, and may be a stranger's"
        return replace(all_facts, engine_unavailable=reason)
    asked: list[Identity] = []
    questions: list[Question] = []
    for key in all_facts.keys:
        secret, content = key.credential.secret, key.path.content if key.path is not None else None
        if (key.verdict is None and not key.needs_no_secret) or not isinstance(secret, str):
            continue
        if key.path is not None and key.path.status == "special":  # the engine would wait for ever
            continue
        text = secret if content is None else content.decode("utf-8", "replace")
        asked.append(key.identity)
        fields = {**key.key.config.fields, "apiKey": key.credential.code_name, "secret": secret}
        questions.append(Question(key.exchange_name, fields, text))
    try:
        found = ask(all_facts.installation.root, questions)
    except Exception as error:
        found = Unavailable(f"asking it failed ({type(error).__name__})")
    if isinstance(found, Unavailable):
        return replace(all_facts, engine_unavailable=found.reason)
    answers = dict(zip(asked, found, strict=True))
    return all_facts.with_keys(lambda key: replace(key, answer=answers.get(key.identity)))
