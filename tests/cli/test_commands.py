"""What each command prints, where, and its exit code."""

import json
import re
from pathlib import Path

import pytest

from cli.command_line import workspace, write_workspace
from cli.conftest import Call
from superalgos_rsa import __version__
from superalgos_rsa.cli import COMMANDS
from superalgos_rsa.documents import schema
from superalgos_rsa.superalgos import demo_installation as demo
from superalgos_rsa.validator.rules.catalogue import RULES

MISTAKES = ["path-not-expanded", "path-case", "path-separators", "pem-public", "key-placeholder"]


@pytest.fixture(autouse=True)
def _in_the_folder(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken)


@pytest.mark.parametrize("command", ["check", "preflight"])
def test_every_broken_key_is_an_error_and_exit_code_1(call: Call, command: str) -> None:
    ended = call(command, "--format", "json")
    assert (ended.code, ended.err) == (1, "")
    assert ended.rules("error") == MISTAKES
    assert not ended.report["summary"]["ready"]
    text = call(command)
    assert (text.code, text.err) == (1, "")
    assert [rule for rule in MISTAKES if f"[{rule}]" in text.out] == MISTAKES


@pytest.mark.usefixtures("green")
@pytest.mark.parametrize("command", ["check", "preflight"])
def test_a_mended_installation_is_ready_and_exit_code_0(call: Call, command: str) -> None:
    ended = call(command, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.rules("error") == []
    assert ended.report["summary"]["ready"]
    assert {key["signing"] for key in ended.report["keys"]} == {"rsa"}
    assert all(key["usable"] for key in ended.report["keys"])


def test_preflight_of_one_task_asks_nothing_about_the_others(call: Call, green: Path) -> None:
    value = workspace(green)
    broken_task, whole_task = "Trade with “Key with a tilde”", "Trade with “Key in the wrong case”"
    assert call("set", demo.WORKSPACE, "Key with a tilde", "--secret", "My-Secrets/gone.pem").code == 0
    assert call("preflight").code == 1
    assert call("preflight", "--task", whole_task).code == 0
    assert call("preflight", "--task", broken_task).code == 1
    assert call("preflight", "--task", whole_task, "--task", broken_task).code == 1
    identity = call("show", "--format", "json").report["tasks"][0]["id"]
    assert call("preflight", "--task", identity).code == 1
    write_workspace(green, value)
    assert call("preflight", "--task", identity).code == 0


def test_a_task_that_is_not_there_is_wrong_usage(call: Call) -> None:
    ended = call("preflight", "--task", "nobody's")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("superalgos-rsa: error: there is no task")


def test_a_task_sought_in_an_unreadable_workspace_shows_why_it_cannot_be_read(call: Call) -> None:
    Path(demo.WORKSPACE).write_text("{", "utf-8")
    ended = call("preflight", "--task", "any", "--format", "json")
    assert ended.code == 1
    assert ended.rules("error") == ["document-unreadable"]


@pytest.mark.parametrize("command", ["check", "preflight", "show"])
def test_json_stands_alone_and_has_the_same_keys_at_every_verbosity(call: Call, command: str) -> None:
    plain, *others = (call(command, "--format", "json", *more) for more in ([], ["--quiet"], ["--verbose"]))
    assert plain.report["findings"]
    for other in others:
        assert (other.code, other.out, other.err) == (plain.code, plain.out, plain.err)


def test_quiet_text_holds_errors_only_and_verbose_text_holds_more_than_plain(call: Call, green: Path) -> None:
    value = workspace(green)
    value["rootNodes"][0]["lanNetworkNodes"] = []
    write_workspace(green, value)
    infos = call("check", "--format", "json").rules("info")
    quiet, plain, verbose = (call("check", *more).out for more in (["--quiet"], [], ["--verbose"]))
    assert infos
    assert not any(f"[{rule}]" in quiet for rule in infos)
    assert all(f"[{rule}]" in plain for rule in infos)
    assert len(quiet) < len(plain) < len(verbose)


def test_show_draws_lan_node_task_session_key_and_file_with_values_cut(call: Call) -> None:
    ended = call("show", demo.WORKSPACE)
    for part in ("LAN node My Computer", "task Trade with", "Live Trading Session, trades on binance", "a9Zk…p1Lx"):
        assert part in ended.out
    assert "My-Secrets/Binance-RSA.pem" in ended.out
    assert "a9Zk3Qw7R" not in ended.out


def test_show_has_the_exit_code_of_its_report(call: Call, green: Path) -> None:
    assert call("show").code == 0
    assert call("show", "nowhere.json").code == 1
    (green / demo.KEY_FILE).unlink()
    assert call("show").code == 1


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_output_file_takes_what_standard_output_would_have_shown(call: Call, output_format: str) -> None:
    there = call("check", "--format", output_format)
    here = call("check", "--format", output_format, "--output-file", "report")
    assert (here.code, here.out, here.err) == (1, "", "")
    assert Path("report").read_text("utf-8") == there.out
    again = call("check", "--format", output_format, "--output-file", "report")
    assert (again.code, again.err) == (1, "")
    assert Path("report").read_text("utf-8") == there.out
    assert sorted(path.name for path in Path().iterdir()) == [
        "My-Secrets", "Platform", "package-lock.json", "package.json", "report",
    ]  # fmt: skip


def test_output_file_never_overwrites_a_document_it_is_about(call: Call) -> None:
    before = Path(demo.WORKSPACE).read_bytes()
    Path("link").symlink_to(demo.WORKSPACE)
    for name in (demo.WORKSPACE, f"./{demo.WORKSPACE}", "link"):
        ended = call("check", demo.WORKSPACE, "--output-file", name)
        assert (ended.code, ended.out) == (2, "")
        assert "would overwrite a document" in ended.err
    assert Path(demo.WORKSPACE).read_bytes() == before


def test_standard_input_is_a_document_like_the_file(call: Call) -> None:
    data = Path(demo.WORKSPACE).read_bytes()
    ended = call("check", "-", "--format", "json", stdin=data)
    assert ended.code == 1
    assert ended.rules() == MISTAKES
    assert {finding["document"] for finding in ended.report["findings"]} == {"-"}


def test_a_folder_stands_for_every_json_file_below_it(call: Call) -> None:
    deep = Path("copies/deeper")
    deep.mkdir(parents=True)
    for name in ("b.json", "a.json", "no.txt"):
        (deep / name).write_bytes(Path(demo.WORKSPACE).read_bytes())
    ended = call("check", "copies", "--format", "json")
    assert [document["path"] for document in ended.report["documents"]] == [
        "copies/deeper/a.json", "copies/deeper/b.json",
    ]  # fmt: skip


def test_nothing_named_is_every_workspace_and_the_vault(call: Call) -> None:
    nested = Path("Platform/My-Workspaces/older")
    nested.mkdir()
    (nested / "One.json").write_bytes(Path(demo.WORKSPACE).read_bytes())
    report = call("check", "--format", "json").report
    assert [(Path(entry["path"]).name, entry["kind"]) for entry in report["documents"]] == [
        ("Demo.json", "workspace"), ("One.json", "workspace"), ("workspace-credentials.json", "vault"),
    ]  # fmt: skip


def test_a_folder_without_documents_is_wrong_usage_not_a_green_report(call: Call) -> None:
    Path("empty").mkdir()
    ended = call("check", "empty")
    assert (ended.code, ended.out) == (2, "")
    assert "there are no documents in empty" in ended.err


def test_export_looks_for_what_must_not_be_shared(call: Call, green: Path) -> None:
    assert "export-personal" not in call("check", demo.WORKSPACE, "--format", "json").rules()
    assert "export-personal" in call("check", "--export", demo.WORKSPACE, "--format", "json").rules()
    backup = green / "Backup - Workspace - Demo.json"
    backup.write_bytes((green / demo.WORKSPACE).read_bytes())
    assert "export-personal" in call("check", backup, "--format", "json").rules()


def test_set_names_the_file_and_changes_the_report(call: Call) -> None:
    ended = call("set", demo.WORKSPACE, "Key with a tilde", "--secret", demo.KEY_FILE)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{demo.WORKSPACE}: ")
    assert call("check", "--format", "json").rules("error") == MISTAKES[1:]
    again = call("set", demo.WORKSPACE, "Key with a tilde", "--secret", demo.KEY_FILE)
    assert (again.code, again.out) == (0, "nothing to change: the key holds these values already\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nobody"], "there is no such key"),
        (["Key with a tilde"], "nothing to set"),
        (["Key with a tilde", "--secret", ""], "--secret is empty"),
        (["Key with a tilde", "--secret", " a.pem"], "white space"),
        (["Key with a tilde", "--secret", "a\nb"], "a control character"),
        (["Key with a tilde", "--code-name", "\t"], "--code-name is empty"),
    ],
)
def test_set_refuses_what_cannot_be_meant_and_changes_nothing(call: Call, words: list[str], says: str) -> None:
    before = Path(demo.WORKSPACE).read_bytes()
    more = [] if len(words) > 1 or says == "nothing to set" else ["--secret", "x.pem"]
    ended = call("set", demo.WORKSPACE, *words, *more)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert Path(demo.WORKSPACE).read_bytes() == before


