"""The report for programs: every field of the report values under its own name, whatever the verbosity."""

from __future__ import annotations

import json
import re

from superalgos_rsa.report import Report

# Python writes lone surrogates raw, and no UTF-8 stream takes those. The others are legal in JSON, but a terminal obeys
# them: a C1 control is a whole escape sequence, a bidi override turns the rest of a line round.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def to_dict(report: Report) -> dict[str, object]:
    """The report in plain dicts and lists, in the order in which the contract names the fields."""
    return {
        "version": report.version,
        "tool": report.tool,
        "installation": _plain(report.installation),
        "documents": _plain(report.documents),
        "keys": _plain(report.keys),
        "tasks": _plain(report.tasks),
        "findings": _plain(report.findings),
        "summary": _plain(report.summary),
    }


def render(report: Report) -> str:
    text = json.dumps(to_dict(report), indent=2, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int):
        return value
    if hasattr(value, "_fields"):
        return {name: _plain(getattr(value, name)) for name in value._fields}
    assert isinstance(value, tuple)
    return [_plain(item) for item in value]
