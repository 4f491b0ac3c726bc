"""The config of an Exchange Account Key: reads and updates its `codeName` and `secret`, through node and vault as the
platform would."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from superalgos_rsa.documents import damaged_json
from superalgos_rsa.documents.edit import GONE, Edit, Meant, quote
from superalgos_rsa.documents.embedded_json import set_members
from superalgos_rsa.documents.json_text import JsonError, LimitError, Pointer, Span, decode, encode, locate, parse
from superalgos_rsa.documents.pasting import command_words
from superalgos_rsa.documents.placeholders import is_to_fill_in, sentence
from superalgos_rsa.documents.proof import edited
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.errors import CommandHint, UsageError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.find import DEFAULT_LIMIT, find_documents
from superalgos_rsa.files.regular import Unread, read_regular
from superalgos_rsa.files.spelling import identity
from superalgos_rsa.superalgos.installation import NO_ENVIRONMENT, Installation, StrPath, installation_at
from superalgos_rsa.superalgos.key_config import is_placeholder, read
from superalgos_rsa.superalgos.load_route import VaultReader, load
from superalgos_rsa.superalgos.outside import outside_of
from superalgos_rsa.superalgos.vault import NO_VAULT, Vault, is_of_plugin, read_vault
from superalgos_rsa.superalgos.workspace import Key, Workspace, answering, read_workspace


@dataclass(frozen=True, slots=True)
class Update:
    """New values of a key node; `None` leaves one as it is."""

    code_name: str | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """Edits of the document, which begin at the key's config, and edits of the vault; either may be empty."""

    document: tuple[Edit, ...]
    vault: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class VaultText:
    """The vault as text and as the platform's list of entries."""

    text: str = field(repr=False)
    entries: list[Any] = field(repr=False)
    _reader: VaultReader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A null entry ends the platform on load; once it is removed, the entries behind it count.
        reader = VaultReader([{} if entry is None else entry for entry in self.entries])
        object.__setattr__(self, "_reader", reader)

    def index(self, code_name: object) -> int | None:
        """The entry that the platform takes for that name."""
        hit = self._reader.find("exchange", code_name)
        return None if hit is None else hit.index

    def serves(self, index: int | None, code_names: frozenset[str]) -> bool:
        """Whether one of these keys takes its secret from that entry."""
        return index is not None and any(self.index(name) == index for name in code_names)


def plan_update(
    text: str, config_span: Span, update: Update, vault: VaultText | None, names_of_others: frozenset[str]
) -> UpdatePlan:
    """The edits after which the platform's next load gives the new values.

    `vault` is `None` where the platform does not consult it for this node. Where an entry serves the key, the entry
    changes, and the node's own secret too if it has one. A new code name is written into the entry as well, unless
    another key (`names_of_others`) uses that entry. Raises `UsageError` where this cannot be done.
    """
    config = read(parse(text[config_span.start : config_span.end]))
    if config.state != "read":
        raise UsageError(f"the key's config cannot be edited: {config.reason}", "`superalgos-rsa check` shows where")
    old_name, own_secret = config.fields.get("codeName"), config.fields.get("secret")
    new_name = old_name if update.code_name is None else update.code_name
    part = _VaultPart(False)
    if vault is not None:
        part = _plan_vault(vault, old_name, new_name, update.secret, own_secret, names_of_others)
    members: dict[str, str] = {}
    if update.code_name is not None:
        members["codeName"] = update.code_name
    secret = part.released if update.secret is None else update.secret
    if secret is not None and (not part.served or own_secret):
        members["secret"] = secret
    return UpdatePlan(tuple(set_members(text, config_span, members)), part.edits)


class _VaultPart(NamedTuple):
    """Whether an entry will serve the key under its new name, and the edits of the vault for that. `released`: the
    secret that the node has to hold itself from now on, because its entry no longer serves it."""

    served: bool
    edits: tuple[Edit, ...] = ()
    released: str | None = None


