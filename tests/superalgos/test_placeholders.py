"""Every capitalised word of a printed command is in the one list, and no command takes a word of it, or a text of the
platform's templates, for a value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from superalgos_rsa.cli import COMMANDS, cli, main
from superalgos_rsa.superalgos.key_config import PLACEHOLDERS
from superalgos_rsa.superalgos.placeholders import TO_FILL_IN, left_in
from superalgos_rsa.validator.rules.catalogue import RULES, page

PROJECT = Path(__file__).parents[2]
_WORD = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_OTHER_PROGRAMS = ("chmod", "chown", "shred", "sudo")
_NO_VALUES = {"OPTIONS", "ARGS", "COMMAND"}  # as click shows how words are put together


def capitals(command: str) -> Iterator[str]:
    """The words of a command that stand for something. What follows the two dashes of `run` is another program's."""
    ours = command.split(" -- ")[0] if " run " in command else command
    ours = re.sub(r"\s#\s.*", "", ours)
    names = re.sub(r"(['\"])[^'\"]*\s[^'\"]*\1", " ", ours)  # what holds a blank is a name, as “BTC live”
    for part in re.split(r"[\s=\[\]|…`\\,;()'\"]+|\.{3}", names):
        if _WORD.fullmatch(part):
            yield part


def commands_in(text: str) -> Iterator[str]:
    """What stands in code: in backquotes, or alone on lines of its own."""
    for code in re.findall(r"`([^`]+)`", text) + re.findall(r"^\s*(?:\$ )?(superalgos-rsa .*)$", text, re.MULTILINE):
        if code.startswith(("superalgos-rsa ", *(f"{name} " for name in _OTHER_PROGRAMS))):
            yield code


def printed_by_the_source() -> Iterator[tuple[str, str]]:
    """Literals of the package that are commands, and what is given to those that build one."""
    for file in sorted((PROJECT / "superalgos_rsa").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                named = ast.unparse(node.func).rpartition(".")[2] in {"set_key", "command", "command_words", "mend"}
                for value in given if named else ():
                    for constant in ast.walk(value):
                        if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                            yield file.name, constant.value
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if file.parent.name == "rules" and re.fullmatch("[A-Z]+(_[A-Z]+)+", node.value):  # a value of a command
                    yield file.name, node.value
                for code in [*commands_in(node.value), *re.findall(r"superalgos-rsa [a-z]+ [^`]*", node.value)]:
                    yield file.name, code.split("\n")[0]


def metavars() -> Iterator[str]:
    context = click.Context(cli)
    for command in (cli, *filter(None, (cli.get_command(context, name) for name in COMMANDS))):
        for parameter in command.params:
            shown = parameter.metavar or (parameter.name or "").upper() if isinstance(parameter, click.Argument) else ""
            yield from capitals(shown or parameter.metavar or "")


def every_word() -> dict[str, str]:
    found = dict.fromkeys(metavars(), "a help text")
    for place, command in printed_by_the_source():
        found |= dict.fromkeys(capitals(command), place)
    pages = {f"rule {name}": page(rule) for name, rule in RULES.items()}
    pages |= {file.name: file.read_text("utf-8") for file in [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]}
    for place, text in pages.items():
        for command in commands_in(text):
            found |= dict.fromkeys(capitals(command), place)
    return {word: place for word, place in found.items() if word not in _NO_VALUES}


def test_every_word_that_a_printed_command_leaves_to_fill_in_is_in_the_list() -> None:
    found = every_word()
    assert {word: place for word, place in found.items() if word not in TO_FILL_IN} == {}
    assert {"PATH_OF_THE_KEY_FILE", "API_KEY_FROM_THE_EXCHANGE", "KEY_NODE", "WORKSPACE", "API_KEY"} <= found.keys()


@pytest.mark.parametrize(
    "template",
    [
        ["set", "{}", "My key", "--secret", "k.pem"], ["set", "w.json", "{}", "--secret", "k.pem"],
        ["set", "w.json", "My key", "--secret", "{}"], ["set", "w.json", "My key", "--code-name={}"],
        ["setup", "w.json", "--key-file", "{}"], ["setup", "w.json", "--code-name", "{}"], ["setup", "--name", "{}"],
        ["fix", "--choose", "My key={}"], ["fix", "--choose", "{}=k.pem"], ["fix", "--public", "{}"],
        ["convert", "{}"], ["convert", "k.pem", "-o", "{}"], ["pubkey", "{}"], ["pubkey", "k.pem", "--match", "{}"],
        ["keygen", "{}"], ["check", "{}"], ["check", "--", "{}"], ["--root", "{}", "check"],
        ["preflight", "--task", "{}"], ["run", "{}", "--", "node", "platform"], ["watch", "{}"], ["rule", "{}"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_command_takes_one_for_a_value(
    template: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = TO_FILL_IN | PLACEHOLDERS
    for word in sorted(words):
        (tmp_path / word).write_text("")  # that there is such a file makes no difference
        assert main([part.format(word) for part in template]) == 2
        told = capsys.readouterr()
        assert f"error: {word} stands for something to fill in" in told.err
        assert told.out == ""
    assert {file.name for file in tmp_path.iterdir()} == words


def test_other_words_are_values_and_the_command_that_run_starts_is_its_own() -> None:
    assert list(left_in(["KEYS", "key", "./FILE", "My-Secrets/NAME.pem", "--secret", "k.pem", "A=B"])) == []
    assert list(left_in(["--secret= PATH ", "KEY=x"])) == ["PATH", "KEY"]
    assert main(["run", "--help", "--", "FILE"]) == 0
