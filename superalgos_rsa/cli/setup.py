"""`setup`: the whole guide as one conversation, from the key node to a key that signs.

Everything that can be refused is refused before a file is made; the workspace is written last.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from superalgos_rsa.cli.keygen import (
    STEPS,
    finish_pair,
    is_pair,
    make_folder,
    private_file,
    refuse_size,
    refuse_taken,
    warn_if_exposed,
    write_pair,
)
from superalgos_rsa.cli.pubkey import read_key_file
from superalgos_rsa.cli.session import Session, judge, say, written
from superalgos_rsa.cli.written_key import judge_written, told, write
from superalgos_rsa.config import PlannedUpdate, Update, plan_document_update
from superalgos_rsa.documents.json_text import Pointer
from superalgos_rsa.documents.pasting import command_words, line
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.errors import CommandHint, UsageError
from superalgos_rsa.files.find import find_documents
from superalgos_rsa.keys.exposure import export_name
from superalgos_rsa.keys.foreign import export_line
from superalgos_rsa.keys.inspect import KeyText, inspect
from superalgos_rsa.keys.keypair import Pair, PublicHalf, make, public_half
from superalgos_rsa.superalgos.api_key import is_blank_field
from superalgos_rsa.superalgos.engine import Effort, exchanges
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY
from superalgos_rsa.superalgos.installation import Installation, from_root
from superalgos_rsa.superalgos.placeholders import is_to_fill_in
from superalgos_rsa.superalgos.vault import Vault
from superalgos_rsa.superalgos.workspace import answering
from superalgos_rsa.validator.exchange_classes import ExchangeClasses
from superalgos_rsa.validator.facts import Facts, KeyFacts


def api_key(text: str) -> str:
    """Ask for the API key, until the answer can be one."""
    bare = text.strip()
    if (
        not bare.isprintable()
        or not bare
        or " " in bare
        or "-----" in bare
        or is_to_fill_in(bare)
        or is_blank_field(bare)
    ):
        raise click.BadParameter(
            "this is not an API key, which is one word that the exchange shows once it has the public key"
        )
    return bare


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The key file to use. `pair` is a new key pair to write there."""

    file: Path
    public: PublicHalf
    pair: Pair | None = None


@click.command()
@click.argument("workspace", required=False)
@click.option("--key", metavar="KEY", help="Id, name or code name of the key node.")
@click.option("--name", metavar="NAME", help="Use the pair of this name in My-Secrets; make it if there is none.")
@click.option("--key-file", metavar="PATH", help="Use this private key instead of a new one.")
@click.option("--code-name", metavar="API_KEY", type=api_key, help="The API key that the exchange returned.")
@click.pass_obj
def command(
    session: Session,
    workspace: str | None,
    key: str | None,
    name: str | None,
    key_file: str | None,
    code_name: str | None,
) -> int:
    """Pick a key node, make or pick a key pair, give the exchange its public half, write both values, check.

    Asks on the terminal for what no option gives.
    """
    if name is not None and key_file is not None:
        raise UsageError("--name is for a pair in My-Secrets, --key-file for a key file anywhere", "give one of them")
    journal = session.journal()
    installation = session.needed_installation((workspace,) if workspace else ())
    workspace = workspace or _choose_workspace(installation)
    node = _choose_key(judge(session, (workspace,))[0], key, workspace)
    chosen = _choose_pair(session, installation, node, name, key_file)
    if code_name is None:
        _need_terminal("API key from the exchange", "--code-name")
    path = from_root(installation.cwd, chosen.file)
    # Alone the secret would be lost with the next save; what else stands in its way is told before a file is made.
    _plan(session, installation, node, Update(code_name, path) if code_name is not None else Update())
    if chosen.pair is not None:
        write_pair(chosen.file, chosen.pair)
        with written(f"made {chosen.file}"):
            say(f"made {chosen.file}")
        warn_if_exposed(chosen.file)
    say("", *chosen.public.pem.splitlines(), "", f"SHA-256 fingerprint: {chosen.public.sha256}", "")
    if code_name is None:
        say(*STEPS.splitlines(), "")
        code_name = _ask_api_key(session, installation, node, chosen.file)
    make_folder(installation.secrets)  # without it the platform ends on loading the workspace
    plan = _plan(session, installation, node, Update(code_name, path))
    write(plan, "setup", journal, installation, workspace)
    code, lines = _conclude(session, installation, node.document.path, plan.pointer)
    with written(lines[-1]):
        for line in lines:
            say(line)
    return code


# What is asked for


def _need_terminal(what: str, option: str) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"there is no terminal to ask for: {what}", f"give it with {option}")


def _ask_api_key(session: Session, installation: Installation, node: KeyFacts, file: Path) -> str:
    try:
        answer: str = click.prompt("API key from the exchange", value_proc=api_key)
    except click.Abort:
        options = (("--key", _name(node)), ("--key-file", str(file)))
        command = line(session.command("setup", node.document.path, options=options, installation=installation))
        say("", f"The workspace is as it was. To go on later: {command}", err=True)
        raise
    return answer


def _choose_workspace(installation: Installation) -> str:
    found = list(find_documents([str(installation.workspaces)]))
    if not found:
        raise UsageError(f"there are no workspaces in {installation.workspaces}")
    return found[0] if len(found) == 1 else found[_number("workspace", found, "WORKSPACE")]


