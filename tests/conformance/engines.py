"""The real engines: ccxt from npm, one package for each way of signing, run by Node without a network."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NotRequired, TypedDict

from superalgos_rsa.superalgos.engine import CcxtVersion, Signing

HERE = Path(__file__).parent
PACKAGES = {
    "ccxt-2": CcxtVersion(2, 7, 62),
    "ccxt-3": CcxtVersion(3, 1, 60),
    "ccxt-4.4": CcxtVersion(4, 4, 25),
    "ccxt-4-jsencrypt": CcxtVersion(4, 5, 59),
    "ccxt-4": CcxtVersion(4, 5, 84),
}
"""2.7.62 is what Superalgos 1.6.1 installs, and 4.4.25 what 1.7.0 does."""
INSTALL = "npm ci --ignore-scripts --prefix tests/conformance"


class Outcome(TypedDict):
    signing: Signing
    error: NotRequired[str | None]
    """What the engine threw, if it threw."""


def missing() -> str | None:
    """Why the engines cannot be asked, if they cannot."""
    if shutil.which("node") is None:
        return "there is no Node to run ccxt"
    if not all((HERE / "node_modules" / name).is_dir() for name in PACKAGES):
        return f"ccxt is not installed: {INSTALL}"
    return None


def exchanges_of(package: str) -> list[str]:
    script = "console.log(require(process.argv[1]).exchanges.join(' '))"
    done = subprocess.run(["node", "-e", script, package], cwd=HERE, capture_output=True, text=True, check=True)
    return done.stdout.split()


class Engines:
    """One Node process for all questions, with every package loaded."""

    def __init__(self, cwd: Path = HERE) -> None:
        command = ["node", str(HERE / "harness.js"), *PACKAGES]
        # What jsencrypt has to say on stderr about short keys is no news.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=cwd
        )

    def ask(self, cases: Sequence[Mapping[str, object]]) -> dict[str, list[Outcome]]:
        """What each package does with each case."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(cases) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the harness ended with {self._process.wait()}"
        outcomes: dict[str, list[Outcome]] = json.loads(answer)
        return outcomes

    def __enter__(self) -> Engines:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
