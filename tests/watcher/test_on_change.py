"""The command of `--on-change` on Windows, which is one line there and no list of words."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from superalgos_rsa.errors import UsageError
from superalgos_rsa.watcher import on_change
from superalgos_rsa.watcher.on_change import Reaction

SECONDS = 30.0


class _Started:
    """Stands for a child: what is recorded is how it was to be started."""

    def __init__(self, line: object, **options: Any) -> None:
        self.line, self.options = line, options
        self.returncode = 0
        self.stdin = io.BytesIO()

    def communicate(self, data: bytes, timeout: float) -> None:
        self.told = data


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[_Started]:
    """What is started while the system is Windows, as far as this module can tell."""
    seen = list[_Started]()

    def start(line: object, **options: Any) -> _Started:
        seen.append(_Started(line, **options))
        return seen[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 512, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    return seen


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in a folder with a blank in its name, on the path; one of the same name is in the current folder."""
    path = tmp_path / "a folder" / "tool.exe"
    for place in (path, tmp_path / "here" / "tool.exe"):
        place.parent.mkdir()
        place.write_text("#!/bin/sh\n")
        place.chmod(0o755)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PATH", f".{os.pathsep}{path.parent}")
    return path


@pytest.mark.parametrize(
    "rest",
    ["", r" C:\keys\new.txt", r' "C:\my keys\new.txt" --to me', ' ""', " 'one word' 100% a^b", "\ttabbed", " it's"],
)
@pytest.mark.parametrize("spelled", ["tool", "tool.exe", '"tool"', '  "{path}"'])
def test_what_follows_the_program_is_given_as_it_was_typed(
    tool: Path, started: list[_Started], spelled: str, rest: str
) -> None:
    warnings = list[str]()
    reaction = Reaction(spelled.format(path=tool) + rest, warnings.append)
    reaction.tell("text")
    assert reaction.finish(lambda: time.monotonic() + SECONDS) == 0
    [child] = started
    assert (child.line, child.told, warnings) == (f'"{tool}"{rest}', b"text", [])
    assert "shell" not in child.options


@pytest.mark.parametrize("command", ["", "  ", '""', "nonesuch", r"C:\nonesuch.exe", '"tool', "tool.js"])
def test_a_command_that_is_no_program_is_refused(tool: Path, started: list[_Started], command: str) -> None:
    with pytest.raises(UsageError, match="names no command that could be run") as refused:
        Reaction(command, print)
    assert "cmd /c" in (refused.value.hint or "")
    assert started == []


def test_a_program_of_the_current_folder_alone_is_not_found(
    tool: Path, started: list[_Started], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", ".")
    with pytest.raises(UsageError):
        Reaction("tool", print)
    assert on_change._read(r".\tool" if os.sep == "\\" else "./tool") == f'"{Path.cwd() / "tool.exe"}"'


@pytest.mark.skipif(os.name != "nt", reason="only Windows takes one line")
def test_windows_runs_such_a_line(tmp_path: Path) -> None:
    script, heard, warnings = tmp_path / "a script.py", tmp_path / "heard", list[str]()
    script.write_text("import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())")
    reaction = Reaction(f'"{sys.executable}" "{script}" {heard}', warnings.append)
    reaction.tell("text")
    assert reaction.finish(lambda: time.monotonic() + SECONDS) == 0
    assert (heard.read_text(), warnings) == ("text", [])
