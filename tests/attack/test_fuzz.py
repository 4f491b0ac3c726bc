"""The fuzzer itself can fail: each fault that it looks for is planted, and seen."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from installations import HMAC_SECRET, key, trading

from attack import arena as arenas
from attack import fuzz
from attack.arena import Arena, Broken
from attack.cases import KINDS, make, plain
from attack.pairs import of_python, read, write
from attack.samples import WORKSPACE
from attack.scripts import examine
from attack.shrink import smallest
from superalgos_rsa.files.journal import Journal
from superalgos_rsa.validator.facts import DocumentFacts
from superalgos_rsa.validator.rules import registry

BROKEN_PATH = write(of_python({"type": "Workspace", "name": "W", "rootNodes": [*trading(key("k.pem"))]})).encode()
TESTS = Path(__file__).parents[1]


@pytest.fixture
def arena() -> Iterator[Arena]:
    with Arena() as made:
        yield made


def raising(*_: Any, **__: Any) -> Any:
    raise KeyError


def rule_that_raises(patch: pytest.MonkeyPatch) -> None:
    declared = registry.Declared(frozenset({"path-case"}), DocumentFacts, raising)
    patch.setattr(registry, "CHECKS", [*registry.CHECKS, declared])


def waiting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(arenas, "WAITED_SECONDS", 0.2)
    patch.setattr("superalgos_rsa.cli.check.judge", lambda *_, **__: os.read(os.pipe()[0], 1))


def large(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(arenas, "PEAK_BYTES", 2**24)
    patch.setattr("superalgos_rsa.cli.check.judge", lambda *_, **__: b"x" * (arenas.peak() + 2**26))


def says(text: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr("superalgos_rsa.reports.json_report.render", lambda *_, **__: text)


def invalid_report(patch: pytest.MonkeyPatch) -> None:
    from superalgos_rsa.reports import json_report

    patch.setattr(json_report, "render", lambda report: json.dumps({**json_report.to_dict(report), "keys": {}}))


def fickle(patch: pytest.MonkeyPatch) -> None:
    from superalgos_rsa.reports import json_report

    render, times = json_report.render, iter(range(100))
    patch.setattr(json_report, "render", lambda report: " " * next(times) + render(report))


def undo_that_does_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Journal, "undo", lambda self, *_: self.entries()[-1])


def repair_of_more(patch: pytest.MonkeyPatch) -> None:
    from superalgos_rsa.cli import fix
    from superalgos_rsa.fixer.plan import changes_of as made

    def more(*arguments: Any) -> Any:
        return [dataclasses.replace(one, new=(one.new or b"").replace(b'"W"', b'"V"')) for one in made(*arguments)]

    patch.setattr(fix, "changes_of", more)


PLANTED: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "an exception": (lambda patch: patch.setattr("superalgos_rsa.cli.check.judge", raising), "foreign exception"),
    "a rule that raises": (rule_that_raises, "foreign exception"),
    "an exit code of no meaning": (
        lambda p: p.setattr("superalgos_rsa.cli.check.exit_code", lambda *_: 7),
        "exit code 7",
    ),
    "an exit code that is not the report's": (
        lambda patch: patch.setattr("superalgos_rsa.cli.check.exit_code", lambda *_: 0),
        "the exit code is not that of the report",
    ),
    "a verdict that changes": (fickle, "the same is judged otherwise the second time"),
    "a secret": (says(f"xx{HMAC_SECRET[5:21]}xx"), "check shows a secret"),
    "a command to the terminal": (says("\x1b[2J"), "check prints U+001B as it is"),
    "a text turned round": (says("\u202e"), "check prints U+202E as it is"),
    "half a report": (says("{"), "check prints no JSON"),
    "a report without its parts": (invalid_report, "the report is not valid"),
    "a wait": (waiting, "check waits"),
    "slowness": (lambda patch: patch.setattr(arenas, "CPU_SECONDS", -1), "check takes too long"),
    "memory": (large, "check takes too much memory"),
    "an undo that does nothing": (undo_that_does_nothing, "apply and undo leaves other bytes"),
}


@pytest.mark.parametrize(("plant", "what"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_seen(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], what: str
) -> None:
    case = plain("repair", WORKSPACE, BROKEN_PATH)
    examine(arena, case)
    plant(monkeypatch)
    with pytest.raises(Broken) as seen:
        examine(arena, case)
    assert seen.value.what.startswith(what)


def test_a_repair_of_more_than_its_plan_says_is_seen(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or refused by the tool itself, which is no good plan either."""
    repair_of_more(monkeypatch)
    with pytest.raises(Broken, match=r"another value was changed|cannot be applied"):
        examine(arena, plain("repair", WORKSPACE, BROKEN_PATH))


