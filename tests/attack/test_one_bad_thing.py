"""One bad thing never hides the rest: whatever step fails on one key or document, the others are judged as before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from installations import KEY_FILE, Judged, Site, ecosystem, exchange, key, network, task

from attack.limits import attacked
from superalgos_rsa.fixer import known_keys
from superalgos_rsa.keys.exposure import Surroundings
from superalgos_rsa.reports import text
from superalgos_rsa.superalgos.engine import installed_ccxt
from superalgos_rsa.validator import collect, documents, probe, validator
from superalgos_rsa.validator.facts import KeyFacts
from superalgos_rsa.validator.rules import registry

CANARY = "a-canary-that-no-output-may-hold"
SPOILT = "My-Secrets/spoilt.pem"
ERRORS: tuple[type[BaseException], ...] = (RuntimeError, MemoryError, UnicodeEncodeError)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two keys, each with a task, in a document of their own."""
    site = Site(tmp_path / "superalgos")
    site.put_key()
    site.put_key(SPOILT, number=1)
    spoilt, good = key(SPOILT, code_name="Qw2rT5yU" * 8, name="Spoilt"), key(KEY_FILE, name="Good")
    for each in (spoilt, good):
        traded = exchange(each)
        site.workspace(network(traded, task(each, each["name"])), ecosystem(traded), name=each["name"])
    return site


def an_error(kind: type[BaseException]) -> BaseException:
    return kind("utf-8", CANARY, 0, 1, CANARY) if kind is UnicodeEncodeError else kind(CANARY)


def failing(kind: type[BaseException], whole: Callable[..., Any], fails: Callable[..., bool]) -> Callable[..., Any]:
    def step(*given: Any, **more: Any) -> Any:
        if fails(*given):
            raise an_error(kind)
        return whole(*given, **more)

    return step


def of_spoilt(*given: Any) -> bool:
    return any(SPOILT in repr(each) or "Spoilt" in repr(each) for each in given)


# Each is a step on the way from a file to a verdict, and when it is made to fail.
STEPS: dict[str, tuple[Any, str, Callable[..., bool]]] = {
    "parsing a document": (documents, "read_workspace", of_spoilt),
    "loading a document": (documents, "load", of_spoilt),
    "classifying a document": (documents, "_classify", of_spoilt),
    "looking at a path": (probe, "examine", of_spoilt),
    "looking around a key": (Surroundings, "of", of_spoilt),
    "telling what a secret is": (probe, "secret_kind", of_spoilt),
    "finding the machine of a key": (probe, "server_of", of_spoilt),
    "finding the machine of a task": (collect, "server_of", of_spoilt),
    "making a finding": (validator, "_severity", of_spoilt),
}


def good_ones(judged: Judged) -> list[Any]:
    return [
        *(found for found in judged.report.documents if "Good" in found.path),
        *(found for found in judged.report.keys if found.name == "Good"),
        *(found for found in judged.report.tasks if found.name == "Good"),
    ]


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_hides_nothing_else(
    site: Site, step: str, kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    (site.root / SPOILT).chmod(0o644)  # so that there is a finding
    before = site.judge()
    module, name, fails = STEPS[step]
    monkeypatch.setattr(module, name, failing(kind, getattr(module, name), fails))
    judged = site.judge()
    assert good_ones(judged) == good_ones(before)
    assert len(good_ones(judged)) == 3
    failures = [finding.message for finding in judged.report.findings if finding.rule == "internal-error"]
    assert failures
    assert all(kind.__name__ in message for message in failures)
    assert CANARY not in repr(judged)
    assert not judged.report.summary.ready
    assert not any(found.ready for found in judged.report.tasks if found.name == "Spoilt")
    assert step.endswith("task") or not any(found.usable for found in judged.report.keys if found.name == "Spoilt")


@pytest.mark.parametrize("kind", ERRORS)
def test_an_engine_that_cannot_be_asked_hides_nothing(
    site: Site, kind: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from superalgos_rsa.cli import cli

    monkeypatch.setattr(installed_ccxt, "ask", failing(kind, installed_ccxt.ask, lambda *_: True))
    code = cli.main(["--root", str(site.root), "check", "--engine", "--format", "json"], standalone_mode=False)
    report = json.loads(capsys.readouterr().out)
    assert (code, [found["usable"] for found in report["keys"]]) == (0, [True, True])
    (finding,) = (found for found in report["findings"] if found["rule"] == "engine-unavailable")
    assert kind.__name__ in finding["message"]
    assert CANARY not in json.dumps(report)


def test_what_cannot_be_remembered_is_no_reason_to_fail(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_keys, "remember", failing(RuntimeError, known_keys.remember, lambda *_: True))
    assert site.judge().report.summary.ready


def test_a_rule_that_names_no_rule_of_the_catalogue_hides_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(subject: KeyFacts, _: object) -> list[registry.RawFinding]:
        return [registry.at_key("no-such-rule", "This is nothing", subject)]

    monkeypatch.setattr(registry, "CHECKS", [registry.Declared(frozenset(), KeyFacts, wrong), *registry.CHECKS])
    judged = site.judge()
    assert judged.errors == ["internal-error", "internal-error"]
    assert [found.usable for found in judged.report.keys] == [False, False]


def test_a_finding_that_cannot_be_drawn_hides_no_other(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.workspace(ecosystem(exchange(key("~/none.pem", code_name="Az1By2Cx" * 8, name="Third"))), name="Third")
    (site.root / SPOILT).chmod(0o644)
    report = site.judge().report
    monkeypatch.setattr(text, "_place", failing(RuntimeError, text._place, lambda finding, _: of_spoilt(finding)))
    said = text.render(report, color=False, width=100)
    assert "[path-not-expanded]" in said
    assert "warning: this finding could not be shown (RuntimeError) [file-permissions]" in said
    assert CANARY not in said


@pytest.mark.parametrize("setting", ['search = ["a\\u0000b"]', 'search = ["\\u0000"]'])
@pytest.mark.parametrize("command", ["check", "fix", "preflight"])
def test_nul_in_the_settings_is_told(site: Site, setting: str, command: str) -> None:
    site.put("superalgos-rsa.toml", setting)
    (site.root / SPOILT).unlink()
    answer = attacked(["--root", str(site.root), command])
    assert answer.holds, answer
    assert answer.code == 2
    assert "superalgos-rsa.toml: search.0 has not the right form" in answer.err
    assert "internal error" not in answer.err


def test_a_parser_that_fails_on_a_vault_hides_no_key(site: Site) -> None:
    """Digits without end, nesting without end: each is refused by another part of Python's own reader."""
    for data in ("9" * 5000, "[" * 100_000, "[" + "9" * 5000 + "]", '["\\ud800"]'):
        site.put("My-Secrets/workspace-credentials.json", data)
        answer = attacked(["--root", str(site.root), "check", "--format", "json"])
        assert answer.holds, answer
        assert [found["name"] for found in json.loads(answer.out)["keys"]] == ["Good", "Spoilt"]
