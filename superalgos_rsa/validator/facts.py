"""The facts that rules use, gathered beforehand: a rule reads no file, clock or environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from superalgos_rsa.documents.json_text import Place, Pointer, pointer_text
from superalgos_rsa.documents.showing import shown
from superalgos_rsa.keys.exposure import Neighbours
from superalgos_rsa.keys.foreign import EXPORTED
from superalgos_rsa.keys.inspect import KeyText
from superalgos_rsa.servers.local import MAX_KEY_FILE, PathFacts
from superalgos_rsa.superalgos.engine import Verdict
from superalgos_rsa.superalgos.engine.exchange_class import ExchangeClass
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY, Answer, Signing
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
    """Why a document could not be read, or not be taken for what it claims to be."""

    rule: str
    reason: str
    place: Place | None = None
    pointer: Pointer | None = None


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One document: what kind it is, what it holds, and what would become of the platform that loads it."""

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
    """The vault this document is, for one of kind `vault`."""
    outside: Outside | None = None
    """Whose it is, where it is another platform's than that of the installation."""

    @property
    def in_container(self) -> bool:
        """Whether a platform in a container loads it, of which nothing else can be seen from here."""
        return self.outside is not None and self.outside.kind == "container"


@dataclass(frozen=True, slots=True)
class HmacText:
    """Whether the text that would be an HMAC secret can be one, and whether only white space spoils it."""

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
    """What lies on the server under the secret's text."""
    code_name_path: PathFacts | None = None
    content: KeyText | None = None
    """What the file holds, or the secret itself where it is written out."""
    hmac_text: HmacText | None = None
    verdict: Verdict | None = None
    """What the engine would do; `None` where that is unknown."""
    takes: bool | None = None
    """The class of the exchange signs with the key that is meant; `None` where nobody can say from here."""
    exchange_class: ExchangeClass | None = None
    """What the installed class wants; `None` where there is none, or the secret is no text."""
    missing: str | None = None
    """The field for want of which the class sends no order."""
    refusal: str | None = None
    """Why the class refuses a credential that has every field."""
    undecided: bool = False
    """The numbers of the key do not belong together, and are too long to try whether the engine signs with them."""
    neighbours: Neighbours | None = None
    clean_copy: str | None = None
    """Another file of the same folder, as the key would name it: the same key in a whole text that signs; of a key
    whose public half cannot be read, the file that `convert` makes of it. `None` where this file's own text is good."""
    exported: str | None = None
    """The full path of what the program of the file's own format has written beside it, if it has yet to be
    converted."""
    answer: Answer | None = None
    """What the installed engine itself did, where it was asked."""
    failed: str | None = None
    """The type of the error that ended the gathering of these facts; the other fields then mean nothing."""

    @property
    def identity(self) -> Identity:
        """The document and the JSON pointer of the node."""
        return self.document.path, pointer_text(self.key.pointer)

    @property
    def exchange(self) -> Exchange | None:
        """The one it belongs to; of a key outside every exchange, the one that the first task takes it to."""
        return self.key.exchange or next((user.exchange for user in self.users if user.exchange is not None), None)

    @property
    def used(self) -> bool:
        """Whether a task that needs a key refers to this one."""
        return bool(self.users)

    @property
    def reads_file(self) -> bool:
        """Whether the secret is the path of a file that the engine reads."""
        return self.path is not None and self.path.engine_reads

    @property
    def signing(self) -> Signing | None:
        """What the engine would do with the whole credential: what is not modelled it must say itself."""
        if self.missing is not None or self.refusal is not None:
            return "none"
        if self.verdict is None or self.verdict.judged:
            return self.verdict.signing if self.verdict is not None else None
        return self.answer.signing if self.answer is not None else None

    @property
    def wants_copy(self) -> bool:
        """Whether the file holds a key, in a text that does not sign or is damaged."""
        content, verdict = self.content, self.verdict
        if not self.reads_file or content is None or verdict is None or not verdict.judged:
            return False
        locked = ("encrypted", "openssh", *EXPORTED)
        is_key = content.public_key_sha256 is not None or content.kind in locked
        return is_key and (verdict.signing not in BY_PRIVATE_KEY or bool(content.damage) or content.pkcs1)

    @property
    def copy_is_sure(self) -> bool:
        """Whether the clean copy is proven to be of the private key that the file holds."""
        content = self.content
        known = content is not None and content.public_key_sha256 is not None
        return known and content is not None and content.kind not in ("public", "certificate")

    @property
    def needs_no_secret(self) -> bool:
        """The class of the exchange sends the API key alone."""
        return self.exchange_class is not None and self.exchange_class.scheme == "api-key"

    @property
    def is_not_judged(self) -> bool:
        """The class signs in a way that is not modelled, and the installed engine was not asked, or told nothing."""
        unknown = self.verdict is not None and not self.verdict.judged and self.takes is None
        return unknown and self.engine_takes is None and self.missing is None and self.refusal is None

    @property
    def engine_takes(self) -> bool | None:
        """Whether the installed engine itself signed with it, where it was asked and could tell."""
        answer = self.answer
        if answer is None or (answer.signing is None and answer.key != "unused"):
            return None
        return answer.error is None and answer.signing != "none" and answer.key != "other"

    @property
    def is_too_long(self) -> bool:
        """The secret itself, which is no key and no secret of any exchange, and is not judged."""
        secret = self.credential.secret
        return self.kind == "inline" and isinstance(secret, str) and len(secret) > MAX_KEY_FILE

    @property
    def sent_api_key(self) -> str | None:
        """The text that the engine takes for the API key: of the file of that name, or the code name itself."""
        if self.code_name_path is not None and self.code_name_path.engine_reads:
            return (self.code_name_path.content or b"").decode("utf-8", "replace")
        name = self.credential.code_name
        return name if isinstance(name, str) else None

    @property
    def shown_path(self) -> str | None:
        """The path as it stands in `secret`, where it may be shown."""
        text, found = self.credential.secret, self.path
        if self.kind != "path" or not isinstance(text, str):
            return None
        if found is None or not found.resolved.endswith(text):
            return shown(text)
        return shown(text, found.known[len(found.resolved) - len(text) :])

    @property
    def shown_resolved(self) -> str | None:
        """Where it leads to, where that may be shown."""
        return shown(self.path.resolved, self.path.known) if self.kind == "path" and self.path is not None else None

    @property
    def holds_secret(self) -> bool:
        """The file holds something that others must not read: any other text is no secret, whatever names it."""
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

    @property
    def identity(self) -> Identity:
        """As of a key."""
        return self.document.path, pointer_text(self.task.pointer)


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one verdict, and what was asked."""

    installation: Installation | None
    vault: Vault
    documents: tuple[DocumentFacts, ...]
    keys: tuple[KeyFacts, ...]
    tasks: tuple[TaskFacts, ...]
    before_start: bool = False
    """The question is whether tasks may start now, not whether the documents are well."""
    all_documents: bool = False
    """Every workspace of the installation was read, so that what none of them uses is used by none."""
    accept_rsa_4096: bool = False
    engine_unavailable: str | None = None
    """Why the installed ccxt was not run, although that was asked for."""

    @property
    def root_is_missing(self) -> bool:
        """Whether a key has a relative path, but the folder it begins at is unknown."""
        return self.installation is None and any(
            key.kind == "path" and key.path is None and isinstance(key.credential.secret, str)
            for key in self.keys
            if not key.document.in_container
        )

    def with_keys(self, changed: Callable[[KeyFacts], KeyFacts]) -> Facts:
        """With each key changed so, also where a task refers to it."""
        keys = {key.identity: changed(key) for key in self.keys}
        tasks = (replace(t, key=keys[t.key.identity]) if t.key is not None else t for t in self.tasks)
        return replace(self, keys=tuple(keys[key.identity] for key in self.keys), tasks=tuple(tasks))
