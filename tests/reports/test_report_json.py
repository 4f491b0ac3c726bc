from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from report_samples import BROKEN_KEY, GREEN, KEY, MIXED, PERMISSIONS, TASK, report
from report_strategies import reports

from superalgos_rsa.documents import schema
from superalgos_rsa.reports import json_report
from superalgos_rsa.validator.report import Report

TOP = ["version", "tool", "installation", "documents", "keys", "tasks", "findings", "summary"]
INSTALLATION = ["root", "superalgos", "ccxt", "platform_running", "user", "asked_by"]
DOCUMENT = ["path", "kind", "loads", "keys", "tasks"]
KEY_FIELDS = [
    *("document", "pointer", "line", "id", "name", "exchange", "code_name", "secret", "signing", "usable"),
    *("key_type", "key_bits", "public_key_sha256", "server", "used_by", "engine_signing"),
]
SECRET = ["kind", "source", "path", "resolved"]
TASK_FIELDS = [
    *("document", "pointer", "line", "id", "name", "session", "exchange", "lan_node", "server"),
    *("needs_key", "key_id", "ready"),
]
FINDING = [
    *("rule", "severity", "message", "document", "pointer", "line", "column", "key_id", "task_id", "path"),
    *("server", "would_cause", "fix", "node"),
]
SUMMARY = ["errors", "warnings", "infos", "keys", "tasks", "ready"]


def as_javascript_reads(value: object) -> object:
    """Two halves of a surrogate pair are one character to JSON, though Python holds them apart."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("value", [GREEN, MIXED, report(keys=(), tasks=(), documents=())])
def test_every_object_has_all_its_fields_in_the_order_of_the_contract(value: Report) -> None:
    read: dict[str, Any] = json.loads(json_report.render(value))
    assert list(read) == TOP
    assert list(read["installation"]) == INSTALLATION
    assert list(read["summary"]) == SUMMARY
    assert [list(item) for item in read["documents"]] == [DOCUMENT] * len(value.documents)
    assert [list(item) for item in read["keys"]] == [KEY_FIELDS] * len(value.keys)
    assert [list(item["secret"]) for item in read["keys"]] == [SECRET] * len(value.keys)
    assert [list(item) for item in read["tasks"]] == [TASK_FIELDS] * len(value.tasks)
    assert [list(item) for item in read["findings"]] == [FINDING] * len(value.findings)
    fixes = [item["fix"] for item in read["findings"] if item["fix"] is not None]
    assert all(list(fix) == ["title", "applicability", "command"] for fix in fixes)


@pytest.mark.parametrize("value", [GREEN, MIXED])
def test_the_report_is_valid_by_its_own_schema(value: Report) -> None:
    assert schema.problems("report", json.loads(json_report.render(value))) == []


def test_findings_keep_the_order_of_the_report() -> None:
    """Only text for people sorts by severity; programs get the order of the documents."""
    read = json.loads(json_report.render(MIXED))
    assert [item["rule"] for item in read["findings"]] == [finding.rule for finding in MIXED.findings]


def test_what_does_not_apply_is_null_and_an_empty_list_is_a_list() -> None:
    keys = json.loads(json_report.render(report(PERMISSIONS, keys=(KEY, BROKEN_KEY))))["keys"]
    assert (keys[1]["public_key_sha256"], keys[1]["used_by"]) == (None, [])
    assert json_report.to_dict(report(keys=()))["keys"] == []


def test_layout_is_two_spaces_unescaped_letters_and_a_final_newline() -> None:
    text = json_report.render(report(tasks=(TASK,)))
    assert text.startswith('{\n  "version": 1,\n  "tool": "0.1.0",\n')
    assert text.endswith("\n}\n")
    assert "AbCd…wXyZ" in text


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("\ud800", r'"\ud800"'),
        ("a\udc41", r'"a\udc41"'),
        ("\\\udfff", r'"\\\udfff"'),
        ("\x1b[31m", r'"\u001b[31m"'),
        ("\x9b31m", r'"\u009b31m"'),
        ("\u202egnp", r'"\u202egnp"'),
        ("Schlüssel 钥匙 🔑", '"Schlüssel 钥匙 🔑"'),
    ],
)
def test_what_utf8_cannot_hold_or_a_terminal_obeys_is_escaped(name: str, written: str) -> None:
    text = json_report.render(report(documents=(), tasks=(), keys=(), installation_root=name))
    assert f'"root": {written},' in text


@given(reports())
def test_any_report_is_utf8_reads_back_as_it_was_and_commands_no_terminal(value: Report) -> None:
    text = json_report.render(value)
    text.encode("utf-8")
    assert json.loads(text) == as_javascript_reads(json_report.to_dict(value))
    assert not [
        character for character in text if character != "\n" and (character < " " or "\x7f" <= character <= "\x9f")
    ]
