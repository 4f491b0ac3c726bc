"""Rules about the installation the documents belong to."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.facts import World
from superalgos_rsa.rules.commands import advice
from superalgos_rsa.rules.registry import Occurrence, check


@check(World, "platform-running")
def running(world: World, _: World) -> Iterator[Occurrence]:
    if world.installation is not None and world.installation.running and not world.before_start:
        yield Occurrence(
            "platform-running",
            "Superalgos is running: its next save overwrites what is edited in its files now",
            None,
            path=str(world.installation.root),
            fix=advice("save and close the workspace in the browser before you edit, and load it after"),
        )


@check(World, "engine-version-unknown")
def version_unknown(world: World, _: World) -> Iterator[Occurrence]:
    signs = any(key.content is not None and key.content.kind == "private" for key in world.keys)
    if world.installation is not None and world.installation.ccxt is None and signs:
        yield Occurrence(
            "engine-version-unknown",
            "No version of ccxt could be read: keys are judged by 2.x and 4.x, the worse verdict counts",
            None,
            path=str(world.installation.root),
            fix=advice("run npm install in the Superalgos folder"),
        )
