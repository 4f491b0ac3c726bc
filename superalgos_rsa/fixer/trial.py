"""Files as they would be after some repairs, and their validation, before a byte is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from superalgos_rsa.documents.edit import Meant
from superalgos_rsa.files.find import DEFAULT_LIMIT, find_documents
from superalgos_rsa.files.modes import Identity
from superalgos_rsa.files.regular import Content
from superalgos_rsa.files.spelling import identity
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.vault import Vault, parse_vault
from superalgos_rsa.validator.collect import Settings, gather
from superalgos_rsa.validator.documents import ReadDocument, Source, read_document, read_source
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.judge import Documents
from superalgos_rsa.validator.probe import key_inspector
from superalgos_rsa.validator.report import Report
from superalgos_rsa.validator.validator import Found, validate_noting


class Mode(NamedTuple):
    """The new mode of a file, the one it has, and which file it is."""

    new: int
    old: int
    identity: Identity


@dataclass(frozen=True, slots=True)
class Overlay:
    """What differs from the disk: bytes by path, modes by path, and folders that would be made. `meant` holds
    for each file the changes of values that make its bytes from those on the disk."""

    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    meant: Mapping[str, tuple[Meant, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    modes: Mapping[str, Mode] = field(default_factory=lambda: MappingProxyType({}))
    folders: tuple[str, ...] = ()

    def with_file(self, path: str, data: bytes, meant: tuple[Meant, ...]) -> Overlay:
        """The same with other bytes of one file."""
        so_far = self.meant.get(path, ())
        return replace(self, files={**self.files, path: data}, meant={**self.meant, path: (*so_far, *meant)})

    def with_mode(self, path: str, mode: Mode) -> Overlay:
        """The same with another mode of one file."""
        return replace(self, modes={**self.modes, path: mode})

    def with_folder(self, path: str) -> Overlay:
        """The same with one more folder."""
        return replace(self, folders=(*self.folders, path))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The facts of a state, the report on them, and the raw finding behind each of its findings."""

    all_facts: Facts
    found: tuple[Found, ...]
    report: Report
    vault: Vault


def sources_of(documents: Documents, limit: int) -> tuple[Source, ...]:
    """Reads each file once, even if it was named twice: two edits of one file would conflict. `limit` is the most bytes
    of one."""
    installation, vault, names = documents
    files = {identity(name): name for name in reversed(names)}
    own = identity(vault.path) if vault.path else None
    paths = (vault.path if file == own else name for file, name in reversed(files.items()))
    return tuple(read_source(path, limit, installation, vault) for path in paths)


class Judge:
    """Validates states of the same documents; a document is read again only when its bytes changed."""

    def __init__(
        self, sources: tuple[Source, ...], installation: Installation | None, vault: Vault, settings: Settings
    ) -> None:
        self.sources = sources
        self.installation = installation
        self.inspector = key_inspector(installation)
        self._vault = vault
        self._settings = settings
        self._read: dict[tuple[str, int, int], ReadDocument] = {}
        self._first: Outcome | None = None
        self._kept: list[bytes | Vault] = []  # keeps what the cache knows by identity alive

    def bytes_of(self, state: Overlay, path: str) -> bytes | None:
        """The bytes of a file in that state; `None` for one that was not read."""
        if path in state.files:
            return state.files[path]
        source = next((source for source in self.sources if source.path == path), None)
        return source.content.data if source is not None and isinstance(source.content, Content) else None

    def bytes_on_disk(self, path: str) -> bytes | None:
        """The bytes that were read of the vault or a document."""
        return self._vault.data if path == self._vault.path else self.bytes_of(Overlay(), path)

    def vault(self, state: Overlay) -> Vault:
        """The vault in that state."""
        if self._vault.path in state.files:
            return parse_vault(self._vault.path, Content(state.files[self._vault.path]))
        if self._vault.state == "no-folder" and str(Path(self._vault.path).parent) in state.folders:
            return Vault(self._vault.path, "absent")
        return self._vault

    def begin(self) -> Outcome:
        """The verdict on what is on the disk."""
        if self._first is None:
            self._first = self(Overlay())
        return self._first

    def __call__(self, state: Overlay) -> Outcome:
        """The verdict on the documents as they would be in that state."""
        vault = self.vault(state) if state.files or state.folders else self._vault
        self._kept.append(vault)
        documents = [self._document(source, state, vault) for source in self.sources]
        all_facts = gather(documents, self.installation, vault, self._settings, inspector=self.inspector)
        if state.modes:
            all_facts = all_facts.with_keys(lambda key: _with_mode(key, state.modes))
        found, report = validate_noting(all_facts)
        return Outcome(all_facts, found, report, vault)

    def elsewhere(self) -> tuple[KeyFacts, ...]:
        """The keys in the workspaces of the installation that were not named, as they are on the disk."""
        if self.installation is None:
            return ()
        own = {os.path.realpath(source.path) for source in self.sources}
        paths = find_documents([str(self.installation.workspaces)])
        sources = (
            read_source(path, DEFAULT_LIMIT, self.installation, self._vault)
            for path in paths
            if os.path.realpath(path) not in own
        )
        documents = (read_document(source, self._vault, self.installation, export=False) for source in sources)
        return gather(documents, self.installation, self._vault, Settings(), inspector=self.inspector).keys

    def _document(self, source: Source, state: Overlay, vault: Vault) -> ReadDocument:
        data = state.files.get(source.path)
        content = Content(data) if data is not None else source.content
        identity = (source.path, id(data), id(vault.data))
        if identity not in self._read:
            self._kept += [item for item in (data, vault) if item is not None]
            source = replace(source, content=content)
            self._read[identity] = read_document(source, vault, self.installation, export=False)
        return self._read[identity]


def _with_mode(key: KeyFacts, modes: Mapping[str, Mode]) -> KeyFacts:
    target = key.path.target if key.path is not None else None
    if key.path is None or target is None or target not in modes:
        return key
    return replace(key, path=replace(key.path, mode=modes[target].new))
