"""Writes a command as words, and as one line that the user's shell splits into these words again."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import Literal

from superalgos_rsa.documents.escaping import visible

Shell = Literal["posix", "windows"]
SHELL: Shell = "windows" if sys.platform == "win32" else "posix"
"""The shell of the user at this machine; on Windows cmd or PowerShell."""

Words = tuple[str, ...]
Options = Sequence[tuple[str, str | None]]
"""Names of options, each with its value if it takes one."""
Finder = Callable[[str | None], Options]
"""The options with which a command finds the installation that was judged, by the first word after its name."""


def found_anyway(_word: str | None) -> Options:
    """No options: of a caller that has no command line of its own."""
    return ()


_PLAIN_ON_WINDOWS = re.compile(r"(?:--?)?[A-Za-z0-9][A-Za-z0-9-]*|[A-Za-z0-9_./\\:][A-Za-z0-9_./\\:+=-]*")
_READ_OTHERWISE = re.compile('["%!$`\u201c\u201d\u201e]')  # special to cmd or PowerShell, even inside double quotes
TO_QUOTE = "NAME_TO_QUOTE"
"""Printed for a word that cannot be quoted for both cmd and PowerShell. No command accepts it as a value."""


def command_words(program: str, *positionals: str, options: Options = ()) -> Words:
    """The words of `program`, then the others; a name that begins with a dash is kept from being an option."""
    words: list[str] = []
    for name, value in options:
        if value is None:
            words.append(name)
        else:
            words += [f"{name}={value}"] if value.startswith("-") else [name, value]
    dashed = any(word.startswith("-") for word in positionals)
    ordered = [*words, "--", *positionals] if dashed else [*positionals, *words]
    return (*program.split(), *ordered)


def line(words: Sequence[str], shell: Shell = SHELL) -> str:
    """The words as one visible line to paste into that shell.

    A word with control characters becomes `$'...'` for a POSIX shell (bash, zsh and others). For cmd and PowerShell a
    word with control characters, or one that they would not both read as it is, becomes a placeholder.
    """
    if shell == "posix":
        return " ".join(map(_posix, words))
    written = [_windows(word) for word in words]
    note = f"  (put the name in the place of {TO_QUOTE}, quoted as your shell wants it)"
    return " ".join(written) + (note if TO_QUOTE in written else "")


def _posix(word: str) -> str:
    return shlex.quote(word) if visible(word) == word else "$'" + "".join(map(_ansi_c, word)) + "'"


def _ansi_c(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    if visible(character) == character:
        return character
    # A file name that is not UTF-8 reaches Python with its raw bytes as U+DC80 to U+DCFF.
    errors = "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass"
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", errors))


def _windows(word: str) -> str:
    """The word for cmd and PowerShell: in double quotes, unless it is plain. PowerShell 5 drops an empty word, and the
    two differ on a backslash before the closing quote."""
    if _PLAIN_ON_WINDOWS.fullmatch(word):
        return word
    is_safe = word and visible(word) == word and not word.endswith("\\") and not _READ_OTHERWISE.search(word)
    return f'"{word}"' if is_safe else TO_QUOTE
