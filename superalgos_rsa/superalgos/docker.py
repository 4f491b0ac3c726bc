"""Workspaces on this machine that a container mounts. Its platform sees them, and sees nothing else of this machine.

Read off compose files, of which the short form of a volume (`- ./My-Workspaces:/app/Platform/My-Workspaces`) is enough:
the image keeps the platform in `/app`. Nothing is run, and no daemon is asked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from superalgos_rsa.files.file_systems import is_on_network
from superalgos_rsa.files.regular import Content, read_regular
from superalgos_rsa.files.spelling import is_below

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_LIMIT = 256 * 1024
_ENDS = r"""(?=/?(?:[:"'\s]|\Z))"""
_VOLUME = re.compile(rf"""^[ \t]*-[ \t]*["']?([./][^"':\n]*):/app/Platform/My-Workspaces{_ENDS}""", re.MULTILINE)
"""One that begins with a name is no folder, but a volume of Docker's own."""
_SECRETS = re.compile(rf"^[^#\n]*/app/My-Secrets{_ENDS}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Compose:
    """A compose file that gives a Superalgos in a container its workspaces."""

    path: str
    workspaces: str
    mounts_secrets: bool


def compose_of(document: str) -> Compose | None:
    """The one in a folder above a document, at an absolute path, that mounts the folder in which it lies."""
    for folder in map(str, Path(document).parents):
        for found in _in(folder):
            if is_below(document, found.workspaces):
                return found
    return None


def compose_in(folder: Path) -> Compose | None:
    """The one of a compose folder, or of a Superalgos folder, that has workspaces."""
    for place in (folder, folder / "Docker"):
        for found in _in(str(place)):
            if os.path.isdir(found.workspaces):
                return found
    return None


def _in(folder: str) -> Iterator[Compose]:
    for name in _NAMES:
        path = os.path.join(folder, name)
        if is_on_network(path):  # `/net/compose.yml` would be a machine of that name
            continue
        found = read_regular(path, _LIMIT)
        if isinstance(found, Content):
            text = found.data.decode("utf-8", "replace")
            for volume in _VOLUME.finditer(text):
                workspaces = os.path.normpath(os.path.join(folder, volume[1]))
                yield Compose(path, workspaces, _SECRETS.search(text) is not None)
