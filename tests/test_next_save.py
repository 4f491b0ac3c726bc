"""The law of an update on the disk: whatever workspace the platform saves next, no secret is lost by it, and no other
key gets another one that was not told."""

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import saving
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from workspaces import KEYS, entry, key, with_keys

from superalgos_rsa.config import Update, plan_document_update
from superalgos_rsa.documents.json_text import Pointer
from superalgos_rsa.errors import UsageError
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.vault import read_vault

TEMPLATE = "Paste your exchange API secret key"
MINE = ("A", (*KEYS, 0))
Secrets = dict[tuple[str, Pointer], Any]

_NAMES = st.sampled_from(["", "a", "b", "c", "Paste your exchange API Key", 5])
_SECRETS = st.sampled_from(["", "1", "2", TEMPLATE])
_KEYS = st.lists(st.builds(key, _NAMES, _SECRETS), max_size=2)
_ENTRIES = st.lists(st.builds(entry, st.sampled_from(["a", "b", "c"]), _SECRETS), max_size=3)
_UPDATES = st.builds(Update, st.sampled_from([None, "a", "b", "z"]), st.sampled_from([None, "1", "new"]))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    root = tmp_path_factory.mktemp("root")
    (root / "My-Secrets").mkdir()
    (root / "My-Workspaces").mkdir()
    return Installation(root, root / "My-Workspaces", root / "My-Secrets", None, None)


def _secrets(documents: dict[str, Any], entries: list[Any], saves: Sequence[str] = ()) -> Secrets:
    """What each key is given after these documents were loaded and saved, one after the other."""
    documents = copy.deepcopy(documents)
    for name in saves:
        configs, entries = saving.saved(documents[name], entries)
        for pointer, config in configs.items():
            node = documents[name]
            for step in pointer:
                node = node[step]
            node["config"] = json.dumps(config)
    return {
        (name, pointer): config.get("secret")
        for name, document in documents.items()
        for pointer, config in saving.loaded(document, entries).items()
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.builds(key, _NAMES, _SECRETS, id=st.just("mine")), _KEYS, _KEYS, _ENTRIES, _UPDATES)
def test_no_save_after_an_update_loses_a_secret(
    installation: Installation, mine: Any, beside: list[Any], elsewhere: list[Any], entries: list[Any], update: Update
) -> None:
    assume(update != Update())
    before = {"A": with_keys(mine, *beside), "B": with_keys(*elsewhere)}
    files = {name: installation.workspaces / f"{name}.json" for name in before} | {"vault": installation.vault}
    for name, value in {**before, "vault": entries}.items():
        files[name].write_text(json.dumps(value))
    try:
        plan = plan_document_update(str(files["A"]), "mine", update, installation, read_vault(installation.vault))
    except UsageError:
        return
    for change in plan.changes:
        assert change.new is not None
        Path(change.path).write_bytes(change.new)
    now = {name: json.loads(files[name].read_text()) for name in before}
    vault = json.loads(files["vault"].read_text())
    told = any("gets the same secret" in what for _, what in plan.summary)
    held, given = _secrets(before, entries), _secrets(now, vault)
    assert update.secret in (None, given[MINE])
    for order in ("AB", "BA"):
        was, then = _secrets(before, entries, order), _secrets(now, vault, order)
        if update.secret or (given[MINE] == held[MINE] == was[MINE] and held[MINE] not in ("", TEMPLATE)):
            assert then[MINE] == given[MINE]
        for one in then.keys() - {MINE}:
            # Of what the next save would have lost anyway nothing is said here.
            if held[one] == was[one] and held[one] not in ("", TEMPLATE):
                assert then[one] == held[one] or (told and then[one] == update.secret)
