"""What a shell and the command line make of a printed command are the words it was made of."""

import shlex
import shutil
import subprocess

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superalgos_rsa.cli import cli
from superalgos_rsa.documents.pasting import command_line

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=8)
DASHED = WORDS | WORDS.map("-".__add__) | WORDS.map("--".__add__)


@pytest.mark.parametrize(
    ("positionals", "options", "written"),
    [
        (("w.json", "Key"), [("--secret", "k.pem")], "set w.json Key --secret k.pem"),
        (("w.json", "My key"), [("--secret", "a b")], "set w.json 'My key' --secret 'a b'"),
        (("-w.json", "Key"), [("--secret", "k.pem")], "set --secret k.pem -- -w.json Key"),
        (("w.json", "-Key"), [], "set -- w.json -Key"),
        (("w.json", "Key"), [("--secret", "-k.pem")], "set w.json Key --secret=-k.pem"),
        (("w.json", "Key"), [("--secret", "--a b")], "set w.json Key '--secret=--a b'"),
        (("--help",), [("--apply", None)], "set --apply -- --help"),
    ],
)
def test_a_name_with_a_dash_before_it_is_no_option(
    positionals: tuple[str, ...], options: list[tuple[str, str | None]], written: str
) -> None:
    assert command_line("set", *positionals, options=options) == written


@given(DASHED, DASHED, DASHED, DASHED)
def test_the_command_line_takes_every_word_for_what_it_is(document: str, key: str, name: str, secret: str) -> None:
    line = command_line("set", document, key, options=[("--code-name", name), ("--secret", secret)])
    program, *words = shlex.split(line)
    command = cli.get_command(None, program)  # type: ignore[arg-type]  # the context is not looked at
    assert command is not None
    given = {"document": document, "key": key, "code_name": name, "secret": secret}
    parent = click.Context(cli, **cli.context_settings)
    assert command.make_context(program, words, parent=parent).params == given


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash, which reads the command")
@settings(max_examples=40)
@given(st.lists(DASHED, min_size=1, max_size=6))
def test_bash_gives_the_words_back(words: list[str]) -> None:
    line = "show() { printf '%s\\0' \"$@\"; }; " + command_line("show", *words)
    run = subprocess.run(["bash", "-c", line], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    found = run.stdout.decode().split("\0")[:-1]
    ends_options = ["--"] if any(word.startswith("-") for word in words) else []
    assert found == [*ends_options, *words]
