"""A platform that saves all the time. What the watcher finds at each look is said beforehand, and time passes only when
it asks for it: no clock runs here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest
from installations import KEY_FILE, VAULT, Site, entry, key, trading
from key_samples import private_pem, rsa_key

from superalgos_rsa.watcher.debounce import HOPELESS, LATEST, LONGEST, PATIENCE, RETRY
from superalgos_rsa.watcher.folder_events import Event, Send
from superalgos_rsa.watcher.incremental import Incremental
from superalgos_rsa.watcher.watcher import Watcher
from watcher.watched import question

GOOD = private_pem(rsa_key())
SAVES = 0.02
DOCUMENT, SECOND = "Platform/My-Workspaces/W.json", "Platform/My-Workspaces/X.json"
SLACK = 2 * RETRY
Finds = Callable[[int, bytes], bytes]
"""What the n-th look after the first verdict finds in a file, which was whole then."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "superalgos")
    site.put(KEY_FILE, GOOD)
    for name in ("W", "X"):
        site.workspace(*trading(key()), name=name)
    return site


class Stage:
    """A watcher, and a writer that truncates and writes each of these files every 20 ms."""

    def __init__(self, site: Site, finds: dict[str, Finds], patch: pytest.MonkeyPatch) -> None:
        self.files = {site.root / name: (find, (site.root / name).read_bytes()) for name, find in finds.items()}
        self.now, self.saved, self.looks, self.saves = 0.0, 0.0, 0, True
        self.closes: list[int] = []
        self.unwatched: dict[str, str] = {}
        real = Incremental.gather

        def gather(incremental: Incremental, *arguments: object) -> object:
            if self.saves and self.looks:
                for path, (find, whole) in self.files.items():
                    path.write_bytes(find(self.looks, whole))
                self.looks += 1
            return real(incremental, *arguments)  # type: ignore[arg-type]

        patch.setattr(Incremental, "gather", gather)
        watcher = Watcher(lambda: question(site.root), warn=pytest.fail, beat=0, notifier=self.to, clock=self.clock)
        self.settled = watcher.settled()
        assert not next(self.settled).report.summary.errors
        self.looks = 1

    def to(self, send: Send) -> Stage:
        self.send = send
        return self

    def watch(self, folders: Collection[str], stale: Collection[str]) -> frozenset[str]:
        return frozenset()

    def close(self) -> None:
        pass

    def clock(self) -> float:
        self.now += 0.001
        if self.saves and self.looks and self.now > self.saved + SAVES:
            self.saved = self.now
            self.written(closed=self.looks in self.closes)
        return self.now

    def written(self, *, closed: bool = False) -> None:
        for path in self.files:
            self.send(Event(str(path), is_folder=False, replaced=False, closed=closed))

    def verdicts(self, most: int) -> Iterator[tuple[float, bool]]:
        """How long each took since the one before, and whether something is broken."""
        for _ in range(most):
            begun = self.now
            report = next(self.settled).report
            yield self.now - begun, bool(report.summary.errors)

    def broken(self, most: int) -> list[bool]:
        return [broken for _, broken in self.verdicts(most)]


def no_key(data: bytes) -> bytes:
    return data.replace(b"k.pem", b"no.pem")


@pytest.mark.parametrize("name", [DOCUMENT, VAULT, KEY_FILE])
@pytest.mark.parametrize("part", [0, 60])
def test_two_looks_that_find_it_cut_by_chance_are_no_verdict(
    site: Site, name: str, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look after `LONGEST` and the one after it find it cut; in between it was whole many times."""
    site.vault(entry(KEY_FILE))
    stage = Stage(site, {name: lambda look, data: data[:part] if look % 3 else data}, monkeypatch)
    assert stage.broken(5) == [False] * 5


def test_a_broken_value_among_the_saves_is_seen_and_so_is_its_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def finds(look: int, data: bytes) -> bytes:
        return b"" if look % 2 else no_key(data) if 5 < look < 10 else data

    stage = Stage(site, {DOCUMENT: finds}, monkeypatch)
    assert stage.broken(6) == [False, False, True, False, False, False]


def test_files_that_are_never_whole_together_put_no_verdict_off_for_ever(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds: dict[str, Finds] = {
        DOCUMENT: lambda look, data: b"" if look % 2 else no_key(data) if look > 60 else data,
        SECOND: lambda look, data: data if look % 2 else b"",
    }
    told = list(Stage(site, finds, monkeypatch).verdicts(4))
    assert max(took for took, _ in told) < LATEST + SLACK
    assert [broken for _, broken in told] == [False, False, True, True]


def test_a_writer_that_ends_in_the_middle_leaves_a_broken_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(site, {DOCUMENT: lambda _, data: data}, monkeypatch)
    assert stage.broken(2) == [False] * 2
    stage.saves, begun = False, stage.now
    (site.root / DOCUMENT).write_bytes(b"")
    stage.written()
    assert stage.broken(1) == [True]
    assert stage.now - begun < LONGEST + PATIENCE + SLACK


def test_a_file_that_is_written_in_halves_for_ever_is_called_broken(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(site, {DOCUMENT: lambda look, data: data[: 20 + look % 7]}, monkeypatch)
    told = list(stage.verdicts(4))
    assert [broken for _, broken in told] == [False, False, True, True]
    assert max(took for took, _ in told) < LATEST + SLACK
    assert stage.now < HOPELESS + 2 * LATEST


def test_the_end_of_a_save_is_the_moment_for_the_next_look(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system tells of it: looks at fixed times could always fall into the same part of a save."""
    stage = Stage(site, {DOCUMENT: lambda look, data: b"" if look == 1 else data}, monkeypatch)
    stage.closes = [2]
    assert stage.broken(1) == [False]
    assert stage.now < LONGEST + 3 * SAVES
