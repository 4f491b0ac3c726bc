"""The report for people: the worst first, where it is, what would come of it, and the one command that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from superalgos_rsa.documents.pasting import SHELL, Shell, line
from superalgos_rsa.reports.conclusion import conclude
from superalgos_rsa.reports.terminal import cells, counted, fill, machine, paint, quoted, shown, words
from superalgos_rsa.validator.report import SEVERITIES, Finding, Fix, InstallationEntry, Offer, Report, Severity

_PLACES = 3
_LEADING = 3  # ecosystem, group, exchange: the names by which a trader knows the place
_STEP = " \u203a "


@dataclass(frozen=True, slots=True)
class _Page:
    color: bool
    width: int
    verbose: bool
    shell: Shell


def render(
    report: Report,
    *,
    color: bool,
    width: int,
    verbose: bool = False,
    quiet: bool = False,
    shell: Shell = SHELL,
    offer: Offer | None = None,
) -> str:
    """The report for people; `offer` is what `fix` would mend of it."""
    page = _Page(color, width, verbose, shell)
    blocks: list[list[str]] = []
    if verbose and not quiet:
        blocks.append([_installation(report.installation, page)])
    notes: list[str] = []
    folded = False
    for (severity, _, _), found in _groups(report.findings):
        if quiet and severity != "error":
            continue
        if severity == "info" and not verbose:
            notes.extend(_note(found, page))
            folded = folded or len(found) > 1
        else:
            blocks.append(_block(found, page))
    if folded:
        notes.append(paint("  (--verbose shows the places)", "dim", color))
    blocks.extend(block for block in (notes, list(_summary(report, page, offer))) if block)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _groups(findings: tuple[Finding, ...]) -> list[tuple[tuple[Severity, str, str], list[Finding]]]:
    """Findings with the same words at several places, as one; the worst first, else in their order."""
    groups: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule, finding.message), []).append(finding)
    return sorted(groups.items(), key=lambda group: SEVERITIES.index(group[0][0]))


def _block(found: list[Finding], page: _Page) -> list[str]:
    try:
        return list(_lines(found, page))
    except Exception as error:  # one finding that fails must not hide the others
        severity, rule = found[0].severity, shown(found[0].rule)
        return [f"{severity}: this finding could not be shown ({type(error).__name__}) [{rule}]"]


def _lines(found: list[Finding], page: _Page) -> Iterator[str]:
    first = found[0]
    hang = len(first.severity) + 2
    yield from _head(first, [f"[{shown(first.rule)}]"], hang, page)
    same_cause = len({finding.would_cause for finding in found}) == 1
    same_fix = len({finding.fix for finding in found}) == 1
    listed = found if page.verbose else found[:_PLACES]
    for finding in listed:
        yield from _place(finding, page)
        if not same_cause:
            yield from _cause(finding, page)
        if not same_fix:
            yield from _mend(finding, page)
    if len(listed) < len(found):
        more = counted(len(found) - len(listed), "more place")
        yield paint(f"  … and {more} (--verbose shows all)", "dim", page.color)
    if same_cause:
        yield from _cause(first, page)
    if same_fix:
        yield from _mend(first, page)


def _note(found: list[Finding], page: _Page) -> Iterator[str]:
    first = found[0]
    tail = [f"[{shown(first.rule)}]"]
    if len(found) > 1:
        tail.append(f"at {len(found)} places")
    elif first.document is not None:
        tail.append(shown(first.document) + (f":{first.line}" if first.line else ""))
    return _head(first, tail, 2, page)


def _head(finding: Finding, tail: list[str], hang: int, page: _Page) -> Iterator[str]:
    message = words(shown(finding.message), shown(finding.path or ""), shown(finding.document or ""))
    label = f"{finding.severity}:"
    lines = fill([label, *message, *tail], page.width, hang)
    yield paint(label[:-1], finding.severity, page.color) + next(lines)[len(label) - 1 :]
    yield from lines


def _place(finding: Finding, page: _Page) -> Iterator[str]:
    if finding.document is not None:
        position = "".join(f":{number}" for number in (finding.line, finding.column) if number is not None)
        yield paint(f"  at {shown(finding.document)}{position}", "dim", page.color)
    if finding.node:
        for line in _branch(finding.node, page):
            yield paint(line, "dim", page.color)
    if finding.path is not None:
        label = "path:" if finding.server is None else f"path on {machine(finding.server)}:"
        yield f"  {paint(label, 'dim', page.color)} {quoted(finding.path)}"
    elif finding.server not in (None, "local"):
        yield paint(f"  on {machine(finding.server)}", "dim", page.color)


def _branch(node: tuple[str, ...], page: _Page) -> Iterator[str]:
    """The names from the root to the place; where they are too long, those between exchange and end are left out."""
    label = "  in the tree: "
    *upper, last = (shown(name) or "(no name)" for name in node)
    kept = len(upper)
    if not page.verbose and cells(label + _STEP.join([*upper, last])) > page.width:
        used = cells(f"{label}…{_STEP}{last}")
        ends = [used := used + cells(name + _STEP) for name in upper]
        kept = max(_LEADING, sum(end <= page.width for end in ends))
    names = [*upper[:kept], *(["…"] if kept < len(upper) else []), last]
    return fill([label.rstrip(), *(name + _STEP.rstrip() for name in names[:-1]), last], page.width, len(label))


def _cause(finding: Finding, page: _Page) -> Iterator[str]:
    if finding.would_cause is not None:
        text = ["  you would see:", *words(shown(finding.would_cause))]
        yield from fill(text, page.width, len(text[0]) + 1)


def _mend(finding: Finding, page: _Page) -> Iterator[str]:
    if finding.fix is not None:
        yield f"  to mend: {paint(remedy(finding.fix, page.shell), 'bold', page.color)}"


def remedy(fix: Fix, shell: Shell = SHELL) -> str:
    """The command as that shell takes it, or what only a person can do."""
    return line(fix.command, shell) if fix.command else shown(fix.sentence)


def _installation(installation: InstallationEntry, page: _Page) -> str:
    if installation.root is None:
        return paint("no Superalgos installation", "dim", page.color)
    versions = (installation.superalgos, installation.ccxt)
    superalgos, ccxt = (shown(version or "of unknown version") for version in versions)
    running = " (the platform is running)" if installation.platform_running else ""
    running += f", judged for the user {shown(installation.user)}" if installation.user is not None else ""
    return paint(f"Superalgos {superalgos} with ccxt {ccxt} in {shown(installation.root)}{running}", "dim", page.color)


def _summary(report: Report, page: _Page, offer: Offer | None) -> Iterator[str]:
    summary = report.summary
    severities = ((summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info"))
    found = ", ".join(counted(number, noun) for number, noun in severities if number) or "nothing found"
    keys, tasks = counted(summary.keys, "key"), counted(summary.tasks, "task")
    counts = f"{found} in {counted(len(report.documents), 'document')}; {keys}, {tasks} —"
    end = conclude(report)
    verdict = list(fill(chain(counts.split(), end.sentence.split()), page.width, 2))
    installation = report.installation
    if installation.user is not None and installation.user != installation.asked_by:
        why = "runs the platform" if installation.platform_running else "owns the installation"
        told = f"Judged with the rights of {shown(installation.user)}, who {why}, not with yours."
        yield from fill(told.split(), page.width, 2)
    asked = [key for key in report.keys if key.engine_signing is not None]
    if asked:
        agreed = sum(key.engine_signing == key.signing for key in asked)
        yield f"The installed engine itself was asked about {counted(len(asked), 'key')} and agrees on {agreed}."
    if offer is not None:
        few = f"{'At least ' if offer.at_least else ''}{offer.mended} of {counted(offer.errors, 'error')}"
        yield f"{few} can be mended by `{line(offer.command, page.shell)}`."
    yield from verdict if not page.color else (paint(line, end.style, True) for line in verdict)
