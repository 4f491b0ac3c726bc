"""What git would do with a file, found out without running any command that a repository's config names.

A repository's config can make git run commands: `core.fsmonitor`, hooks, filters, and more in later versions. So git
never opens the repository. Its index is read here. For the ignore rules, git runs in a temporary empty repository with
the user's folder as its work tree, where it reads only the `.gitignore` files. The user's own git config, and the
ignore file it names, still apply.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from superalgos_rsa.files import programs
from superalgos_rsa.files.file_systems import is_on_network
from superalgos_rsa.files.regular import Content, Unread, read_regular
from superalgos_rsa.files.spelling import IGNORES_CASE

MAX_INDEX = 16 * 1024 * 1024
MAX_READ = 4 * MAX_INDEX
MAX_RULES = 256 * 1024
MAX_ASKED = 50
MAX_SECONDS = 2.0
_LONGEST_POINTER = 8 * 1024
_LONGEST_NAME = 4096

GitState = Literal["tracked", "not-ignored"]


class WorkTrees:
    """Git states of files in many folders. The limits hold for all folders together; beyond them the state is None."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], GitState | None] = {}
        self._asked = 0
        self._read = 0
        self._seconds = MAX_SECONDS

    def state(self, folder: str, name: str, others: Iterable[str] = ()) -> GitState | None:
        """What git would do with the file. None if it is outside a work tree, ignored, or unknown.

        `others` are files of the same folder that will be asked about later: one run of git answers for all.
        """
        folder = os.path.realpath(folder)
        if (folder, name) not in self._known:
            names = tuple(dict.fromkeys((name, *others)))
            states = self._ask(folder, names)
            self._known.update({(folder, each): states.get(each) for each in names})
        return self._known[folder, name]

    def _ask(self, folder: str, names: Sequence[str]) -> dict[str, GitState]:
        repository = _repository_of(folder)
        if repository is None or self._asked >= MAX_ASKED:
            return {}
        self._asked += 1
        inside = Path(folder).relative_to(repository.top).parts
        if ".git" in map(str.lower, inside):
            return {}
        full = {name: _folded(os.fsencode("/".join((*inside, name)))) for name in names}
        tracked = self._tracked(repository, frozenset(full.values()))
        states: dict[str, GitState] = {name: "tracked" for name in names if full[name] in tracked}
        rest = [name for name in names if name not in states]
        ignored = self._ignored(repository, folder, rest) if rest else frozenset(rest)
        if ignored is not None:
            states.update({name: "not-ignored" for name in rest if name not in ignored})
        return states

    def _tracked(self, repository: _Repository, wanted: frozenset[bytes]) -> frozenset[bytes]:
        found = read_regular(os.path.join(repository.git_dir, "index"), min(MAX_INDEX, MAX_READ - self._read))
        if isinstance(found, Unread):
            return frozenset()
        self._read += len(found.data)
        return names_in_index(found.data, wanted) or frozenset()

    def _ignored(self, repository: _Repository, folder: str, names: Sequence[str]) -> frozenset[str] | None:
        git = programs.find("git", os.environ.get("PATH", ""), outside=repository.top)
        exclude = _exclude_file(repository)
        if git is None or exclude is None or self._seconds <= 0 or not _rules_can_be_read(repository.top, folder):
            return None
        import subprocess
        import tempfile

        # GIT_* variables, which git sets for hooks, would point it at another repository.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        paths = {os.fsencode(os.path.join(folder, name).replace(os.sep, "/")): name for name in names}
        begun = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="superalgos-rsa-") as own:
                _make_empty(Path(own), exclude)
                answer = subprocess.run(  # noqa: S603  # a fixed command; the names are on its standard input
                    [git, f"--git-dir={own}", f"--work-tree={repository.top}", "check-ignore", "--no-index", "-z",
                     "--stdin"],
                    input=b"\0".join(paths) + b"\0",
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    cwd=own,
                    env=environment,
                    timeout=self._seconds,
                    check=False,
                )  # fmt: skip
        except (OSError, ValueError, subprocess.SubprocessError):
            return None
        finally:
            self._seconds -= time.monotonic() - begun
        if answer.returncode not in (0, 1):  # 1: none of them is ignored
            return None
        return frozenset(paths[path] for path in answer.stdout.split(b"\0") if path in paths)


class _Repository(NamedTuple):
    top: str
    """The folder of the work tree."""
    git_dir: str
    common_dir: str
    """The git directory that all work trees of the repository share."""


