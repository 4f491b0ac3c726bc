"""Prints what every exchange of ccxt wants and how its class signs: `docs/exchanges.md` is made by it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass

from .engines import PACKAGES, missing
from .known_classes import installed

_INTRODUCTION = """\
# What the exchanges of ccxt want, and how they sign

Read from the source file of each class, as `check` reads it from the ccxt that is installed; held in
`tests/conformance` against the real objects, and against the private requests that the real classes build for an
order. Superalgos 1.6.1 installs ccxt 2.7.62, and 1.7.0 installs 4.4.25.

Each cell tells three things:

1. The fields without which the class sends no order. Superalgos hands over `apiKey` (the `codeName` of the key),
   `secret`, `uid` and `password`; with a field of another name no key works there (**never**).
2. What becomes of the secret. *text*: used as it stands. *base64*: decoded first. RSA, Ed25519, ECDSA, Starknet: it
   can be such a private key. *unused*: the API key alone is sent. *signIn*: nothing is signed before a call that
   Superalgos never makes (**never**).
3. **not judged**, where the class signs in a way that is not modelled: then only the engine itself can tell
   (`--engine`).

Made by `PYTHONPATH=tests python -m conformance.exchanges > docs/exchanges.md`.
"""


def main() -> int:
    reason = missing()
    if reason is not None:
        print(reason, file=sys.stderr)  # noqa: T201
        return 2
    print("\n".join(_lines()))  # noqa: T201
    return 0


def _lines() -> Iterator[str]:
    classes = {package: {found.name: found for found in installed(package)} for package in PACKAGES}
    names = sorted({name for of_package in classes.values() for name in of_package})
    yield _INTRODUCTION
    yield "| exchange | " + " | ".join(str(version) for version in PACKAGES.values()) + " |"
    yield "| --- |" + " --- |" * len(PACKAGES)
    for name in names:
        yield f"| {name} | " + " | ".join(_cell(classes[package].get(name)) for package in PACKAGES) + " |"
    yield ""
    yield "| | " + " | ".join(str(version) for version in PACKAGES.values()) + " |"
    yield "| --- |" + " --- |" * len(PACKAGES)
    for title, counts in _COUNTS.items():
        yield (
            f"| {title} | "
            + " | ".join(str(sum(map(counts, classes[package].values()))) for package in PACKAGES)
            + " |"
        )


def _never(found: ExchangeClass) -> bool:
    return bool(found.beyond_the_platform) or found.scheme == "session"


_COUNTS = {
    "exchanges": lambda _: True,
    "never work on Superalgos": _never,
    "can sign with a private key": lambda found: bool(found.private_keys),
    "not judged": lambda found: not found.judged,
}


def _cell(found: ExchangeClass | None) -> str:
    if found is None:
        return ""
    scheme = {"api-key": "unused", "session": "signIn"}.get(found.scheme, found.scheme)
    parts = [" ".join(found.needs) or "nothing", " ".join(found.private_keys) or scheme]
    if _never(found):
        parts.append("**never**")
    if not found.judged:
        parts.append("**not judged**")
    return " · ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
