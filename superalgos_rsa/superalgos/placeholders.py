"""Texts that stand for something to fill in: in printed commands, and in the platform's templates. No command takes one
of them for a value.

Every such word in a remedy, a help text, a page or a guide must be in this list; a test checks that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from superalgos_rsa.superalgos.key_config import is_placeholder

TO_FILL_IN = frozenset(
    {
        "API_KEY", "API_KEY_FROM_BINANCE", "API_KEY_FROM_THE_EXCHANGE", "CMD", "CONFIG", "COPY", "DELAY", "DIR",
        "DOCUMENT", "EXCHANGE", "FD", "FILE", "FOLDER", "HMAC_SECRET_FROM_THE_EXCHANGE", "ID", "KEY", "KEY_NODE", "MIB",
        "NAME", "NAME_OR_ID", "NAME_TO_QUOTE", "NEW", "NUMBER", "OUT", "PASSWORD_FROM_THE_EXCHANGE", "PATH",
        "PATH_OF_THE_KEY_FILE",
        "PATH_OF_THE_PRIVATE_KEY", "PROGRAM", "PUBLIC", "S", "SECONDS", "SECRET_FILE", "SHELL",
        "SUPERALGOS_FOLDER", "TARGET", "TASK", "UID_FROM_THE_EXCHANGE", "USER", "WORKSPACE",
    }
)  # fmt: skip


def is_to_fill_in(value: object) -> bool:
    """Whether the value is a placeholder that was not replaced."""
    return is_placeholder(value) or (isinstance(value, str) and value.strip() in TO_FILL_IN)


def left_in(words: Iterable[str]) -> Iterator[str]:
    """The placeholders left in the words of a command line, also behind an equals sign."""
    for word in words:
        for part in (word, *word.split("=")):
            if is_to_fill_in(part):
                yield part.strip()
                break


def sentence(word: str) -> tuple[str, str]:
    """The error message for a placeholder: what is wrong and what to do."""
    return f"{word} stands for something to fill in", f"put the real value in the place of {word}"
