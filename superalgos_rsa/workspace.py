"""The node tree of a document as the platform sees it: keys wherever they stand, tasks with what they refer to, the
exchange a task really trades on, the LAN node it runs on.

Everything taken out of a document is plain and small, so that the parsed document itself can be dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from superalgos_rsa.config import KeyConfig, read
from superalgos_rsa.document import Pointer

KEY_TYPE = "Exchange Account Key"
API_KEY_TYPE = "API Authorization Key"
LAN_NODE_TYPES = frozenset({"LAN Network Node", "Network Node"})  # the second in files of older releases

# The only sessions that check for a key when they start; `Fordward` is the platform's own misspelling.
SESSIONS_WITH_KEY = frozenset({"Live Trading Session", "Fordward Testing Session", "Live Portfolio Session"})
# The task server looks for the misspelt type alone, so this one stays silent for ever.
SESSION_NEVER_STARTED = "Forward Testing Session"
# Bots that hand the referenced key to `getCredentialValue`, which reads a file; all others take the text or nothing.
BOTS_READING_KEY_FILES = frozenset({"Trading Bot Instance", "Portfolio Bot Instance"})

_NO_CHILDREN = frozenset({"savedPayload", "config", "code"})


class Exchange(NamedTuple):
    """A Crypto Exchange node: `code_name` is the id of the ccxt class, `sandbox` the raw value of `sandBox`."""

    pointer: Pointer
    id: str | None
    name: str | None
    code_name: str | None
    sandbox: Any
    node: tuple[str, ...]


class Key(NamedTuple):
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
        return self.pointer if self.config.state == "missing" else (*self.pointer, "config")


class Reference(NamedTuple):
    """What a task's Key Reference names, and the node the platform will attach: by id, or else the first `namesake`
    on the saved path of names and types."""

    pointer: Pointer
    target_id: str | None
    target_name: str | None
    key: Pointer | None
    namesake: bool
    to_api_key: bool = False


class LanNode(NamedTuple):
    name: str | None
    host: str | None


class Task(NamedTuple):
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
        return any(session in SESSIONS_WITH_KEY for session in self.sessions)


class Workspace(NamedTuple):
    keys: tuple[Key, ...] = ()
    tasks: tuple[Task, ...] = ()
    exchanges: tuple[Exchange, ...] = ()


@dataclass(slots=True)
class _Node:
    value: dict[str, Any] = field(repr=False)
    pointer: Pointer
    parent: _Node | None

    @property
    def type(self) -> Any:
        return self.value.get("type")

    def text(self, name: str) -> str | None:
        value = self.value.get(name)
        return value if isinstance(value, str) else None

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
            result.append(str(node.text("name") or node.type))
            node = node.parent
        return tuple(reversed(result))

    @property
    def saved(self) -> dict[str, Any]:
        saved = self.value.get("savedPayload")
        return saved if isinstance(saved, dict) else {}


def read_workspace(value: Any) -> Workspace:
    """The nodes of a workspace document, or of a single node that stands alone in its file."""
    roots, start = ([value], ()) if not _is_workspace(value) else (value.get("rootNodes"), ("rootNodes",))
    return _Tree(list(_walk(roots, start, alone=not _is_workspace(value)))).read()


def _is_workspace(value: Any) -> bool:
    return isinstance(value, dict) and (value.get("type") == "Workspace" or "rootNodes" in value)


def _walk(roots: Any, start: Pointer, alone: bool) -> Iterator[_Node]:
    """Every node in document order. What `savedPayload` holds are references and screen positions, no nodes."""
    first: Pointer = ()
    stack: list[tuple[Any, Pointer, _Node | None]] = [(roots[0], first, None)] if alone else [(roots, start, None)]
    while stack:
        value, pointer, parent = stack.pop()
        if isinstance(value, list):
            below = [(item, (*pointer, i), parent) for i, item in enumerate(value) if isinstance(item, dict | list)]
        else:
            if not isinstance(value, dict):
                continue
            if isinstance(value.get("type"), str):
                parent = _Node(value, pointer, parent)
                yield parent
            below = [
                (item, (*pointer, name), parent)
                for name, item in value.items()
                if isinstance(item, dict | list) and name not in _NO_CHILDREN
            ]
        stack += reversed(below)


class _Tree:
    def __init__(self, nodes: list[_Node]) -> None:
        self.nodes = nodes
        self.by_id: dict[str, _Node] = {}
        self.children: dict[Pointer, list[_Node]] = {}
        for node in nodes:
            if (identity := node.text("id")) is not None:
                self.by_id.setdefault(identity, node)
            if node.parent is not None:
                self.children.setdefault(node.parent.pointer, []).append(node)
        self.exchanges = {n.pointer: _exchange(n) for n in nodes if n.type == "Crypto Exchange"}

    def read(self) -> Workspace:
        return Workspace(
            tuple(self._key(node) for node in self.nodes if node.type == KEY_TYPE),
            tuple(self._task(node) for node in self.nodes if node.type == "Task"),
            tuple(self.exchanges.values()),
        )

    def _key(self, node: _Node) -> Key:
        exchange, account = node.ancestor("Crypto Exchange"), node.ancestor("User Account")
        return Key(
            node.pointer,
            node.text("id"),
            node.text("name"),
            node.names,
            read(node.value.get("config"), present="config" in node.value),
            self.exchanges[exchange.pointer] if exchange else None,
            account.pointer if account else None,
        )

    def _task(self, node: _Node) -> Task:
        bot = node.value.get("bot")
        lan = node.ancestor(*LAN_NODE_TYPES)
        return Task(
            node.pointer,
            node.text("id"),
            node.text("name"),
            node.names,
            bot["type"] if isinstance(bot, dict) and isinstance(bot.get("type"), str) else None,
            tuple(_sessions(bot)),
            self._reference(node),
            self._traded_exchange(node),
            LanNode(lan.text("name"), _config_text(lan, "host")) if lan else None,
        )

    def _reference(self, task: _Node) -> Reference | None:
        value = task.value.get("keyReference")
        if not isinstance(value, dict):
            return None
        node = _Node(value, (*task.pointer, "keyReference"), task)
        target, namesake = self._target(node)
        if target is not None and target.type not in (KEY_TYPE, API_KEY_TYPE):
            target = None
        parent = node.saved.get("referenceParent")
        named = _Node(parent, (), None) if isinstance(parent, dict) else None
        return Reference(
            node.pointer,
            named.text("id") if named else None,
            named.text("name") if named else None,
            target.pointer if target else None,
            namesake and target is not None,
            target is not None and target.type == API_KEY_TYPE,
        )

    def _traded_exchange(self, task: _Node) -> Exchange | None:
        """At run time the market decides, whatever the Exchange Tasks node above it refers to."""
        manager = task.parent if task.parent is not None and task.parent.type == "Task Manager" else None
        mine = manager.parent if manager else None
        market_tasks = mine.parent if mine else None
        if market_tasks is None or not str(market_tasks.type).startswith("Market "):
            return None
        market, _ = self._target(market_tasks)
        exchange = market.ancestor("Crypto Exchange") if market is not None and market.type == "Market" else None
        return self.exchanges[exchange.pointer] if exchange else None

    def _target(self, node: _Node) -> tuple[_Node | None, bool]:
        """The node a reference attaches to, and whether it is but a namesake of the one it was saved with.

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
        candidates = [root for root in self.nodes if root.parent is None]
        found: _Node | None = None
        for step in path:
            if not isinstance(step, list) or len(step) < 2:
                return None, False
            found = next((c for c in candidates if c.value.get("name") == step[0] and c.type == step[1]), None)
            if found is None:
                return None, False
            candidates = self.children.get(found.pointer, [])
        return found, True


def _exchange(node: _Node) -> Exchange:
    config = read(node.value.get("config"), present="config" in node.value).fields
    code_name = config.get("codeName")
    return Exchange(
        node.pointer,
        node.text("id"),
        node.text("name"),
        code_name if isinstance(code_name, str) else None,
        config.get("sandBox"),
        node.names,
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
