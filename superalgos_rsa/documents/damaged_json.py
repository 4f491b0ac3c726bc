"""JSON text that a person broke by hand, as it was meant: pure text to text, and only where the meaning is plain."""

from __future__ import annotations

import re

from superalgos_rsa.documents.json_text import JsonError, parse

_BACKSLASH = "\\"
# A string that has no end goes to the end of the text: to look for the next one in it would read it over and over.
_STRING = re.compile(r'"(?:\\.|[^"\\])*+"?', re.DOTALL)
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
_ESCAPED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def config_text(raw: str) -> str | None:
    """A config that parses as an object; `None` where it cannot be told what was meant."""
    text = raw.lstrip("\ufeff")
    for repaired in (text, text.translate(_QUOTES)):
        candidate = _without_trailing_commas(_STRING.sub(_double_backslashes, repaired))
        try:
            if isinstance(parse(candidate), dict):
                return candidate
        except JsonError:
            continue
    return None


def _double_backslashes(match: re.Match[str]) -> str:
    """In a string that is no JSON or begins like a Windows path, every backslash was meant as itself."""
    string = match[0]
    is_windows = re.match(r'"([A-Za-z]:\\[^\\]|\\[^\\nrtbf"/u])', string) is not None
    valid = re.fullmatch(r'"(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|[^"\\])*+"', string, re.DOTALL) is not None
    if valid and not is_windows:
        return string
    inner = string[1:-1]
    is_share = re.match(r"\\\\[^\\]", inner) is not None and "\\\\" not in inner[2:]
    if is_share:  # \\server\keys\k.pem, of which no backslash is escaped
        return f'"{inner.replace(_BACKSLASH, _BACKSLASH * 2)}"'
    return '"' + re.sub(r"\\\\|\\", lambda found: _BACKSLASH * 2, inner) + '"'


def _without_trailing_commas(text: str) -> str:
    # A comma before a bracket inside a string is text; strings are skipped by matching them first.
    return re.sub(rf"({_STRING.pattern})|,(?=\s*+[}}\]])", lambda found: found[1] or "", text, flags=re.DOTALL)


def without_control_characters(value: str) -> str:
    r"""The Windows path that `"C:\temp\new.pem"` was meant to be: JSON made a tab and a line break of it."""
    return "".join(_ESCAPED.get(letter, letter) for letter in value)
