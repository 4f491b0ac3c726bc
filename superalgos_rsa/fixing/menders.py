"""One mender a rule: from a finding to the state in which it would be mended. Whether it is gets proven elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from superalgos_rsa import repair
from superalgos_rsa.candidates import Candidate, by_name, search
from superalgos_rsa.config import Update
from superalgos_rsa.credential import BLANK
from superalgos_rsa.document import BOM, Edit, Pointer, Span, apply, decode, encode, locate, parse, quote
from superalgos_rsa.embedded import replace_member, set_members
from superalgos_rsa.errors import UsageError
from superalgos_rsa.facts import KeyFacts
from superalgos_rsa.fixing.state import Judge, State, Verdict
from superalgos_rsa.gathering import with_secret
from superalgos_rsa.keyfile import inspect
from superalgos_rsa.report import Applicability
from superalgos_rsa.rules.registry import Occurrence
from superalgos_rsa.updating import names_of_others, plan_key_update
from superalgos_rsa.validator import validate


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to mend a finding. `key_must_work`: mending a path means that the key signs afterwards."""

    title: str
    applicability: Applicability
    state: State
    key_must_work: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user said on the command line."""

    search: tuple[Path, ...] = ()
    public: frozenset[str] = frozenset()
    """Fingerprints of the public keys that the exchange was given."""
    chosen: tuple[tuple[str, str], ...] = ()
    """(key, path): the file to take where several would do."""


class Bench:
    """What the menders work with: the state so far, the verdict on it, and the key files there are."""

    def __init__(self, judge: Judge, wishes: Wishes) -> None:
        self.judge = judge
        self.wishes = wishes
        self.state = State()
        self.verdict: Verdict = judge(self.state)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        installation = self.judge.installation
        if installation is None:
            return ()
        folders = {Path(source.path).absolute().parent for source in self.judge.sources}
        return search(installation.root, [*sorted(folders), *self.wishes.search])

    def text(self, path: str) -> str:
        return decode(self.judge.bytes_of(self.state, path) or b"")

    def with_edits(self, path: str, edits: list[Edit]) -> State:
        return self.state.with_file(path, encode(apply(self.text(path), edits)))

    def with_values(self, key: KeyFacts, update: Update) -> State | None:
        """The key with new values, in the vault where that holds them; `None` where no edit can bring that about."""
        path = key.document.path
        text = self.text(path)
        vault = self.judge.vault(self.state)
        try:
            plan = plan_key_update(
                text, parse(text), key.key, update, vault, names_of_others(path, self.judge.installation)
            )
        except UsageError:
            return None
        state = self.state
        if plan.document:
            state = state.with_file(path, encode(apply(text, plan.document)))
        if plan.vault and vault.text is not None:
            state = state.with_file(vault.path, encode(apply(vault.text, plan.vault)))
        return state

    def as_written(self, path: str) -> str:
        """A file's path as a key should name it: from the Superalgos folder where it lies below that."""
        root = self.judge.installation.root if self.judge.installation else None
        return str(Path(path).relative_to(root)) if root and Path(path).is_relative_to(root) else path


Mender = Callable[[Bench, Occurrence], Iterator[Proposal]]
MENDERS: dict[str, Mender] = {}


def mends(*rules: str) -> Callable[[Mender], Mender]:
    def declare(mender: Mender) -> Mender:
        MENDERS.update(dict.fromkeys(rules, mender))
        return mender

    return declare


