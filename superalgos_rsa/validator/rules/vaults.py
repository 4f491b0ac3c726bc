"""Rules about the vault, and about differences between vault and nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from superalgos_rsa.documents import schema
from superalgos_rsa.documents.json_text import MOST_TOLD, Place, Pointer, locate, places
from superalgos_rsa.documents.showing import mask
from superalgos_rsa.files import modes
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.superalgos.vault import Vault
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.rules.model import PLATFORM_ENDS, SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import API_KEY, KEY_FILE, advice, command, put_back, set_key

SUBJECT = "The vault"
RULES = (
    Rule(
        id="vault-invalid",
        title="The vault file is damaged",
        sees=(
            "`My-Secrets/workspace-credentials.json` is not a JSON list of entries with `type`, `key` and `value`: it "
            "is empty, has a byte order mark, is no JSON, is an object, or has a `null` entry."
        ),
        engine=(
            "The platform ends when it loads any workspace in which a key has a code name. When it saves, it writes "
            "nothing, although the screen says saved."
        ),
        exchange=PLATFORM_ENDS,
        mend=(
            "Correct the file at the place that the finding names, or put back a backup. Only when no secret in it "
            "matters: replace its text by `[]`. `superalgos-rsa schema vault` prints the shape that is needed."
        ),
    ),
    Rule(
        id="vault-directory-missing",
        title="The folder My-Secrets does not exist",
        sees="The Superalgos folder has no `My-Secrets`, and a workspace holds a key with a code name.",
        engine=(
            "The platform ends when it loads that workspace, because it cannot write the vault. It never makes the "
            "folder for the vault. A save writes nothing, although the screen says saved."
        ),
        exchange=PLATFORM_ENDS,
        mend="Make the folder inside the Superalgos folder: `mkdir -m 700 My-Secrets`, on Windows `mkdir My-Secrets`.",
    ),
    Rule(
        id="vault-overrides-node",
        severity="warning",
        title="The vault holds another secret than the document, and the vault wins",
        sees="The document and the vault both have a secret for this key, and they differ.",
        engine="On load the vault's value replaces the one in the document. An edit in the document has no effect.",
        mend="Run `superalgos-rsa set DOCUMENT KEY --secret PATH`; it changes both.",
    ),
    Rule(
        id="vault-not-applied",
        severity="warning",
        title="The vault does not reach this key",
        sees=(
            "The key stands outside the part of the tree that the vault covers: under a second Crypto Ecosystem, as a "
            "root of its own, in a plugin file, or in a Crypto Ecosystem whose project is not Foundations."
        ),
        engine=(
            "On load nothing is taken from the vault for it. On save its secret stays in the document in clear text."
        ),
        mend=(
            "Move the key in the platform to the User Keys of an account in the first Crypto Ecosystem. Or keep only "
            "the path of a key file in it: `superalgos-rsa set DOCUMENT KEY --secret PATH`."
        ),
    ),
    Rule(
        id="vault-shared-entry",
        severity="warning",
        title="One vault entry serves keys of two exchanges or accounts",
        sees=(
            "Keys under different exchanges or accounts have the same `codeName`, so they share one entry of the vault."
        ),
        engine=(
            "The vault knows neither exchange nor account. On load all these keys get the same secret; on save the "
            "last one wins. Template text as a code name does the same to every new key."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Give each key the API key of its own account: `superalgos-rsa set DOCUMENT KEY --code-name API_KEY "
            "--secret PATH`."
        ),
    ),
    Rule(
        id="vault-orphan",
        severity="info",
        title="The vault holds a secret that no workspace uses",
        sees=(
            "No key of any workspace has the code name of this entry. A renamed code name leaves the old entry behind."
        ),
        engine="The platform never removes an entry. The old secret stays in the vault file in clear text.",
        mend=(
            "Delete the API key at the exchange if you no longer use it, and take the entry out of "
            "`My-Secrets/workspace-credentials.json` while the platform is stopped."
        ),
    ),
)

_ENDS = "Loading a workspace with a key ends the whole platform"
_RESTORE = "restore the file from a backup; an empty vault is the two characters []"
_GIVE = "give the folder to the user who runs Superalgos, with chown"
_ALLOW = "let the user who runs Superalgos read and write the folder: Properties, Security"
_READABLE = "put a regular file there which the user who runs Superalgos may read and write"


@check(Facts, "vault-invalid", "vault-directory-missing")
def unusable(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Finds a vault that cannot be read or written, or whose folder is missing."""
    vaults = {d.vault.path: d.vault for d in all_facts.documents if d.vault is not None}
    # The vault is read with the platform's rights, a document with those of this user.
    if all_facts.installation is not None:
        vaults[all_facts.vault.path] = all_facts.vault
    for vault in vaults.values():
        yield from _judge(vault, all_facts)


