"""`watch`: the verdict, and from then on every change of it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.outlet import Outlet
from superalgos_rsa.cli.session import (
    STDIN,
    Known,
    Session,
    complaint,
    drop,
    exit_code,
    known_from,
    width,
)  # fmt: skip
from superalgos_rsa.errors import UsageError, safe_message
from superalgos_rsa.reports import stream
from superalgos_rsa.servers.local import known_part
from superalgos_rsa.superalgos.installation import Installation, open_installation
from superalgos_rsa.validator import snapshots
from superalgos_rsa.validator.report import Report, TaskName
from superalgos_rsa.watcher import transitions
from superalgos_rsa.watcher.heartbeat import Supervision
from superalgos_rsa.watcher.incremental import Scope
from superalgos_rsa.watcher.on_change import SECONDS, Reaction
from superalgos_rsa.watcher.transitions import Transition
from superalgos_rsa.watcher.watcher import Settled, Watcher

_CLEAR = "\r\x1b[K"
GRACE = 3.0
"""Seconds after a signal within which watch ends, whatever hangs."""


@click.command()
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@click.option("--on-change", metavar="CMD", help="Run CMD for each change, which it reads as JSON. No shell.")
@click.option("--once-settled", is_flag=True, help="Exit after the first change, with the new exit code.")
@click.option("--fix", is_flag=True, help="Make safe repairs as soon as their mistakes appear; `undo` takes them back.")
@click.option(
    "--health",
    metavar="FILE",
    help="Touch FILE every few seconds, but not while a re-check fails: its age shows whether the watch works.",
)
@options.limit
@click.pass_obj
def command(
    session: Session, documents: tuple[str, ...], form: str, on_change: str | None, once_settled: bool, fix: bool,
    health: str | None, limit: int,
) -> int:  # fmt: skip
    """Check as `check` does, and again whenever a file changes that the verdict depends on.

    SIGTERM and Ctrl-C end it with the exit code of the last verdict; SIGHUP reads the config again.
    """
    if STDIN in documents:
        raise UsageError("standard input cannot be watched")
    question = _question(session, documents, limit)
    question()  # wrong usage or settings are reported before anything is watched
    err = Outlet(sys.stderr)

    def warn(message: str, kind: str = "warning", known: Known = known_part) -> None:
        err.write(complaint(message, None, kind, known))

    reaction = Reaction(on_change, warn) if on_change is not None else None
    supervision = Supervision(os.environ, health)
    watcher = Watcher(question, warn=warn, tick=supervision.tick, beat=supervision.beat)
    mend = _mender(session, question, warn) if fix else None
    out = Outlet(sys.stdout, lambda: watcher.send("stop"))
    show = _Show(form, watcher, out)
    ending = _Ending(watcher)
    last: Settled | None = None
    given: dict[tuple[str, str], tuple[TaskName, Any]] = {}
    restart: dict[TaskName, None] = {}
    for settled in watcher.settled():
        before, last = last, settled
        if mend is not None and mend(settled):
            last = watcher.again() or settled
        now = snapshots.of_facts(last.evidence.all_facts)
        if last.report.installation.platform_running:
            restart |= dict.fromkeys(snapshots.changed(given, now))
        given |= now
        moved = _moved(before, last, tuple(restart))
        if not last.report.summary.errors:
            restart.clear()
        if before is None:
            supervision.ready()
        if moved is not None:
            show.transition(moved)
            if reaction is not None and before is not None:
                reaction.tell(stream.as_json(moved))
        show.status(last.report)
        if once_settled and before is not None and (settled.changed or moved is not None):
            break
    supervision.stopping()
    ending.begin()
    if last is None:
        warn("stopped before the first verdict", "error")
    else:
        dropped = reaction.finish(ending.of_reaction) if reaction is not None else 0
        show.transition(transitions.stop(last.report, time.time(), out.unwritten, dropped))
        if dropped:
            warn(f"changes not delivered to --on-change: {dropped}")
    if _is_closed(out, err, warn, ending) and last is not None:
        return exit_code(last.report)
    return 2


def _is_closed(out: Outlet, err: Outlet, warn: Callable[[str, str], None], ending: _Ending) -> bool:
    """Whether everything was written, or the reader closed the pipe."""
    unwritten = out.close(ending.of_output)
    gone = isinstance(out.failure, BrokenPipeError)
    if out.failure is not None and not gone:
        warn(f"cannot write to standard output: {out.failure.strerror}", "error")
    elif unwritten and not gone:
        warn(f"changes not written, since nobody reads standard output: {unwritten}", "warning")
    if unwritten:
        drop(sys.stdout)
    if err.close(ending.of_errors):
        drop(sys.stderr)
    return out.failure is None or gone


class _Ending:
    """Deadlines of the monotonic clock for the last output: short once a signal asked for the end."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._until = float("inf")
        for name in ("SIGTERM", "SIGINT"):
            signal.signal(getattr(signal, name), self._stop)
        if sys.platform != "win32":
            signal.signal(signal.SIGHUP, lambda _number, _frame: watcher.send("reload"))

    def _stop(self, _number: int, _frame: object) -> None:
        self._until = min(self._until, time.monotonic() + GRACE)
        self._watcher.send("stop")

    def begin(self) -> None:
        """Begin the end; a running command of --on-change keeps its full time."""
        self._until = min(self._until, time.monotonic() + SECONDS + 1)

    # Each deadline leaves time for the next step, which reports what the step before could not do.

    def of_reaction(self) -> float:
        return self._until - GRACE * 2 / 3

    def of_output(self) -> float:
        return self._until - GRACE / 3

    def of_errors(self) -> float:
        return self._until


