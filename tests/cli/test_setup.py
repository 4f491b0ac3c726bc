"""`setup`: the whole guide as one command. Nothing is made before all that can be refused was refused."""

import json
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import key_samples as keys
import pytest
from installations import API_KEY, Site, ecosystem, entry, exchange, key
from key_samples import PASSPHRASE, PKCS8, private_pem, public_pem

from cli.command_line import process
from cli.conftest import Call
from cli.on_terminal import INTERRUPT, converse

NAME = "binance-rsa"
PATH = f"My-Secrets/{NAME}.pem"
UNATTENDED = ("--name", NAME, "--code-name", API_KEY)


@pytest.fixture
def blank(tmp_path: Path, real_workspaces: Path) -> Path:
    """An installation without My-Secrets that holds a real workspace, as right after the platform was installed."""
    site = Site(tmp_path / "Superalgos")
    shutil.rmtree(site.root / "My-Secrets")
    document = site.root / "Platform/My-Workspaces/Blank-Template.json"
    shutil.copy(real_workspaces / document.name, document)
    return document


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "Superalgos")


def _keys(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "Exchange Account Key":
            yield value
        for member in value.values():
            yield from _keys(member)
    elif isinstance(value, list):
        for member in value:
            yield from _keys(member)


def _configs(document: Path) -> list[dict[str, Any]]:
    return [json.loads(node["config"]) for node in _keys(json.loads(document.read_text("utf-8")))]


def _everything(root: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


def _changed(before: bytes, after: bytes) -> tuple[bytes, bytes]:
    """What stands between the bytes that both begin with and those that both end with."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return before[start : len(before) - end], after[start : len(after) - end]


def _common(one: bytes, two: bytes) -> int:
    shorter = min(len(one), len(two))
    return next((at for at in range(shorter) if one[at] != two[at]), shorter)


# Unattended


def test_a_real_workspace_is_ready_for_preflight_and_only_its_two_values_changed(blank: Path, call: Call) -> None:
    root = blank.parents[2]
    before = blank.read_bytes()
    ended = call("--root", root, "setup", blank, *UNATTENDED)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("ready: Superalgos signs orders with this key (RSA)\n")
    old, new = _changed(before, blank.read_bytes())
    assert old.decode().startswith("Paste your exchange API Key")
    assert len(old) < 100, "the two values, which stand side by side"
    assert _configs(blank) == [{"codeName": API_KEY, "secret": PATH}]
    assert new.decode() == old.decode().replace("Paste your exchange API Key", API_KEY).replace(
        "Paste your exchange API secret key", PATH
    )
    assert call("--root", root, "preflight", blank).code == 0
    assert call("--root", root, "check", "--format", "json").rules("error") == []
    assert stat.S_IMODE((root / "My-Secrets").stat().st_mode) == 0o700
    assert {path.name for path in (root / "My-Secrets").iterdir()} == {f"{NAME}.pem", f"{NAME}.pub.pem"}


def test_the_workspace_need_not_be_named_where_there_is_one(blank: Path, call: Call) -> None:
    assert call("--root", blank.parents[2], "setup", *UNATTENDED).code == 0
    assert _configs(blank)[0]["secret"] == PATH


def test_where_the_vault_holds_the_value_the_vault_changes_and_the_node_keeps_its_empty_secret(
    site: Site, call: Call
) -> None:
    """So the platform leaves a workspace that it saved while the template's values still stood in it."""
    template = "Paste your exchange API Key"
    document = site.workspace(ecosystem(exchange(key("", code_name=template))))
    others = [entry("another secret", "another key"), entry("a token", template, "github")]
    vault = site.vault(others[0], entry("Paste your exchange API secret key", template), others[1])
    before, before_vault = document.read_bytes(), vault.read_bytes()
    assert call("--root", site.root, "setup", document, *UNATTENDED).code == 0
    assert _changed(before, document.read_bytes())[0].decode() == template
    assert _configs(document) == [{"codeName": API_KEY, "secret": ""}]
    assert json.loads(vault.read_text()) == [others[0], entry(PATH, API_KEY), others[1]]
    assert _changed(before_vault, vault.read_bytes())[0].decode().startswith(template)
    assert call("--root", site.root, "preflight", document).code == 0


def test_an_entry_that_another_template_lives_on_stays(site: Site, call: Call) -> None:
    template = "Paste your exchange API Key"
    first, second = key("", code_name=template, name="First"), key("", code_name=template, name="Second")
    document = site.workspace(ecosystem(exchange(first, second)))
    shared = entry("Paste your exchange API secret key", template)
    vault = site.vault(shared)
    assert call("--root", site.root, "setup", document, "--key", "First", *UNATTENDED).code == 0
    assert json.loads(vault.read_text())[0] == shared
    assert [config["codeName"] for config in _configs(document)] == [API_KEY, template]
    judged = site.judge(document)
    assert [found.secret.path for found in judged.report.keys] == [PATH, None]


@pytest.mark.parametrize("inside", [True, False])
def test_a_key_file_that_is_there_is_used_where_it_lies(blank: Path, call: Call, inside: bool, tmp_path: Path) -> None:
    root = blank.parents[2]
    file = (root / "Keys" if inside else tmp_path) / "k.pem"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(private_pem(keys.rsa_key(2048)))
    file.chmod(0o600)
    ended = call("--root", root, "setup", blank, "--key-file", file, "--code-name", API_KEY)
    assert ended.code == 0
    assert public_pem(keys.rsa_key(2048)).decode() in ended.out
    assert _configs(blank)[0]["secret"] == ("Keys/k.pem" if inside else str(file))
    assert list((root / "My-Secrets").iterdir()) == []
    assert call("--root", root, "preflight", blank).code == 0


@pytest.mark.parametrize("name", ["id", "name", "code name"])
def test_a_key_is_named_by_its_id_its_name_or_its_code_name(site: Site, call: Call, name: str) -> None:
    nodes = [key("", code_name=f"code-name-of-{which}", name=which) for which in ("First", "Second")]
    document = site.workspace(ecosystem(exchange(*nodes)))
    word = {"id": nodes[1]["id"], "name": "Second", "code name": "code-name-of-Second"}[name]
    assert call("--root", site.root, "setup", document, "--key", word, *UNATTENDED).code == 0
    assert [config["codeName"] for config in _configs(document)] == ["code-name-of-First", API_KEY]


def test_a_running_preflight_of_others_does_not_count(site: Site, call: Call) -> None:
    """Ready is said of this key, whatever is wrong with another."""
    document = site.workspace(ecosystem(exchange(key("", name="First"), key("gone.pem", "B" * 64, name="Second"))))
    assert call("--root", site.root, "setup", document, "--key", "First", *UNATTENDED).code == 0


# What is refused


REFUSED: dict[str, tuple[list[str], str]] = {
    "no key named": (list(UNATTENDED), "--key"),
    "no pair": (["--key", "First", "--code-name", API_KEY], "--name or --key-file"),
    "no API key": (["--key", "First", "--name", NAME], "--code-name"),
    "no such key": (["--key", "Nobody", *UNATTENDED], "0 keys"),
    "two keys of that name": (["--key", "Twin", *UNATTENDED], "2 keys"),
    "two sources": (["--key", "First", "--key-file", "k.pem", *UNATTENDED], "give one of them"),
    "an exchange of HMAC secrets": (["--key", "Kraken", *UNATTENDED], "cannot sign orders for kraken"),
    "no such exchange": (["--key", "Nosuch", *UNATTENDED], "cannot sign orders for nosuch"),
    "a config that is no JSON": (["--key", "Broken", *UNATTENDED], "config"),
    "a bad name": (["--key", "First", "--name", "../k", "--code-name", API_KEY], "plain file name"),
    "a name that is taken": (["--key", "First", "--name", "taken", "--code-name", API_KEY], "never overwritten"),
    "an empty API key": (["--key", "First", "--name", NAME, "--code-name", " "], "not an API key"),
    "an API key of two words": (["--key", "First", "--name", NAME, "--code-name", "a b"], "not an API key"),
    "the template for an API key": (
        ["--key", "First", "--name", NAME, "--code-name", "Paste your exchange API Key"], "something to fill in"
    ),
    **{
        f"a key file: {name}": (["--key", "First", "--key-file", name, "--code-name", API_KEY], told)
        for name, told in {
            "missing.pem": "no such file",
            "public.pem": "public half",
            "encrypted.pem": "convert encrypted.pem",
            "der": "convert der",
            "empty": "keygen",
            "small.pem": "2048 bits",
            "ed25519.pem": "cannot sign orders for binance",
        }.items()
    },
}  # fmt: skip


@pytest.fixture
def crowded(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    own = exchange(
        key("", name="First"),
        key("", "B" * 64, name="Twin"),
        {**key("", "C" * 64, name="Twin"), "id": "another"},
        key(name="Broken", raw='{"codeName": "C:\\Users"'),
    )
    kraken, nosuch = (
        exchange(key("", code * 9, name=code.title()), name=code.title(), code_name=code)
        for code in ("kraken", "nosuch")
    )
    site.workspace(ecosystem(own, kraken, nosuch))
    site.put("My-Secrets/taken.pem", "mine")
    rsa = keys.rsa_key(2048)
    for name, content in {
        "public.pem": public_pem(rsa),
        "encrypted.pem": private_pem(rsa, PKCS8, PASSPHRASE),
        "der": keys.private_der(rsa),
        "empty": b"",
        "small.pem": private_pem(keys.rsa_key(1024)),
        "ed25519.pem": private_pem(keys.other_key("ed25519")),
    }.items():
        site.put(name, content)
    monkeypatch.chdir(site.root)
    return site


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_be_refused_is_refused_before_anything_is_made(crowded: Site, call: Call, case: str) -> None:
    words, told = REFUSED[case]
    before = _everything(crowded.root)
    ended = call("setup", *words)
    assert ended.code == 2
    assert told in ended.err
    assert _everything(crowded.root) == before


@pytest.mark.parametrize(
    ("content", "told"), [("{", "cannot be read"), ('{"type": "Workspace", "rootNodes": []}', "no key node")]
)
def test_a_workspace_without_a_key_is_told(site: Site, call: Call, content: str, told: str) -> None:
    document = site.put("Platform/My-Workspaces/W.json", content)
    ended = call("--root", site.root, "setup", document, *UNATTENDED)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


def test_a_damaged_vault_is_told_before_a_pair_is_made(site: Site, call: Call) -> None:
    site.workspace(ecosystem(exchange(key(""))))
    site.put("My-Secrets/workspace-credentials.json", "[{")
    before = _everything(site.root)
    assert call("--root", site.root, "setup", *UNATTENDED).code == 2
    assert _everything(site.root) == before


def test_outside_an_installation_nothing_is_made(outside: Path, call: Call) -> None:
    assert call("setup", *UNATTENDED).code == 2
    assert list(outside.iterdir()) == []


def test_nothing_private_is_shown_or_left_elsewhere(blank: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    root = blank.parents[2]
    ended = process("setup", *UNATTENDED, cwd=root, variables={"TMPDIR": str(temporary)})
    assert ended.code == 0
    private = root / PATH
    body = private.read_text().splitlines()[1:-1]
    assert not any(line in ended.out + ended.err for line in body)
    holders = [path for path in tmp_path.rglob("*") if path.is_file() and body[3].encode() in path.read_bytes()]
    assert holders == [private]


# As a conversation


def test_a_conversation_asks_for_what_no_option_says(site: Site) -> None:
    first, second = key("", "A" * 64, name="First"), key("", "B" * 64, name="Second")
    document = site.workspace(ecosystem(exchange(first, second)))
    site.workspace(name="Another")
    answers = [("which workspace", "3"), ("which workspace", "2"), ("which key", "x"), ("which key", "2")]
    before = document.read_bytes()
    pair = [("Enter to make a new pair", ""), ("API key from the exchange", "two words")]
    code, shown = converse(["setup"], [*answers, *pair, ("API key from the exchange", f" {API_KEY} ")], site.root)
    assert code == 0, shown
    assert shown.endswith("ready: Superalgos signs orders with this key (RSA)\n")
    assert (site.root / f"My-Secrets/{NAME}.pub.pem").read_text() in shown
    assert shown.index("BEGIN PUBLIC KEY") < shown.index("API Management") < shown.index("API key from the exchange")
    assert _configs(document)[1] == {"codeName": API_KEY, "secret": PATH}
    assert _configs(document)[0]["codeName"] == "A" * 64
    assert document.read_bytes() != before


def test_an_interrupted_conversation_leaves_the_workspace_and_says_how_to_go_on(blank: Path) -> None:
    root = blank.parents[2]
    before = blank.read_bytes()
    code, shown = converse(["setup", "--name", "k"], [("API key from the exchange: ", INTERRUPT)], root)
    assert code == 130
    assert blank.read_bytes() == before
    assert "Traceback" not in shown
    line = next(line for line in shown.splitlines() if "To go on later: " in line)
    _, *words = shlex.split(line.partition("To go on later: ")[2])
    assert process(*words, "--code-name", API_KEY, cwd=root).code == 0
    assert _configs(blank) == [{"codeName": API_KEY, "secret": "My-Secrets/k.pem"}]


def test_a_conversation_that_ends_before_the_pair_makes_nothing(blank: Path) -> None:
    root = blank.parents[2]
    before = _everything(root)
    code, _ = converse(["setup"], [("Enter to make a new pair: ", INTERRUPT)], root)
    assert code == 130
    assert _everything(root) == before