def _judge(vault: Vault, all_facts: Facts) -> Iterator[RawFinding]:
    crashes = any(crash.cause == "vault" for document in all_facts.documents for crash in document.crashes)
    if vault.state in ("no-folder", "no-access"):
        if crashes and all_facts.installation is not None:
            folder = str(all_facts.installation.secrets)
            has_modes = modes.are_kept(folder)
            fix = advice(_GIVE if has_modes else _ALLOW)
            if vault.state == "no-folder":
                fix = command("mkdir -m 700" if has_modes else "mkdir", folder, applicability="safe")
            message = f"{_ENDS}: {vault.reason}"
            yield RawFinding("vault-directory-missing", message, vault.path, path=folder, fix=fix)
    elif vault.state == "closed":
        message = f"It is not known whether the keys in the vault work: {vault.reason}"
        yield RawFinding("vault-invalid", message, vault.path, fix=advice("run the same command as that user"))
    elif vault.state in ("too-large", "too-deep"):
        message = f"It is not known whether the keys in the vault work: the vault is not judged ({vault.reason})"
        yield RawFinding("vault-invalid", message, vault.path, fix=advice(_RESTORE))
    elif vault.state in ("unreadable", "malformed"):
        message = f"{_ENDS}: the vault cannot be read ({vault.reason})"
        fix = put_back(vault.path, all_facts) or advice(_RESTORE if vault.state == "malformed" else _READABLE)
        yield RawFinding("vault-invalid", message, vault.path, place=vault.place, fix=fix)
    else:
        problems = list(islice(_problems(vault.entries), MOST_TOLD))
        stand = _places(vault, [pointer for pointer, _ in problems])
        for pointer, what in problems:
            message = f"Superalgos cannot use this entry of the vault: {what}"
            fix = advice("correct the entry by hand, or take it out, while Superalgos is stopped")
            yield RawFinding("vault-invalid", message, vault.path, pointer, stand.get(pointer), fix=fix)


def _problems(entries: list[Any]) -> Iterator[tuple[Pointer, str]]:
    for index, entry in enumerate(entries):
        for problem in schema.problems("vault", [entry]):
            yield (index, *problem.pointer[1:]), problem.message


def _places(vault: Vault, pointers: Iterable[Pointer]) -> dict[Pointer, Place]:
    """The places of entries in the installation's vault, which may not be among the documents."""
    return places(vault.text, locate(vault.text, pointers)) if vault.text is not None else {}


@check(KeyFacts, "vault-overrides-node")
def overrides(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds secrets that the platform ignores because the vault has another."""
    credential = key.credential
    own = credential.own_secret
    if credential.source == "vault" and own not in (None, "", credential.secret) and not is_placeholder(own):
        message = "The secret here is ignored: the vault holds another one for this `codeName`, and the vault wins"
        yield at_key("vault-overrides-node", message, key, fix=set_key(key, secret=key.shown_path or KEY_FILE))


@check(KeyFacts, "vault-not-applied")
def not_applied(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds keys of a workspace that the vault does not reach."""
    name = key.credential.code_name
    if key.document.kind != "workspace" or not key.document.can_be_opened or key.credential.covered:
        return
    if key.key.config.state == "read" and name and not is_placeholder(name):
        where = "outside the part that the vault covers"
        message = f"Superalgos will not keep this key's secret in the vault: the key stands {where}"
        fix = advice("move the key node under the first Crypto Ecosystem of the workspace")
        yield at_key("vault-not-applied", message, key, fix=fix)


@check(Facts, "vault-shared-entry")
def shared(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Finds one entry of the vault that serves keys of two exchanges or accounts."""
    first: dict[Any, KeyFacts] = {}
    for key in all_facts.keys:
        index, name = key.credential.vault_index, key.credential.code_name
        if index is None or is_placeholder(name):
            continue
        other = first.setdefault(index, key)
        if other is not key and _owner(other) != _owner(key):
            message = (
                f"Superalgos will give this key and “{other.key.name}” of another exchange or account the same secret: "
                "they share one vault entry"
            )
            yield at_key("vault-shared-entry", message, key, fix=set_key(key, code_name=API_KEY, secret=KEY_FILE))


def _owner(key: KeyFacts) -> tuple[Any, ...]:
    exchange = key.exchange.code_name if key.exchange else None
    return (exchange, key.document.path, key.key.account)


@check(Facts, "vault-orphan")
def orphan(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Finds entries that no workspace uses; only if every workspace was read."""
    if all_facts.before_start or not all_facts.all_documents:
        return
    if all_facts.vault.state != "read" or any(document.defects for document in all_facts.documents):
        return
    names = {key.credential.code_name for key in all_facts.keys if isinstance(key.credential.code_name, str)}
    keys = {
        (index,): entry.get("key")
        for index, entry in enumerate(all_facts.vault.entries)
        if isinstance(entry, dict) and entry.get("type") == "exchange"
    }
    orphans = {pointer: key for pointer, key in keys.items() if isinstance(key, str) and key not in names}
    told = dict(islice(orphans.items(), MOST_TOLD))
    stand = _places(all_facts.vault, told)
    for pointer, key in told.items():
        message = f"A secret that no workspace uses stands in the vault: the one for {mask(key)}"
        yield RawFinding("vault-orphan", message, all_facts.vault.path, pointer, stand.get(pointer))
    if len(orphans) > len(told):
        message = f"{len(orphans) - len(told):,} more secrets that no workspace uses stand in the vault"
        yield RawFinding("vault-orphan", message, all_facts.vault.path)
