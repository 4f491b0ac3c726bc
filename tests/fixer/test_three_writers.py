"""Two `fix --apply` and a program that saves the workspace in place, all at once: no file is torn, no save is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from installations import Site, key, trading

from fixer import mending

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(("leases", "rounds"), [("with", 200), ("without", 60)])
def test_nobody_loses_anything(site: Site, node: str, tmp_path: Path, leases: str, rounds: int) -> None:
    site.put_key()
    workspace = site.workspace(*trading(key("~/My-Secrets/k.pem")))
    stop = tmp_path / "stop"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, mending.__file__, str(site.root), str(stop), leases]
    fixers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    script = Path(__file__).with_name("saving.js")
    try:
        saver = subprocess.run([node, script, workspace, str(rounds)], capture_output=True, timeout=150, check=False)
    finally:
        stop.touch()
        ended = [fixer.communicate(timeout=60) for fixer in fixers]
    assert saver.returncode == 0, saver.stderr.decode()
    assert [fixer.returncode for fixer in fixers] == [0, 0], ended
    wrote = sum(json.loads(out)["wrote"] for out, _ in ended)
    refused = sum(json.loads(out)["refused"] for out, _ in ended)
    print(f"{rounds} saves {leases} leases, {wrote} repairs written, {refused} refused; {saver.stdout.decode()}")  # noqa: T201
    assert wrote > 0, "they never met"
    assert json.loads(workspace.read_text())["name"] == f"save {json.loads(saver.stdout)['saves']}"
    assert os.listdir(workspace.parent) == [workspace.name]
