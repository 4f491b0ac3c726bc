"""Calls of the command line: in this process where that is enough, else as the process a user starts."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from superalgos_rsa.documents import schema
from superalgos_rsa.superalgos import demo_installation as demo

PROJECT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "superalgos_rsa"]
AS_ON_WINDOWS = [sys.executable, str(Path(__file__).with_name("on_windows.py"))]
FOREIGN = (
    "SUPERALGOS_ROOT", "DATA_PATH", "PROFILE_NAME", "PACKAGED_PATH", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE",
    "COLUMNS", "TERM",
)  # fmt: skip
"""Variables of the caller's environment that would change what is seen."""
DEADLINE = 30
"""Seconds after which a command counts as waiting for ever."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The report on standard output, which holds nothing else and keeps to its schema."""
        report: dict[str, Any] = json.loads(self.out)
        assert schema.problems("report", report) == []
        return report

    def rules(self, severity: str | None = None) -> list[str]:
        return [f["rule"] for f in self.report["findings"] if severity in (None, f["severity"])]


def environment(**variables: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**clean, "PYTHONPATH": str(PROJECT), **variables}


def process(
    *words: str | bytes,
    cwd: Path,
    stdin: bytes | None = None,
    variables: dict[str, str] | None = None,
    before: Sequence[str] = (),
    program: Sequence[str] = PROGRAM,
) -> Ended:
    """A process of its own; `before` is what stands before the program on the command line."""
    ended = subprocess.run(
        [*before, *program, *words],
        cwd=cwd,
        env=environment(**(variables or {})),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )
    return Ended(ended.returncode, *(data.decode("utf-8", "backslashreplace") for data in (ended.stdout, ended.stderr)))


def workspace(root: Path) -> Any:
    return json.loads((root / demo.WORKSPACE).read_text("utf-8"))


def write_workspace(root: Path, value: Any) -> None:
    (root / demo.WORKSPACE).write_text(json.dumps(value, indent=4, ensure_ascii=False), "utf-8")


def exchange(value: Any) -> Any:
    """The Crypto Exchange node of the demonstration's workspace."""
    return value["rootNodes"][1]["cryptoExchanges"][0]["exchanges"][0]


def account(value: Any) -> Any:
    return exchange(value)["exchangeAccounts"]["userAccounts"][0]


def keys(value: Any) -> Any:
    return account(value)["userKeys"]["keys"]


def set_secret(root: Path, secret: str, number: int = 0) -> None:
    """Write a path or text into one key of the workspace, by hand as its owner would."""
    value = workspace(root)
    config = json.loads(keys(value)[number]["config"])
    keys(value)[number]["config"] = json.dumps({**config, "secret": secret})
    write_workspace(root, value)
