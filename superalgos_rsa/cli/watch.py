"""`watch`: the verdict, and from then on every change of it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.session import (
    STDIN,
    Session,
    complain,
    documents_of,
    drop_stdout,
    exit_code,
    known_from,
    width,
    write,
)
from superalgos_rsa.errors import UsageError, told
from superalgos_rsa.installation import Installation, open_installation
from superalgos_rsa.report import Report
from superalgos_rsa.reports import stream
from superalgos_rsa.reports.stream import Transition
from superalgos_rsa.watcher import Settled, Watcher
from superalgos_rsa.watching.incremental import Question
from superalgos_rsa.watching.reaction import Reaction
from superalgos_rsa.watching.supervision import Supervision


@click.command()
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@click.option("--on-change", metavar="CMD", help="Run CMD for each transition, which it reads as JSON. No shell.")
@click.option("--once-settled", is_flag=True, help="Exit after the first change, with the code of the new verdict.")
@click.option("--fix", is_flag=True, help="Make safe repairs as their mistakes appear; `undo` takes them back.")
@click.option("--health", metavar="FILE", help="Touch FILE every few seconds: its age tells whether the loop is alive.")
@options.limit
@click.pass_obj
def command(
    session: Session, documents: tuple[str, ...], form: str, on_change: str | None, once_settled: bool, fix: bool,
    health: str | None, limit: int,
) -> int:  # fmt: skip
    """Judge as `check` does, and again whenever a file changes that the verdict rests on.

    SIGTERM and Ctrl-C end it with the exit code of the verdict that stands; SIGHUP reads the config again.
    """
    if STDIN in documents:
        raise UsageError("standard input cannot be watched")
    question = _question(session, documents, limit)
    question()  # what is wrong with the call or the config is told before anything is watched
    reaction = Reaction(on_change, _warn) if on_change is not None else None
    supervision = Supervision(os.environ, health)
    watcher = Watcher(question, warn=_warn, tick=supervision.tick, beat=supervision.beat)
    mend = _mender(session, question) if fix else None
    show = _Show(form, watcher)
    _obey_signals(watcher)
    last: Settled | None = None
    try:
        for settled in watcher.settled():
            before, last = last, settled
            if mend is not None and mend(settled):
                last = watcher.again() or settled
            moved = _moved(before, last)
            if before is None:
                supervision.ready()
            if moved is not None:
                show.transition(moved)
                if reaction is not None and before is not None:
                    reaction.tell(stream.as_json(moved))
            show.status(last.report)
            if once_settled and before is not None and (settled.changed or moved is not None):
                break
    except BrokenPipeError:
        drop_stdout()  # nobody reads any more; the verdict stands
    supervision.stopping()
    if last is None:
        return complain("stopped before the first verdict", None, code=2)
    show.stop(last.report)
    if reaction is not None:
        reaction.finish()
    return exit_code(last.evidence.world, last.report)


def _question(session: Session, documents: tuple[str, ...], limit: int) -> Callable[[], Question]:
    installation, _, _ = documents_of(session, documents)

    def find() -> Installation | None:
        # The folder may be gone for a while; where it is does not change.
        if installation is None:
            return session.installation(documents)
        return open_installation(installation.root, os.environ, chosen=installation.chosen)

    return lambda: Question(
        documents, limit, session.settings(installation, all_documents=not documents), find
    )  # the config is read each time


def _moved(before: Settled | None, after: Settled) -> Transition | None:
    now = time.time()
    if before is None:
        return stream.start(after.report, now)
    return stream.transition(before.report, after.report, now)


def _obey_signals(watcher: Watcher) -> None:
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda _number, _frame: watcher.send("stop"))
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda _number, _frame: watcher.send("reload"))


def _warn(message: str) -> None:
    complain(message, None, code=0, kind="warning")


def _mender(session: Session, question: Callable[[], Question]) -> Callable[[Settled], bool]:
    """Makes the safe repairs there are for a verdict; tells whether anything was written."""
    from superalgos_rsa.cli.fix import changes_of
    from superalgos_rsa.fixing.bench import Wishes
    from superalgos_rsa.fixing.menders import MENDERS
    from superalgos_rsa.fixing.planner import plan
    from superalgos_rsa.fixing.state import Judge
    from superalgos_rsa.reading import read_source

    journal = session.journal()
    said: set[str] = set()

    def mend(settled: Settled) -> bool:
        world = settled.evidence.world
        if not any(finding.rule in MENDERS for finding in settled.report.findings):
            return False
        root = world.installation.root if world.installation is not None else None
        if world.installation is not None and world.installation.running:
            if "running" not in said:
                _warn("nothing is repaired while Superalgos is running: its next save would overwrite it")
            said.add("running")
            return False
        asked = question()
        sources = tuple(read_source(name, asked.limit) for name in settled.evidence.names)
        judge = Judge(sources, world.installation, world.vault, asked.settings)
        try:
            found = plan(judge, Wishes(), unsafe=False)
            changes = changes_of(found, judge)
            # A folder that is gone for a moment is about to come back, and a new one would be in its way.
            if not changes or any(change.folder for change in changes):
                return False
            number = journal.apply(changes, f"{len(found.planned)} repairs", time.time())
        except Exception as error:  # the watch goes on
            _warn(f"a repair was not made: {told(error)}")
            return False
        for step in found.planned:
            message = f"{step.title}; `superalgos-rsa undo {number}` takes it back"
            complain(message, None, code=0, kind="repaired", known=known_from(root))
        return True

    return mend


class _Show:
    """Standard output: transitions, and on a terminal below them one line on how things are."""

    def __init__(self, form: str, watcher: Watcher) -> None:
        self._json = form == "jsonl"
        self._line = not self._json and sys.stdout is not None and sys.stdout.isatty()
        self._watcher = watcher
        self._last = "none"

    def transition(self, moved: Transition) -> None:
        if moved.event != "start":
            self._last = stream.stamped(moved.time)
        self._write(stream.as_json(moved) if self._json else stream.as_text(moved))

    def status(self, report: Report) -> None:
        if not self._line:
            return
        ok = sum(key.usable is True for key in report.keys)
        line = f"keys: {ok} ok, {len(report.keys) - ok} broken; watching {self._watcher.watched} paths; last change: "
        self._write((line + self._last)[: width() - 1], end="")

    def stop(self, report: Report) -> None:
        try:
            self.transition(stream.stop(report, time.time()))
        except BrokenPipeError:
            drop_stdout()

    def _write(self, text: str, end: str = "") -> None:
        write(("\r\x1b[K" if self._line else "") + text + end)