@mends(
    "path-not-found", "path-not-expanded", "path-whitespace", "path-quoted", "path-case", "path-separators",
    "path-not-a-file", "path-relative-elsewhere", "config-control-character",
)  # fmt: skip
def path(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    """The file that was meant: one change away from the path, or of the known fingerprint, or of the same name, or
    the only one that would work."""
    key = found.key
    if key is None or not isinstance(key.credential.secret, str):
        return
    asked = repair.without_control_characters(key.credential.secret)
    tiers = [tuple(near.path for near in key.path.near) if key.path is not None else ()]
    tiers += [tuple(bench.as_written(c.path) for c in tier) for tier in _tiers(bench, key, asked)]
    for number, tier in enumerate(tiers):
        working = _distinct(bench, key, tier)
        if not working:
            continue
        chosen = [path for path in working if (key.key.id or key.key.name, path) in bench.wishes.chosen]
        # Near paths come in the order of how likely they are; elsewhere several are a guess.
        sure = number == 0 or len(working) == 1
        for written in (chosen or working)[:1]:
            state = bench.with_values(key, Update(secret=written))
            if state is not None:
                title = f"“{key.key.name}”: secret = {written}"
                others = len(working) - 1
                more = "" if sure or chosen else f" ({others} more would do; --choose KEY=PATH takes another)"
                yield Proposal(title + more, "safe" if sure else "unsafe", state, key_must_work=True)
        return


def _tiers(bench: Bench, key: KeyFacts, asked: str) -> Iterator[tuple[Candidate, ...]]:
    known = bench.wishes.public | _fingerprints_beside(bench, asked)
    yield tuple(c for c in bench.candidates if c.facts.kind == "private" and c.facts.public_key_sha256 in known)
    yield by_name(asked, bench.candidates)
    used = {other.content.public_key_sha256 for other in bench.verdict.world.keys if other.content is not None}
    private = tuple(c for c in bench.candidates if c.facts.kind == "private")
    if len({c.facts.public_key_sha256 for c in private}) == 1 and private[0].facts.public_key_sha256 not in used:
        yield private


def _fingerprints_beside(bench: Bench, asked: str) -> frozenset[str]:
    """Of public keys that bear the name of the missing private one."""
    stem = re.sub(r"\.\w+$", "", re.split(r"[/\\]", asked.strip(BLANK))[-1]).lower()
    public = (c for c in bench.candidates if c.facts.kind == "public")
    named = (c for c in public if stem and Path(c.path).name.lower().startswith(stem))
    return frozenset(c.facts.public_key_sha256 for c in named if c.facts.public_key_sha256)


def _distinct(bench: Bench, key: KeyFacts, written: tuple[str, ...]) -> list[str]:
    """Of these paths the ones with which the key would work, one a private key."""
    working: dict[Any, str] = {}
    for one in dict.fromkeys(written):
        facts = with_secret(key, one, bench.judge.installation)
        entry = validate(replace(bench.verdict.world, documents=(), keys=(facts,), tasks=())).keys[0]
        if entry.usable and facts.path is not None:
            working.setdefault(entry.public_key_sha256 or facts.path.target, one)
    return list(working.values())


@mends("config-invalid")
def config(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    key = found.key
    if key is None:
        return
    text = bench.text(key.document.path)
    at = (*key.key.pointer, "config")
    span = locate(text, [at]).get(at)
    raw = parse(text[span.start : span.end]) if span else None
    repaired = repair.config_text(raw) if isinstance(raw, str) else None
    if span is not None and repaired is not None:
        state = bench.with_edits(key.document.path, [Edit(span, quote(repaired))])
        yield Proposal(f"“{key.key.name}”: the config as JSON", "safe", state)


@mends("config-missing")
def config_missing(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    key = found.key
    if key is not None:
        edit = _new_member(bench.text(key.document.path), key.key.pointer, "config", '"{}"')
        yield Proposal(f"“{key.key.name}”: an empty config", "safe", bench.with_edits(key.document.path, [edit]))


@mends("workspace-crash")
def crash(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    """A byte order mark, a null among the roots, a list that is missing."""
    if found.document is None:
        return
    text = bench.text(found.document)
    document = next(d for d in bench.verdict.world.documents if d.path == found.document)
    cause = next((c for c in document.crashes if c.pointer == found.pointer), None)
    if text.startswith(BOM) and (cause is None or not found.pointer):
        yield Proposal("without the byte order mark", "safe", bench.with_edits(found.document, [Edit(Span(0, 1), "")]))
    elif cause is not None and cause.cause == "null-root":
        edit = _without_item(text, cause.pointer)
        yield Proposal("without the null among the root nodes", "safe", bench.with_edits(found.document, [edit]))
    elif cause is not None and cause.cause == "missing-list" and (name := re.search(r"`(\w+)`", cause.detail)):
        edit = _new_member(text, cause.pointer, name[1], "[]")
        yield Proposal(f"with an empty list `{name[1]}`", "safe", bench.with_edits(found.document, [edit]))


def _new_member(text: str, pointer: Pointer, name: str, json_text: str) -> Edit:
    """Behind the last member of the object, in the layout of what stands before that."""
    value: Any = parse(text)
    for step in pointer:
        value = value[step]
    members = [(*pointer, member) for member in value]
    spans = locate(text, members or [pointer])
    if not members:
        at = spans[pointer].start + 1
        return Edit(Span(at, at), f"{quote(name)}: {json_text}")
    end = max(spans[member].end for member in members)
    opening = re.compile(r"\{(\s*)").match(text, spans[pointer].start)
    return Edit(Span(end, end), f",{opening[1] if opening else ''}{quote(name)}: {json_text}")


def _without_item(text: str, pointer: Pointer) -> Edit:
    """The list item gone, with the comma that set it off."""
    *above, index = pointer
    assert isinstance(index, int)
    before, after = (*above, index - 1), (*above, index + 1)
    spans = locate(text, [pointer, before, after] if index else [pointer, after])
    if index:
        return Edit(Span(spans[before].end, spans[pointer].end), "")
    end = spans[after].start if after in spans else spans[pointer].end
    return Edit(Span(spans[pointer].start, end), "")


@mends("code-name-whitespace")
def code_name(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    key = found.key
    if key is None or not isinstance(key.credential.code_name, str):
        return
    bare = "".join(letter for letter in key.credential.code_name if letter not in BLANK)
    state = bench.with_values(key, Update(code_name=bare))
    if state is not None:
        yield Proposal(f"“{key.key.name}”: codeName without white space", "safe", state)


@mends("vault-overrides-node")
def overrides(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    """Whichever of the two works is kept: in the node as the platform's own save leaves it, or in the vault."""
    key = found.key
    own = key.credential.own_secret if key is not None else None
    if key is None or not isinstance(own, str) or key.credential.vault_index is None:
        return
    at = (*key.key.pointer, "config")
    text = bench.text(key.document.path)
    usable = next(
        entry.usable
        for facts, entry in zip(bench.verdict.world.keys, bench.verdict.report.keys, strict=True)
        if facts is key
    )
    if usable:
        edits = set_members(text, locate(text, [at])[at], {"secret": ""})
        title = f"“{key.key.name}”: the vault's secret works, so the node's own is taken out"
        yield Proposal(title, "safe", bench.with_edits(key.document.path, edits), key_must_work=True)
        return
    vault = bench.judge.vault(bench.state)
    value = (key.credential.vault_index, "value")
    span = locate(vault.text or "", [value]).get(value) if vault.text else None
    if span is not None and vault.text is not None:
        changed = encode(apply(vault.text, [Edit(span, quote(own))]))
        title = f"“{key.key.name}”: the node's own secret works, so the vault gets it"
        yield Proposal(title, "safe", bench.state.with_file(vault.path, changed), key_must_work=True)


@mends("vault-directory-missing")
def folder(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    if found.path is not None and not Path(found.path).exists():
        yield Proposal(f"make {found.path}", "safe", bench.state.with_folder(found.path))


@mends("vault-invalid")
def empty_vault(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    vault = bench.judge.vault(bench.state)
    if found.document == vault.path and vault.data is not None and not vault.data.strip(b"\xef\xbb\xbf \t\r\n"):
        yield Proposal("an empty vault is the text []", "safe", bench.state.with_file(vault.path, b"[]"))
    elif found.document == vault.path and vault.data is not None and vault.data.startswith(b"\xef\xbb\xbf"):
        yield Proposal("without the byte order mark", "safe", bench.state.with_file(vault.path, vault.data[3:]))


@mends("file-permissions")
def permissions(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    target = found.key.path.target if found.key is not None and found.key.path is not None else None
    mode = found.key.path.mode if found.key is not None and found.key.path is not None else None
    if target is not None and mode is not None:
        yield Proposal(f"chmod {mode & 0o700:o} {target}", "safe", bench.state.with_mode(target, mode & 0o700))


@mends("pem-public")
def public(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    """The private half of the public key that was given."""
    key = found.key
    if key is None or key.path is None or key.path.content is None:
        return
    fingerprint = inspect(key.path.content).public_key_sha256
    halves = [c for c in bench.candidates if c.facts.kind == "private" and c.facts.public_key_sha256 == fingerprint]
    for written in _distinct(bench, key, tuple(bench.as_written(c.path) for c in halves))[:1]:
        state = bench.with_values(key, Update(secret=written))
        if state is not None:
            yield Proposal(
                f"“{key.key.name}”: secret = {written}, its private half", "unsafe", state, key_must_work=True
            )


@mends("code-name-swapped")
def swapped(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    key = found.key
    name, secret = (key.credential.code_name, key.credential.secret) if key is not None else (None, None)
    if key is None or not isinstance(name, str) or not isinstance(secret, str):
        return
    if re.fullmatch(r"[A-Za-z0-9]{64}", secret) and "-----" not in name:
        state = bench.with_values(key, Update(code_name=secret, secret=name))
        if state is not None:
            yield Proposal(f"“{key.key.name}”: codeName and secret exchanged", "unsafe", state, key_must_work=True)


@mends("exchange-sandbox")
def sandbox(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    if found.document is None or found.pointer is None:
        return
    text = bench.text(found.document)
    span = locate(text, [found.pointer]).get(found.pointer)
    if span is not None and text[span.start] == '"':
        edit = replace_member(text, span, "sandBox", "false")
        yield Proposal("sandBox = false: the real exchange", "unsafe", bench.with_edits(found.document, [edit]))


@mends("task-key-not-found", "task-key-namesake")
def reference(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    """The one key there is for the exchange that the task trades on."""
    task = found.task
    if task is None or task.task.reference is None or task.task.exchange is None:
        return
    traded = task.task.exchange.pointer
    keys = [k.key for k in bench.verdict.world.keys if k.document is task.document and k.key.exchange is not None]
    keys = [key for key in keys if key.exchange is not None and key.exchange.pointer == traded]
    if len(keys) != 1 or keys[0].id is None:
        return
    at = (*task.task.reference.pointer, "savedPayload", "referenceParent")
    text = bench.text(task.document.path)
    wanted = {"type": "Exchange Account Key", "name": keys[0].name or "", "id": keys[0].id}
    spans = locate(text, [(*at, name) for name in wanted])
    edits = [Edit(spans[(*at, name)], quote(value)) for name, value in wanted.items() if (*at, name) in spans]
    if (*at, "id") in spans:
        state = bench.with_edits(task.document.path, edits)
        yield Proposal(f"“{task.task.name}”: Key Reference to “{keys[0].name}”", "unsafe", state)
