"""Text for a terminal: control characters escaped, lines wrapped, a few plain colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from superalgos_rsa.documents.escaping import visible

shown = visible
Style = Literal["error", "warning", "info", "dim", "bold", "good", "bad"]

_SGR: dict[Style, str] = {
    "error": "1;31",
    "warning": "33",
    "info": "36",
    "dim": "2",
    "bold": "1",
    "good": "32",
    "bad": "31",
}


def quoted(text: str) -> str:
    """`shown`, in quotes where the ends of the text could not be seen otherwise."""
    return shown(text) if text and text == text.strip() else f'"{shown(text)}"'


def machine(server: str) -> str:
    """The tool's own name of a task server, in words: `local` is no name that the user gave."""
    return "this machine" if server == "local" else f"server {shown(server)}"


def counted(number: int, noun: str) -> str:
    """The number, and the noun in the plural where it takes one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def paint(text: str, style: Style, color: bool) -> str:
    """The text in a style, or as it is where colour is off."""
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if color and text else text


def cells(text: str) -> int:
    """Columns the text takes on a terminal."""
    if text.isascii():
        return len(text)
    import unicodedata  # only names in other scripts need its tables

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def words(text: str, *whole: str | None) -> list[str]:
    """The text cut at its spaces, but not within quotes nor within any of `whole`: a path must stay copyable."""
    kept = [re.escape(part) for part in whole if part]
    quotes = [rf"(?<!\w){mark}[^{mark}]*{mark}(?!\w)" for mark in "\"'`"]
    return re.findall("(?:" + "|".join([*kept, *quotes, r"\S"]) + ")+", text)


def fill(units: Iterable[str], width: int, hang: int) -> Iterator[str]:
    """Lines of the units, none of them broken; every line but the first begins with `hang` spaces."""
    line, used = "", 0
    for unit in units:
        size = cells(unit)
        if line and used + 1 + size > width:
            yield line
            line, used = " " * hang + unit, hang + size
        else:
            line, used = (f"{line} {unit}", used + 1 + size) if line else (unit, size)
    if line:
        yield line
