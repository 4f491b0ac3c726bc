"""Which tasks a change makes another key of: those that need one, and would be given other values."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from installations import API_KEY, KEY_FILE, Judged, Site, ecosystem, entry, exchange, key, network, task, trading

from superalgos_rsa.validator import snapshots


def _trading(secret: str = "a.pem", **more: Any) -> Callable[[Site], Any]:
    return lambda site: site.workspace(*trading(key(secret, **more)))


def _two_keys(refers_to: int) -> Callable[[Site], Any]:
    def build(site: Site) -> None:
        keys = key("a.pem", name="A"), key("b.pem", API_KEY[::-1], name="B")
        traded = exchange(*keys)
        site.workspace(network(traded, task(keys[refers_to])), ecosystem(traded))

    return build


def _with_vault(value: str) -> Callable[[Site], Any]:
    def build(site: Site) -> None:
        site.vault(entry(value))
        site.workspace(*trading(key("")))

    return build


def _paper(secret: str) -> Callable[[Site], Any]:
    return lambda site: site.workspace(*trading(key(secret), session="Paper Trading Session"))


CASES: dict[str, tuple[Callable[[Site], Any], Callable[[Site], Any], list[str]]] = {
    "nothing": (_trading(), _trading(), []),
    "the secret": (_trading(), _trading("b.pem"), ["Task"]),
    "the code name": (_trading(), _trading(code_name=API_KEY[::-1]), ["Task"]),
    "another field": (_trading(), _trading(password="p"), ["Task"]),
    "the vault's entry": (_with_vault("a.pem"), _with_vault("b.pem"), ["Task"]),
    "the key that it refers to": (_two_keys(0), _two_keys(1), ["Task"]),
    "the key of a session that needs none": (_paper("a.pem"), _paper("b.pem"), []),
    "the file alone": (_trading(KEY_FILE), lambda site: site.put_key(), []),
    "a task that is new": (lambda site: site.workspace(), _trading(), []),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_of(tmp_path: Path, name: str) -> None:
    first, then, tasks = CASES[name]
    site = Site(tmp_path / "Superalgos")
    before = _judged(site, first)
    after = _judged(site, then)
    changed = snapshots.changed(*(snapshots.of_facts(judged.all_facts) for judged in (before, after)))
    assert [found.task_name for found in changed] == tasks


def _judged(site: Site, build: Callable[[Site], Any]) -> Judged:
    build(site)
    return site.judge()


def test_a_name_that_may_be_a_secret_is_shown_to_nobody(tmp_path: Path) -> None:
    found = snapshots.of_facts(
        _judged(Site(tmp_path), lambda site: site.workspace(*trading(key(), name=API_KEY))).all_facts
    )
    assert API_KEY not in [name.task_name for name, _ in found.values()]
