"""`set`: what it has written is judged at once, and stays written."""

import json
from pathlib import Path
from typing import Any

import pytest
from installations import API_KEY, HMAC_SECRET, KEY_FILE, VAULT, Site, ecosystem, entry, exchange, key, trading
from key_samples import private_pem, public_pem, rsa_key

from cli.conftest import Call


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    found = Site(tmp_path / "Superalgos")
    monkeypatch.chdir(found.root)
    return found


def _config(value: Any) -> dict[str, Any]:
    """Of the first key."""
    keys = value["rootNodes"][-1]["cryptoExchanges"][0]["exchanges"][0]["exchangeAccounts"]["userAccounts"][0]
    found: dict[str, Any] = json.loads(keys["userKeys"]["keys"][0]["config"])
    return found


WRONG = {
    "no such file": ("My-Secrets/gone.pem", None, "path-not-found"),
    "the public half": ("My-Secrets/k.pub.pem", public_pem(rsa_key()), "pem-public"),
    "a damaged key": ("My-Secrets/k.txt", private_pem(rsa_key())[:800], "pem-damaged"),
    "not a key": ("My-Secrets/note.txt", b"shopping list, with eggs", "pem-missing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_the_new_secret_is_told_and_the_secret_is_written(site: Site, call: Call, name: str) -> None:
    secret, content, rule = WRONG[name]
    document = site.workspace(*trading(key()))
    site.put_key(KEY_FILE)
    if content is not None:
        site.put(secret, content)
    ended = call("set", document, "Key", "--secret", secret)
    assert (ended.code, ended.err) == (1, "")
    assert f"[{rule}]" in ended.out
    assert ended.out.endswith("all the same, the new values are written; `superalgos-rsa undo 1` takes it back\n")
    assert _config(json.loads(document.read_text()))["secret"] == secret
    assert rule in call("check", "--format", "json").rules("error")


def test_a_good_value_is_written_without_a_remark(site: Site, call: Call) -> None:
    document = site.workspace(*trading(key("gone.pem")))
    site.put_key(KEY_FILE)
    ended = call("set", document, "Key", "--secret", KEY_FILE)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{document}: “Key” has new values (secret)\n"


def test_what_is_wrong_with_another_key_is_not_told(site: Site, call: Call) -> None:
    other = key("gone.pem", name="Other", code_name=API_KEY[::-1])
    document = site.workspace(ecosystem(exchange(key("gone.pem"), other)))
    site.put_key(KEY_FILE)
    ended = call("set", document, "Key", "--secret", KEY_FILE)
    assert (ended.code, ended.err) == (0, "")
    assert "Other" not in ended.out
    assert "path-not-found" not in ended.out


def test_what_is_wrong_already_is_told_though_nothing_is_written(site: Site, call: Call) -> None:
    document = site.workspace(*trading(key("gone.pem")))
    ended = call("set", document, "Key", "--secret", "gone.pem")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith("nothing to change: the key holds these values already\n")
    assert "path-not-found" in ended.out
    assert "written" not in ended.out


def test_a_needed_key_that_cannot_be_judged_is_exit_code_3(site: Site, call: Call) -> None:
    document = site.workspace(*trading(key("gone.pem"), code_name="lbank"))
    ended = call("set", document, "Key", "--secret", HMAC_SECRET)
    assert (ended.code, ended.err) == (3, "")
    assert "the key was not judged: nobody can say from here whether it works" in ended.out
    assert "the new values are written" in ended.out


def test_where_a_path_begins_nobody_knows_where_it_is_exit_code_3(outside: Path, call: Call) -> None:
    document = outside / "W.json"
    document.write_text(json.dumps({"type": "Workspace", "rootNodes": list(trading(key("gone.pem")))}))
    ended = call("set", document, "Key", "--secret", KEY_FILE)
    assert (ended.code, ended.err) == (3, "")
    assert "name it with --root DIR" in ended.out
    assert _config(json.loads(document.read_text()))["secret"] == KEY_FILE


@pytest.mark.parametrize(
    ("root", "place", "served"),
    [
        ("Superalgos", "Platform/My-Workspaces/Plugins/W.json", True),
        ("Plugins/Superalgos", "Platform/My-Workspaces/W.json", True),
        ("Superalgos", "Plugins/Foundations/Workspaces/W.json", False),
    ],
)
def test_the_vault_serves_all_but_the_plugins_of_the_installation(
    tmp_path: Path, call: Call, root: str, place: str, served: bool
) -> None:
    site = Site(tmp_path / root)
    site.put_key(KEY_FILE)
    site.vault(entry("My-Secrets/gone.pem"))
    made = site.workspace(*trading(key("gone.pem")))
    text = made.read_bytes()
    made.unlink()
    document = site.put(place, text)
    ended = call("--root", site.root, "set", document, "Key", "--secret", KEY_FILE)
    assert (ended.code, ended.err) == (0, "")
    (held,) = json.loads((site.root / VAULT).read_text())
    assert held["value"] == (KEY_FILE if served else "My-Secrets/gone.pem")
    assert call("--root", site.root, "preflight", document).code == 0
