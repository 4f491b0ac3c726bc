"""Colour, encodings, names of any bytes, and streams that nobody reads or that take nothing."""

import os
import subprocess
from pathlib import Path

import pytest

from cli.command_line import DEADLINE, PROGRAM, environment, process
from cli.conftest import Call
from superalgos_rsa.superalgos import demo_installation as demo

ESCAPE = "\x1b["


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_colour_follows_the_environment(
    call: Call, broken: Path, variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for command in ("check", "show", "preflight"):
        assert (ESCAPE in call("--root", broken, command).out) is coloured
        assert ESCAPE not in call("--root", broken, command, "--format", "json").out
        assert call("--root", broken, command, "--output-file", broken / "report").out == ""
        assert ESCAPE not in (broken / "report").read_text("utf-8")


@pytest.mark.skipif(os.name != "posix", reason="a terminal to write to is made the POSIX way")
@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_colour_follows_the_terminal(broken: Path, variables: dict[str, str], coloured: bool) -> None:
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen([*PROGRAM, "check"], cwd=broken, env=environment(**variables), stdout=theirs) as child:
        os.close(theirs)
        shown = b""
        while part := _read(ours):
            shown += part
    os.close(ours)
    assert child.returncode == 1
    assert b"[path-case]" in shown
    assert (ESCAPE.encode() in shown) is coloured


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # what Linux answers once the other end is closed
        return b""


@pytest.mark.parametrize(
    ("variables", "arrow"),
    [
        ({"PYTHONIOENCODING": "latin-1:strict"}, r"\u203a"),
        # Click takes ASCII for a terminal that was never set up, and writes UTF-8.
        ({"LC_ALL": "C", "PYTHONIOENCODING": "ascii:strict"}, "\u203a"),
    ],
)
def test_a_terminal_that_lacks_a_letter_is_no_failure(broken: Path, variables: dict[str, str], arrow: str) -> None:
    ended = process("check", cwd=broken, variables=variables)
    assert (ended.code, ended.err) == (1, "")
    assert f"Default {arrow} Binance" in ended.out


def test_json_is_utf_8_whatever_the_terminal_takes(broken: Path) -> None:
    variables = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    ended = process("check", "--format", "json", cwd=broken, variables=variables)
    assert ended.code == 1
    assert ended.report["tasks"][0]["name"] == "Trade with “Key with a tilde”"


@pytest.mark.parametrize("command", ["check", "show", "rule", "demo"])
def test_a_reader_that_leaves_early_causes_no_complaint(broken: Path, command: str) -> None:
    with subprocess.Popen(
        [*PROGRAM, command], cwd=broken, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(DEADLINE) in (0, 1)


def test_the_verdict_stands_although_its_reader_left(green: Path, call: Call) -> None:
    ended = process(cwd=green, before=["bash", "-c", 'set -o pipefail; "$@" check | true', "bash"])
    assert (ended.code, ended.err) == (0, "")
    assert call("--root", green, "set", green / demo.WORKSPACE, "Key with a tilde", "--secret", "gone.pem").code == 1
    ended = process(cwd=green, before=["bash", "-c", 'set -o pipefail; "$@" check | true', "bash"])
    assert (ended.code, ended.err) == (1, "")


@pytest.mark.parametrize("closing", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_change_no_exit_code(broken: Path, closing: str) -> None:
    for word, code in (("check", 1), ("nonesuch", 2), ("rule", 0)):
        ended = process(word, cwd=broken, before=["bash", "-c", f'exec "$@" {closing}', "bash"])
        assert ended.code == code
        assert "Traceback" not in ended.err


def test_a_closed_standard_input_is_a_document_that_cannot_be_read(broken: Path) -> None:
    ended = process("check", "-", "--format", "json", cwd=broken, before=["bash", "-c", 'exec "$@" <&-', "bash"])
    assert ended.code == 1
    assert ended.rules("error") == ["document-unreadable"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("words", [["check"], ["check", "--format", "json"], ["show"], ["rule"], ["schema", "report"]])
def test_a_full_disk_under_standard_output_is_told(broken: Path, words: list[str]) -> None:
    ended = process(*words, cwd=broken, before=["bash", "-c", 'exec "$@" >/dev/full', "bash"])
    assert ended.code == 2
    assert ended.err.startswith("superalgos-rsa: error: ")
    assert ended.err.count("\n") == 1


NAMES = [b"\xc3\xa9\xf0\x9f\x98\x80.json", b"\xff\xfe.json", b"a\x1b[31m\n.json", b" .json"]


@pytest.mark.parametrize("name", NAMES)
def test_a_document_may_have_any_name(call: Call, broken: Path, name: bytes) -> None:
    there = broken / demo.WORKSPACE
    document = there.rename(there.with_name(os.fsdecode(name)))
    for word in ("check", "show", "preflight"):
        text = call("--root", broken, word)
        assert (text.code, text.err) == (1, "")
        assert ESCAPE not in text.out
    ended = call("check", document, "--format", "json")
    assert ended.code == 1
    assert os.fsencode(ended.report["documents"][0]["path"]).endswith(b"/" + name)
    changed = call("set", document, "Key with a tilde", "--secret", demo.KEY_FILE)
    assert (changed.code, changed.err) == (0, "")
    assert ESCAPE not in changed.out


def test_a_plain_terminal_is_no_failure_for_a_name_of_any_bytes(broken: Path) -> None:
    document = os.fsencode(broken / demo.WORKSPACE)
    variables = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    for name in NAMES:
        document, before = os.path.join(os.path.dirname(document), name), document
        os.rename(before, document)
        ended = process("check", document, cwd=broken, variables=variables)
        assert (ended.code, ended.err) == (1, "")


def test_a_document_may_be_named_like_an_option(call: Call, broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken)
    Path("-x.json").write_bytes(Path(demo.WORKSPACE).read_bytes())
    for words in (["--", "-x.json"], ["./-x.json"]):
        ended = call("check", "--format", "json", *words)
        assert ended.code == 1
        assert "path-case" in ended.rules("error")
    values = ["--code-name", "a" * 64, "--secret", demo.KEY_FILE]
    assert call("set", *values, "--", "-x.json", "Key with a tilde").code == 0


def test_a_name_cannot_command_the_terminal(call: Call, broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken)
    red = "\x1b[31mred.json"
    for words in (
        ["check", red],
        ["set", red, "key", "--secret", "path"],
        ["rule", red],
        [red],
        ["--root", red, "check"],
    ):
        ended = call(*words)
        assert ended.code in (1, 2)
        assert ESCAPE not in ended.out + ended.err


@pytest.mark.parametrize("target", ["nowhere/report", ".", "/dev/null", "fifo", "file/report"])
def test_an_output_file_that_cannot_be_written_is_told(
    call: Call, broken: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(broken)
    os.mkfifo("fifo")
    Path("file").touch()
    ended = call("check", "--output-file", target)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("superalgos-rsa: error: cannot write ")


def test_a_current_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    ended = process("check", "any.json", cwd=tmp_path, before=["bash", "-c", f'cd {gone} && rmdir {gone} && "$@"', "x"])
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("superalgos-rsa: error: ")
