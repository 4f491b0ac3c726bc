"""One exchange of the installed ccxt: what its class requires and how it signs, from its own source file.

Where that file cannot be read, the table of the nearest known version is used: a missing file says nothing about an
exchange. Where the file equals that of a known version, the table gives the same answer faster.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from superalgos_rsa.files.regular import Content, read_regular
from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass
from superalgos_rsa.superalgos.engine.versions import CcxtVersion

Read = Callable[[str], bytes | None]
"""Reads a file below the root of the installation; `None` if that is not possible."""

BASE = "base/Exchange"
"""The file of ccxt's own class, named from the folder of the classes as theirs are."""

_LARGEST = 8 * 1024 * 1024  # the largest class of 4.5.84 has 813,078 bytes
_DEEPEST = 12  # files of classes that extend one another; four are the most in any version so far
_LAYOUTS = (("dist/cjs/ccxt.js", "dist/cjs/src"), ("ccxt.js", "js"))  # since 3.0.40, and before
_CCXT = "node_modules/ccxt"
_TABLE = "known_classes.json"
_NOTHING: dict[str, Any] = {"digests": {}}
_DIGITS = 32  # hexadecimal, of a SHA-256


def installed_class(root: Path, name: str, version: CcxtVersion) -> ExchangeClass | None:
    """The class in the ccxt of this Superalgos directory; `None` where that has no such exchange."""

    def read(path: str) -> bytes | None:
        found = read_regular(root / path, _LARGEST)
        return found.data if isinstance(found, Content) else None

    return find_class(read, name, version)


def find_class(read: Read, name: str, version: CcxtVersion) -> ExchangeClass | None:
    """The class; `None` if the list in ccxt's main file, or else the known versions, have no such exchange."""
    once = functools.cache(read)
    return _unchanged(once, name, version) or read_class(once, name, version)


def read_class(read: Read, name: str, version: CcxtVersion) -> ExchangeClass | None:
    """As `find_class`, but from the source files wherever they can be read, not from the table."""
    for index, folder in _LAYOUTS:
        text = _text(read(f"{_CCXT}/{index}"))
        if text is None:
            continue
        from superalgos_rsa.superalgos.engine import class_source  # its patterns take a while to compile

        names = class_source.listed(text)
        if names is None:
            continue
        if name not in names:
            return None
        return _read_class(read, f"{_CCXT}/{folder}", name) or known_class(name, version) or _unknown(name)
    return known_class(name, version)


def digest(read: Read, name: str, above: Sequence[str]) -> str | None:
    """The digest of the installed files that decide: ccxt's main file, the class, those it extends, the base class.
    `None` if one cannot be read."""
    index, folder = next((layout for layout in _LAYOUTS if read(f"{_CCXT}/{layout[0]}") is not None), _LAYOUTS[0])
    whole = hashlib.sha256()
    for file in (index, *(f"{folder}/{each}.js" for each in (name, *above, BASE))):
        data = read(f"{_CCXT}/{file}")
        if data is None:
            return None
        whole.update(b"%d\0" % len(data))
        whole.update(data)
    return whole.hexdigest()[:_DIGITS]


def known_class(name: str, version: CcxtVersion) -> ExchangeClass | None:
    """The class by the table: of the nearest version that has such an exchange, one of the same minor version if there
    is one."""
    versions = _table().keys()
    same_minor = [known for known in versions if (known.major, known.minor) == (version.major, version.minor)]
    for known in sorted(same_minor or versions, key=lambda other: _distance(other, version)):
        classes = _classes(known)
        if name in classes:
            return classes[name]
        if known == version:
            return None
    return None


def known_names() -> frozenset[str]:
    """The exchanges of all known versions."""
    return frozenset(name for version in _table() for name in _classes(version))


def _distance(known: CcxtVersion, wanted: CcxtVersion) -> tuple[int, int, int]:
    return abs(known.major - wanted.major), abs(known.minor - wanted.minor), abs(known.patch - wanted.patch)


def _unknown(name: str) -> ExchangeClass:
    return ExchangeClass(
        name,
        (),
        (),
        scheme="unknown",
        private_keys=(),
        signer="",
        checks=False,
        api_key_holds=None,
        sandbox=None,
        source="nothing",
    )


def _unchanged(read: Read, name: str, version: CcxtVersion) -> ExchangeClass | None:
    """The class by the table of this very version, if each file equals the one that the table was made from."""
    *above, wanted = _table().get(version, _NOTHING)["digests"].get(name, "").split(" ")
    if not wanted or digest(read, name, above) != wanted:
        return None
    return _classes(version)[name]._replace(source="class")


def _read_class(read: Read, folder: str, name: str) -> ExchangeClass | None:
    from superalgos_rsa.superalgos.engine import class_source

    chain: list[tuple[str, str]] = []
    file = name
    while file != BASE and len(chain) < _DEEPEST:
        text = _text(read(f"{folder}/{file}.js"))
        above = class_source.parent(text, file) if text is not None else None
        if text is None or above is None:
            return None
        chain.append((file, text))
        file = above
    return class_source.signs(chain, _text(read(f"{folder}/{BASE}.js"))) if file == BASE else None


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "replace")


@functools.cache
def _table() -> dict[CcxtVersion, dict[str, Any]]:
    found: Any = json.loads(Path(__file__).with_name(_TABLE).read_text("utf-8"))
    return {version: known for text, known in found.items() if (version := CcxtVersion.parse(text)) is not None}


@functools.cache
def _classes(version: CcxtVersion) -> dict[str, ExchangeClass]:
    return {found.name: found for row in _table()[version]["classes"] for found in _row(row)}


def _row(row: dict[str, Any]) -> Iterator[ExchangeClass]:
    for entry in row["names"].split():
        name, _, signer = entry.partition("<")
        yield ExchangeClass(
            name,
            required=tuple(row["required"].split()),
            needs=tuple(row["needs"].split()),
            scheme=row["scheme"],
            private_keys=tuple(row.get("private_keys", "").split()),
            signer=signer or name,
            checks=row.get("checks", True),
            api_key_holds=row.get("api_key_holds"),
            sandbox=row.get("sandbox", False),
            source="table",
        )
