"""The config of an Exchange Account Key: reads and updates its `codeName` and `secret`, through node and vault as the
platform would."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from superalgos_rsa.documents import damaged_json
from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.edit import GONE, Edit, Meant, quote
from superalgos_rsa.documents.embedded_json import set_members
from superalgos_rsa.documents.json_text import JsonError, LimitError, Pointer, Span, decode, encode, locate, parse
from superalgos_rsa.documents.pasting import command_words
from superalgos_rsa.documents.proof import edited
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.errors import CommandHint, UsageError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.find import DEFAULT_LIMIT
from superalgos_rsa.files.regular import Unread, read_regular
from superalgos_rsa.superalgos.installation import NO_ENVIRONMENT, Installation, StrPath, installation_at
from superalgos_rsa.superalgos.key_config import is_placeholder, read
from superalgos_rsa.superalgos.load_place import load_place
from superalgos_rsa.superalgos.load_route import VaultReader
from superalgos_rsa.superalgos.outside import outside_of
from superalgos_rsa.superalgos.placeholders import is_to_fill_in, sentence
from superalgos_rsa.superalgos.sharers import Sharer, sharers, sharers_elsewhere
from superalgos_rsa.superalgos.vault import NO_VAULT, Vault, read_vault
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
    also: tuple[Sharer, ...] = ()
    """Other keys that get the new secret too, as one code name has one entry: now, or with the next save."""


class LostBySaveError(UsageError):
    """The platform's next save would lose a secret. With an API key of its own this key can be given the values."""


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
        hit = self._reader.find("exchange", code_name) if code_name else None
        return None if hit is None else hit.index


def plan_update(
    text: str, config_span: Span, update: Update, vault: VaultText | None, others: Sequence[Sharer] = ()
) -> UpdatePlan:
    """The edits after which the platform's next load gives the new values, and its next save loses none.

    `vault` is `None` where the platform does not consult it for this node. Where an entry serves the key, the entry
    changes, and the node's own secret too if it has one. A new code name is written into the entry as well, unless
    another key (`others`) uses that entry. Raises `UsageError` where this cannot be done.
    """
    config = read(parse(text[config_span.start : config_span.end]))
    if config.state != "read":
        raise UsageError(f"the key's config cannot be edited: {config.reason}", "`superalgos-rsa check` shows where")
    old_name, own_secret = config.fields.get("codeName"), config.fields.get("secret")
    new_name = old_name if update.code_name is None else update.code_name
    part = _VaultPart(False)
    if vault is not None and update != Update():
        part = _plan_vault(vault, old_name, new_name, update.secret, own_secret, others)
        if update.secret is not None and not part.served and not (isinstance(new_name, str) and new_name):
            raise LostBySaveError(
                "the next save from the Superalgos page would destroy this secret: the key has no code name, which is "
                "its API key, so that has to be given with it"
            )
    members: dict[str, str] = {}
    if update.code_name is not None:
        members["codeName"] = update.code_name
    if update.secret is not None and (not part.served or own_secret):
        members["secret"] = update.secret
    return UpdatePlan(tuple(set_members(text, config_span, members)), part.edits, part.also)


class _VaultPart(NamedTuple):
    """Whether an entry will serve the key under its new name, the edits of the vault for that, and the other keys that
    get another secret by it."""

    served: bool
    edits: tuple[Edit, ...] = ()
    also: tuple[Sharer, ...] = ()


def _plan_vault(
    vault: VaultText, old_name: Any, new_name: Any, secret: str | None, own_secret: Any, others: Sequence[Sharer]
) -> _VaultPart:
    own, target = vault.index(old_name), vault.index(new_name)
    if secret is None:
        held = own_secret if own is None else _value(vault, own)
        secret = held if isinstance(held, str) and held and not is_placeholder(held) else None
    sharing = [o for o in others if (vault.index(o.code_name) == target if target is not None else _is(o, new_name))]
    is_shared = own is not None and any(vault.index(other.code_name) == own for other in others)
    leaving = (_remove(vault, own),) if own is not None and own != target and not is_shared else ()
    if target is not None:
        if secret is None or _value(vault, target) == secret:
            return _VaultPart(True, leaving)
        if sharing and target != own:
            raise LostBySaveError(f"the vault holds another secret under that code name, and {_uses(sharing[0])}")
        return _VaultPart(True, (_replace(vault, (target, "value"), secret), *leaving), tuple(sharing))
    saved = own_secret if secret is None else secret
    also = tuple(other for other in sharing if saved and other.secret != saved)
    losing = next((other for other in also if isinstance(other.secret, str) and other.secret), None)
    if losing is not None:
        raise LostBySaveError(
            f"{_uses(losing)} with another secret: of the two the vault keeps the one that is saved last"
        )
    if own is None:
        return _VaultPart(False, (), also)
    rename = _replace(vault, (own, "key"), new_name)
    if secret is None:
        return _VaultPart(False, leaving, also) if is_shared or sharing else _VaultPart(True, (rename,))
    if is_shared:
        return _VaultPart(True, (_append(vault, {"type": "exchange", "key": new_name, "value": secret}),), also)
    change = (_replace(vault, (own, "value"), secret),) if _value(vault, own) != secret else ()
    return _VaultPart(True, (rename, *change), also)


def _is(other: Sharer, code_name: Any) -> bool:
    """Whether the platform takes both for one name: it compares them with `==`."""
    return bool(code_name and other.code_name) and js.to_text(other.code_name) == js.to_text(code_name)


def _uses(other: Sharer) -> str:
    return f"another key uses it: {other.shown_name} in {other.document}"


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
    of_plugin = load_place(path, installation).route == "plugins"
    near = {} if of_plugin else sharers(path, value, workspace)
    covered = near.pop(key.pointer, None) is not None
    others = (*near.values(), *sharers_elsewhere([path], installation)) if covered else ()
    try:
        plan = plan_key_update(text, key, update, vault, covered=covered, others=others)
    except LostBySaveError as error:
        raise UsageError(error.message, _with_api_key(path, key, key_name, update)) from None
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
    summary += [
        (other.document, f"{other.shown_name} gets the same secret: it has this code name") for other in plan.also
    ]
    return PlannedUpdate(tuple(changes), tuple(summary), key.pointer)


def _with_api_key(path: str, key: Key, key_name: str, update: Update) -> CommandHint:
    secret = [("--secret", update.secret)] if update.secret is not None else []
    options = [("--code-name", "API_KEY_FROM_THE_EXCHANGE"), *secret]
    words = command_words("superalgos-rsa set", path, key.id or key_name, options=options)
    return CommandHint(words, "gives it an API key of its own")


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
    text: str, key: Key, update: Update, vault: Vault, *, covered: bool, others: Sequence[Sharer]
) -> UpdatePlan:
    """The edits for one key of a document. `covered`: the vault code visits the key; `others` are all other keys that
    it visits."""
    config = (*key.pointer, "config")
    span = locate(text, [config])[config]
    if covered and vault.state not in ("read", "absent"):
        raise UsageError(
            f"the vault {vault.path} cannot be used: {vault.reason}", "`superalgos-rsa check` says how to repair it"
        )
    vault_text = VaultText(vault.text or "", vault.entries) if covered else None
    plan = plan_update(text, span, update, vault_text, others)
    return replace(plan, document=tuple(edit.below(config) for edit in plan.document))


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
        UsageError: There is no such directory, document or key, or the key cannot be given these values, for one since
            the platform's next save would lose a secret.
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
