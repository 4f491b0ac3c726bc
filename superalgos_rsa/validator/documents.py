"""Reads each document once and keeps only the facts about it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from superalgos_rsa.documents.broken_off import broken_off
from superalgos_rsa.documents.deep_json import parse_deep
from superalgos_rsa.documents.duplicates import Duplicates, parse_noting_duplicates
from superalgos_rsa.documents.json_text import (
    BOM,
    JsonError,
    LimitError,
    Place,
    Pointer,
    decode_noting_error,
    locate,
    places,
)
from superalgos_rsa.documents.showing import outline, shown
from superalgos_rsa.files.regular import Content, Unread, read_regular
from superalgos_rsa.files.rights import may_read
from superalgos_rsa.files.spelling import is_below
from superalgos_rsa.servers.local import known_part
from superalgos_rsa.superalgos.load_place import LoadPlace, load_place
from superalgos_rsa.superalgos.load_route import Load, load
from superalgos_rsa.superalgos.outside import Outside, outside_of
from superalgos_rsa.superalgos.vault import NO_VAULT, Vault, parse_vault
from superalgos_rsa.superalgos.workspace import LONGEST_NAME, Workspace, read_workspace
from superalgos_rsa.validator.credential import Credential, resolve
from superalgos_rsa.validator.facts import Defect, DocumentFacts
from superalgos_rsa.validator.report import DocumentKind

if TYPE_CHECKING:
    from superalgos_rsa.exports.leaks import Leak
    from superalgos_rsa.superalgos.installation import Installation

VAULT_NAME = "workspace-credentials.json"
_EXPORT_NAME = re.compile(r"(Backup|Clone|Share) - ")  # the names that the platform gives its downloads


@dataclass(frozen=True, slots=True)
class Source:
    """A document: the name the user gave it, and the result of reading it."""

    path: str
    content: Content | Unread
    outside: Outside | None = None
    """Whose it is, where it is another platform's than that of the installation."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """The facts of a document and the credentials of its keys, which hold secrets."""

    facts: DocumentFacts
    credentials: tuple[Credential, ...]
    """One for each key of the document, in the same order."""


def read_source(name: str, limit: int, installation: Installation | None = None, vault: Vault = NO_VAULT) -> Source:
    """Read a document. A workspace that the platform's user may not read counts as unreadable, even if this user may.
    `vault`: that of the installation, already read."""
    if name == vault.path and vault.data is not None and len(vault.data) <= limit:
        return Source(name, Content(vault.data))
    outside = outside_of(name, installation)
    content = read_regular(name, limit)
    user = installation.other_user if installation is not None else None
    if user is not None and installation is not None and isinstance(content, Content):
        path = os.path.abspath(name)
        if is_below(path, str(installation.workspaces)) and may_read(path, user).allowed is False:
            content = Unread("permission", f"the user {user.name}, as whom Superalgos runs, may not read it")
    return Source(name, content, outside)


def read_document(
    source: Source, vault: Vault, installation: Installation | None = None, *, export: bool
) -> ReadDocument:
    """Read a document from its bytes; `export` looks for what must not be shared, whatever the name of the file."""
    # A container has a vault of its own, and what another platform does on load is not known from here.
    in_container = source.outside is not None and source.outside.kind == "container"
    place = load_place(source.path, installation)
    try:
        read = _read(source, NO_VAULT if in_container else vault, place, installation, export)
        if source.outside is None:
            return read
        return replace(read, facts=replace(read.facts, loads=None, outside=source.outside))
    except Exception as error:  # its text could quote a secret; its type cannot
        reason = f"Reading this document failed ({type(error).__name__}); nothing is known of what it holds"
        return _without_nodes(DocumentFacts(source.path, None, (Defect("internal-error", reason),)))


def _read(
    source: Source, vault: Vault, place: LoadPlace, installation: Installation | None, export: bool
) -> ReadDocument:
    export = export or _EXPORT_NAME.match(PurePath(source.path.replace("\\", "/")).name) is not None
    if isinstance(source.content, Unread):
        return _without_nodes(_unread(source.path, source.content, place, installation, export))
    data = source.content.data
    of_vault = _is_vault_name(source.path) and place.route != "my-workspaces"
    only_nul = data.strip(b"\0") == b"" != data
    if only_nul and not of_vault:
        reason = "holds nothing but NUL bytes, as is left after a power cut: put it back from a backup"
        return _without_nodes(_unreadable(source, place, reason, export))
    if not only_nul and (data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]):
        return _without_nodes(_unreadable(source, place, "is UTF-16 text; the platform reads UTF-8 only", export))
    if of_vault:
        return _without_nodes(_vault(source.path, source.content, vault, place))
    text, encoding_error = decode_noting_error(data)
    try:
        try:
            value, twice = parse_noting_duplicates(text)
            return _read_value(source, text, encoding_error, value, twice, vault, place, export)
        except LimitError as error:
            return _without_nodes(_beyond_limits(source, text, error, vault, place, export))
    except JsonError as error:
        broken = broken_off(data)
        reason = broken or ("is not UTF-8" if encoding_error else f"is no JSON: {error.reason}")
        unreadable = _unreadable(source, place, reason, export, encoding_error or error.place)
        return _without_nodes(replace(unreadable, broken_off=broken is not None))


