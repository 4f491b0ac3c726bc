"""Rules about tasks: what they refer to, what they trade on, and where they run."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.superalgos.workspace import BOTS_READING_KEY_FILES, SESSION_NEVER_STARTED, SESSIONS_WITH_KEY
from superalgos_rsa.validator.facts import Facts, TaskFacts
from superalgos_rsa.validator.rules.model import KEY_REFUSED, NO_ORDER, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_task, check
from superalgos_rsa.validator.rules.remedies import advice

SUBJECT = "Tasks"
RULES = (
    Rule(
        id="task-key-reference-missing",
        other_severity="warning",
        title="The task has no key, but its session needs one",
        sees=(
            "The session of the task needs a key (for example a Live Trading Session), and the task has no Key "
            "Reference node. `preflight` always refuses; `check` only warns where the workspace has no key node at "
            "all, as the templates that come with Superalgos have none."
        ),
        engine="The session does not start. The task shows the error `Key Reference Node Missing`.",
        exchange=NO_ORDER,
        mend=(
            "In the platform, add a Key Reference to the task and point it to the key. `superalgos-rsa show` lists the "
            "keys there are."
        ),
    ),
    Rule(
        id="task-key-not-found",
        title="The task refers to a key that is not in the workspace",
        sees="The Key Reference points to nothing, or to a node that this workspace does not hold.",
        engine="The session does not start. The Key Reference shows the error `Exchange Account Key Node Missing`.",
        exchange=NO_ORDER,
        mend=(
            "In the platform, point the Key Reference to a key that exists. `superalgos-rsa show` lists the keys there "
            "are."
        ),
    ),
    Rule(
        id="task-key-wrong-exchange",
        title="The key belongs to another exchange than the one the task trades on",
        sees=(
            "The key stands under one exchange, and the market that the task refers to stands under another. The "
            "market decides where the task trades."
        ),
        engine=(
            "Nothing in the platform compares the two. The session starts and sends the key of one exchange to the "
            "other."
        ),
        exchange=KEY_REFUSED,
        mend=(
            "In the platform, point the Key Reference to a key of the exchange that the task trades on, or the task to "
            "a market of the key's exchange."
        ),
    ),
    Rule(
        id="task-key-namesake",
        title="The key of the task is gone, and the platform will take another one",
        sees=(
            "No node has the id that the Key Reference names, but a key with the same name and type stands at the same "
            "path."
        ),
        engine=(
            "On load the platform looks for the id, then for the first node with that name and type along the path, "
            "and attaches it without a word. New keys all have the same name, so this may be the key of another "
            "account."
        ),
        exchange=KEY_REFUSED,
        mend="In the platform, point the Key Reference to the key you mean and save. Give each key its own name.",
    ),
    Rule(
        id="task-session-never-starts",
        severity="warning",
        title="A Forward Testing Session never starts on this platform",
        sees="The session of the task is a Forward Testing Session.",
        engine=(
            "The platform's code spells the name another way, so nothing matches. The session never starts, and no "
            "error and no message says so."
        ),
        exchange=NO_ORDER,
        mend="Use a Paper Trading Session to test without money, or a Live Trading Session.",
    ),
    Rule(
        id="task-key-ignored",
        severity="warning",
        title="This kind of bot does not read key files",
        sees=(
            "The task has a Key Reference, but its bot never reads a key file: a sensor bot, an indicator or study "
            "bot, an API data fetcher."
        ),
        engine=(
            "Sensor, indicator and study bots use no key. An API data fetcher takes the value as it stands, so a path "
            "is sent as a path."
        ),
        mend=(
            "Remove the Key Reference from the task in the platform, or write the value itself where an API data "
            "fetcher needs it."
        ),
    ),
    Rule(
        id="task-server-unknown",
        title="It is not known which machine runs this task",
        sees="The task hangs under a LAN Network Node on another host, whose files cannot be seen from here.",
        engine=(
            "The engine reads the key file on the machine that runs the task, not on the one that stores the "
            "workspace. It was not asked."
        ),
        exchange="Nothing can be promised: the file on that machine was not seen.",
        mend="Run `superalgos-rsa preflight` on that machine, in its Superalgos folder.",
    ),
    Rule(
        id="task-server-unreachable",
        title="There is no verdict of a task server",
        sees=(
            "`superalgos-rsa report` was given the file of a machine that left no report: there is no such file, it is "
            "empty or cannot be read, or the machine found no Superalgos folder."
        ),
        engine="The engine reads the key file on the machine that runs the task. That machine gave no answer.",
        exchange="Nothing can be promised: the files on that machine were not seen.",
        mend="See why it gave no answer, and run `superalgos-rsa preflight --format json` there again.",
    ),
)

_ATTACH = advice("on the Superalgos page, add a Key Reference to the task and attach it to the exchange's key")


@check(TaskFacts, "task-key-reference-missing", "task-key-not-found", "task-key-namesake")
def reference(task: TaskFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds tasks that need a key and refer to none, to a missing one, or to one that the platform replaces."""
    if not task.task.needs_key:
        return
    found = task.task.reference
    if found is None or (found.target_id is None and found.key is None):
        # A published template has no keys; they are attached when it is set up.
        template = not all_facts.before_start and not task.document.workspace.keys
        severity = "warning" if template else None
        message = f"The {_session(task)} of this task will not start: it needs a key, and the task refers to none"
        yield at_task("task-key-reference-missing", message, task, fix=_ATTACH, severity=severity)
    elif found.namesake:
        message = (
            "This task will use another key than the one you chose: that one is gone, and Superalgos will silently "
            f"take one of the same name, {found.target_name or 'which is empty'}"
        )
        yield at_task("task-key-namesake", message, task, pointer=found.pointer, fix=_ATTACH)
    elif task.key is None:
        why = "the key this task refers to is not in the workspace"
        if found.to_api_key:
            why = "the task refers to an API Authorization Key, which holds no key of an exchange"
        message = f"The session will not start: {why}"
        yield at_task("task-key-not-found", message, task, pointer=found.pointer, fix=_ATTACH)


