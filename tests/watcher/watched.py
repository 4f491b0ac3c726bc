"""A watcher at work in a thread of its own, and the wait for what it says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from superalgos_rsa.cli.session import Session, judge
from superalgos_rsa.superalgos.installation import open_installation
from superalgos_rsa.validator.report import Report
from superalgos_rsa.watcher.folder_events import Notifier, Send, Watchdog
from superalgos_rsa.watcher.incremental import Scope
from superalgos_rsa.watcher.watcher import Settled, Watcher

PATIENCE = 20.0
"""Seconds after which a verdict counts as lost."""


@dataclass
class Watched:
    root: Path
    watcher: Watcher
    seen: list[tuple[float, Settled]] = field(default_factory=list)
    kept: int = 200
    """How many of the last verdicts."""
    warnings: list[str] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def report(self) -> Report:
        return self.seen[-1][1].report

    def wait(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        with self.news:
            return self.news.wait_for(condition, seconds)

    def wait_until(self, condition: Callable[[Report], bool]) -> Report:
        """The first verdict, of this or a later moment, of which it holds."""
        assert self.wait(lambda: bool(self.seen) and condition(self.report)), self._said()
        return self.report

    def _said(self) -> list[str]:
        return [f"{f.severity}[{f.rule}] {f.message}" for f in self.report.findings] if self.seen else ["nothing"]

    def agrees(self, seconds: float = PATIENCE, undisturbed: float = 0) -> float | None:
        """How long it took from now until the verdict was the one that a fresh `check` gives; None: it never was.
        That check takes its share of the processor; `undisturbed` is for how many seconds it waits first."""
        begun = time.monotonic()
        self.wait(lambda: False, undisturbed)
        fresh = check(self.root)
        if not self.wait(lambda: self.report == fresh, max(0.0, begun + seconds - time.monotonic())):
            return None
        return max(0.0, self.seen[-1][0] - begun)

    def warn(self, message: str) -> None:
        with self.news:
            self.warnings.append(message)
            self.news.notify_all()

    def run(self) -> None:
        for settled in self.watcher.settled():
            with self.news:
                self.seen.append((time.monotonic(), settled))
                del self.seen[: -self.kept]
                self.news.notify_all()


def check(root: Path) -> Report:
    return judge(Session(str(root), None), ())[1]


def question(root: Path, *named: str) -> Scope:
    session = Session(str(root), None)
    settings = session.settings(open_installation(root, {}), all_documents=not named)
    return Scope(named, 1 << 24, settings, lambda: open_installation(root, {}))


@contextmanager
def watching(root: Path, *named: str, notifier: Callable[[Send], Notifier] = Watchdog) -> Iterator[Watched]:
    """Watches until the end of the block; the first verdict is there when it begins."""
    watcher = Watcher(lambda: question(root, *named), warn=lambda message: watched.warn(message), notifier=notifier)
    watched = Watched(root, watcher)
    thread = threading.Thread(target=watched.run)
    thread.start()
    try:
        assert watched.wait(lambda: bool(watched.seen)), watched.warnings
        yield watched
    finally:
        watcher.send("stop")
        thread.join(PATIENCE)
        assert not thread.is_alive()
