"""What the platform does with secrets as it loads a workspace and saves it again, written down for tests without
Superalgos. `conformance/test_loader_oracle.py` holds it against the real code."""

from __future__ import annotations

import copy
import math
from typing import Any

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.json_text import Pointer
from superalgos_rsa.superalgos.load_route import VaultReader, load

Configs = dict[Pointer, Any]
"""By the place of each key that the vault code visits."""


def loaded(workspace: Any, entries: list[Any]) -> Configs:
    """The parsed configs as the browser gets them."""
    found: Configs = {}
    for pointer, hit in load(workspace, VaultReader(entries)).covered.items():
        node = workspace
        for step in pointer:
            node = node[int(step)] if isinstance(node, list) else node[step]
        config = js.parse_json(node["config"])
        if hit is not None and isinstance(config, dict):
            config["secret"] = hit.value
        found[pointer] = stringified(config)
    return found


def stringified(value: Any) -> Any:
    """As it comes through `JSON.stringify`, with every number a double."""
    if isinstance(value, dict):
        return {name: stringified(one) for name, one in value.items() if one is not js.UNDEFINED}
    if isinstance(value, list):
        return [stringified(one) for one in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(value) if math.isfinite(value) else None


def saved(workspace: Any, entries: list[Any]) -> tuple[Configs, list[Any]]:
    """The configs on the disk, and the vault, after the browser saved what it had loaded."""
    vault = copy.deepcopy(entries)
    found = loaded(workspace, entries)
    for config in found.values():
        if not isinstance(config, dict):
            continue
        name, secret = config.get("codeName"), config.get("secret")
        if all(value is not None and js.is_longer_than_nothing(value) for value in (name, secret)):
            hit = VaultReader(vault).find("exchange", name)
            if hit is None:
                vault.append({"type": "exchange", "key": name, "value": secret})
            else:
                vault[hit.index]["value"] = secret
        config["secret"] = ""
    return found, vault
