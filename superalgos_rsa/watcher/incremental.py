"""Gathers the facts of the same documents repeatedly, and reads again only what a change may have altered."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from superalgos_rsa.files.find import find_all_below, find_documents, walk
from superalgos_rsa.files.regular import Content
from superalgos_rsa.keys.exposure import Surroundings
from superalgos_rsa.servers.local import examine, looked_for
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.vault import Vault, read_vault
from superalgos_rsa.superalgos.workspace import Key, Task
from superalgos_rsa.validator.collect import Settings, gather
from superalgos_rsa.validator.credential import Credential
from superalgos_rsa.validator.documents import ReadDocument, read_document, read_source
from superalgos_rsa.validator.facts import DocumentFacts, Facts, KeyFacts
from superalgos_rsa.validator.judge import workspaces_of
from superalgos_rsa.validator.probe import KeyInspector, beside_of
from superalgos_rsa.watcher.debounce import NOTHING_SEEN, Half, Patience
from superalgos_rsa.watcher.dependencies import Dependency, Trails, spellings, trail

_OF_INSTALLATION = ("package.json", "package-lock.json", "node_modules/ccxt/package.json")


@dataclass(frozen=True, slots=True)
class Scope:
    """What to validate: documents or folders of them, as for `check`."""

    named: tuple[str, ...]
    limit: int
    settings: Settings
    find_installation: Callable[[], Installation | None]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts for a verdict, and every place in the file system that they depend on."""

    all_facts: Facts
    rests_on: frozenset[Dependency]
    half_written: frozenset[Half]
    """Every file that may be only half written."""
    names: tuple[str, ...] = ()
    """The documents."""


@dataclass(slots=True)
class _Document:
    read: ReadDocument
    digest: str
    vault: str
    """The hash of the vault that it was read with."""
    rests_on: frozenset[Dependency]
    half: Half | None = None


@dataclass(slots=True)
class _Vault:
    vault: Vault
    digest: str
    rests_on: frozenset[Dependency]
    half: Half | None = None


@dataclass(slots=True)
class _Key:
    inputs: tuple[object, ...]
    facts: KeyFacts
    digest: str
    rests_on: frozenset[Dependency]
    around: frozenset[Dependency]
    half: Half | None = None


