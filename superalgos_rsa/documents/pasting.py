"""A command as words that a POSIX shell gives back as they are."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

Options = Sequence[tuple[str, str | None]]
"""Names, and values where they take one."""


def command_line(program: str, *positionals: str, options: Options = ()) -> str:
    """`program` as it is, then the words. A name that begins with a dash is taken for no option."""
    words: list[str] = []
    for name, value in options:
        if value is None:
            words.append(name)
        else:
            words += [f"{name}={value}"] if value.startswith("-") else [name, value]
    dashed = any(word.startswith("-") for word in positionals)
    ordered = [*words, "--", *positionals] if dashed else [*positionals, *words]
    return " ".join([program, *map(shlex.quote, ordered)])