def test_a_run_counts_its_inputs_and_tells_each_fault_once(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("superalgos_rsa.cli.check.judge", raising)
    count = fuzz.Count()
    fuzz.fuzz(arena, fuzz.seeds_for(["settings", "vault"], 3, None, 4), count)
    assert dict(count.inputs) == {"settings": 2, "vault": 2}
    assert [count.times[what] for what in count.broken] == [4]
    told = capsys.readouterr().out
    assert "settings 3: foreign exception" in told
    assert "attack.fuzz --kind settings --seed 3" in told
    assert "superalgos-rsa.toml: b''" in told  # any would do, so the least is none


def test_the_command_fails_when_a_law_is_broken_and_when_a_kind_was_not_reached(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fuzz.main(["--kind", "installation", "--seed", "0"]) == 0
    assert fuzz.main(["--inputs", "3"]) == 2
    monkeypatch.setattr("superalgos_rsa.cli.check.judge", raising)
    assert fuzz.main(["--kind", "installation", "--seed", "0"]) == 1
    assert "1 faults" in capsys.readouterr().out


@pytest.mark.parametrize(("file", "seconds"), [("docs/SECURITY.md", 600), (".ci/run", 60)])
def test_the_command_that_is_documented_and_that_ci_runs_parses(file: str, seconds: int) -> None:
    command = "PYTHONPATH=tests .venv/bin/python -m attack.fuzz"
    lines = (TESTS.parent / file).read_text("utf-8").splitlines()
    (line,) = (line for line in lines if line.startswith(command))
    assert fuzz.options_of(line.removeprefix(command).split()).seconds == seconds


def _digest() -> str:
    made = [make(kind, seed) for kind in KINDS for seed in range(6)]
    text = repr([(case.place, case.data, sorted(case.files.items()), case.secrets) for case in made])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def test_a_seed_means_the_same_input_in_every_process() -> None:
    words = [sys.executable, "-c", "import attack.test_fuzz as t; print(t._digest())"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "PYTHONHASHSEED": "7"}
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == _digest()


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_differ(kind: str) -> None:
    made = {repr((case.place, case.data, case.files)) for case in (make(kind, seed) for seed in range(20))}
    assert len(made) > 15


def test_the_least_that_fails_is_found() -> None:
    value = {"a": [1, {"b": "text", "keys": [[], [[]], 7]}, *range(300)], "c": {"d": "x" * 900}}
    least = smallest(write(of_python(value)).encode(), lambda data: b"[[]" in data.replace(b" ", b""))
    assert least.replace(b" ", b"") == b"[[]"


def test_what_is_nested_deeper_than_python_recurses_is_cut_as_bytes() -> None:
    assert smallest(b"[" * 5000 + b"7" + b"]" * 5000, lambda data: b"7" in data) == b"7"


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1.0, "b": [null, "\\ud800", 1e999, -0]}', "[]", "5", '{"": {"": []}}'])
def test_what_is_read_is_written_as_it_was(text: str) -> None:
    assert write(read(text), None) == text


def test_real_workspaces_are_fuzzed_too(arena: Arena, real_workspaces: Path) -> None:
    given = [path.read_bytes() for path in sorted(real_workspaces.glob("*.json"))]
    assert given
    for seed in range(8):
        examine(arena, make("document", seed, given))
