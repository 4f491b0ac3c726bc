"""Rules about the path in `secret`. Each broken path has one cause, the first that explains it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from superalgos_rsa.documents.showing import outline
from superalgos_rsa.files import modes
from superalgos_rsa.servers.local import Likeness, PathFacts
from superalgos_rsa.superalgos.secret_text import BLANK
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.keys import exchange_is_known, will
from superalgos_rsa.validator.rules.model import SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import KEY_FILE, advice, command, set_key

SUBJECT = "The path"
_FALLBACK = "The engine finds no file of that name and says nothing. It signs HMAC with the text of the path itself."
RULES = (
    Rule(
        id="path-not-found",
        title="The key file does not exist",
        sees="The secret looks like a path, but there is no such file on the machine that runs the task.",
        engine=_FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the path of the file as it is on that machine: `superalgos-rsa set DOCUMENT KEY --secret PATH`. A "
            "relative path begins at the Superalgos folder."
        ),
    ),
    Rule(
        id="path-not-expanded",
        title="The path uses ~, a variable or file://",
        sees="The path begins with `~` or `file://`, or holds a variable such as `$HOME` or `%APPDATA%`.",
        engine="The engine takes each of them letter by letter; only a shell or a browser replaces them. " + _FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the whole path: `superalgos-rsa set DOCUMENT KEY --secret PATH`, or `superalgos-rsa fix DOCUMENT "
            "--apply`."
        ),
    ),
    Rule(
        id="path-whitespace",
        title="There are spaces or invisible characters around the path",
        sees="The path without its white space or invisible characters at the ends is a file; as it stands it is not.",
        engine="Nothing is trimmed. " + _FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH` with the path alone, or `superalgos-rsa fix DOCUMENT "
            "--apply`."
        ),
    ),
    Rule(
        id="path-quoted",
        title="There are quotes around the path",
        sees="The path stands in a second pair of quotes inside the value, as when it is copied with its quotes.",
        engine="The quotes count as a part of the file's name. " + _FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH` without inner quotes, or `superalgos-rsa fix DOCUMENT "
            "--apply`."
        ),
    ),
    Rule(
        id="path-case",
        title="The file exists, but with other capital letters",
        sees=(
            "A file of that name exists, but upper and lower case differ somewhere in the path, and this file system "
            "tells them apart."
        ),
        engine=_FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend="Write the name exactly as the folder lists it: `superalgos-rsa set DOCUMENT KEY --secret PATH`.",
    ),
    Rule(
        id="path-separators",
        title="The path is of another system",
        sees="A Windows path (`C:\\keys\\k.pem`, `keys\\k.pem`) for a Linux or macOS machine, or the reverse.",
        engine="On Linux and macOS a backslash is a letter of the name, not a separator. " + _FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the path as the machine that runs the task writes it, with `/` on Linux and macOS: `superalgos-rsa "
            "set DOCUMENT KEY --secret PATH`."
        ),
    ),
    Rule(
        id="path-not-a-file",
        title="The path does not lead to a regular file",
        sees=(
            "The path names a folder, a pipe, a socket or a device, a file that the kernel makes up (in `/proc` or "
            "`/sys`), or a link that leads nowhere or round in a circle. None of them is opened."
        ),
        engine=(
            "For a folder or a broken link the engine says nothing and signs HMAC with the text of the path itself. A "
            "pipe, a device or `/proc` gives no key that can be relied on."
        ),
        exchange=SIGNATURE_INVALID,
        mend="Name the key file itself: `superalgos-rsa set DOCUMENT KEY --secret PATH`.",
    ),
    Rule(
        id="path-relative-elsewhere",
        title="The relative path begins at the wrong folder",
        sees=(
            "The file exists beside the workspace, or under the folder where you are now, but not under the Superalgos "
            "folder, where the engine looks."
        ),
        engine=(
            "A relative path begins at the working folder of the platform, which is the Superalgos folder. " + _FALLBACK
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the path from the Superalgos folder, or the whole path: `superalgos-rsa set DOCUMENT KEY --secret "
            "PATH`. `My-Secrets/` is a good place for the file."
        ),
    ),
    Rule(
        id="file-unreadable",
        title="The key file may not be read",
        sees=(
            "The file exists, but the user that runs the platform has no right to read it, or to enter one of its "
            "folders."
        ),
        engine=(
            "The engine says nothing and signs HMAC with the text of the path itself, just as if the file were not "
            "there."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Give the file to the user that runs the platform: `sudo chown USER FILE`, then `chmod 600 FILE`. On "
            "Windows let that user read it: `icacls FILE /grant USER:R`."
        ),
    ),
    Rule(
        id="file-not-judged",
        unused_severity="info",
        title="Nobody can say from here what the platform reads",
        sees=(
            "Superalgos runs as another user than the one who asks, and the file is closed to the one who asks, or "
            "nothing that he may see tells whether it is open to the other. Or the file system that the key file lies "
            "on, that of another machine for one, gives no answer within 5 seconds."
        ),
        engine=(
            "Not known. A task that needs the key counts as not ready. Where a file system gives no answer the engine "
            "waits for it, and the whole task server with it."
        ),
        mend=(
            "Run the same command as the user that runs the platform: `sudo -u USER superalgos-rsa …`. Keep the key "
            "file on a disk of the machine itself."
        ),
    ),
    Rule(
        id="file-too-large",
        title="The key file is far too large for a key",
        sees=(
            "The file is larger than any private key, of more than 64 KiB, and is not read. Or `secret` itself is as "
            "long."
        ),
        engine=(
            "The engine reads the whole file on every main loop of the bot and takes all of its text as the secret."
        ),
        exchange=SIGNATURE_INVALID,
        mend="Name the key file itself: `superalgos-rsa set DOCUMENT KEY --secret PATH`.",
    ),
)

_EXPANDED_BY_SHELLS = re.compile(r"^~|\$\{?\w|%\w+%|^file:", re.IGNORECASE)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_REFUSED = "and every order will be refused"
_SIGNS_PATH_TEXT = "so the path itself is taken as the secret"

_WORDS: dict[str, str] = {
    "path-not-expanded": "it does not expand `~`, variables or `file://`",
    "path-quoted": "the quotes around the path count as part of it",
    "path-whitespace": "white space and invisible characters in or around the path count as part of it",
    "path-case": "the path differs from the file's in upper and lower case",
    "path-separators": "the path is written for another operating system than the task server's",
    "path-relative-elsewhere": "a relative path begins at the Superalgos folder, and the file lies elsewhere",
    "platform-working-folder": "the running one was started in another folder, where a relative path begins",
    "path-not-found": "there is no such file on the task server",
}
_LIKENESS: dict[str, tuple[Likeness, ...]] = {
    "path-not-expanded": ("expanded", "url"),
    "path-quoted": ("unquoted",),
    "path-whitespace": ("trimmed",),
    "path-case": ("case",),
    "path-separators": ("separators",),
    "path-relative-elsewhere": ("beside",),
    "platform-working-folder": ("beside",),
}
_NO_FILE = {
    "directory": "a folder",
    "special": "a FIFO, a socket or a device, which was not opened",
    "made-up": "what the kernel makes up as it is read, as in /proc and /sys, which was not opened",
    "dangling-link": "a link to a file that does not exist",
    "link-loop": "a link that leads back to itself",
}


@check(KeyFacts, *_WORDS, "path-not-a-file", "file-unreadable", "file-not-judged", "file-too-large")
def path(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds paths that lead to no file that the platform can read and use as a key."""
    found = key.path
    if key.needs_no_secret:
        return
    if key.is_too_long:
        message = "It is not known whether orders work: `secret` is too long for a key or a secret, and was not judged"
        yield at_key("file-too-large", message, key, fix=set_key(key, secret=KEY_FILE), undecided=True)
    # A tab or line break in the path has a rule of its own.
    if key.kind != "path" or found is None or (key.control is not None and not found.engine_reads):
        return
    if found.status in _NO_FILE:
        yield _at(key, "path-not-a-file", _no_file(found.status), _repair(key, found, None))
    elif found.status == "unreadable":
        yield _unreadable(key, found, all_facts)
    elif found.status == "not-known":
        yield _not_judged(key, all_facts)
    elif found.status == "no-answer":
        fix = advice("see to it that the file system answers, or move the key to this machine's own disk")
        message = "Tasks may hang when they start: the file system that holds the key file gave no answer in time"
        yield _at(key, "file-not-judged", message, fix)
    elif found.status == "too-large":
        message = "It is not known whether orders work: the file is too large for a key, and was not read"
        yield _at(key, "file-too-large", message, _repair(key, found, None))
    elif found.status in ("missing", "impossible"):
        rule = _cause(found, all_facts)
        message = f"Superalgos will not find this file, {_REFUSED}: {_WORDS[rule]}, {_SIGNS_PATH_TEXT}"
        yield _at(key, rule, message, _repair(key, found, rule))