@check(TaskFacts, "task-key-wrong-exchange")
def wrong_exchange(task: TaskFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds tasks whose key belongs to another exchange."""
    if not task.task.needs_key or task.key is None or task.task.exchange is None:
        return
    traded, owned = task.task.exchange, task.key.exchange
    if owned is not None and traded.pointer != owned.pointer and traded.code_name != owned.code_name:
        message = (
            "Superalgos will send the key of one exchange to another: the task trades on "
            f"{traded.code_name or traded.name}, and its key belongs to {owned.code_name or owned.name}"
        )
        yield at_task("task-key-wrong-exchange", message, task, fix=_ATTACH)


@check(TaskFacts, "task-session-never-starts")
def never_starts(task: TaskFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds sessions of the type that the platform never starts."""
    if SESSION_NEVER_STARTED in task.task.sessions:
        message = "This session will never start: Superalgos starts no Forward Testing Session, and says nothing"
        fix = advice("use a Paper Trading Session or a Live Trading Session")
        yield at_task("task-session-never-starts", message, task, fix=fix)


@check(TaskFacts, "task-key-ignored")
def ignored(task: TaskFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds key references of bots that read no key file."""
    bot = task.task.bot
    if task.task.reference is not None and bot is not None and bot not in BOTS_READING_KEY_FILES:
        message = f"A key file has no effect here: a {bot.removesuffix(' Instance')} reads none"
        fix = advice("nothing has to be done; on the Superalgos page, the Key Reference may be taken off the task")
        yield at_task("task-key-ignored", message, task, fix=fix)


@check(TaskFacts, "task-server-unknown")
def server_unknown(task: TaskFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds tasks on a machine that cannot be examined from here."""
    lan = task.task.lan_node
    if task.task.needs_key and task.server is None and lan is not None:
        message = (
            f"It is not known whether this task can trade: it runs on {lan.name or 'a LAN node'} ({lan.host}), another "
            "machine, whose files cannot be seen from here"
        )
        fix = advice("run superalgos-rsa preflight on that machine")
        yield at_task("task-server-unknown", message, task, fix=fix)


def _session(task: TaskFacts) -> str:
    return next((session for session in task.task.sessions if session in SESSIONS_WITH_KEY), "session")
