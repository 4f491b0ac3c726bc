"""What a repair function works with: the state so far, its validation, and the key files found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from superalgos_rsa.config import Update, plan_key_update
from superalgos_rsa.documents.edit import Edit
from superalgos_rsa.documents.embedded_json import set_members
from superalgos_rsa.documents.json_text import Pointer, decode, encode, locate
from superalgos_rsa.documents.proof import edited
from superalgos_rsa.errors import UsageError
from superalgos_rsa.fixer.candidates import Candidate, search
from superalgos_rsa.fixer.trial import Judge, Outcome, Overlay
from superalgos_rsa.superalgos.installation import from_root
from superalgos_rsa.superalgos.load_place import load_place
from superalgos_rsa.superalgos.sharers import Sharer, sharer, sharers_elsewhere
from superalgos_rsa.superalgos.vault import NO_VAULT
from superalgos_rsa.validator.facts import KeyFacts
from superalgos_rsa.validator.report import Applicability

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to repair a finding. `state` is `None` where no edit can do it; `title` says why.

    `key_must_work`: the repair counts only if the key signs afterwards.
    """

    title: str
    applicability: Applicability
    state: Overlay | None
    key_must_work: bool = False


@dataclass(frozen=True, slots=True)
class FixOptions:
    """What the user said on the command line, and what the tool remembers."""

    search: tuple[Path, ...] = ()
    public: frozenset[str] = frozenset()
    """Fingerprints of the public keys that the exchange was given."""
    chosen: tuple[tuple[str, str], ...] = ()
    """(key, path): the file to use where several would do."""
    named: tuple[str, ...] = ()
    """Real paths named on the command line: files there may be changed like those of the installation."""
    remembered: Callable[[KeyFacts], str | None] = lambda _: None
    """Look-up of the fingerprint that a key last worked with."""


class FixContext:
    """The context of one run of `fix`: the state after its repairs so far, and the key files found."""

    def __init__(self, judge: Judge, options: FixOptions) -> None:
        self.judge = judge
        self.options = options
        self.state = Overlay()
        self.verdict: Outcome = judge.begin()
        paths = (key.path for key in self.verdict.all_facts.keys if key.path is not None)
        self._broken = [path.resolved for path in paths if not path.engine_reads and path.status != "no-answer"]

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """Also searches the folders that broken paths lead to, since a file may only have been renamed."""
        if self.judge.installation is None:
            return ()
        folders = {Path(source.path).absolute().parent for source in self.judge.sources}
        beside = {Path(resolved).parent for resolved in self._broken if "\0" not in resolved}
        others = [*self.options.search, *sorted(folders)]
        return search(self.judge.installation.root, others, sorted(p for p in beside if p != Path(p.anchor)))

    def text(self, path: str) -> str:
        """The text of a document as the repairs so far would leave it."""
        return decode(self.judge.bytes_of(self.state, path) or b"")

    def with_edits(self, path: str, edits: list[Edit]) -> Overlay:
        """The state after these edits of one document."""
        return _edited(self.state, path, self.text(path), edits)

    def with_values(
        self, key: KeyFacts, title: str, applicability: Applicability, update: Update, *, must_work: bool = False
    ) -> Proposal:
        """New values of a key, in the vault if it holds them; or why the key cannot have them."""
        path = key.document.path
        text = self.text(path)
        of_plugin = load_place(path, self.judge.installation).route == "plugins"
        vault = NO_VAULT if of_plugin else self.judge.vault(self.state)
        near = [o for o in self.verdict.all_facts.keys if o.credential.covered and o.identity != key.identity]
        twins = [other for other in near if update.code_name is None and _are_twins(key, other)]
        apart = {twin.identity for twin in twins}
        left = [sharer(other.document.path, other.key) for other in near if other.identity not in apart]
        others = (*left, *self._elsewhere)
        try:
            plan = plan_key_update(text, key.key, update, vault, covered=key.credential.covered, others=others)
        except UsageError as error:
            return Proposal(f"{title}: {error.message}", "display", None)
        also = (*plan.also, *(sharer(twin.document.path, twin.key) for twin in twins))
        if also:
            listed = ", ".join(f"{other.shown_name} in {other.document}" for other in also[:_LISTED])
            title = f"{title}; also for {listed}{', …' if also[_LISTED:] else ''}, of the same code name"
        judged = {source.path for source in self.judge.sources}
        if any(other.document not in judged for other in plan.also):
            return Proposal(f"{title}; run fix on them together", "display", None)
        state = self.state
        if plan.document:
            state = _edited(state, path, text, plan.document)
        if plan.vault and vault.text is not None:
            state = _edited(state, vault.path, vault.text, plan.vault)
        for document in {twin.document.path for twin in twins}:
            pointers = [(*twin.key.pointer, "config") for twin in twins if twin.document.path == document]
            state = self._with_secret(state, document, pointers, update.secret or "")
        return Proposal(title, applicability, state, must_work)

    def _with_secret(self, state: Overlay, path: str, configs: Sequence[Pointer], secret: str) -> Overlay:
        text = decode(self.judge.bytes_of(state, path) or b"")
        spans = locate(text, configs)
        edits = [edit.below(at) for at in configs for edit in set_members(text, spans[at], {"secret": secret})]
        return _edited(state, path, text, edits)

    @cached_property
    def _elsewhere(self) -> tuple[Sharer, ...]:
        """Keys in the installation's other workspaces, which share the vault."""
        return sharers_elsewhere([source.path for source in self.judge.sources], self.judge.installation)

    @cached_property
    def used_elsewhere(self) -> frozenset[str | None]:
        """Fingerprints of the private keys that keys of the installation's other workspaces use."""
        return frozenset(key.content.public_key_sha256 for key in self.judge.elsewhere() if key.content is not None)

    def as_written(self, path: str) -> str:
        """A file's path as a key should name it."""
        return from_root(self.judge.installation.cwd if self.judge.installation else None, path)


def _are_twins(key: KeyFacts, other: KeyFacts) -> bool:
    """Whether the nodes hold one secret under one code name, and the vault none yet: only together can they change."""
    one, two = key.credential, other.credential
    held = one.own_secret and one.vault_index is None and two.vault_index is None
    return bool(held) and one.covered and (one.code_name, one.own_secret) == (two.code_name, two.own_secret)


def _edited(state: Overlay, path: str, text: str, edits: Sequence[Edit]) -> Overlay:
    new, meant = edited(text, edits)
    return state.with_file(path, encode(new), meant)
