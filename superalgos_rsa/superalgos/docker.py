"""Workspaces on this machine that a container mounts. Its platform sees them, and sees nothing else of this machine.

Read off compose files, line by line: the image keeps the platform in `/app`, so a volume in its short form is
`- FOLDER:/app/Platform/My-Workspaces`. One in another form is taken for that of the shipped file. Nothing is run, and
no daemon is asked.
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
_TARGET = re.compile(rf"^[^#\n]*/app/Platform/My-Workspaces{_ENDS}", re.MULTILINE)
_SHIPPED = "./My-Workspaces"
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


def mounted_in(folder: Path) -> list[str]:
    """The folders of workspaces that a container has in a compose folder, or in a Superalgos folder. What a compose
    file names elsewhere is not looked at: the file may be a stranger's."""
    return [
        found.workspaces
        for place in (str(folder), str(folder / "Docker"))
        for found in _in(place)
        if is_below(found.workspaces, place) and os.path.isdir(found.workspaces)
    ]


def _in(folder: str) -> Iterator[Compose]:
    for name in _NAMES:
        path = os.path.join(folder, name)
        if is_on_network(path):  # `/net/compose.yml` would be a machine of that name
            continue
        found = read_regular(path, _LIMIT)
        if isinstance(found, Content):
            text = found.data.decode("utf-8", "replace")
            sources: list[str] = _VOLUME.findall(text) or [_SHIPPED] * (_TARGET.search(text) is not None)
            for source in sources:
                workspaces = os.path.normpath(os.path.join(folder, source))
                yield Compose(path, workspaces, _SECRETS.search(text) is not None)
