"""Documents, vaults and key files that no program would write: each is a finding, and never hides the others."""

import contextlib
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import give_to_nobody
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.command_line import Ended, account, exchange, keys, process, set_secret, workspace, write_workspace
from cli.conftest import Call
from superalgos_rsa.cli import main
from superalgos_rsa.superalgos import demo_installation as demo

DEEP = 100_000
VAULT = "My-Secrets/workspace-credentials.json"

DOCUMENTS: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "document-unreadable"),
    "empty": (b"", "document-unreadable"),
    "blank": (b" \n", "document-unreadable"),
    "not JSON": (b"{'a': 1}", "document-unreadable"),
    "cut off": (b'{"type": "Workspace", "rootNodes": [{"type": "Cry', "document-unreadable"),
    "text after the end": (b'{"type": "Workspace", "rootNodes": []} x', "document-unreadable"),
    "NaN": (b'{"type": "Workspace", "rootNodes": [], "x": NaN}', "document-unreadable"),
    "not UTF-8": (b'{"type": "Workspace", "name": "\xff", "rootNodes": []}', "document-unreadable"),
    "UTF-16": ('{"type": "Workspace", "rootNodes": []}'.encode("utf-16"), "document-unreadable"),
    "UTF-16 without mark": ('{"type": "Workspace"}'.encode("utf-16-be"), "document-unreadable"),
    "byte order mark": (b'\xef\xbb\xbf{"type": "Workspace", "rootNodes": []}', "workspace-crash"),
    "NUL bytes": (b"\0" * 100, "document-unreadable"),
    "a list": (b"[1, 2]", "document-shape"),
    "an empty list": (b"[]", "document-shape"),
    "a number": (b"5", "document-shape"),
    "null": (b"null", "document-shape"),
    "an object of another program": (b'{"name": "x"}', "document-shape"),
    "null root": (b'{"type": "Workspace", "rootNodes": [null]}', "workspace-crash"),
    "no rootNodes": (b'{"type": "Workspace"}', "workspace-crash"),
    "rootNodes null": (b'{"type": "Workspace", "rootNodes": null}', "workspace-crash"),
    "deep lists": (b"[" * DEEP + b"]" * DEEP, "document-unreadable"),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "document-unreadable"),
    "deep and cut off": (b"[" * DEEP, "document-unreadable"),
    "duplicate names": (b'{"type": "Workspace", "rootNodes": [1], "rootNodes": []}', "document-duplicate-member"),
}


@pytest.fixture(autouse=True)
def _in_the_folder(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken)


def _judge(call: Call, *words: str, command: str = "check") -> Ended:
    """In both formats: the text never fails where JSON does not."""
    text = call(command, *words)
    ended = call(command, *words, "--format", "json")
    assert (text.code, text.err) == (ended.code, ended.err)
    return ended


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("command", ["check", "show", "preflight"])
def test_a_bad_document_is_one_finding_and_the_next_document_is_judged(call: Call, name: str, command: str) -> None:
    data, rule = DOCUMENTS[name]
    if data is not None:
        Path("bad.json").write_bytes(data)
    ended = _judge(call, "bad.json", demo.WORKSPACE, command=command)
    assert (ended.code, ended.err) == (1, "")
    found = ended.report["findings"]
    assert rule in [finding["rule"] for finding in found if finding["document"] == "bad.json"]
    assert "path-case" in [finding["rule"] for finding in found if finding["document"] == demo.WORKSPACE]
    assert "internal-error" not in ended.rules()


@pytest.mark.parametrize("name", [name for name, (data, _) in DOCUMENTS.items() if data is not None])
def test_standard_input_may_hold_the_same(call: Call, name: str) -> None:
    data, rule = DOCUMENTS[name]
    ended = call("check", "-", "--format", "json", stdin=data or b"")
    assert (ended.code, ended.err) == (1 if ended.rules("error") else 0, "")
    assert rule in ended.rules()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_set_refuses_a_bad_document_and_leaves_it(call: Call, name: str) -> None:
    data, _ = DOCUMENTS[name]
    if data is not None:
        Path("bad.json").write_bytes(data)
    ended = call("set", "bad.json", "any", "--secret", "x.pem")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("superalgos-rsa: error: ")
    assert (Path("bad.json").read_bytes() if Path("bad.json").exists() else None) == data


