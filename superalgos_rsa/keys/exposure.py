"""The folder of a key file: copies of the key, public keys, and a git work tree that may publish it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from superalgos_rsa.files.regular import Content, read_regular
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.keys.work_tree import GitState, WorkTrees

MAX_ENTRIES = 500
MAX_SIZE = 64 * 1024
MAX_READ = 32 * 1024 * 1024
MAX_SCANNED = 10_000
_MOST_LINES = 256  # in one file, each counted twice; a key of 8,192 bits has 100


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What was found in the folder of a private key."""

    copies: tuple[str, ...] = ()
    """Other files of the folder that hold the same private key."""
    other_public: str | None = None
    """A public key file that is named like this key's public half but is not."""
    git: GitState | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    """Names of the small files of one folder.

    `lines`: by base64 line. `private`: by fingerprint of the private key. `public`: by stem of the pair, with the
    fingerprint of each public key. `keys`: all files with a private key.
    """

    lines: dict[bytes, list[str]] = field(default_factory=dict)
    private: dict[str, set[str]] = field(default_factory=dict)
    public: dict[str, dict[str, str | None]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)


class Surroundings:
    """Facts about the folders of key files. Each folder is read once; the limits hold for all folders together."""

    def __init__(self) -> None:
        self._folders: dict[str, _Folder] = {}
        self._left = MAX_READ
        self._work_trees = WorkTrees()

    def of(self, path: str, content: bytes, fingerprint: str | None) -> Neighbours:
        """Facts about the folder of the key file `path`. Reads at most 500 files of 64 KiB; follows no links."""
        folder, name = os.path.split(path)
        around = self._folder(folder)
        copies = set(around.private.get(fingerprint or "", ()))
        copies.update(*(around.lines.get(line, ()) for line in _telling_lines(content)))
        known = around.public.get(stem(name), {})
        public = {entry: sha for entry, sha in known.items() if entry not in {name, *copies}}
        other = None if fingerprint is None or fingerprint in public.values() else next(iter(sorted(public)), None)
        git = self._work_trees.state(folder, name, around.keys)
        return Neighbours(tuple(sorted(copies - {name})), other, git)

    def same_key(self, path: str, fingerprint: str) -> tuple[str, ...]:
        """Other files of the folder of `path` with a PEM of the private key of this fingerprint."""
        folder, name = os.path.split(path)
        return tuple(sorted(self._folder(folder).private.get(fingerprint, set()) - {name}))

    def _folder(self, folder: str) -> _Folder:
        if folder not in self._folders:
            self._folders[folder] = self._read(folder)
        return self._folders[folder]

    def _read(self, folder: str) -> _Folder:
        found = _Folder()
        for name in _small_files(folder):
            read = read_regular(os.path.join(folder, name), min(MAX_SIZE, self._left))
            if not isinstance(read, Content):
                continue
            self._left -= len(read.data)
            for line in dict.fromkeys(islice(_lines_of_base64(read.data), _MOST_LINES)):
                found.lines.setdefault(line, []).append(name)
            if b"PRIVATE KEY" in read.data or b"PUBLIC KEY" in read.data:
                facts = inspect(read.data)
                if facts.kind == "public":
                    found.public.setdefault(stem(name), {})[name] = facts.public_key_sha256
                elif facts.kind == "private":
                    found.keys.append(name)
                    found.private.setdefault(facts.public_key_sha256 or "-", set()).add(name)
        return found


def git_state(folder: str, name: str) -> GitState | None:
    """What git would do with a single file."""
    return WorkTrees().state(folder, name)


def _lines_of_base64(data: bytes) -> Iterator[bytes]:
    """Possible lines of a key: each base64 run, and its pieces of 64 bytes if lines were joined."""
    for run in re.finditer(rb"[A-Za-z0-9+/]{64,}", data):
        yield run[0]
        yield from (run[0][at : at + 64] for at in range(0, len(run[0]), 64))


def _small_files(folder: str) -> list[str]:
    """Up to `MAX_ENTRIES` small files by name, out of the first `MAX_SCANNED` entries of the folder."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(islice(entries, MAX_SCANNED), key=lambda entry: entry.name)
        return [entry.name for entry in islice(filter(_is_small, names), MAX_ENTRIES)]
    except OSError:
        return []


def _is_small(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.stat().st_size <= MAX_SIZE


_BODY_LINE = re.compile(rb"(?<!\S)[A-Za-z0-9+/]{64,76}(?!\S)")


def _telling_lines(content: bytes) -> tuple[bytes, ...]:
    """The second and third full body line. The first is the same for every key of a type.

    An editor's swap file keeps these lines even if the rest of the PEM form is lost.
    """
    return tuple(islice((line[0] for line in _BODY_LINE.finditer(content)), 1, 3))


def copy_name(name: str) -> str:
    """The name of the clean copy that `convert` writes beside a key file."""
    return f"{os.path.splitext(name)[0]}.pkcs8.pem"


def export_name(name: str) -> str:
    """The name of the PEM file in the printed command that exports a key file of another program's format."""
    return f"{name}.exported.pem"


def stem(name: str) -> str:
    """A file name without `private`, `public` and extensions: the same for both halves of a key pair."""
    bare = name.lower()
    while bare.endswith((".pem", ".key", ".pub", ".der", ".txt")):
        bare = bare[:-4]
    return re.sub(r"((?<![-_. ])[-_. ]+)?(private|public|priv|prv|pub)[-_. ]*", "", bare)