def _question(session: Session, documents: tuple[str, ...], limit: int) -> Callable[[], Scope]:
    installation = session.documents(documents).installation

    def find() -> Installation | None:
        # The folder may be missing for a while; its place stays the same.
        if installation is None:
            return session.installation(documents)
        return open_installation(installation.root, os.environ, chosen=installation.chosen)

    return lambda: Scope(
        documents, limit, session.settings(installation, all_documents=not documents), find
    )  # the config is read each time


def _moved(before: Settled | None, after: Settled, restart: tuple[TaskName, ...]) -> Transition | None:
    now = time.time()
    if before is None:
        return transitions.start(after.report, now)
    return transitions.between(before.report, after.report, now, restart)


def _mender(session: Session, question: Callable[[], Scope], warn: Callable[..., None]) -> Callable[[Settled], bool]:
    """Makes the safe repairs for a verdict; returns whether anything was written."""
    from superalgos_rsa.fixer.mendable import is_mendable
    from superalgos_rsa.fixer.trial import Judge
    from superalgos_rsa.fixer.unattended import make_safe_repairs
    from superalgos_rsa.validator.documents import read_source

    journal = session.journal()
    said: set[str] = set()

    def mend(settled: Settled) -> bool:
        all_facts = settled.evidence.all_facts
        if not is_mendable(settled.report):
            return False
        root = all_facts.installation.root if all_facts.installation is not None else None
        if all_facts.installation is not None and all_facts.installation.running:
            if "running" not in said:
                warn("nothing is repaired while Superalgos is running, since its next save would overwrite it")
            said.add("running")
            return False
        asked = question()
        installation, vault = all_facts.installation, all_facts.vault
        sources = tuple(read_source(name, asked.limit, installation, vault) for name in settled.evidence.names)
        try:
            made = make_safe_repairs(Judge(sources, installation, vault, asked.settings), journal)
        except Exception as error:  # the watch goes on
            warn(f"a repair was not made: {safe_message(error)}")
            return False
        if made is None:
            return False
        for step in made.steps:
            warn(f"{step.title}; `superalgos-rsa undo {made.number}` takes it back", "repaired", known_from(root))
        return True

    return mend


class _Show:
    """Standard output: the changes, and on a terminal one status line below them."""

    def __init__(self, form: str, watcher: Watcher, out: Outlet) -> None:
        self._json = form == "jsonl"
        self._out = out
        self._line = not self._json and sys.stdout is not None and sys.stdout.isatty()
        self._watcher = watcher
        self._last = "none"

    def transition(self, moved: Transition) -> None:
        if moved.event != "start":
            self._last = stream.stamped(moved.time)
        text = stream.as_json(moved) if self._json else stream.as_text(moved)
        self._out.write(_CLEAR + text if self._line else text)

    def status(self, report: Report) -> None:
        if not self._line:
            return
        ok = sum(key.usable is True for key in report.keys)
        line = f"keys: {ok} ok, {len(report.keys) - ok} broken; watching {self._watcher.watched} paths; last change: "
        self._out.write_status(_CLEAR + (line + self._last)[: width() - 1])
