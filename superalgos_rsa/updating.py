"""Plans an update of a key node: finds the node, and says what the bytes of document and vault would be."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from superalgos_rsa.config import Update, UpdatePlan, VaultText, plan_update
from superalgos_rsa.documents.json_text import JsonError, LimitError, decode, encode, locate, parse
from superalgos_rsa.documents.pasting import command_line
from superalgos_rsa.documents.proof import edited
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.regular import Unread, read_regular
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.load_route import load
from superalgos_rsa.superalgos.vault import NO_VAULT, Vault, is_of_plugin
from superalgos_rsa.superalgos.workspace import Key, read_workspace
from superalgos_rsa.validator.documents import DEFAULT_LIMIT, find_documents


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written, in this order, and what it means in words."""

    changes: tuple[Change, ...]
    summary: tuple[tuple[str, str], ...]


def plan_document_update(
    path: str, key_name: str, update: Update, installation: Installation | None, vault: Vault
) -> Plan:
    """Raises `UsageError` where the key cannot be found, or cannot be given these values."""
    data, value = _read(path)
    try:
        workspace = read_workspace(value)
    except LimitError as error:
        raise UsageError(f"cannot read {path}: {error.reason}") from None
    key = _find_key(workspace.keys, key_name, path)
    if key.config.state != "read":
        raise UsageError(
            f"the config of this key is no JSON object ({key.config.reason or 'it is missing'})",
            f"`{command_line('superalgos-rsa check', path)}` shows the place",
        )
    text = decode(data)
    reached = NO_VAULT if is_of_plugin(path) else vault
    plan = plan_key_update(text, value, key, update, reached, names_of_others(path, installation))
    changes, summary = [], []
    # The vault first: nothing refers to its new entry meanwhile.
    if plan.vault and vault.text is not None and vault.data is not None:
        new, meant = edited(vault.text, plan.vault)
        changes.append(Change(vault.path, vault.data, encode(new), meant=meant))
        summary.append((vault.path, "the vault's entry of this key is up to date"))
    if plan.document:
        new, meant = edited(text, plan.document)
        changes.append(Change(path, data, encode(new), meant=meant))
        names = [n for n, v in (("codeName", update.code_name), ("secret", update.secret)) if v is not None]
        name = censored(key.name or key.id or "", ids=True)
        summary.append((path, f"“{name}” has new values ({' and '.join(names)})"))
    return Plan(tuple(changes), tuple(summary))


def plan_key_update(
    text: str, value: Any, key: Key, update: Update, vault: Vault, others: frozenset[str]
) -> UpdatePlan:
    """The edits for one key of a document that is at hand as text and value; `others` are code names that keys of
    other documents use."""
    config = (*key.pointer, "config")
    span = locate(text, [config])[config]
    covered = _is_covered(value, key, vault)
    if covered and vault.state not in ("read", "absent"):
        raise UsageError(
            f"the vault {vault.path} cannot be used: {vault.reason}", "`superalgos-rsa check` says how to mend it"
        )
    vault_text = VaultText(vault.text, vault.entries) if covered and vault.text is not None else None
    plan = plan_update(text, span, update, vault_text, others | _names_in(value, key))
    return UpdatePlan(tuple(edit.below(config) for edit in plan.document), plan.vault)


def _read(path: str) -> tuple[bytes, Any]:
    found = read_regular(path, DEFAULT_LIMIT)
    if isinstance(found, Unread):
        raise UsageError(f"cannot read {path}: {found.detail}")
    try:
        return found.data, parse(decode(found.data))
    except JsonError as error:
        raise UsageError(
            f"{path} is no JSON (line {error.place.line}, column {error.place.column}): {error.reason}"
        ) from None


def _find_key(keys: tuple[Key, ...], name: str, path: str) -> Key:
    by_id = [key for key in keys if key.id == name]
    found = by_id or [key for key in keys if name in (key.name, key.config.fields.get("codeName"))]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(key.id or "(without id)" for key in found)
        raise UsageError(f"{len(found)} keys answer to that name in {path}", f"name one by its id: {ids}")
    listed = ", ".join(f"{censored(key.name or '')} ({key.id})" for key in keys) or "none"
    raise UsageError(f"there is no such key in {path}", f"its keys: {listed}")


def _is_covered(value: Any, key: Key, vault: Vault) -> bool:
    """Whether the vault code visits the node, which does not depend on what the vault holds."""
    reader = vault.reader if vault.state == "read" else NO_VAULT.reader
    return key.pointer in load(value, reader).covered


def _names_in(value: Any, key: Key) -> set[str]:
    names = (
        other.config.fields.get("codeName") for other in read_workspace(value).keys if other.pointer != key.pointer
    )
    return {name for name in names if isinstance(name, str)}


def names_of_others(path: str, installation: Installation | None) -> frozenset[str]:
    """Code names in the installation's other workspaces: the vault serves them all."""
    if installation is None:
        return frozenset()
    own = os.path.realpath(path)
    others = [p for p in find_documents([str(installation.workspaces)]) if os.path.realpath(p) != own]
    return frozenset(name for other in others for name in code_names_in(other))


def code_names_in(document: str | bytes) -> frozenset[str]:
    """Of the keys in a document, by its path or its bytes; none of one that cannot be read."""
    if isinstance(document, str):
        found = read_regular(document, DEFAULT_LIMIT)
        if isinstance(found, Unread):
            return frozenset()
        document = found.data
    try:
        keys = read_workspace(parse(decode(document))).keys
    except JsonError:  # or larger than what is read, which is told where the document itself is judged
        return frozenset()
    names = (key.config.fields.get("codeName") for key in keys)
    return frozenset(name for name in names if isinstance(name, str))
