"""The model of variables and profiles against the real Environment.js.

Superalgos cannot be had from a package registry, so this runs only where the environment variable `SUPERALGOS_SOURCE`
names a folder of it, with its packages installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from superalgos.environment_states import STATES, State, put

_PROGRAM = """
const said = require(process.argv[1]).newEnvironment()
const port = Number(said.PLATFORM_HTTP_INTERFACE_PORT)
console.log("\\n" + JSON.stringify([said.BASE_PATH, said.PATH_TO_MY_WORKSPACES, port]))
"""


@pytest.fixture(scope="module")
def source() -> Path:
    named = os.environ.get("SUPERALGOS_SOURCE")
    if not named:
        pytest.skip("SUPERALGOS_SOURCE names no folder of Superalgos sources")
    source = Path(named)
    if not (source / "node_modules/boxen").is_dir() or shutil.which("node") is None:
        pytest.skip("there is no Node, or the packages of that Superalgos are not installed")
    return source


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_the_model_of_profiles_agrees_with_the_real_one(state: State, source: Path, tmp_path: Path) -> None:
    words = ["node", "-e", _PROGRAM, str(source / "Environment.js")]
    ended = subprocess.run(words, env=put(state, tmp_path / "home"), cwd=source, check=False, capture_output=True)
    if ended.returncode != 0:
        assert not state.starts
        return
    base, workspaces, port = json.loads(ended.stdout.splitlines()[-1])
    assert state.starts is (isinstance(workspaces, str) and workspaces != "")
    if state.starts:
        own = os.path.join(base, "Platform", "My-Workspaces")
        assert (None if workspaces == own else workspaces, port) == (state.workspaces, state.port)
