"""`fix`: plan repairs as a diff, and apply them."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.pubkey import read_key_file
from superalgos_rsa.cli.session import Session, complain, documents_of
from superalgos_rsa.errors import UsageError
from superalgos_rsa.fixing import diff
from superalgos_rsa.fixing.menders import Wishes
from superalgos_rsa.fixing.planner import Plan, Step, plan
from superalgos_rsa.fixing.state import Judge
from superalgos_rsa.installation import Installation
from superalgos_rsa.journal import Change
from superalgos_rsa.keymaking import public_half
from superalgos_rsa.reading import read_source


@click.command()
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option("--apply", "apply_it", is_flag=True, help="Make the repairs; else they are only shown.")
@click.option("--unsafe", is_flag=True, help="Also make repairs that change what a document means.")
@click.option("--interactive", is_flag=True, help="Ask for each repair.")
@click.option("--search", multiple=True, metavar="DIR", help="Look for key files here too.")
@click.option(
    "--public", multiple=True, metavar="FILE", help="The public key that the exchange has: find its private half."
)
@click.option("--choose", multiple=True, metavar="KEY=PATH", help="The key file to take where several would do.")
@click.option("--yes", is_flag=True, help="Apply even while Superalgos is running.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.limit
@click.pass_obj
def command(
    session: Session, documents: tuple[str, ...], apply_it: bool, unsafe: bool, interactive: bool,
    search: tuple[str, ...], public: tuple[str, ...], choose: tuple[str, ...], yes: bool, form: str, limit: int,
) -> int:  # fmt: skip
    """Find what a broken path was meant for, prove it, and write it.

    Without --apply nothing is written: the plan is shown, and the exit code is 1 while there is something to mend.
    """
    journal = session.journal()
    installation, vault, names = documents_of(session, documents)
    sources = tuple(read_source(name, limit) for name in names)
    judge = Judge(sources, installation, vault, session.settings(installation, all_documents=not documents))
    wishes = Wishes(
        tuple(Path(folder) for folder in search),
        frozenset(public_half(read_key_file(file)).sha256 for file in public),
        tuple(_chosen(text) for text in choose),
    )
    found = plan(judge, wishes, unsafe=unsafe, ask=_ask if interactive else None)
    changes = changes_of(found, judge)
    if form == "json":
        click.echo(json.dumps(_as_dict(found, judge, changes), indent=2, ensure_ascii=False))
    else:
        _show(found, judge, changes)
    if not apply_it:
        if changes and form == "text":
            complain("nothing was written", "superalgos-rsa fix --apply makes these repairs", code=0, kind="hint")
        return 1 if changes else found.after.report.exit_code
    if changes:
        _refuse_while_running(installation, yes)
        number = journal.apply(changes, f"{len(found.planned)} repairs", time.time())
        if form == "text":
            click.echo(f"written; `superalgos-rsa undo {number}` takes it back")
    return found.after.report.exit_code


def _chosen(text: str) -> tuple[str, str]:
    key, equals, path = text.partition("=")
    if not equals:
        raise UsageError("--choose takes KEY=PATH", "KEY is the id or the name of the key node")
    return key, path


def _ask(step: Step) -> bool:
    return click.confirm(f"{step.finding.rule}: {step.title} ({step.applicability})?", err=True)


def _refuse_while_running(installation: Installation | None, yes: bool) -> None:
    if installation is None or not installation.running or yes:
        return
    warning = (
        "Superalgos is running: its next save overwrites these repairs unless the workspace is loaded again first, and "
        "tasks that run keep the values they started with"
    )
    if not sys.stdin.isatty():
        raise UsageError(warning, "stop Superalgos, or add --yes and load the workspace again in the browser")
    complain(warning, None, code=0, kind="warning")
    click.confirm("go on?", abort=True, err=True)


def changes_of(found: Plan, judge: Judge) -> list[Change]:
    """Folders and modes first: what is written then lies where it can be read."""
    changes = [Change(path, folder=True) for path in found.state.folders]
    for path, mode in found.state.modes.items():
        changes.append(Change(path, old_mode=os.stat(path).st_mode & 0o7777, new_mode=mode))
    for path, data in found.state.files.items():
        old = judge.bytes_on_disk(path)
        if old != data:
            changes.append(Change(path, old, data))
    return changes


def _show(found: Plan, judge: Judge, changes: list[Change]) -> None:
    for change in changes:
        if change.new is not None:
            click.echo("\n".join(diff.of_file(change.path, change.old, change.new)))
    for step in found.steps:
        why = f" — {step.reason}" if step.reason else ""
        click.echo(f"{step.status}: {step.title} [{step.finding.rule}, {step.applicability}]{why}")
    if not found.steps:
        click.echo("there is nothing that can be mended from here")


def _as_dict(found: Plan, judge: Judge, changes: list[Change]) -> dict[str, object]:
    return {
        "version": 1,
        "steps": [
            {
                "rule": step.finding.rule,
                "document": step.finding.document,
                "pointer": step.finding.pointer,
                "key_id": step.finding.key_id,
                "task_id": step.finding.task_id,
                "title": step.title,
                "applicability": step.applicability,
                "status": step.status,
                "reason": step.reason,
            }
            for step in found.steps
        ],
        "files": [change.path for change in changes],
        "diff": [line for c in changes if c.new is not None for line in diff.of_file(c.path, c.old, c.new)],
    }
