"""Which ccxt is installed, and the versions at which its signing changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from superalgos_rsa.files.regular import Content, read_regular

_NUMBER = re.compile(r"(?<![\d.])(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?!\d)")


@dataclass(frozen=True, slots=True, order=True)
class CcxtVersion:
    """A version of ccxt. Versions are ordered by their numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> CcxtVersion | None:
        """The first version in the text, or None. Of a range such as `^2.7.62` this is the lower end."""
        found = _NUMBER.search(text)
        return cls(*map(int, found.groups())) if found else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


# Each is the first published version with the change; the one published before it had the older behaviour. Tried with
# the npm packages named beside it, by reading `sign` of the class and the functions that it calls.
BINANCE_RSA = CcxtVersion(2, 5, 12)  # 2.4.80 does not look for PRIVATE KEY at all; 2.5.12 signs with node-rsa
JSENCRYPT = CcxtVersion(3, 0, 40)  # 3.0.30 still node-rsa; from here jsencrypt, and strict base64 for HMAC secrets
BYBIT_RSA = CcxtVersion(3, 0, 43)  # 3.0.40 HMAC alone
ED25519 = CcxtVersion(4, 1, 32)  # 4.1.18 RSA alone; from here texts of up to 120 characters go to Ed25519
NOBLE_2 = CcxtVersion(4, 5, 59)  # 4.5.58 has older copies of noble and scure: other words, and U+FFFD for half a letter
NODE_CRYPTO = CcxtVersion(4, 5, 61)  # 4.5.59 still jsencrypt; from here Node's own createSign

REPRESENTATIVES = (CcxtVersion(2, 7, 62), CcxtVersion(4, 4, 25), CcxtVersion(4, 5, 59), CcxtVersion(4, 5, 84))
"""The versions in Superalgos 1.6.1 and 1.7.0, and one for each RSA implementation: all are tried if the installed
version is unknown."""

_LARGEST = 64 * 1024 * 1024  # the lock file of a large project has a few megabytes
_INSTALLED, _LOCKED, _ASKED_FOR = "node_modules/ccxt/package.json", "package-lock.json", "package.json"


def installed_version(root: Path) -> tuple[CcxtVersion | None, str]:
    """The ccxt version in this Superalgos directory, and the name of the file it was read from."""

    def read(name: str) -> str | None:
        found = read_regular(root / name, _LARGEST)
        return found.data.decode("utf-8-sig", "replace") if isinstance(found, Content) else None

    return find_version(read)


def find_version(read: Callable[[str], str | None]) -> tuple[CcxtVersion | None, str]:
    """The ccxt version and the name of its file. `read` returns the text of a file below the root, or None."""
    finders = ((_INSTALLED, _of_package), (_LOCKED, _of_lock), (_ASKED_FOR, _of_range))
    for name, find in finders:
        text = read(name)
        if text is None:
            continue
        try:
            version = find(json.loads(text))
        except (ValueError, RecursionError):
            continue
        if version is not None:
            return version, name
    return None, "unknown"


def _of_package(package: object) -> CcxtVersion | None:
    return _version(_at(package, "version"))


def _of_lock(lock: object) -> CcxtVersion | None:
    """The version in a lock file: from the list of npm 7 and later, or the tree before that."""
    return _version(_at(lock, "packages", "node_modules/ccxt", "version")) or _version(
        _at(lock, "dependencies", "ccxt", "version")
    )


def _of_range(package: object) -> CcxtVersion | None:
    return _version(_at(package, "dependencies", "ccxt"))


def _at(value: object, *names: str) -> object:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _version(value: object) -> CcxtVersion | None:
    return CcxtVersion.parse(value) if isinstance(value, str) else None
