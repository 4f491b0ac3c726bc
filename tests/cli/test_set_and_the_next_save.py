"""`set` and `fix` before what the platform's next save would lose: refused, with nothing written, or told."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from installations import API_KEY, KEY_FILE, VAULT, Site, ecosystem, entry, exchange, key, trading

from cli.conftest import Call

OTHER = API_KEY[::-1]
PLACEHOLDER = "Paste your exchange API secret key"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    found = Site(tmp_path / "Superalgos")
    found.put_key()
    monkeypatch.chdir(found.root)
    return found


def _bytes(site: Site) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in site.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("code_name", ["", None, 5])
def test_a_secret_without_a_code_name_is_refused_unless_one_is_given_with_it(
    site: Site, call: Call, code_name: Any
) -> None:
    document = site.workspace(*trading(key("", code_name)))
    before = _bytes(site)
    refused = call("set", document, "Key", "--secret", KEY_FILE)
    assert (refused.code, refused.out, _bytes(site)) == (2, "", before)
    assert "the next save from the Superalgos page would destroy this secret: the key has no code name" in refused.err
    command = re.findall(r"hint: `(.*)` gives it an API key of its own", refused.err)[0]
    words = ["" if word == "superalgos-rsa" else word for word in shlex.split(command)][1:]
    pasted = [API_KEY if word == "API_KEY_FROM_THE_EXCHANGE" else word for word in words]
    assert call(*pasted).code == 0
    assert [found.usable for found in site.judge().report.keys] == [True]


@pytest.mark.parametrize("name", ["in the same workspace", "in another workspace"])
@pytest.mark.parametrize(
    ("theirs", "entries", "words"),
    [
        ("theirs.pem", [], ["--code-name", OTHER]),
        ("theirs.pem", [], ["--code-name", OTHER, "--secret", KEY_FILE]),
        (PLACEHOLDER, [], ["--code-name", OTHER, "--secret", KEY_FILE]),
        ("", [entry("theirs.pem", OTHER)], ["--code-name", OTHER]),
        ("", [entry("theirs.pem", OTHER)], ["--code-name", OTHER, "--secret", KEY_FILE]),
    ],
)
def test_a_code_name_that_another_key_uses_with_another_secret_is_refused(
    site: Site, call: Call, name: str, theirs: str, entries: list[Any], words: list[str]
) -> None:
    other = key(theirs, OTHER, "Other")
    near = [other] if name == "in the same workspace" else []
    document = site.workspace(ecosystem(exchange(key("own.pem"), *near)))
    holder = document if near else site.workspace(ecosystem(exchange(other)), name="sub/Two")
    site.vault(*entries)
    before = _bytes(site)
    refused = call("set", document, "Key", *words)
    assert (refused.code, refused.out, _bytes(site)) == (2, "", before)
    assert f"another key uses it: “Other” in {holder}" in refused.err


def test_a_code_name_that_another_key_uses_with_the_same_secret_is_set(site: Site, call: Call) -> None:
    site.workspace(ecosystem(exchange(key(KEY_FILE, OTHER))), name="Two")
    document = site.workspace(*trading(key("gone.pem")))
    assert call("set", document, "Key", "--code-name", OTHER, "--secret", KEY_FILE).code == 0


def test_a_key_that_no_save_reaches_is_no_obstacle(site: Site, call: Call) -> None:
    aside = ecosystem(exchange(key("theirs.pem", OTHER)), project="Other")
    site.workspace(aside, name="Two")
    document = site.workspace(*trading(key(KEY_FILE)))
    assert call("set", document, "Key", "--code-name", OTHER).code == 0
    lone = site.put("lone.json", json.dumps(key("", "")))
    assert call("set", lone, "Key", "--secret", KEY_FILE).code in (0, 1)


def test_the_other_keys_of_an_entry_are_told(site: Site, call: Call) -> None:
    site.vault(entry("gone.pem"))
    two = site.workspace(ecosystem(exchange(key("", name="Other"))), name="Two")
    document = site.workspace(ecosystem(exchange(key(""), key("", name="Beside"))))
    ended = call("set", document, "Key", "--secret", KEY_FILE)
    assert ended.out.splitlines() == [
        f"{site.root / VAULT}: the vault's entry of this key was updated",
        f"{document}: “Beside” gets the same secret: it has this code name",
        f"{two}: “Other” gets the same secret: it has this code name",
    ]
    assert [found.usable for found in site.judge().report.keys] == [True] * 3


def test_fix_says_which_other_keys_change(site: Site, call: Call) -> None:
    site.vault(entry("~/My-Secrets/k.pem"))
    document = site.workspace(ecosystem(exchange(key(""), key("", name="Beside"))))
    planned = call("fix")
    assert f"secret = {KEY_FILE}; also for “Beside” in {document}, of the same code name [" in planned.out
    steps = json.loads(call("fix", "--format", "json").out)["steps"]
    assert any("also for “Beside”" in step["title"] for step in steps if step["status"] == "planned")


UNSAVED: dict[str, Any] = {
    "null": {"code_name": None},
    "a comma too many, and no code name": {"raw": '{"secret": "My-Secrets/k.pem",}'},
    "an empty code name, and a path to mend": {"secret": "~/My-Secrets/k.pem", "code_name": ""},
}


@pytest.mark.parametrize("unsafe", [[], ["--unsafe"]])
@pytest.mark.parametrize("name", UNSAVED)
def test_fix_plans_nothing_that_leaves_a_secret_without_a_code_name(
    site: Site, call: Call, name: str, unsafe: list[str]
) -> None:
    site.workspace(*trading(key(**UNSAVED[name])))
    before = _bytes(site)
    ended = call("fix", "--apply", *unsafe)
    assert (ended.code, _bytes(site)) == (1, before)
    assert "planned" not in ended.out


def test_null_without_a_secret_costs_nothing(site: Site, call: Call) -> None:
    document = site.workspace(*trading(key("", None)))
    call("fix", "--apply")
    assert r"\"codeName\": \"\"" in document.read_text()


def test_a_broken_config_that_would_bring_a_second_secret_under_one_name_stays(site: Site, call: Call) -> None:
    broken = key(name="Broken", raw=f'{{"codeName": "{API_KEY}", "secret": "theirs.pem",}}')
    site.workspace(ecosystem(exchange(key(), broken)))
    before = _bytes(site)
    ended = call("fix", "--apply")
    assert (ended.code, _bytes(site)) == (1, before)
    assert "its next save would lose a secret: give the key its API key" in ended.out


@pytest.mark.parametrize("together", [True, False])
def test_keys_with_one_secret_of_their_own_are_mended_together(site: Site, call: Call, together: bool) -> None:
    other = key("~/My-Secrets/k.pem", name="Other")
    one = site.workspace(ecosystem(exchange(key("~/My-Secrets/k.pem"), *([other] if together else []))), name="One")
    two = one if together else site.workspace(ecosystem(exchange(other)), name="Two")
    ended = call("fix", "--apply")
    assert ended.code == 0
    assert f"also for “Other” in {two}, of the same code name" in ended.out
    assert [found.usable for found in site.judge().report.keys] == [True, True]


def test_what_mends_the_secret_of_a_key_without_a_code_name_gives_it_one(site: Site) -> None:
    found = site.trade(key("gone.pem", "")).finding("path-not-found")
    assert found.fix is not None
    assert found.fix.command[-4:] == ("--code-name", "API_KEY_FROM_THE_EXCHANGE", "--secret", "PATH_OF_THE_KEY_FILE")