def _plan_vault(
    vault: VaultText, old_name: Any, new_name: Any, secret: str | None, own_secret: Any, names_of_others: frozenset[str]
) -> _VaultPart:
    own = vault.index(old_name) if old_name else None
    target = vault.index(new_name) if new_name else None
    if secret is None:
        held = own_secret if own is None else _value(vault, own)
        secret = held if isinstance(held, str) and held and not is_placeholder(held) else None
    is_shared = vault.serves(own, names_of_others)
    leaving = [_remove(vault, own)] if own is not None and own != target and not is_shared else []
    if target is not None:
        differs = secret is not None and _value(vault, target) != secret
        if differs and target != own and vault.serves(target, names_of_others):
            raise UsageError(
                "the vault holds another secret under that code name, and another key uses it",
                "the vault keeps one secret for each code name; give this key its own API key from the exchange",
            )
        edits = [_replace(vault, (target, "value"), secret)] if secret is not None and differs else []
        return _VaultPart(True, (*edits, *leaving))
    if own is None:
        return _VaultPart(False)
    if new_name in names_of_others:  # they have no entry; a new one of that name would override their own secrets
        return _VaultPart(False, tuple(leaving), secret)
    if is_shared:
        if secret is None:
            return _VaultPart(False)
        return _VaultPart(True, (_append(vault, {"type": "exchange", "key": new_name, "value": secret}),))
    rename = [_replace(vault, (own, "key"), new_name)]
    if secret is not None and _value(vault, own) != secret:
        rename.append(_replace(vault, (own, "value"), secret))
    return _VaultPart(True, tuple(rename))


def _value(vault: VaultText, index: int) -> Any:
    return vault.entries[index].get("value")


def _replace(vault: VaultText, pointer: tuple[int, str], value: str) -> Edit:
    spans = locate(vault.text, [pointer])
    if pointer not in spans:
        raise UsageError("the vault's entry for this key has no value", "`superalgos-rsa check` shows the place")
    return Edit(spans[pointer], quote(value), Meant(pointer, value))


def _append(vault: VaultText, entry: Mapping[str, str]) -> Edit:
    last = len(vault.entries) - 1
    end = locate(vault.text, [(last,)])[(last,)].end
    inner = ",\n".join(f"        {quote(name)}: {quote(value)}" for name, value in entry.items())
    return Edit(Span(end, end), f",\n    {{\n{inner}\n    }}", Meant((last + 1,), dict(entry)))


def _remove(vault: VaultText, index: int) -> Edit:
    spans = locate(vault.text, [(i,) for i in range(len(vault.entries))])
    gone = Meant((index,), GONE)
    if index:
        return Edit(Span(spans[(index - 1,)].end, spans[(index,)].end), "", gone)
    return Edit(Span(spans[(0,)].start, spans[(1,)].start if (1,) in spans else spans[(0,)].end), "", gone)


# --- In a document, with the vault that serves it ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlannedUpdate:
    """The changes in the order of writing, a sentence on each, and the pointer of the key in its document."""

    changes: tuple[Change, ...]
    summary: tuple[tuple[str, str], ...]
    pointer: Pointer


