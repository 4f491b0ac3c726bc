"""JSON whose end is missing, as a save leaves it that was broken off: pure bytes to words."""

from __future__ import annotations

import codecs
import json
import re

# What is left of a value that is no text: a number, an escape, a word.
_REST = re.compile(r"\s*|-|\.|[eE][+-]?|\\?u[0-9a-fA-F]{0,4}|t(ru?)?|f(a(ls?)?)?|n(ul?)?")


def broken_off(data: bytes) -> str | None:
    """What is to be said of a file that is empty, or that would be JSON if it went on; `None` of any other."""
    if not data:
        return "is empty, as is left when Superalgos ends while it saves"
    try:
        # The last letter may be cut in two.
        text = codecs.getincrementaldecoder("utf-8")().decode(data)
        json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated string") or _REST.fullmatch(error.doc, error.pos):
            cause = "as is left when Superalgos is killed, or the disk is full, while it saves"
            return f"is cut off after {len(data):,} bytes, {cause}"
    except (ValueError, RecursionError):
        pass
    return None
