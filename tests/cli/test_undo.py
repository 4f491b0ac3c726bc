"""`undo`: the last change, one by its number, and the list of them."""

import json
import re
from pathlib import Path

import pytest
from installations import KEY_FILE, VAULT, Site, entry, key, trading

from cli.conftest import Call
from superalgos_rsa.files.journal import KEPT, KEPT_REPORTS, KEPT_SECONDS
from superalgos_rsa.files.journal_folder import DAY, LONGEST_REST
from superalgos_rsa.superalgos import demo_installation as demo

NEW = demo.MISTAKES[4].name


def test_fix_set_and_setup_are_taken_back_in_turn(broken: Path, call: Call) -> None:
    document = broken / demo.WORKSPACE
    states = [document.read_bytes()]
    for words in (
        ["fix", "--apply"],
        ["set", document, demo.MISTAKES[0].name, "--secret", "My-Secrets/other.pem"],
        ["setup", document, "--key", NEW, "--key-file", broken / demo.KEY_FILE, "--code-name", "e" * 64],
    ):  # fmt: skip
        call("--root", broken, *words)
        states.append(document.read_bytes())
    assert len(set(states)) == 4
    listed = call("undo", "--list").out.splitlines()
    assert [re.sub(r"  +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*", "", line).split() for line in listed] == [
        ["1", "applied", "fix,", "3", "repairs:", str(document)],
        ["2", "applied", "set:", str(document)],
        ["3", "applied", "setup:", str(document)],
    ]
    for state in reversed(states[:-1]):
        assert call("undo").code == 0
        assert document.read_bytes() == state
    nothing = call("undo")
    assert (nothing.code, nothing.err) == (2, "superalgos-rsa: error: there is nothing to undo\n")


def test_a_change_by_its_number_and_none_that_another_stands_on(broken: Path, call: Call) -> None:
    document = broken / demo.WORKSPACE
    before = document.read_bytes()
    call("--root", broken, "fix", "--apply")
    call("--root", broken, "set", document, demo.MISTAKES[0].name, "--secret", "My-Secrets/other.pem")
    refused = call("undo", "1")
    assert refused.code == 2
    assert "was changed since; nothing was undone" in refused.err
    assert "hint: `superalgos-rsa undo 2` comes first" in refused.err
    assert [call("undo", number).code for number in ("2", "1")] == [0, 0]
    assert document.read_bytes() == before
    assert call("undo", "7").code == 2
    assert call("undo", "0").code == 2


def test_a_file_that_was_saved_since_is_left_alone(broken: Path, call: Call) -> None:
    document = broken / demo.WORKSPACE
    call("--root", broken, "fix", "--apply")
    value = json.loads(document.read_bytes())
    document.write_text(json.dumps({**value, "name": "saved"}))
    saved = document.read_bytes()
    assert (call("undo").code, document.read_bytes()) == (2, saved)


@pytest.mark.parametrize("left", [0, 50])
@pytest.mark.parametrize("name", ["Platform/My-Workspaces/W.json", VAULT])
def test_a_file_that_the_platform_left_empty_or_cut_off_is_put_back_by_what_check_says(
    tmp_path: Path, call: Call, name: str, left: int
) -> None:
    """Superalgos was killed while it saved, or a load of the same workspace ended it."""
    site = Site(tmp_path / "superalgos")
    site.put_key()
    site.vault(entry("no.pem"))
    document = site.workspace(*trading(key("no.pem")))
    assert call("--root", site.root, "set", document, "Key", "--secret", KEY_FILE).code == 0
    path = site.root / name
    whole = path.read_bytes()
    rest = whole[:left]
    path.write_bytes(rest)
    report = json.loads(call("--root", site.root, "check", "--format", "json").out)
    (found,) = (f for f in report["findings"] if f["rule"] in ("document-unreadable", "vault-invalid"))
    assert (f"is cut off after {len(rest):,} bytes" if rest else "is empty") in found["message"]
    command = found["fix"]["command"]
    assert command == ["superalgos-rsa", "--root", str(site.root), "undo", "1"]
    call("--root", site.root, "fix", "--apply")
    done = call(*command[1:])
    assert done.out == f"put back as change 1 left it: {path}; `superalgos-rsa undo 2` takes it back\n"
    assert path.read_bytes() == whole
    assert call("undo", "2").code == 0
    assert path.read_bytes() == rest


def test_what_no_change_left_is_put_back_by_hand(broken: Path, call: Call) -> None:
    document = broken / demo.WORKSPACE
    document.write_bytes(b"")
    report = json.loads(call("--root", broken, "check", document, "--format", "json").out)
    assert "Backup - Workspace" in report["findings"][0]["fix"]["title"]


@pytest.mark.parametrize("command", [["fix"], ["undo"], ["undo", "1"], ["set", demo.MISTAKES[0].name]], ids=" ".join)
def test_an_interrupted_change_is_taken_back_at_the_next_start(broken: Path, call: Call, tmp_path: Path,
    command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    document = broken / demo.WORKSPACE
    before = document.read_bytes()
    call("--root", broken, "fix", "--apply")
    plan = tmp_path / "state" / "superalgos-rsa" / "1" / "plan.json"
    plan.write_text(plan.read_text().replace('"applied"', '"applying"'))
    words = (
        [command[0], document, command[1], "--secret", "~/My-Secrets/binance-rsa.pem"] if "set" in command else command
    )
    ended = call("--root", broken, *words)
    assert f"warning: change 1 was interrupted and is taken back: {document}" in ended.err
    assert document.read_bytes() == before
    assert json.loads(plan.read_text())["state"] == "undone"


def test_a_list_shows_an_interrupted_change_and_what_takes_it_back(
    broken: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    document = broken / demo.WORKSPACE
    before = document.read_bytes()
    call("--root", broken, "fix", "--apply")
    plan = tmp_path / "state" / "superalgos-rsa" / "1" / "plan.json"
    plan.write_text(plan.read_text().replace('"applied"', '"applying"'))
    listed = call("undo", "--list")
    assert (listed.code, listed.out.split()[3]) == (0, "applying")
    hint = re.findall(r"`superalgos-rsa (.*)` takes it back", listed.err)
    assert document.read_bytes() != before
    assert call(*hint[0].split()).code == 0
    assert document.read_bytes() == before


def test_an_undo_that_was_interrupted_is_finished_and_takes_no_other_change_back(
    broken: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    document = broken / demo.WORKSPACE
    call("--root", broken, "fix", "--apply")
    mended = document.read_bytes()
    call("--root", broken, "set", document, demo.MISTAKES[0].name, "--secret", "My-Secrets/other.pem")
    plan = tmp_path / "state" / "superalgos-rsa" / "2" / "plan.json"
    plan.write_text(plan.read_text().replace('"applied"', '"undoing"'))
    ended = call("undo")
    assert (ended.code, ended.out) == (0, f"change 2 was taken back: {document}\n")
    assert document.read_bytes() == mended
    assert call("undo").out == f"change 1 was taken back: {document}\n"


def test_the_help_says_what_is_kept(call: Call) -> None:
    words = " ".join(call("undo", "--help").out.split())
    assert f"last {KEPT} changes and {KEPT_REPORTS} reports are kept for {KEPT_SECONDS // DAY} days" in words
    assert f"more than {LONGEST_REST // DAY} days" in words


def test_an_empty_list(call: Call) -> None:
    ended = call("undo", "--list")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
