"""Lets the installed ccxt sign: run by Node in its own folder, without a network."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from superalgos_rsa.files import programs
from superalgos_rsa.keys import der, pem
from superalgos_rsa.keys.key_structures import Shape, shape
from superalgos_rsa.superalgos.engine.verdict import Answer

TIME_LIMIT = 60.0
TIME_FOR_EACH = 1.0  # the pure JavaScript of ccxt 2.x takes a third of a second for a large key
_UNAVAILABLE = {
    3: "there is no ccxt in the installation's node_modules",
    4: "the ccxt in the installation's node_modules cannot be loaded",
}
_SIGNINGS = ("rsa", "ed25519", "hmac", "none", None)


class Question(NamedTuple):
    """A credential's secret as the task server gets it, and the text that the engine will make of it: of the file, or
    the secret itself."""

    exchange: str
    secret: str
    text: str

    def __repr__(self) -> str:
        return f"Question({self.exchange!r})"


class Unavailable(NamedTuple):
    """The installed engine could not be asked, for this reason."""

    reason: str


def ask(root: Path, questions: Sequence[Question]) -> tuple[Answer, ...] | Unavailable:
    """One answer for each question. Secrets go through standard input, never argv; ccxt's side reads the paths."""
    if not questions:
        return ()
    node = programs.find("node", os.environ.get("PATH", ""))
    if node is None:
        return Unavailable("there is no Node on this machine")
    mark = secrets.token_hex(16)
    request = json.dumps({"mark": mark, "cases": [_case(question) for question in questions]})
    # As text and not by name: the nearest package.json, even a stranger's, would decide how a file is run.
    script = Path(__file__).with_name("ask.js").read_text("utf-8")
    # Variables of Node's own could load other code, wait for a debugger, or look for ccxt elsewhere.
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("NODE_")}
    limit = TIME_LIMIT + TIME_FOR_EACH * len(questions)
    try:
        done = subprocess.run(  # noqa: S603  # our own script, no words of the user's
            [node, "--input-type=commonjs", "--eval", script],
            input=request.encode("ascii"),
            capture_output=True,
            cwd=root,
            env=environment,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Unavailable(f"the engine gave no answer within {limit:.0f} seconds")
    except OSError as error:
        return Unavailable(f"Node could not be started: {error.strerror}")
    if done.returncode in _UNAVAILABLE:
        return Unavailable(_UNAVAILABLE[done.returncode])
    return _answers(done.stdout, mark, len(questions)) or Unavailable("the engine ended without an answer")


def _answers(output: bytes, mark: str, count: int) -> tuple[Answer, ...] | None:
    _, found_mark, after = output.rpartition(mark.encode("ascii"))
    if not found_mark:
        return None
    try:
        found: Any = json.loads(after.partition(b"\n")[0])
        answers = tuple(Answer(answer["signing"], answer["error"]) for answer in found)
    except (ValueError, KeyError, TypeError):
        return None
    return answers if len(answers) == count and all(answer.signing in _SIGNINGS for answer in answers) else None


def _case(question: Question) -> dict[str, object]:
    """`publicKeys` (SubjectPublicKeyInfo) may verify a signature with a key of the text. `whole`: the text holds a
    readable key, so an unverifiable signature means `none`, not unknown."""
    private = [
        (block.der, found)
        for block in pem.blocks(question.text)
        if (found := shape(block.der)) is not None and found.kind == "private"
    ]
    public = {spki for data, found in private for spki in _public_keys(data, found)}
    return {
        "exchange": question.exchange,
        "secret": question.secret,
        "publicKeys": [base64.b64encode(spki).decode("ascii") for spki in sorted(public)],
        "whole": bool(private),
    }


def _public_keys(data: bytes, found: Shape) -> set[bytes]:
    """Engines differ in which numbers of an RSA key they sign with: damage to the others reaches no signature."""
    if found.numbers is not None:
        numbers = found.numbers
        moduli, exponents = {numbers.n, numbers.p * numbers.q}, {numbers.e, 65537}
        return {der.rsa_public_key(n, e) for n in moduli for e in exponents if n > 0 and e > 0}
    if found.key_type != "ed25519":
        return set()
    from cryptography.hazmat.primitives import serialization as s

    try:
        key: Any = s.load_der_private_key(data, None)
        return {key.public_key().public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)}
    except Exception:  # of many kinds on damaged keys
        return set()
