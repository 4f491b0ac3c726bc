"""The one command that mends a finding, complete and ready to paste."""

from __future__ import annotations

import shlex

from superalgos_rsa.facts import KeyFacts
from superalgos_rsa.report import Applicability, Fix


def set_key(
    key: KeyFacts, applicability: Applicability, *, secret: str | None = None, code_name: str | None = None
) -> Fix:
    """`superalgos-rsa set …`; a value in capitals is for the user to fill in."""
    name = key.key.id or key.key.name or ""
    words = ["superalgos-rsa", "set", _as_argument(key.document.path), name]
    if code_name is not None:
        words += ["--code-name", code_name]
    if secret is not None:
        words += ["--secret", secret]
    return Fix(" ".join(_quote(word) for word in words), applicability)


def command(*words: str, applicability: Applicability = "display") -> Fix:
    return Fix(" ".join(_quote(word) for word in words), applicability)


def mend(document: str, *options: str) -> Fix:
    """`superalgos-rsa fix …`, for what only the text of the document has to be mended for."""
    applicability: Applicability = "unsafe" if "--unsafe" in options else "safe"
    return command("superalgos-rsa", "fix", document, "--apply", *options, applicability=applicability)


def advice(sentence: str) -> Fix:
    return Fix(sentence, "display")


def _as_argument(name: str) -> str:
    """A file name that begins with a dash would be taken for an option."""
    return f"./{name}" if name.startswith("-") else name


def _quote(word: str) -> str:
    return shlex.quote(word)
