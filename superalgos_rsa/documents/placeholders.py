"""Words in capitals that stand in printed commands for something to fill in. None of them is ever taken for a value.

Every word that a remedy, a help text, a page or a guide prints so has to be in this list; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    """Whether the value is such a word, which nobody has replaced yet."""
    return isinstance(value, str) and value.strip() in TO_FILL_IN


def left_in(words: Iterable[str]) -> Iterator[str]:
    """Those of a command line's words that were left as they were printed, also behind an equals sign."""
    for word in words:
        for part in (word, *word.split("=")):
            if is_to_fill_in(part):
                yield part.strip()
                break


def sentence(word: str) -> tuple[str, str]:
    """What is said of such a word, and what to do."""
    return f"{word} stands for something to fill in", f"put the real value in the place of {word}"