def _no_file(status: str) -> str:
    """A pipe or device: it may give some text, or never answer, so what the engine does is unknown."""
    found = f"the path leads to {_NO_FILE[status]}"
    if status in ("special", "made-up"):
        return f"Superalgos gets no key from here that can be relied on: {found}"
    return f"Superalgos will find no key here, {_REFUSED}: {found}, {_SIGNS_PATH_TEXT}"


def _unreadable(key: KeyFacts, found: PathFacts, all_facts: Facts) -> RawFinding:
    user = all_facts.other_user
    if user is None:
        how = "chown the file to" if modes.are_kept(found.resolved) else "open the file (Properties, Security) to"
        fix = advice(f"{how} the user that runs Superalgos: {found.resolved}")
        message = f"As this user, Superalgos cannot read the key file, {_REFUSED}: it takes the path as the secret"
        return _at(key, "file-unreadable", message, fix)
    what, fix = "read the key file", advice(f"if this is the key, give it to {user.name} with chown, and chmod 600")
    if found.to_give is not None:
        fix = command("chown", user.name, found.to_give)
    elif found.refused_at is not None and found.refused_at != found.target:
        what, fix = f"enter {found.refused_at}", advice(f"move the key to My-Secrets, and give it to {user.name}")
    message = (
        f"Superalgos cannot read the key file, {_REFUSED}: it runs as the user {user.name}, who may not {what}, "
        f"{_SIGNS_PATH_TEXT}"
    )
    return _at(key, "file-unreadable", message, fix)


