"""Documents and a vault on disk, and the update of one key in them."""

import json
import os
from pathlib import Path
from typing import Any

from superalgos_rsa.config import PlannedUpdate, Update, plan_document_update
from superalgos_rsa.documents.json_text import decode, locate, parse
from superalgos_rsa.files.journal import Journal, state_folder
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.vault import read_vault
from superalgos_rsa.superalgos.workspace import read_workspace

NEW = Update("Ap1KeyOfTheExchange", "My-Secrets/Binance key (1).pem")


def write(installation: Installation, document: Any, name: str = "W.json") -> Path:
    path = installation.workspaces / name
    path.write_text(json.dumps(document, indent=4), "utf-8")
    return path


def write_vault(installation: Installation, *entries: Any) -> Path:
    installation.vault.write_text(json.dumps(entries, indent=4), "utf-8")
    return installation.vault


def plan_of(path: Path, key_name: str, update: Update, installation: Installation) -> PlannedUpdate:
    return plan_document_update(str(path), key_name, update, installation, read_vault(installation.vault))


def apply_update(plan: PlannedUpdate) -> None:
    Journal(state_folder(os.environ)).apply(plan.changes, "set", 0)


def set_key(path: Path, key_name: str, update: Update, installation: Installation) -> list[str]:
    """Names of the files that were written."""
    plan = plan_of(path, key_name, update, installation)
    apply_update(plan)
    return [Path(change.path).name for change in plan.changes]


def fields(path: Path, index: int = 0) -> tuple[Any, Any]:
    fields = read_workspace(parse(decode(path.read_bytes()))).keys[index].config.fields
    return fields["codeName"], fields["secret"]


def outside_of_config(data: bytes, pointer: tuple[str | int, ...]) -> tuple[str, str]:
    text = decode(data)
    config = (*pointer, "config")
    span = locate(text, [config])[config]
    return text[: span.start], text[span.end :]


def at(value: Any, pointer: tuple[str | int, ...]) -> Any:
    for step in pointer:
        value = value[step]
    return value
