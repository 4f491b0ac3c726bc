"""`set` that fails or dies at any system call leaves each file whole, and says so."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import absent

from cli.command_line import Ended, keys, process, workspace
from superalgos_rsa.superalgos import demo_installation as demo

VAULT = "My-Secrets/workspace-credentials.json"
NAME = "Key with a tilde"
RENAMES = "rename,renameat,renameat2"


@pytest.fixture(scope="module")
def strace() -> str:
    """The tracer that makes a system call fail; some containers forbid tracing."""
    program = shutil.which("strace")
    if program is None:
        absent("there is no strace to make system calls fail")
    if subprocess.run([program, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets no process trace another")  # and no installation would change that
    return program


@pytest.fixture
def served(broken: Path) -> Path:
    """The key's secret stands in the node and in the vault, so that `set` has two files to write."""
    code_name = json.loads(keys(workspace(broken))[0]["config"])["codeName"]
    entry = {"type": "exchange", "key": code_name, "value": "My-Secrets/old.pem"}
    (broken / VAULT).write_text(json.dumps([entry], indent=4), "utf-8")
    return broken


def _files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _set(root: Path, strace: str, injected: str) -> Ended:
    """With one system call made to fail, or to send a signal, at its n-th time."""
    before = [strace, "-f", "-qq", "-o", os.devnull, "-e", f"inject={injected}"]
    return process("set", demo.WORKSPACE, NAME, "--secret", demo.KEY_FILE, cwd=root, before=before)


@pytest.mark.parametrize(
    "injected",
    [
        "fsync:error=EIO:when=1",
        f"{RENAMES}:error=ENOSPC:when=1",
        "fchmod:error=EPERM:when=1+",
        # The first file is in its place by now, and is taken back.
        f"{RENAMES}:error=ENOSPC:when=2",
        "fsync:error=ENOSPC:when=3",
        "fsync:signal=SIGINT:when=1",
        "fsync:signal=SIGINT:when=3",
    ],
)
def test_a_failure_leaves_the_old_bytes_of_both_files_and_no_stray_file(
    served: Path, strace: str, injected: str
) -> None:
    before = _files(served)
    ended = _set(served, strace, injected)
    assert ended.code == (130 if "SIGINT" in injected else 2)
    assert ended.out == ""
    assert ended.err.lstrip("\n").startswith("superalgos-rsa: error: ")
    assert _files(served) == before


@pytest.mark.parametrize("number", range(1, 6))
def test_a_disk_that_fills_up_at_any_write_leaves_each_file_old_or_new(served: Path, strace: str, number: int) -> None:
    before = _files(served)
    ended = _set(served, strace, f"write:error=ENOSPC:when={number}+")
    after = _files(served)
    assert "Traceback" not in ended.err
    assert after.keys() == before.keys()
    assert ended.code in (0, 2)
    # Of two files the first may stay new: what takes it back needs room on the disk as well.
    node, entry = json.loads(keys(workspace(served))[0]["config"])["secret"], json.loads(after[VAULT])[0]["value"]
    assert node == demo.KEY_FILE or after[demo.WORKSPACE] == before[demo.WORKSPACE]
    assert entry == demo.KEY_FILE or after[VAULT] == before[VAULT]
    assert ended.code == 2 or {node, entry} == {demo.KEY_FILE}


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM], ids=lambda ending: ending.name)
@pytest.mark.parametrize("call", ["fsync:when=1", f"{RENAMES}:when=1", f"{RENAMES}:when=2"])
def test_a_killed_set_leaves_each_file_whole(served: Path, strace: str, ending: signal.Signals, call: str) -> None:
    before = _files(served)
    names, _, when = call.partition(":")
    ended = _set(served, strace, f"{names}:signal={ending.name}:{when}")
    assert ended.code in (-ending, 128 + ending)
    after = _files(served)
    document, vault = json.loads(after[demo.WORKSPACE]), json.loads(after[VAULT])
    assert after[demo.WORKSPACE] == before[demo.WORKSPACE] or keys(document)[0]["config"].count(demo.KEY_FILE)
    assert vault[0]["value"] in ("My-Secrets/old.pem", demo.KEY_FILE)
    unchanged = before.keys() - {demo.WORKSPACE, VAULT}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    # The next call does its work in spite of what the killed one left.
    again = process("set", demo.WORKSPACE, NAME, "--secret", demo.KEY_FILE, cwd=served)
    assert again.code == 0
    assert json.loads((served / VAULT).read_text("utf-8"))[0]["value"] == demo.KEY_FILE
    assert json.loads(keys(workspace(served))[0]["config"])["secret"] == demo.KEY_FILE
