"""Finds key files that a broken path may mean: in few folders, within limits; each file is read and inspected."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath

from superalgos_rsa.files.regular import Content, read_regular
from superalgos_rsa.keys.exposure import stem
from superalgos_rsa.keys.inspect import KeyText, inspect
from superalgos_rsa.superalgos.secret_text import BLANK, is_hmac_secret

MAX_DEPTH = 3
MAX_FILES = 2000
MAX_NAMES = 20_000
"""Names of files and folders looked at in all."""
MAX_SECONDS = 3.0
MAX_SIZE = 64 * 1024
_ANY_EXCHANGE = ""  # the widest form of an HMAC secret
_SKIPPED = frozenset({"node_modules", "My-Data-Storage", "My-Log-Files", "Projects", "Plugins"})
_LIKELY = ("My-Secrets", "Keys", "keys", "Secrets", "secrets", "certs", "ssl")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that holds key material. `path` is absolute."""

    path: str
    facts: KeyText


def search(root: Path, others: Sequence[Path], flat: Sequence[Path] = ()) -> tuple[Candidate, ...]:
    """Find key files below the root's likely folders and `others`, and directly in the root and in `flat`.

    A link counts only if it leads to a file in one of these folders. Hidden files and folders are left out: the keys in
    a `.ssh` are not for an exchange.
    """
    deep = [root / name for name in _LIKELY] + list(others)
    shallow = [root, *flat]
    found: dict[str, Candidate] = {}
    walk = _Walk()
    deadline = time.monotonic() + MAX_SECONDS
    seen = 0
    allowed = {os.path.realpath(folder) for folder in islice([*shallow, *deep], MAX_NAMES)}
    for folder, depth in [*((folder, MAX_DEPTH) for folder in deep), *((folder, 1) for folder in shallow)]:
        if walk.left <= 0 or time.monotonic() > deadline:
            break
        for path in walk.files(folder, depth):
            seen += 1
            if seen > MAX_FILES or time.monotonic() > deadline:
                return tuple(found.values())
            real = os.path.realpath(path)
            if real in found or not any(str(above) in allowed for above in Path(real).parents):
                continue
            candidate = _candidate(path)
            if candidate is not None:
                found[real] = candidate
    return tuple(found.values())


class _Walk:
    def __init__(self) -> None:
        self.left = MAX_NAMES

    def files(self, folder: Path, depth: int) -> Iterator[str]:
        self.left -= 1
        try:
            with os.scandir(folder) as scanned:
                entries = sorted(islice(scanned, max(0, min(MAX_FILES, self.left))), key=lambda entry: entry.name)
        except (OSError, ValueError):
            return
        self.left -= len(entries)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth > 1 and self.left > 0 and entry.name not in _SKIPPED and not entry.name.startswith("."):
                    yield from self.files(Path(entry.path), depth - 1)
            elif os.path.isfile(entry.path):
                yield entry.path


def _candidate(path: str) -> Candidate | None:
    found = read_regular(path, MAX_SIZE)
    if not isinstance(found, Content):
        return None
    facts = inspect(found.data)
    text = found.data.decode("utf-8", "replace")
    if facts.kind in ("private", "public") or (facts.kind == "text" and is_hmac_secret(text, _ANY_EXCHANGE)):
        return Candidate(os.path.abspath(path), facts)
    return None


def names_of(path: str) -> tuple[str, ...]:
    """File names that a broken path may mean, the most certain first."""
    bare = path.strip(BLANK).strip("\"'`\u2018\u2019\u201c\u201d").strip(BLANK).rstrip("/\\")
    last = (PurePosixPath(bare).name, PureWindowsPath(bare).name)
    return tuple(dict.fromkeys(name for name in last if name))


def by_name(path: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Candidates with the name in the path; if none, with the name in another case; if none, with another extension."""
    for fold in (str, str.lower, lambda name: os.path.splitext(name.lower())[0]):
        wanted = {fold(name) for name in names_of(path)}
        found = tuple(c for c in candidates if fold(os.path.basename(c.path)) in wanted)
        if found:
            return found
    return ()


def public_halves(path: str, candidates: Sequence[Candidate]) -> frozenset[str]:
    """Fingerprints of public keys named like the private one at `path`: for k.pem also k.pub.pem."""
    wanted = {stem(name) for name in names_of(path)}
    public = (c for c in candidates if c.facts.kind == "public" and stem(os.path.basename(c.path)) in wanted)
    return frozenset(c.facts.public_key_sha256 for c in public if c.facts.public_key_sha256)
