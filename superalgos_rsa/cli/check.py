"""`check`: every rule on the documents."""

from __future__ import annotations

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.session import Output, Request, Session, emit, exit_code, judge
from superalgos_rsa.validator.report import Report


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
    all_facts, report = judge(session, Request(documents, export, limit, ask_engine=engine))
    show(report, output)
    return exit_code(all_facts, report)


def show(report: Report, output: Output) -> None:
    """Send the report where the options say, in the form that they say."""
    documents = [document.path for document in report.documents]
    if output.format == "json":
        from superalgos_rsa.reports import json_report

        emit(lambda _colour, _width: json_report.render(report), output, documents)
    else:
        from superalgos_rsa.reports import text

        emit(
            lambda colour, width: text.render(
                report, color=colour, width=width, verbose=output.verbose, quiet=output.quiet
            ),
            output,
            documents,
        )
