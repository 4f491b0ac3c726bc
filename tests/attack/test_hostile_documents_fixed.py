"""Whatever stands where nodes are expected: a plan is JSON that differs in what it says, and hides no other repair."""

from __future__ import annotations

import copy
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.test_watch import watch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from installations import API_KEY, VAULT, Site, ecosystem, exchange, key, trading

from attack.limits import attacked
from superalgos_rsa.cli import main
from superalgos_rsa.documents.edit import Meant
from superalgos_rsa.fixer.context import FixContext, FixOptions, Proposal
from superalgos_rsa.fixer.plan import changes_of, plan
from superalgos_rsa.fixer.repairs import MENDERS
from superalgos_rsa.fixer.trial import Judge
from superalgos_rsa.superalgos.installation import open_installation
from superalgos_rsa.superalgos.vault import read_vault
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.documents import read_source
from superalgos_rsa.validator.rules.registry import RawFinding

ODD: list[Any] = [
    [[]], "bybit", ["x"], [5], [[[]]], None, {}, [], 5, True, "", [None], [{}], {"length": 1}, {"length": 1, "0": {}},
    {"length": "2", "0": {"config": "{"}, "1": {}}, [{"config": None}], [{"config": {}}], [{"config": ["{"]}],
    [{"config": '{"codeName": null}'}], [["config"]], [{"type": "Exchange Account Key"}],
    [{"type": "Exchange Account Key", "config": '{"secret": {"a": 1},}'}],
]  # fmt: skip
MEMBERS = (
    "rootNodes", "cryptoExchanges", "exchanges", "exchangeAccounts", "userAccounts", "userKeys", "keys", "config",
    "exchangeMarkets", "keyReference", "savedPayload", "referenceParent", "bot", "id", "name", "type", "project",
)  # fmt: skip


