"""The place of a document, which decides how the platform can load it (tried with 1.6.1 over HTTP)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from superalgos_rsa.files.spelling import is_below
from superalgos_rsa.superalgos.installation import Installation

Route = Literal["my-workspaces", "plugins", "elsewhere"]


@dataclass(frozen=True, slots=True)
class LoadPlace:
    """`my-workspaces`: LoadMyWorkspace reads it, and dies of what is no workspace, whatever it was meant to be.
    `plugins`: LoadPlugin hands out its text as it is, without the vault. Nothing loads what lies elsewhere."""

    route: Route
    never: str | None = None
    """Why LoadMyWorkspace can never find it, so that its answer is 404 whatever the file holds."""

    def loads(self, survives: bool | None) -> bool | None:
        """Whether the platform lives on, where LoadMyWorkspace `survives` the content."""
        if self.route == "elsewhere":
            return None
        return survives if self.is_loaded else True

    @property
    def is_loaded(self) -> bool:
        """Whether LoadMyWorkspace reads it."""
        return self.route == "my-workspaces" and self.never is None


ELSEWHERE = LoadPlace("elsewhere")


def load_place(document: str, installation: Installation | None) -> LoadPlace:
    """By the path as it is spelled; else by where it leads, but for a link in the end, which keeps its name."""
    if installation is None or document == "-":
        return ELSEWHERE
    workspaces, plugins = str(installation.workspaces), str(installation.root / "Plugins")
    spellings: tuple[tuple[Callable[[str], str], Callable[[str], str]], ...] = (
        (os.path.abspath, os.path.abspath),
        (_real, os.path.realpath),
    )
    for spelled, spelled_folder in spellings:
        path = spelled(document)
        for folder, route in ((workspaces, "my-workspaces"), (plugins, "plugins")):
            above = spelled_folder(folder)
            if not is_below(path, above):
                continue
            if route == "plugins":
                return LoadPlace("plugins")
            return LoadPlace("my-workspaces", _never(path, path[len(above) :], installation))
    return ELSEWHERE


def _real(path: str) -> str:
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def _never(path: str, below: str, installation: Installation) -> str | None:
    stem = os.path.splitext(path)[0]
    if not path.endswith(".json") and not _is_one(path, f"{stem}.json"):
        return "its name does not end in .json"
    if "undefined" in _as_the_platform_spells(installation) + below:
        return "its path contains the word “undefined”"
    try:
        below.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    return None


def _as_the_platform_spells(installation: Installation) -> str:
    """The folder of the workspaces. Node follows the links on the way to the script that it starts."""
    root, folder = os.path.abspath(installation.root), os.path.abspath(installation.workspaces)
    return os.path.realpath(root) + folder[len(root) :] if is_below(folder, root) else folder


def _is_one(path: str, other: str) -> bool:
    """On a disk that takes no notice of upper and lower case."""
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):
        return False
