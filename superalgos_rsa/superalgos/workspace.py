"""The node tree of a document as the platform reads it: keys, and tasks with their key, exchange and LAN node.

The values are small copies, so the parsed document can be freed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from superalgos_rsa.documents.json_text import LimitError, Pointer, Way, containers, pointer_length, pointer_of
from superalgos_rsa.superalgos.key_config import KeyConfig, read

KEY_TYPE = "Exchange Account Key"
API_KEY_TYPE = "API Authorization Key"
LAN_NODE_TYPES = frozenset({"LAN Network Node", "Network Node"})  # the second in files of older releases

# The only sessions that check for a key when they start; `Fordward` is the platform's own misspelling.
SESSIONS_WITH_KEY = frozenset({"Live Trading Session", "Fordward Testing Session", "Live Portfolio Session"})
# The task server knows only the misspelt type, so a session of this type never starts.
SESSION_NEVER_STARTED = "Forward Testing Session"
# Bots that give the referenced key to `getCredentialValue`, which reads a file; others use the text, or no key.
BOTS_READING_KEY_FILES = frozenset({"Trading Bot Instance", "Portfolio Bot Instance"})

_NO_CHILDREN = frozenset({"savedPayload", "config", "code"})

MOST_NODES = 5000
"""Keys and tasks of one document; the ready-made workspaces have at most 24."""
LONGEST_NAME = 200
"""Characters kept of a name, an id or a host. Every key and every finding below a node repeats them."""
LONGEST_POINTER = 2000
"""Characters of the JSON pointer of a key or a task."""


class Exchange(NamedTuple):
    """A Crypto Exchange node: `code_name` is the id of the ccxt class, `sandbox` the raw value of `sandBox`."""

    pointer: Pointer
    id: str | None
    name: str | None
    code_name: str | None
    sandbox: Any
    node: tuple[str, ...]
    config_pointer: Pointer
    """Pointer of its config, or of the node if it has none."""


class Key(NamedTuple):
    """An Exchange Account Key node, and where it stands in the tree."""

    pointer: Pointer
    id: str | None
    name: str | None
    node: tuple[str, ...]
    """Names from the root node to this one."""
    config: KeyConfig
    exchange: Exchange | None
    account: Pointer | None
    """The User Account it belongs to."""

    @property
    def config_pointer(self) -> Pointer:
        """Pointer of its config, or of the node if it has none."""
        return self.pointer if self.config.state == "missing" else (*self.pointer, "config")


class Reference(NamedTuple):
    """A task's Key Reference, and the node that the platform attaches to it.

    The platform looks for the id. Failing that, it takes the first node on the saved path of names and types
    (`namesake`).
    """

    pointer: Pointer
    target_id: str | None
    target_name: str | None
    key: Pointer | None
    namesake: bool
    to_api_key: bool = False


class LanNode(NamedTuple):
    """The LAN Network Node above a task: the machine on which the task runs."""

    name: str | None
    host: str | None


class Task(NamedTuple):
    """A Task node, with everything that decides which key it takes."""

    pointer: Pointer
    id: str | None
    name: str | None
    node: tuple[str, ...]
    bot: str | None
    sessions: tuple[str, ...]
    reference: Reference | None
    exchange: Exchange | None
    lan_node: LanNode | None

    @property
    def needs_key(self) -> bool:
        """Whether one of its sessions checks for a key when it starts."""
        return any(session in SESSIONS_WITH_KEY for session in self.sessions)


class Workspace(NamedTuple):
    """The keys and tasks of one document."""

    keys: tuple[Key, ...] = ()
    tasks: tuple[Task, ...] = ()
    shared_ids: frozenset[str] = frozenset()
    """Ids that more than one key or task has."""

    @property
    def configs(self) -> dict[Pointer, Any]:
        """The parsed config of each key that has a readable one, by pointer of the key node."""
        return {key.pointer: key.config.fields for key in self.keys if key.config.state == "read"}


@dataclass(slots=True)
class _Node:
    value: dict[str, Any] = field(repr=False)
    way: Way
    parent: _Node | None
    _pointer: Pointer | None = None

    @property
    def pointer(self) -> Pointer:
        if self._pointer is None:
            self._pointer = pointer_of(self.way)
        return self._pointer

    @property
    def type(self) -> Any:
        return self.value.get("type")

    def text(self, name: str) -> str | None:
        value = self.value.get(name)
        return value if isinstance(value, str) else None

    @property
    def name(self) -> str | None:
        return _kept(self.text("name"))

    @property
    def id(self) -> str | None:
        """The id, or None if it is missing or too long to keep: a shortened id would match no node."""
        found = self.text("id")
        return found if found is not None and len(found) <= LONGEST_NAME else None

    def ancestor(self, *types: str) -> _Node | None:
        node = self.parent
        while node is not None and node.type not in types:
            node = node.parent
        return node

    @property
    def names(self) -> tuple[str, ...]:
        node: _Node | None = self
        result: list[str] = []
        while node is not None:
            result.append(node.name or _kept(node.type) or "")
            node = node.parent
        return tuple(reversed(result))

    @property
    def saved(self) -> dict[str, Any]:
        saved = self.value.get("savedPayload")
        return saved if isinstance(saved, dict) else {}


def _kept(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


Named = TypeVar("Named")


def answering(name: str, nodes: Iterable[Named], key_of: Callable[[Named], Key]) -> list[Named]:
    """The nodes whose key has the id `name`. If there are none, those whose key has this name or code name."""
    keys = [(node, key_of(node)) for node in nodes]
    by_id = [node for node, key in keys if key.id == name]
    return by_id or [node for node, key in keys if name in (key.name, key.config.fields.get("codeName"))]


def read_workspace(value: Any) -> Workspace:
    """The keys and tasks of a workspace, or of a file that holds a single node. Raises `LimitError`."""
    if isinstance(value, dict) and (value.get("type") == "Workspace" or "rootNodes" in value):
        return _Tree(list(_walk(value.get("rootNodes"), (None, "rootNodes")))).read()
    return _Tree(list(_walk(value, None))).read()


def _walk(value: Any, start: Way) -> Iterator[_Node]:
    """Every node in document order. `savedPayload` is skipped: it holds references and screen positions, not nodes."""
    parents: list[_Node | None] = []
    for container, way, level in containers(value, start, _NO_CHILDREN):
        del parents[level:]
        parent = parents[-1] if parents else None
        if isinstance(container, dict) and isinstance(container.get("type"), str):
            parent = _Node(container, way, parent)
            yield parent
        parents.append(parent)


class _Tree:
    def __init__(self, nodes: list[_Node]) -> None:
        self.nodes = nodes
        self._exchanges: dict[int, Exchange] = {}
        self._lan_nodes: dict[int, LanNode] = {}

    def read(self) -> Workspace:
        keys = [node for node in self.nodes if node.type == KEY_TYPE]
        tasks = [node for node in self.nodes if node.type == "Task"]
        if len(keys) + len(tasks) > MOST_NODES:
            raise LimitError(f"it holds more than {MOST_NODES:,} keys and tasks")
        for node in (*keys, *tasks):
            if pointer_length(node.pointer) > LONGEST_POINTER:
                raise LimitError(f"the place of a key or a task takes more than {LONGEST_POINTER:,} characters")
        ids = Counter(node.id for node in (*keys, *tasks) if node.id is not None)
        shared = frozenset(identity for identity, count in ids.items() if count > 1)
        return Workspace(tuple(map(self._key, keys)), tuple(map(self._task, tasks)), shared)

    @cached_property
    def by_id(self) -> dict[str, _Node]:
        found: dict[str, _Node] = {}
        for node in self.nodes:
            if (identity := node.text("id")) is not None:
                found.setdefault(identity, node)
        return found

    @cached_property
    def named(self) -> dict[tuple[int, Any, str], _Node]:
        """The first child of each node with each name and type."""
        found: dict[tuple[int, Any, str], _Node] = {}
        for node in self.nodes:
            found.setdefault((id(node.parent), _comparable(node.value.get("name")), node.type), node)
        return found

    def exchange_of(self, node: _Node) -> Exchange | None:
        above = node.ancestor("Crypto Exchange")
        if above is None:
            return None
        if id(above) not in self._exchanges:
            self._exchanges[id(above)] = _exchange(above)
        return self._exchanges[id(above)]

    def lan_node_of(self, node: _Node) -> LanNode | None:
        above = node.ancestor(*LAN_NODE_TYPES)
        if above is None:
            return None
        if id(above) not in self._lan_nodes:
            self._lan_nodes[id(above)] = LanNode(above.name, _kept(_config_text(above, "host")))
        return self._lan_nodes[id(above)]

    def _key(self, node: _Node) -> Key:
        account = node.ancestor("User Account")
        return Key(
            node.pointer,
            node.id,
            node.name,
            node.names,
            read(node.value.get("config"), present="config" in node.value),
            self.exchange_of(node),
            account.pointer if account else None,
        )

    def _task(self, node: _Node) -> Task:
        bot = node.value.get("bot")
        return Task(
            node.pointer,
            node.id,
            node.name,
            node.names,
            bot["type"] if isinstance(bot, dict) and isinstance(bot.get("type"), str) else None,
            tuple(_sessions(bot)),
            self._reference(node),
            self._traded_exchange(node),
            self.lan_node_of(node),
        )

    def _reference(self, task: _Node) -> Reference | None:
        value = task.value.get("keyReference")
        if not isinstance(value, dict):
            return None
        node = _Node(value, (task.way, "keyReference"), task)
        target, namesake = self._target(node)
        if target is not None and target.type not in (KEY_TYPE, API_KEY_TYPE):
            target = None
        parent = node.saved.get("referenceParent")
        named = _Node(parent, None, None) if isinstance(parent, dict) else None
        return Reference(
            node.pointer,
            named.id if named else None,
            named.name if named else None,
            target.pointer if target else None,
            namesake and target is not None,
            target is not None and target.type == API_KEY_TYPE,
        )

    def _traded_exchange(self, task: _Node) -> Exchange | None:
        """The exchange of the market: at run time the platform ignores the reference of the Exchange Tasks node."""
        manager = task.parent if task.parent is not None and task.parent.type == "Task Manager" else None
        mine = manager.parent if manager else None
        market_tasks = mine.parent if mine else None
        if market_tasks is None or not str(market_tasks.type).startswith("Market "):
            return None
        market, _ = self._target(market_tasks)
        return self.exchange_of(market) if market is not None and market.type == "Market" else None

    def _target(self, node: _Node) -> tuple[_Node | None, bool]:
        """The node a reference attaches to, and whether it was found by name instead of by id.

        The platform looks for the id; if it is unknown, it follows the saved path from the root and takes at each
        step the first child of that name and type.
        """
        parent = node.saved.get("referenceParent")
        identity = parent.get("id") if isinstance(parent, dict) else None
        if isinstance(identity, str) and identity in self.by_id:
            return self.by_id[identity], False
        path = node.saved.get("referenceParentCombinedNodePath")
        if not isinstance(path, list) or not path:
            return None, False
        found: _Node | None = None
        for step in path:
            if not isinstance(step, list) or len(step) < 2 or not isinstance(step[1], str):
                return None, False
            found = self.named.get((id(found), _comparable(step[0]), step[1]))
            if found is None:
                return None, False
        return found, True


def _comparable(name: Any) -> Any:
    """The name as JavaScript compares it with `===`: two objects are never equal, and `true` is not 1."""
    return (isinstance(name, bool), name) if isinstance(name, str | int | float | None) else object()


def _exchange(node: _Node) -> Exchange:
    config = read(node.value.get("config"), present="config" in node.value).fields
    code_name = config.get("codeName")
    return Exchange(
        node.pointer,
        node.id,
        node.name,
        _kept(code_name) if isinstance(code_name, str) else None,
        config.get("sandBox"),
        node.names,
        (*node.pointer, "config") if "config" in node.value else node.pointer,
    )


def _config_text(node: _Node, name: str) -> str | None:
    value = read(node.value.get("config"), present="config" in node.value).fields.get(name)
    return value if isinstance(value, str) else None


def _sessions(bot: Any) -> Iterator[str]:
    processes = bot.get("processes") if isinstance(bot, dict) else None
    for process in processes if isinstance(processes, list) else ():
        session = process.get("session") if isinstance(process, dict) else None
        if isinstance(session, dict) and isinstance(session.get("type"), str):
            yield session["type"]
