"""What the findings mean for every key and every task, for the summary and for the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from installations import (
    API_KEY,
    HMAC_SECRET,
    KEY_FILE,
    Judged,
    Node,
    Site,
    ecosystem,
    entry,
    exchange,
    key,
    network,
    task,
    trading,
)
from key_samples import PASSPHRASE, private_pem, rsa_key

from superalgos_rsa.cli.session import exit_code


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name in ("SUPERALGOS_ROOT", "DATA_PATH"):
        monkeypatch.delenv(name, raising=False)
    return Site(tmp_path / "superalgos")


def test_a_good_credential_is_ready_and_nothing_is_said(site: Site) -> None:
    site.put_key()
    for before_start in (True, False):
        judged = site.trade(key(), before_start=before_start)
        assert judged.report.findings == ()
        assert judged.report.summary == (0, 0, 0, 1, 1, True)
        assert exit_code(judged.report) == 0
        (found,) = judged.report.keys
        assert (found.exchange, found.code_name, found.server) == (
            "binance",
            f"{API_KEY[:4]}…{API_KEY[-4:]}",
            "local",
        )
        assert (found.key_type, found.key_bits, found.signing, found.usable) == ("rsa", 2048, "rsa", True)
        assert found.secret == ("path", "node", KEY_FILE, str(site.root / KEY_FILE))
        assert found.used_by == (judged.task.id,)
        assert judged.task.key_id == found.id
        assert judged.report.installation[:4] == (str(site.root), "1.6.1", "2.7.62", False)


USED_OR_NOT: dict[str, tuple[Node, str]] = {
    "key-placeholder": (key("Paste your exchange API secret key"), "info"),
    "secret-missing": (key("   "), "info"),
    "vault-entry-missing": (key(""), "info"),
    "code-name-missing": (key("", ""), "info"),
    "path-not-found": (key("k.pem"), "error"),
    "config-invalid": (key(raw="{"), "error"),
}


@pytest.mark.parametrize("rule", USED_OR_NOT)
def test_some_mistakes_weigh_only_where_a_task_uses_the_key(site: Site, rule: str) -> None:
    node, unused = USED_OR_NOT[rule]
    assert site.trade(node).finding(rule).severity == "error"
    judged = site.keep(node)
    assert judged.finding(rule).severity == unused
    assert not judged.key.usable
    assert judged.report.exit_code == (unused == "error")
    assert judged.report.summary.ready


def two(site: Site) -> Path:
    """A good key with a task, and a broken one with another task."""
    site.put_key()
    good, bad = key(name="Good"), key("~/k.pem", "B" * 64, name="Bad")
    traded = exchange(good, bad)
    paper = task(bad, "Paper", session="Paper Trading Session")
    return site.workspace(network(traded, task(good, "A"), task(bad, "B"), paper), ecosystem(traded))


def test_one_broken_key_leaves_the_other_task_ready(site: Site) -> None:
    judged = site.judge(two(site))
    assert [(found.name, found.usable) for found in judged.report.keys] == [("Good", True), ("Bad", False)]
    assert [(t.name, t.ready) for t in judged.report.tasks] == [("A", True), ("B", False), ("Paper", True)]
    assert not judged.report.summary.ready
    assert judged.report.exit_code == 1


@pytest.mark.parametrize(
    ("tasks", "names", "errors"),
    [
        (None, ["A", "B"], ["path-not-expanded"]),
        ({"A"}, ["A"], []),
        ({"B"}, ["B"], ["path-not-expanded"]),
        ({"A", "B"}, ["A", "B"], ["path-not-expanded"]),
        ({"Paper"}, [], []),
        ({"nothing"}, [], []),
    ],
)
def test_before_a_start_only_the_tasks_in_question_and_their_keys_are_judged(
    site: Site, tasks: set[str] | None, names: list[str], errors: list[str]
) -> None:
    judged = site.judge(two(site), before_start=True, tasks=tasks)
    assert [found.name for found in judged.report.tasks] == names
    assert judged.errors == errors
    assert judged.report.summary.ready is not bool(errors)
    assert len(judged.report.keys) == len(names)


def test_a_task_may_be_named_by_its_id(site: Site) -> None:
    document = two(site)
    identity = site.judge(document).report.tasks[0].id
    assert identity is not None
    assert [found.name for found in site.judge(document, before_start=True, tasks={identity}).report.tasks] == ["A"]


def test_no_task_is_ready_in_a_workspace_that_ends_the_platform(site: Site) -> None:
    site.put_key()
    judged = site.judge(site.workspace(None, *trading(key())))
    assert (judged.errors, judged.key.usable, judged.task.ready) == (["workspace-crash"], True, False)
    assert not judged.report.summary.ready
    site.vault(None)
    judged = site.trade(key())
    assert (judged.errors, judged.task.ready) == (["vault-invalid"], False)


def test_a_document_that_cannot_be_read_hides_no_other(site: Site) -> None:
    site.put_key()
    good = site.workspace(*trading(key()))
    bad = site.put("Platform/My-Workspaces/A.json", "{")
    judged = site.judge(bad, good)
    assert judged.errors == ["document-unreadable"]
    assert (judged.key.usable, judged.task.ready, judged.report.summary.ready) == (True, True, False)
    assert [document.loads for document in judged.report.documents] == [False, True]


def test_findings_stand_in_the_order_of_the_documents_and_of_their_lines(site: Site) -> None:
    keys = [key(f"nothing-{index}.pem", f"{index}" * 64, name=f"K{index}") for index in range(3)]
    first = site.workspace(ecosystem(exchange(*keys)), name="B")
    second = site.workspace(ecosystem(exchange(*keys)), name="A")
    judged = site.judge(first, second)
    found = [finding for finding in judged.report.findings if finding.rule == "path-not-found"]
    assert [finding.document for finding in found] == [str(first)] * 3 + [str(second)] * 3
    lines = [finding.line or 0 for finding in found]
    assert lines[:3] == sorted(lines[:3]) == lines[3:]
    for finding in found:
        assert finding.document is not None
        assert finding.line is not None
        assert '"config"' in Path(finding.document).read_text().splitlines()[finding.line - 1]
        assert finding.node[-1] in ("K0", "K1", "K2")


def test_several_causes_are_each_told_once(site: Site) -> None:
    """The vault and the node differ, the file is encrypted, others may read it, and the testnet is on."""
    site.put(KEY_FILE, private_pem(rsa_key(), passphrase=PASSPHRASE), mode=0o644)
    site.vault(entry(KEY_FILE))
    judged = site.trade(key("My-Secrets/old.pem"), sandbox="false")
    assert judged.errors == ["exchange-sandbox", "pem-encrypted"]
    assert judged.warnings == ["file-permissions", "vault-overrides-node"]


SECRETS = st.sampled_from(
    [KEY_FILE, "~/k.pem", "k.pem", "", " ", "a/b", HMAC_SECRET, "PRIVATE KEY", "-----BEGIN", ".", "\0"]
)
TEXTS = SECRETS | st.text(max_size=80) | st.text(st.characters(codec="utf-8"), min_size=30, max_size=90)
VALUES = TEXTS | st.none() | st.integers() | st.booleans() | st.lists(st.text(max_size=3), max_size=2)


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    secret=VALUES,
    code_name=st.just(API_KEY) | VALUES,
    of_vault=st.none() | st.tuples(VALUES),
    name=st.sampled_from(["binance", "kraken", "bybit", "lbank", "nowhere", ""]),
    before_start=st.booleans(),
)
def test_the_laws_of_every_verdict_hold_for_any_values(
    site: Site, secret: object, code_name: object, of_vault: tuple[object] | None, name: str, before_start: bool
) -> None:
    """`Site.judge` asserts them."""
    site.put_key()
    site.vault(*([entry(of_vault[0], code_name)] if of_vault else []))
    own = key(secret, code_name)
    judged: Judged = site.trade(own, code_name=name, before_start=before_start)
    assert len(judged.report.keys) == len(judged.report.tasks) == 1
    assert json.loads(own["config"])["secret"] == secret
