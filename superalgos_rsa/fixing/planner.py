"""From findings to a plan: each repair is made in memory, judged by the same rules, and kept only if it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from superalgos_rsa.fixing.menders import MENDERS, Bench, Proposal, Wishes
from superalgos_rsa.fixing.state import Judge, State, Verdict
from superalgos_rsa.report import Applicability, Finding
from superalgos_rsa.rules.registry import Occurrence

Status = Literal["planned", "held back", "skipped", "declined"]
_MOST_STEPS = 500
# While one of these stands, nothing below it can be judged; what then comes to light is not the repair's doing.
_COVERING = frozenset({"config-invalid", "config-missing", "workspace-crash", "config-control-character"})


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
    steps: list[Step] = []
    tried: set[tuple[object, ...]] = set()
    while len(tried) < _MOST_STEPS:
        found = next(((o, f) for o, f in _pairs(bench.verdict) if o.rule in MENDERS and _name(o) not in tried), None)
        if found is None:
            break
        occurrence, finding = found
        tried.add(_name(occurrence))
        proposals = MENDERS[occurrence.rule](bench, occurrence)
        made = [_try(bench, occurrence, finding, proposal, unsafe, ask) for proposal in proposals]
        steps += made
        if _removes_a_root(occurrence) and any(step.status == "planned" for step in made):
            tried.discard(_name(occurrence))  # what has this name now is another one
    return Plan(tuple(steps), bench.state, before, bench.verdict)


def _try(
    bench: Bench, occurrence: Occurrence, finding: Finding, proposal: Proposal, unsafe: bool,
    ask: Callable[[Step], bool] | None,
) -> Step:  # fmt: skip
    step = Step(finding, proposal.title, proposal.applicability, "planned")
    if proposal.applicability == "unsafe" and not unsafe:
        return Step(
            finding, proposal.title, "unsafe", "held back", "it changes what the document means; --unsafe makes it"
        )
    after = bench.judge(proposal.state)
    reason = _objection(bench.verdict, after, occurrence, proposal)
    if reason is not None:
        return Step(finding, proposal.title, proposal.applicability, "skipped", reason)
    if ask is not None and not ask(step):
        return Step(finding, proposal.title, proposal.applicability, "declined", "you declined it")
    bench.state, bench.verdict = proposal.state, after
    return step


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
    if _count_loading(after) < _count_loading(before):
        return "a document would no longer load"
    usable = _usable(after)
    if any(was and not usable.get(key, False) for key, was in _usable(before).items()):
        return "a key that works would no longer work"
    if proposal.key_must_work and mended.key is not None and not usable.get(_key_name(mended), False):
        return "the key would not work with it"
    return None


def _removes_a_root(occurrence: Occurrence) -> bool:
    """The next null moves to the place of the one that was taken out."""
    return (
        occurrence.rule == "workspace-crash"
        and occurrence.pointer is not None
        and occurrence.pointer[:1] == ("rootNodes",)
    )


def _pairs(verdict: Verdict) -> list[tuple[Occurrence, Finding]]:
    return list(zip(verdict.occurrences, verdict.report.findings, strict=True))


def _name(occurrence: Occurrence) -> tuple[object, ...]:
    """What makes a finding the same one after an edit that moves places."""
    if occurrence.key is not None:
        key = occurrence.key.key
        return (occurrence.rule, occurrence.document, key.id or key.pointer)
    if occurrence.task is not None:
        return (occurrence.rule, occurrence.document, occurrence.task.task.id or occurrence.task.task.pointer)
    return (occurrence.rule, occurrence.document, occurrence.pointer, occurrence.message)


def _key_name(occurrence: Occurrence) -> tuple[object, ...]:
    return _name(occurrence)[1:]


def _usable(verdict: Verdict) -> dict[tuple[object, ...], bool]:
    return {
        (facts.document.path, facts.key.id or facts.key.pointer): entry.usable
        for facts, entry in zip(verdict.world.keys, verdict.report.keys, strict=True)
    }


def _count_loading(verdict: Verdict) -> int:
    return sum(document.loads is True for document in verdict.report.documents)
