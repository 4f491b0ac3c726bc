"""Key files that a broken path may have been meant for: searched in few folders, within bounds, and never guessed at
without having been read and judged."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from superalgos_rsa.credential import BLANK, is_hmac_secret
from superalgos_rsa.files import Content, read_regular
from superalgos_rsa.keyfile import KeyText, inspect

MAX_DEPTH = 3
MAX_FILES = 2000
MAX_SECONDS = 3.0
MAX_SIZE = 64 * 1024
_ANY_EXCHANGE = ""  # the widest form of an HMAC secret
_SKIPPED = frozenset({"node_modules", ".git", "My-Data-Storage", "My-Log-Files", "Projects", "Plugins"})
_LIKELY = ("My-Secrets", "Keys", "keys", "Secrets", "secrets", "certs", "ssl")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that holds key material. `path` is absolute; `text` is what the engine would read."""

    path: str
    text: str = field(repr=False)
    facts: KeyText

    def is_hmac(self, exchange: str | None) -> bool:
        return self.facts.kind == "text" and is_hmac_secret(self.text, exchange)


def search(root: Path, others: Sequence[Path]) -> tuple[Candidate, ...]:
    """Key files below My-Secrets and the root's likely folders, right in the root, and below `others`.

    Links are followed to files only, and only to files that lie in one of these folders.
    """
    deep = [root / name for name in _LIKELY] + list(others)
    allowed = [os.path.realpath(folder) for folder in [root, *deep]]
    found: dict[str, Candidate] = {}
    deadline = time.monotonic() + MAX_SECONDS
    seen = 0
    for folder, depth in [*((folder, MAX_DEPTH) for folder in deep), (root, 1)]:
        for path in _files(folder, depth):
            seen += 1
            if seen > MAX_FILES or time.monotonic() > deadline:
                return tuple(found.values())
            real = os.path.realpath(path)
            if real in found or not any(os.path.commonpath([real, top]) == top for top in allowed):
                continue
            candidate = _candidate(path)
            if candidate is not None:
                found[real] = candidate
    return tuple(found.values())


def _files(folder: Path, depth: int) -> Iterator[str]:
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if depth > 1 and entry.name not in _SKIPPED:
                yield from _files(Path(entry.path), depth - 1)
        elif entry.is_file():
            yield entry.path


def _candidate(path: str) -> Candidate | None:
    found = read_regular(path, MAX_SIZE)
    if not isinstance(found, Content):
        return None
    facts = inspect(found.data)
    candidate = Candidate(os.path.abspath(path), found.data.decode("utf-8", "replace"), facts)
    return candidate if facts.kind in ("private", "public") or candidate.is_hmac(_ANY_EXCHANGE) else None


def names_of(path: str) -> tuple[str, ...]:
    """The file name a broken path was meant to have, from the surest reading to the loosest."""
    bare = path.strip(BLANK).strip("\"'`").rstrip("/\\")
    last = (PurePosixPath(bare).name, PureWindowsPath(bare).name)
    return tuple(dict.fromkeys(name for name in last if name))


def by_name(path: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those whose name fits the path: the same, or in another case, or with another extension; the first that fits."""
    for fold in (str, str.lower, lambda name: os.path.splitext(name.lower())[0]):
        wanted = {fold(name) for name in names_of(path)}
        found = tuple(c for c in candidates if fold(os.path.basename(c.path)) in wanted)
        if found:
            return found
    return ()
