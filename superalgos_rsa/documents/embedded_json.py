"""Edits JSON inside a JSON string: a node keeps its `config` as text, so one of its values is a few characters within
an escaped string."""

from __future__ import annotations

import json
import re
from itertools import islice

from superalgos_rsa.documents.edit import Edit, Meant, apply, quote
from superalgos_rsa.documents.javascript import to_text
from superalgos_rsa.documents.json_text import Span, locate, parse

# One character of the decoded string per match. A surrogate pair of escapes decodes to one character.
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)


def outer_span(text: str, string: Span, inner: Span) -> Span:
    """Where `inner` of the decoded string stands in the text that holds the string at `string`."""
    end = string.end - 1
    starts = (match.start() for match in _CHARACTER.finditer(text, string.start + 1, end))
    first = next(islice(starts, inner.start, None), end)
    length = inner.end - inner.start
    return Span(first, next(islice(starts, length - 1, None), end) if length else first)


def replace_member(text: str, string: Span, name: str, json_text: str) -> Edit:
    """The edit that sets a member of the object inside the string to another JSON value."""
    inner: str = json.loads(text[string.start : string.end])
    span = locate(inner, [(name,)])[(name,)]
    return Edit(outer_span(text, string, span), _escaped(json_text), Meant((name,), parse(json_text)))


def set_members(text: str, string: Span, members: dict[str, str]) -> list[Edit]:
    """Edits that give these members of the object inside the string these values.

    Other members, order and layout stay. A missing member is added behind the last one, in the same layout; an equal
    value needs no edit. A list, which the platform reads as the text of its members, becomes that text.
    """
    inner = json.loads(text[string.start : string.end])
    if isinstance(inner, list):
        quoted = quote(to_text(inner))
        new = apply(quoted, set_members(quoted, Span(0, len(quoted)), members))
        return [Edit(string, new, Meant((), json.loads(new)))] if new != quoted else []
    value = parse(inner)
    edits = []
    absent = []
    for name, new in members.items():
        if name not in value:
            absent.append((name, new))
        elif value[name] != new:
            span = locate(inner, [(name,)])[(name,)]
            edits.append(Edit(outer_span(text, string, span), _escaped(quote(new)), Meant((name,), new)))
    at, additions = _additions(inner, list(value), absent)
    for (name, new), addition in zip(absent, additions, strict=True):
        edits.append(Edit(outer_span(text, string, Span(at, at)), _escaped(addition), Meant((name,), new)))
    return edits


def _additions(inner: str, names: list[str], absent: list[tuple[str, str]]) -> tuple[int, list[str]]:
    if not absent:
        return 0, []
    if not names:
        opening = inner.index("{") + 1
        return opening, [f"{', ' if i else ''}{quote(name)}: {quote(new)}" for i, (name, new) in enumerate(absent)]
    spans = locate(inner, [(name,) for name in names])
    end = max(spans[name,].end for name in names)
    layout = re.match(r"\s*", inner[inner.index("{") + 1 :])
    space = layout[0] if layout else ""
    return end, [f",{space}{quote(name)}: {quote(new)}" for name, new in absent]


def _escaped(text: str) -> str:
    return quote(text)[1:-1]
