"""Rules about the path in `secret`. Each broken path has one cause, the first that explains it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from superalgos_rsa.documents.showing import outline
from superalgos_rsa.servers.local import Likeness, PathFacts
from superalgos_rsa.validator.credential import BLANK
from superalgos_rsa.validator.facts import KeyFacts, World
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.keys import exchange_is_known
from superalgos_rsa.validator.rules.registry import Occurrence, at_key, check
from superalgos_rsa.validator.rules.remedies import advice, command, set_key

_EXPANDED_BY_SHELLS = re.compile(r"^~|\$\{?\w|%\w+%|^file:", re.IGNORECASE)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_SIGNS_PATH_TEXT = "the engine signs with the text of the path itself"

_WORDS: dict[str, str] = {
    "path-not-expanded": "The engine expands no `~`, no variable and no `file://`",
    "path-quoted": "There are quotes around the path, and the engine takes them as part of it",
    "path-whitespace": "There is white space or an invisible character in or around the path",
    "path-case": "The file exists in another spelling of upper and lower case",
    "path-separators": "The path is written for another operating system than the task server's",
    "path-relative-elsewhere": "A relative path begins at the Superalgos folder, and the file lies elsewhere",
    "path-not-found": "No such file on the task server",
}
_LIKENESS: dict[str, tuple[Likeness, ...]] = {
    "path-not-expanded": ("expanded", "url"),
    "path-quoted": ("unquoted",),
    "path-whitespace": ("trimmed",),
    "path-case": ("case",),
    "path-separators": ("separators",),
    "path-relative-elsewhere": ("beside",),
}
_NO_FILE = {
    "directory": "a folder",
    "special": "a FIFO, a socket or a device, which was not opened",
    "made-up": "what the kernel makes up as it is read, as in /proc and /sys, which was not opened",
    "dangling-link": "a link to a file that does not exist",
    "link-loop": "a link that leads back to itself",
}


@check(KeyFacts, *_WORDS, "path-not-a-file", "file-unreadable", "file-not-judged", "file-too-large")
def path(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    found = key.path
    if key.is_too_long:
        message = "`secret` is far too long for a key or a secret: it is not judged"
        fix = set_key(key, "display", secret="PATH_OF_THE_KEY_FILE")
        yield at_key("file-too-large", message, key, fix=fix, undecided=True)
    # A tab or line break within the path has a rule of its own, which names the cause.
    if key.kind != "path" or found is None or (key.control is not None and not found.engine_reads):
        return
    if found.status in _NO_FILE:
        yield _at(key, "path-not-a-file", f"The path leads to {_NO_FILE[found.status]}", _repair(key, found, None))
    elif found.status == "unreadable":
        yield _unreadable(key, found, world)
    elif found.status == "not-known":
        yield _not_judged(key, world)
    elif found.status == "no-answer":
        fix = advice("see to it that the file system answers, or move the key to this machine's own disk")
        message = "The file system that the key file lies on gives no answer in time: a task would wait for it"
        yield _at(key, "file-not-judged", message, fix)
    elif found.status == "too-large":
        yield _at(key, "file-too-large", "The file is far too large for a key", _repair(key, found, None))
    elif found.status in ("missing", "impossible"):
        rule = _cause(found)
        yield _at(key, rule, f"{_WORDS[rule]}: {_SIGNS_PATH_TEXT}", _repair(key, found, rule))


def _unreadable(key: KeyFacts, found: PathFacts, world: World) -> Occurrence:
    user = world.installation.other_user if world.installation is not None else None
    if user is None:
        fix = advice(f"chown the file to the user that runs Superalgos: {found.resolved}")
        return _at(key, "file-unreadable", f"This user may not read the key file, so {_SIGNS_PATH_TEXT}", fix)
    what, fix = "read the key file", advice(f"if this is the key, give it to {user.name} with chown, and chmod 600")
    if found.to_give is not None:
        fix = command("chown", user.name, found.to_give)
    elif found.refused_at is not None and found.refused_at != found.target:
        what, fix = f"enter {found.refused_at}", advice(f"move the key to My-Secrets, and give it to {user.name}")
    message = f"The user {user.name}, as whom Superalgos runs, may not {what}, so {_SIGNS_PATH_TEXT}"
    return _at(key, "file-unreadable", message, fix)


def _not_judged(key: KeyFacts, world: World) -> Occurrence:
    user = world.installation.other_user if world.installation is not None else None
    name = user.name if user is not None else "another user"
    message = f"Superalgos runs as the user {name}, and what that user reads there cannot be seen from here"
    return _at(key, "file-not-judged", message, advice(f"run the same command as the user {name}"))


@check(KeyFacts, "path-not-found")
def neither(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    """A bare name of a file that is not there. It may yet be a damaged secret, so its text is not shown."""
    secret, verdict, hmac = key.credential.secret, key.verdict, key.hmac_text
    if key.kind != "inline" or not isinstance(secret, str) or verdict is None or hmac is None:
        return
    a_key = key.content is not None and key.content.kind != "json"
    if a_key or hmac.only_blank_spoils or not verdict.judged or key.control is not None:
        return
    if not hmac.plausible:
        yield _at(
            key,
            "path-not-found",
            "`secret` names no file on the task server, and it cannot be a secret of this exchange: the engine signs "
            "with the text as it stands",
            set_key(key, "display", secret="PATH_OF_THE_KEY_FILE"),
        )
    elif verdict.signing == "none" and exchange_is_known(key, world):
        yield _at(
            key,
            "path-not-found",
            f"`secret` names no file on the task server, and as a secret it is of no use: {verdict.reason}",
            set_key(key, "display", secret="PATH_OF_THE_KEY_FILE"),
        )


def _at(key: KeyFacts, rule: str, message: str, fix: Fix) -> Occurrence:
    if key.kind == "path" and key.path is not None and key.shown_path is None:
        message += f" (it may be a secret, so it is not shown: {outline(key.path.asked)})"
    return at_key(rule, message, key, path=key.path.resolved if key.path and key.kind == "path" else None, fix=fix)


def _cause(found: PathFacts) -> str:
    text = found.asked
    # Only a slash at its end may be too much: the same letters are no other case.
    likenesses = {near.likeness for near in found.near if near.likeness != "case" or near.path != text.rstrip("/")}
    if _EXPANDED_BY_SHELLS.search(text):
        return "path-not-expanded"
    quotes_alone = "unquoted" in likenesses and "trimmed" not in likenesses
    if text.strip(BLANK)[:1] in ('"', "'", "`", "\u201c", "\u2018") or quotes_alone:
        return "path-quoted"
    if text != text.strip(BLANK) or any(letter in text for letter in _INVISIBLE):
        return "path-whitespace"
    if "case" in likenesses:
        return "path-case"
    if "\\" in text:  # a POSIX server takes a backslash for a letter; on Windows the file would have been found
        return "path-separators" if not _is_windows_path(found.resolved) else "path-not-found"
    return "path-relative-elsewhere" if "beside" in likenesses else "path-not-found"


def _is_windows_path(resolved: str) -> bool:
    return not resolved.startswith("/")


def _repair(key: KeyFacts, found: PathFacts, rule: str | None) -> Fix:
    """Safe where one file answers to the cause; a file that merely bears the name is a guess."""
    wanted = _LIKENESS.get(rule or "", ())
    exact = list(dict.fromkeys(near.path for near in found.near if near.likeness in wanted))
    if len(exact) == 1:
        return set_key(key, "safe", secret=exact[0])
    others = list(dict.fromkeys(near.path for near in found.near))
    if len(others) == 1:
        return set_key(key, "unsafe", secret=others[0])
    return set_key(key, "display", secret=others[0] if others else "PATH_OF_THE_KEY_FILE")
