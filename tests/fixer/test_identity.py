"""For any workspace and any way of breaking it: `fix --apply` makes nothing worse, and `undo` is the way back."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from installations import API_KEY, HMAC_SECRET, KEY_FILE, Judged, Site, ecosystem, entry, exchange, key, network, task
from key_samples import private_pem, public_pem, rsa_key

from fixer.calls import Call
from fixer.trees import tree
from superalgos_rsa.cli import main

SECRETS = st.sampled_from(
    [KEY_FILE, "~/My-Secrets/k.pem", "My-Secrets\\k.pem", "C:\\new\\k.pem", " k.pem", '"k.pem"', "my-secrets/K.PEM",
     "gone.pem", "My-Secrets/k.pub.pem", "My-Secrets", HMAC_SECRET, "", None, 5, "My-Secrets/open.pem", "h.txt"]
)  # fmt: skip
CODE_NAMES = st.sampled_from([API_KEY, "b" * 64, API_KEY + "\n", " c", "", None, KEY_FILE, 7])
RAW = st.sampled_from(
    [r'{"codeName": "a", "secret": "C:\Users\k.pem"}', '{"codeName": "a", "secret": "My-Secrets/k.pem",}', "", "{",
     None,
     {"codeName": API_KEY, "secret": KEY_FILE}, "\ufeff{}", "[]", "null", '{"codeName": null, "secret": "k.pem"}']
)  # fmt: skip
NODES = st.builds(lambda s, c, n: key(s, c, name=n), SECRETS, CODE_NAMES, st.sampled_from("AB")) | st.builds(
    lambda raw: key(raw=raw), RAW
)
EXCHANGES = st.builds(
    lambda keys, code_name, sandbox: exchange(*keys, code_name=code_name, sandbox=sandbox),
    st.lists(NODES, max_size=3),
    st.sampled_from(["binance", "kucoin", "nowhere", "bybit"]),
    st.sampled_from([False, "false", "true", True]),
)
ROOTS = st.lists(EXCHANGES, max_size=2).map(
    lambda found: [None, ecosystem(*found)] if len(found) % 2 else [ecosystem(*found)]
)
ENTRIES = st.lists(st.builds(entry, SECRETS, st.sampled_from([API_KEY, "b" * 64, "a"])), max_size=2)
VAULTS = ENTRIES.map(lambda found: json.dumps(found).encode()) | st.sampled_from(
    [b"", b"\xef\xbb\xbf[]", b"{", b"[null]"]
)


def with_task(roots: list[Any]) -> list[Any]:
    """A task on the first key there is."""
    exchanges = roots[-1]["cryptoExchanges"][0]["exchanges"]
    keys = exchanges[0]["exchangeAccounts"]["userAccounts"][0]["userKeys"]["keys"] if exchanges else []
    return [network(exchanges[0], task(keys[0])), *roots] if keys else roots


def number_keys(documents: list[list[Any]]) -> None:
    """No two nodes of one id, as the platform makes them."""
    number = 0
    for roots in documents:
        for place in roots[-1]["cryptoExchanges"][0]["exchanges"]:
            for account in place["exchangeAccounts"]["userAccounts"]:
                for index, node in enumerate(account["userKeys"]["keys"]):
                    number += 1
                    account["userKeys"]["keys"][index] = {**node, "id": f"key {number}"}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identity")


def good(judged: Judged) -> set[tuple[str, str]]:
    loading = {(document.path, "") for document in judged.report.documents if document.loads}
    return loading | {(found.document, found.pointer) for found in judged.report.keys if found.usable}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ROOTS, min_size=1, max_size=2), VAULTS, st.booleans(), st.sampled_from(["", "\ufeff", "compact"]))
@example([[ecosystem(exchange(key("~/k.pem")))]], b"", True, "\ufeff")
def test_fix_and_undo_are_the_identity(
    call: Call, state: Path, documents: list[list[Any]], vault: bytes, unsafe: bool, layout: str
) -> None:
    number_keys(documents)
    with tempfile.TemporaryDirectory(dir=state) as folder:
        site = Site(Path(folder) / "superalgos")
        site.put_key()
        site.put("My-Secrets/k.pub.pem", public_pem(rsa_key()), 0o644)
        site.put("My-Secrets/open.pem", private_pem(rsa_key(number=1)), 0o644)
        site.put("My-Secrets/deep/h.txt", HMAC_SECRET[::-1])
        site.put("My-Secrets/workspace-credentials.json", vault, 0o640)
        for number, roots in enumerate(documents):
            path = site.workspace(*with_task(roots), name=f"W{number}")
            text = path.read_text("utf-8")
            if layout == "compact":
                text = json.dumps(json.loads(text), separators=(",", ":"))
            path.write_text(text if layout == "compact" else layout + text, "utf-8")
        untouched, was = tree(site.root), site.judge()
        options = ["--unsafe"] if unsafe else []
        code = main(["--root", str(site.root), "fix", "--apply", *options])
        written, now = tree(site.root), site.judge()
        assert code == now.report.exit_code
        # A null that went moves what stands behind it.
        if not any(None in roots for roots in documents):
            assert good(was) <= good(now)
        before, after = ([found.usable for found in at.report.keys].count(True) for at in (was, now))
        assert before <= after
        assert main(["--root", str(site.root), "fix", "--apply", *options]) == code
        assert tree(site.root) == written, "a second fix finds nothing"
        if written != untouched:
            assert call("undo").code == 0
        assert tree(site.root) == untouched
