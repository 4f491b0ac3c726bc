"""Reads what `--format json` printed back into the report value. The text may come from another machine: it is believed
only as far as the schema goes, and what can be counted is counted again."""

from __future__ import annotations

from typing import Any, TypeVar

from superalgos_rsa.documents import schema
from superalgos_rsa.documents.json_text import JsonError, LimitError, decode_noting_error, parse, pointer_text
from superalgos_rsa.validator.report import (
    DocumentEntry,
    Finding,
    Fix,
    InstallationEntry,
    KeyEntry,
    Report,
    SecretEntry,
    Summary,
    TaskEntry,
)

_VERSION = 1
Entry = TypeVar("Entry", DocumentEntry, Finding, InstallationEntry, KeyEntry, SecretEntry, TaskEntry)


class NoReportError(Exception):
    """These bytes are no report that this version reads. The reason quotes nothing of them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(data: bytes) -> Report:
    """The report that was saved as these bytes. Raises `NoReportError`."""
    text, wrong = decode_noting_error(data)
    if wrong is not None:
        raise NoReportError(f"line {wrong.line}, column {wrong.column}: it is not UTF-8")
    try:
        value = parse(text)
    except JsonError as error:
        where = f"line {error.place.line}, column {error.place.column}: it is no JSON: "
        raise NoReportError(error.reason if isinstance(error, LimitError) else where + error.reason) from None
    if not isinstance(value, dict) or not {"version", "tool", "findings", "summary"} <= value.keys():
        raise NoReportError("it is JSON, but no report of superalgos-rsa")
    if value["version"] != _VERSION:
        raise NoReportError(f"its version of the report is not {_VERSION}, the only one that this program reads")
    problem = schema.first_problem("report", value)
    if problem is not None:
        where = pointer_text(problem.pointer) or "the whole"
        raise NoReportError(f"it is no whole report: {where} {problem.message}")
    return _report(value)


def _report(value: dict[str, Any]) -> Report:
    keys = tuple(
        _entry(KeyEntry, key, secret=_entry(SecretEntry, key["secret"]), used_by=tuple(key["used_by"]))
        for key in value["keys"]
    )
    tasks = tuple(_entry(TaskEntry, task) for task in value["tasks"])
    findings = tuple(
        _entry(Finding, finding, fix=_fix(finding["fix"]), node=tuple(finding["node"])) for finding in value["findings"]
    )
    return Report(
        value["tool"],
        _entry(InstallationEntry, value["installation"]),
        tuple(_entry(DocumentEntry, document) for document in value["documents"]),
        keys,
        tasks,
        findings,
        Summary.of(keys, tasks, findings, value["summary"]["ready"]),
    )


def _entry(kind: type[Entry], value: dict[str, Any], **made: object) -> Entry:
    """The members that this version knows; later ones are passed over."""
    return kind(**{name: value[name] for name in kind._fields if name in value} | made)


def _fix(value: dict[str, Any] | None) -> Fix | None:
    if value is None:
        return None
    words = tuple(value.get("command") or ())
    return Fix(value["applicability"], words, "" if words else value["title"])
