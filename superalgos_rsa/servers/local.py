"""Facts about a path on the machine this runs on.

The task server passes the text of `secret` to `fs.accessSync` and `fs.readFileSync` unchanged, relative to its working
folder: nothing is trimmed, expanded or unquoted. A text that names no readable file is taken for the secret itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, NamedTuple

from superalgos_rsa.files.regular import Content, Unread, read_regular
from superalgos_rsa.superalgos.secret_text import BLANK

MAX_KEY_FILE = 64 * 1024
"""An RSA key of 16,384 bits takes 13 KiB."""
LONGEST_PATH = 32_767
"""The limit of Windows; that of Linux is 4,096."""
_LONGEST_MEANT = 4096  # no near file is sought for a longer text
_MOST_PARTS = 100
_MOST_NAMES = 25_000  # in one folder
_MOST_NAMES_IN_ALL = 200_000

Status = Literal[
    "file", "missing", "impossible", "directory", "special", "made-up", "dangling-link", "link-loop", "unreadable",
    "not-known", "no-answer", "too-large",
]  # fmt: skip
"""`not-known`: this user may not read it, and the user that runs the platform perhaps may."""
Likeness = Literal["expanded", "url", "unquoted", "trimmed", "case", "separators", "beside", "secrets"]


class Near(NamedTuple):
    """An existing file that was probably meant: the `path` to write, and how it differs from the one written."""

    likeness: Likeness
    path: str


@dataclass(frozen=True, slots=True)
class PathFacts:
    """What the text of a secret names on this machine and, if that is no file, which existing files may be meant."""

    asked: str = field(repr=False)
    resolved: str = field(repr=False)
    status: Status
    target: str | None = None
    """The real path, with every link followed."""
    mode: int | None = None
    near: tuple[Near, ...] = ()
    parent_exists: bool = False
    """Its folder exists, and is neither the working folder nor the root: those exist for any text, and base64 may begin
    with a slash."""
    content: bytes | None = field(default=None, repr=False)
    known: str = ""
    """The longest beginning of `resolved` that exists, with the slash behind it."""
    refused_at: str | None = None
    """Where another user asks: the file or folder that the platform's user may not read or enter."""
    to_give: str | None = None
    """The private key of the installation for which a `chown` to the platform's user is enough."""
    is_lent: bool = False
    """The platform's user reads it by the rights of its group or of others: `chmod 600` would lock the platform out."""

    @property
    def engine_reads(self) -> bool:
        """Whether the engine reads the file instead of signing with the text of the path."""
        return self.status in ("file", "too-large")


class Folders:
    """Names in folders, found regardless of case. Each folder is listed once; one with too many names counts as empty.

    `is_far` tells whether a path may never answer, as on a network mount; no near file is sought there.
    """

    def __init__(self, is_far: Callable[[str], bool] = lambda _: False) -> None:
        self.is_far = is_far
        self._known: dict[tuple[int, int], dict[str, list[str]]] = {}
        self._left = _MOST_NAMES_IN_ALL

    def spelled(self, folder: str, name: str) -> list[str]:
        """Names in the folder that equal `name` apart from case. Raises `OSError`."""
        status = os.stat(folder)
        identity = status.st_dev, status.st_ino
        if identity not in self._known:
            self._known[identity] = self._listed(folder)
        return self._known[identity].get(name.lower(), [])

    def _listed(self, folder: str) -> dict[str, list[str]]:
        most = min(_MOST_NAMES, self._left)
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, most + 1)]
        self._left -= min(len(names), most)
        found: dict[str, list[str]] = {}
        for name in names if len(names) <= most else ():
            found.setdefault(name.lower(), []).append(name)
        return found


def examine(asked: str, cwd: str, beside: tuple[str, ...] = (), folders: Folders | None = None) -> PathFacts:
    """What the engine finds under `asked` when its working folder is `cwd`.

    `beside`: other folders that the path may be meant to begin at. `folders`: names that were listed before. Never
    raises, and never opens what is not a regular file.
    """
    if len(asked) > LONGEST_PATH:
        return PathFacts(asked, asked, "impossible")
    path = _as_node_encodes(asked)
    resolved = os.path.normpath(os.path.join(cwd, path)) if path and "\0" not in path else path
    if not path:
        return PathFacts(asked, resolved, "missing")
    if "\0" in path:
        return PathFacts(asked, resolved, "impossible")
    full = os.path.join(cwd, path)
    found = read_regular(full, MAX_KEY_FILE)
    if isinstance(found, Content):
        target = os.path.realpath(full)
        return PathFacts(asked, resolved, "file", target, found.mode, content=found.data, known=resolved)
    status = _status(full, found)
    if status == "too-large":
        return PathFacts(asked, resolved, status, os.path.realpath(full), known=resolved)
    parent = os.path.dirname(full.rstrip("/"))
    return PathFacts(
        asked,
        resolved,
        status,
        near=tuple(_near(path, cwd, beside, folders or Folders())) if status in ("missing", "dangling-link") else (),
        parent_exists=os.path.isdir(parent)
        and not any(_same_folder(parent, known) for known in (cwd, os.path.abspath("/"))),
        known=resolved if os.path.lexists(full) else known_part(resolved),
    )