def test_rule_explains_one_rule_and_lists_them_all(call: Call) -> None:
    listed = call("rule")
    assert listed.code == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == list(RULES)
    page = call("rule", "path-case")
    assert page.code == 0
    assert "path-case" in page.out
    unknown = call("rule", "nonesuch")
    assert (unknown.code, unknown.out) == (2, "")


def test_schema_prints_each_schema_as_json(call: Call) -> None:
    listed = call("schema")
    assert listed.out.split() == list(schema.names())
    for name in listed.out.split():
        assert json.loads(call("schema", name).out) == json.loads(schema.text(name))
    assert call("schema", "nonesuch").code == 2


def test_demo_ends_green_and_leaves_nothing_behind(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    ended = call("demo")
    assert (ended.code, ended.err) == (0, "")
    commands = re.findall(r"^\$ superalgos-rsa (\w+)", ended.out, re.MULTILINE)
    assert commands == ["check", *["set"] * len(demo.MISTAKES), "preflight"]
    _, _, after = ended.out.partition("$ superalgos-rsa preflight")
    assert set(re.findall(r"\[([a-z-]+)\]", after)) == {"engine-short-signature", "key-shared"}
    assert "ready, but read the warnings." in after
    assert [path.name for path in scratch.iterdir() if "demo" in path.name] == []


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_says_how_the_command_is_used(call: Call, command: list[str]) -> None:
    for option in ("--help", "-h"):
        ended = call(*command, option)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.startswith(" ".join(["Usage: superalgos-rsa", *command]))


def test_version_is_the_package_s(call: Call) -> None:
    ended = call("--version")
    assert (ended.code, ended.out) == (0, f"superalgos-rsa, version {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonesuch"],
        ["check", "--nonesuch"],
        ["check", "--format", "xml"],
        ["check", "--max-size", "0"],
        ["check", "--max-size", "many"],
        ["check", "--format"],
        ["set"],
        ["set", "one"],
        ["rule", "one", "two"],
        ["run"],
        ["--root"],
        ["--root", "", "check"],
        ["--root", "nowhere", "check"],
        ["--config", "nowhere.toml", "check"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_on_standard_error_with_exit_code_2(call: Call, words: list[str]) -> None:
    ended = call(*words)
    assert (ended.code, ended.out) == (2, "")
    first, *hints = ended.err.splitlines()
    assert first.startswith("superalgos-rsa: error: ")
    assert all(line.startswith("superalgos-rsa: hint: ") for line in hints)


@pytest.mark.parametrize(
    "text",
    ["= 1", "a = " + "1" * 5000, "a = " + "[" * 5000, "nonesuch = true", 'accept_rsa_4096 = "yes"', "\ud800", "\0"],
    ids=["no name", "5,000 digits", "deep", "unknown", "wrong type", "not UTF-8", "NUL"],
)
def test_settings_that_cannot_be_read_are_told_not_ignored(call: Call, text: str) -> None:
    Path("superalgos-rsa.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    ended = call("check")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("superalgos-rsa: error: ")
    assert "superalgos-rsa.toml" in ended.err
