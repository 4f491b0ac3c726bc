"""States in which the platform may be asked to load a file: where it lies, what it holds in which bytes, the vault, and
where the installation lies. Each is a recipe of names; `build` makes the files."""

from __future__ import annotations

import codecs
import os
import random
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .load_shapes import DEPTHS, NESTS, VAULTS, shapes, text_of

WORKSPACES = "Platform/My-Workspaces"
VAULT = "My-Secrets/workspace-credentials.json"


class State(NamedTuple):
    """The names of what makes it up."""

    root: str = "Superalgos"
    place: str = f"{WORKSPACES}/W.json"
    kind: str = "file"
    shape: str = "good"
    encoding: str = "UTF-8"
    vault: str = "an entry"


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode("utf-8", "surrogatepass"),
    "UTF-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "two marks": lambda text: codecs.BOM_UTF8 * 2 + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "Latin-1 name": lambda text: text.replace('"name": "W"', '"name": "\xe9"').encode("latin-1", "replace"),
    "CRLF": lambda text: text.replace(" ", "\r\n").encode(),
    "a NUL behind": lambda text: text.encode() + b"\0",
    "a NUL before": lambda text: b"\0" + text.encode(),
    "NUL alone": lambda text: bytes(len(text)),
    "a bad byte behind": lambda text: text.encode() + b"\xff",
    "cut in half": lambda text: text.encode()[: len(text) // 2],
    "a form feed before": lambda text: b"\f" + text.encode(),
}


def _behind_link(path: Path, data: bytes) -> None:
    """The last folder of the path is a link."""
    real = path.parent.with_name("elsewhere.d")
    shutil.rmtree(real, ignore_errors=True)
    real.mkdir()
    (real / path.name).write_bytes(data)
    path.parent.rmdir()
    path.parent.symlink_to(real.name)


def _linked(path: Path, data: bytes) -> None:
    path.with_name("target.txt").write_bytes(data)
    path.symlink_to("target.txt")


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def _second_name(path: Path, data: bytes) -> None:
    path.with_name("first").write_bytes(data)
    os.link(path.with_name("first"), path)


