"""The report as plain values: what was found, where, and its consequence. The JSON form is fixed by
`schemas/report.schema.json`, which has every field here under the same name.

Named tuples: immutable like the other values, but defining one costs a fifth of a data class, at every start.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]
Applicability = Literal["safe", "unsafe", "display"]
Signing = Literal["rsa", "ed25519", "ecdsa", "hmac", "none"]
DocumentKind = Literal["workspace", "node", "plugin", "vault"]
SecretKind = Literal["path", "inline", "empty", "placeholder"]
SecretSource = Literal["vault", "node"]

Identity = tuple[str, str]
"""Identifies a key or a task in facts and report: its document, and its JSON pointer there."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Fix(NamedTuple):
    """What mends a finding: the words of one command, or one sentence where no command can."""

    applicability: Applicability
    command: tuple[str, ...] = ()
    sentence: str = ""

    @property
    def title(self) -> str:
        """The command as a POSIX shell takes it, or the sentence."""
        return shlex.join(self.command) if self.command else self.sentence


class Finding(NamedTuple):
    """One thing that a rule found: what, where, and what mends it. No field holds a secret.

    Attributes:
        rule: The id of the rule, as `superalgos-rsa rule` and docs/rules.md have it.
        severity: `error`, `warning` or `info`.
        message: One sentence without a full stop.
        document: The path of the document as it was named or found; `None` if the finding is about none.
        pointer: The place in the document as JSON Pointer (RFC 6901); `None` also where that would name a secret.
        line: Counted from 1.
        column: Counted from 1, in characters.
        key_id: The id of the key node.
        task_id: The id of the task node.
        path: The file or folder that it is about.
        server: The machine that was looked at; `local` is this one.
        would_cause: What the exchange would answer to an order, where the rule knows it.
        fix: The command or the advice that mends it.
        node: The names of the nodes from the root to the place, for people.
    """

    rule: str
    severity: Severity
    message: str
    document: str | None
    pointer: str | None = None
    line: int | None = None
    column: int | None = None
    key_id: str | None = None
    task_id: str | None = None
    path: str | None = None
    server: str | None = None
    would_cause: str | None = None
    fix: Fix | None = None
    node: tuple[str, ...] = ()
    """Names of the nodes from the root to the place, for people."""


class InstallationEntry(NamedTuple):
    """The Superalgos directory that was judged; `root` is `None` where none was found."""

    root: str | None
    superalgos: str | None
    ccxt: str | None
    platform_running: bool
    user: str | None = None
    """Whose rights were judged: the user of the running platform, else the owner of the root."""
    asked_by: str | None = None
    """The user who asked."""


class DocumentEntry(NamedTuple):
    """One document, how many keys and tasks it holds, and whether the platform survives loading it."""

    path: str
    kind: DocumentKind | None
    loads: bool | None
    keys: int
    tasks: int


class SecretEntry(NamedTuple):
    """`path` and `resolved` are `None` also where they may hold a secret."""

    kind: SecretKind
    source: SecretSource | None
    path: str | None
    resolved: str | None


class KeyEntry(NamedTuple):
    """One key node: what it holds, and whether the engine would sign with it."""

    document: str
    pointer: str
    line: int | None
    id: str | None
    name: str | None
    exchange: str | None
    code_name: str | None
    """Masked: first and last four characters."""
    secret: SecretEntry
    signing: Signing | None
    usable: bool | None
    """`None` if it cannot be judged from here."""
    key_type: str | None
    key_bits: int | None
    public_key_sha256: str | None
    server: str | None
    used_by: tuple[str, ...]
    engine_signing: Signing | None = None
    """What the installed engine itself did, where it was asked."""

    @property
    def identity(self) -> Identity:
        """That of the facts about it."""
        return self.document, self.pointer


class TaskEntry(NamedTuple):
    """One task: the key it takes, the machine it runs on, and whether it may start."""

    document: str
    pointer: str
    line: int | None
    id: str | None
    name: str | None
    session: str | None
    exchange: str | None
    lan_node: str | None
    """Name of the LAN Network Node that the task hangs under."""
    server: str | None
    needs_key: bool
    key_id: str | None
    ready: bool


class TaskName(NamedTuple):
    """A task of a document, by what may be shown of its name."""

    document: str
    task_id: str | None
    task_name: str | None

    @property
    def shown_name(self) -> str:
        """For people."""
        return f"“{self.task_name or self.task_id or ''}”"


class Summary(NamedTuple):
    """How many findings there are of each severity, and whether every task may start."""

    errors: int
    warnings: int
    infos: int
    keys: int
    tasks: int
    ready: bool

    @classmethod
    def of(
        cls, keys: Sequence[KeyEntry], tasks: Sequence[TaskEntry], findings: Sequence[Finding], ready: bool
    ) -> Summary:
        """The counts of these. Not `ready` where one of the tasks is not."""
        errors, warnings, infos = (sum(found.severity == severity for found in findings) for severity in SEVERITIES)
        all_ready = ready and all(task.ready for task in tasks)
        return cls(errors, warnings, infos, len(keys), len(tasks), all_ready)


class Report(NamedTuple):
    """The verdict on documents and the installation around them. No field holds a secret.

    Attributes:
        tool: The version of superalgos-rsa.
        installation: The Superalgos directory, its versions, and whose rights were judged.
        documents: One entry a document, in the order of reading.
        keys: One entry a key node that was judged.
        tasks: One entry a task that was judged.
        findings: In the order of the documents and of the places in them; those about none of them come last.
        summary: The counts, and whether every task may start.
        version: That of the form of the report, which `superalgos-rsa schema report` describes.
    """

    tool: str
    installation: InstallationEntry
    documents: tuple[DocumentEntry, ...]
    keys: tuple[KeyEntry, ...]
    tasks: tuple[TaskEntry, ...]
    findings: tuple[Finding, ...]
    summary: Summary
    version: int = 1

    @property
    def keys_by_identity(self) -> dict[Identity, KeyEntry]:
        """The entries of the keys, by identity."""
        return {entry.identity: entry for entry in self.keys}

    @property
    def exit_code(self) -> int:
        """1 if there is an error, else 0; the commands also know 2 and 3."""
        return 1 if self.summary.errors else 0


class Offer(NamedTuple):
    """How many of the errors a plain `fix --apply` takes away, and the command that shows how."""

    errors: int
    mended: int
    command: tuple[str, ...]
    at_least: bool
    """Whether it may be more: not all errors were tried, since that would have taken long."""