_NEVER_FOUND = frozenset({"missing", "directory", "dangling-link", "link-loop", "socket"})


def _unread(
    path: str, content: Unread, place: LoadPlace, installation: Installation | None, export: bool
) -> DocumentFacts:
    """The platform answers 404 where it finds no file. Of a device and of what is too large nobody knows."""
    reason, obstacle = f"Cannot read this document: {content.detail}", content.obstacle
    survives = True if obstacle in _NEVER_FOUND or obstacle == "fifo" else None
    if obstacle == "permission" and installation is not None:
        user = installation.other_user
        survives = True if user is None or may_read(os.path.abspath(path), user).allowed is False else None
    if survives and place.is_loaded and obstacle != "missing":
        reason += "; Superalgos " + (
            "goes on, but its answer never comes" if obstacle == "fifo" else "answers 404, and can never load it"
        )
    loads = None if survives is None else place.loads(survives)
    never = () if obstacle in ("missing", "directory") else _never(place)
    # A name of no file may be a secret typed in the wrong place.
    name = shown(path, known_part(path)) or f"({outline(path)})"
    return DocumentFacts(name, None, (Defect("document-unreadable", reason), *never), loads, exported=export)


def _vault(path: str, content: Content, vault: Vault, place: LoadPlace) -> DocumentFacts:
    """As it was parsed already, where it is the installation's."""
    is_known = content.data is vault.data
    found = vault if is_known else parse_vault(path, content)
    return DocumentFacts(path, "vault", _never(place), place.loads(False), vault=found)


def _unreadable(source: Source, place: LoadPlace, reason: str, export: bool, at: Place | None = None) -> DocumentFacts:
    """`reason` begins with the verb."""
    defects = (Defect("document-unreadable", _sentence(place, reason), at), *_never(place))
    return DocumentFacts(source.path, "workspace", defects, place.loads(False), exported=export)


def _sentence(place: LoadPlace, reason: str) -> str:
    if place.is_loaded:
        return f"Loading this file ends the whole platform: it {reason}"
    return (
        f"{'The Superalgos page cannot use' if place.route == 'plugins' else 'Nothing can use'} this file: it {reason}"
    )


def _never(place: LoadPlace) -> tuple[Defect, ...]:
    if place.never is None:
        return ()
    reason = f"Superalgos can never load this file, and answers 404: {place.never}"
    return (Defect("document-never-loads", reason),)


def _beyond_limits(
    source: Source, text: str, error: LimitError, vault: Vault, place: LoadPlace, export: bool
) -> DocumentFacts:
    """What a load does can be told of more than its keys can."""
    defect = Defect("document-unreadable", f"This document is not judged: {error.reason}", error.place)
    loaded = Load((), {}, unknown=True)
    if place.is_loaded:
        with contextlib.suppress(LimitError):
            loaded = load(parse_deep(text), vault.reader)
    # Within, no place is known, and nothing is repaired.
    crashes = dict.fromkeys(
        crash if crash.cause == "vault" else replace(crash, cause="shape", pointer=()) for crash in loaded.crashes
    )
    return DocumentFacts(
        source.path, "workspace", (defect, *_byte_order_mark(text, place), *_never(place)),
        place.loads(loaded.survives and not text.startswith(BOM)), tuple(crashes), places={(): Place(1, 1)},
        exported=export,
    )  # fmt: skip


def _byte_order_mark(text: str, place: LoadPlace) -> tuple[Defect, ...]:
    if not text.startswith(BOM):
        return ()
    reason, at = "a byte order mark stands at its start", Place(1, 1)
    if place.route == "plugins":
        return (Defect("document-unreadable", _sentence(place, f"cannot be parsed, since {reason}"), at),)
    return () if place.never else (Defect("workspace-crash", reason, at),)


