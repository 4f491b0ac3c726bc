"""Whether bytes are a report of this program: a new report may overwrite only an old one.

Decided by the content alone, so that a report is known whatever user, machine or version wrote it.
"""

from __future__ import annotations

import json
import re

_FIELDS = {
    "version": int,
    "tool": str,
    "installation": dict,
    "documents": list,
    "keys": list,
    "tasks": list,
    "findings": list,
    "summary": dict,
}
# The last sentence of the report for people; its lines are wrapped, so any white space may separate the words.
_FOUND = r"nothing found|\d+ (error|warning|info)s?(, \d+ (warning|info)s?)*"
_COUNTS = rf"({_FOUND}) in \d+ documents?; \d+ keys?, \d+ tasks?"
_SENTENCE = re.compile(rf"(^| ){_COUNTS} — (not ready|ready|the tasks|no task|nothing to judge)[a-z ,;:]*\.$")
_LONGEST_SENTENCE = 50
# The heads of trees, and the lines below them.
_HEAD = re.compile(
    r"\S.* \((workspace|exported node|plugin file|vault|unreadable)\)"
    r"(: no keys, no tasks)?( ✘ loading it ends the whole platform)?"
)
_BELOW = ("│  ", "├─ ", "└─ ", "   ")


def is_report(data: bytes) -> bool:
    """Whether these bytes are a report of this program, which another may overwrite."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _is_json(text) or _is_for_people(text) or _is_tree(text)


def _is_json(text: str) -> bool:
    if not text.startswith("{"):
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return value.keys() == _FIELDS.keys() and all(isinstance(value[name], kind) for name, kind in _FIELDS.items())


def _is_for_people(text: str) -> bool:
    return _SENTENCE.search(" ".join(text[-2000:].split()[-_LONGEST_SENTENCE:])) is not None


def _is_tree(text: str) -> bool:
    *lines, last = text.split("\n")
    heads = [line for line in lines if line and not line.startswith(_BELOW)]
    return last == "" and bool(heads) and heads[0] == lines[0] and all(map(_HEAD.fullmatch, heads))
