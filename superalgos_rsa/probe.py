"""Facts about a path on the machine this runs on: standard library only and one file, so that it can run elsewhere.

The task server hands a credential's text to `fs.accessSync` and `fs.readFileSync` as it stands, relative to its working
folder: nothing is trimmed, expanded or unquoted. What is no readable file there is taken for the secret itself.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

MAX_KEY_FILE = 1024 * 1024

Status = Literal[
    "file", "missing", "impossible", "directory", "special", "dangling-link", "link-loop", "unreadable", "too-large"
]
Likeness = Literal["expanded", "url", "unquoted", "trimmed", "case", "separators", "beside", "secrets"]


@dataclass(frozen=True, slots=True)
class Near:
    """A file that exists and that the author of the path probably meant: the `path` to write, and how it differs."""

    likeness: Likeness
    path: str


@dataclass(frozen=True, slots=True)
class PathFacts:
    asked: str = field(repr=False)
    resolved: str = field(repr=False)
    status: Status
    target: str | None = None
    """The file itself, behind every link."""
    mode: int | None = None
    near: tuple[Near, ...] = ()
    parent_exists: bool = False
    """The folder it should lie in is there, and it is neither the working folder nor the root, which are there for
    any text: base64 may well begin with a slash."""
    content: bytes | None = field(default=None, repr=False)
    known: str = ""
    """The beginning of `resolved` that is there, with the slash behind it; all of it, if something of that name is."""

    @property
    def engine_reads(self) -> bool:
        """Whether the engine gets the file's text rather than the path's own."""
        return self.status in ("file", "too-large")


def examine(asked: str, cwd: str, beside: tuple[str, ...] = ()) -> PathFacts:
    """What the engine finds under `asked` when its working folder is `cwd`; `beside` are folders the author may
    have had in mind instead. Never raises, never opens what is not a regular file, never waits."""
    path = _as_node_encodes(asked)
    resolved = os.path.normpath(os.path.join(cwd, path)) if path and "\0" not in path else path
    if not path:
        return PathFacts(asked, resolved, "missing")
    if "\0" in path:
        return PathFacts(asked, resolved, "impossible")
    full = os.path.join(cwd, path)
    status, mode, content = _read(full)
    if status == "file" or status == "too-large":
        return PathFacts(asked, resolved, status, os.path.realpath(full), mode, content=content, known=resolved)
    parent = os.path.dirname(full.rstrip("/"))
    return PathFacts(
        asked,
        resolved,
        status,
        mode=mode,
        near=tuple(_near(path, cwd, beside)) if status in ("missing", "dangling-link") and len(path) < 4096 else (),
        parent_exists=os.path.isdir(parent)
        and not any(_same_folder(parent, known) for known in (cwd, os.path.abspath("/"))),
        known=resolved if os.path.lexists(full) else known_part(resolved),
    )


def known_part(path: str) -> str:
    """The longest beginning of a path that is there, with the slash behind it; all of it, if it is there itself."""
    known = ""
    for boundary in re.finditer(r"[/\\]|\Z" if os.sep == "\\" else r"/|\Z", path):
        if not os.path.lexists(path[: boundary.start()] or os.sep):
            break
        known = path[: boundary.end()]
    return known


def _as_node_encodes(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _read(full: str) -> tuple[Status, int | None, bytes | None]:
    try:
        found = os.stat(full)
        mode = stat.S_IMODE(found.st_mode)
        if stat.S_ISDIR(found.st_mode):
            return "directory", mode, None
        if not stat.S_ISREG(found.st_mode):
            return "special", mode, None
        if found.st_size > MAX_KEY_FILE:
            return "too-large", mode, None
        # A file may be swapped for a FIFO between stat and open: O_NONBLOCK keeps that from waiting.
        descriptor = os.open(full, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return "special", mode, None
            content = stream.read(MAX_KEY_FILE + 1)
    except OSError as error:
        return _obstacle(full, error), None, None
    except ValueError:
        return "impossible", None, None
    return ("too-large", mode, None) if len(content) > MAX_KEY_FILE else ("file", mode, content)


def _obstacle(full: str, error: OSError) -> Status:
    if error.errno == errno.ELOOP:
        return "link-loop"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "unreadable"
    return "dangling-link" if os.path.islink(full) else "missing"


def looked_for(asked: str, cwd: str, beside: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every path that `examine` may ask for with the same arguments, the one that the engine takes first."""
    path = _as_node_encodes(asked)
    if not path or "\0" in path:
        return ()
    others = (candidate for _, candidate in _offers(path, cwd, beside)) if len(path) < 4096 else ()
    return tuple(dict.fromkeys(os.path.join(cwd, name) for name in (path, *others) if name and "\0" not in name))


def _near(path: str, cwd: str, beside: tuple[str, ...]) -> list[Near]:
    """Files the path was probably meant for, the likeliest first; each is one change away from the path."""
    return [
        Near(likeness, candidate)
        for likeness, candidate in _offers(path, cwd, beside)
        if candidate not in ("", path) and os.path.isfile(os.path.join(cwd, candidate))
    ]


def _offers(path: str, cwd: str, beside: tuple[str, ...]) -> Iterator[tuple[Likeness, str]]:
    try:
        if path.lower().startswith("file:"):
            yield "url", re.sub(r"^file:(//)?(localhost(?=/))?", "", path, flags=re.IGNORECASE)
        yield "expanded", _expand(path)
        bare = path.strip(_BLANK)
        yield "trimmed", bare
        yield "unquoted", bare.strip("\"'`\u2018\u2019\u201c\u201d")
        if os.sep == "/" and "\\" in path:
            slashes = re.sub(r"^[A-Za-z]:", "", path).replace("\\", "/")
            yield "separators", slashes
            yield "separators", slashes.lstrip("/")
            yield from _by_name(slashes)
        in_other_case = _other_case(path, cwd)
        if in_other_case is not None:
            yield "case", in_other_case
        if not os.path.isabs(path):
            for folder in beside:
                yield "beside", os.path.join(folder, path)
        yield from _by_name(bare.rstrip("/"))
    except (OSError, ValueError):  # a name no file can have, or a folder that went away meanwhile
        pass


_BLANK = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"


def _by_name(path: str) -> Iterator[tuple[Likeness, str]]:
    name = os.path.basename(path)
    if name:
        yield "secrets", f"My-Secrets/{name}"
        if "." not in name:
            yield "secrets", f"My-Secrets/{name}.pem"


def _expand(path: str) -> str:
    expanded = os.path.expanduser(os.path.expandvars(path))
    return re.sub(r"%(\w+)%", lambda match: os.environ.get(match[1], match[0]), expanded)


def _other_case(path: str, cwd: str) -> str | None:
    """The same path as the folders really spell it, if each part exists in exactly one other case."""
    try:
        return _spelled_on_disk(path, cwd)
    except OSError:  # a folder that may not be listed, or no folder at all
        return None


def _spelled_on_disk(path: str, cwd: str) -> str | None:
    at = "/" if path.startswith("/") else ""
    for part in [part for part in path.split("/") if part]:
        if part not in (".", "..") and not os.path.lexists(os.path.join(cwd, at, part)):
            spelled = [name for name in os.listdir(os.path.join(cwd, at)) if name.lower() == part.lower()]
            if len(spelled) != 1:
                return None
            part = spelled[0]
        at = os.path.join(at, part)
    return at


def _same_folder(left: str, right: str) -> bool:
    try:
        return os.path.samefile(left, right)
    except OSError:
        return False
