"""Every id that a rule may emit is in the catalogue, and none of the catalogue is left without a rule unnoticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from installations import Site, key

from superalgos_rsa.reports.conclusion import UNREACHABLE
from superalgos_rsa.validator import rules
from superalgos_rsa.validator.facts import DocumentFacts, Facts, KeyFacts, TaskFacts
from superalgos_rsa.validator.rules import registry
from superalgos_rsa.validator.rules.catalogue import RULES, run
from superalgos_rsa.validator.rules.registry import CHECKS, INTERNAL_ERROR, Declared

NO_CHECK = {INTERNAL_ERROR, UNREACHABLE}
"""Rules that no function over facts emits: about a check that failed, and about a machine that left no report."""


def declared() -> set[str]:
    assert run is not None  # importing it declares every rule
    return {rule for each in CHECKS for rule in each.ids}


def test_every_rule_of_the_catalogue_is_one_that_something_emits() -> None:
    assert declared() <= RULES.keys()
    assert RULES.keys() - declared() == NO_CHECK


def test_every_id_a_module_names_is_declared_there() -> None:
    for path in Path(rules.__path__[0]).glob("*.py"):
        text = path.read_text("utf-8")
        named = {found for found in re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', text) if found in RULES}
        assert named <= declared() | NO_CHECK


@pytest.mark.parametrize("subject", [DocumentFacts, KeyFacts, TaskFacts, Facts])
def test_a_rule_that_crashes_is_a_finding_and_the_others_still_run(
    site: Site, subject: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "a-canary-that-no-report-may-hold"

    def broken(_: object, __: Facts) -> list[registry.RawFinding]:
        raise RuntimeError(canary)

    everything = [Declared(frozenset({"key-size"}), subject, broken), *CHECKS]
    monkeypatch.setattr(registry, "CHECKS", everything)
    judged = site.trade(key("~/k.pem"))
    assert judged.errors == ["internal-error", "path-not-expanded"]
    finding = judged.finding("internal-error")
    assert "RuntimeError" in finding.message
    assert "key-size" in finding.message
    assert canary not in repr(judged)
    site.put_key()
    judged = site.trade(key())
    assert judged.errors == ["internal-error"]
    assert judged.key.usable is (subject is not KeyFacts)
    assert judged.task.ready is (subject not in (KeyFacts, TaskFacts))
    assert not site.trade(key(), before_start=True).report.summary.ready
