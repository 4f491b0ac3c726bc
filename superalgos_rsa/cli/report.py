"""`report`: saved reports, shown together."""

from __future__ import annotations

import os
from typing import NamedTuple

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.check import show
from superalgos_rsa.cli.session import Output, complain
from superalgos_rsa.documents.showing import outline, shown
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.regular import Unread, read_regular
from superalgos_rsa.files.spelling import identity
from superalgos_rsa.reports.conclusion import conclude
from superalgos_rsa.reports.saved import NoReportError, read
from superalgos_rsa.reports.together import together, without_answer
from superalgos_rsa.servers.local import known_part
from superalgos_rsa.validator.report import Report

_SUFFIX = ".json"
_WORST_FIRST = (2, 3, 1, 0)


class _Saved(NamedTuple):
    """What one file says of its machine; `failure` tells why that is no verdict, where the machine is not to blame."""

    name: str
    report: Report
    failure: str | None = None


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.limit
@options.output
def command(files: tuple[str, ...], limit: int, output: Output) -> int:
    """Show what `check` and `preflight` printed with `--format json`, that of several machines together.

    A FILE has the name of its machine, as in tokyo.json. One that is not there, or is empty, is a machine that could
    not be asked.
    """
    if output.file is not None and identity(output.file) in map(identity, files):
        raise UsageError(f"--output-file would overwrite a report that was read: {output.file}")
    saved = [_read(file, name, limit) for file, name in _names(files).items()]
    show(together([(one.name, one.report) for one in saved]), output)
    codes = {conclude(one.report).code if one.failure is None else _tell(one.failure) for one in saved}
    return next(code for code in _WORST_FIRST if code in codes)


def _names(files: tuple[str, ...]) -> dict[str, str]:
    """The files, with the names of their machines; with their paths where two would have one name."""
    told = {file: _told(file) for file in files}
    stems = [os.path.basename(file).removesuffix(_SUFFIX) for file in told.values()]
    return {
        file: stem if stems.count(stem) == 1 else path
        for (file, path), stem in zip(told.items(), stems, strict=True)
    }  # fmt: skip


def _told(file: str) -> str:
    """The file as it may be shown: a name that is no file may be a secret typed in the wrong place."""
    return file if file.endswith(_SUFFIX) else shown(file, known_part(file)) or f"({outline(file)})"


def _read(file: str, name: str, limit: int) -> _Saved:
    found = read_regular(file, limit)
    if isinstance(found, Unread):
        if found.obstacle in ("missing", "dangling-link"):
            return _Saved(name, without_answer(name, f"there is no file {_told(file)}"))
        return _without_report(file, name, found.detail)
    if not found.data.strip():
        return _Saved(name, without_answer(name, f"{_told(file)} is empty"))
    try:
        report = read(found.data)
    except NoReportError as error:
        return _without_report(file, name, error.reason)
    if conclude(report).code == 2:
        reason = "a relative key path begins at the Superalgos directory, and none was found there"
        return _Saved(name, without_answer(name, reason, report), f"{_told(file)}: {reason}")
    return _Saved(name, report)


def _without_report(file: str, name: str, reason: str) -> _Saved:
    failure = f"{_told(file)}: {reason}"
    return _Saved(name, without_answer(name, failure), failure)


def _tell(failure: str) -> int:
    return complain(failure, None, code=2)
