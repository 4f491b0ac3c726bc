"""The facts that rules use, gathered beforehand: a rule reads no file, clock or environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from superalgos_rsa.documents.json_text import Place, Pointer, pointer_text
from superalgos_rsa.documents.pasting import Finder, found_anyway
from superalgos_rsa.documents.showing import shown
from superalgos_rsa.files.rights import User
from superalgos_rsa.keys.exposure import Neighbours
from superalgos_rsa.keys.foreign import EXPORTED
from superalgos_rsa.keys.inspect import KeyText
from superalgos_rsa.servers.local import MAX_KEY_FILE, PathFacts
from superalgos_rsa.superalgos.engine import Verdict
from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY, Answer, Signing
from superalgos_rsa.superalgos.engine.versions import CcxtVersion
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.load_route import Crash
from superalgos_rsa.superalgos.outside import Outside
from superalgos_rsa.superalgos.vault import Vault
from superalgos_rsa.superalgos.workspace import Exchange, Key, Task, Workspace
from superalgos_rsa.validator.credential import Credential
from superalgos_rsa.validator.report import DocumentKind, Identity, SecretKind

if TYPE_CHECKING:
    from superalgos_rsa.exports.leaks import Leak


@dataclass(frozen=True, slots=True)
class Defect:
    """Why a document could not be read, or is not what it should be."""

    rule: str
    reason: str
    place: Place | None = None
    pointer: Pointer | None = None


_NEVER_OPENED = ("workspace-crash", "document-never-loads")


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One document: its kind, its keys and tasks, and whether the platform survives loading it."""

    path: str
    kind: DocumentKind | None
    defects: tuple[Defect, ...] = ()
    loads: bool | None = None
    crashes: tuple[Crash, ...] = ()
    workspace: Workspace = field(default_factory=Workspace)
    places: Mapping[Pointer, Place] = field(default_factory=dict)
    exported: bool = False
    leaks: tuple[Leak, ...] = ()
    vault: Vault | None = None
    """The vault, if the document is one."""
    outside: Outside | None = None
    """Whose it is, where it is another platform's than that of the installation."""
    broken_off: bool = False
    """It is empty, or its end is missing."""

    @property
    def in_container(self) -> bool:
        """Whether a platform in a container loads it, of which nothing else can be seen from here."""
        return self.outside is not None and self.outside.kind == "container"

    def line_of(self, pointer: Pointer) -> int | None:
        """The line at which that value stands, where it was looked for."""
        return self.places[pointer].line if pointer in self.places else None

    @property
    def can_be_opened(self) -> bool:
        """Whether nothing is known that keeps the platform from loading it and living on."""
        rules = {defect.rule for defect in self.defects}
        return self.loads is not False and not self.crashes and rules.isdisjoint(_NEVER_OPENED)


