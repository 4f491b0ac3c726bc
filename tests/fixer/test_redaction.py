"""No plan, no list and no error shows a secret: canaries stand wherever a document can hold one."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from installations import KEY_FILE, VAULT, Site, ecosystem, entry, exchange, key, trading
from key_samples import private_pem, rsa_key

from fixer.calls import Call
from fixer.trees import mode
from superalgos_rsa.documents.edit import quote
from superalgos_rsa.files.changes import Change
from superalgos_rsa.fixer import diff

CODE_NAME = "head" + "CANARYn" * 8 + "tail"
SECRET = "CANARYs+" * 8
BASE64 = "CANARY/bQ3v+Z0tYxW8nK5rJ2mP7dGfH1aLcE4uSiOoTq9wBzX6" + "kVhNyMjRgUeIpAlDtFs=="
PEM = private_pem(rsa_key()).decode()
BODY = PEM.splitlines()[3]


def assert_dark(*texts: str) -> None:
    for text in texts:
        assert "CANARY" not in text
        assert BODY not in text


def broken(secret: str, **more: Any) -> str:
    """A config whose one mistake is the comma at its end."""
    return json.dumps({"codeName": CODE_NAME, "secret": secret, **more})[:-1] + ",}"


NODES = {
    "a path": key("~/My-Secrets/k.pem", CODE_NAME, uid="CANARY", password="CANARY", number=4711),
    "white space": key(KEY_FILE, f" {CODE_NAME}\n", more={"deep": ["CANARY"]}),
    "broken, a secret": key(raw=broken(SECRET)),
    "broken, a path": key(raw=broken("C:\\Users\\k.pem").replace("\\\\", "\\")),
    "broken, base64": key(raw=broken(BASE64)),
    "broken, the text of a key": key(raw=broken(PEM)),
    "broken, more members": key(
        raw=broken(KEY_FILE, uid="CANARY", password="CANARY CANARY", id="CANARY", name="CANARY")
    ),
    "broken, twice": key(raw='{"secret": "CANARY1", "secret": "CANARY2", "codeName": "\\u0043ANARY",}'),
    "broken, typographic quotes": key(raw=broken(SECRET).replace('"', "\u201d")),
    "broken, no quotes": key(raw=f'{{"codeName": CANARY, "secret": "{SECRET}",}}'),
    "broken, escapes": key(raw='{"secret": "CANARY", "x": "\\x43ANARY CANARY"}'),
    "an object": key(raw={"codeName": CODE_NAME, "secret": SECRET}),
    "no object": key(raw=f'["{SECRET}"]'),
    "swapped": key("aB3d" + "CANARYx" * 8 + "E6gH", KEY_FILE),
}


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("name", NODES)
def test_a_plan_is_dark(site: Site, call: Call, name: str, compact: bool) -> None:
    site.put_key()
    site.vault(entry("~/My-Secrets/k.pem", CODE_NAME), entry(SECRET, "other"), entry(PEM, "third"))
    path = site.workspace(*trading(NODES[name]))
    if compact:
        path.write_text(json.dumps(json.loads(path.read_text())))
    for words in (["fix"], ["fix", "--format", "json"], ["fix", "--unsafe"], ["fix", "--unsafe", "--apply"],
                  ["undo", "--list"], ["undo"], ["undo", "--list"]):  # fmt: skip
        ended = call(*words)
        assert "Traceback" not in ended.err
        assert_dark(ended.out, ended.err)
    private = Path(site.root.parent, "state", "superalgos-rsa")
    for file in private.rglob("*"):
        assert mode(file) == (0o700 if file.is_dir() else 0o600)
        if file.name in ("plan.json", "fingerprints.json"):
            assert_dark(file.read_text())


def test_a_vault_is_never_shown(site: Site, call: Call) -> None:
    site.put_key()
    site.workspace(*trading(key("", CODE_NAME)))
    for data in (b"\xef\xbb\xbf" + json.dumps([entry(SECRET, CODE_NAME)]).encode(), f'["{SECRET}",'.encode()):
        site.put(VAULT, data)
        for words in (["fix"], ["fix", "--format", "json"]):
            ended = call(*words)
            assert_dark(ended.out, ended.err)


def test_the_node_s_own_secret_that_goes_into_the_vault_is_not_shown(site: Site, call: Call) -> None:
    site.vault(entry("My-Secrets/gone.pem", CODE_NAME))
    site.workspace(ecosystem(exchange(key(SECRET, CODE_NAME, password="p"), code_name="kucoin")))
    ended = call("fix", "--apply")
    assert "the vault gets the node's own secret" in ended.out
    assert f'+"value": "({len(SECRET)} characters)"' in ended.out
    assert_dark(ended.out)


_MEMBERS = st.sampled_from(["codeName", "secret", "uid", "password", "id", "name", "key", "value", "x"])
_VALUES = st.sampled_from([SECRET, BASE64, PEM, CODE_NAME, "CANARY", ["CANARY"], {"secret": "CANARY"}, "a CANARY b"])
_TEXTS = st.dictionaries(_MEMBERS, _VALUES, max_size=4).map(json.dumps)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_TEXTS, _TEXTS, st.sampled_from(["", ",", "\u201d", "\ufeff", "\\", "]"]), st.integers(0, 200), st.booleans())
def test_no_change_of_a_config_shows_it(old: str, new: str, junk: str, at: int, in_list: bool) -> None:
    """Whatever it was broken with, wherever."""
    old = old[:at] + junk + old[at:]
    texts = [f'{{"config": {quote(text)}, "keys": []}}' for text in (old, new)]
    before, after = (f"[null, {text}]" if in_list else text for text in texts)
    assert_dark("\n".join(diff.of_change(Change("path", before.encode(), after.encode()))))
