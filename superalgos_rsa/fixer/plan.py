"""From findings to a plan: each repair is made in memory, validated again, and kept only if its finding is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from superalgos_rsa.documents.json_text import Pointer
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.errors import safe_message
from superalgos_rsa.files.changes import Change
from superalgos_rsa.fixer.context import FixContext, FixOptions, Proposal
from superalgos_rsa.fixer.repairs import MENDERS
from superalgos_rsa.fixer.trial import Judge, Outcome, Overlay
from superalgos_rsa.superalgos.workspace import Key, Task
from superalgos_rsa.validator.facts import DocumentFacts
from superalgos_rsa.validator.report import Applicability, Finding
from superalgos_rsa.validator.rules.registry import RawFinding

Status = Literal["planned", "held back", "skipped", "declined"]
Name = tuple[object, ...]
_MOST_WORK = 120_000
"""Limit of one run, since each trial validates everything again: 300 repairs among 100 keys, 22 in 3.6 MB."""
_LATER = "the limit of repairs in one run is reached; run fix again for the rest"
# These findings hide others. What appears once one of them is repaired was there before.
_COVERING = frozenset(
    {"config-invalid", "config-missing", "config-schema", "workspace-crash", "config-control-character"}
)
# What the next save then costs, where the platform could not so much as load the document before.
_LOST_BY_SAVE = frozenset({"code-name-missing-secret", "code-name-duplicate"})


@dataclass(frozen=True, slots=True)
class Step:
    """One finding and the result of trying its repair. `reason` says why it is not planned."""

    finding: Finding
    title: str
    applicability: Applicability
    status: Status
    reason: str | None = None
    command: tuple[str, ...] = ()
    """The words of the command that is left to the user, where it is one."""


def safe_title(step: Step, known: Callable[[str], str]) -> str:
    """The title without what may be a secret: of names it keeps only node ids and the parts that are `known`."""
    return censored(step.title, shown_parts(step, known))


def shown_parts(step: Step, known: Callable[[str], str]) -> Callable[[str], str]:
    """Tells what of a word may be shown: the ids of the step's nodes, and the parts that are `known`."""
    ids = [name for name in (step.finding.key_id, step.finding.task_id) if name]
    return lambda word: next(filter(word.startswith, ids), None) or known(word)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do: each step, the files as they would be, and the verdicts before and after."""

    steps: tuple[Step, ...]
    state: Overlay
    before: Outcome
    after: Outcome
    is_cut: bool = False
    """Whether the limit of work was reached, so that more may be mendable."""

    @property
    def planned(self) -> tuple[Step, ...]:
        """The steps that would be made."""
        return tuple(step for step in self.steps if step.status == "planned")


def plan(
    judge: Judge,
    options: FixOptions,
    *,
    unsafe: bool,
    ask: Callable[[Step], bool] | None = None,
    most_work: int = _MOST_WORK,
) -> Plan:
    """Plan the repairs; `ask` is given each one and may decline it."""
    context = FixContext(judge, options)
    before = context.verdict
    planned: list[Step] = []
    others: dict[Name, list[Step]] = {}
    settled: set[Name] = set()
    made = -1
    work = _Work(most_work)
    # A repair may reveal the next mistake, or make its repair possible: a path, once the vault can be read.
    while made != len(planned) and not work.is_done:
        made = len(planned)
        tried = set(settled)
        for raw_finding, finding in _pending(context, tried):
            if work.is_done:
                break
            name = _name(raw_finding)
            tried.add(name)
            work.count_look(context, raw_finding)
            steps = [
                _try(context, raw_finding, finding, proposal, unsafe, ask, work)
                for proposal in _proposals(context, raw_finding)
            ]
            planned += [step for step in steps if step.status == "planned"]
            others[name] = [step for step in steps if step.status != "planned"]
            if any(step.status == "planned" for step in steps) and _removes_a_root(raw_finding):
                tried.discard(name)  # another finding has this name now
            elif any(step.status == "declined" or (step.applicability == "unsafe" and not unsafe) for step in steps):
                settled.add(name)
    told = {name for name, steps in others.items() if steps}
    still = {_name(raw_finding) for raw_finding, _ in context.verdict.found}
    rest = [step for name, steps in others.items() if name in still for step in steps]
    left = _left(context.verdict, told, tried if work.is_done else None)
    return Plan((*planned, *rest, *left), context.state, before, context.verdict, work.is_done)


def changes_of(found: Plan, judge: Judge) -> list[Change]:
    """The changes to write: folders first, for the files in them, then modes, then files."""
    changes = [Change(path, folder=True) for path in found.state.folders]
    for path, mode in found.state.modes.items():
        changes.append(Change(path, old_mode=mode.old, new_mode=mode.new, identity=mode.identity))
    for path, data in found.state.files.items():
        old = judge.bytes_on_disk(path)
        if old != data:
            changes.append(Change(path, old, data, meant=found.state.meant[path]))
    return changes


class _Work:
    """The work of one run, counted in findings; a kilobyte of a document takes about as long as one finding."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.done = 0

    @property
    def is_done(self) -> bool:
        return self.done >= self.most

    def count_look(self, context: FixContext, raw_finding: RawFinding) -> None:
        """A repair searches all keys and the text of the document."""
        data = context.judge.bytes_of(context.state, raw_finding.document or "") or b""
        self.done += len(context.verdict.all_facts.keys) // 10 + len(data) // 2048

    def count_trial(self, context: FixContext, state: Overlay) -> None:
        report = context.verdict.report
        judged = len(report.keys) + len(report.tasks) + len(report.findings)
        self.done += judged + sum(map(len, state.files.values())) // 700


