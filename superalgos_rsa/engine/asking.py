"""Asks the installed engine itself: its own ccxt, run by Node in its own folder, without a network."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from superalgos_rsa.engine.verdict import Answer

TIME_LIMIT = 60.0
_NO_CCXT = 3  # the exit code by which ask.js says so


class Question(NamedTuple):
    """A credential's secret as the task server gets it, and the public half (PEM) that its signature must fit."""

    exchange: str
    secret: str
    public_key: str | None

    def __repr__(self) -> str:
        return f"Question({self.exchange!r})"


class Unavailable(NamedTuple):
    reason: str


def ask(root: Path, questions: Sequence[Question]) -> tuple[Answer, ...] | Unavailable:
    """One answer a question. Secrets go through standard input and paths are read by the engine; nothing is in argv."""
    node = shutil.which("node")
    if node is None:
        return Unavailable("there is no Node on this machine")
    request = json.dumps([{"exchange": q.exchange, "secret": q.secret, "publicKey": q.public_key} for q in questions])
    try:
        done = subprocess.run(  # noqa: S603  # our own script, no words of the user's
            [node, str(Path(__file__).with_name("ask.js"))],
            input=request.encode("utf-8", "surrogatepass"),
            capture_output=True,
            cwd=root,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Unavailable(f"the engine gave no answer within {TIME_LIMIT:.0f} seconds")
    except OSError as error:
        return Unavailable(f"Node could not be started: {error.strerror}")
    if done.returncode == _NO_CCXT:
        return Unavailable("there is no ccxt in the installation's node_modules")
    try:
        answers: list[dict[str, Any]] = json.loads(done.stdout)["answers"]
    except (ValueError, KeyError, TypeError):
        return Unavailable("the engine ended without an answer")
    return tuple(Answer(answer["signing"], answer["error"]) for answer in answers)
