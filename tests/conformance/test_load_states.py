"""`loads` against what the real platform did in every state of `load_states`, once and for all (`load_answers`)."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from superalgos_rsa.cli.session import Session, judge

from .load_answers import Told, told
from .load_states import ROOTS, WORKSPACES, State, build, states

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the platform was asked on Linux, where any name can be made"
)
_NEAR_THE_BOUND = frozenset({"a bare list as config, levels: 2500", "a code name of lists, levels: 2500"})
"""Where some Node dies and another lives on."""


def test_the_answers_are_those_to_all_states() -> None:
    assert set(told()) == set(states())


@pytest.mark.parametrize("root", ROOTS)
def test_loads_is_what_the_platform_did(
    root: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    installation = tmp_path / root
    (tmp_path / "linked" if root == ROOTS[-1] else installation).mkdir(parents=True)
    if root == ROOTS[-1]:
        installation.symlink_to("linked")
    rows = {state: answer for state, answer in told().items() if state.root == root}
    counts: Counter[bool | None] = Counter()
    different = []
    for state, answer in rows.items():
        loads, problem = _judged(installation, state, answer)
        counts[loads] += 1
        if problem:
            different.append(f"{state}: {problem}; the platform: {answer.answers}")
    record_property(
        "counts",
        f"loads, installation in {root}: {len(rows)} states that the real platform was asked to load, {counts[True]} "
        f"live, {counts[False]} die, {counts[None]} vary with Node; {len(different)} differ from the platform",
    )
    assert different == []


def _judged(root: Path, state: State, answer: Told) -> tuple[bool | None, str]:
    path = build(root, state)
    session = Session(str(root), None)
    _, report = judge(session, (str(path),))
    (document,) = report.documents
    if document.loads != answer.loads and not (document.loads is None and state.shape in _NEAR_THE_BOUND):
        return document.loads, f"loads is {document.loads}"
    if not document.loads and report.exit_code == 0:
        return document.loads, "the exit code is 0"
    never = state.place.startswith(WORKSPACES) and "200" not in answer.answers
    if document.loads and never and not any(finding.rule.startswith("document-") for finding in report.findings):
        return document.loads, "no finding says that it can never be loaded"
    if not answer.loads:
        _, before_start = judge(session, (), before_start=True)
        if os.path.realpath(path) not in {os.path.realpath(found.path) for found in before_start.documents}:
            return document.loads, "it is not listed"
        if before_start.exit_code != 1:
            return document.loads, "the platform may be started"
    return document.loads, ""
