"""The real workspace of all tested exchanges with sixteen broken paths, each of another kind: one `fix --apply`."""

import json
from pathlib import Path
from typing import Any

import pytest
from installations import CCXT_2, Site
from key_samples import private_pem, rsa_key

from fixer.calls import Call
from fixer.trees import tree
from superalgos_rsa.documents import embedded_json
from superalgos_rsa.documents.edit import apply
from superalgos_rsa.documents.json_text import decode, encode, locate, parse
from superalgos_rsa.superalgos.engine.exchanges import BINANCE, is_exchange
from superalgos_rsa.superalgos.engine.versions import CcxtVersion
from superalgos_rsa.superalgos.workspace import Key, read_workspace

SPELLINGS = (
    "~/My-Secrets/{name}", "my-secrets/{upper}", "My-Secrets\\{name}", '"My-Secrets/{name}"', " My-Secrets/{name} ",
    "file://{root}/My-Secrets/{name}", "{name}", "C:\\Users\\me\\{name}", "/opt/old/Superalgos/My-Secrets/{name}",
    "./My-Secret/{name}", "$HOME/keys/{name}", "%APPDATA%\\{name}", "Platform/{name}", "My-Secrets/{name}/",
    "My-Secrets//old/../{upper}", "../Superalgos/My-Secrets/{name}",
)  # fmt: skip
NAME = "Tested-Exchanges.json"


@pytest.fixture
def document(site: Site, real_workspaces: Path) -> Path:
    (site.root / "My-Secrets" / "old").mkdir()
    text = decode((real_workspaces / NAME).read_bytes())
    keys = read_workspace(parse(text)).keys
    spans = locate(text, [(*key.pointer, "config") for key in keys])
    edits, entries = [], []
    for number, key in enumerate(keys):
        code_name, secret = f"{number:02}" + "aB3dE6gH" * 7 + "012345", broken(site, number, key)
        if number % 4 == 3:  # as the platform's own save leaves it
            entries.append({"type": "exchange", "key": code_name, "value": secret})
            secret = ""
        members = {"codeName": code_name, "secret": secret}
        edits += embedded_json.set_members(text, spans[*key.pointer, "config"], members)
    site.vault(*entries)
    return site.put(f"Platform/My-Workspaces/{NAME}", encode(apply(text, edits)))


def exchange_of(key: Key) -> str:
    assert key.exchange is not None
    return key.exchange.code_name or ""


def broken(site: Site, number: int, key: Key) -> str:
    """Puts the key file there, a PEM for Binance and an HMAC secret for the others; returns a path that misses it."""
    rsa = exchange_of(key) in BINANCE
    name = f"{exchange_of(key)}-{number}.{'pem' if rsa else 'txt'}"
    site.put(
        f"My-Secrets/{name}", private_pem(rsa_key(number=number)) if rsa else f"{number:02}cafe" + "bAd0" * 14 + "ab"
    )
    return SPELLINGS[number].format(name=name, upper=name.upper(), root=site.root)


def configs(value: Any, found: dict[str, Any]) -> Any:
    """The document without the configs of its keys, which are handed out by the nodes' ids."""
    if isinstance(value, list):
        return [configs(item, found) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "Exchange Account Key" and "config" in value:
        found[value["id"]] = json.loads(value["config"])
        value = {name: item for name, item in value.items() if name != "config"}
    return {name: configs(item, found) for name, item in value.items()}


def test_all_of_them_work_and_only_those_values_changed(site: Site, call: Call, document: Path) -> None:
    untouched = tree(site.root)
    before = site.judge(document)
    assert [found.usable for found in before.report.keys] == [False] * 16
    assert call("fix", "--apply").code == 0
    after = site.judge(document)
    known = [
        is_exchange(found.exchange or "", CcxtVersion(*map(int, CCXT_2.split(".")))) for found in after.report.keys
    ]
    # Of an exchange that this ccxt no longer has, no key is usable; its path is mended all the same.
    assert [found.usable for found in after.report.keys] == known
    assert sum(known) == 14
    assert all(Path(found.secret.resolved or "").is_file() for found in after.report.keys)
    assert not [finding for finding in after.report.findings if finding.rule.startswith("path-")]

    changed = {name for name, was in untouched.items() if tree(site.root)[name] != was}
    assert changed == {f"Platform/My-Workspaces/{NAME}", "My-Secrets/workspace-credentials.json"}
    was, now = {}, {}  # type: ignore[var-annotated]
    old = json.loads(untouched[f"Platform/My-Workspaces/{NAME}"][1])
    assert configs(old, was) == configs(json.loads(document.read_bytes()), now)
    for identity, config in now.items():
        assert {**config, "secret": ""} == {**was[identity], "secret": ""}
        assert (config["secret"] == "") == (was[identity]["secret"] == "")
    lines = document.read_bytes().splitlines()
    same = sum(left == right for left, right in zip(lines, decode_lines(untouched), strict=True))
    assert len(lines) - same == 12

    assert "planned: " not in call("fix").out
    assert call("undo").code == 0
    assert tree(site.root) == untouched


def decode_lines(untouched: dict[str, tuple[int, bytes]]) -> list[bytes]:
    return untouched[f"Platform/My-Workspaces/{NAME}"][1].splitlines()
