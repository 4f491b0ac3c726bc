"""Where a platform that is started with these variables keeps its workspaces, and on which port it listens.

A model of Environment.js (platform 1.6.1, tried; 1.7.0 has the same code). It takes both from the profile that
PROFILE_NAME names in `~/.superalgos/profiles`; DATA_PATH moves the workspaces, whatever the profile says.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.json_text import JsonError, decode
from superalgos_rsa.files.regular import Unread, read_regular

HTTP_PORT = 34248
DATA_FOLDER = ("Superalgos_Data", "My-Workspaces")
"""What lies below DATA_PATH."""
_LIMIT = 16 * 1024 * 1024
_MOST_PROFILES = 32


@dataclass(frozen=True, slots=True)
class Profile:
    """One of the user's profiles, as far as it counts here; `None` stands for the platform's own default."""

    name: str
    workspaces: str | None
    port: int | None
    defect: str | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """What the variables and profiles say. A relative folder begins at the working folder of the platform."""

    workspaces: str | None = None
    """`None`: those of the Superalgos folder."""
    packaged: str | None = None
    """The folder of the whole platform, where it is not that of its program."""
    file: str | None = None
    """That of the profiles; `None` where the user has no home."""
    profiles: tuple[Profile, ...] = ()
    name: str | None = None
    """The profile that is asked for."""
    profile: Profile | None = None
    defect: str | None = None
    """Why a platform will not start with that profile, or why that is not known."""

    @property
    def ports(self) -> tuple[int, ...]:
        """Where a platform may listen, the likeliest first."""
        own = self.profile.port if self.profile is not None else None
        return tuple(dict.fromkeys(port for port in (own, HTTP_PORT, *(p.port for p in self.profiles)) if port))


def read_environment(variables: Mapping[str, str]) -> Environment:
    """What a platform started with these variables finds, in the profiles of the user too."""
    name = variables.get("PROFILE_NAME")  # an empty one is looked up as well
    file = _file(variables, needed=name is not None)
    entries, defect = _entries(file) if file is not None else ([], None)
    profile: Profile | None = None
    if name is None:  # the platform does not look at the file then
        defect = None
    elif defect is None:
        profile, defect = _named(name, entries)
    packaged = variables.get("PACKAGED_PATH", "")
    data = variables.get("DATA_PATH")
    known = (_profile(entry) for entry in entries[:_MOST_PROFILES] if isinstance(entry, dict))
    return Environment(
        os.path.join(data, *DATA_FOLDER) if data else profile.workspaces if profile is not None else None,
        packaged if os.path.isabs(packaged) else None,
        file,
        tuple(one for one in known if one is not None),
        name,
        profile,
        defect,
    )


def _file(variables: Mapping[str, str], *, needed: bool) -> str | None:
    home = variables.get("USERPROFILE" if sys.platform == "win32" else "HOME") or ""
    if needed and not home:  # Node asks the system then
        home = os.path.expanduser("~")
    return os.path.join(home, ".superalgos", "profiles") if os.path.isabs(home) else None


def _entries(file: str) -> tuple[list[Any], str | None]:
    """The list in the profiles file, and what is wrong with the file."""
    found = read_regular(file, _LIMIT)
    if isinstance(found, Unread):
        if found.obstacle in ("missing", "dangling-link"):
            # It makes file and folder where neither is there, and fails to make the folder where only the file is not.
            return [], "its folder is there without it" if os.path.lexists(os.path.dirname(file)) else None
        return [], f"the file cannot be read ({found.detail})"
    try:
        entries = js.parse_json(decode(found.data))
    except JsonError as error:
        return [], f"the file is no JSON ({error.reason})"
    return (entries, None) if isinstance(entries, list) else ([], "the file holds no list")


def _named(name: str, entries: list[Any]) -> tuple[Profile | None, str | None]:
    for entry in entries:
        if entry is None:
            return None, "`null` stands in the list of profiles before it"
        if isinstance(entry, dict) and entry.get("name") == name:
            found = _profile(entry)
            return found, found.defect if found is not None else None
    return None, None


def _profile(entry: Mapping[str, Any]) -> Profile | None:
    name, workspaces, port = (
        entry.get("name"),
        entry.get("storeWorkspaces", js.UNDEFINED),
        entry.get("portHttpPlatform"),
    )
    if not isinstance(name, str):
        return None
    number = js.to_number(port) if isinstance(port, str | int | float) and port is not True else 0
    whole = int(number) if 0 < number < 65536 and number == int(number) else None
    if workspaces is js.UNDEFINED:
        return Profile(name, None, whole)
    if not isinstance(workspaces, str) or not workspaces:
        return Profile(name, None, whole, "its `storeWorkspaces` is no name of a folder")
    return Profile(name, workspaces, whole)
