"""Rules about tasks: what they refer to, what they trade on, and where they run."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.superalgos.workspace import BOTS_READING_KEY_FILES, SESSION_NEVER_STARTED
from superalgos_rsa.validator.facts import TaskFacts, World
from superalgos_rsa.validator.rules.registry import Occurrence, at_task, check
from superalgos_rsa.validator.rules.remedies import advice

_ATTACH = advice("on the Superalgos page, add a Key Reference to the task and attach it to the exchange's key")


@check(TaskFacts, "task-key-reference-missing", "task-key-not-found", "task-key-namesake")
def reference(task: TaskFacts, world: World) -> Iterator[Occurrence]:
    if not task.task.needs_key:
        return
    found = task.task.reference
    if found is None or (found.target_id is None and found.key is None):
        # A published template holds no keys at all; whoever sets one up attaches it then.
        template = not world.before_start and not task.document.workspace.keys
        yield at_task(
            "task-key-reference-missing",
            f"This task's {_session(task)} needs a key, and the task refers to none",
            task,
            fix=_ATTACH,
            severity="warning" if template else None,
        )
    elif found.namesake:
        yield at_task(
            "task-key-namesake",
            "The key this task refers to is gone, and the platform will silently take another one of the same "
            f"name, {found.target_name or 'which is empty'}",
            task,
            pointer=found.pointer,
            fix=_ATTACH,
        )
    elif task.key is None:
        yield at_task(
            "task-key-not-found",
            "The task refers to an API Authorization Key, which holds no key of an exchange"
            if found.to_api_key
            else "The key this task refers to is not in the workspace",
            task,
            pointer=found.pointer,
            fix=_ATTACH,
        )


@check(TaskFacts, "task-key-wrong-exchange")
def wrong_exchange(task: TaskFacts, _: World) -> Iterator[Occurrence]:
    if not task.task.needs_key or task.key is None or task.task.exchange is None:
        return
    traded, owned = task.task.exchange, task.key.exchange
    if owned is None:
        return
    if traded.pointer != owned.pointer and traded.code_name != owned.code_name:
        yield at_task(
            "task-key-wrong-exchange",
            f"The task trades on {traded.code_name or traded.name}, and its key belongs to "
            f"{owned.code_name or owned.name}",
            task,
            fix=_ATTACH,
        )


@check(TaskFacts, "task-session-never-starts")
def never_starts(task: TaskFacts, _: World) -> Iterator[Occurrence]:
    if SESSION_NEVER_STARTED in task.task.sessions:
        yield at_task(
            "task-session-never-starts",
            "The platform never starts a Forward Testing Session, and says nothing",
            task,
            fix=advice("use a Paper Trading Session or a Live Trading Session"),
        )


@check(TaskFacts, "task-key-ignored")
def ignored(task: TaskFacts, _: World) -> Iterator[Occurrence]:
    bot = task.task.bot
    if task.task.reference is not None and bot is not None and bot not in BOTS_READING_KEY_FILES:
        yield at_task(
            "task-key-ignored",
            f"A {bot.removesuffix(' Instance')} reads no key file: this reference has no effect there",
            task,
        )


@check(TaskFacts, "task-server-unknown")
def server_unknown(task: TaskFacts, _: World) -> Iterator[Occurrence]:
    lan = task.task.lan_node
    if task.task.needs_key and task.server is None and lan is not None:
        yield at_task(
            "task-server-unknown",
            f"The task runs on {lan.name or 'a LAN node'} ({lan.host}), another machine than this one: its files "
            "cannot be seen from here",
            task,
            fix=advice("run superalgos-rsa preflight on that machine"),
        )


def _session(task: TaskFacts) -> str:
    return next((session for session in task.task.sessions), "session")
