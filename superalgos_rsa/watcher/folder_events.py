"""Watches folders by watchdog, one by one and never recursively. The caller polls those that send no events."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from superalgos_rsa.files.spelling import folded
from superalgos_rsa.watcher import mounts

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver, ObservedWatch


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to `path`. `replaced`: the name may now belong to another file. `closed`: by a writer, which
    Linux alone tells."""

    path: str
    is_folder: bool
    replaced: bool
    closed: bool = False


LOST = Event("", is_folder=False, replaced=True)
"""Events were lost: anything may have changed."""

Send = Callable[[Event], None]


class Notifier(Protocol):
    """A source of change events for folders."""

    def watch(self, folders: Collection[str], stale: Collection[str]) -> frozenset[str]:
        """Watch these folders and no others; returns those that are newly watched. What is below one of `stale` was
        replaced, so its watch is another folder's by now."""

    @property
    def unwatched(self) -> dict[str, str]:
        """Folders that send no events, and why."""

    def close(self) -> None:
        """Stop watching all folders."""


class Watchdog:
    """The notifier of the library `watchdog`: the system's own events where it has some."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._observer: BaseObserver | None = None
        self._watches: dict[str, tuple[ObservedWatch, tuple[int, int] | None]] = {}
        self.unwatched: dict[str, str] = {}
        self._mounts = mounts.read()
        self._warnings = _Warnings(send)

    def watch(self, folders: Collection[str], stale: Collection[str]) -> frozenset[str]:
        """Watch these folders and no others, as `Notifier` says."""
        try:
            observer = self._observer or self._start()
        except (OSError, RuntimeError) as error:  # tried again at the next look
            self.unwatched = dict.fromkeys(folders, _reason(error))
            return frozenset()
        alive = {emitter.watch for emitter in observer.emitters if emitter.is_alive()}
        for folder, (watch, identity) in list(self._watches.items()):
            if folder not in folders or _is_below(folder, stale) or watch not in alive or identity != _identity(folder):
                del self._watches[folder]
                with contextlib.suppress(Exception):  # its folder is gone
                    observer.unschedule(watch)
        self.unwatched = {}
        # The outer folder first: then its watch tells when the inner one is replaced.
        fresh = sorted(set(folders) - self._watches.keys(), key=lambda folder: (folder.count(os.sep), folder))
        return frozenset(folder for folder in fresh if self._add(observer, folder))

    def _add(self, observer: BaseObserver, folder: str) -> bool:
        if self._mounts.is_silent(folder):
            self.unwatched[folder] = f"the file system {self._mounts.type_of(folder) or 'here'} tells of no changes"
        elif not os.access(folder, os.R_OK):
            if os.path.isdir(folder):
                self.unwatched[folder] = "this user may not list it"
        else:
            identity = _identity(folder)
            try:
                self._watches[folder] = (
                    observer.schedule(_handler(self._send), folder, event_filter=_kinds()),
                    identity,
                )
            except FileNotFoundError:
                return False  # gone; the watch of the outer folder tells when it comes back
            except (OSError, RuntimeError) as error:
                self.unwatched[folder] = _reason(error)
            else:
                return True
        return False

    def _start(self) -> BaseObserver:
        from watchdog.observers import Observer

        # watchdog reports a moved file after half a second, to learn its new place, which is not needed here.
        with contextlib.suppress(ImportError):
            from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper

            InotifyMoveEventGrouper.delay = 0
        logger = logging.getLogger("watchdog")
        logger.addHandler(self._warnings)
        logger.propagate = False
        self._mounts = mounts.read()
        observer: BaseObserver = Observer()
        observer.start()
        self._observer = observer
        return observer

    def close(self) -> None:
        """End all watches and the thread that reads them."""
        logging.getLogger("watchdog").removeHandler(self._warnings)
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=1)
        self._observer = None
        self._watches.clear()


def _handler(send: Send) -> FileSystemEventHandler:
    from watchdog.events import FileSystemEventHandler

    class Handler(FileSystemEventHandler):
        def dispatch(self, event: FileSystemEvent) -> None:
            replaced = event.event_type in ("created", "deleted", "moved")
            for path in filter(None, (event.src_path, event.dest_path)):
                closed = event.event_type == "closed"
                send(Event(os.fsdecode(str(path)), event.is_directory, replaced, closed))

    return Handler()


class _Warnings(logging.Handler):
    """Reads watchdog's log, the only place where it reports lost events and ended threads."""

    def __init__(self, send: Send) -> None:
        super().__init__(logging.WARNING)
        self._send = send

    def emit(self, _record: logging.LogRecord) -> None:
        self._send(LOST)


def _kinds() -> list[type[FileSystemEvent]]:
    """Whether an event is a change: any but opening and reading."""
    from watchdog import events as e

    return [
        e.FileCreatedEvent, e.FileDeletedEvent, e.FileModifiedEvent, e.FileMovedEvent, e.FileClosedEvent,
        e.FileAttribEvent, e.DirCreatedEvent, e.DirDeletedEvent, e.DirMovedEvent, e.DirAttribEvent,
    ]  # fmt: skip


def _reason(error: Exception) -> str:
    import errno

    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "the limit of watched folders is reached (sysctl fs.inotify.max_user_watches)"
    if isinstance(error, OSError) and error.errno == errno.EMFILE:
        return "the limit of watchers, or of open files, is reached (sysctl fs.inotify.max_user_instances, ulimit -n)"
    return f"it cannot be watched ({getattr(error, 'strerror', None) or type(error).__name__})"


def _is_below(folder: str, tops: Iterable[str]) -> bool:
    inner = folded(folder)
    return any(inner == top or inner.startswith(top + os.sep) for top in map(folded, tops))


def _identity(folder: str) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return found.st_dev, found.st_ino