def _repository_of(folder: str) -> _Repository | None:
    """The nearest repository at or above `folder`. Like git, skips a `.git` that is no repository."""
    for top in (Path(folder), *Path(folder).parents):
        git_dir = _git_dir(str(top / ".git"))
        if git_dir is None:
            continue
        common = _pointer(os.path.join(git_dir, "commondir"), "") or git_dir
        if os.path.lexists(os.path.join(git_dir, "HEAD")) and all(
            os.path.isdir(os.path.join(common, name)) for name in ("objects", "refs")
        ):
            return _Repository(str(top), git_dir, common)
    return None


def _git_dir(path: str) -> str | None:
    """The git directory: `.git` itself, or what a `.git` file names (in a linked work tree or a submodule)."""
    return path if os.path.isdir(path) else _pointer(path, "gitdir:")


def _pointer(path: str, label: str) -> str | None:
    found = read_regular(path, _LONGEST_POINTER)
    if isinstance(found, Unread) or b"\0" in found.data:
        return None
    text = os.fsdecode(found.data).strip()
    if not text.startswith(label) or is_on_network(text.removeprefix(label).strip()):
        return None
    return os.path.join(os.path.dirname(path), text.removeprefix(label).strip())


def _rules_can_be_read(top: str, folder: str) -> bool:
    """Whether the `.gitignore` files from the top down to the folder are regular files of at most 256 KiB together."""
    size = 0
    for at in (Path(folder), *Path(folder).parents):
        try:
            status = os.lstat(at / ".gitignore")
        except OSError:
            pass
        else:
            import stat

            size += status.st_size
            if not stat.S_ISREG(status.st_mode) or size > MAX_RULES:
                return False
        if str(at) == top:
            break
    return True


def _exclude_file(repository: _Repository) -> bytes | None:
    found = read_regular(os.path.join(repository.common_dir, "info", "exclude"), MAX_RULES)
    if isinstance(found, Content):
        return found.data
    return b"" if found.obstacle in ("missing", "dangling-link") else None


def _make_empty(folder: Path, exclude: bytes) -> None:
    """Make the smallest folder that git accepts as a repository."""
    for name in ("objects", "refs", "info"):
        (folder / name).mkdir()
    (folder / "HEAD").write_bytes(b"ref: refs/heads/none\n")
    (folder / "config").write_bytes(b"[core]\n\tignoreCase = %s\n" % (b"true" if IGNORES_CASE else b"false"))
    (folder / "info" / "exclude").write_bytes(exclude)


def _folded(name: bytes) -> bytes:
    return name.lower() if IGNORES_CASE else name


def names_in_index(index: bytes, wanted: frozenset[bytes]) -> frozenset[bytes] | None:
    """Those of `wanted` that a git index (versions 2 to 4) lists. None if the index is damaged or split.

    An entry is 40 bytes of file status, the hash, two bytes of flags (four if a flag says so), and the name.
    In version 4 the name is stored as the number of bytes to drop from the previous name, and the bytes to append.
    """
    import hashlib

    version, count = int.from_bytes(index[4:8], "big"), int.from_bytes(index[8:12], "big")
    if index[:4] != b"DIRC" or version not in (2, 3, 4):
        return None
    hash_size = 32 if hashlib.sha256(index[:-32]).digest() == index[-32:] else 20
    at, end, name, found = 12, len(index) - hash_size, b"", set()
    try:
        for _ in range(count):
            flags = at + 40 + hash_size
            start = flags + (4 if version >= 3 and index[flags] & 0x40 else 2)
            if version == 4:
                dropped, start = _number(index, start)
                stop = index.index(b"\0", start)
                name = name[: len(name) - dropped] + index[start:stop] if dropped <= len(name) else b""
                at = stop + 1
            else:
                stop = index.index(b"\0", start)
                name = index[start:stop]
                at += (stop - at + 8) & ~7
            if not 0 < len(name) <= _LONGEST_NAME or at > end:
                return None
            if _folded(name) in wanted:
                found.add(_folded(name))
    except (IndexError, ValueError):
        return None
    return None if _is_split(index, at, end) else frozenset(found)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The number of variable length at `at` (7 bits a byte, highest first), and the offset of its end."""
    value = data[at] & 127
    for _ in range(4):
        if data[at] < 128:
            return value, at + 1
        at += 1
        value = (value + 1 << 7) + (data[at] & 127)
    raise ValueError


def _is_split(index: bytes, at: int, end: int) -> bool:
    """Whether the index has the extension `link`: then most of its entries are in another file."""
    while at + 8 <= end:
        if index[at : at + 4] == b"link":
            return True
        at += 8 + int.from_bytes(index[at + 4 : at + 8], "big")
    return False
