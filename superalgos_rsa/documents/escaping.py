"""Makes text safe to show: what a terminal would obey or nobody can see becomes an escape."""

from __future__ import annotations

import re

# Letters and marks in Unicode, but invisible: two paths that differ only in one of these look the same.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def visible(text: str) -> str:
    r"""The text with everything that is no visible character written as an escape: `\x1b`, `\u202e`, `\n`.

    A backslash stays single: Windows paths must remain copyable.
    """
    if text.isprintable() and (text.isascii() or not _BLANK.search(text)):
        return text
    return "".join(
        character
        if character.isprintable() and not _BLANK.match(character)
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
