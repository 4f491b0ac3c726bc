"""How rules are declared and run: a rule is a function from facts to occurrences, and names every id it may emit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from superalgos_rsa.documents.json_text import Place, Pointer
from superalgos_rsa.superalgos.load_route import Crash
from superalgos_rsa.validator.facts import DocumentFacts, Facts, KeyFacts, TaskFacts
from superalgos_rsa.validator.report import Fix, Severity

INTERNAL_ERROR = "internal-error"


@dataclass(frozen=True, slots=True)
class RawFinding:
    """One occurrence of a mistake. `used` selects the severity of a rule with two; `severity` overrides both.
    `undecided`: what the engine would do is unknown, and so is the exchange's answer."""

    rule: str
    message: str
    document: str | None
    pointer: Pointer | None = None
    place: Place | None = None
    key: KeyFacts | None = None
    task: TaskFacts | None = None
    node: tuple[str, ...] = ()
    path: str | None = None
    used: bool = True
    severity: Severity | None = None
    fix: Fix | None = None
    undecided: bool = False
    crash: Crash | None = None
    """The cause that ends the platform, if the finding is about one."""


Subject = TypeVar("Subject", DocumentFacts, KeyFacts, TaskFacts, Facts)
Check = Callable[[Any, Facts], Iterable[RawFinding]]


@dataclass(frozen=True, slots=True)
class Declared:
    """A rule function, the ids that it may emit, and the kind of fact that it looks at."""

    ids: frozenset[str]
    subject: type
    function: Check


CHECKS: list[Declared] = []


def check(subject: type[Subject], *ids: str) -> Callable[[Callable[[Subject, Facts], Iterable[RawFinding]]], Check]:
    """Declare a rule function over one kind of subject."""

    def declare(function: Callable[[Subject, Facts], Iterable[RawFinding]]) -> Check:
        CHECKS.append(Declared(frozenset(ids), subject, function))
        return function

    return declare


def run(all_facts: Facts) -> Iterator[RawFinding]:
    """Run every rule over every subject. A rule that crashes becomes a finding, and the others still run."""
    judged: tuple[KeyFacts | TaskFacts, ...] = (*all_facts.keys, *all_facts.tasks)
    for one in judged:
        if one.failed is not None:
            yield _failed(f"Judging this failed ({one.failed}); nothing is known of it", one)
    subjects: dict[type, tuple[Any, ...]] = {
        DocumentFacts: all_facts.documents,
        KeyFacts: tuple(key for key in all_facts.keys if key.failed is None),
        TaskFacts: tuple(task for task in all_facts.tasks if task.failed is None),
        Facts: (all_facts,),
    }
    for declared in CHECKS:
        for subject in subjects[declared.subject]:
            try:
                yield from declared.function(subject, all_facts)
            except Exception as error:  # its text could quote a secret; its type cannot
                name = ", ".join(sorted(declared.ids))
                message = f"The rule {name} failed ({type(error).__name__}); nothing is known of what it looks for"
                yield _failed(message, subject)


def _failed(message: str, subject: DocumentFacts | KeyFacts | TaskFacts | Facts) -> RawFinding:
    """The finding about a rule that crashed, at its subject, so that this does not pass as good."""
    match subject:
        case KeyFacts():
            return at_key(INTERNAL_ERROR, message, subject)
        case TaskFacts():
            return at_task(INTERNAL_ERROR, message, subject)
        case DocumentFacts():
            return RawFinding(INTERNAL_ERROR, message, subject.path)
        case _:
            return RawFinding(INTERNAL_ERROR, message, None)


def at_key(rule: str, message: str, key: KeyFacts, **more: Any) -> RawFinding:
    """An occurrence at a key's config."""
    more.setdefault("pointer", key.key.config_pointer)
    more.setdefault("used", key.used)
    return RawFinding(rule, message, key.document.path, key=key, node=key.key.node, **more)


def at_task(rule: str, message: str, task: TaskFacts, **more: Any) -> RawFinding:
    """An occurrence at a task node."""
    more.setdefault("pointer", task.task.pointer)
    return RawFinding(rule, message, task.document.path, task=task, node=task.task.node, **more)
