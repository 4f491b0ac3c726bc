"""`preflight`: whether the tasks that need a key can start."""

from __future__ import annotations

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.check import show
from superalgos_rsa.cli.session import Output, Session, exit_code, judge
from superalgos_rsa.errors import CommandHint
from superalgos_rsa.validator.judge import refuse_unknown_tasks
from superalgos_rsa.validator.report import Report


@click.command()
@click.argument("workspaces", nargs=-1, metavar="[WORKSPACE]...")
@click.option("--task", "tasks", multiple=True, metavar="NAME_OR_ID", help="Only this task; may be repeated.")
@options.engine
@options.limit
@options.output
@click.pass_obj
def command(
    session: Session, workspaces: tuple[str, ...], tasks: tuple[str, ...], engine: bool, limit: int, output: Output
) -> int:
    """Check that every task that needs a key can start; anything unknown counts as failure."""
    report = judge_start(session, workspaces, tasks, limit, ask_engine=engine)
    show(report, output)
    return exit_code(report)


def judge_start(
    session: Session, workspaces: tuple[str, ...], tasks: tuple[str, ...], limit: int, *, ask_engine: bool = False
) -> Report:
    """The verdict on the start of these tasks; raises `UsageError` for an unknown task."""
    names = frozenset(tasks) if tasks else None
    all_facts, report = judge(session, workspaces, limit=limit, before_start=True, tasks=names, ask_engine=ask_engine)
    listing = session.command("show", *workspaces, installation=all_facts.installation)
    refuse_unknown_tasks(all_facts, tasks, CommandHint(listing, "lists them"))
    return report
