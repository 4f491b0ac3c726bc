"""Edits of a JSON text; each changes the bytes of one value only."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from superalgos_rsa.documents.json_text import Pointer, Span

GONE: Final = object()


class Meant(NamedTuple):
    """What an edit should change: the value at one place, or a list item to remove (`GONE`). Where the pointer passes a
    text, it goes on in the JSON inside that text."""

    pointer: Pointer
    value: Any


@dataclass(frozen=True, slots=True)
class Edit:
    """New text for a span. `meant` is `None` if no value changes."""

    span: Span
    replacement: str = field(repr=False)
    meant: Meant | None = field(default=None, repr=False)

    def below(self, pointer: Pointer) -> Edit:
        """The same edit, for a value that stands at this pointer of a larger one."""
        meant = self.meant
        return self if meant is None else replace(self, meant=Meant((*pointer, *meant.pointer), meant.value))


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made. Edits that overlap raise `ValueError`."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda item: (item.span.start, item.span.end)):
        if edit.span.start < at:
            raise ValueError("edits overlap")
        parts += [text[at : edit.span.start], edit.replacement]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def quote(value: str) -> str:
    """A JSON string as the platform writes it: non-ASCII letters as they are, lone surrogates escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)
