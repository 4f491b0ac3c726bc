"""`check`: every rule on the documents."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.session import STDIN, Output, Session, emit, exit_code, judge
from superalgos_rsa.validator.report import Report

if TYPE_CHECKING:
    from superalgos_rsa.validator.report import Offer


@click.command()
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option("--export", is_flag=True, help="Also look for secrets and personal data that must not be shared.")
@options.engine
@options.limit
@options.output
@click.pass_obj
def command(
    session: Session, documents: tuple[str, ...], export: bool, engine: bool, limit: int, output: Output
) -> int:
    """Check workspaces, node exports, plugin files, the vault, folders of them, or - for standard input.

    Without a DOCUMENT: every workspace in My-Workspaces, and the vault.
    """
    _, report = judge(session, documents, export=export, limit=limit, ask_engine=engine)
    told, offer = _ask_fix(session, documents, limit, report)
    show(told, output, offer)
    return exit_code(report)


def _ask_fix(session: Session, documents: tuple[str, ...], limit: int, report: Report) -> tuple[Report, Offer | None]:
    """What `fix` would mend; it is not asked where it has no repair for any error."""
    if not report.summary.errors or STDIN in documents:
        return report, None
    from superalgos_rsa.fixer.mendable import is_mendable

    if not is_mendable(report, errors_alone=True):
        return report, None
    from superalgos_rsa.cli.fix import judge_of, options_of
    from superalgos_rsa.fixer.offer import MOST_WORK, offer
    from superalgos_rsa.fixer.plan import plan

    with contextlib.suppress(Exception):  # the verdict does not depend on it
        fixing, settings = judge_of(session, documents, limit)
        found = plan(fixing, options_of(settings), unsafe=False, most_work=MOST_WORK)
        return offer(found, report, documents, settings.finder)
    return report, None


def show(report: Report, output: Output, offer: Offer | None = None) -> None:
    """Send the report where the options say, in the form that they say. `offer` is what `fix` would mend of it."""
    if output.format == "json":
        from superalgos_rsa.reports import json_report

        emit(lambda **_: json_report.render(report), output, report)
    else:
        from superalgos_rsa.reports import text

        render = functools.partial(text.render, report, verbose=output.verbose, quiet=output.quiet, offer=offer)
        emit(render, output, report)
