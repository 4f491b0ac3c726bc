"""What the README promises: its commands exist, and do what they say on an installation such as it describes."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from superalgos_rsa.cli import COMMANDS, cli
from superalgos_rsa.superalgos import demo_installation as demo

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text("utf-8")
PROGRAM = "superalgos-rsa"
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL))


def _words(line: str) -> list[str]:
    return shlex.split(line, comments=True)


def _in_blocks() -> Iterator[list[str]]:
    for line in "".join(BLOCKS[1:]).splitlines():
        if line.startswith(f"{PROGRAM} "):
            yield _words(line)[1:]


SHOWN = list(_in_blocks())
MENTIONED = [_words(span)[1:] for span in SPANS if span.startswith(f"{PROGRAM} ")]


def test_the_first_block_is_two_commands_of_one_line_each() -> None:
    lines = BLOCKS[0].splitlines()
    assert len(lines) == 2
    for line, end in zip(lines, ("superalgos-rsa demo", "python -m pytest"), strict=True):
        assert line.endswith(f".venv/bin/{end}")
        assert not line.endswith("\\")
        subprocess.run(["bash", "-n", "-c", line], check=True)
    assert README.index(BLOCKS[0]) < README.index("\n## ")


def test_the_continuous_integration_runs_the_second_command_as_it_stands() -> None:
    script = (PROJECT / ".ci" / "run").read_text("utf-8")
    taken = re.search(r"^tests=\$\((awk .*)\)$", script, re.MULTILINE)
    assert taken is not None
    found = subprocess.run(["bash", "-c", taken[1]], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == BLOCKS[0].splitlines()[1:]
    assert 'bash -c "$tests"' in script


@pytest.mark.parametrize("words", SHOWN + MENTIONED, ids=" ".join)
def test_every_command_parses(words: list[str]) -> None:
    at = next(index for index, word in enumerate(words) if word in COMMANDS)
    group = cli.make_context(PROGRAM, words[: at + 1])
    command = cli.get_command(group, words[at])
    assert command is not None
    command.make_context(words[at], words[at + 1 :], parent=group)


def test_every_option_exists() -> None:
    context = click.Context(cli)
    known = {option for parameter in cli.params for option in parameter.opts}
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        known |= {option for parameter in command.params for option in parameter.opts}
    named = {word for span in SPANS if span.startswith("--") for word in span.split() if word.startswith("--")}
    assert named
    assert named <= known


def test_the_exit_codes_are_those_of_the_help() -> None:
    table = re.findall(r"^\| (\d) \| (.+) \|$", README, re.MULTILINE)
    assert [code for code, _ in table] == ["0", "1", "2", "3"]
    assert cli.help is not None
    told = " ".join(cli.help.split())
    for code, meaning in table:
        assert f"{code} {meaning.split(',')[0]}" in told


_API_KEY = "9Zk3Qw7R" * 8


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """An installation with the names that the README uses, whose one key works."""
    root = tmp_path / "Superalgos"
    root.mkdir()
    demo.build(root)
    value = json.loads((root / demo.WORKSPACE).read_text("utf-8"))
    keys = value["rootNodes"][1]["cryptoExchanges"][0]["exchanges"][0]["exchangeAccounts"]["userAccounts"][0][
        "userKeys"
    ]
    key = keys["keys"][0]
    key.update(name="My key", config=json.dumps({"codeName": _API_KEY, "secret": demo.KEY_FILE}))
    keys["keys"] = [key]
    tasks = value["rootNodes"][0]["lanNetworkNodes"][0]["productionTradingTasks"]["projectTradingTasks"][0]
    manager = tasks["exchangeTradingTasks"][0]["marketTradingTasks"][0]["tradingMineTasks"][0]["taskManagers"][0]
    manager["tasks"] = [{**manager["tasks"][0], "name": "BTC bot"}]
    (root / demo.WORKSPACE).unlink()
    mine = root / "Platform/My-Workspaces/My.json"
    mine.write_text(json.dumps(value, indent=4), "utf-8")
    for name in ("My.json", "Share - Workspace - My.json"):
        shutil.copy(mine, root / name)
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.write_text('#!/bin/sh\necho "Superalgos starts: $*"\n', "utf-8")
    node.chmod(0o755)
    return root


def test_every_command_of_the_blocks_works_as_it_stands(described: Path) -> None:
    """As processes in the Superalgos folder, where `node` stands for the real one."""
    environment = {
        "PATH": f"{described.parent / 'bin'}:/usr/bin:/bin",
        "PYTHONPATH": str(PROJECT),
        "LC_ALL": "C.UTF-8",
        "XDG_STATE_HOME": str(described.parent / "state"),
    }
    assert len(SHOWN) >= 9
    for words in SHOWN:
        filled_in = ["1" + _API_KEY[1:] if word == "API_KEY_FROM_BINANCE" else word for word in words]
        command = [sys.executable, "-m", "superalgos_rsa", *filled_in]
        ended = subprocess.run(command, cwd=described, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, (words, ended.stdout, ended.stderr)
        assert "Traceback" not in ended.stderr
        assert (ended.stdout == "Superalgos starts: platform\n") is (words[0] == "run")


@pytest.mark.parametrize("text", [block for block in BLOCKS[1:] if block.startswith("error: ")])
def test_the_finding_shown_is_a_real_one(described: Path, text: str) -> None:
    secret = demo.KEY_FILE.replace("rsa", "RSA")
    document = "Platform/My-Workspaces/My.json"  # the others are copies, and hold another secret under one code name
    words = ["set", document, "My key", "--secret", secret]
    environment = {"PYTHONPATH": str(PROJECT), "XDG_STATE_HOME": str(described.parent)}
    for command in (words, ["check", document]):
        ended = subprocess.run(
            [sys.executable, "-m", "superalgos_rsa", *command],
            cwd=described, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert " ".join(text.split()) in " ".join(ended.stdout.split())
