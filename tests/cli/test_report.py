"""`report`: what other calls saved, shown as they showed it, and with their exit codes."""

import json
import os
import shutil
from pathlib import Path

import pytest
from installations import Site, ecosystem, exchange, key, network, task, trading

from cli.conftest import Call
from superalgos_rsa.superalgos import demo_installation as demo


def save(call: Call, file: str, *words: str | Path) -> int:
    ended = call(*words, "--format", "json")
    Path(file).write_text(ended.out, "utf-8")
    return ended.code


@pytest.fixture(autouse=True)
def _in_a_folder(outside: Path) -> None:
    """The reports are written here."""


@pytest.mark.parametrize("command", ["check", "preflight"])
@pytest.mark.parametrize("state", ["broken", "green"])
def test_one_report_is_shown_as_the_command_itself_shows_it(
    call: Call, request: pytest.FixtureRequest, command: str, state: str
) -> None:
    root: Path = request.getfixturevalue(state)
    code = save(call, "tokyo.json", "--root", root, command)
    # `check` for people also asks what `fix` would mend, which no report for programs holds.
    assert call("report", "tokyo.json", "--format", "json").out == Path("tokyo.json").read_text("utf-8")
    for options in ([], ["--verbose"], ["--quiet"]):
        live = call("--root", root, command, *options)
        ended = call("report", "tokyo.json", *options)
        assert (ended.code, ended.err, live.code) == (code, "", code)
        if command == "preflight":
            assert ended.out == live.out


def test_every_kind_of_verdict_ends_as_it_did(call: Call, site: Site) -> None:
    own, lost = key(), key("My-Secrets/gone.pem")
    without_key, traded = exchange(), exchange(own)
    made = {
        "ready": (trading(own), 0, 0),
        "broken": (trading(lost), 1, 1),
        "both": ((network(traded, task(own), host="trader.example"), ecosystem(traded, exchange(lost))), 3, 3),
        "elsewhere": ((network(traded, task(own), host="trader.example"), ecosystem(traded)), 3, 3),
        "template": ((network(without_key, task(None)), ecosystem(without_key)), 0, 1),
    }
    for name, (roots, *codes) in made.items():
        path = site.workspace(*roots, name=name)
        for command, code in zip(("check", "preflight"), codes, strict=True):
            assert save(call, "saved.json", "--root", site.root, command, path) == code
            assert call("report", "saved.json").code == code


def test_a_relative_path_that_begins_nowhere_ends_with_2_as_it_did(call: Call, site: Site) -> None:
    alone = shutil.copy(site.workspace(*trading(key())), "W.json")
    assert save(call, "tokyo.json", "check", alone) == 2
    ended = call("report", "tokyo.json", "--format", "json")
    assert (ended.code, ended.rules("error")) == (2, ["task-server-unreachable"])
    assert "tokyo.json: a relative key path begins at the Superalgos directory" in ended.err


def test_one_that_is_not_there_or_empty_could_not_be_asked_and_the_others_are_shown(call: Call, broken: Path) -> None:
    save(call, "tokyo.json", "--root", broken, "preflight")
    Path("lima.json").write_text("\n", "utf-8")
    os.symlink("gone.json", "oslo.json")
    ended = call("report", "tokyo.json", "lima.json", "rio.json", "oslo.json")
    assert (ended.code, ended.err) == (3, "")
    told = " ".join(ended.out.split())
    assert "the tasks on lima may start: lima.json is empty [task-server-unreachable]" in told
    assert "the tasks on rio may start: there is no file rio.json [task-server-unreachable]" in told
    assert "the tasks on oslo may start: there is no file oslo.json" in told
    assert f"at tokyo:{demo.WORKSPACE}" in told or f"tokyo:{broken}" in told
    assert "[path-case]" in told


