"""What the watcher makes of events that never come, of too many, and of rounds that fail."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from pathlib import Path

import pytest
from installations import KEY_FILE, Site, key, trading
from key_samples import private_pem, public_pem, rsa_key

from superalgos_rsa.validator.report import Report
from superalgos_rsa.watcher import incremental, mounts
from superalgos_rsa.watcher import watcher as module
from superalgos_rsa.watcher.folder_events import Send, Watchdog
from superalgos_rsa.watcher.incremental import Incremental
from superalgos_rsa.watcher.mounts import Mounts
from watcher.watched import check, question, watching

GOOD, PUBLIC = private_pem(rsa_key()), public_pem(rsa_key())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "superalgos")
    site.put(KEY_FILE, GOOD)
    site.workspace(*trading(key()))
    return site


def broken(report: Report) -> bool:
    return bool(report.summary.errors)


def whole(report: Report) -> bool:
    return not broken(report)


class Deaf:
    """Sends nothing, and does not know it."""

    def __init__(self, _send: Send) -> None:
        self.unwatched: dict[str, str] = {}

    def watch(self, folders: Collection[str], stale: Collection[str]) -> frozenset[str]:
        return frozenset()

    def close(self) -> None:
        pass


def test_a_sweep_finds_what_no_event_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP", 0.05)
    with watching(site.root, notifier=Deaf) as watched:
        site.put(KEY_FILE, PUBLIC)
        watched.wait_until(broken)
        site.put(KEY_FILE, GOOD)
        watched.wait_until(whole)
        assert watched.report == check(site.root)


def test_a_deep_sweep_compares_content_where_even_the_dates_tell_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SWEEP", 0.05)
    monkeypatch.setattr(module, "DEEP", 2)
    monkeypatch.setattr(module, "stamp", lambda entry: ())
    with watching(site.root, notifier=Deaf) as watched:
        site.put(KEY_FILE, PUBLIC)
        watched.wait_until(broken)


def test_a_file_system_that_tells_of_nothing_is_looked_at_and_that_is_said_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL", 0.05)
    monkeypatch.setattr(mounts, "read", lambda: Mounts((("/", "nfs4"),)))
    with watching(site.root) as watched:
        for _ in range(3):
            site.put(KEY_FILE, PUBLIC)
            watched.wait_until(broken)
            site.put(KEY_FILE, GOOD)
            watched.wait_until(whole)
        assert len(watched.warnings) == 1
        assert "nfs4" in watched.warnings[0]


def test_a_limit_that_is_reached_turns_to_looking_and_that_is_said_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is put in the way of watchdog, since the machine's own is the same for every program on it."""
    from watchdog.observers.api import BaseObserver

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(module, "POLL", 0.05)
    monkeypatch.setattr(BaseObserver, "schedule", full)
    with watching(site.root) as watched:
        site.put(KEY_FILE, PUBLIC)
        watched.wait_until(broken)
        assert len(watched.warnings) == 1
        assert "fs.inotify.max_user_watches" in watched.warnings[0]


def test_lost_events_lead_to_a_look_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watchdog tells in its log alone that the kernel has dropped events."""
    monkeypatch.setattr(Watchdog, "watch", _start_only)
    with watching(site.root) as watched:
        site.put(KEY_FILE, PUBLIC)
        logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
        watched.wait_until(broken)


def _start_only(self: Watchdog, folders: Collection[str], stale: Collection[str]) -> frozenset[str]:
    if self._observer is None:
        self._start()
    return frozenset()


def test_a_round_that_fails_is_told_and_the_next_one_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Incremental.gather
    failures = [ValueError("the text of a secret")]

    def gather(self: Incremental, *arguments: object) -> object:
        if failures and len(watched.seen) == 1:
            raise failures.pop()
        return real(self, *arguments)  # type: ignore[arg-type]

    with watching(site.root) as watched:
        monkeypatch.setattr(Incremental, "gather", gather)
        site.put(KEY_FILE, PUBLIC)
        assert watched.wait(lambda: bool(watched.warnings))
        site.put(KEY_FILE, GOOD)
        site.put(KEY_FILE, PUBLIC)
        watched.wait_until(broken)
        assert watched.warnings == ["re-check failed (ValueError); no verdict until a retry succeeds"]


def test_while_rounds_fail_no_sign_of_life_is_given(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever supervises the watch would take it for a verdict that stands."""
    monkeypatch.setattr(module, "POLL", 0.01)
    real = Incremental.gather
    ticks: list[None] = []
    ticks_at_warning: list[int] = []

    def gather(self: Incremental, *arguments: object) -> object:
        if len(ticks_at_warning) < 5:
            raise ValueError
        return real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Incremental, "gather", gather)
    watched = module.Watcher(
        lambda: question(site.root),
        warn=lambda _: ticks_at_warning.append(len(ticks)),
        tick=lambda: ticks.append(None),
        beat=0.001,
    )
    verdicts = watched.settled()
    next(verdicts)
    assert ticks_at_warning == [ticks_at_warning[0]] * 5
    assert len(ticks) == ticks_at_warning[0]
    watched.send("look")
    next(verdicts)
    assert len(ticks) > ticks_at_warning[0]
    watched.send("stop")
    assert list(verdicts) == []


def test_only_what_rests_on_the_change_is_read_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two documents, two keys in two folders; a document is parsed again only when its bytes change."""
    site.put("a/k.pem", GOOD)
    site.put("b/k.pem", GOOD)
    one = site.workspace(*trading(key("a/k.pem")), name="One")
    two = site.workspace(*trading(key("b/k.pem")), name="Two")
    parsed: list[object] = []
    read: list[object] = []
    looked: list[object] = []
    for name, into in (("read_document", parsed), ("read_source", read)):
        real = getattr(incremental, name)
        monkeypatch.setattr(incremental, name, _noting(real, into))
    monkeypatch.setattr(incremental, "_look", _noting(incremental._look, looked))
    memory = Incremental(question(site.root, str(one), str(two)))
    evidence = memory.gather(set())
    assert (len(parsed), len(read), len(looked)) == (2, 2, 2)

    def judge_after(path: Path) -> tuple[int, int, int]:
        for noted in (parsed, read, looked):
            noted.clear()
        memory.gather({entry for entry in evidence.rests_on if entry.path == os.path.realpath(path)})
        return len(parsed), len(read), len(looked)

    assert judge_after(site.root / "nowhere") == (0, 0, 0)
    assert judge_after(site.root / "a/k.pem") == (0, 0, 1)
    assert judge_after(one) == (0, 1, 0)
    one.write_bytes(one.read_bytes() + b"\n")
    assert judge_after(one) == (1, 1, 0)


def _noting(real: object, into: list[object]) -> object:
    def noted(*arguments: object, **more: object) -> object:
        into.append(arguments[0])
        return real(*arguments, **more)  # type: ignore[operator]

    return noted


def test_no_byte_of_a_key_file_is_kept(site: Site) -> None:
    import gc

    memory = Incremental(question(site.root))
    memory.gather(set())
    gc.collect()
    body = GOOD.splitlines()[5]
    assert not [
        found for kept in memory._keys.values() for found in gc.get_referents(kept, kept.facts, kept.facts.path)
        if isinstance(found, bytes) and body in found
    ]  # fmt: skip
