"""Rules about what the key file holds: one finding for the first thing that stands between it and a signature."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.facts import KeyFacts, World
from superalgos_rsa.report import Fix
from superalgos_rsa.rules.commands import command, set_key
from superalgos_rsa.rules.registry import Occurrence, at_key, check


@check(KeyFacts, "file-empty")
def empty(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    yield from ()


_ = (Fix, command, set_key, at_key)
