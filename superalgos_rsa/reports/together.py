"""Several reports as one. A document is named as scp names it, `tokyo:/opt/Superalgos/…`, so that all that is said of
documents stays true: two machines may have the same path."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from superalgos_rsa import __version__
from superalgos_rsa.reports.conclusion import UNREACHABLE
from superalgos_rsa.validator.report import Finding, Fix, InstallationEntry, Report, Summary

_NONE = InstallationEntry(None, None, None, False)
_NOTHING = Report(__version__, _NONE, (), (), (), (), Summary.of((), (), (), ready=False))
_ASK_AGAIN = Fix("display", sentence="see why it gave no answer, and run superalgos-rsa preflight there again")


def without_answer(name: str, reason: str, report: Report = _NOTHING) -> Report:
    """The report on a machine of which it is not known whether its tasks may start, with what it did say."""
    message = f"It is not known whether the tasks on {name} may start: {reason}"
    found = Finding(UNREACHABLE, "error", message, None, server=name, fix=_ASK_AGAIN)
    findings = (*report.findings, found)
    return report._replace(findings=findings, summary=Summary.of(report.keys, report.tasks, findings, ready=False))


def together(reports: Sequence[tuple[str, Report]]) -> Report:
    """The reports, each with the name of its machine, as one. A single one stays as it is."""
    if len(reports) == 1:
        return reports[0][1]
    moved = [_moved(name, report) for name, report in reports]
    keys = tuple(key for report in moved for key in report.keys)
    tasks = tuple(task for report in moved for task in report.tasks)
    findings = tuple(finding for report in moved for finding in report.findings)
    return Report(
        __version__,
        _installation([(name, report.installation) for name, report in reports if report.installation != _NONE]),
        tuple(document for report in moved for document in report.documents),
        keys,
        tasks,
        findings,
        Summary.of(keys, tasks, findings, ready=all(report.summary.ready for report in moved)),
    )


def _moved(name: str, report: Report) -> Report:
    """The report with its documents and its own machine under that name."""

    def server(known: str | None) -> str | None:
        return name if known == "local" else known

    return report._replace(
        documents=tuple(document._replace(path=f"{name}:{document.path}") for document in report.documents),
        keys=tuple(
            key._replace(document=f"{name}:{key.document}", server=server(key.server)) for key in report.keys
        ),
        tasks=tuple(
            task._replace(document=f"{name}:{task.document}", server=server(task.server)) for task in report.tasks
        ),
        findings=tuple(
            found._replace(server=server(found.server or "local"))
            if found.document is None
            else found._replace(document=f"{name}:{found.document}", server=server(found.server))
            for found in report.findings
        ),
    )  # fmt: skip


def _installation(entries: Sequence[tuple[str, InstallationEntry]]) -> InstallationEntry:
    """What all machines share as it is; of what differs, what each has."""

    def shared(of: Callable[[InstallationEntry], str | None]) -> str | None:
        values = [(name, of(entry)) for name, entry in entries]
        if len({value for _, value in values}) <= 1:
            return values[0][1] if values else None
        return ", ".join(f"{name}:{value}" for name, value in values if value is not None)

    return InstallationEntry(
        root=shared(lambda entry: entry.root),
        superalgos=shared(lambda entry: entry.superalgos),
        ccxt=shared(lambda entry: entry.ccxt),
        platform_running=any(entry.platform_running for _, entry in entries),
        user=shared(lambda entry: entry.user),
        asked_by=shared(lambda entry: entry.asked_by),
    )