def plan_document_update(
    path: str, key_name: str, update: Update, installation: Installation | None, vault: Vault
) -> PlannedUpdate:
    """The changes of document and vault for one key. Raises `UsageError` where that key or change is not possible."""
    for value in (update.code_name, update.secret):
        if value is not None and is_to_fill_in(value):
            raise UsageError(*sentence(value.strip()))
    data, value = _read(path)
    workspace = _workspace(path, value)
    key = _find_key(workspace.keys, key_name, path)
    text = decode(data)
    mended: tuple[Meant, ...] = ()
    if key.config.state != "read":
        repair = config_repair(text, (*key.pointer, "config"))
        if repair is None:
            raise UsageError(
                f"the config of this key is not a JSON object ({key.config.reason or 'it is missing'})",
                CommandHint(command_words("superalgos-rsa check", path), "shows the place"),
            )
        text, mended = edited(text, [repair])
        value = parse(text)
        workspace = _workspace(path, value)
        key = next(one for one in workspace.keys if one.pointer == key.pointer)
    outside = outside_of(path, installation)
    if outside is not None and outside.kind == "container":  # it has a vault of its own
        vault = NO_VAULT
    covered = not is_of_plugin(path) and _is_covered(value, workspace, key, vault)
    others = names_elsewhere([path], installation) | code_names(workspace.keys, key)
    plan = plan_key_update(text, key, update, vault, covered=covered, others=others)
    changes, summary = [], []
    # The vault first: until the document is written nothing refers to the new entry.
    if plan.vault and vault.text is not None and vault.data is not None:
        new, meant = edited(vault.text, plan.vault)
        changes.append(Change(vault.path, vault.data, encode(new), meant=meant))
        summary.append((vault.path, "the vault's entry of this key was updated"))
    if plan.document or mended:
        new, meant = edited(text, plan.document)
        changes.append(Change(path, data, encode(new), meant=(*mended, *meant)))
        names = [n for n, v in (("codeName", update.code_name), ("secret", update.secret)) if v is not None]
        name = censored(key.name or key.id or "", ids=True)
        summary += [(path, f"the config of “{name}” was no JSON object, and was repaired")] if mended else []
        summary += [(path, f"“{name}” has new values ({' and '.join(names)})")] if plan.document else []
    return PlannedUpdate(tuple(changes), tuple(summary), key.pointer)


def config_repair(text: str, at: Pointer) -> Edit | None:
    """The edit that makes the broken config a JSON object; `None` where its meaning is not certain."""
    span = locate(text, [at]).get(at)
    if span is None:
        return None
    value = parse(text[span.start : span.end])
    if isinstance(value, str):
        repaired = damaged_json.config_text(value)
    else:  # `config` is an object instead of the text of one
        repaired = text[span.start : span.end] if isinstance(value, dict) else "{}" if value is None else None
    return None if repaired is None else Edit(span, quote(repaired), Meant(at, repaired))


def plan_key_update(
    text: str, key: Key, update: Update, vault: Vault, *, covered: bool, others: frozenset[str]
) -> UpdatePlan:
    """The edits for one key of a document. `covered`: the vault code visits the key; `others` are the code names of all
    other keys."""
    config = (*key.pointer, "config")
    span = locate(text, [config])[config]
    if covered and vault.state not in ("read", "absent"):
        raise UsageError(
            f"the vault {vault.path} cannot be used: {vault.reason}", "`superalgos-rsa check` says how to repair it"
        )
    vault_text = VaultText(vault.text, vault.entries) if covered and vault.text is not None else None
    plan = plan_update(text, span, update, vault_text, others)
    return UpdatePlan(tuple(edit.below(config) for edit in plan.document), plan.vault)


def _read(path: str) -> tuple[bytes, Any]:
    found = read_regular(path, DEFAULT_LIMIT)
    if isinstance(found, Unread):
        raise UsageError(f"cannot read {path}: {found.detail}")
    try:
        return found.data, parse(decode(found.data))
    except JsonError as error:
        raise UsageError(
            f"{path} is not JSON (line {error.place.line}, column {error.place.column}): {error.reason}"
        ) from None


def _workspace(path: str, value: Any) -> Workspace:
    try:
        return read_workspace(value)
    except LimitError as error:
        raise UsageError(f"cannot read {path}: {error.reason}") from None


def _find_key(keys: tuple[Key, ...], name: str, path: str) -> Key:
    found = answering(name, keys, lambda key: key)
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(key.id or "(without id)" for key in found)
        raise UsageError(f"{len(found)} keys in {path} have this name", f"name one by its id: {ids}")
    listed = ", ".join(f"{censored(key.name or '')} ({key.id})" for key in keys) or "none"
    raise UsageError(f"there is no such key in {path}", f"its keys: {listed}")


