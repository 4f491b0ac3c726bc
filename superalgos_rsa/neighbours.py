"""What lies around a key file: copies of the key, public halves, and a git work tree that may carry it off."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal

from superalgos_rsa.files import Content, read_regular
from superalgos_rsa.keyfile import inspect

MAX_ENTRIES = 500
MAX_SIZE = 64 * 1024
_GIT_TIMEOUT = 5.0

GitState = Literal["tracked", "not-ignored"]


@dataclass(frozen=True, slots=True)
class Neighbours:
    copies: tuple[str, ...] = ()
    """Other files of the folder that hold the same private key."""
    other_public: str | None = None
    """A public key named as this one's pair that is not its pair."""
    git: GitState | None = None


def look_around(path: str, content: bytes, fingerprint: str | None) -> Neighbours:
    """Facts about the folder of the key file `path`; bounded in count and size, links are not followed."""
    folder, name = os.path.split(path)
    copies: list[str] = []
    public: dict[str, str | None] = {}
    lines = _telling_lines(content)
    for entry in _small_files(folder):
        if entry == name:
            continue
        data = _read(os.path.join(folder, entry))
        if lines and any(line in data for line in lines):
            copies.append(entry)
        elif b"PRIVATE KEY" in data or b"PUBLIC KEY" in data:
            facts = inspect(data)
            if facts.kind == "public" and _stem(entry) == _stem(name):
                public[entry] = facts.public_key_sha256
            elif facts.kind == "private" and fingerprint and facts.public_key_sha256 == fingerprint:
                copies.append(entry)
    other = None if fingerprint is None or fingerprint in public.values() else next(iter(sorted(public)), None)
    return Neighbours(tuple(sorted(copies)), other, git_state(folder, name))


def _small_files(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            files = [e.name for e in entries if e.is_file(follow_symlinks=False) and e.stat().st_size <= MAX_SIZE]
    except OSError:
        return []
    return sorted(files)[:MAX_ENTRIES]


def _read(path: str) -> bytes:
    found = read_regular(path, MAX_SIZE)
    return found.data if isinstance(found, Content) else b""


def _telling_lines(content: bytes) -> tuple[bytes, ...]:
    """Full body lines beyond the first, which is the same header for every key of a kind. They survive in an editor's
    swap file, where nothing else of the form does."""
    lines = [line.strip() for line in content.splitlines()]
    return tuple(line for line in lines[2:] if re.fullmatch(rb"[A-Za-z0-9+/]{64,76}", line))[:2]


def _stem(name: str) -> str:
    """A file name without what tells the halves of a pair apart, so that both halves have the same."""
    bare = re.sub(r"(\.(pem|key|pub|der|txt))+$", "", name.lower())
    return re.sub(r"[-_. ]*(private|public|priv|prv|pub)[-_. ]*", "", bare)


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