@pytest.mark.parametrize("first", ["green", "broken"])
def test_what_is_no_report_ends_with_2_and_the_others_are_shown(
    call: Call, request: pytest.FixtureRequest, first: str
) -> None:
    code = save(call, "tokyo.json", "--root", request.getfixturevalue(first), "preflight")
    Path("lima.json").write_text('{"version": 1,\n "a": }', "utf-8")
    os.mkfifo("rio.json")
    os.mkdir("oslo.json")
    ended = call("report", "tokyo.json", "lima.json", "rio.json", "oslo.json", "--format", "json")
    assert (code in (0, 1), ended.code) == (True, 2)
    lima, rio, oslo = ended.err.splitlines()
    assert lima.startswith("superalgos-rsa: error: lima.json: line 2, column 7: it is no JSON: ")
    assert rio.startswith("superalgos-rsa: error: rio.json: it is no regular file")
    assert oslo == "superalgos-rsa: error: oslo.json: it is a folder"
    assert ended.rules("error").count("task-server-unreachable") == 3
    assert len(ended.report["documents"]) > 0
    assert not ended.report["summary"]["ready"]


def test_one_over_the_limit_is_not_read(call: Call) -> None:
    Path("tokyo.json").write_text(" " * (1 << 20) + "{}", "utf-8")
    ended = call("report", "--max-size", "1", "tokyo.json")
    assert (ended.code, "the limit is 1,048,576" in ended.err) == (2, True)


def test_a_name_that_is_no_file_may_be_a_secret_and_is_not_shown(call: Call) -> None:
    secret = "9f8Hs7dKq2LmZx81Vb5Nc3Ty6Uw4Ro0P"
    ended = call("report", secret)
    assert ended.code == 3
    assert secret not in ended.out + ended.err
    assert "(32 characters)" in ended.out


def test_two_files_of_one_name_are_told_apart_by_their_paths_and_one_named_twice_counts_once(
    call: Call, green: Path
) -> None:
    for folder in ("a", "b"):
        os.mkdir(folder)
        save(call, f"{folder}/tokyo.json", "--root", green, "preflight")
    found = call("report", "a/tokyo.json", "b/tokyo.json", "a/tokyo.json", "--format", "json").report
    assert {key["server"] for key in found["keys"]} == {"a/tokyo.json", "b/tokyo.json"}
    assert found["summary"]["tasks"] == 2 * len(demo.MISTAKES)


def test_together_they_are_a_report_that_is_shown_and_ends_the_same(call: Call, broken: Path) -> None:
    save(call, "tokyo.json", "--root", broken, "preflight")
    words = ["report", "tokyo.json", "lima.json"]
    ended = call(*words, "--format", "json", "--output-file", "all.json")
    assert (ended.code, ended.out) == (3, "")
    again, live = call("report", "all.json"), call(*words)
    assert (again.code, again.out) == (live.code, live.out)
    assert json.loads(Path("all.json").read_text("utf-8"))["summary"]["errors"] == len(demo.MISTAKES) + 1


def test_a_report_that_is_read_is_not_overwritten(call: Call, green: Path) -> None:
    save(call, "tokyo.json", "--root", green, "preflight")
    before = Path("tokyo.json").read_bytes()
    ended = call("report", "tokyo.json", "lima.json", "--output-file", "tokyo.json")
    assert (ended.code, "would overwrite a report that was read" in ended.err) == (2, True)
    assert Path("tokyo.json").read_bytes() == before


def test_no_text_of_a_report_commands_the_terminal(call: Call, broken: Path) -> None:
    save(call, "tokyo.json", "--root", broken, "check")
    value = json.loads(Path("tokyo.json").read_text("utf-8"))
    for finding in value["findings"]:
        finding.update(message="\x1b[2J\u202e", document="\x1b]0;x\x07", node=["\x9b31m"], path="\r", server="\x1bc")
        finding["fix"] = {"title": "\x1b[1m", "applicability": "display", "command": ["rm", "\x1b[8m"]}
    value["installation"].update(root="\x1b[5m", user="\x1b[6m")
    Path("tokyo.json").write_text(json.dumps(value), "utf-8")
    for options in ([], ["--verbose"], ["--format", "json"]):
        ended = call("report", "tokyo.json", "lima.json", *options)
        assert (ended.code, ended.err) == (3, "")
        assert not any(character < " " and character != "\n" for character in ended.out)
        assert not any(letter in ended.out for letter in "\x9b\u202e")
