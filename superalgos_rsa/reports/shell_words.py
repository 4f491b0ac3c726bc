"""A command as the reader's own shell takes it."""

from __future__ import annotations

import re
from typing import Literal

from superalgos_rsa.reports.terminal import shown

Shell = Literal["posix", "windows"]

# One word as `shlex.quote` writes it. An apostrophe within a sentence never begins a word; a command may stand in ``.
_QUOTED = re.compile(r"""(?<![^\s=`])'[^']*'(?:"'"'[^']*')*(?![^\s`])""")


def runnable(title: str, shell: Shell) -> str:
    """The title of a fix, whose words are quoted as `shlex.quote` does, safe to show and ready to paste.

    cmd.exe knows no single quotes. In a POSIX shell a word with control characters becomes `$'...'`, the one form
    that can be both seen and run; Windows has none, so there such a word is only shown.
    """

    def requote(match: re.Match[str]) -> str:
        word = match[0][1:-1].replace("'\"'\"'", "'")
        if shell == "windows":
            return '"' + re.sub(r'(?<!\\)(\\*)(?:(")|\Z)', _double_backslashes, word) + '"'
        return match[0] if shown(word) == word else "$'" + "".join(map(_ansi_c, word)) + "'"

    return shown(_QUOTED.sub(requote, title))


def _double_backslashes(match: re.Match[str]) -> str:
    # Windows programs read backslashes as escapes only where a double quote follows.
    return match[1] * 2 + ('\\"' if match[2] else "")


def _ansi_c(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    if shown(character) == character:
        return character
    # A file name that is not UTF-8 reaches Python with its raw bytes as U+DC80 to U+DCFF.
    errors = "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass"
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", errors))