class Incremental:
    """Gathers the facts of one question, and keeps what can be used again in the next round."""

    def __init__(self, question: Scope) -> None:
        self._question = question
        self._documents: dict[str, _Document] = {}
        self._keys: dict[tuple[str, object], _Key] = {}
        self._vault: _Vault | None = None
        self._runs: object = None
        self._patience = NOTHING_SEEN

    def forget(self) -> None:
        """Read every file again in the next round; one with the same hash is not parsed again."""
        self._keys.clear()
        self._vault = None
        for document in self._documents.values():
            document.rests_on = frozenset()

    def ask(self, question: Scope) -> None:
        """Gather for another request from now on."""
        self._question = question
        self.forget()

    def gather(self, touched: Collection[Dependency], patience: Patience = NOTHING_SEEN) -> Evidence:
        """The facts now; `touched` are the places where something changed since the last verdict, and those of
        half-written files that may yet become whole."""
        question = self._question
        self._patience = patience
        installation = question.find_installation()
        runs = None if installation is None else (installation.user, installation.platform, installation.workspaces)
        if runs != self._runs:  # as another user, or with other workspaces: forget what was read before
            self._runs = runs
            self.forget()
        found = self._read_vault(installation, touched)
        vault = found.vault
        named = question.named or (workspaces_of(installation) if installation else ())
        if installation is None or question.named:
            names = list(find_documents(named)) or list(named)
        else:
            names = list(find_all_below(named))
            if vault.state not in ("absent", "no-folder"):
                names.append(str(installation.vault))
        read = [self._document(name, installation, vault, found.digest, touched) for name in names]
        self._documents = {name: self._documents[name] for name in names}
        seen: set[tuple[str, object]] = set()
        remembering = self._remembering(installation, touched, seen)
        all_facts = gather(read, installation, vault, question.settings, remembering)
        self._keys = {name: kept for name, kept in self._keys.items() if name in seen}
        rests_on = {*found.rests_on, *_of_names(named)}
        if installation is not None:
            rests_on.update(e for name in _OF_INSTALLATION for e in trail(str(installation.root / name)))
        for document in self._documents.values():
            rests_on |= document.rests_on
        for key in self._keys.values():
            rests_on |= key.rests_on | key.around
        kept: list[_Vault | _Document | _Key] = [found, *self._documents.values(), *self._keys.values()]
        half = frozenset(one.half for one in kept if one.half is not None)
        return Evidence(all_facts, frozenset(rests_on), half, tuple(names))

    def _doubts(self, half: Half | None) -> bool:
        """Whether this file may yet become whole. Until then it counts as it was when it was seen whole."""
        return half is not None and not self._patience.believes(half)

    def _read_vault(self, installation: Installation | None, touched: Collection[Dependency]) -> _Vault:
        if installation is None:
            return _Vault(Vault("", "absent"), "", frozenset())
        kept = self._vault
        if kept is None or not kept.rests_on.isdisjoint(touched):
            vault = read_vault(installation.vault, installation.other_user)
            digest = _hash(repr((vault.state, vault.reason)).encode() + (vault.data or b""))
            half = (os.path.realpath(vault.path), digest) if vault.state == "malformed" else None
            if kept is None or not self._doubts(half):
                self._vault = kept = _Vault(vault, digest, frozenset())
            kept.half, kept.rests_on = half, frozenset(trail(os.path.abspath(installation.vault)))
        return kept

    def _document(
        self,
        name: str,
        installation: Installation | None,
        vault: Vault,
        vault_digest: str,
        touched: Collection[Dependency],
    ) -> ReadDocument:
        kept = self._documents.get(name)
        if kept is not None and kept.rests_on and kept.rests_on.isdisjoint(touched) and kept.vault == vault_digest:
            return kept.read
        source = read_source(name, self._question.limit, installation, vault)
        digest = _hash(source.content.data if isinstance(source.content, Content) else repr(source.content).encode())
        rests_on = frozenset(trail(os.path.abspath(name)))
        same = kept is not None and kept.digest == digest and kept.vault == vault_digest
        is_known = kept is not None and same and kept.read.facts.outside == source.outside
        read = kept.read if kept is not None and is_known else read_document(source, vault, installation, export=False)
        unread = any(defect.rule == "document-unreadable" for defect in read.facts.defects)
        half = (os.path.realpath(name), digest) if unread and read.facts.kind is not None else None
        if kept is None or not self._doubts(half):
            self._documents[name] = kept = _Document(read, digest, vault_digest, rests_on)
        kept.half, kept.rests_on = half, rests_on
        return kept.read

    def _remembering(
        self, installation: Installation | None, touched: Collection[Dependency], seen: set[tuple[str, object]]
    ) -> Callable[[KeyInspector], KeyInspector]:
        cwd = installation.cwd if installation else None
        trails, surroundings = Trails(), Surroundings()
        here = (cwd, os.getcwd(), installation.ccxt if installation else None)

        def remembering(inspector: KeyInspector) -> KeyInspector:
            def remembered(
                document: DocumentFacts, key: Key, credential: Credential, users: tuple[Task, ...]
            ) -> KeyFacts:
                name = (document.path, key.pointer)
                seen.add(name)
                inputs = (key, credential, users, here, document.outside)
                kept = self._keys.get(name)
                if kept is None or kept.inputs != inputs or not _rests_on(kept).isdisjoint(touched):
                    found = _look(inspector, document, key, credential, users, inputs)
                    if kept is None or kept.inputs != inputs or not self._doubts(found.half):
                        self._keys[name] = kept = found
                    kept.half = found.half
                    beside = beside_of(document, installation)
                    kept.rests_on = frozenset(_of_key(credential, cwd, beside, trails))
                elif not kept.around.isdisjoint(touched):
                    kept.facts = _look_around_again(kept, surroundings)
                if kept.facts.document is not document:
                    kept.facts = replace(kept.facts, document=document)
                return kept.facts

            return remembered

        return remembering


