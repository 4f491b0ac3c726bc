"""Prints what ccxt does with each case and whether the model says the same: `docs/engine-truth.md` is made by it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from superalgos_rsa.superalgos.engine import CcxtVersion, Verdict, judge

from .cases import all_cases
from .engines import PACKAGES, Engines, Outcome, missing
from .paths import PATHS, for_harness, furnish, judge_path

Row = tuple[str, str, Callable[[CcxtVersion], Verdict]]

_INTRODUCTION = """\
# What ccxt does with a secret

Each row is one case, signed by the real `sign()` of the real class of five versions of ccxt from npm. Superalgos 1.6.1
installs 2.7.62, and 1.7.0 installs 4.4.25; with the others each way of signing with RSA keys is there: node-rsa (up to
3.0.30), jsencrypt (3.0.40 to 4.5.59), and the OpenSSL of Node (from 4.5.61).

- **rsa**, **ed25519**: a signature that verifies with the public half.
- **hmac**: it signs HMAC with the text, without a word.
- **none**: it throws, or what it sends does not verify.

Made by `PYTHONPATH=tests python -m conformance.table > docs/engine-truth.md`. The suite in `tests/conformance` holds
the model against every case, and against keys with random accidents besides.
"""

_NODES = """
## Which Node runs

From 4.5.61 ccxt signs RSA with the OpenSSL of the Node that runs it, and the columns above are of OpenSSL 3.0. The tool
does not know which Node will run. What differs was tried with Node 16.20.2 (OpenSSL 1.1.1), 18.20.8, 20.20.2, 22.19.0,
24.0.0, 24.4.1 (3.0), 22.20.0, 22.23.3, 24.5.0 and 24.21.0 (3.5):

| private key | OpenSSL 3.0 | OpenSSL 3.5 (Node 22.20, 24.5 and later) | model |
| --- | --- | --- | --- |
| PKCS#8 of version 2 with the public half in it | throws | rsa | none: it is not known which Node will run |
| PKCS#8 of version 3 or higher | rsa | throws | none: it is not known which Node will run |
| RSA with a modulus of 0, or of 500 bits | signs, and nothing verifies it | throws | none |

Of 12,551 texts, those above and random accidents to keys, the OpenSSL 3.0 of Node 18 and 20 signs with the same ones,
and 3.5 of Node 22 and 24 with all of these but five: those of the last row, and one more that is `none` here too. Node
16 is another reader and is not modelled: it takes no byte order mark, no PKCS#8 under `RSA PRIVATE KEY`, and no key
behind a damaged block. On it, ask the engine itself: `superalgos-rsa check --engine`. What `superalgos-rsa convert`
writes, all of them read.
"""


def main() -> int:
    reason = missing()
    if reason is not None:
        print(reason, file=sys.stderr)  # noqa: T201
        return 2
    with Engines() as engines:
        outcomes = engines.ask([case.for_harness() for case in all_cases()])
    print("\n".join(lines(outcomes)))  # noqa: T201
    return 0


def lines(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    """Of the document; `outcomes` is what each package does with `all_cases()`."""
    cases = all_cases()
    texts: list[Row] = [(case.name, case.exchange, partial(judge, case.text, case.exchange)) for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        furnish(root)
        with Engines(root) as engines:
            of_paths = engines.ask([for_harness(path, root) for path in PATHS.values()])
        paths: list[Row] = [
            (f"{name}: {_shortened(path)}", "binance", partial(judge_path, path, root)) for name, path in PATHS.items()
        ]
        tables: list[tuple[str, list[Row], Mapping[str, Sequence[Outcome]]]]
        tables = [("Texts", texts, outcomes), ("Paths", paths, of_paths)]
        same = {
            title: [
                [verdict(version).signing == found[package][at]["signing"] for package, version in PACKAGES.items()]
                for at, (_, _, verdict) in enumerate(rows)
            ]
            for title, rows, found in tables
        }
        answers = [answer for of_table in same.values() for of_row in of_table for answer in of_row]
        yield _INTRODUCTION
        yield f"{len(texts)} texts and {len(paths)} paths on {len(PACKAGES)} versions make {len(answers)} answers."
        yield f"The model agrees with the engine in {sum(answers)} of them."
        for title, rows, found in tables:
            yield f"\n## {title}\n"
            yield "| case | exchange | " + " | ".join(str(version) for version in PACKAGES.values()) + " | model |"
            yield "| --- | --- |" + " --- |" * (len(PACKAGES) + 1)
            for at, (name, exchange, _) in enumerate(rows):
                yield _row(name, exchange, [found[package][at] for package in PACKAGES], all(same[title][at]))
        yield _NODES.rstrip()


def _row(name: str, exchange: str, found: Sequence[Outcome], same: bool) -> str:
    cells = [f"{outcome['signing']}{', throws' if outcome.get('error') else ''}" for outcome in found]
    return f"| {_escaped(name)} | {exchange} | {' | '.join(cells)} | {'the same' if same else '**differs**'} |"


def _shortened(path: str) -> str:
    return repr(path if len(path) <= 60 else path[:60] + "...")


def _escaped(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode().replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
