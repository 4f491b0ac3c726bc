"""One repair function a rule: from a finding to the repaired state. `plan` checks that it removes the finding."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

from superalgos_rsa.config import Update, config_repair
from superalgos_rsa.documents.edit import GONE, Edit, Meant, quote
from superalgos_rsa.documents.embedded_json import replace_member, set_members
from superalgos_rsa.documents.json_text import BOM, Pointer, Span, locate, parse
from superalgos_rsa.files.modes import look
from superalgos_rsa.fixer import key_path
from superalgos_rsa.fixer.context import FixContext, Proposal
from superalgos_rsa.fixer.ours import why_not_ours
from superalgos_rsa.fixer.trial import Mode
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.superalgos.api_key import cleaned
from superalgos_rsa.superalgos.load_route import Crash
from superalgos_rsa.validator.rules.registry import RawFinding

Mender = Callable[[FixContext, RawFinding], Iterator[Proposal]]
MENDERS: dict[str, Mender] = {}


def mends(*rules: str) -> Callable[[Mender], Mender]:
    """Register a repair function for these rules."""

    def declare(mender: Mender) -> Mender:
        MENDERS.update(dict.fromkeys(rules, mender))
        return mender

    return declare


mends(*key_path.RULES)(key_path.mend)


@mends("config-invalid")
def config(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose to repair the text of a key's config."""
    if found.key is not None:
        at = (*found.key.key.pointer, "config")
        yield from _config(context, found.key.document.path, at, f"“{found.key.key.name}”")


def _config(context: FixContext, document: str, at: Pointer, name: str) -> Iterator[Proposal]:
    repair = config_repair(context.text(document), at)
    if repair is not None:
        state = context.with_edits(document, [repair])
        yield Proposal(f"{name}: the config as JSON", "safe", state)


