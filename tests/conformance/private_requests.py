"""Lets the real classes build their private requests: the script of `--engine`, run on each package of the suite."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from superalgos_rsa.superalgos.engine.installed_ccxt import Question, case, script
from superalgos_rsa.superalgos.engine.verdict import Key, Signing

from .engines import HERE

MARK = "the answers: "


class Told(TypedDict):
    signing: Signing | None
    key: Key | None
    error: str | None
    """The class of what was thrown."""
    missing: str | None
    message: NotRequired[str]
    """Its message, or that of what hindered the request, if there was no request."""
    read: NotRequired[Sequence[str]]
    """The fields that the class read for the request, beside the check that they are there."""


def question(exchange: str, fields: Mapping[str, object], *own: bytes) -> dict[str, object]:
    """Fields beyond those that the platform hands over are given to ccxt too. Besides the keys of the text, those in
    `own` (SubjectPublicKeyInfo) may verify the signature."""
    asked = case(Question(exchange, fields, str(fields.get("secret", ""))))
    publics = [*asked["publicKeys"], *(base64.b64encode(public).decode() for public in own)]
    return {**asked, "credentials": dict(fields), "publicKeys": publics, "whole": asked["whole"] or bool(own)}


def ask(package: str, questions: Sequence[Mapping[str, object]]) -> list[Told]:
    request = json.dumps({"mark": MARK, "package": package, "tell": True, "cases": questions})
    command = ["node", "--input-type=commonjs", "--eval", script()]
    done = subprocess.run(command, input=request.encode(), capture_output=True, cwd=HERE, check=False)
    _, found, answer = done.stdout.rpartition(MARK.encode())
    assert found, f"the script ended with {done.returncode}: {done.stderr.decode()[-2000:]}"
    told: list[Told] = json.loads(answer)
    assert len(told) == len(questions)
    return told
