"""From names to a report: what is read and parsed on the way, and how often."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from installations import LIVE, VAULT, Site, ecosystem, entry, exchange, key, network, task

from superalgos_rsa.documents import json_text
from superalgos_rsa.superalgos.installation import open_installation
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.judge import documents_of, judge


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> "Counter[str]":
    """How often each file was opened."""
    counts: Counter[str] = Counter()
    real = os.open

    def noting(path: Any, *more: Any, **others: Any) -> int:
        counts[os.path.realpath(path)] += 1
        return real(path, *more, **others)

    monkeypatch.setattr(os, "open", noting)
    return counts


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> "Counter[str]":
    """How often each text was parsed as JSON."""
    counts: Counter[str] = Counter()
    real = json_text._hold_to_limits

    def noting(text: str) -> None:
        counts[text] += 1
        real(text)

    monkeypatch.setattr(json_text, "_hold_to_limits", noting)
    return counts


def _site(root: Path, entries: list[Any]) -> Site:
    site = Site(root)
    site.put_key("a.pem")
    site.vault(*entries)
    for name in ("One", "Two"):
        mine = key("a.pem", f"{name}aB3dE6gH" * 6, name)
        traded = exchange(mine, key("a.pem", f"{name}bB3dE6gH" * 6, f"{name} spare"), name=name)
        tasks = [task(mine, f"{name} {number}", session=LIVE) for number in range(3)]
        site.workspace(network(traded, *tasks, name=name, host=f"{name}.example"), ecosystem(traded), name=name)
    return site


@pytest.mark.parametrize("entries", [[], [entry("s")], [None]], ids=["empty", "an entry", "one that ends the platform"])
def test_a_bare_check_opens_each_document_once_and_parses_no_text_twice(
    tmp_path: Path, entries: list[Any], opened: "Counter[str]", parsed: "Counter[str]"
) -> None:
    site = _site(tmp_path, entries)
    installation = open_installation(site.root, {}, chosen=True)
    opened.clear()
    parsed.clear()
    all_facts, _ = judge(documents_of(installation, None), Settings(all_documents=True))
    assert [document.kind for document in all_facts.documents] == ["workspace", "workspace", "vault"]
    assert {opened[os.path.realpath(document.path)] for document in all_facts.documents} == {1}
    vault = (site.root / VAULT).read_text()
    configs = {text for text in parsed if "codeName" in text and "rootNodes" not in text}
    assert (parsed[vault], len(configs)) == (1, 5)  # four of keys, and one that both exchanges hold
    assert {text: count for text, count in parsed.items() if count > 1 and "sandBox" not in text} == {}


@pytest.mark.parametrize("data", [b"", b"[", b"\xef\xbb\xbf[]", b"[1"], ids=["empty", "cut", "a mark", "a number"])
def test_a_vault_that_is_no_json_is_read_and_parsed_once_too(
    tmp_path: Path, data: bytes, opened: "Counter[str]", parsed: "Counter[str]"
) -> None:
    site = _site(tmp_path, [])
    site.put(VAULT, data)
    installation = open_installation(site.root, {}, chosen=True)
    opened.clear()
    parsed.clear()
    all_facts, report = judge(documents_of(installation, None), Settings(all_documents=True))
    assert opened[os.path.realpath(site.root / VAULT)] == 1
    assert parsed[data.decode()] <= 1
    assert all_facts.documents[-1].vault is all_facts.vault
    assert any(finding.rule == "vault-invalid" for finding in report.findings)


def test_facts_and_report_know_a_key_and_a_task_by_the_same_identity(tmp_path: Path) -> None:
    site = _site(tmp_path, [])
    installation = open_installation(site.root, {}, chosen=True)
    all_facts, report = judge(documents_of(installation, None), Settings(all_documents=True))
    assert [facts.identity for facts in all_facts.keys] == [found.identity for found in report.keys]
    assert [trades.identity for trades in all_facts.tasks] == [
        (found.document, found.pointer) for found in report.tasks
    ]
    assert len({facts.identity for facts in all_facts.keys} | {trades.identity for trades in all_facts.tasks}) == 4 + 6
    assert all(report.keys_by_identity[facts.identity].name == facts.key.name for facts in all_facts.keys)


def test_a_document_that_is_named_twice_is_judged_twice_alike(tmp_path: Path) -> None:
    site = _site(tmp_path, [])
    site.put("a.pem", "no key")
    path = str(site.root / "Platform/My-Workspaces/One.json")
    installation = open_installation(site.root, {}, chosen=True)
    _, once = judge(documents_of(installation, [path]), Settings())
    _, twice = judge(documents_of(installation, [path, path]), Settings())
    assert twice.keys == once.keys * 2
    assert twice.tasks == once.tasks * 2
    assert once.keys[0].usable is False