@mends("config-schema")
def code_name_null(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """A `null` code name ends the platform on load. An empty text does not, and costs the secret at the next save."""
    key = found.key
    if key is None or key.key.config.fields.get("codeName", "") is not None or key.credential.own_secret:
        return
    at = (*key.key.pointer, "config")
    text = context.text(key.document.path)
    edits = [edit.below(at) for edit in set_members(text, locate(text, [at])[at], {"codeName": ""})]
    yield Proposal(f"“{key.key.name}”: an empty codeName", "safe", context.with_edits(key.document.path, edits))


@mends("config-missing")
def config_missing(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose an empty config for a key node without one."""
    key = found.key
    if key is not None:
        title = f"“{key.key.name}”: an empty config"
        yield from _new_member(context, key.document.path, key.key.pointer, "config", "{}", title)


@mends("workspace-crash")
def crash(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose to mend what ends the platform: a byte order mark, a null root, a missing list or config."""
    document = next((d for d in context.verdict.all_facts.documents if d.path == found.document), None)
    if document is None:
        return
    cause = next((c for c in document.crashes if c.pointer == found.pointer), None)
    if cause is not None and document.kind == "workspace":  # a node with root nodes would be no workspace either
        yield from _mend_crash(context, document.path, cause)
    elif cause is None and context.text(document.path).startswith(BOM):
        state = context.with_edits(document.path, [Edit(Span(0, 1), "")])
        yield Proposal("without the byte order mark", "safe", state)


def _mend_crash(context: FixContext, path: str, cause: Crash) -> Iterator[Proposal]:
    name = re.search(r"`(\w+)`", cause.detail)
    if cause.cause == "null-root":
        edit = _without_item(context.text(path), cause.pointer)
        yield Proposal("without the null among the root nodes", "safe", context.with_edits(path, [edit]))
    elif cause.cause == "missing-list" and name is not None:
        yield from _new_member(context, path, cause.pointer, name[1], [], f"with an empty list `{name[1]}`")
    elif cause.cause == "config-missing":
        yield from _new_member(context, path, cause.pointer, "config", "{}", "with an empty config")
    elif cause.cause == "config-invalid":
        yield from _config(context, path, cause.pointer, "the node that ends the platform")


def _new_member(
    context: FixContext, path: str, pointer: Pointer, name: str, value: str | list[Any], title: str
) -> Iterator[Proposal]:
    """Adds a member behind the last one, indented like it. Nothing where the node is not a JSON object."""
    text = context.text(path)
    names = _names_at(text, pointer)
    if names is None:
        return
    spans = locate(text, [pointer, *((*pointer, member) for member in names)])
    at = max((spans[*pointer, member].end for member in names), default=spans[pointer].start + 1)
    opening = re.compile(r"\{(\s*)").match(text, spans[pointer].start)
    before = f",{opening[1] if opening else ''}" if names else ""
    edit = Edit(Span(at, at), f"{before}{quote(name)}: {json.dumps(value)}", Meant((*pointer, name), value))
    yield Proposal(title, "safe", context.with_edits(path, [edit]))


def _names_at(text: str, pointer: Pointer) -> list[str] | None:
    """The member names of the object at `pointer`; `None` where there is no object."""
    value: Any = parse(text)
    for step in pointer:
        if not isinstance(value, dict if isinstance(step, str) else list):
            return None
        value = value[step]  # type: ignore[index]  # of the type that goes with the container
    return list(value) if isinstance(value, dict) else None


def _without_item(text: str, pointer: Pointer) -> Edit:
    """Removes a list item and the comma beside it."""
    *above, index = pointer
    assert isinstance(index, int)
    before, after = (*above, index - 1), (*above, index + 1)
    spans = locate(text, [pointer, before, after] if index else [pointer, after])
    gone = Meant(pointer, GONE)
    if index:
        return Edit(Span(spans[before].end, spans[pointer].end), "", gone)
    end = spans[after].start if after in spans else spans[pointer].end
    return Edit(Span(spans[pointer].start, end), "", gone)


@mends("code-name-implausible", "code-name-whitespace")
def code_name(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose the code name without the white space and the quotes around it."""
    key = found.key
    if key is None or not isinstance(key.credential.code_name, str):
        return
    bare = cleaned(key.credential.code_name)
    if bare and bare != key.credential.code_name:
        title = f"“{key.key.name}”: codeName without white space or quotes around it"
        yield context.with_values(key, title, "safe", Update(code_name=bare))


@mends("vault-overrides-node")
def overrides(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """If the vault's secret works, empties the node's as a save does; else writes the node's into the vault."""
    key = found.key
    own = key.credential.own_secret if key is not None else None
    if key is None or not isinstance(own, str) or key.credential.vault_index is None:
        return
    if context.verdict.report.keys_by_identity[key.identity].usable:
        at = (*key.key.pointer, "config")
        text = context.text(key.document.path)
        edits = [edit.below(at) for edit in set_members(text, locate(text, [at])[at], {"secret": ""})]
        title = f"“{key.key.name}”: the vault's secret works, so the node's own is taken out"
        yield Proposal(title, "safe", context.with_edits(key.document.path, edits), key_must_work=True)
    else:
        title = f"“{key.key.name}”: the vault gets the node's own secret"
        yield context.with_values(key, title, "safe", Update(secret=own), must_work=True)


@mends("vault-directory-missing")
def folder(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose to make the folder of the vault."""
    if found.path is not None and not os.path.lexists(found.path):
        yield Proposal(f"make {found.path}", "safe", context.state.with_folder(found.path))


@mends("vault-invalid")
def empty_vault(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose `[]` for an empty vault of which nothing better is known, and to take out a byte order mark."""
    vault = context.judge.vault(context.state)
    if found.fix is not None and found.fix.applicability == "unsafe":  # the journal knows what was in it
        return
    if found.document == vault.path and vault.data is not None and not vault.data.strip(b"\xef\xbb\xbf \t\r\n"):
        state = context.state.with_file(vault.path, b"[]", (Meant((), []),))
        yield Proposal("an empty vault is the text []", "safe", state)
    elif found.document == vault.path and vault.data is not None and vault.data.startswith(b"\xef\xbb\xbf"):
        yield Proposal("without the byte order mark", "safe", context.state.with_file(vault.path, vault.data[3:], ()))


@mends("file-permissions")
def permissions(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose a mode that leaves a key file to its owner alone, if the file is the user's to change."""
    path = found.key.path if found.key is not None else None
    seen = look(path.target) if path is not None and path.target is not None else None
    if path is None or path.target is None or seen is None or path.is_lent:
        return
    mode = seen.mode & 0o700 | 0o400
    title = f"chmod {mode:o} {path.target}"
    installation = context.judge.installation
    obstacle = why_not_ours(path.target, seen, installation.root if installation else None, context.options.named)
    if obstacle is not None:
        yield Proposal(f"{title}: {obstacle}", "display", None)
    else:
        yield Proposal(title, "safe", context.state.with_mode(path.target, Mode(mode, seen.mode, seen.identity)))


@mends("pem-public")
def public(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose the private key that belongs to the given public key."""
    key = found.key
    if key is None or key.path is None or key.path.content is None:
        return
    fingerprint = inspect(key.path.content).public_key_sha256
    halves = [c for c in context.candidates if c.facts.kind == "private" and c.facts.public_key_sha256 == fingerprint]
    for file in key_path.working(context, key, [context.as_written(c.path) for c in halves])[:1]:
        title = f"“{key.key.name}”: secret = {file.written}, its private half"
        yield context.with_values(key, title, "unsafe", Update(secret=file.written), must_work=file.usable)


@mends("pem-damaged", "pem-encoding", "pem-openssh", "pem-encrypted", "pem-der", "pem-missing")
def clean_copy(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose the clean copy of the key that lies beside it, as `convert` writes it."""
    key = found.key
    if key is not None and key.clean_copy is not None:
        what = "a clean copy of the same key" if key.copy_is_sure else "by its name a clean copy of the key"
        title = f"“{key.key.name}”: secret = {key.clean_copy}, {what}"
        yield context.with_values(key, title, "safe" if key.copy_is_sure else "unsafe", Update(secret=key.clean_copy))


@mends("code-name-swapped")
def swapped(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose to swap a code name and a secret that were entered the wrong way round."""
    key = found.key
    name, secret = (key.credential.code_name, key.credential.secret) if key is not None else (None, None)
    if key is None or not isinstance(name, str) or not isinstance(secret, str):
        return
    if re.fullmatch(r"[A-Za-z0-9]{16,}", secret) and "-----" not in name:
        title = f"“{key.key.name}”: codeName and secret exchanged"
        yield context.with_values(key, title, "unsafe", Update(code_name=secret, secret=name), must_work=True)


@mends("exchange-sandbox")
def sandbox(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose the value that a quoted `sandBox` was meant to be."""
    if found.document is None or found.pointer is None:
        return
    text = context.text(found.document)
    span = locate(text, [found.pointer]).get(found.pointer)
    meant = _sandbox(parse(text[span.start : span.end])) if span is not None else None
    if span is not None and meant is not None:
        edit = replace_member(text, span, "sandBox", meant).below(found.pointer)
        yield Proposal(f"sandBox = {meant} without quotes", "unsafe", context.with_edits(found.document, [edit]))


def _sandbox(config: Any) -> str | None:
    value: Any = parse(config).get("sandBox") if isinstance(config, str) else None
    bare = value.strip().lower() if isinstance(value, str) else None
    return bare if bare in ("false", "true") else None


@mends("task-key-not-found", "task-key-namesake")
def reference(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose the only key for the exchange that the task trades on."""
    task = found.task
    if task is None or task.task.reference is None or task.task.exchange is None:
        return
    traded = task.task.exchange.pointer
    keys = [k.key for k in context.verdict.all_facts.keys if k.document is task.document and k.key.exchange is not None]
    keys = [key for key in keys if key.exchange is not None and key.exchange.pointer == traded]
    if len(keys) != 1 or keys[0].id is None:
        return
    at = (*task.task.reference.pointer, "savedPayload", "referenceParent")
    text = context.text(task.document.path)
    wanted = {"type": "Exchange Account Key", "name": keys[0].name or "", "id": keys[0].id}
    spans = locate(text, [(*at, name) for name in wanted])
    edits = [
        Edit(spans[(*at, name)], quote(value), Meant((*at, name), value))
        for name, value in wanted.items()
        if (*at, name) in spans
    ]
    if (*at, "id") in spans:
        state = context.with_edits(task.document.path, edits)
        yield Proposal(f"“{task.task.name}”: Key Reference to “{keys[0].name}”", "unsafe", state)
