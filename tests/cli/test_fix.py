"""`fix`: what it says, what it takes, what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from installations import API_KEY, HMAC_SECRET, KEY_FILE, Site, ecosystem, entry, exchange, key, trading
from key_samples import other_key, private_pem, public_pem, rsa_key

from cli.conftest import Call
from superalgos_rsa.superalgos import demo_installation as demo


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    return Site(tmp_path / "superalgos")


def steps(plan: Any, status: str) -> list[str]:
    return [step["rule"] for step in plan["steps"] if step["status"] == status]


def secret_of(site: Site, number: int = 0) -> str | None:
    return site.judge().report.keys[number].secret.path


def test_the_demonstration_mends_itself_but_for_the_key_nobody_filled_in(broken: Path, call: Call) -> None:
    plan = json.loads(call("--root", broken, "fix", "--format", "json").out)
    assert steps(plan, "planned") == ["path-not-expanded", "path-case", "path-separators"]
    held = {
        step["rule"]: (step["applicability"], step["reason"]) for step in plan["steps"] if step["status"] != "planned"
    }
    assert held["pem-public"] == ("unsafe", "it changes what the document means; add --unsafe to make it")
    assert held["key-placeholder"] == ("display", "it needs a value from the exchange's page")
    assert plan["files"] == [str(broken / demo.WORKSPACE)]
    assert (plan["applied"], plan["platform_running"]) == (None, False)
    assert call("--root", broken, "fix", "--apply", "--unsafe").code == 1
    report = call("--root", broken, "check", "--format", "json").report
    assert [found["usable"] for found in report["keys"]] == [True] * 4 + [False]


def test_nothing_to_mend(site: Site, call: Call) -> None:
    site.put_key()
    site.workspace(*trading(key()))
    ended = call("--root", site.root, "fix", "--apply")
    assert (ended.code, ended.out, ended.err) == (0, "there is nothing to repair\n", "")


@pytest.mark.parametrize("apply", [[], ["--apply"]])
def test_a_workspace_of_nul_bytes_is_not_said_to_be_well(site: Site, call: Call, apply: list[str]) -> None:
    site.put("Platform/My-Workspaces/My.json", bytes(5000))
    ended = call("--root", site.root, "fix", *apply)
    advice = "put the file back from a backup, or save the workspace anew from the Superalgos page"
    assert (ended.code, ended.out) == (1, f"not done automatically: {advice} [document-unreadable] — yours to do\n")


def test_what_would_write_key_material_is_told_and_not_done(site: Site, call: Call) -> None:
    site.put(KEY_FILE, private_pem(rsa_key(), passphrase=b"passphrase"))
    site.workspace(*trading(key()))
    ended = call("--root", site.root, "fix", "--apply", "--unsafe")
    assert ended.code == 1
    assert f"not done automatically: superalgos-rsa convert {site.root / KEY_FILE} [pem-encrypted]" in ended.out
    assert "it writes a private key, which only you start" in ended.out


def test_a_repair_that_would_not_hold_is_skipped_and_says_why(site: Site, call: Call) -> None:
    site.put("My-Secrets/k.pem", private_pem(other_key("ec")))
    site.put_key("My-Secrets/good.pem")
    site.workspace(ecosystem(exchange(key("My-Secrets/good.pem", "bad name é "))))
    plan = json.loads(call("--root", site.root, "fix", "--format", "json").out)
    (step,) = (step for step in plan["steps"] if step["status"] == "skipped")
    assert (step["rule"], step["reason"]) == (
        "code-name-whitespace",
        "this change would cause another error: code-name-implausible",
    )
    assert (plan["files"], plan["diff"]) == ([], [])


# --- Which file was meant ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name_of_key", ["Key", key()["id"], API_KEY], ids=["name", "id", "code name"])
def test_of_several_files_none_is_taken_until_one_is_chosen(site: Site, call: Call, name_of_key: str) -> None:
    for number, name in enumerate(("1/k.pem", "2/k.pem")):
        site.put_key(f"My-Secrets/{name}", number=number)
    site.workspace(*trading(key("/old/k.pem")))
    root: list[str | Path] = ["--root", site.root, "fix", "--apply"]
    for options in ([], ["--unsafe"]):
        ended = call(*root, *options)
        assert ended.code == 1
        assert "several files would do (My-Secrets/1/k.pem, My-Secrets/2/k.pem)" in ended.out
    held = call(*root, "--choose", f"{name_of_key}=My-Secrets/2/k.pem")
    assert "add --unsafe to make it" in held.out
    assert secret_of(site) == "/old/k.pem"
    assert call(*root, "--unsafe", "--choose", f"{name_of_key}=My-Secrets/2/k.pem").code == 0
    assert secret_of(site) == "My-Secrets/2/k.pem"


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("Key", "--choose takes KEY=PATH"),
        ("Key=", "--choose takes KEY=PATH"),
        ("Nobody=k.pem", "0 keys have this id or name"),
        ("Twin=k.pem", "2 keys have this id or name"),
        ("Key=gone.pem", "there is no file gone.pem"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(site: Site, call: Call, choice: str, message: str) -> None:
    site.put_key("k.pem")
    site.workspace(ecosystem(exchange(key("/old/k.pem"), key(name="Twin"), {**key(name="Twin"), "id": "other"})))
    ended = call("--root", site.root, "fix", "--choose", choice)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


def test_the_chosen_file_must_work(site: Site, call: Call) -> None:
    site.put_key("My-Secrets/right.pem")
    site.put("My-Secrets/wrong.pem", private_pem(other_key("ec")))
    site.workspace(*trading(key("/old/right.pem")))
    call("--root", site.root, "fix", "--apply", "--unsafe", "--choose", "Key=My-Secrets/wrong.pem")
    assert secret_of(site) == "My-Secrets/right.pem"


def test_a_folder_to_search_by_option_and_by_config(site: Site, call: Call, tmp_path: Path) -> None:
    (tmp_path / "vault" / "of" / "keys").mkdir(parents=True)
    (tmp_path / "vault" / "of" / "keys" / "k.pem").write_bytes(private_pem(rsa_key()))
    site.workspace(*trading(key("/old/k.pem")))
    root: list[str | Path] = ["--root", site.root]
    assert "planned" not in call(*root, "fix").out
    assert f"secret = {tmp_path}/vault/of/keys/k.pem" in call(*root, "fix", "--search", tmp_path / "vault").out
    (site.root / "superalgos-rsa.toml").write_text('search = ["../vault"]\n')
    ended = call(*root, "fix")
    assert "planned" not in ended.out, "the root's own file may name folders below the root only"
    assert "search folders outside the Superalgos folder are ignored" in ended.err
    (site.root / "deep" / "in").mkdir(parents=True)
    (tmp_path / "vault" / "of" / "keys" / "k.pem").rename(site.root / "deep" / "in" / "k.pem")
    (site.root / "superalgos-rsa.toml").write_text('search = ["deep"]\n')
    assert "k.pem [path-not-found, safe]" in call(*root, "fix").out
    (site.root / "superalgos-rsa.toml").unlink()
    (site.root / "deep" / "in" / "k.pem").rename(tmp_path / "vault" / "of" / "keys" / "k.pem")
    (tmp_path / "other.toml").write_text('search = ["vault/of"]\n')
    assert "k.pem [path-not-found, safe]" in call("--config", tmp_path / "other.toml", *root, "fix").out
    (tmp_path / "other.toml").write_text("search = 5\n")
    assert call("--config", tmp_path / "other.toml", *root, "fix").code == 2


def test_the_public_key_that_the_exchange_has_names_its_private_half(site: Site, call: Call, tmp_path: Path) -> None:
    for number in range(3):
        site.put_key(f"My-Secrets/{number}.pem", number=number)
    public = tmp_path / "given.pub"
    public.write_bytes(public_pem(rsa_key(2048, number=1)))
    site.workspace(*trading(key("/old/renamed.pem")))
    assert "planned" not in call("--root", site.root, "fix").out
    assert call("--root", site.root, "fix", "--apply", "--public", public).code == 0
    assert secret_of(site) == "My-Secrets/1.pem"


def test_the_public_half_beside_it_names_its_private_half(site: Site, call: Call) -> None:
    for number in range(3):
        site.put_key(f"My-Secrets/{number}.pem", number=number)
    site.put("My-Secrets/mine.pub.pem", public_pem(rsa_key(2048, number=2)))
    site.workspace(*trading(key("/old/mine.pem")))
    assert call("--root", site.root, "fix", "--apply").code == 0
    assert secret_of(site) == "My-Secrets/2.pem"


def test_another_node_with_the_same_api_key_names_it(site: Site, call: Call) -> None:
    for number in range(3):
        site.put_key(f"My-Secrets/{number}.pem", number=number)
    site.workspace(ecosystem(exchange(key("My-Secrets/1.pem"))), name="One")
    site.workspace(ecosystem(exchange(key("/old/renamed.pem", name="Other"))), name="Two")
    assert call("--root", site.root, "fix", "--apply").code == 0
    assert secret_of(site, 1) == "My-Secrets/1.pem"


@pytest.mark.parametrize("command", [["check"], ["preflight"], ["fix", "--apply"]])
def test_a_key_that_worked_once_is_found_wherever_its_file_went(site: Site, call: Call, command: list[str]) -> None:
    for number in range(3):
        site.put_key(f"My-Secrets/{number}.pem", number=number)
    secret = "~/My-Secrets/1.pem" if "fix" in command else "My-Secrets/1.pem"
    site.workspace(*trading(key(secret)))
    assert call("--root", site.root, *command).code == 0
    (site.root / "My-Secrets" / "elsewhere").mkdir()
    (site.root / "My-Secrets" / "1.pem").rename(site.root / "My-Secrets" / "elsewhere" / "renamed.pem")
    assert call("--root", site.root, "fix", "--apply").code == 0
    assert secret_of(site) == "My-Secrets/elsewhere/renamed.pem"


def test_another_key_than_the_one_that_worked_is_not_taken_unasked(site: Site, call: Call) -> None:
    site.put_key("My-Secrets/k.pem", number=0)
    site.workspace(*trading(key()))
    assert call("--root", site.root, "check").code == 0
    (site.root / KEY_FILE).unlink()
    site.put_key("My-Secrets/backup/k.pem", number=1)
    ended = call("--root", site.root, "fix", "--apply")
    assert ended.code == 1
    assert "another key than the one it belongs to [path-not-found, unsafe]" in ended.out


def test_of_two_broken_keys_neither_gets_the_only_key_there_is(site: Site, call: Call) -> None:
    site.put_key("My-Secrets/only.pem")
    site.workspace(ecosystem(exchange(key("/old/a.pem", "a" * 64, name="A"), key("/old/b.pem", "b" * 64, name="B"))))
    ended = call("--root", site.root, "fix", "--apply")
    assert "written" not in ended.out
    assert ended.out.count("the only key there is [path-not-found, unsafe]") == 2


def test_keys_of_ssh_are_not_for_an_exchange(site: Site, call: Call, tmp_path: Path) -> None:
    ssh = tmp_path / "home" / ".ssh"
    ssh.mkdir()
    (ssh / "id_rsa").write_bytes(private_pem(rsa_key()))
    document = tmp_path / "home" / "W.json"
    document.write_bytes(site.workspace(*trading(key("/old/k.pem"))).read_bytes())
    assert "planned" not in call("--root", site.root, "fix", document).out


def test_a_damaged_secret_is_replaced_by_no_key(site: Site, call: Call) -> None:
    site.put_key("My-Secrets/only.pem")
    site.workspace(*trading(key(HMAC_SECRET[:-3])))
    assert "planned" not in call("--root", site.root, "fix", "--unsafe").out


# --- What else is written to ------------------------------------------------------------------------------------------


def test_a_vault_entry_that_another_workspace_lives_on_is_mended_with_it(site: Site, call: Call) -> None:
    site.put_key()
    site.vault(entry("~/My-Secrets/k.pem"))
    one = site.workspace(ecosystem(exchange(key(""))), name="One")
    two = site.workspace(ecosystem(exchange(key(""))), name="Two")
    alone = call("--root", site.root, "fix", "--apply", one)
    assert f"also for “Key” in {two}, of the same code name; run fix on them together" in alone.out
    assert "written" not in alone.out
    assert call("--root", site.root, "fix", "--apply").code == 0
    assert [found.usable for found in site.judge().report.keys] == [True, True]


def test_a_document_named_twice_is_mended_once(site: Site, call: Call) -> None:
    site.put_key()
    path = site.workspace(*trading(key("~/My-Secrets/k.pem")))
    link = path.with_name("link.json")
    link.symlink_to(path)
    assert call("--root", site.root, "fix", "--apply", path, path, link).code == 0
    assert link.is_symlink()
    assert secret_of(site) == KEY_FILE


def test_standard_input_cannot_be_mended(site: Site, call: Call) -> None:
    ended = call("--root", site.root, "fix", "-", stdin=b"{}")
    assert ended.code == 2
    assert "standard input cannot be repaired" in ended.err


def test_each_repair_can_be_declined(site: Site, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put_key()
    site.workspace(ecosystem(exchange(key("~/My-Secrets/k.pem", "a" * 64, name="A"), key("k.pem", "b" * 64, name="B"))))
    ended = call("--root", site.root, "fix", "--interactive", "--apply", stdin=b"n\ny\n")
    assert "declined: “A”: secret = My-Secrets/k.pem [path-not-expanded, safe] — you declined it" in ended.out
    assert [secret_of(site, number) for number in (0, 1)] == ["~/My-Secrets/k.pem", KEY_FILE]
    assert "path-not-expanded: “A”" in ended.err


@pytest.fixture
def running(site: Site, answering: Callable[[Path], object]) -> None:
    """A platform that says it runs from this folder."""
    answering(site.root)


@pytest.mark.usefixtures("running")
def test_a_running_platform_would_overwrite_it_so_it_asks(site: Site, call: Call) -> None:
    site.put_key()
    path = site.workspace(*trading(key("~/My-Secrets/k.pem")))
    before = path.read_bytes()
    planned = call("--root", site.root, "fix")
    assert planned.code == 1
    assert "its next save overwrites these repairs" in planned.err
    assert "tasks that run keep the values they were started with" in planned.err
    refused = call("--root", site.root, "fix", "--apply")
    assert (refused.code, path.read_bytes()) == (2, before)
    assert "add --yes and load the workspace again in the browser" in refused.err
    made = call("--root", site.root, "fix", "--apply", "--yes", "--format", "json")
    assert json.loads(made.out)["platform_running"] is True
    assert "load the workspace again in the browser" in made.err
    assert path.read_bytes() != before


def test_a_workspace_that_is_saved_meanwhile_keeps_what_was_saved(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    from superalgos_rsa.cli import fix

    site.put_key()
    path = site.workspace(*trading(key("~/My-Secrets/k.pem")))
    saved = path.read_bytes() + b"\n"
    monkeypatch.setattr(fix, "_title", lambda found: path.write_bytes(saved) and "t")
    ended = call("--root", site.root, "fix", "--apply")
    assert (ended.code, path.read_bytes()) == (2, saved)
    assert "changed meanwhile; nothing was written" in ended.err


def test_a_vault_named_by_another_path_is_the_vault(site: Site, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put_key()
    site.workspace(*trading(key()))
    site.put("My-Secrets/workspace-credentials.json", b"")
    monkeypatch.chdir(site.root / "My-Secrets")
    assert call("--root", site.root, "fix", "--apply", "workspace-credentials.json", "../Platform").code == 0
    assert (site.root / "My-Secrets" / "workspace-credentials.json").read_bytes() == b"[]"


def test_an_exchange_that_this_engine_does_not_know_gets_its_path_mended(site: Site, call: Call) -> None:
    site.put_key("My-Secrets/f.pem")
    site.workspace(ecosystem(exchange(key("~/My-Secrets/f.pem", API_KEY), code_name="ftx")))
    call("--root", site.root, "fix", "--apply")
    assert secret_of(site) == "My-Secrets/f.pem"
    assert site.judge().report.keys[0].usable is False


def test_what_is_nested_too_deep_to_be_judged_is_not_repaired(site: Site, call: Call) -> None:
    """What ends the platform within it is known, but not at which place."""
    path = site.workspace(*trading(key(raw="{")))
    deep = '{"type": "LAN Network", "lanNetworkNodes": ' + '[{"a": ' * 200 + "1" + "}]" * 200 + "},"
    path.write_text(path.read_text().replace('"rootNodes": [', f'"rootNodes": [{deep}', 1))
    before = path.read_bytes()
    found = json.loads(call("--root", site.root, "check", "--format", "json").out)
    assert (found["documents"][0]["loads"], found["summary"]["ready"]) == (False, False)
    assert {one["rule"] for one in found["findings"]} >= {"document-unreadable", "workspace-crash"}
    call("--root", site.root, "fix", "--apply", "--unsafe")
    assert path.read_bytes() == before


def test_a_node_in_the_place_of_a_workspace_is_not_made_to_look_like_one(site: Site, call: Call) -> None:
    """The platform would load it and show nothing. The byte order mark, which has a finding of its own, goes."""
    text = json.dumps(key())
    path = site.put("Platform/My-Workspaces/node.json", f"\ufeff{text}")
    assert call("--root", site.root, "check").code == 1
    call("--root", site.root, "fix", "--apply", "--unsafe")
    assert path.read_text() == text
    found = json.loads(call("--root", site.root, "check", "--format", "json").out)["findings"]
    (crash,) = (one["fix"]["title"] for one in found if one["rule"] == "workspace-crash")
    assert crash.startswith("move the file out of My-Workspaces")
