"""The report for programs: every field of the report values under its own name, whatever the verbosity."""

from __future__ import annotations

import json
import re

from superalgos_rsa.reports.terminal import shown
from superalgos_rsa.validator.report import Fix, Report


def to_dict(report: Report) -> dict[str, object]:
    """The report in plain dicts and lists, in the order in which the contract names the fields."""
    fields = {name: plain(value) for name, value in report._asdict().items()}
    return {"version": report.version, **fields}


def render(report: Report) -> str:
    """The report as the text that `--format json` prints."""
    return dumps(to_dict(report)) + "\n"


def dumps(value: object) -> str:
    """JSON in which every invisible character is escaped.

    JSON allows them, but a terminal obeys control characters, and a UTF-8 stream takes no lone surrogate.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return re.sub(r"[^\n\x20-\x7e]", lambda found: _visible(found[0]), text)


def _visible(character: str) -> str:
    return character if shown(character) == character else json.dumps(character)[1:-1]


def plain(value: object) -> object:
    """A value of the report as dicts and lists."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Fix):
        return {"title": value.title, "applicability": value.applicability, "command": list(value.command) or None}
    if hasattr(value, "_fields"):
        return {name: plain(getattr(value, name)) for name in value._fields}
    assert isinstance(value, tuple)
    return [plain(item) for item in value]
