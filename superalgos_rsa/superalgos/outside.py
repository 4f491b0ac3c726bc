"""Whose a workspace is that the platform of the installation does not load from where it lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from superalgos_rsa.files.spelling import leads_below
from superalgos_rsa.superalgos.docker import Compose, compose_of
from superalgos_rsa.superalgos.environment import DATA_FOLDER
from superalgos_rsa.superalgos.installation import Installation


@dataclass(frozen=True, slots=True)
class Outside:
    """`container`: a platform in a container has it. `data`: a platform whose DATA_PATH is not known. `profile`: one
    that is started with another profile. `moved`: none, since the installation keeps its workspaces elsewhere."""

    kind: Literal["container", "data", "profile", "moved"]
    folder: str
    """The folder of those workspaces; for `data` the one that DATA_PATH would name."""
    profile: str | None = None
    compose: Compose | None = None


def outside_of(document: str, installation: Installation | None) -> Outside | None:
    """`None` for a document of the installation itself, and for one of which nothing is known."""
    path = os.path.abspath(document)
    own = installation is not None and leads_below(path, os.path.abspath(installation.workspaces))
    if own and installation is not None and installation.running:
        return None
    compose = compose_of(path)
    if compose is not None:
        return Outside("container", compose.workspaces, compose=compose)
    if own:
        return None
    return _by_profile(path, installation) or _by_data_path(path)


def _by_profile(path: str, installation: Installation | None) -> Outside | None:
    if installation is None:
        return None
    for profile in installation.environment.profiles:
        if profile.workspaces is not None:
            folder = os.path.normpath(os.path.join(installation.cwd, profile.workspaces))
            if leads_below(path, folder):
                return Outside("profile", folder, profile.name)
    usual = os.path.abspath(installation.root / "Platform" / "My-Workspaces")
    return Outside("moved", usual) if leads_below(path, usual) else None


def _by_data_path(path: str) -> Outside | None:
    for folder in Path(path).parents:
        if folder.parts[-len(DATA_FOLDER) :] == DATA_FOLDER:
            return Outside("data", str(folder.parent.parent))
    return None
