"""What lies around a key file: copies of the key, public halves, and a git work tree that may carry it off."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from superalgos_rsa.files import Content, read_regular
from superalgos_rsa.keyfile import inspect

MAX_ENTRIES = 500
MAX_SIZE = 64 * 1024
_MOST_NAMES = 20_000
_MOST_LINES = 256  # of a file, each counted twice; a key of 8,192 bits has 100
_GIT_TIMEOUT = 5.0

GitState = Literal["tracked", "not-ignored"]


@dataclass(frozen=True, slots=True)
class Neighbours:
    copies: tuple[str, ...] = ()
    """Other files of the folder that hold the same private key."""
    other_public: str | None = None
    """A public key named as this one's pair that is not its pair."""
    git: GitState | None = None


class Surroundings:
    """What the folders of key files hold. Each is read once, for however many keys lie in it."""

    def __init__(self) -> None:
        self._folders: dict[str, _Folder] = {}

    def of(self, folder: str) -> _Folder:
        if folder not in self._folders:
            self._folders[folder] = _read_folder(folder)
        return self._folders[folder]


@dataclass(frozen=True, slots=True)
class _Folder:
    """Names of its small files: by the lines of base64 that they hold, by the private key, and of public keys by the
    name of the pair, with the key."""

    lines: dict[bytes, list[str]] = field(default_factory=dict)
    private: dict[str, set[str]] = field(default_factory=dict)
    public: dict[str, dict[str, str | None]] = field(default_factory=dict)


def look_around(path: str, content: bytes, fingerprint: str | None, known: Surroundings | None = None) -> Neighbours:
    """Facts about the folder of the key file `path`; bounded in count and size, links are not followed."""
    folder, name = os.path.split(path)
    around = (known or Surroundings()).of(folder)
    copies = set(around.private.get(fingerprint or "", ()))
    copies.update(*(around.lines.get(line, ()) for line in _telling_lines(content)))
    public = {entry: sha for entry, sha in around.public.get(stem(name), {}).items() if entry not in {name, *copies}}
    other = None if fingerprint is None or fingerprint in public.values() else next(iter(sorted(public)), None)
    return Neighbours(tuple(sorted(copies - {name})), other, git_state(folder, name))


def _read_folder(folder: str) -> _Folder:
    found = _Folder()
    for name in _small_files(folder):
        data = _read(os.path.join(folder, name))
        for line in dict.fromkeys(islice(_lines_of_base64(data), _MOST_LINES)):
            found.lines.setdefault(line, []).append(name)
        if b"PRIVATE KEY" in data or b"PUBLIC KEY" in data:
            facts = inspect(data)
            if facts.kind == "public":
                found.public.setdefault(stem(name), {})[name] = facts.public_key_sha256
            elif facts.kind == "private" and facts.public_key_sha256:
                found.private.setdefault(facts.public_key_sha256, set()).add(name)
    return found


def _lines_of_base64(data: bytes) -> Iterator[bytes]:
    """What may be lines of a key: each as it stands, and pieces of what was joined to one."""
    for run in re.finditer(rb"[A-Za-z0-9+/]{64,}", data):
        yield run[0]
        yield from (run[0][at : at + 64] for at in range(0, len(run[0]), 64))


def _small_files(folder: str) -> list[str]:
    """The first by name, of at most so many names."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(islice(entries, _MOST_NAMES), key=lambda entry: entry.name)
        return [entry.name for entry in islice(filter(_is_small, names), MAX_ENTRIES)]
    except OSError:
        return []


def _is_small(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.stat().st_size <= MAX_SIZE


def _read(path: str) -> bytes:
    found = read_regular(path, MAX_SIZE)
    return found.data if isinstance(found, Content) else b""


def _telling_lines(content: bytes) -> tuple[bytes, ...]:
    """Full body lines beyond the first, which is the same header for every key of a kind. They survive in an editor's
    swap file, where nothing else of the form does."""
    lines = [line.strip() for line in content.splitlines()]
    return tuple(line for line in lines[2:] if re.fullmatch(rb"[A-Za-z0-9+/]{64,76}", line))[:2]


def stem(name: str) -> str:
    """A file name without what tells the halves of a pair apart, so that both halves have the same."""
    bare = name.lower()
    while bare.endswith((".pem", ".key", ".pub", ".der", ".txt")):
        bare = bare[:-4]
    return re.sub(r"((?<![-_. ])[-_. ]+)?(private|public|priv|prv|pub)[-_. ]*", "", bare)


def git_state(folder: str, name: str) -> GitState | None:
    """What git would do with the file; `None` outside a work tree, where it is ignored, or without git."""
    if not _in_work_tree(folder):
        return None
    import subprocess

    def git(*arguments: str) -> int:
        # `check-ignore` knows no literal path specifications; `./` and no index make it take the name as it stands.
        literal = ["--literal-pathspecs"] if arguments[0] == "ls-files" else []
        command = ["git", *literal, "-C", folder, *arguments, "--", f"./{name}"]
        # Where a hook of git runs this program, its variables would point every question at the hook's own repository.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment["GIT_OPTIONAL_LOCKS"] = "0"
        return subprocess.run(  # noqa: S603  # a fixed command; the name stands behind `--`
            command, capture_output=True, timeout=_GIT_TIMEOUT, env=environment, check=False
        ).returncode

    try:
        if git("ls-files", "--error-unmatch") == 0:
            return "tracked"
        return "not-ignored" if git("check-ignore", "-q", "--no-index") == 1 else None
    except (OSError, subprocess.SubprocessError):  # no git on this machine: nothing can be said
        return None


def _in_work_tree(folder: str) -> bool:
    at = os.path.abspath(folder)
    while not os.path.lexists(os.path.join(at, ".git")):
        parent = os.path.dirname(at)
        if parent == at:
            return False
        at = parent
    return True