def known_part(path: str) -> str:
    """The longest beginning of a path that exists, with the slash behind it; the whole path, if it exists."""
    known = ""
    for boundary in re.finditer(r"[/\\]|\Z" if os.sep == "\\" else r"/|\Z", path):
        if not os.path.lexists(path[: boundary.start()] or os.sep):
            break
        known = path[: boundary.end()]
    return known


def _as_node_encodes(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _status(full: str, found: Unread) -> Status:
    match found.obstacle:
        case "special" if found.made_up:
            return "made-up"
        case "permission":
            return "unreadable"
        case "fifo" | "socket":
            return "special"
        case "other":
            return "dangling-link" if os.path.islink(full) else "missing"
        case obstacle:
            return obstacle


def looked_for(asked: str, cwd: str, beside: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every path that `examine` may look at with the same arguments; the first is the one that the engine opens."""
    path = _as_node_encodes(asked)
    if not path or "\0" in path:
        return ()
    others = (candidate for _, candidate in _offers(path, cwd, beside, Folders()))
    return tuple(dict.fromkeys(os.path.join(cwd, name) for name in (path, *others) if name and "\0" not in name))


def _near(path: str, cwd: str, beside: tuple[str, ...], folders: Folders) -> Iterator[Near]:
    """Existing files that are probably meant, the likeliest first; each differs from the path by one change."""
    for likeness, candidate in _offers(path, cwd, beside, folders):
        full = os.path.join(cwd, candidate)
        if candidate not in ("", path) and not folders.is_far(full) and os.path.isfile(full):
            yield Near(likeness, candidate)


def _offers(path: str, cwd: str, beside: tuple[str, ...], folders: Folders) -> Iterator[tuple[Likeness, str]]:
    if len(path) >= _LONGEST_MEANT:
        return
    try:
        if path.lower().startswith("file:"):
            yield "url", re.sub(r"^file:(//)?(localhost(?=/))?", "", path, flags=re.IGNORECASE)
        yield "expanded", _expand(path)
        bare = path.strip(BLANK)
        yield "trimmed", bare
        yield "unquoted", bare.strip("\"'`\u2018\u2019\u201c\u201d")
        if os.sep == "/" and "\\" in path:
            slashes = re.sub(r"^[A-Za-z]:", "", path).replace("\\", "/")
            yield "separators", slashes
            yield "separators", slashes.lstrip("/")
            yield from _by_name(slashes)
        in_other_case = _other_case(path, cwd, folders)
        if in_other_case is not None:
            yield "case", in_other_case
        if not os.path.isabs(path):
            for folder in beside:
                yield "beside", os.path.join(folder, path)
        yield from _by_name(bare.rstrip("/"))
    except (OSError, ValueError):  # a name no file can have, or a folder that went away meanwhile
        pass


def _by_name(path: str) -> Iterator[tuple[Likeness, str]]:
    name = os.path.basename(path)
    if name:
        yield "secrets", f"My-Secrets/{name}"
        if "." not in name:
            yield "secrets", f"My-Secrets/{name}.pem"


# No other variable is expanded: it may hold a secret, which would be looked up as a file name, perhaps on a network
# mount, and shown in a report.
_FOLDERS = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SUPERALGOS_ROOT")
_OWN_FOLDER = re.compile(r"(?:~|\$({0})|\$\{{({0})\}}|%({0})%)(?=[/\\]|$)".format("|".join(_FOLDERS)))


def _expand(path: str) -> str:
    """The path with a leading `~`, `$HOME` or the like expanded; unchanged if there is none."""
    found = _OWN_FOLDER.match(path)
    if found is None:
        return path
    name = found[1] or found[2] or found[3]
    folder = os.environ.get(name, "") if name else os.path.expanduser("~")
    return folder + path[found.end() :] if os.path.isabs(folder) else path


def _other_case(path: str, cwd: str, folders: Folders) -> str | None:
    """The path as it is spelled on disk, if each part exists in exactly one other case."""
    try:
        return _spelled_on_disk(path, cwd, folders)
    except OSError:  # a folder that may not be listed, or no folder at all
        return None


def _spelled_on_disk(path: str, cwd: str, folders: Folders) -> str | None:
    spelled = "/" if path.startswith("/") else ""
    at = os.path.realpath(os.path.join(cwd, spelled))  # real, so that many `..` cannot make it long
    parts = [part for part in path.split("/") if part]
    if len(parts) > _MOST_PARTS:
        return None
    for part in parts:
        if folders.is_far(at):
            return None
        if part not in (".", "..") and not os.path.lexists(os.path.join(at, part)):
            found = folders.spelled(at, part)
            if len(found) != 1:
                return None
            part = found[0]
        spelled = os.path.join(spelled, part)
        if part == "..":
            at = os.path.dirname(at)
        elif part != ".":
            at = os.path.join(at, part)
            if os.path.islink(at):
                at = os.path.realpath(at)
    return spelled


def _same_folder(left: str, right: str) -> bool:
    try:
        return os.path.samefile(left, right)
    except OSError:
        return False
