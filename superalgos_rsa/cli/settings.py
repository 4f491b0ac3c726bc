"""The settings of this tool. Which ones count depends on the file: a Superalgos folder may be of unknown origin."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from superalgos_rsa.documents import schema
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.regular import Unread, read_regular
from superalgos_rsa.files.spelling import is_below
from superalgos_rsa.superalgos.installation import Installation

NAME = "superalgos-rsa.toml"
MAX_BYTES = 64 * 1024
MAX_LINE = 1000
"""In bytes: the parser takes quadratic time for a long dotted name."""

Warn = Callable[[str, str], object]


def read_settings(
    installation: Installation | None, named: str | None, environment: Mapping[str, str], warn: Warn
) -> dict[str, Any]:
    """Read all settings: the file `named` on the command line wins over the user's own, that over the one in the root;
    their search folders add up."""
    own = own_file(environment)
    found = [_read(named)] if named is not None else []
    if own is not None and os.path.lexists(own):
        found.append(_read(own))
    if installation is not None and os.path.lexists(installation.root / NAME):
        found.append(_of_root(installation, own, warn))
    merged: dict[str, Any] = {}
    for values in found:
        merged = {**values, **merged, "search": (*merged.get("search", ()), *values["search"])}
    return merged


def own_file(environment: Mapping[str, str]) -> str | None:
    """The path of the user's own file, by the XDG rules; on Windows in the application data."""
    variable, otherwise = "XDG_CONFIG_HOME", "~/.config"
    if sys.platform == "win32":
        variable, otherwise = "APPDATA", "~/AppData/Roaming"
    folder = environment.get(variable, "")
    if not os.path.isabs(folder):  # XDG: a relative path is to be ignored
        folder = os.path.expanduser(otherwise)
    # Without a home the `~` stays, and would name a folder in the current one, which may be of unknown origin.
    return os.path.join(folder, NAME) if os.path.isabs(folder) else None


def _of_root(installation: Installation, own: str | None, warn: Warn) -> dict[str, Any]:
    """What counts of the file in the root: search folders below the root; the rest only if the user chose the root."""
    root = str(installation.root)
    path = os.path.join(root, NAME)
    hint = f"put your settings into {own}, or name a file with --config" if own else "name a file with --config"
    try:
        values = _read(path)
    except UsageError as error:
        if installation.chosen:
            raise
        warn(f"these settings are ignored: {error.message}", hint)
        return {"search": ()}
    inside = tuple(folder for folder in values["search"] if _is_below(folder, root))
    if inside != values["search"]:
        warn(f"{path}: search folders outside the Superalgos folder are ignored", hint)
    if installation.chosen:
        return {**values, "search": inside}
    others = ", ".join(sorted(values.keys() - {"search"}))
    if others:
        warn(f"{path}: {others} is ignored, since you did not name this folder: it was found above the document", hint)
    return {"search": inside}


def _read(path: str) -> dict[str, Any]:
    """The settings in one file, checked against the schema, with the search folders as paths."""
    import tomllib

    found = read_regular(path, MAX_BYTES)
    if isinstance(found, Unread):
        raise UsageError(f"cannot read {path}: {found.detail}")
    if max(map(len, found.data.splitlines()), default=0) > MAX_LINE:
        raise UsageError(f"{path} has a line of more than {MAX_LINE} bytes")
    try:
        values = tomllib.loads(found.data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        place = f": {error}" if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise UsageError(f"{path} is not TOML{place}") from None
    for problem in schema.problems("config", values):
        name = ".".join(map(str, problem.pointer))
        raise UsageError(f"{path}: {name} {problem.message}", "`superalgos-rsa schema config` shows what it may hold")
    folder = os.path.dirname(os.path.abspath(path))
    return {**values, "search": tuple(os.path.join(folder, name) for name in values.get("search", ()))}


def _is_below(folder: str, root: str) -> bool:
    """Whether a folder lies below the root; by spelling first: to resolve a network path contacts another machine."""
    spelled = is_below(os.path.normpath(folder), os.path.abspath(root))
    return spelled and is_below(os.path.realpath(folder), os.path.realpath(root))