def test_an_unreadable_document_is_never_called_ready(call: Call) -> None:
    Path("bad.json").write_bytes(b"{")
    for command in ("preflight", "check"):
        text = call(command, "bad.json").out
        assert "[document-unreadable]" in text
    assert not call("preflight", "bad.json", "--format", "json").report["summary"]["ready"]


@pytest.mark.slow
def test_a_bad_document_among_all_workspaces_hides_none(call: Call) -> None:
    folder = Path("Platform/My-Workspaces")
    for number, (data, _) in enumerate(DOCUMENTS.values()):
        (folder / f"bad {number}.json").write_bytes(data or b"")
    (folder / "loop.json").symlink_to("loop.json")
    (folder / "dangling.json").symlink_to("nowhere")
    os.mkfifo(folder / "fifo.json")
    ended = process("check", "--format", "json", cwd=Path.cwd())
    assert (ended.code, ended.err) == (1, "")
    assert "path-case" in ended.rules("error")
    assert len(ended.report["documents"]) == len(DOCUMENTS) + 5


@pytest.mark.parametrize("number", ["1e999", "-1e999", "5" * 5000, "-" + "5" * 5000, "1e-999", "0.1" * 1])
def test_numbers_that_no_program_holds_are_read_as_javascript_does(call: Call, number: str) -> None:
    text = Path(demo.WORKSPACE).read_text("utf-8")
    Path(demo.WORKSPACE).write_text(text.replace('"name": "Demo"', f'"name": "Demo", "x": {number}', 1), "utf-8")
    ended = _judge(call)
    assert (ended.code, ended.err) == (1, "")
    assert [rule for rule in ended.rules("error") if rule.startswith("document")] == []
    assert "path-case" in ended.rules("error")
    before = Path(demo.WORKSPACE).read_text("utf-8")
    assert call("set", demo.WORKSPACE, "Key with a tilde", "--secret", demo.KEY_FILE).code == 0
    assert f'"x": {number}' in Path(demo.WORKSPACE).read_text("utf-8") != before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fifo", "link to a FIFO", "/dev/zero", "loop", "dangling", "file/below", "a" * 300])
def test_what_is_no_regular_file_is_a_finding_and_never_opened(call: Call, name: str) -> None:
    _make_special()
    ended = _in_time(["check", name, demo.WORKSPACE, "--format", "json"])
    assert (ended.code, ended.err) == (1, "")
    assert ended.rules().count("document-unreadable") == 1
    assert "path-case" in ended.rules("error")
    assert call("set", name, "any", "--secret", "x").code == 2


def _make_special() -> None:
    os.mkfifo("fifo")
    Path("link to a FIFO").symlink_to("fifo")
    Path("loop").symlink_to("loop")
    Path("dangling").symlink_to("nowhere")
    Path("file").touch()


def _in_time(words: list[str]) -> Ended:
    """As a process of its own, whose deadline ends a wait that would have no end."""
    return process(*words, cwd=Path.cwd())


def test_a_folder_named_like_a_document_is_searched(call: Call) -> None:
    Path("folder.json").mkdir()
    assert call("check", "folder.json").code == 2
    (Path("folder.json") / "bad.json").touch()
    assert call("check", "folder.json", "--format", "json").rules() == ["document-unreadable"]


def test_a_document_over_the_limit_is_a_finding_and_the_limit_can_be_raised(call: Call) -> None:
    with Path("large.json").open("wb") as stream:
        stream.truncate(300 * 1024 * 1024)
    ended = _judge(call, "large.json", demo.WORKSPACE)
    assert ended.code == 1
    assert "path-case" in ended.rules("error")
    (finding,) = [finding for finding in ended.report["findings"] if finding["document"] == "large.json"]
    assert finding["rule"] == "document-unreadable"
    assert "the limit is 25,165,824" in finding["message"]
    with Path("larger.json").open("wb") as stream:
        stream.write(Path(demo.WORKSPACE).read_bytes() + b" " * 1024 * 1024)
    assert call("check", "--max-size", "1", "larger.json", "--format", "json").rules() == ["document-unreadable"]
    assert "path-case" in call("check", "--max-size", "2", "larger.json", "--format", "json").rules()
    assert call("check", "--max-size", "1", "-", "--format", "json", stdin=b" " * (1024 * 1024 + 1)).rules() == [
        "document-unreadable"
    ]


