"""What the platform does when it loads a workspace from My-Workspaces: which key takes its secret from the vault, and
what ends the whole process.

A model of the server's load route (platform 1.6.1, tried against the running platform; 1.7.0 has the same code). The
route parses the file, looks for the `APIs` root, then for the `Crypto Ecosystem` root, and walks from there to each
Exchange Account Key on one fixed path. Exceptions in its callback are not caught, so each one ends the process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.deep_json import is_surely_shallow, levels
from superalgos_rsa.documents.json_text import MOST_LEVELS, MOST_TOLD, JsonError, LimitError, Pointer

Cause = Literal["null-root", "missing-list", "config-missing", "config-invalid", "shape", "vault", "too-deep"]


@dataclass(frozen=True, slots=True)
class Crash:
    """One cause that ends the process, with its place. The first one ends it; later ones are reported too."""

    cause: Cause
    pointer: Pointer
    detail: str


@dataclass(frozen=True, slots=True)
class VaultHit:
    """The first vault entry with a key's code name; its value replaces the node's own secret."""

    index: int
    value: Any = field(repr=False)
    levels: int = 0
    """How deep the value is nested; of one deeper than every walk goes, `value` is an empty list."""


@dataclass(frozen=True, slots=True)
class Load:
    """What happens to the platform and to every key when a workspace is loaded."""

    crashes: tuple[Crash, ...]
    covered: dict[Pointer, VaultHit | None]
    """Every key node that the vault code visits, with what it found there."""
    unknown: bool = False
    """Something was not read, or does not end every Node."""

    @property
    def survives(self) -> bool | None:
        """Whether the platform still runs afterwards; `None` where nobody can say from here."""
        return False if self.crashes else None if self.unknown else True


class VaultReader:
    """The vault as the loader reads it, with one look-up for each key. Raises `JsTypeError` where the platform does,
    and `UnknownError` where the vault was not read."""

    def __init__(self, entries: Any, defect: str | None = None, *, unread: bool = False) -> None:
        self._entries = entries
        self._defect = defect
        self._unread = unread
        self._indices: dict[str, _Index] = {}

    def find(self, kind: str, key: Any) -> VaultHit | None:
        """The first entry of this type with this key, compared by JavaScript's `==`; `None` if there is none, and for a
        key without a length, such as a number."""
        if not js.is_longer_than_nothing(key):
            return None
        if self._unread:
            raise js.UnknownError
        if self._defect is not None:
            raise js.JsTypeError(self._defect)
        if not isinstance(self._entries, list):
            raise js.JsTypeError("the vault is no JSON list")
        if kind not in self._indices:
            self._indices[kind] = _Index(self._entries, kind)
        index = self._indices[kind].first(key)
        if index is None:
            return None
        value = js.get(self._entries[index], "value")
        depth = levels(value)
        return VaultHit(index, value if depth <= MOST_LEVELS else [], depth)


class _Index:
    """The place of each entry of one type, by what its `key` is equal to. The platform compares one after the other by
    `==` and takes the first equal one; a `null` entry before it, or one that cannot be compared, ends the process."""

    def __init__(self, entries: list[Any], kind: str) -> None:
        self._texts: dict[str, int] = {}
        self._numbers: dict[float, int] = {}
        self._objects: dict[str, int] = {}
        self._ends: list[tuple[int, bool, str]] = []
        """Where the process ends, whether only one that looks for a text, and why."""
        for index, entry in enumerate(entries):
            try:
                if not js.loosely_equal(js.get(entry, "type"), kind):
                    continue
            except js.JsTypeError as error:
                self._ends.append((index, False, str(error)))
                return
            key = js.get(entry, "key")
            if isinstance(key, str):
                self._texts.setdefault(key, index)
            elif isinstance(key, bool | int | float):
                self._numbers.setdefault(js.to_number(key), index)
            elif isinstance(key, list | dict):
                try:
                    self._objects.setdefault(js.to_text(key), index)
                except js.JsTypeError as error:
                    self._ends.append((index, True, str(error)))

    def first(self, key: Any) -> int | None:
        """The first entry equal to `key`, which has a length: a text, a list or an object (equal to none)."""
        is_text = isinstance(key, str)
        found: tuple[int | None, ...] = ()
        if is_text or self._texts or self._numbers:
            text = js.to_text(key)
            objects = self._objects.get(text) if is_text else None
            found = (self._texts.get(text), self._numbers.get(js.to_number(text)), objects)
        first = min((index for index in found if index is not None), default=None)
        end = next((one for one in self._ends if is_text or not one[1]), None)
        if end is not None and (first is None or end[0] < first):
            raise js.JsTypeError(end[2])
        return first


Configs = Mapping[Pointer, Any]
"""The parsed configs of nodes, as far as they were parsed already."""


def load(workspace: Any, vault: VaultReader, configs: Configs = MappingProxyType({})) -> Load:
    """Walk a parsed workspace as the platform does. It goes on after a crash, so that each cause is told, up to
    `MOST_TOLD`."""
    run = _Run(vault, configs)
    try:
        roots = js.get(workspace, "rootNodes")
    except js.JsTypeError:
        return Load((Crash("shape", (), "the document is `null`"),), {})
    if not isinstance(roots, list):
        return Load((Crash("missing-list", (), "the list `rootNodes` is missing"),), {})
    for root_type, child, visit in (
        ("APIs", "githubAPI", run.visit_github),
        ("Crypto Ecosystem", "cryptoExchanges", run.visit_exchanges),
    ):
        found = run.find_root(roots, root_type, child)
        if found is not None:
            visit(("rootNodes", found), roots[found])
    if not is_surely_shallow(workspace):
        run.write((), levels(workspace))
    return Load(tuple(run.crashes), run.covered, run.unknown)


class _Run:
    def __init__(self, vault: VaultReader, configs: Configs) -> None:
        self.vault = vault
        self.configs = configs
        self.crashes: dict[Crash, None] = {}
        self.covered: dict[Pointer, VaultHit | None] = {}
        self.unknown = False

    def write(self, where: Pointer, depth: int) -> None:
        """What was loaded becomes text again, first each config, then the whole workspace."""
        try:
            js.TO_JSON.refuse(depth)
        except js.JsTypeError as error:
            self._crash("too-deep", where, str(error))
        except js.UnknownError:
            self.unknown = True

    def find_root(self, roots: list[Any], root_type: str, child: str) -> int | None:
        for index, node in enumerate(roots):
            try:
                if (
                    js.loosely_equal(js.get(node, "project"), "Foundations")
                    and js.loosely_equal(js.get(node, "type"), root_type)
                    and (value := js.get(node, child)) is not js.UNDEFINED
                    and (child == "githubAPI" or js.is_longer_than_nothing(value))
                ):
                    return index
            except js.UnknownError:
                self.unknown = True
            except js.JsTypeError:
                where: Pointer = ("rootNodes", index) if node is None else ("rootNodes", index, child)
                self._crash("null-root" if node is None else "shape", where, "null stands where a node is expected")
        return None

    def visit_github(self, pointer: Pointer, root: Any) -> None:
        where = (*pointer, "githubAPI")
        config = self._config(where, root["githubAPI"])
        if config is not js.UNDEFINED:
            self._merge(where, config, self._look_up(where, config, "username", "github"))

    def visit_exchanges(self, pointer: Pointer, root: Any) -> None:
        for exchanges_at, exchanges in self._each((*pointer, "cryptoExchanges"), root["cryptoExchanges"], None):
            for exchange_at, exchange in self._each(exchanges_at, exchanges, "exchanges"):
                for account_at, account in self._below(exchange_at, exchange, "exchangeAccounts", "userAccounts"):
                    for key_at, key in self._below(account_at, account, "userKeys", "keys"):
                        self._visit_key(key_at, key)

    def _visit_key(self, where: Pointer, key: Any) -> None:
        config = self._config(where, key)
        if config is js.UNDEFINED:
            return
        hit = self.covered[where] = self._look_up(where, config, "codeName", "exchange")
        self._merge(where, config, hit)

    def _merge(self, where: Pointer, config: Any, hit: VaultHit | None) -> None:
        taken = hit.levels + 1 if hit is not None and isinstance(config, dict) else 0
        self.write((*where, "config"), max(levels(config), taken))

    def _below(self, where: Pointer, node: Any, child: str, items: str) -> Iterator[tuple[Pointer, Any]]:
        """The list `items` of a child node; the child may be absent, but not null and not without that list."""
        value = self._try(where, "null stands where a node is expected", lambda: js.get(node, child))
        if value is not js.UNDEFINED:
            yield from self._each((*where, child), value, items)

    def _each(self, where: Pointer, node: Any, items: str | None) -> Iterator[tuple[Pointer, Any]]:
        at = where if items is None or not isinstance(node, dict) else (*where, items)
        try:
            found = node if items is None else js.get(node, items)
            yield from ((self._place(at, found, step), item) for step, item in js.each(found))
        except js.JsTypeError as error:
            if node is None or items is None:
                self._crash("shape", where, "null stands where a node is expected")
            elif isinstance(node, dict) and items not in node:
                self._crash("missing-list", where, f"the list `{items}` is missing")
            else:
                self._crash("shape", at, str(error))

    @staticmethod
    def _place(at: Pointer, holder: Any, step: str | int) -> Pointer:
        """The place of an element; of its holder if it has none, such as a letter of a text that stands for a list."""
        return (*at, step) if isinstance(holder, list) or (isinstance(holder, dict) and step in holder) else at

    def _config(self, where: Pointer, node: Any) -> Any:
        """The parsed config, or `UNDEFINED` after a crash."""
        if where in self.configs:
            return self.configs[where]
        config = self._try(where, "null stands where a node is expected", lambda: js.get(node, "config"), failed=node)
        if config is node and not isinstance(node, dict):
            return js.UNDEFINED
        at = (*where, "config")
        if config is js.UNDEFINED:
            self._crash("config-missing", where, "the node has no config")
            return js.UNDEFINED
        try:
            value = js.parse_json(config)
        except (LimitError, js.UnknownError):
            self.unknown = True
            return js.UNDEFINED
        except (JsonError, js.JsTypeError) as error:
            self._crash("config-invalid", at, error.reason if isinstance(error, JsonError) else str(error))
            return js.UNDEFINED
        if value is None:
            self._crash("config-invalid", at, "the config is null")
            return js.UNDEFINED
        return value

    def _look_up(self, where: Pointer, config: Any, field_name: str, kind: str) -> VaultHit | None:
        name = js.get(config, field_name)
        at = (*where, "config")
        if name is js.UNDEFINED:
            return None
        if name is None:
            self._crash("config-invalid", at, f"`{field_name}` is null")
            return None
        try:
            return self.vault.find(kind, name)
        except js.UnknownError:
            self.unknown = True
        except js.JsRangeError as error:
            self._crash("too-deep", at, str(error))
        except js.JsTypeError as error:
            self._crash("vault", (), str(error))
        return None

    def _try(self, where: Pointer, detail: str, action: Callable[[], Any], failed: Any = js.UNDEFINED) -> Any:
        try:
            return action()
        except js.JsTypeError:
            self._crash("shape", where, detail)
            return failed

    def _crash(self, cause: Cause, pointer: Pointer, detail: str) -> None:
        if len(self.crashes) < MOST_TOLD:
            self.crashes[Crash(cause, pointer, detail)] = None
