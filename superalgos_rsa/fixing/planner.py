"""From findings to a plan: each repair is made in memory, judged by the same rules, and kept only if it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from superalgos_rsa.errors import told
from superalgos_rsa.fixing.bench import Bench, Proposal, Wishes
from superalgos_rsa.fixing.menders import MENDERS
from superalgos_rsa.fixing.state import Judge, State, Verdict
from superalgos_rsa.report import Applicability, Finding
from superalgos_rsa.rules.registry import Occurrence

Status = Literal["planned", "held back", "skipped", "declined"]
Name = tuple[object, ...]
_MOST_STEPS = 1000
# While one of these stands, nothing below it can be judged; what then comes to light is not the repair's doing.
_COVERING = frozenset(
    {"config-invalid", "config-missing", "config-schema", "workspace-crash", "config-control-character"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One finding and what became of its repair. `reason` says why it is not planned."""

    finding: Finding
    title: str
    applicability: Applicability
    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    state: State
    before: Verdict
    after: Verdict

    @property
    def planned(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.status == "planned")


def plan(judge: Judge, wishes: Wishes, *, unsafe: bool, ask: Callable[[Step], bool] | None = None) -> Plan:
    """`ask` is given each repair that would be made and may decline it."""
    bench = Bench(judge, wishes)
    before = bench.verdict
    planned: list[Step] = []
    others: dict[Name, list[Step]] = {}
    settled: set[Name] = set()
    made = -1
    # What one repair brings to light or makes possible, the next round mends: a path once the vault can be read.
    while made != len(planned) and len(planned) < _MOST_STEPS:
        made = len(planned)
        tried = set(settled)
        while (found := _next(bench.verdict, tried)) is not None:
            occurrence, finding = found
            name = _name(occurrence)
            tried.add(name)
            steps = [
                _try(bench, occurrence, finding, proposal, unsafe, ask) for proposal in _proposals(bench, occurrence)
            ]
            planned += [step for step in steps if step.status == "planned"]
            others[name] = [step for step in steps if step.status != "planned"]
            if any(step.status == "planned" for step in steps) and _removes_a_root(occurrence):
                tried.discard(name)  # what has this name now is another one
            elif any(step.status == "declined" or (step.applicability == "unsafe" and not unsafe) for step in steps):
                settled.add(name)
    told = {name for name, steps in others.items() if steps}
    still = {_name(occurrence) for occurrence, _ in _pairs(bench.verdict)}
    rest = [step for name, steps in others.items() if name in still for step in steps]
    return Plan((*planned, *rest, *_left(bench.verdict, told)), bench.state, before, bench.verdict)


def _next(verdict: Verdict, tried: set[Name]) -> tuple[Occurrence, Finding] | None:
    return next(((o, f) for o, f in _pairs(verdict) if o.rule in MENDERS and _name(o) not in tried), None)


def _proposals(bench: Bench, occurrence: Occurrence) -> Iterator[Proposal | Exception]:
    """A mender that fails mends nothing, and is no reason to leave the other repairs out."""
    try:
        yield from MENDERS[occurrence.rule](bench, occurrence)
    except Exception as error:
        yield error


def _try(
    bench: Bench, occurrence: Occurrence, finding: Finding, proposal: Proposal | Exception, unsafe: bool,
    ask: Callable[[Step], bool] | None,
) -> Step:  # fmt: skip
    if isinstance(proposal, Exception):
        return Step(finding, "this repair", "display", "skipped", f"it failed: {told(proposal)}")
    step = Step(finding, proposal.title, proposal.applicability, "planned")
    if proposal.state is None:
        return replace(step, status="held back", reason="it is yours to decide")
    if proposal.applicability == "unsafe" and not unsafe:
        return replace(step, status="held back", reason="it changes what the document means; --unsafe makes it")
    try:
        after = bench.judge(proposal.state)
        reason = _objection(bench.verdict, after, occurrence, proposal)
    except Exception as error:
        return replace(step, status="skipped", reason=f"what it leads to cannot be judged: {told(error)}")
    if reason is not None:
        return replace(step, status="skipped", reason=reason)
    if ask is not None and not ask(step):
        return replace(step, status="declined", reason="you declined it")
    bench.state, bench.verdict = proposal.state, after
    return step


def _left(verdict: Verdict, told: set[Name]) -> Iterator[Step]:
    """What no repair was found for, with what its rule says is to be done."""
    for occurrence, finding in _pairs(verdict):
        if finding.severity == "info" or finding.fix is None or _name(occurrence) in told:
            continue
        title = finding.fix.title
        reason = "it is yours to do"
        if title.startswith(("superalgos-rsa convert", "superalgos-rsa keygen")):
            reason = "it writes key material, which is done only when you say so"
        elif "FROM_THE_EXCHANGE" in title:
            reason = "it needs what the exchange's page shows"
        yield Step(finding, title, "display", "held back", reason)


def _objection(before: Verdict, after: Verdict, mended: Occurrence, proposal: Proposal) -> str | None:
    """Why a repair must not be made: its finding stays, an error comes, or something that worked no longer does."""
    name = _name(mended)
    if name in {_name(o) for o, _ in _pairs(after)} and not _removes_a_root(mended):
        return "the finding would stay"
    old = {_name(o) for o, _ in _pairs(before)}
    if mended.rule not in _COVERING:
        new = [f for o, f in _pairs(after) if f.severity == "error" and _name(o) not in old]
        if new:
            return f"it would bring {new[0].rule}"
    loading = {document.path for document in after.report.documents if document.loads}
    if any(document.loads and document.path not in loading for document in before.report.documents):
        return "a document would no longer load"
    usable = _usable(after)
    if any(was and not usable.get(key, False) for key, was in _usable(before).items()):
        return "a key that works would no longer work"
    if proposal.key_must_work and mended.key is not None and not usable.get(name[1:], False):
        return "the key would not work with it"
    return None


def _removes_a_root(occurrence: Occurrence) -> bool:
    """The next null moves to the place of the one that was taken out."""
    return (
        occurrence.rule == "workspace-crash"
        and occurrence.pointer is not None
        and len(occurrence.pointer) == 2
        and occurrence.pointer[0] == "rootNodes"
        and "null" in occurrence.message
    )


def _pairs(verdict: Verdict) -> list[tuple[Occurrence, Finding]]:
    return list(zip(verdict.occurrences, verdict.report.findings, strict=True))


def _name(occurrence: Occurrence) -> Name:
    """What makes a finding the same one after an edit that moves places: the node's id, if no other node has it."""
    if occurrence.key is not None:
        facts = occurrence.key
        ids = [key.id for key in facts.document.workspace.keys]
        own = facts.key.id if ids.count(facts.key.id) == 1 else None
        return (occurrence.rule, occurrence.document, own or facts.key.pointer)
    if occurrence.task is not None:
        task = occurrence.task.task
        ids = [other.id for other in occurrence.task.document.workspace.tasks]
        return (occurrence.rule, occurrence.document, (ids.count(task.id) == 1 and task.id) or task.pointer)
    return (occurrence.rule, occurrence.document, occurrence.pointer, occurrence.message)


def _usable(verdict: Verdict) -> dict[Name, bool]:
    found: dict[Name, bool] = {}
    for facts, entry in zip(verdict.world.keys, verdict.report.keys, strict=True):
        ids = [key.id for key in facts.document.workspace.keys]
        own = facts.key.id if ids.count(facts.key.id) == 1 else None
        found[(facts.document.path, own or facts.key.pointer)] = entry.usable is True
    return found