@pytest.mark.parametrize("what", ["document", "folder", "vault", "key file", "My-Secrets"])
def test_what_may_not_be_read_is_a_finding(
    call: Call,
    green: Path,
    anyones_folder: Path,
    unprivileged: Callable[[Callable[[], Ended]], Ended],
    what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call("check", "--format", "json")  # the other user may not even read the modules that this imports
    root = anyones_folder / "Superalgos"
    os.rename(green, root)
    monkeypatch.chdir(root)
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            os.chmod(os.path.join(folder, name), 0o777 if name in folders else 0o666)
    root.chmod(0o777)
    give_to_nobody(root)  # who asks is the user that runs the platform
    path, rule = {
        "document": (demo.WORKSPACE, "document-unreadable"),
        "folder": ("Platform/My-Workspaces", "document-unreadable"),
        "vault": (VAULT, "vault-invalid"),
        "key file": (demo.KEY_FILE, "file-unreadable"),
        "My-Secrets": ("My-Secrets", "file-unreadable"),
    }[what]
    Path(path).chmod(0)
    ended = unprivileged(lambda: _captured("check", demo.WORKSPACE, "--format", "json"))
    assert (ended.code, ended.err) == (1, "")
    assert rule in ended.rules("error")
    everything = unprivileged(lambda: _captured("check", "--format", "json"))
    assert everything.code == 1
    assert rule in everything.rules("error")
    Path(path).chmod(0o777)


def _captured(*words: str) -> Ended:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(words)
    return Ended(code, out.getvalue(), err.getvalue())


SECRETS: dict[str, tuple[str, str]] = {
    "missing": ("My-Secrets/none.pem", "path-not-found"),
    "a folder": ("My-Secrets", "path-not-a-file"),
    "a FIFO": ("fifo", "path-not-a-file"),
    "a link to a FIFO": ("link to a FIFO", "path-not-a-file"),
    "a device": ("/dev/zero", "path-not-a-file"),
    "a loop": ("loop", "path-not-a-file"),
    "a dangling link": ("dangling", "path-not-a-file"),
    "empty": ("file", "file-empty"),
    "too large": ("large.pem", "file-too-large"),
    "NUL": ("My-Secrets/a\0b.pem", "config-control-character"),
    "newline": ("My-Secrets/a\nb.pem", "config-control-character"),
    "quotes": (f"'{demo.KEY_FILE}'", "path-quoted"),
    "double quotes": (f'"{demo.KEY_FILE}"', "path-quoted"),
    "zero-width": (f"\u200b{demo.KEY_FILE}", "path-whitespace"),
    "surrogate": ("My-Secrets/\ud800.pem", "path-not-found"),
    "far too long": ("My-Secrets/" + "a" * 5000 + ".pem", "path-not-found"),
    "below a file": ("file/k.pem", "path-not-found"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SECRETS)
def test_a_key_file_that_is_none_is_an_error_of_its_key_alone(name: str) -> None:
    _make_special()
    with Path("large.pem").open("wb") as stream:
        stream.truncate(300 * 1024 * 1024)
    secret, rule = SECRETS[name]
    set_secret(Path.cwd(), secret)
    ended = _in_time(["check", "--format", "json"])
    assert (ended.code, ended.err) == (1, "")
    assert rule in ended.rules("error")
    assert "path-case" in ended.rules("error")
    assert "internal-error" not in ended.rules()
    assert not ended.report["keys"][0]["usable"]


VAULTS = [
    b"", b"{}", b"null", b"5", b"[null]", b"[[]]", b"[5]", b"\xef\xbb\xbf[]", b"[", b"\xff", b'[{"type": "exchange"}]',
    b"[" * DEEP, "[]".encode("utf-16"),
]  # fmt: skip


@pytest.mark.parametrize("data", VAULTS, ids=lambda data: repr(data[:24]))
def test_a_bad_vault_is_an_error_and_set_leaves_it(call: Call, data: bytes) -> None:
    Path(VAULT).write_bytes(data)
    for words in ([], [VAULT], [demo.WORKSPACE]):
        ended = _judge(call, *words)
        assert (ended.code, ended.err) == (1, "")
        assert "vault-invalid" in ended.rules("error")
        assert "internal-error" not in ended.rules()
    assert call("preflight").code == 1
    assert call("set", demo.WORKSPACE, "Key with a tilde", "--secret", demo.KEY_FILE).code in (0, 2)
    assert Path(VAULT).read_bytes() == data


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["fifo", "loop", "folder"])
def test_a_vault_that_is_no_file_is_never_opened(kind: str) -> None:
    Path(VAULT).unlink()
    {"fifo": os.mkfifo, "folder": os.mkdir, "loop": lambda path: os.symlink("workspace-credentials.json", path)}[kind](
        VAULT
    )
    for words in (["check"], ["preflight"]):
        ended = _in_time([*words, "--format", "json"])
        assert (ended.code, ended.err) == (1, "")
        assert "path-case" in ended.rules("error")


def test_no_my_secrets_folder_is_told(call: Call) -> None:
    for path in Path("My-Secrets").iterdir():
        path.unlink()
    Path("My-Secrets").rmdir()
    ended = _judge(call)
    assert ended.code == 1
    assert "vault-directory-missing" in ended.rules("error")
    assert [entry["loads"] for entry in ended.report["documents"]] == [False]


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", "node_modules/ccxt/package.json"])
@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * DEEP, b'{"version": 5}', None], ids=repr)
def test_a_damaged_installation_is_no_reason_to_fail(call: Call, name: str, data: bytes | None) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if data is not None:
        path.write_bytes(data)
    ended = _judge(call)
    assert (ended.code, ended.err) == (1, "")
    assert "path-case" in ended.rules("error")


