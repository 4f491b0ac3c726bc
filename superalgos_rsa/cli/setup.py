"""`setup`: the whole guide as one conversation, from the key node to a key that signs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from superalgos_rsa.cli.keygen import STEPS, make_pair
from superalgos_rsa.cli.pubkey import read_key_file
from superalgos_rsa.cli.session import Request, Session, judge
from superalgos_rsa.config import Update
from superalgos_rsa.errors import UsageError
from superalgos_rsa.installation import Installation
from superalgos_rsa.keymaking import PublicHalf, public_half
from superalgos_rsa.reading import find_documents
from superalgos_rsa.report import KeyEntry, Report
from superalgos_rsa.updating import apply_update, plan_document_update


@click.command()
@click.argument("workspace", required=False)
@click.option("--key", metavar="KEY", help="Id, name or code name of the key node.")
@click.option("--name", metavar="NAME", help="Make a new pair of this name in My-Secrets.")
@click.option("--key-file", metavar="PATH", help="Use this private key instead of a new one.")
@click.option("--code-name", metavar="API_KEY", help="The API key that the exchange returned.")
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

    What an option does not say is asked for on the terminal.
    """
    if name and key_file:
        raise UsageError("--name makes a new pair, --key-file uses one that is there", "give one of them")
    installation = session.needed_installation((workspace,) if workspace else ())
    workspace = workspace or _choose_workspace(installation)
    entry = _choose_key(_judge(session, workspace), key, workspace)
    path, half = _choose_pair(session, installation, name, key_file)
    click.echo(f"\n{half.pem}\nSHA-256 fingerprint: {half.sha256}\n")
    if code_name is None:
        click.echo(STEPS)
        code_name = _ask("API key from the exchange", "--code-name").strip()
    # The id is the sure name, but a node of an old file may have none.
    plan = plan_document_update(
        workspace, entry.id or entry.name or "", Update(code_name, path), installation, session.vault(installation)
    )
    apply_update(plan)
    for changed, what in plan.summary:
        click.echo(f"{changed}: {what}")
    return _conclude(_judge(session, workspace), entry)


def _judge(session: Session, workspace: str) -> Report:
    return judge(session, Request((workspace,)))[1]


def _ask(what: str, option: str, default: str | None = None) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"there is no terminal to ask for: {what}", f"give it with {option}")
    answer: str = click.prompt(what, default=default)
    return answer


def _choose_workspace(installation: Installation) -> str:
    found = list(find_documents([str(installation.workspaces)]))
    if not found:
        raise UsageError(f"there are no workspaces in {installation.workspaces}")
    return found[0] if len(found) == 1 else found[_number("workspace", found, "WORKSPACE")]


def _choose_key(report: Report, name: str | None, workspace: str) -> KeyEntry:
    if name is not None:
        # The code name is masked in the report, so `set` is the one to find a key by it.
        matching = [entry for entry in report.keys if name in (entry.id, entry.name)]
        if len(matching) == 1:
            return matching[0]
        raise UsageError(
            f"{len(matching)} keys of {workspace} are called {name!r}", "`superalgos-rsa show` lists their ids"
        )
    if not report.keys:
        raise UsageError(f"there is no key node in {workspace}", "add one on the Superalgos page, under User Keys")
    names = [f"{entry.name} of {entry.exchange} ({entry.id})" for entry in report.keys]
    return report.keys[0 if len(names) == 1 else _number("key", names, "--key")]


def _number(what: str, names: list[str], option: str) -> int:
    for number, name in enumerate(names, start=1):
        click.echo(f"{number:3}  {name}", err=True)
    answer = _ask(f"which {what}, 1 to {len(names)}", option)
    if not answer.isdigit() or not 1 <= int(answer) <= len(names):
        raise UsageError(f"there is no {what} of number {answer}")
    return int(answer) - 1


def _choose_pair(
    session: Session, installation: Installation, name: str | None, key_file: str | None
) -> tuple[str, PublicHalf]:
    """The path to write, as the task server finds it, and the public half."""
    if name is None and key_file is None:
        answer = _ask("private key file to use, or Enter to make a new pair", "--name or --key-file", default="")
        key_file = answer or None
    if key_file is not None:
        half = public_half(read_key_file(key_file))
        return _from_root(Path(key_file), installation), half
    private, pair = make_pair(session, installation, name or "binance-rsa", "rsa", 2048)
    click.echo(f"made {private}")
    return _from_root(private, installation), pair.public


def _from_root(path: Path, installation: Installation) -> str:
    """Relative below the Superalgos folder, so that it stays right when the folder moves; else absolute."""
    full = Path(os.path.abspath(path))
    return str(full.relative_to(installation.root)) if full.is_relative_to(installation.root) else str(full)


def _conclude(report: Report, entry: KeyEntry) -> int:
    found = next(key for key in report.keys if key.pointer == entry.pointer)
    if found.usable and not any(document.loads is False for document in report.documents):
        click.echo(f"ready: the engine signs {(found.signing or '').upper()} with this key")
        return 0
    for finding in report.findings:
        if finding.severity == "error":
            click.echo(f"error: {finding.message} [{finding.rule}]")
    click.echo("not ready: `superalgos-rsa check` tells more")
    return 1
