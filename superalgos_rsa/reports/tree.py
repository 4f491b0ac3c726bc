"""The tree report: LAN node, task, session, key, file; and the keys that no task uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from superalgos_rsa.reports.terminal import cells, machine, paint, quoted, shown
from superalgos_rsa.validator.report import DocumentEntry, KeyEntry, Report, TaskEntry

_KINDS = {
    "workspace": "workspace",
    "node": "exported node",
    "plugin": "plugin file",
    "vault": "vault",
    None: "unreadable",
}


_SAME_ID = 3

Item = TypeVar("Item")
Name = TypeVar("Name")
_Keys = Mapping[str | None, Sequence[KeyEntry]]
"""The keys of a document by their ids."""


@dataclass(frozen=True, slots=True)
class _Branch:
    head: str
    fields: tuple[tuple[str, str], ...] = ()
    """Label and value of each field; a line is never broken within one of them."""
    children: tuple[_Branch, ...] = ()


def render(report: Report, *, color: bool, width: int) -> str:
    """The documents as trees: LAN node, task, session, key and key file."""
    entries = {document.path: document for document in report.documents}
    keys = _by(report.keys, lambda key: key.document)
    tasks = _by(report.tasks, lambda task: task.document)
    trees = (
        _document(path, entries.get(path), tasks.get(path, ()), keys.get(path, ()), color)
        for path in dict.fromkeys([*entries, *keys, *tasks])
    )
    return "\n".join("".join(f"{line}\n" for line in _draw(tree, "", "", color, width)) for tree in trees)


def _by(items: Iterable[Item], name: Callable[[Item], Name]) -> Mapping[Name, Sequence[Item]]:
    found: defaultdict[Name, list[Item]] = defaultdict(list)
    for item in items:
        found[name(item)].append(item)
    return found


def _document(
    path: str, entry: DocumentEntry | None, tasks: Sequence[TaskEntry], keys: Sequence[KeyEntry], color: bool
) -> _Branch:
    drawn: set[str] = set()
    by_id: _Keys = _by(keys, lambda key: key.id)
    children = [_lan_node(place, found, by_id, drawn, color) for place, found in _by(tasks, _place).items()]
    unused = tuple(_key(key, by_id, color) for key in keys if key.pointer not in drawn)
    if unused:
        children.append(_Branch("keys that no task uses", children=unused))
    head = paint(quoted(path), "bold", color)
    if entry is not None:
        head += f" ({_KINDS[entry.kind]})"
        if not children and entry.kind not in ("vault", None):
            head += ": no keys, no tasks"
        if entry.loads is False:
            head += f" {_mark(False, color)} loading it ends the whole platform"
    return _Branch(head, children=tuple(children))


def _place(task: TaskEntry) -> tuple[str | None, str | None]:
    return task.lan_node, task.server


def _lan_node(
    place: tuple[str | None, str | None], tasks: Sequence[TaskEntry], keys: _Keys, drawn: set[str], color: bool
) -> _Branch:
    name, server = place
    head = "under no LAN node" if name is None else f"LAN node {_name(name)}"
    head += "" if server is None else f" ({machine(server)})"
    return _Branch(head, children=tuple(_task(task, keys, drawn, color) for task in tasks))


def _task(task: TaskEntry, keys: _Keys, drawn: set[str], color: bool) -> _Branch:
    verdict = ("ready" if task.ready else "not ready") + ("" if task.needs_key else ", needs no key")
    session = "no session" if task.session is None else shown(task.session)
    if task.exchange is not None:
        session += f", trades on {shown(task.exchange)}"
    below = _Branch(session, children=tuple(_keys_of(task, keys, drawn, color)))
    return _Branch(f"{_mark(task.ready, color)} task {_name(task.name)}: {verdict}", children=(below,))


def _keys_of(task: TaskEntry, keys: _Keys, drawn: set[str], color: bool) -> Iterator[_Branch]:
    if task.key_id is None:
        if task.needs_key:
            yield _Branch(f"{_mark(False, color)} no key: the task refers to none")
        return
    found = keys.get(task.key_id, ())
    above = [key for key in found if key.pointer in drawn]
    for key in above[:_SAME_ID]:
        yield _Branch(f"{_key_head(key, color)} (drawn above)")
    if len(above) > _SAME_ID:
        yield _Branch(f"… and {len(above) - _SAME_ID} more keys of the same id (drawn above)")
    for key in found:
        if key.pointer not in drawn:
            drawn.add(key.pointer)
            yield _key(key, keys, color)
    if not found:
        yield _Branch(f"{_mark(False, color)} key {shown(task.key_id)}: not in this document")


def _key(key: KeyEntry, keys: _Keys, color: bool) -> _Branch:
    fields = [
        ("exchange:", shown(key.exchange or "not known")),
        ("code name:", shown(key.code_name or "none")),
        _secret(key),
    ]
    if key.signing is not None or key.secret.kind in ("path", "inline"):
        fields.append(("engine:", _signing(key)))
    if key.public_key_sha256 is not None:
        fields.append(("fingerprint, SHA-256:", shown(key.public_key_sha256)))
    if key.server not in (None, "local"):
        fields.append(("on:", machine(key.server)))
    if key.id is not None and len(keys[key.id]) > 1:
        fields.append(("beware:", "another key of this document has the same id"))
    resolved = key.secret.resolved if key.secret.kind == "path" else None
    file = () if resolved is None else (_Branch(f"file {quoted(resolved)}"),)
    return _Branch(_key_head(key, color), tuple(fields), file)


def _key_head(key: KeyEntry, color: bool) -> str:
    words = {True: "usable", False: "not usable", None: "nobody can say from here"}
    return f"{_mark(key.usable, color)} key {_name(key.name)}: {words[key.usable]}"


def _secret(key: KeyEntry) -> tuple[str, str]:
    secret = key.secret
    label = ("path" if secret.kind == "path" else "secret") + (f", from the {secret.source}:" if secret.source else ":")
    if secret.kind == "path" and secret.path is None:
        return label, "not shown, since it may be a secret"
    if secret.kind == "path":
        return label, quoted(secret.path or "")
    words = {"inline": "the value itself, not shown", "empty": "empty", "placeholder": "still the text of the template"}
    return label, words[secret.kind]


def _signing(key: KeyEntry) -> str:
    bits = "" if key.key_bits is None else f", {key.key_bits} bits"
    if key.signing == "rsa":
        return f"signs RSA{bits}"
    if key.signing == "ed25519":
        return "signs Ed25519"
    if key.signing is None:
        return "not known"
    holds = "" if key.key_type is None else f" (holds a key of type {shown(key.key_type)}{bits})"
    if key.signing == "none":
        return f"cannot sign: the engine fails, or the signature is wrong{holds}"
    if key.usable:
        return "signs HMAC with the text of the file" if key.secret.kind == "path" else "signs HMAC with the secret"
    return f"would sign HMAC with plain text, not with a private key!{holds}"


def _name(name: str | None) -> str:
    return quoted(name) if name else "(no name)"


def _mark(good: bool | None, color: bool) -> str:
    if good is None:
        return paint("?", "bad", color)
    return paint("✔", "good", color) if good else paint("✘", "bad", color)


def _draw(branch: _Branch, before: str, below: str, color: bool, width: int) -> Iterator[str]:
    """The lines of a branch: `before` stands in front of its head, `below` in front of all that follows."""
    yield paint(before, "dim", color) + branch.head
    stem = below + ("│  " if branch.children else "   ")
    for label, value in branch.fields:
        lead = paint(stem, "dim", color) + paint(label, "dim", color)
        if cells(f"{stem}{label} {value}") <= width:
            yield f"{lead} {value}"
        else:
            yield lead
            yield f"{paint(stem, 'dim', color)}  {value}"
    for child in branch.children:
        last = child is branch.children[-1]
        yield from _draw(child, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  "), color, width)