def _look(
    inspector: KeyInspector, document: DocumentFacts, key: Key, credential: Credential, users: tuple[Task, ...],
    inputs: tuple[object, ...],
) -> _Key:  # fmt: skip
    facts = inspector(document, key, credential, users)
    content = facts.path.content if facts.path is not None else None
    digest = _hash(content) if content is not None else ""
    around: set[Dependency] = set()
    if facts.path is not None and facts.path.target is not None:  # watched even while the file holds no private key
        folder = os.path.dirname(facts.path.target)
        around = {Dependency(folder, "files"), *_git(folder)}
    if facts.path is not None:  # from here on only its hash is needed
        facts = replace(facts, path=replace(facts.path, content=None))
    # What failed is tried again in each round.
    known = inputs if facts.failed is None else ()
    return _Key(known, facts, digest, frozenset(), frozenset(around), _half_of(facts, digest))


def _half_of(facts: KeyFacts, digest: str) -> Half | None:
    path, content = facts.path, facts.content
    if path is None or path.status != "file" or path.target is None or content is None:
        return None
    return (path.target, digest) if content.damage or content.kind in ("empty", "text", "der") else None


def _of_key(credential: Credential, cwd: str | None, beside: tuple[str, ...], trails: Trails) -> Iterator[Dependency]:
    """Every path whose change may alter this key's verdict."""
    secret, name = credential.secret, credential.code_name
    if isinstance(secret, str):
        places = looked_for(secret, cwd or os.getcwd(), beside)
        there = bool(places) and os.path.exists(places[0])
        # Similar names are searched only if the path leads to no file.
        yield from (entry for path in (places[:1] if there else places) for entry in trails.of(path))
        if places and not there and len(places[0]) < 4096:
            yield from spellings(places[0])
    if isinstance(name, str) and name and cwd is not None:
        yield from (entry for path in looked_for(name, cwd)[:1] for entry in trails.of(path))


def _rests_on(kept: _Key) -> frozenset[Dependency]:
    """What a key depends on; a key that needs a clean copy depends on all files of its folder, where one may be."""
    return kept.rests_on | kept.around if kept.facts.wants_copy else kept.rests_on


def _look_around_again(kept: _Key, surroundings: Surroundings) -> KeyFacts:
    path, content = kept.facts.path, kept.facts.content
    if path is None or path.target is None or content is None or kept.facts.neighbours is None:
        return kept.facts
    data = examine(path.target, os.sep).content
    if data is None or _hash(data) != kept.digest:  # changed meanwhile; there will be an event for that
        return kept.facts
    return replace(kept.facts, neighbours=surroundings.of(path.target, data, content.public_key_sha256))


def _git(folder: str) -> Iterator[Dependency]:
    """What git's answer about a file depends on: the repository above it, its index and ignore files."""
    passed = []
    for above in (Path(folder), *Path(folder).parents):
        passed.append(above)
        yield Dependency(str(above / ".git"))
        if os.path.lexists(above / ".git"):
            for name in ("index", "info/exclude"):
                yield from trail(str(above / ".git" / name))
            yield from (Dependency(str(inside / ".gitignore")) for inside in passed)
            return


def _of_names(named: Sequence[str]) -> Iterator[Dependency]:
    for name in named:
        path = os.path.abspath(name)
        yield from trail(path)
        if os.path.isdir(path):
            yield from (Dependency(os.path.realpath(folder), "documents") for folder, _ in walk(path))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
