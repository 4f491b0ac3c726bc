"""Runs the rules over the facts and derives a verdict for every key and every task."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import NamedTuple

from superalgos_rsa import __version__
from superalgos_rsa.documents.json_text import Place, Pointer, pointer_length, pointer_text
from superalgos_rsa.documents.pasting import Finder
from superalgos_rsa.documents.showing import LEAST, censored, mask
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.superalgos.workspace import LONGEST_POINTER
from superalgos_rsa.validator.cause import would_cause
from superalgos_rsa.validator.facts import DocumentFacts, Facts, KeyFacts, TaskFacts
from superalgos_rsa.validator.report import (
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
from superalgos_rsa.validator.rules.catalogue import RULES, run
from superalgos_rsa.validator.rules.registry import INTERNAL_ERROR, RawFinding
from superalgos_rsa.validator.rules.remedies import found_by

# These rules are about documents, exports and servers, not about whether the credential itself works.
_NOT_ABOUT_USE = frozenset(
    {
        "workspace-crash",
        "export-secret",
        "export-personal",
        "task-server-unknown",
        "file-not-judged",
        "container-judged-from-outside",
    }
)


def validate(all_facts: Facts) -> Report:
    """The findings of every rule in document order, and the verdict on each key and task."""
    return validate_noting(all_facts)[1]


class Found(NamedTuple):
    """What a rule found, and the finding in the report about it."""

    raw_finding: RawFinding
    finding: Finding


def validate_noting(all_facts: Facts) -> tuple[tuple[Found, ...], Report]:
    """The report, and with each finding what it was made from."""
    finder = cache(all_facts.finder)
    order = {document.path: index for index, document in enumerate(all_facts.documents)}
    documents: dict[str | None, DocumentFacts] = {document.path: document for document in reversed(all_facts.documents)}
    found = [Found(raw_finding, _told(raw_finding, documents, order, finder)) for raw_finding in run(all_facts)]
    found.sort(key=lambda pair: (order.get(pair[1].document or "", len(order)), pair[1].line or 0, pair[1].column or 0))
    errors = [(o, f) for o, f in found if f.severity == "error"]
    broken_keys = {o.key.identity for o, f in errors if o.key is not None and f.rule not in _NOT_ABOUT_USE}
    broken_tasks = {o.task.identity for o, _ in errors if o.task is not None}
    usable = {key.identity: key.identity not in broken_keys and _signs(key, all_facts) for key in all_facts.keys}
    ready = {
        task.identity: task.identity not in broken_tasks
        and task.document.can_be_opened
        and (not task.task.needs_key or (task.key is not None and usable[task.key.identity] is True))
        for task in all_facts.tasks
    }
    findings = tuple(finding for _, finding in found)
    # An unreadable document may hold any task, and a rule that failed may have missed anything.
    unread = any(f.rule in ("document-unreadable", "document-shape", INTERNAL_ERROR) for _, f in errors)
    judged = not unread and not (all_facts.before_start and errors)
    keys = tuple(_key_entry(key, usable[key.identity]) for key in all_facts.keys)
    tasks = tuple(_task_entry(task, ready[task.identity]) for task in all_facts.tasks)
    summary = Summary.of(keys, tasks, findings, ready=judged)
    report = Report(__version__, _installation(all_facts), _documents(all_facts), keys, tasks, findings, summary)
    return tuple(found), report


def _signs(key: KeyFacts, all_facts: Facts) -> bool | None:
    """Whether the engine makes a signature with this credential that the exchange accepts; `None` if it cannot be seen
    from here what the engine would read."""
    name = key.credential.code_name
    hidden = key.path is not None and key.path.status in ("not-known", "no-answer")
    if (
        (hidden or key.document.in_container or (key.credential.covered and all_facts.vault.is_hidden))
        and name
        and not is_placeholder(name)
    ):
        return None
    if not isinstance(name, str) or not name or is_placeholder(name):
        return False
    if key.missing is not None or key.refusal is not None:
        return False
    if key.needs_no_secret:
        return key.kind != "placeholder"
    if key.verdict is None or key.kind in ("empty", "placeholder"):
        return False
    if not key.verdict.judged:  # its signing is not modelled: only the engine itself can tell
        return key.engine_takes if key.kind == "inline" or key.reads_file else False
    if key.verdict.signing == "hmac":
        return key.hmac_text is not None and key.hmac_text.plausible and key.verdict.takes is not False
    return key.verdict.signing in BY_PRIVATE_KEY


def _severity(raw_finding: RawFinding) -> Severity:
    rule = RULES[raw_finding.rule]
    if raw_finding.severity is not None:
        return raw_finding.severity
    return rule.severity if raw_finding.used or rule.unused_severity is None else rule.unused_severity


Documents = Mapping[str | None, DocumentFacts]


def _told(raw_finding: RawFinding, documents: Documents, known: Collection[str], finder: Finder) -> Finding:
    """The finding of a rule. If making it fails, a finding about that, so that its subject does not pass as good."""
    try:
        return _finding(raw_finding, documents, known, finder)
    except Exception as error:  # its text could quote a secret; its type cannot
        message = f"A finding of the rule {raw_finding.rule} cannot be told ({type(error).__name__})"
        return Finding(INTERNAL_ERROR, "error", message, raw_finding.document)


def _finding(raw_finding: RawFinding, documents: Documents, known: Collection[str], finder: Finder) -> Finding:
    place = raw_finding.place or _place(raw_finding, documents)
    key, task = raw_finding.key, raw_finding.task
    return Finding(
        raw_finding.rule,
        _severity(raw_finding),
        _message(raw_finding, known),
        raw_finding.document,
        None if raw_finding.pointer is None else _pointer(raw_finding.pointer),
        place.line if place else None,
        place.column if place else None,
        key.key.id if key else None,
        task.task.id if task else None,
        _path(raw_finding),
        _name(key.server if key else task.server if task else None),
        would_cause(raw_finding),
        None if raw_finding.fix is None else found_by(raw_finding.fix, finder),
        tuple(map(censored, raw_finding.node)),
    )


def _pointer(pointer: Pointer) -> str | None:
    """The JSON pointer, or None if it is too long: many findings would repeat it, and a shortened one is useless."""
    pointer = _shown_pointer(pointer)
    return pointer_text(pointer) if pointer_length(pointer) <= LONGEST_POINTER else None


def _message(raw_finding: RawFinding, known: Collection[str]) -> str:
    """The message with possible secrets masked; names of documents and of files beside the key stay."""
    around = raw_finding.key.neighbours if raw_finding.key is not None else None
    beside = () if around is None else (*around.copies, around.other_public)
    return censored(raw_finding.message, lambda word: word if word in known or word in beside else "")


def _path(raw_finding: RawFinding) -> str | None:
    key = raw_finding.key
    is_of_secret = key is not None and key.path is not None and raw_finding.path == key.path.resolved
    return key.shown_resolved if key is not None and is_of_secret else raw_finding.path


def _shown_pointer(pointer: Pointer) -> Pointer:
    """The pointer up to the first member name that may be a secret."""
    for index, step in enumerate(pointer):
        if isinstance(step, str) and len(step) >= LEAST and censored(step) != step:
            return pointer[:index]
    return pointer


def _name(text: str | None) -> str | None:
    return None if text is None else censored(text)


def _place(raw_finding: RawFinding, documents: Mapping[str | None, DocumentFacts]) -> Place | None:
    document, pointer = documents.get(raw_finding.document), raw_finding.pointer
    return None if document is None or pointer is None else document.places.get(pointer)


def _installation(all_facts: Facts) -> InstallationEntry:
    found = all_facts.installation
    if found is None:
        return InstallationEntry(None, None, None, platform_running=False)
    ccxt = None if found.ccxt is None else str(found.ccxt)
    user, asked_by = (None if who is None else who.name for who in (found.user, found.asked_by))
    return InstallationEntry(str(found.root), found.superalgos, ccxt, found.running, user, asked_by)


def _documents(all_facts: Facts) -> tuple[DocumentEntry, ...]:
    return tuple(
        DocumentEntry(d.path, d.kind, d.loads, len(d.workspace.keys), len(d.workspace.tasks))
        for d in all_facts.documents
    )


def _key_entry(facts: KeyFacts, usable: bool | None) -> KeyEntry:
    key, credential, content = facts.key, facts.credential, facts.content
    name = credential.code_name
    private = content if content is not None and content.kind == "private" else None
    return KeyEntry(
        facts.document.path,
        pointer_text(key.pointer),
        facts.document.line_of(key.pointer),
        key.id,
        _name(key.name),
        _name(facts.exchange.code_name if facts.exchange else None),
        mask(name) if isinstance(name, str) and name else None,
        SecretEntry(facts.kind, credential.source, facts.shown_path, facts.shown_resolved),
        facts.signing,
        usable,
        private.key_type if private else None,
        private.key_bits if private else None,
        private.public_key_sha256 if private else None,
        _name(facts.server),
        tuple(task.id for task in facts.users if task.id is not None),
        facts.answer.signing if facts.answer is not None else None,
    )


def _task_entry(facts: TaskFacts, ready: bool) -> TaskEntry:
    task = facts.task
    return TaskEntry(
        facts.document.path,
        pointer_text(task.pointer),
        facts.document.line_of(task.pointer),
        task.id,
        _name(task.name),
        _name(task.sessions[0] if task.sessions else None),
        _name(task.exchange.code_name if task.exchange else None),
        _name(task.lan_node.name if task.lan_node else None),
        facts.server,
        task.needs_key,
        facts.key.key.id if facts.key is not None else None,
        ready,
    )