def _not_judged(key: KeyFacts, all_facts: Facts) -> RawFinding:
    user = all_facts.other_user
    name = user.name if user is not None else "another user"
    message = (
        f"It is not known whether orders work: Superalgos runs as the user {name}, and what that user reads there "
        "cannot be seen from here"
    )
    return _at(key, "file-not-judged", message, advice(f"run the same command as the user {name}"))


@check(KeyFacts, "path-not-found")
def neither(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """A bare name without such a file. It may be a damaged secret, so its text is not shown."""
    secret, verdict, hmac = key.credential.secret, key.verdict, key.hmac_text
    if key.kind != "inline" or not isinstance(secret, str) or verdict is None or hmac is None:
        return
    a_key = key.content is not None and key.content.kind != "json"
    if a_key or hmac.only_blank_spoils or not verdict.judged or key.control is not None:
        return
    message = "Every order will be refused: `secret` is neither an existing file nor a possible secret of this exchange"
    if hmac.plausible:
        if verdict.signing != "none" or not exchange_is_known(key, all_facts):
            return
        what = f"`secret` is not an existing file, and is of no use as a secret ({verdict.reason})"
        message = f"Every order {will(all_facts)} fail: {what}"
    yield _at(key, "path-not-found", message, set_key(key, secret=KEY_FILE))


def _at(key: KeyFacts, rule: str, message: str, fix: Fix) -> RawFinding:
    if key.kind == "path" and key.path is not None and key.shown_path is None:
        message += f" (it may be a secret, so it is not shown: {outline(key.path.asked)})"
    return at_key(rule, message, key, path=key.path.resolved if key.path and key.kind == "path" else None, fix=fix)


def _cause(found: PathFacts, all_facts: Facts) -> str:
    text = found.asked
    # The same letters: not the case differs, but a slash at the end.
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
    if "\\" in text:  # on POSIX a backslash is an ordinary character; on Windows the file would be found
        return "path-separators" if found.resolved.startswith("/") else "path-not-found"
    if _is_in_root(found, all_facts):
        return "platform-working-folder"
    return "path-relative-elsewhere" if "beside" in likenesses else "path-not-found"


def _is_in_root(found: PathFacts, all_facts: Facts) -> bool:
    installation = all_facts.installation
    if installation is None or installation.working_folder is None:
        return False
    return any(near.path == os.path.join(installation.root, found.asked) for near in found.near)


def _repair(key: KeyFacts, found: PathFacts, rule: str | None) -> Fix:
    """The repair: safe if exactly one file fits the cause; a file with only the same name is a guess."""
    wanted = _LIKENESS.get(rule or "", ())
    exact = list(dict.fromkeys(near.path for near in found.near if near.likeness in wanted))
    if len(exact) == 1:
        return set_key(key, "safe", secret=exact[0])
    others = list(dict.fromkeys(near.path for near in found.near))
    if len(others) == 1:
        return set_key(key, "unsafe", secret=others[0])
    return set_key(key, secret=others[0] if others else KEY_FILE)
