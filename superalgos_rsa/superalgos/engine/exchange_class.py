"""One exchange of the installed ccxt: what its class requires and how it signs, from its own source file.

Where that file cannot be read, a table of the nearest known version stands in: a file that is missing says nothing
about an exchange.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from superalgos_rsa.files.regular import Content, read_regular
from superalgos_rsa.superalgos.engine.class_signing import Scheme, Signs
from superalgos_rsa.superalgos.engine.versions import CcxtVersion

Read = Callable[[str], str | None]
"""The text of a file below the root of the installation, or `None` where it cannot be had."""

PLATFORM_FIELDS = ("apiKey", "secret", "uid", "password")
"""What the platform hands to ccxt; the first two are the `codeName` and the `secret` of the key."""

MODELLED = frozenset({"binance", "bybit", "coinbase"})
"""Classes whose signing with a private key is modelled."""

_LARGEST = 8 * 1024 * 1024  # the largest class of 4.5.84 has 813,078 bytes
_DEEPEST = 12  # files of classes that extend one another; four are the most in any version so far
_UNKNOWN = Signs((), (), scheme="unknown", private_keys=(), signer="", checks=False, api_key_holds=None)
_LAYOUTS = (("dist/cjs/ccxt.js", "dist/cjs/src"), ("ccxt.js", "js"))  # since 3.0.40, and before
_BASE = "base/Exchange"
_CCXT = "node_modules/ccxt"
_TABLE = "known_classes.json"


class ExchangeClass(NamedTuple):
    """What the class of one exchange wants, and how it signs."""

    name: str
    required: tuple[str, ...]
    """The true ones of `requiredCredentials`, in the order in which ccxt looks for them."""
    needs: tuple[str, ...]
    """The fields without which the class sends no order: `required`, save that a few classes take one field for
    another, and a few look for one more."""
    scheme: Scheme
    private_keys: tuple[str, ...]
    """The kinds of private keys that it can sign with: RSA, Ed25519, ECDSA, Starknet."""
    signer: str
    """The class whose `sign` it is: binance for binanceus."""
    checks: bool
    """It is known to throw, before anything is sent, where a field of `needs` is missing; a few classes send a request
    that the exchange refuses."""
    api_key_holds: str | None
    """A word without which the class refuses the API key."""
    source: Literal["class", "table", "nothing"]

    @property
    def beyond_the_platform(self) -> tuple[str, ...]:
        """What it needs and the platform never hands over: with any of these no credential works there."""
        return tuple(field for field in self.needs if field not in PLATFORM_FIELDS)

    @property
    def judged(self) -> bool:
        """Whether its signing is known well enough to say what becomes of a secret."""
        unclear = self.scheme == "unknown" or (self.scheme == "private-key" and self.signer not in MODELLED)
        return not unclear or bool(self.beyond_the_platform)


def installed_class(root: Path, name: str, version: CcxtVersion) -> ExchangeClass | None:
    """The class in the ccxt of this Superalgos directory; `None` where that has no such exchange."""

    def read(path: str) -> str | None:
        found = read_regular(root / path, _LARGEST)
        return found.data.decode("utf-8", "replace") if isinstance(found, Content) else None

    return find_class(read, name, version)


def find_class(read: Read, name: str, version: CcxtVersion) -> ExchangeClass | None:
    """`None`: ccxt has no such exchange, by the list in its main file or, without that, by the known versions."""
    for index, folder in _LAYOUTS:
        text = read(f"{_CCXT}/{index}")
        if text is None:
            continue
        from superalgos_rsa.superalgos.engine import class_source  # its patterns take a while to compile

        names = class_source.listed(text)
        if names is None:
            continue
        if name not in names:
            return None
        found = _read_class(read, f"{_CCXT}/{folder}", name)
        if found is not None:
            return _of(name, found, "class")
        return known_class(name, version) or _of(name, _UNKNOWN, "nothing")
    return known_class(name, version)


def known_class(name: str, version: CcxtVersion) -> ExchangeClass | None:
    """By the table alone, of the nearest version that has such an exchange; those of another minor version tell only
    where none of the same is known."""
    versions = _rows().keys()
    same_minor = [known for known in versions if (known.major, known.minor) == (version.major, version.minor)]
    for known in sorted(same_minor or versions, key=lambda other: _distance(other, version)):
        classes = _classes(known)
        if name in classes:
            return _of(name, classes[name], "table")
        if known == version:
            return None
    return None


def known_names() -> frozenset[str]:
    """The exchanges of all known versions."""
    return frozenset(name for version in _rows() for name in _classes(version))


def _distance(known: CcxtVersion, wanted: CcxtVersion) -> tuple[int, int, int]:
    return abs(known.major - wanted.major), abs(known.minor - wanted.minor), abs(known.patch - wanted.patch)


def _of(name: str, found: Signs, source: Literal["class", "table", "nothing"]) -> ExchangeClass:
    return ExchangeClass(name, *found, source)


def _read_class(read: Read, folder: str, name: str) -> Signs | None:
    from superalgos_rsa.superalgos.engine import class_source

    chain: list[tuple[str, str]] = []
    file = name
    while file != _BASE and len(chain) < _DEEPEST:
        text = read(f"{folder}/{file}.js")
        above = class_source.parent(text, file) if text is not None else None
        if text is None or above is None:
            return None
        chain.append((file, text))
        file = above
    return class_source.signs(chain, read(f"{folder}/{_BASE}.js")) if file == _BASE else None


@functools.cache
def _rows() -> dict[CcxtVersion, list[dict[str, Any]]]:
    found: Any = json.loads(Path(__file__).with_name(_TABLE).read_text("utf-8"))
    return {version: rows for text, rows in found.items() if (version := CcxtVersion.parse(text)) is not None}


@functools.cache
def _classes(version: CcxtVersion) -> dict[str, Signs]:
    return {name: signs for row in _rows()[version] for name, signs in _row(row)}


def _row(row: dict[str, Any]) -> list[tuple[str, Signs]]:
    of = ((name, signer or name) for name, _, signer in (entry.partition("<") for entry in row["names"].split()))
    return [
        (
            name,
            Signs(
                required=tuple(row["required"].split()),
                needs=tuple(row["needs"].split()),
                scheme=row["scheme"],
                private_keys=tuple(row.get("private_keys", "").split()),
                signer=signer,
                checks=row.get("checks", True),
                api_key_holds=row.get("api_key_holds"),
            ),
        )
        for name, signer in of
    ]
