"""Prints what the classes of the known versions want and how they sign, read from their source files: the table
`superalgos_rsa/superalgos/engine/known_classes.json` is made by it."""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from typing import Any

from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass
from superalgos_rsa.superalgos.engine.exchange_class import BASE, Read, digest, read_class

from .engines import HERE, PACKAGES, exchanges_of, missing


def reader(package: str) -> Read:
    folder = HERE / "node_modules" / package

    def read(path: str) -> bytes | None:
        file = folder / Path(path).relative_to("node_modules/ccxt")
        return file.read_bytes() if file.is_file() else None

    return functools.cache(read)


@functools.cache
def installed(package: str) -> tuple[ExchangeClass, ...]:
    """Every exchange of the package, as its own source files describe it."""
    read = reader(package)
    found = tuple(read_class(read, name, PACKAGES[package]) for name in exchanges_of(package))
    assert all(each is not None and each.source == "class" for each in found)
    return tuple(each for each in found if each is not None)


def table() -> dict[str, dict[str, Any]]:
    return {
        str(version): {"classes": _rows(package), "digests": _digests(package)} for package, version in PACKAGES.items()
    }


def _digests(package: str) -> dict[str, str]:
    """Of each exchange: the files of the classes that it extends, and the digest of all that is read for it."""
    read = reader(package)
    found = {}
    for name in exchanges_of(package):
        files: list[str] = []

        def note(path: str, files: list[str] = files) -> bytes | None:
            files += [path] if read(path) is not None else []
            return read(path)

        read_class(note, name, PACKAGES[package])
        _, own, *above, base = (file.removeprefix("node_modules/ccxt/").removesuffix(".js") for file in files)
        folder = own.removesuffix(f"/{name}")
        assert base == f"{folder}/{BASE}"
        names = [file.removeprefix(f"{folder}/") for file in above]
        found[name] = " ".join([*names, digest(read, name, names) or ""])
    return found


def _rows(package: str) -> list[dict[str, Any]]:
    """Exchanges of one kind in a row; `<` stands before the class whose `sign` it is, where it is another's."""
    rows: dict[str, list[str]] = {}
    for found in installed(package):
        kind: dict[str, Any] = {
            "required": " ".join(found.required),
            "needs": " ".join(found.needs),
            "scheme": found.scheme,
        }
        kind |= {"private_keys": " ".join(found.private_keys)} if found.private_keys else {}
        kind |= {} if found.checks else {"checks": False}
        kind |= {"api_key_holds": found.api_key_holds} if found.api_key_holds else {}
        kind |= {"sandbox": True} if found.sandbox else {}
        name = found.name if found.signer == found.name else f"{found.name}<{found.signer}"
        rows.setdefault(json.dumps(kind), []).append(name)
    return [{**json.loads(kind), "names": " ".join(names)} for kind, names in sorted(rows.items())]


def main() -> int:
    reason = missing()
    if reason is not None:
        print(reason, file=sys.stderr)  # noqa: T201
        return 2
    print(json.dumps(table(), indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