def _choose_key(all_facts: Facts, name: str | None, workspace: str) -> KeyFacts:
    keys = all_facts.keys
    if not keys:
        if not os.path.lexists(workspace):
            raise UsageError(f"cannot read {workspace}: no such file")
        unread = any(document.defects for document in all_facts.documents)
        raise UsageError(
            f"{workspace} cannot be read" if unread else f"there is no key node in {workspace}",
            CommandHint(command_words("superalgos-rsa check", workspace), "shows why")
            if unread
            else "add one on the Superalgos page, under User Keys",
        )
    if name is None:
        return keys[0 if len(keys) == 1 else _number("key", [_described(node) for node in keys], "--key")]
    found = answering(name, keys, lambda node: node.key)
    if len(found) != 1:
        raise UsageError(
            f"{len(found)} keys of {workspace} have this id, name or code name",
            CommandHint(command_words("superalgos-rsa show", workspace), "lists their ids"),
        )
    return found[0]


def _number(what: str, names: list[str], option: str) -> int:
    _need_terminal(f"which {what}", option)
    for number, name in enumerate(names, start=1):
        say(f"{number:3}  {name}")

    def index(answer: str) -> int:
        if not answer.isdecimal() or not 1 <= int(answer) <= len(names):
            raise click.BadParameter(f"give a number from 1 to {len(names)}")
        return int(answer) - 1

    chosen: int = click.prompt(f"which {what}", value_proc=index)
    return chosen


def _choose_pair(
    session: Session, installation: Installation, node: KeyFacts, name: str | None, key_file: str | None
) -> _Chosen:
    if name is None and key_file is None:
        asked = "private key file to use, or Enter to make a new pair"
        _need_terminal(asked, "--name or --key-file")
        key_file = click.prompt(asked, default="", show_default=False) or None
    if key_file is None:
        file = private_file(installation, "binance-rsa" if name is None else name)
        if finish_pair(file) or (name is not None and is_pair(file)):
            say(f"uses {file}, which exists already")
            key_file = str(file)
    if key_file is None:
        refuse_taken(file)
        pair = make("rsa")
        _refuse_key(installation, node, "an RSA key", pair.private.reveal(), "this guide is for Binance")
        return _Chosen(file, pair.public, pair)
    content = read_key_file(key_file)
    facts = inspect(content)
    if facts.kind in ("public", "certificate"):
        held = "the public half" if facts.kind == "public" else "a certificate, which has the public half only"
        raise UsageError(
            f"{key_file} is {held}, which goes to the exchange; Superalgos signs with the private half",
            "name the file of the private key with --key-file",
        )
    _refuse_key(installation, node, key_file, content.decode("utf-8", "replace"), _hint(key_file, facts))
    if facts.key_type == "rsa" and facts.key_bits and node.exchange_name in exchanges.BINANCE:
        refuse_size(session, installation, facts.key_bits)
    return _Chosen(Path(os.path.abspath(key_file)), public_half(content))


# What is refused


def _hint(key_file: str, facts: KeyText) -> str | CommandHint:
    """How to get a file that Superalgos can sign with."""
    if facts.convertible:
        return CommandHint(command_words("superalgos-rsa convert", key_file), "writes a clean copy")
    export = export_line(facts.kind, key_file, export_name(key_file))
    if export:
        return f"`{export}` writes it as PEM"
    return CommandHint(command_words("superalgos-rsa keygen"), "makes a new pair")


def _refuse_key(installation: Installation, node: KeyFacts, what: str, text: str, hint: str | CommandHint) -> None:
    api_key = node.sent_api_key or ""
    verdict = ExchangeClasses(installation).verdict(text, node.exchange_name, api_key, Effort())
    if not verdict.judged or verdict.signing not in BY_PRIVATE_KEY:
        raise UsageError(f"Superalgos cannot sign orders for {node.exchange_name} with {what}: {verdict.reason}", hint)


def _plan(session: Session, installation: Installation, node: KeyFacts, update: Update) -> PlannedUpdate:
    vault = session.vault(installation)
    if not os.path.lexists(installation.secrets):  # it is about to be made
        vault = Vault(vault.path, "absent")
    return plan_document_update(node.document.path, _name(node), update, installation, vault)


# Words for what was chosen


def _name(node: KeyFacts) -> str:
    """The id of the key, or its name: a node of an old file may have no id."""
    return node.key.id or node.key.name or ""


def _described(node: KeyFacts) -> str:
    return f"{censored(node.key.name or '')} of {censored(node.exchange_name)} ({node.key.id})"


def _conclude(session: Session, installation: Installation, document: str, pointer: Pointer) -> tuple[int, list[str]]:
    """The exit code, and what to say."""
    found = judge_written(session, document, pointer)
    loads = all(entry.loads is not False for entry in found.report.documents)
    ready = found.key.usable and loads
    # The key may be good, and unusable for a mistake elsewhere in the document.
    findings = found.findings if ready else found.report.findings
    lines = [line for one in findings if one.severity == ("warning" if ready else "error") for line in told(one)]
    if ready:
        return 0, [*lines, f"ready: Superalgos signs orders with this key ({(found.key.signing or '').upper()})"]
    return 1, [*lines, f"not ready: `{line(session.command('check', document, installation=installation))}` tells more"]