def _is_covered(value: Any, workspace: Workspace, key: Key, vault: Vault) -> bool:
    """Whether the vault code visits the node, which does not depend on what the vault holds."""
    reader = vault.reader if vault.state == "read" else NO_VAULT.reader
    return key.pointer in load(value, reader, workspace.configs).covered


def code_names(keys: Iterable[Key], apart_from: Key | None = None) -> frozenset[str]:
    """The code names that are texts, without those in `apart_from`."""
    names = (key.config.fields.get("codeName") for key in keys if key is not apart_from)
    return frozenset(name for name in names if isinstance(name, str))


def names_elsewhere(documents: Iterable[str], installation: Installation | None) -> frozenset[str]:
    """Code names in the other workspaces of the installation, which share the vault."""
    if installation is None:
        return frozenset()
    own = set(map(identity, documents))
    others = [p for p in find_documents([str(installation.workspaces)]) if identity(p) not in own]
    return frozenset(name for other in others for name in _code_names_in(other))


def _code_names_in(path: str) -> frozenset[str]:
    """The code names in a document; none if it is unreadable or too large, which other findings tell."""
    found = read_regular(path, DEFAULT_LIMIT)
    if isinstance(found, Unread):
        return frozenset()
    try:
        return code_names(read_workspace(parse(decode(found.data))).keys)
    except JsonError:
        return frozenset()


# --- For programs -----------------------------------------------------------------------------------------------------


def update_key(
    root: StrPath,
    document: StrPath,
    key: str,
    *,
    code_name: str | None = None,
    secret: str | None = None,
    environment: Mapping[str, str] = NO_ENVIRONMENT,
    clock: Callable[[], float] = time.time,
) -> int | None:
    """Give one key node a new code name or secret, on the disk and all or nothing. Nothing else in the file changes.

    Where an entry of the vault serves the key, that entry changes, as the platform would take the secret from there on
    its next load (`superalgos.load_route`). A platform that runs does not see the change, and its next save overwrites
    it. A change that an earlier process left half done is taken back first.

    Args:
        root: The Superalgos directory.
        document: The workspace, node export or plugin file; a relative path begins at the current folder.
        key: The id of the key node, or its name or code name if only one key has it.
        code_name: The API key that the exchange gave out; `None` leaves it as it is.
        secret: The path of the private key file as the platform is to find it; `None` leaves it as it is.
        environment: As of `check`; `XDG_STATE_HOME`, `LOCALAPPDATA`, `HOME` or `USERPROFILE` say
            where the journal of changes lies. Give `os.environ` to share it with the command `undo`.
        clock: The time in seconds since 1970, which the journal notes.

    Returns:
        The number by which `superalgos-rsa undo` takes the change back; `None` if the key holds these values already.

    Raises:
        UsageError: There is no such directory, document or key, or the key cannot be given these values.
        ConflictError: Another program changed the file meanwhile; nothing was written.
        SuperalgosRsaError: The file or the journal cannot be written; nothing was changed.
    """
    if code_name is None and secret is None:
        raise UsageError("nothing to set", "give `code_name`, `secret` or both")
    for name, value in (("code_name", code_name), ("secret", secret)):
        if value is not None and not is_plain(value):
            raise UsageError(f"`{name}` is empty, or has white space or control characters where none may be")
    from superalgos_rsa.files.journal import Journal, state_folder

    installation = installation_at(root, environment)
    journal = Journal(state_folder(environment))
    journal.recover(clock())
    vault = read_vault(installation.vault, installation.other_user)
    plan = plan_document_update(os.fspath(document), key, Update(code_name, secret), installation, vault)
    return journal.apply(plan.changes, "set", clock()) if plan.changes else None


def is_plain(value: str) -> bool:
    """Whether a code name or secret can be meant so: not empty, no blank around it, no control character."""
    return bool(value) and value == value.strip() and all(ord(letter) >= 32 for letter in value)
