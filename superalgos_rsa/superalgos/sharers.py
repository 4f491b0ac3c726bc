"""The keys that a code name may put on one entry of the vault: those of all workspaces of an installation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from superalgos_rsa.documents.json_text import JsonError, Pointer, decode, parse
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.files.find import DEFAULT_LIMIT, find_documents
from superalgos_rsa.files.regular import Unread, read_regular
from superalgos_rsa.files.spelling import identity
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.load_route import load
from superalgos_rsa.superalgos.vault import NO_VAULT
from superalgos_rsa.superalgos.workspace import Key, Workspace, read_workspace


@dataclass(frozen=True, slots=True)
class Sharer:
    """A key that the vault code visits, with the secret that its own node holds."""

    document: str
    name: str
    code_name: Any = field(repr=False)
    secret: Any = field(repr=False)

    @property
    def shown_name(self) -> str:
        """Its name, for people."""
        return f"“{censored(self.name, ids=True)}”"


def sharer(document: str, key: Key) -> Sharer:
    """The key of that document as one of them."""
    fields = key.config.fields
    return Sharer(document, key.name or key.id or "", fields.get("codeName"), fields.get("secret"))


def sharers(document: str, value: Any, workspace: Workspace) -> dict[Pointer, Sharer]:
    """The keys of a document that the vault code visits, whatever the vault holds."""
    covered = load(value, NO_VAULT.reader, workspace.configs).covered
    return {key.pointer: sharer(document, key) for key in workspace.keys if key.pointer in covered}


def sharers_elsewhere(documents: Iterable[str], installation: Installation | None) -> tuple[Sharer, ...]:
    """Those in the installation's workspaces that are not among these documents."""
    if installation is None:
        return ()
    own = set(map(identity, documents))
    others = (path for path in find_documents([str(installation.workspaces)]) if identity(path) not in own)
    return tuple(found for path in others for found in _in_file(path))


def _in_file(path: str) -> Iterator[Sharer]:
    """None of a document that cannot be read, or is larger than what is read: that is told where it is judged."""
    found = read_regular(path, DEFAULT_LIMIT)
    if isinstance(found, Unread):
        return
    try:
        value = parse(decode(found.data))
        yield from sharers(path, value, read_workspace(value)).values()
    except JsonError:
        return
