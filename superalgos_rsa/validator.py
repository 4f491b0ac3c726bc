"""Facts in, findings out: runs the rules and sums up what they mean for every key and every task."""

from __future__ import annotations

from collections.abc import Mapping

from superalgos_rsa import __version__
from superalgos_rsa.config import is_placeholder
from superalgos_rsa.document import Place, Pointer, pointer_length, pointer_text
from superalgos_rsa.facts import DocumentFacts, KeyFacts, TaskFacts, World
from superalgos_rsa.report import (
    SEVERITIES,
    DocumentEntry,
    Finding,
    InstallationEntry,
    KeyEntry,
    Report,
    SecretEntry,
    Severity,
    Summary,
    TaskEntry,
)
from superalgos_rsa.rules.catalogue import RULES
from superalgos_rsa.rules.every import run
from superalgos_rsa.rules.registry import Occurrence
from superalgos_rsa.secret import mask
from superalgos_rsa.workspace import LONGEST_POINTER

# A document's fate, its sharing and its tasks' servers say nothing about whether the credential itself works.
_NOT_ABOUT_USE = frozenset({"workspace-crash", "export-secret", "export-personal", "task-server-unknown"})


def validate(world: World) -> Report:
    """The findings of every rule in document order, and the verdict on each key and task."""
    return validate_noting(world)[1]


def validate_noting(world: World) -> tuple[tuple[Occurrence, ...], Report]:
    """The report, and for each of its findings the occurrence it was made from."""
    order = {document.path: index for index, document in enumerate(world.documents)}
    documents: dict[str | None, DocumentFacts] = {document.path: document for document in reversed(world.documents)}
    found = [(occurrence, _finding(occurrence, documents)) for occurrence in run(world)]
    found.sort(key=lambda pair: (order.get(pair[1].document or "", len(order)), pair[1].line or 0, pair[1].column or 0))
    errors = [(o, f) for o, f in found if f.severity == "error"]
    broken_keys = {id(o.key) for o, f in errors if o.key is not None and f.rule not in _NOT_ABOUT_USE}
    broken_tasks = {id(o.task) for o, _ in errors if o.task is not None}
    usable = {id(key): id(key) not in broken_keys and _signs(key) for key in world.keys}
    ready = {
        id(task): id(task) not in broken_tasks
        and task.document.loads is not False
        and (not task.task.needs_key or (task.key is not None and usable[id(task.key)]))
        for task in world.tasks
    }
    findings = tuple(finding for _, finding in found)
    counts = {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}
    # Of a document that could not be read nobody knows which tasks it holds.
    unread = any(f.rule in ("document-unreadable", "document-shape") for _, f in errors)
    all_ready = all(ready.values()) and not unread and not (world.before_start and counts["error"])
    report = Report(
        __version__,
        _installation(world),
        _documents(world),
        tuple(_key_entry(key, usable[id(key)]) for key in world.keys),
        tuple(_task_entry(task, ready[id(task)]) for task in world.tasks),
        findings,
        Summary(counts["error"], counts["warning"], counts["info"], len(world.keys), len(world.tasks), all_ready),
    )
    return tuple(occurrence for occurrence, _ in found), report


def _signs(key: KeyFacts) -> bool:
    """Whether the engine gets a signature out of this credential that the exchange can take."""
    name = key.credential.code_name
    if key.verdict is None or key.kind in ("empty", "placeholder") or not isinstance(name, str) or not name:
        return False
    if is_placeholder(name):
        return False
    if not key.verdict.judged:  # the exchange signs in a way of its own, so nothing is known against it
        return key.kind == "inline" or key.reads_file
    if key.verdict.signing == "hmac":
        return key.hmac_text is not None and key.hmac_text.plausible
    return key.verdict.signing in ("rsa", "ed25519")


def _severity(occurrence: Occurrence) -> Severity:
    rule = RULES[occurrence.rule]
    if occurrence.severity is not None:
        return occurrence.severity
    return rule.severity if occurrence.used or rule.unused_severity is None else rule.unused_severity


def _finding(occurrence: Occurrence, documents: Mapping[str | None, DocumentFacts]) -> Finding:
    place = occurrence.place or _place(occurrence, documents)
    key, task = occurrence.key, occurrence.task
    return Finding(
        occurrence.rule,
        _severity(occurrence),
        occurrence.message,
        occurrence.document,
        None if occurrence.pointer is None else _pointer(occurrence.pointer),
        place.line if place else None,
        place.column if place else None,
        key.key.id if key else None,
        task.task.id if task else None,
        occurrence.path,
        key.server if key else task.server if task else None,
        RULES[occurrence.rule].exchange,
        occurrence.fix,
        occurrence.node,
    )


def _pointer(pointer: Pointer) -> str | None:
    """A name of a megabyte above a thousand findings would be written a thousand times, and cut it leads nowhere."""
    return pointer_text(pointer) if pointer_length(pointer) <= LONGEST_POINTER else None


def _place(occurrence: Occurrence, documents: Mapping[str | None, DocumentFacts]) -> Place | None:
    document, pointer = documents.get(occurrence.document), occurrence.pointer
    return None if document is None or pointer is None else document.places.get(pointer)


def _installation(world: World) -> InstallationEntry:
    found = world.installation
    if found is None:
        return InstallationEntry(None, None, None, platform_running=False)
    ccxt = None if found.ccxt is None else str(found.ccxt)
    return InstallationEntry(str(found.root), found.superalgos, ccxt, found.running)


def _documents(world: World) -> tuple[DocumentEntry, ...]:
    return tuple(
        DocumentEntry(d.path, d.kind, d.loads, len(d.workspace.keys), len(d.workspace.tasks)) for d in world.documents
    )


def _key_entry(facts: KeyFacts, usable: bool) -> KeyEntry:
    key, credential, content = facts.key, facts.credential, facts.content
    is_path = facts.kind == "path" and isinstance(credential.secret, str)
    name = credential.code_name
    private = content if content is not None and content.kind == "private" else None
    place = facts.document.places.get(key.pointer)
    return KeyEntry(
        facts.document.path,
        pointer_text(key.pointer),
        place.line if place else None,
        key.id,
        key.name,
        facts.exchange.code_name if facts.exchange else None,
        mask(name) if isinstance(name, str) and name else None,
        SecretEntry(
            facts.kind,
            credential.source,
            credential.secret if is_path else None,
            facts.path.resolved if is_path and facts.path is not None else None,
        ),
        facts.verdict.signing if facts.verdict is not None else None,
        usable,
        private.key_type if private else None,
        private.key_bits if private else None,
        private.public_key_sha256 if private else None,
        facts.server,
        tuple(task.id for task in facts.users if task.id is not None),
        facts.answer.signing if facts.answer is not None else None,
    )


def _task_entry(facts: TaskFacts, ready: bool) -> TaskEntry:
    task = facts.task
    place = facts.document.places.get(task.pointer)
    return TaskEntry(
        facts.document.path,
        pointer_text(task.pointer),
        place.line if place else None,
        task.id,
        task.name,
        task.sessions[0] if task.sessions else None,
        task.exchange.code_name if task.exchange else None,
        task.lan_node.name if task.lan_node else None,
        facts.server,
        task.needs_key,
        facts.key.key.id if facts.key is not None else None,
        ready,
    )