JUNK: list[Any] = [
    None, True, 0, 1e300, -5, "", "x", "\ud800", "\0", [], {}, [None], {"type": "Task"}, {"config": "{}"},
]  # fmt: skip
CONFIGS = [
    "", "null", "[]", "5", "{", '{"codeName": null}', '{"secret": 5}', '{"codeName": [], "secret": {}}', "\ufeff{}",
]  # fmt: skip


def _slots(value: Any) -> list[tuple[Any, Any]]:
    """Every container with each of its steps."""
    steps = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [slot for step in steps for slot in [(value, step), *_slots(value[step])]]


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), damages=st.integers(1, 6))
def test_any_damage_gives_a_report(call: Call, seed: int, damages: int) -> None:
    """Members removed, replaced by junk, or moved elsewhere: always a report, at worst with errors."""
    chance = random.Random(seed)
    value = json.loads(_pristine(Path.cwd()))
    for _ in range(damages):
        container, step = chance.choice(_slots(value) or [({"x": value}, "x")])
        match chance.randrange(4):
            case 0:
                del container[step]
            case 1:
                container[step] = chance.choice(CONFIGS)
            case 2:
                container[step] = json.loads(json.dumps(container))
            case _:
                container[step] = chance.choice(JUNK)
    Path(demo.WORKSPACE).write_text(json.dumps(value), "utf-8")
    for command in ("check", "preflight", "show"):
        ended = _judge(call, command=command)
        assert ended.code in (0, 1, 3)
        assert ended.err == ""
        assert "internal-error" not in ended.rules()


_pristine_text: dict[Path, str] = {}


def _pristine(root: Path) -> str:
    return _pristine_text.setdefault(root, (root / demo.WORKSPACE).read_text("utf-8"))


def test_missing_lists_each_end_the_platform_and_are_each_told(call: Call) -> None:
    value = workspace(Path.cwd())
    del account(value)["userKeys"]["keys"]
    exchange(value)["exchangeAccounts"]["userAccounts"].append({"type": "User Account", "userKeys": {}})
    value["rootNodes"].insert(0, None)
    write_workspace(Path.cwd(), value)
    assert _judge(call).rules("error").count("workspace-crash") == 3


def test_a_key_without_config_or_id_is_judged(call: Call) -> None:
    value = workspace(Path.cwd())
    for member in ("config", "id", "name"):
        del keys(value)[0][member]
    keys(value).append(None)
    write_workspace(Path.cwd(), value)
    ended = _judge(call)
    assert ended.code == 1
    assert "config-missing" in ended.rules("error")
    assert "path-case" in ended.rules("error")


@pytest.mark.parametrize("option", ["--code-name", "--secret"])
@pytest.mark.parametrize("value", ["YOUR_API_KEY", "<api-key>", "REPLACE_THIS_STRING_WITH_YOUR_API_KEY_SECRET"])
def test_set_takes_no_text_that_only_holds_the_place_of_a_value(call: Call, option: str, value: str) -> None:
    document = Path(demo.WORKSPACE)
    before = document.read_bytes()
    ended = call("set", demo.WORKSPACE, demo.MISTAKES[0].name, option, value)
    assert ended.code == 2
    assert "stands for something to fill in" in ended.err
    assert document.read_bytes() == before
