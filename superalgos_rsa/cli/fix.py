"""`fix`: plan repairs as a diff, and apply them."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.pubkey import read_key_file
from superalgos_rsa.cli.running import RunningTasks
from superalgos_rsa.cli.session import (
    STDIN,
    Known,
    Session,
    complain,
    known_from,
    remember,
    say,
    warn,
    write_json,
    written,
)  # fmt: skip
from superalgos_rsa.documents.pasting import line
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.errors import CommandHint, UsageError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import state_folder
from superalgos_rsa.fixer import diff, known_keys
from superalgos_rsa.fixer.context import FixOptions
from superalgos_rsa.fixer.plan import Plan, Step, changes_of, plan, safe_title, shown_parts
from superalgos_rsa.fixer.trial import Judge, sources_of
from superalgos_rsa.keys.keypair import public_half
from superalgos_rsa.reports.terminal import shown
from superalgos_rsa.superalgos.installation import Installation, from_root
from superalgos_rsa.superalgos.workspace import answering
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.facts import KeyFacts

_RUNNING = (
    "Superalgos is running: its next save overwrites these repairs unless the workspace is loaded again first, and "
    "tasks that run keep the values they were started with"
)


@click.command()
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option("--apply", "apply_it", is_flag=True, help="Write the repairs; without it they are only shown.")
@click.option("--unsafe", is_flag=True, help="Also make repairs that change what a document means.")
@click.option("--interactive", is_flag=True, help="Ask for each repair.")
@click.option("--search", multiple=True, metavar="DIR", help="Look for key files here too.")
@click.option(
    "--public", multiple=True, metavar="FILE", help="The public key that the exchange has: find its private half."
)
@click.option("--choose", multiple=True, metavar="KEY=PATH", help="Use this key file where several would do.")
@click.option("--yes", is_flag=True, help="Apply even while Superalgos is running.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.limit
@click.pass_obj
def command(
    session: Session, documents: tuple[str, ...], apply_it: bool, unsafe: bool, interactive: bool,
    search: tuple[str, ...], public: tuple[str, ...], choose: tuple[str, ...], yes: bool, form: str, limit: int,
) -> int:  # fmt: skip
    """Repair findings: find the file that a broken path meant, check that the key works with it, write the path.

    Without --apply nothing is written: the plan is shown, and the exit code is 1 while there is something to repair.
    """
    journal = session.journal(to_write=apply_it)
    judge, settings = judge_of(session, documents, limit)
    installation = judge.installation
    fix_options = options_of(settings, search, public)
    verdict = judge.begin()
    listing = CommandHint(session.command("show", *documents, installation=installation), "lists their ids")
    chosen = tuple(_chosen(text, verdict.all_facts.keys, installation, listing) for text in choose)
    root = installation.root if installation is not None else Path()
    given = (*search, *(str(root / path) for _, path in chosen))
    fix_options = replace(fix_options, chosen=chosen, named=tuple(os.path.realpath(name) for name in given))
    known = known_from(installation.root if installation is not None else None)
    found = plan(judge, fix_options, unsafe=unsafe, ask=functools.partial(_ask, known) if interactive else None)
    changes = changes_of(found, judge)
    running = installation is not None and installation.running
    number = None
    tasks = RunningTasks(installation if apply_it and changes else None, [source.path for source in judge.sources])
    if form == "text":
        _show(found, changes, known)
    if apply_it and changes:
        if running and not yes:
            _ask_while_running()
        number = journal.apply(changes, _title(found), time.time())
        remember(found.after.all_facts, found.after.report)
    again = tasks.to_start_again()
    done = f"written; `superalgos-rsa undo {number}` takes it back"
    with written(done) if number is not None else contextlib.nullcontext():
        if form == "json":
            told = {"applied": number, "platform_running": running, "restart": [task._asdict() for task in again]}
            write_json({**told, **_as_dict(found, changes, known)})
        elif number is not None:
            say(done)
    if form == "text" and changes and number is None:
        retry = [("--apply", None), *((("--unsafe", None),) if unsafe else ())]
        retry += [("--search", folder) for folder in search] + [("--public", file) for file in public]
        retry += [("--choose", choice) for choice in choose]
        words = session.command("fix", *documents, options=retry, installation=installation)
        complain("nothing was written", CommandHint(words, "makes these repairs"), code=0, kind="note", known=known)
    if number is not None:
        tasks.warn("these repairs", again)
    elif running and changes:
        warn(_RUNNING, "load the workspace again in the browser before you save it there, and restart the tasks")
    return 1 if changes and not apply_it else found.after.report.exit_code


def judge_of(session: Session, documents: tuple[str, ...], limit: int) -> tuple[Judge, Settings]:
    """The judge for states of these documents, and the settings that hold for them."""
    named = session.documents(documents)
    if STDIN in named.names:
        raise UsageError("standard input cannot be repaired", "name the file")
    settings = session.settings(named.installation, all_documents=not documents)
    return Judge(sources_of(named, limit), named.installation, named.vault, settings), settings


def options_of(settings: Settings, search: tuple[str, ...] = (), public: tuple[str, ...] = ()) -> FixOptions:
    """Where key files are looked for, and by which fingerprints they are known."""
    return FixOptions(
        tuple(Path(folder) for folder in (*search, *settings.search)),
        frozenset(public_half(read_key_file(file)).sha256 for file in public),
        remembered=functools.partial(known_keys.recall, state_folder(os.environ)),
    )


def _chosen(
    text: str, keys: Sequence[KeyFacts], installation: Installation | None, listing: CommandHint
) -> tuple[str, str]:
    """The id, name or code name of a key node, and the path as the key is to name it."""
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError("--choose takes KEY=PATH", "KEY is the id, the name or the code name of the key node")
    found = answering(name, keys, lambda key: key.key)
    if len(found) != 1:
        raise UsageError(f"--choose: {len(found)} keys have this id or name", listing)
    root = installation.root if installation is not None else Path.cwd()
    file = next((p for p in (Path.cwd() / path, root / path) if p.is_file()), None)
    if file is None:
        raise UsageError(f"--choose: there is no file {path}")
    return name, from_root(root, os.path.abspath(file))


def _ask(known: Known, step: Step) -> bool:
    title = _line(step, known)
    return click.confirm(shown(f"{step.finding.rule}: {title} ({step.applicability})?"), err=True)


def _line(step: Step, known: Known) -> str:
    """A command as the shell of this machine reads it; else the title, which is a sentence for people."""
    if step.command:
        parts = shown_parts(step, known)
        return line([censored(word, parts) for word in step.command])
    return shown(safe_title(step, known))


def _ask_while_running() -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(_RUNNING, "stop Superalgos, or add --yes and load the workspace again in the browser")
    click.confirm(f"{_RUNNING}. Go on?", abort=True, err=True)


def _title(found: Plan) -> str:
    count = len(found.planned)
    return f"fix, {count} repair{'s' if count > 1 else ''}"


def _show(found: Plan, changes: list[Change], known: Known) -> None:
    say(*_diff(changes, known))
    for step in found.steps:
        why = f" — {step.reason}" if step.reason else ""
        title = _line(step, known)
        status = "not done automatically" if step.status == "held back" else step.status
        how = "" if step.applicability == "display" else f", {step.applicability}"
        say(f"{status}: {title} [{step.finding.rule}{how}]{why}")
    if not found.steps:
        errors = found.after.report.summary.errors
        say(
            f"fix can repair none of the errors ({errors}): check tells them"
            if errors
            else "there is nothing to repair"
        )


def _diff(changes: list[Change], known: Known) -> list[str]:
    return [line for change in changes for line in diff.of_change(change, lambda path: known(path) == path)]


def _as_dict(found: Plan, changes: list[Change], known: Known) -> dict[str, object]:
    return {
        "version": 1,
        "steps": [
            {
                "rule": step.finding.rule,
                "document": step.finding.document,
                "pointer": step.finding.pointer,
                "key_id": step.finding.key_id,
                "task_id": step.finding.task_id,
                "title": safe_title(step, known),
                "applicability": step.applicability,
                "status": step.status,
                "reason": step.reason,
            }
            for step in found.steps
        ],
        "files": [change.path for change in changes],
        "diff": _diff(changes, known),
    }