def _pending(context: FixContext, tried: set[Name]) -> Iterator[tuple[RawFinding, Finding]]:
    """Findings that may be repaired; starts again from the first after each repair."""
    verdict: Outcome | None = None
    while verdict is not context.verdict:
        verdict = context.verdict
        for raw_finding, finding in verdict.found:
            if raw_finding.rule in MENDERS and _name(raw_finding) not in tried:
                yield raw_finding, finding
                if context.verdict is not verdict:
                    break


def _proposals(context: FixContext, raw_finding: RawFinding) -> Iterator[Proposal | Exception]:
    """A repair that raises is passed on as its exception, so that the others still run."""
    try:
        yield from MENDERS[raw_finding.rule](context, raw_finding)
    except Exception as error:
        yield error


def _try(
    context: FixContext, raw_finding: RawFinding, finding: Finding, proposal: Proposal | Exception, unsafe: bool,
    ask: Callable[[Step], bool] | None, work: _Work,
) -> Step:  # fmt: skip
    if isinstance(proposal, Exception):
        return Step(finding, "this repair", "display", "skipped", f"it failed: {safe_message(proposal)}")
    step = Step(finding, proposal.title, proposal.applicability, "planned")
    if proposal.state is None:
        return replace(step, status="held back", reason="yours to decide")
    if proposal.applicability == "unsafe" and not unsafe:
        return replace(step, status="held back", reason="it changes what the document means; add --unsafe to make it")
    try:
        work.count_trial(context, proposal.state)
        after = context.judge(proposal.state)
        reason = _objection(context.verdict, after, raw_finding, proposal)
    except Exception as error:
        return replace(step, status="skipped", reason=f"its result cannot be validated: {safe_message(error)}")
    if reason is not None:
        return replace(step, status="skipped", reason=reason)
    if ask is not None and not ask(step):
        return replace(step, status="declined", reason="you declined it")
    context.state, context.verdict = proposal.state, after
    return step


def _left(verdict: Outcome, told: set[Name], tried: set[Name] | None) -> Iterator[Step]:
    """Findings without a repair, each with its rule's advice. `tried`: those tried before the limit, if it was met."""
    for raw_finding, finding in verdict.found:
        if finding.severity == "info" or finding.fix is None or _name(raw_finding) in told:
            continue
        fix = finding.fix
        if tried is not None and raw_finding.rule in MENDERS and _name(raw_finding) not in tried:
            yield Step(finding, fix.title, fix.applicability, "held back", _LATER, fix.command)
            continue
        reason = "yours to do"
        if fix.command[1:2] in (("convert",), ("keygen",)):
            reason = "it writes a private key, which only you start"
        elif any("FROM_THE_EXCHANGE" in word for word in fix.command):
            reason = "it needs a value from the exchange's page"
        yield Step(finding, fix.title, "display", "held back", reason, fix.command)


def _objection(before: Outcome, after: Outcome, mended: RawFinding, proposal: Proposal) -> str | None:
    """Why a repair must not be made: its finding stays, a new error appears, or something that worked breaks."""
    name = _name(mended)
    if name in {_name(o) for o, _ in after.found} and not _removes_a_root(mended):
        return "this change would not remove the finding"
    old = {_name(o) for o, _ in before.found}
    new = [o for o, f in after.found if f.severity == "error" and _name(o) not in old]
    if any(o.rule in _LOST_BY_SAVE and o.key is not None and o.key.credential.covered for o in new):
        return "the platform could load it then, and its next save would lose a secret: give the key its API key"
    if new and mended.rule not in _COVERING:
        return f"this change would cause another error: {new[0].rule}"
    opening = {document.path for document in after.all_facts.documents if document.can_be_opened}
    if any(document.can_be_opened and document.path not in opening for document in before.all_facts.documents):
        return "Superalgos could no longer load a document"
    usable = _usable(after)
    if any(was and not usable.get(key, False) for key, was in _usable(before).items()):
        return "a key that works now would stop working"
    if proposal.key_must_work and mended.key is not None and not usable.get(name[1:], False):
        return "the key would not work with this change"
    return None


def _removes_a_root(raw_finding: RawFinding) -> bool:
    """The next null root then has the place of the removed one, so the same finding remains."""
    return raw_finding.crash is not None and raw_finding.crash.cause == "null-root"


def _name(raw_finding: RawFinding) -> Name:
    """Identifies a finding across edits that move places: by the node's id, if it is unique."""
    if raw_finding.key is not None:
        return (raw_finding.rule, raw_finding.document, _own_name(raw_finding.key.key, raw_finding.key.document))
    if raw_finding.task is not None:
        return (raw_finding.rule, raw_finding.document, _own_name(raw_finding.task.task, raw_finding.task.document))
    return (raw_finding.rule, raw_finding.document, raw_finding.pointer, raw_finding.message)


def _usable(verdict: Outcome) -> dict[Name, bool]:
    entries = verdict.report.keys_by_identity
    return {
        (facts.document.path, _own_name(facts.key, facts.document)): entries[facts.identity].usable is True
        for facts in verdict.all_facts.keys
    }


def _own_name(node: Key | Task, document: DocumentFacts) -> str | Pointer:
    return node.id if node.id and node.id not in document.workspace.shared_ids else node.pointer