def set_at(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    value[path[0]] = set_at(value[path[0]], path[1:], new)
    return value


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        if step in MEMBERS or isinstance(step, int):
            yield (*at, step)
        yield from places(item, (*at, step))


TEMPLATE = {"type": "Workspace", "name": "W", "rootNodes": list(trading(key("~/My-Secrets/k.pem")))}
PLACES = sorted(places(TEMPLATE), key=str)
KEYS = next(place for place in PLACES if place[-1] == "keys")


def workspace_with(*changes: tuple[tuple[str | int, ...], Any]) -> Any:
    value = copy.deepcopy(TEMPLATE)
    for place, odd in changes:
        try:
            value = set_at(value, place, odd)
        except (LookupError, TypeError):  # an earlier change took that place away
            continue
    return value


def differences(was: Any, now: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places at which two JSON values differ; of text that holds JSON, those in it."""
    if isinstance(was, dict) and isinstance(now, dict):
        for name in [*was, *(name for name in now if name not in was)]:
            if name in was and name in now:
                yield from differences(was[name], now[name], (*at, name))
            else:
                yield (*at, name)
    elif isinstance(was, list) and isinstance(now, list):
        was = [item for item in was if item is not None] if len(was) > len(now) else was
        if len(was) != len(now):
            yield at
        for index, (left, right) in enumerate(zip(was, now, strict=False)):
            yield from differences(left, right, (*at, index))
    elif json.dumps(was) != json.dumps(now):
        try:
            texts = json.loads(was), json.loads(now)
        except (TypeError, ValueError):
            yield at
        else:
            yield from differences(*texts, at)


REPAIRED = {"config", "codeName", "secret", "keys", "exchanges", "userAccounts", "cryptoExchanges", "value", "key"}


class Tried:
    """What `fix` would write for these documents, beside a good one that has one known mistake."""

    def __init__(self, *odd: Any, vault: Any = ()) -> None:
        with tempfile.TemporaryDirectory() as folder:
            site = Site(Path(folder, "superalgos"))
            site.put_key()
            site.put(VAULT, json.dumps(vault))
            names = []
            for index, value in enumerate(odd):
                text = json.dumps(value, indent=4, ensure_ascii=False)
                names.append(site.put(f"Platform/My-Workspaces/{index}.json", text.encode("utf-8", "surrogatepass")))
            self.good = site.workspace(ecosystem(exchange(key(" My-Secrets/k.pem", "b" * 64, "Good"))), name="Good")
            installation = open_installation(site.root, {})
            sources = tuple(read_source(str(name), 1_000_000) for name in (*names, self.good))
            sources = (*sources, read_source(str(installation.vault), 1_000_000))
            judge = Judge(sources, installation, read_vault(installation.vault), Settings())
            self.plan = plan(judge, FixOptions(), unsafe=True)
            self.changes = changes_of(self.plan, judge)


def check(*odd: Any, vault: Any = ()) -> None:
    tried = Tried(*odd, vault=vault)
    assert not [step for step in tried.plan.steps if step.reason and "fail" in step.reason]
    if isinstance(vault, list | tuple):  # any other is no vault, and no key can be judged with it
        assert str(tried.good) in {change.path for change in tried.changes}, [s.reason for s in tried.plan.steps]
    for change in tried.changes:
        if change.new is None:
            continue
        was, now = json.loads(change.old or b"[]"), json.loads(change.new)
        for place in differences(was, now):
            assert place[-1] in REPAIRED or "referenceParent" in place or place == ("rootNodes",), place


_CHANGES = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ODD)), min_size=1, max_size=3)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "bybit", "{}", "{", '{"codeName": null}']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["config", "length", "0", "type", "keys", "id"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("odd", ODD, ids=json.dumps)
def test_every_odd_value_in_the_place_of_the_keys(odd: Any) -> None:
    check(workspace_with((KEYS, odd)))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(_CHANGES)
@example([(KEYS, [[]])])
def test_odd_values_at_every_place(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    check(workspace_with(*changes))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(_JSON)
def test_arbitrary_json_in_the_place_of_the_keys(value: Any) -> None:
    check(workspace_with((KEYS, value)))


_ENTRY = st.fixed_dictionaries({"type": st.just("exchange"), "key": st.sampled_from([API_KEY, "", None, 5])})


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(_JSON, _JSON | st.lists(_ENTRY | _JSON, max_size=3))
def test_arbitrary_json_in_the_place_of_the_vault_and_of_a_node(value: Any, vault: Any) -> None:
    odd = {"type": "Exchange Account Key", "config": value}
    check(odd, [value], value, workspace_with((KEYS, [odd])), vault=vault)


@pytest.mark.parametrize("odd", [[[]], "bybit", ["x"], [5], [[[]]], None], ids=json.dumps)
def test_the_command_mends_the_other_document(odd: Any, tmp_path: Path) -> None:
    site = Site(tmp_path / "superalgos")
    site.put_key()
    bad = site.put("Platform/My-Workspaces/A.json", json.dumps(workspace_with((KEYS, odd))))
    before = bad.read_bytes()
    good = site.workspace(*trading(key("~/My-Secrets/k.pem")), name="Good")
    answer = attacked(["--root", str(site.root), "fix", "--apply"], environment={"HOME": str(tmp_path)})
    assert answer.holds, answer
    assert "My-Secrets/k.pem" in good.read_text()
    assert "~" not in good.read_text()
    assert json.loads(bad.read_bytes()) == json.loads(before)


@pytest.mark.skipif(os.name != "posix", reason="its signals are those of POSIX")
@pytest.mark.parametrize("odd", [[[]], "bybit", [5]], ids=json.dumps)
def test_a_watch_that_mends_mends_the_other_document(odd: Any, tmp_path: Path) -> None:
    site = Site(tmp_path / "superalgos")
    site.put_key()
    bad = site.put("Platform/My-Workspaces/A.json", json.dumps(workspace_with((KEYS, odd))))
    before = json.loads(bad.read_bytes())
    good = site.workspace(*trading(key("~/My-Secrets/k.pem", "b" * 64)), name="Good")
    with watch(site.root, "--fix") as running:
        assert running.event()["event"] == "start"
        assert running.stop() == 1
    assert "~" not in good.read_text()
    assert json.loads(bad.read_bytes()) == before


# --- Menders that are wrong -------------------------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path) -> tuple[Site, Path, Path]:
    site = Site(tmp_path / "superalgos")
    site.put_key()
    first = site.workspace(*trading(key(" My-Secrets/k.pem", "a" * 64, "A")), name="A")
    second = site.workspace(*trading(key("~/My-Secrets/k.pem", "b" * 64, "B")), name="B")
    return site, first, second


def fix(site: Site) -> int:
    return main(["--root", str(site.root), "fix", "--apply"])


@pytest.mark.parametrize("when", ["at once", "after a proposal that is skipped"])
def test_a_mender_that_raises_hides_no_other_repair(
    two: tuple[Site, Path, Path], when: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site, first, second = two
    before = first.read_bytes()

    def mender(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
        if when != "at once":
            yield Proposal("nothing", "safe", context.state)
        raise KeyError("CANARY")

    monkeypatch.setitem(MENDERS, "path-whitespace", mender)
    assert fix(site) == 1
    shown = capsys.readouterr().out
    assert "skipped: this repair [path-whitespace] — it failed: KeyError" in shown
    assert "CANARY" not in shown
    assert first.read_bytes() == before
    assert "~" not in second.read_text()


def test_a_state_that_nobody_can_judge_hides_no_other_repair(
    two: tuple[Site, Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site, first, second = two
    before = first.read_bytes()

    def mender(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
        yield Proposal("judge this", "safe", context.state.with_file(str(first), 5, ()))  # type: ignore[arg-type]

    monkeypatch.setitem(MENDERS, "path-whitespace", mender)
    assert fix(site) == 1
    assert "skipped: judge this" in capsys.readouterr().out
    assert first.read_bytes() == before
    assert "~" not in second.read_text()


def test_a_mender_that_changes_more_than_it_says_writes_nothing(
    two: tuple[Site, Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No rule sees that the workspace has another name, so only the writer can."""
    site, first, second = two
    before = first.read_bytes(), second.read_bytes()

    def mender(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
        text = context.text(str(first))
        new = text.replace(" My-Secrets/k.pem", "My-Secrets/k.pem")
        config = json.loads(new)["rootNodes"][1]["cryptoExchanges"][0]["exchanges"][0]["exchangeAccounts"]
        at = (*KEYS, 0, "config")
        meant = Meant(at, config["userAccounts"][0]["userKeys"]["keys"][0]["config"])
        state = context.state.with_file(str(first), new.replace('"name": "A",', '"name": "Z",', 1).encode(), (meant,))
        yield Proposal("more than that", "safe", state)

    monkeypatch.setitem(MENDERS, "path-whitespace", mender)
    assert fix(site) == 2
    assert "would change other values than it says; nothing was written" in capsys.readouterr().err
    assert (first.read_bytes(), second.read_bytes()) == before
