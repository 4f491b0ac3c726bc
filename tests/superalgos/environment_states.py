"""Profiles and variables, and what the platform makes of them. `conformance.test_environment` holds this against the
real Environment.js."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class State(NamedTuple):
    profiles: str | None
    """The text of the file; `None`: there is none, nor its folder."""
    variables: dict[str, str]
    workspaces: str | None = None
    """`None`: those of the Superalgos folder."""
    port: int = 34248
    starts: bool = True
    """The platform starts, and has a folder of workspaces."""


LIVE = '[{"name": "live", "storeWorkspaces": "/ws", "portHttpPlatform": 40001}]'
NAMED = {"PROFILE_NAME": "live"}
NO_FILE = "the folder, and no file in it"

STATES = {
    "nothing": State(None, {}),
    "no profile asked for": State(LIVE, {}),
    "a profile": State(LIVE, NAMED, "/ws", 40001),
    "a relative folder": State('[{"name": "live", "storeWorkspaces": "ws"}]', NAMED, "ws"),
    "a tilde is a letter": State('[{"name": "live", "storeWorkspaces": "~/ws"}]', NAMED, "~/ws"),
    "a port as text": State('[{"name": "live", "portHttpPlatform": "40001"}]', NAMED, None, 40001),
    "a port with blanks": State('[{"name": "live", "portHttpPlatform": " 40001 "}]', NAMED, None, 40001),
    "a hexadecimal port": State('[{"name": "live", "portHttpPlatform": "0x9c41"}]', NAMED, None, 40001),
    "an unknown name": State(LIVE, {"PROFILE_NAME": "other"}),
    "no file yet": State(None, NAMED),
    "an empty name": State('[{"name": "", "storeWorkspaces": "/ws"}]', {"PROFILE_NAME": ""}, "/ws"),
    "an empty name that is not there": State(LIVE, {"PROFILE_NAME": ""}),
    "the first of two": State('[{"name": "live", "storeWorkspaces": "/a"}, {"name": "live"}]', NAMED, "/a"),
    "what is no profile before it": State('[1, "a", [], {"name": "live", "storeWorkspaces": "/a"}]', NAMED, "/a"),
    "null after it": State('[{"name": "live", "storeWorkspaces": "/a"}, null]', NAMED, "/a"),
    "null before it": State('[null, {"name": "live", "storeWorkspaces": "/a"}]', NAMED, starts=False),
    "no list": State("{}", NAMED, starts=False),
    "no JSON": State("[", NAMED, starts=False),
    "an empty file": State("", NAMED, starts=False),
    "a byte order mark": State("\ufeff" + LIVE, NAMED, starts=False),
    "no file in the folder": State(NO_FILE, NAMED, starts=False),
    "no JSON, and nobody asks": State("[", {}),
    "no file in the folder, and nobody asks": State(NO_FILE, {}),
    "null for a folder": State('[{"name": "live", "storeWorkspaces": null}]', NAMED, starts=False),
    "a number for a folder": State('[{"name": "live", "storeWorkspaces": 5}]', NAMED, starts=False),
    "an empty folder name": State('[{"name": "live", "storeWorkspaces": ""}]', NAMED, starts=False),
    "DATA_PATH": State(None, {"DATA_PATH": "/data"}, "/data/Superalgos_Data/My-Workspaces"),
    "a relative DATA_PATH": State(None, {"DATA_PATH": "data"}, "data/Superalgos_Data/My-Workspaces"),
    "an empty DATA_PATH": State(LIVE, {**NAMED, "DATA_PATH": ""}, "/ws", 40001),
    "DATA_PATH before the profile": State(
        LIVE, {**NAMED, "DATA_PATH": "/data"}, "/data/Superalgos_Data/My-Workspaces", 40001
    ),
}


def put(state: State, home: Path) -> dict[str, str]:
    """Makes the home of such a user; the variables."""
    folder = home / ".superalgos"
    if state.profiles is not None:
        folder.mkdir(parents=True)
    if state.profiles not in (None, NO_FILE):
        (folder / "profiles").write_text(state.profiles or "", "utf-8")
    home.mkdir(exist_ok=True)
    return {**state.variables, "HOME": str(home), "USERPROFILE": str(home), "PATH": os.environ["PATH"]}