def _read_value(
    source: Source, text: str, encoding_error: Place | None, value: Any, twice: Duplicates, vault: Vault,
    place: LoadPlace, export: bool,
) -> ReadDocument:  # fmt: skip
    assert isinstance(source.content, Content)
    kind = _classify(value, place)
    if kind == "vault" and not place.is_loaded:
        return _without_nodes(_vault(source.path, source.content, vault, place))
    defects = [*_told(twice), *_byte_order_mark(text, place), *_never(place)]
    if encoding_error is not None:
        defects.append(Defect("document-unreadable", "This document is not UTF-8 throughout", encoding_error))
    if kind is None:
        reason = "is JSON, but neither a workspace nor a node nor a vault of Superalgos"
        defects.append(Defect("document-shape", _sentence(place, reason), Place(1, 1)))
        loads = place.loads(False)
        return _without_nodes(DocumentFacts(source.path, "workspace", tuple(defects), loads, exported=export))
    workspace = read_workspace(value)
    loaded = Load((), {})
    if place.is_loaded or (kind == "workspace" and place.route != "plugins"):
        loaded = load(value, vault.reader, workspace.configs)
    if place.is_loaded and loaded.survives is None and not vault.is_hidden:
        reason = "It depends on the version of Node whether loading this file ends the platform: it is nested too deep"
        defects.append(Defect("document-unreadable", reason))
    crashes = () if place.never else loaded.crashes
    found_leaks = _leaks(value, vault) if export else ()
    there = [*_places_of_nodes(workspace), *(leak.pointer for leak in found_leaks)]
    perhaps = {*_places_of_configs(workspace), *(crash.pointer for crash in crashes)}
    facts = DocumentFacts(
        source.path, kind, tuple(defects), place.loads(loaded.survives and not text.startswith(BOM)), crashes,
        workspace, _places(text, value, there, perhaps) if there or perhaps else {}, export, found_leaks,
    )  # fmt: skip
    return ReadDocument(facts, tuple(resolve(key, loaded.covered) for key in workspace.keys))


def _told(twice: Duplicates) -> Iterator[Defect]:
    for pointer, place in twice.places.items():
        name = str(pointer[-1])[:LONGEST_NAME]
        reason = f"“{name}” stands twice in the same object; the last one counts"
        yield Defect("document-duplicate-member", reason, place, pointer)
    if twice.more:
        reason = f"{twice.more:,} more names stand twice in their objects; the first {len(twice.places):,} are told"
        yield Defect("document-duplicate-member", reason, place)


def _places(text: str, value: Any, there: list[Pointer], perhaps: set[Pointer]) -> dict[Pointer, Place]:
    """The places of these values; for a missing one, that of the nearest value around it."""
    near = {pointer: _nearest(value, pointer) for pointer in perhaps}
    found = places(text, locate(text, [*there, *near.values()]))
    return {**found, **{pointer: found[nearest] for pointer, nearest in near.items()}}


def _nearest(value: Any, pointer: Pointer) -> Pointer:
    for length, step in enumerate(pointer):
        there = step in value if isinstance(value, dict) else isinstance(value, list) and step in range(len(value))
        if not there:
            return pointer[:length]
        value = value[step]
    return pointer


def _without_nodes(facts: DocumentFacts) -> ReadDocument:
    return ReadDocument(facts, ())


def _leaks(value: Any, vault: Vault) -> tuple[Leak, ...]:
    from superalgos_rsa.exports.leaks import leaks  # only exports pay for it

    entries = vault.entries if isinstance(vault.entries, list) else []
    values = (entry.get("value") for entry in entries if isinstance(entry, dict))
    return leaks(value, frozenset(value for value in values if isinstance(value, str) and len(value) >= 8))


def _places_of_nodes(workspace: Workspace) -> Iterator[Pointer]:
    for key in workspace.keys:
        yield key.pointer
        yield key.config_pointer
    for task in workspace.tasks:
        yield task.pointer
        if task.reference is not None:
            yield task.reference.pointer


def _places_of_configs(workspace: Workspace) -> Iterator[Pointer]:
    for key in workspace.keys:
        if key.exchange is not None:
            yield key.exchange.config_pointer
    for task in workspace.tasks:
        if task.needs_key and task.exchange is not None:
            yield task.exchange.config_pointer


def _classify(value: Any, place: LoadPlace) -> DocumentKind | None:
    if isinstance(value, list):
        entries = bool(value) and all(isinstance(entry, dict) and {"key", "value"} <= entry.keys() for entry in value)
        return "vault" if entries else None
    if not isinstance(value, dict):
        return None
    if "rootNodes" in value or value.get("type") == "Workspace":
        return "workspace"
    if isinstance(value.get("type"), str):
        return "plugin" if place.route == "plugins" else "node"
    return None


def _is_vault_name(path: str) -> bool:
    return PurePath(path.replace("\\", "/")).name == VAULT_NAME