def _beside_loop(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.with_name("again").symlink_to(".")


def _linked_fifo(path: Path, _: bytes) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


KINDS: dict[str, Callable[[Path, bytes], object]] = {
    "file": Path.write_bytes,
    "link to a file": _linked,
    "link to a folder": _behind_link,
    "second name": _second_name,
    "beside a loop of folders": _beside_loop,
    "folder": lambda path, _: path.mkdir(),
    "missing": lambda path, _: None,
    "dangling link": lambda path, _: path.symlink_to("nothing"),
    "link loop": lambda path, _: path.symlink_to(path.name),
    "link to its folder": lambda path, _: path.symlink_to("."),
    "FIFO": lambda path, _: os.mkfifo(path),
    "link to a FIFO": _linked_fifo,
    "socket": lambda path, _: _socket(path),
}
PLACES = (
    *(f"{WORKSPACES}/{name}" for name in (
        "W.json", "a/b/c/W.json", "Plugins/W.json", "Plugins/Foundations/Workspaces/W.json",
        "workspace-credentials.json",
        "sub/workspace-credentials.json", "a b.json", " W.json", "W .json", "100%.json", "a%41.json", "a%u0041.json",
        "a+b.json", "café.json", "中文.json", "😀.json", "e\u0301.json", ".hidden.json", ".json", "..json", "...json",
        ".folder/W.json", "W?.json", "W#1.json", "a;b&c=d.json", "W.json.json", "a\\b.json", "a\nb.json", 'a"b.json',
        "node_modules/W.json", "Undefined.json", "undefine.json", "Backup - Workspace - W.json", "Native → W.json",
        "undefined.json", "undefined/W.json", "my-undefined-w.json", "a/undefineds/W.json", "X.JSON", "x.Json",
        "x.json.bak",
        "x.json~", "x.jsonl", "no-extension", "x.txt", "a\udcff.json", "\udcff/W.json",
    )),
    *(f"Plugins/Foundations/{name}" for name in (
        "Workspaces/W.json", "Workspaces/undefined.json", "Workspaces/W.txt", "Nodes/a b.json", "a/b/W.json",
        "Workspaces/workspace-credentials.json",
    )),
)  # fmt: skip
"""Relative to the installation."""
ROOTS = ("Superalgos", "Plugins/Superalgos", "undefined/Superalgos", "Superalgos undefined", "undefined-link")
"""The last one is a link to an installation with another name."""


def states() -> Iterator[State]:
    """All of them, each once, in an order that stays the same."""
    yield from dict.fromkeys(_states())


def _states() -> Iterator[State]:
    names = list(shapes())
    yield from (State(shape=shape) for shape in names)
    yield from (State(shape=f"{name}, levels: {depth}") for name in NESTS for depth in DEPTHS)
    for place in PLACES:
        yield from (State(place=place, shape=shape) for shape in ("good", "whole: a lone node", "no JSON"))
        yield State(place=place, vault="no JSON")
    for kind in KINDS:
        for place in (
            PLACES[0],
            f"{WORKSPACES}/a/W.json",
            f"{WORKSPACES}/a/undefined.json",
            "Plugins/Foundations/Nodes/W.json",
        ):
            yield from (State(place=place, kind=kind, shape=shape) for shape in ("good", "whole: a vault"))
    for vault in VAULTS:
        for shape in _OF_VAULTS:
            yield State(shape=shape, vault=vault)
        yield State(place="Plugins/Foundations/Workspaces/W.json", vault=vault)
    yield from (State(vault=f"{_A_KIND}{kind}", shape=shape) for kind in KINDS for shape in ("good", "roots: a key"))
    for encoding in ENCODINGS:
        for shape in ("good", "whole: a lone node", "rootNodes twice, null first", "roots: null"):
            yield State(shape=shape, encoding=encoding)
        yield State(place="Plugins/Foundations/Workspaces/W.json", encoding=encoding)
    for root in ROOTS[1:]:
        for place in (PLACES[0], f"{WORKSPACES}/Plugins/W.json", "Plugins/Foundations/Workspaces/W.json"):
            for shape in ("good", "whole: a lone node"):
                yield from (State(root, place, shape=shape, vault=vault) for vault in ("an entry", "no JSON"))
    chance = random.Random(7)
    for _ in range(200):
        kind = "file" if chance.random() < 0.8 else chance.choice(list(KINDS)[:5])
        place = chance.choice(PLACES) if kind == "file" else f"{WORKSPACES}/a/W.json"
        encoding = chance.choice(list(ENCODINGS)) if chance.random() < 0.3 else "UTF-8"
        yield State("Superalgos", place, kind, chance.choice(names), encoding, chance.choice(list(VAULTS)))


_A_KIND = "as a "
_OF_VAULTS = ("good", "config: codeName empty", "config: codeName number", "roots: APIs with a name", "roots: a key")


def build(root: Path, state: State) -> Path:
    """Makes the files of a state in an installation, after those of the state before. The path of the document."""
    for folder in (WORKSPACES, "Plugins/Foundations", "My-Secrets"):
        if (root / folder).is_symlink():
            (root / folder).unlink()
        shutil.rmtree(root / folder, ignore_errors=True)
    (root / WORKSPACES).mkdir(parents=True)
    if state.vault != "no folder":
        (root / VAULT).parent.mkdir()
        kind = state.vault.removeprefix(_A_KIND)
        text = VAULTS.get(state.vault, "[]")
        if text is not None:
            KINDS[kind if kind != state.vault else "file"](root / VAULT, text.encode())
    path = root / state.place
    path.parent.mkdir(parents=True, exist_ok=True)
    KINDS[state.kind](path, ENCODINGS[state.encoding](text_of(state.shape)))
    return path
