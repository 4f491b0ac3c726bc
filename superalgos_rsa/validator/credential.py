"""A key's credential as the platform would resolve it, and whether its secret is a path or the secret itself."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.servers.local import PathFacts
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.superalgos.load_route import VaultHit
from superalgos_rsa.superalgos.secret_text import BLANK, LONGEST_PATH, is_spelled_like_path
from superalgos_rsa.superalgos.workspace import Key
from superalgos_rsa.validator.report import SecretKind, SecretSource


@dataclass(frozen=True, slots=True)
class Credential:
    """The `secret` that the task gets: the vault's value if an entry serves the node, else the node's own.

    Both values are as in the JSON; only a text can work. `None` means absent.
    """

    code_name: Any = field(repr=False)
    secret: Any = field(repr=False)
    source: SecretSource | None
    covered: bool
    """Whether the platform's vault code visits this node."""
    own_secret: Any = field(repr=False)
    vault_index: int | None


def resolve(key: Key, covered: dict[tuple[str | int, ...], VaultHit | None]) -> Credential:
    """The credential that a task would be given for this key; `covered` comes from `Load`."""
    code_name, own = (_sent(key.config.fields.get(name)) for name in ("codeName", "secret"))
    hit = covered.get(key.pointer)
    if hit is not None:
        return Credential(code_name, _sent(hit.value), "vault", True, own, hit.index)
    source: SecretSource | None = "node" if own not in (None, "") else None
    return Credential(code_name, own, source, key.pointer in covered, own, None)


def _sent(value: Any) -> Any:
    """As a task gets it, through `JSON.stringify`: that leaves nothing of a number like 1e999."""
    endless = isinstance(value, float) and not math.isfinite(value)
    return None if value is js.UNDEFINED or endless else value


def secret_kind(secret: Any, found: PathFacts | None) -> SecretKind:
    """A path if such a file exists, since the engine reads it then; else the spelling decides."""
    if secret is None or (isinstance(secret, str) and not secret.strip(BLANK)):
        return "empty"
    if not isinstance(secret, str):
        return "inline"
    if is_placeholder(secret):
        return "placeholder"
    if found is not None and (found.status not in ("missing", "impossible") or found.near):
        return "path"
    if len(secret) > LONGEST_PATH:
        return "inline"
    if inspect(secret.encode("utf-8", "replace")).kind not in (
        "text",
        "json",
    ):  # key text is never shown
        return "inline"
    meant = is_spelled_like_path(secret) or (found is not None and found.parent_exists)
    return "path" if meant else "inline"
