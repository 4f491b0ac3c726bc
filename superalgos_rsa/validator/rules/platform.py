"""Rules about the installation the documents belong to."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.validator.facts import KeyFacts, World
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.registry import Occurrence, at_key, check
from superalgos_rsa.validator.rules.remedies import advice, command


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


@check(World, "engine-unavailable")
def unavailable(world: World, _: World) -> Iterator[Occurrence]:
    if world.engine_unavailable is not None:
        message = (
            f"The engine itself could not be asked: {world.engine_unavailable}. What follows is the model's answer"
        )
        yield Occurrence("engine-unavailable", message, None, fix=_name_the_root(world))


def _name_the_root(world: World) -> Fix | None:
    if world.installation is None or world.installation.chosen:
        return None
    documents = [document.path for document in world.documents]
    named = ["--", *documents] if len(documents) == 1 and documents != ["-"] else []
    before = "preflight" if world.before_start else "check"
    return command("superalgos-rsa", "--root", str(world.installation.root), before, "--engine", *named)


@check(KeyFacts, "engine-disagrees")
def disagrees(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    """The engine is right; then this tool's model of it is wrong, and everybody should know."""
    if key.answer is None or key.answer.signing is None or key.verdict is None:
        return
    if key.answer.signing != key.verdict.signing:
        yield at_key(
            "engine-disagrees",
            f"The installed engine itself answers “{key.answer.signing}”, this tool's model “{key.verdict.signing}”",
            key,
            fix=advice(
                "report this to the project, with the kind of key and the version of ccxt, never the key itself"
            ),
        )


@check(World, "engine-version-unknown")
def version_unknown(world: World, _: World) -> Iterator[Occurrence]:
    signs = any(key.content is not None and key.content.kind == "private" for key in world.keys)
    if world.installation is not None and world.installation.ccxt is None and signs:
        yield Occurrence(
            "engine-version-unknown",
            "No version of ccxt could be read: keys are judged by all of them, the worst verdict counts",
            None,
            path=str(world.installation.root),
            fix=advice("run npm install in the Superalgos folder"),
        )
