"""The one command that mends a finding, complete and ready to paste."""

from __future__ import annotations

from superalgos_rsa.documents.pasting import Options, command_words
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.validator.facts import KeyFacts
from superalgos_rsa.validator.report import Applicability, Fix

_STDIN = "-"


def set_key(
    key: KeyFacts, applicability: Applicability, *, secret: str | None = None, code_name: str | None = None
) -> Fix:
    """`superalgos-rsa set …`; a value in capitals is for the user to fill in."""
    name = key.key.id or key.key.name or ""
    if name != censored(name, ids=True):
        name, applicability = "KEY_NODE", "display"
    values = (("--code-name", code_name), ("--secret", secret))
    options = [(option, value) for option, value in values if value is not None]
    return _on_document("set", key.document.path, name, options=options, applicability=applicability)


def command(program: str, *positionals: str, applicability: Applicability = "display") -> Fix:
    """A command to run: the words of `program`, and its arguments."""
    return Fix(applicability, command_words(program, *positionals))


def mend(document: str, *options: str) -> Fix:
    """`superalgos-rsa fix …`, for what only the text of the document has to be mended for."""
    applicability: Applicability = "unsafe" if "--unsafe" in options else "safe"
    wanted = [(option, None) for option in ("--apply", *options)]
    return _on_document("fix", document, options=wanted, applicability=applicability)


def advice(sentence: str) -> Fix:
    """One sentence that says what to do, where no command does it."""
    return Fix("display", sentence=sentence)


def _on_document(name: str, document: str, *words: str, options: Options, applicability: Applicability) -> Fix:
    """What came through standard input has no name of its own; `./-` is a file."""
    if document == _STDIN:
        document, applicability = "WORKSPACE", "display"
    return Fix(applicability, command_words(f"superalgos-rsa {name}", document, *words, options=options))
