"""The one command that mends a finding, complete and ready to paste."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePath

from superalgos_rsa.documents.pasting import Finder, Options, command_words
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.superalgos.engine.exchanges import BINANCE, BYBIT
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Applicability, Fix

_STDIN = "-"
_UNNAMED = "KEY_NODE"
CONVERT = "superalgos-rsa convert"
_PAIR = "binance-rsa"
KEY_FILE, API_KEY = "PATH_OF_THE_KEY_FILE", "API_KEY_FROM_THE_EXCHANGE"
"""Values for the user to fill in."""
_PROGRAM = "superalgos-rsa"
_LOOK_FOR_NONE = ("convert", "pubkey")
_IN_A_SENTENCE = re.compile(rf"`{_PROGRAM} (?!-|{'|'.join(_LOOK_FOR_NONE)})")


def set_key(
    key: KeyFacts, applicability: Applicability = "display", *, secret: str | None = None, code_name: str | None = None
) -> Fix:
    """The command `superalgos-rsa set`. It names a code name too, if the key has none: without one, the next save would
    destroy the secret."""
    name = _name(key)
    own = key.credential.code_name
    if secret is not None and code_name is None and key.credential.covered and not (isinstance(own, str) and own):
        code_name, applicability = "API_KEY_FROM_THE_EXCHANGE", "display"
    if name == _UNNAMED:
        applicability = "display"
    values = (("--code-name", code_name), ("--secret", secret))
    options = [(option, value) for option, value in values if value is not None]
    return _on_document("set", key.document.path, name, options=options, applicability=applicability)


def clean_copy(key: KeyFacts) -> Fix | None:
    """The command that names the copy beside the file with the same key in a text that signs, if there is one."""
    if key.clean_copy is None:
        return None
    return set_key(key, "safe" if key.copy_is_sure else "unsafe", secret=key.clean_copy)


def new_pair(key: KeyFacts, all_facts: Facts) -> Fix:
    """The command that makes a pair, asks for the API key of the exchange, and writes both; advice if the exchange has
    to make the key itself."""
    if key.exchange_name not in BINANCE | BYBIT:
        return advice("make a new API key at the exchange, of the kind that its ccxt class takes")
    if all_facts.installation is None:
        return advice("make a new pair with superalgos-rsa setup, inside the Superalgos folder")
    taken = key.path is not None and PurePath(key.path.resolved).stem == _PAIR
    options = (("--key", _name(key)), ("--name", f"{_PAIR}-2" if taken else _PAIR))
    return _on_document("setup", key.document.path, options=options, applicability="display")


def command(program: str, *positionals: str, applicability: Applicability = "display") -> Fix:
    """A command to run: the words of `program`, and its arguments."""
    return Fix(applicability, command_words(program, *positionals))


def put_back(document: str, all_facts: Facts) -> Fix | None:
    """`superalgos-rsa undo …`, which knows a file that is empty or cut off as its last change left it."""
    number = all_facts.last_changes.get(document)
    return command("superalgos-rsa undo", str(number), applicability="unsafe") if number is not None else None


def mend(document: str, *options: str) -> Fix:
    """`superalgos-rsa fix …`, for mistakes that need only an edit of the document."""
    applicability: Applicability = "unsafe" if "--unsafe" in options else "safe"
    wanted = [(option, None) for option in ("--apply", *options)]
    return _on_document("fix", document, options=wanted, applicability=applicability)


def advice(sentence: str) -> Fix:
    """One sentence on what to do, if no command does it."""
    return Fix("display", sentence=sentence)


def found_by(fix: Fix, finder: Finder) -> Fix:
    """The same, so that its commands find this installation from where the report is read."""
    if fix.sentence:
        program = shlex.join(command_words(_PROGRAM, options=finder(None)))
        return fix._replace(sentence=_IN_A_SENTENCE.sub(f"`{program} ", fix.sentence))
    program, name, *words = fix.command
    if program != _PROGRAM or name.startswith("-") or (name in _LOOK_FOR_NONE and "--for" not in words):
        return fix
    return fix._replace(command=(*command_words(_PROGRAM, options=finder(next(iter(words), None))), name, *words))


def _name(key: KeyFacts) -> str:
    """The id or name of the key; a placeholder if that may be a secret."""
    name = key.key.id or key.key.name or ""
    return name if name == censored(name, ids=True) else _UNNAMED


def _on_document(name: str, document: str, *words: str, options: Options, applicability: Applicability) -> Fix:
    """The name of the document; a placeholder for standard input, while `./-` is a file."""
    if document == _STDIN:
        document, applicability = "WORKSPACE", "display"
    return Fix(applicability, command_words(f"superalgos-rsa {name}", document, *words, options=options))
