"""What a shell and the command line make of a printed command are the words it was made of."""

import shutil
import subprocess

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superalgos_rsa.cli import cli
from superalgos_rsa.documents.pasting import TO_QUOTE, command_words, line
from superalgos_rsa.superalgos.placeholders import is_to_fill_in

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
    assert line(command_words("set", *positionals, options=options), "posix") == written


@given(DASHED, DASHED, DASHED, DASHED)
def test_the_command_line_takes_every_word_for_what_it_is(document: str, key: str, name: str, secret: str) -> None:
    program, *words = command_words("set", document, key, options=[("--code-name", name), ("--secret", secret)])
    command = cli.get_command(None, program)  # type: ignore[arg-type]  # the context is not looked at
    assert command is not None
    given = {"document": document, "key": key, "code_name": name, "secret": secret}
    parent = click.Context(cli, **cli.context_settings)
    assert command.make_context(program, words, parent=parent).params == given


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash, which reads the command")
@settings(max_examples=40)
@given(st.lists(DASHED, min_size=1, max_size=6))
def test_bash_gives_the_words_back(words: list[str]) -> None:
    written = line(command_words("show", *words), "posix")
    assert written.isprintable()
    script = "show() { printf '%s\\0' \"$@\"; }; " + written
    run = subprocess.run(["bash", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    found = run.stdout.decode().split("\0")[:-1]
    ends_options = ["--"] if any(word.startswith("-") for word in words) else []
    assert found == [*ends_options, *words]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("chmod", "600", "My Secrets/k.pem"), "chmod 600 'My Secrets/k.pem'"),
        (("chmod", "600", "a\x1b[31m"), r"chmod 600 $'a\x1b[31m'"),
        (("chmod", "600", "a\udcff"), r"chmod 600 $'a\xff'"),
        (("set", "--secret=a b"), "set '--secret=a b'"),
        (("set", ""), "set ''"),
    ],
)
def test_a_posix_word_stays_as_it_is_unless_it_could_not_be_seen(words: tuple[str, ...], expected: str) -> None:
    assert line(words, "posix") == expected


NOTE = "  (put the name in the place of NAME_TO_QUOTE, quoted as your shell wants it)"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("superalgos-rsa", "fix", "--apply"), "superalgos-rsa fix --apply"),
        (("chmod", "600", "My Secrets/k.pem"), 'chmod 600 "My Secrets/k.pem"'),
        (("set", "it's", "x"), """set "it's" x"""),
        (("set", "C:\\My Keys\\k.pem", "x"), r'set "C:\My Keys\k.pem" x'),
        (("set", "C:\\keys\\k.pem"), r"set C:\keys\k.pem"),
        (("set", "a&b"), 'set "a&b"'),
        (("set", "a,b;(c)"), 'set "a,b;(c)"'),
        (("set", "@file"), 'set "@file"'),
        (("set", "~"), 'set "~"'),
        (("set", "-a.b"), 'set "-a.b"'),
    ],
)
def test_windows_takes_double_quotes_only(words: tuple[str, ...], expected: str) -> None:
    assert line(words, "windows") == expected


@pytest.mark.parametrize(
    "word",
    ["", "C:\\My Keys\\", 'say "hi"', "%PATH%", "$HOME", "a`b", "a!", "\u201ca\u201d", "\x1b[2J", "a\nb"],
)
def test_a_word_that_the_shells_of_windows_read_otherwise_is_left_to_its_reader(word: str) -> None:
    assert line(("set", word, "--secret", "k.pem"), "windows") == f"set NAME_TO_QUOTE --secret k.pem{NOTE}"
    assert is_to_fill_in(TO_QUOTE), "no command takes it for a value"


# What neither cmd nor PowerShell reads anything into between double quotes.
SAFE_THERE = st.text(
    st.characters(codec="ascii", exclude_characters='"%!$`', exclude_categories=["Cc"]), min_size=1, max_size=8
).filter(lambda word: not word.endswith("\\"))


@given(st.lists(SAFE_THERE, min_size=1, max_size=6))
def test_a_windows_program_gets_the_words_back(words: list[str]) -> None:
    """By the rules of CommandLineToArgvW, written down here once more."""
    assert arguments(line(["show", *words], "windows")) == ["show", *words]


def arguments(text: str) -> list[str]:
    found: list[str] = []
    quoted, word, at = False, None, 0
    while at < len(text):
        slashes = len(text) - at - len(text[at:].lstrip("\\"))
        at += slashes
        is_quote = text[at : at + 1] == '"'
        if slashes:
            word = (word or "") + "\\" * (slashes // 2 if is_quote else slashes)
            if is_quote and slashes % 2:
                word, at = word + '"', at + 1
            continue
        if is_quote:
            quoted, word = not quoted, word or ""
        elif text[at] == " " and not quoted:
            if word is not None:
                found.append(word)
            word = None
        else:
            word = (word or "") + text[at]
        at += 1
    return found if word is None else [*found, word]