class HmacText(NamedTuple):
    """Whether the text can be an HMAC secret, and whether only white space around it spoils it."""

    plausible: bool
    only_blank_spoils: bool


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One key: its credential, the file on the task server, and what the engine would do with it."""

    document: DocumentFacts
    key: Key
    credential: Credential
    kind: SecretKind
    server: str
    users: tuple[Task, ...]
    """Tasks of the same document that need a key and refer to this one."""
    control: str | None = None
    """The first control character inside the secret."""
    path: PathFacts | None = None
    """What the text of the secret names on the server."""
    code_name_path: PathFacts | None = None
    content: KeyText | None = None
    """What the file holds, or the secret itself where it is written out."""
    hmac_text: HmacText | None = None
    verdict: Verdict | None = None
    """What the engine would do; `None` where that is unknown."""
    exchange_class: ExchangeClass | None = None
    """What the installed class requires; `None` if there is none, or the secret is no text."""
    missing: str | None = None
    """The missing field without which the class sends no order."""
    refusal: str | None = None
    """Why the class refuses a credential that has every field."""
    undecided: bool = False
    """Whether it is unknown if the engine signs: the key's numbers do not fit together, and are too long to try."""
    neighbours: Neighbours | None = None
    clean_copy: str | None = None
    """Another file of the same folder, as the key would name it, with the same key in an undamaged text that signs; for
    a key whose public half cannot be read, the file that `convert` writes. `None` if this file's own text is good."""
    exported: str | None = None
    """The full path of the PEM file that the program of the file's own format has written beside it, if it still has to
    be converted."""
    answer: Answer | None = None
    """What the installed engine itself did, where it was asked."""
    failed: str | None = None
    """The type of the error at which gathering these facts failed; the other fields then mean nothing."""

    @property
    def identity(self) -> Identity:
        """The document and the JSON pointer of the node."""
        return self.document.path, pointer_text(self.key.pointer)

    @property
    def exchange(self) -> Exchange | None:
        """The exchange of the key; for a key outside every exchange, that of the first task that uses it."""
        return self.key.exchange or next((user.exchange for user in self.users if user.exchange is not None), None)

    @property
    def exchange_name(self) -> str:
        """The name that ccxt has for it; binance where none is known, as the engine's model has it."""
        return (self.exchange.code_name if self.exchange is not None else None) or "binance"

    @property
    def used(self) -> bool:
        """Whether a task that needs a key refers to this one."""
        return bool(self.users)

    @property
    def reads_file(self) -> bool:
        """Whether the secret is the path of a file that the engine reads."""
        return self.path is not None and self.path.engine_reads

    @property
    def key_file(self) -> str | None:
        """The file that the engine reads, if the secret is the path of one."""
        return self.path.resolved if self.path is not None and self.path.engine_reads else None

    @property
    def signing(self) -> Signing | None:
        """What the engine would do with the whole credential; if that is not modelled, what the engine itself did."""
        if self.missing is not None or self.refusal is not None:
            return "none"
        if self.verdict is None or self.verdict.judged:
            return self.verdict.signing if self.verdict is not None else None
        return self.answer.signing if self.answer is not None else None

    @property
    def wants_copy(self) -> bool:
        """Whether the file holds a key in a text that is damaged or does not sign."""
        content, verdict = self.content, self.verdict
        if not self.reads_file or content is None or verdict is None or not verdict.judged:
            return False
        locked = ("encrypted", "openssh", *EXPORTED)
        is_key = content.public_key_sha256 is not None or content.kind in locked
        return is_key and (verdict.signing not in BY_PRIVATE_KEY or bool(content.damage) or content.pkcs1)

    @property
    def copy_is_sure(self) -> bool:
        """Whether the clean copy is proven to hold the private key of the file."""
        content = self.content
        known = content is not None and content.public_key_sha256 is not None
        return known and content is not None and content.kind not in ("public", "certificate")

    @property
    def needs_no_secret(self) -> bool:
        """Whether the class of the exchange sends the API key without a signature."""
        return self.exchange_class is not None and self.exchange_class.scheme == "api-key"

    @property
    def engine_takes(self) -> bool | None:
        """Whether the installed engine itself signed with it; `None` if it was not asked or gave no answer."""
        answer = self.answer
        if answer is None or (answer.signing is None and answer.key != "unused"):
            return None
        return answer.error is None and answer.signing != "none" and answer.key != "other"

    @property
    def is_too_long(self) -> bool:
        """Whether the secret is longer than any key or secret, and so is not judged."""
        secret = self.credential.secret
        return self.kind == "inline" and isinstance(secret, str) and len(secret) > MAX_KEY_FILE

    @property
    def sent_api_key(self) -> str | None:
        """The text that the engine sends as the API key: that of the file of that name, or the code name itself."""
        if self.code_name_path is not None and self.code_name_path.engine_reads:
            return (self.code_name_path.content or b"").decode("utf-8", "replace")
        name = self.credential.code_name
        return name if isinstance(name, str) else None

    @property
    def shown_path(self) -> str | None:
        """The path in `secret`, if it may be shown."""
        text, found = self.credential.secret, self.path
        if self.kind != "path" or not isinstance(text, str):
            return None
        if found is None or not found.resolved.endswith(text):
            return shown(text)
        return shown(text, found.known[len(found.resolved) - len(text) :])

    @property
    def shown_resolved(self) -> str | None:
        """The full path that it leads to, if that may be shown."""
        return shown(self.path.resolved, self.path.known) if self.kind == "path" and self.path is not None else None

    @property
    def holds_secret(self) -> bool:
        """Whether the file holds something that others must not read: a private key or an HMAC secret."""
        if self.content is None or self.content.kind in ("public", "certificate", "empty"):
            return False
        if self.content.kind in ("text", "json") and not self.content.convertible:
            return self.hmac_text is not None and (self.hmac_text.plausible or self.hmac_text.only_blank_spoils)
        return True


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """One task, with the key that it refers to and the machine that it runs on."""

    document: DocumentFacts
    task: Task
    key: KeyFacts | None
    server: str | None
    """The tool's name of the machine it runs on; `None` where that machine cannot be asked."""
    failed: str | None = None
    """As of a key."""
    key_there: KeyFacts | None = None
    """The key as the exchange that the task trades on would take it, if the key belongs to another one."""

    @property
    def identity(self) -> Identity:
        """As of a key."""
        return self.document.path, pointer_text(self.task.pointer)


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one verdict, and the question."""

    installation: Installation | None
    vault: Vault
    documents: tuple[DocumentFacts, ...]
    keys: tuple[KeyFacts, ...]
    tasks: tuple[TaskFacts, ...]
    before_start: bool = False
    """The question is only whether the tasks may start now."""
    all_documents: bool = False
    """Whether every workspace of the installation was read, so that it is known what none of them uses."""
    accept_rsa_4096: bool = False
    engine_unavailable: str | None = None
    """Why the installed ccxt could not be asked."""
    finder: Finder = found_anyway
    """How a printed command finds the installation."""
    last_changes: Mapping[str, int] = field(default_factory=dict)
    """The number of the last change that can be undone to a document or vault that is empty or cut off."""

    @property
    def other_user(self) -> User | None:
        """The user whose rights decide, if that is not the one who asks."""
        return self.installation.other_user if self.installation is not None else None

    @property
    def ccxt(self) -> CcxtVersion | None:
        """The installed version; `None` where that is not known."""
        return self.installation.ccxt if self.installation is not None else None

    def with_keys(self, changed: Callable[[KeyFacts], KeyFacts]) -> Facts:
        """The facts with each key changed, also where a task refers to it."""
        keys = {key.identity: changed(key) for key in self.keys}
        tasks = (replace(t, key=keys[t.key.identity]) if t.key is not None else t for t in self.tasks)
        return replace(self, keys=tuple(keys[key.identity] for key in self.keys), tasks=tuple(tasks))
