"""Rules about documents as files, and about what ends the platform when it loads one."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.validator.facts import DocumentFacts, Facts
from superalgos_rsa.validator.rules.model import PLATFORM_ENDS, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, check
from superalgos_rsa.validator.rules.remedies import advice, mend, put_back

SUBJECT = "The document"
RULES = (
    Rule(
        id="document-unreadable",
        title="The document cannot be read",
        sees=(
            "There is no such file, it may not be read, or it is larger than a limit: in bytes, values, levels, keys "
            "and tasks (docs/limits.md). Or its text is not UTF-8, or not JSON (the finding names line and column). A "
            "folder, a pipe or a device is never opened as a document. Of a file that is empty, or that is cut off in "
            "the middle, it says so."
        ),
        engine=(
            "The platform ends when it loads a file from My-Workspaces that is not JSON. Where it finds no file it "
            "answers 404, and from a pipe it waits for ever, but goes on otherwise. Every key and task in the file is "
            "out of reach. It empties a file before it writes it: a load of the workspace at that moment ends the "
            "platform, and the file may stay empty. So never load a workspace while it is being saved. Where the "
            "platform is killed or the disk is full, a part of the file stays."
        ),
        exchange="Nothing can be promised: the document could not be judged.",
        mend=(
            "Correct the file at the line and column that the finding names, or put back a backup. Of a file that is "
            "empty or cut off, a Superalgos page that still shows the workspace has the whole: start Superalgos again, "
            "and save from that page before you reload it. Else put back the download `Backup - Workspace - NAME.json` "
            "or a copy, such as that of a git history. Then run `superalgos-rsa check DOCUMENT` again."
        ),
    ),
    Rule(
        id="document-shape",
        title="The document is JSON, but not from Superalgos",
        sees=(
            "The file is good JSON, but it is no workspace, no node, no plugin file and no vault: a list of other "
            "things, a bare text or number, or an object without a node `type`."
        ),
        engine=(
            "The platform ends when it loads any file from My-Workspaces that has no list `rootNodes`, whatever it was "
            "meant to be."
        ),
        exchange="Nothing reaches the exchange: the document holds no key and no task.",
        mend=(
            "Name the right file. If this is the right one, put back a backup, or save the workspace again from the "
            "platform. `superalgos-rsa schema workspace` prints the shape that is needed."
        ),
    ),
    Rule(
        id="document-never-loads",
        title="Superalgos can never load this file",
        sees=(
            "The file lies in My-Workspaces, but its name does not end in `.json` (in small letters), its path "
            "contains the word `undefined`, or its name is not UTF-8. The word counts wherever it stands, in the name "
            "of the Superalgos folder too. Where no task of the file needs a key, it is a warning."
        ),
        engine="The platform answers 404, whatever the file holds, and goes on.",
        exchange="Nothing reaches the exchange: no task of this file can be started.",
        mend="Give the file, or the folder whose name is in the way, another name.",
        unused_severity="warning",
    ),
    Rule(
        id="document-duplicate-member",
        severity="warning",
        title="A name stands twice in one object",
        sees="Two members of the same JSON object have the same name.",
        engine="The platform takes the last one. The first is lost with the next save.",
        mend="Delete the member that is wrong, at the line that the finding names or before it.",
    ),
    Rule(
        id="workspace-crash",
        title="Loading this workspace ends the whole platform",
        sees=(
            "Something in the file, or in the vault that is read with it, stops the platform while it loads the "
            "workspace. It may be a byte order mark at the start, a list that is missing (`rootNodes`, `exchanges`, "
            "`userAccounts`, `keys`), a key config that is no JSON, or a bad vault. It may be `null` among the root "
            "nodes before the Crypto Ecosystem or the APIs node, or values nested over 4,500 levels deep. Or the file "
            "is no workspace, but an exported node or a copy of the vault: whatever lies in My-Workspaces can be "
            "loaded as one. Each cause is one finding at its own place."
        ),
        engine=(
            "The error is thrown where no code catches it, so the whole platform process ends, not only the load. The "
            "browser remembers the last workspace, so each new page load ends the platform again. Tasks that run at "
            "that moment go on, but the new platform does not know them."
        ),
        exchange=PLATFORM_ENDS,
        mend=(
            "Run `superalgos-rsa fix DOCUMENT` to see the repair, and `superalgos-rsa fix DOCUMENT --apply` to make "
            "it. Do not open the workspace in the platform before `superalgos-rsa check DOCUMENT` is green."
        ),
    ),
)

_ENDS = "Loading this file ends the whole platform"
_MENDED = frozenset({"null-root", "missing-list", "config-missing"})
_INSTEAD = {
    "document-unreadable": "put the file back from a backup, or save the workspace anew from the Superalgos page",
    "document-shape": "name a workspace, an exported node, a plugin file or the vault",
    "document-never-loads": "give the file, or the folder that is in the way, another name",
    "document-duplicate-member": "take out all of them but the last, which is the one that counts",
}
_BROKEN_OFF = (
    "save the workspace again from a Superalgos page that still shows it, before you reload that page; else put the "
    "file back from a download “Backup - Workspace - …”, a git history or another backup"
)
_MOVE = "move the file out of My-Workspaces; a node can be dropped onto the Superalgos page from anywhere"
_BY_HAND = "save the workspace anew from the Superalgos page, or put in by hand what is missing"


@check(
    DocumentFacts,
    "document-unreadable",
    "document-shape",
    "document-never-loads",
    "document-duplicate-member",
    "workspace-crash",
)
def unreadable(document: DocumentFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Tells every defect found in reading a document."""
    for defect in document.defects:
        message = f"{_ENDS}: {defect.reason}" if defect.rule == "workspace-crash" else defect.reason
        by_hand = _BROKEN_OFF if document.broken_off else _INSTEAD.get(defect.rule)
        fix = advice(by_hand) if by_hand is not None else mend(document.path)  # a byte order mark
        fix = put_back(document.path, all_facts) or fix
        used = any(task.needs_key for task in document.workspace.tasks)
        yield RawFinding(defect.rule, message, document.path, defect.pointer, defect.place, used=used, fix=fix)


@check(DocumentFacts, "workspace-crash")
def crash(document: DocumentFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Causes that no other rule tells. A bad vault has rules of its own, as has a bad config of a key in question."""
    keys = {key.key.pointer for key in all_facts.keys if key.document is document}
    for cause in document.crashes:
        owned = cause.cause == "vault" or (cause.cause.startswith("config-") and _without_config(cause.pointer) in keys)
        if not owned:
            fix = mend(document.path) if cause.cause in _MENDED else advice(_BY_HAND)
            if document.kind != "workspace":
                fix = advice(_MOVE)
            message = f"{_ENDS}: {cause.detail}"
            yield RawFinding("workspace-crash", message, document.path, cause.pointer, fix=fix, crash=cause)


def _without_config(pointer: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return pointer[:-1] if pointer and pointer[-1] == "config" else pointer
