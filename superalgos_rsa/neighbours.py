"""What lies around a key file: copies of the key, public halves, and a git work tree that may carry it off."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from superalgos_rsa.files import Content, read_regular
from superalgos_rsa.keyfile import KeyText, inspect
from superalgos_rsa.worktree import GitState, WorkTrees

MAX_SCANNED = 10_000
MAX_ENTRIES = 500
MAX_SIZE = 64 * 1024
MAX_READ = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Neighbours:
    copies: tuple[str, ...] = ()
    """Other files of the folder that hold the same private key."""
    other_public: str | None = None
    """A public key named as this one's pair that is not its pair."""
    git: GitState | None = None


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    lines: frozenset[bytes] = field(repr=False)
    """Of which each may be a line of a key."""
    facts: KeyText | None


class Surroundings:
    """Facts about the folders of key files: each folder is read once, within limits for all of them together."""

    def __init__(self) -> None:
        self._folders: dict[str, tuple[_File, ...]] = {}
        self._left = MAX_READ
        self._work_trees = WorkTrees()

    def of(self, path: str, content: bytes, fingerprint: str | None) -> Neighbours:
        """Facts about the folder of the key file `path`; bounded in count and size, links are not followed."""
        folder, name = os.path.split(path)
        if folder not in self._folders:
            self._folders[folder] = tuple(islice(self._files(folder), MAX_ENTRIES))
        copies: list[str] = []
        public: dict[str, str | None] = {}
        lines = _telling_lines(content)
        files = self._folders[folder]
        for file in files:
            facts = file.facts
            if file.name == name:
                continue
            if not file.lines.isdisjoint(lines):
                copies.append(file.name)
            elif facts is not None and facts.kind == "public" and _stem(file.name) == _stem(name):
                public[file.name] = facts.public_key_sha256
            elif facts is not None and facts.kind == "private" and fingerprint == facts.public_key_sha256 is not None:
                copies.append(file.name)
        other = None if fingerprint is None or fingerprint in public.values() else next(iter(sorted(public)), None)
        keys = (file.name for file in files if file.facts is not None and file.facts.kind == "private")
        return Neighbours(tuple(sorted(copies)), other, self._work_trees.state(folder, name, keys))

    def _files(self, folder: str) -> Iterator[_File]:
        for name in _names(folder):
            found = read_regular(os.path.join(folder, name), min(MAX_SIZE, self._left))
            if isinstance(found, Content):
                self._left -= len(found.data)
                holds_key = b"PRIVATE KEY" in found.data or b"PUBLIC KEY" in found.data
                yield _File(name, _lines(found.data), inspect(found.data) if holds_key else None)


def look_around(path: str, content: bytes, fingerprint: str | None) -> Neighbours:
    """As `Surroundings.of`, for one key file alone."""
    return Surroundings().of(path, content, fingerprint)


def git_state(folder: str, name: str) -> GitState | None:
    """What git would do with one file alone."""
    return WorkTrees().state(folder, name)


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(e.name for e in islice(entries, MAX_SCANNED) if e.is_file(follow_symlinks=False))
    except OSError:
        return []


_BODY_LINE = rb"[A-Za-z0-9+/]{64,76}"


def _lines(data: bytes) -> frozenset[bytes]:
    return frozenset(re.findall(rb"(?<![A-Za-z0-9+/])" + _BODY_LINE + rb"(?![A-Za-z0-9+/])", data))


def _telling_lines(content: bytes) -> tuple[bytes, ...]:
    """Full body lines beyond the first, which is the same header for every key of a kind. They survive in an editor's
    swap file, where nothing else of the form does."""
    lines = [line.strip() for line in content.splitlines()]
    return tuple(line for line in lines[2:] if re.fullmatch(_BODY_LINE, line))[:2]


def _stem(name: str) -> str:
    """A file name without what tells the halves of a pair apart, so that both halves have the same."""
    bare = re.sub(r"(\.(pem|key|pub|der|txt))+$", "", name.lower())
    return re.sub(r"[-_. ]*(private|public|priv|prv|pub)[-_. ]*", "", bare)
