"""Repairs JSON text that was broken by hand, only where its meaning is certain."""

from __future__ import annotations

import re

from superalgos_rsa.documents.json_text import JsonError, parse

_BACKSLASH = "\\"
# A string without an end extends to the end of the text; searching on inside it would take quadratic time.
_STRING = re.compile(r'"(?:\\.|[^"\\])*+"?', re.DOTALL)
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
_ESCAPED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def config_text(raw: str) -> str | None:
    """The config as text that parses as an object; `None` if its meaning is not certain."""
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
    """Double every backslash in a string that is not valid JSON or begins like a Windows path."""
    string = match[0]
    is_windows = re.match(r'"([A-Za-z]:\\[^\\]|\\[^\\nrtbf"/u])', string) is not None
    valid = re.fullmatch(r'"(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|[^"\\])*+"', string, re.DOTALL) is not None
    if valid and not is_windows:
        return string
    inner = string[1:-1]
    is_share = re.match(r"\\\\[^\\]", inner) is not None and "\\\\" not in inner[2:]
    if is_share:  # \\server\keys\k.pem, with no backslash escaped
        return f'"{inner.replace(_BACKSLASH, _BACKSLASH * 2)}"'
    return '"' + re.sub(r"\\\\|\\", lambda found: _BACKSLASH * 2, inner) + '"'


def _without_trailing_commas(text: str) -> str:
    # Strings are matched first, so that a comma inside one is left alone.
    return re.sub(rf"({_STRING.pattern})|,(?=\s*+[}}\]])", lambda found: found[1] or "", text, flags=re.DOTALL)


def without_control_characters(value: str) -> str:
    r"""The Windows path that was meant by `"C:\temp\new.pem"`, in which JSON reads a tab and a line break."""
    return "".join(_ESCAPED.get(letter, letter) for letter in value)
