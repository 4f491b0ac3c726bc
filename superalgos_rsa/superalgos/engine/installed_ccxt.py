"""Asks the installed ccxt itself about whole credentials, for any of its exchanges and without a network: the class
builds the signed request of an order, which is caught before it is sent."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

from superalgos_rsa.files import programs
from superalgos_rsa.keys import der, pem
from superalgos_rsa.keys.key_structures import Shape, shape
from superalgos_rsa.superalgos.engine.class_signing import PLATFORM_FIELDS
from superalgos_rsa.superalgos.engine.verdict import Answer, Key, Signing

TIME_LIMIT = 60.0
TIME_FOR_EACH = 1.0  # the pure JavaScript of ccxt 2.x takes a third of a second for a large key
_UNAVAILABLE = {
    3: "there is no ccxt in the installation's node_modules",
    4: "the ccxt in the installation's node_modules cannot be loaded",
}


class Question(NamedTuple):
    """A credential from the key's config and the vault: `fields` has any of `apiKey`, `secret`, `uid` and `password`.
    `text` is what the engine gets as the secret: the text of the file, or the secret itself."""

    exchange: str
    fields: Mapping[str, object]
    text: str

    def __repr__(self) -> str:
        return f"Question({self.exchange!r})"


class Unavailable(NamedTuple):
    """The installed engine could not be asked, for this reason."""

    reason: str


def ask(root: Path, questions: Sequence[Question]) -> tuple[Answer, ...] | Unavailable:
    """One answer for each question. Secrets go through standard input, never argv; the engine reads the paths."""
    if not questions:
        return ()
    node = programs.find("node", os.environ.get("PATH", ""))
    if node is None:
        return Unavailable("there is no Node on this machine")
    mark = secrets.token_hex(16)
    request = json.dumps({"mark": mark, "cases": [case(question) for question in questions]})
    # Node's own variables could load other code, wait for a debugger, or look for ccxt elsewhere.
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("NODE_")}
    limit = TIME_LIMIT + TIME_FOR_EACH * len(questions)
    try:
        done = subprocess.run(  # noqa: S603  # our own script, no words from the user
            [node, "--input-type=commonjs", "--eval", script()],
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


def script() -> str:
    """The script as text. As a file it would be a module or not by the nearest package.json, which may be anybody's."""
    return Path(__file__).with_name("installed_ccxt.js").read_text("utf-8")


def case(question: Question) -> dict[str, Any]:
    """The question for the script. `publicKeys` (SubjectPublicKeyInfo) verify signatures of the keys in the text.
    `whole`: the text holds a readable key, so a signature that none of them verifies means `none`, not unknown."""
    private = [
        (data, found)
        for data in _key_material(question.text)
        if (found := shape(data)) is not None and found.kind == "private"
    ]
    public = {spki for data, found in private for spki in _public_keys(data, found)} | _of_seed(question.text)
    return {
        "exchange": question.exchange,
        "credentials": {name: question.fields[name] for name in PLATFORM_FIELDS if name in question.fields},
        "publicKeys": [base64.b64encode(spki).decode("ascii") for spki in sorted(public)],
        "whole": bool(private),
    }


def _key_material(text: str) -> Iterator[bytes]:
    """The DER of every PEM block, and of bare base64, around which some classes put the lines of PEM."""
    yield from (block.der for block in pem.blocks(text))
    bare = _base64(text)
    if bare is not None:
        yield bare


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return None


def _public_keys(data: bytes, found: Shape) -> set[bytes]:
    """The public keys that may verify: engines sign with different numbers of an RSA key, and some may be damaged."""
    if found.numbers is not None:
        numbers = found.numbers
        moduli, exponents = {numbers.n, numbers.p * numbers.q}, {numbers.e, 65537}
        return {der.rsa_public_key(n, e) for n in moduli for e in exponents if n > 0 and e > 0}
    if found.key_type not in ("ed25519", "ec"):
        return set()
    from cryptography.hazmat.primitives import serialization as s

    try:
        key: Any = s.load_der_private_key(data, None)
        return {key.public_key().public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)}
    except Exception:  # of many kinds on damaged keys
        return set()


def _of_seed(text: str) -> set[bytes]:
    """The Ed25519 key as some exchanges hand it out: 32 bytes in base64, alone or before the public half."""
    seed = _base64(text)
    if seed is None or len(seed) not in (32, 64):
        return set()
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(seed[:32]).public_key()
    return {public.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)}


def _answers(output: bytes, mark: str, count: int) -> tuple[Answer, ...] | None:
    _, found_mark, after = output.rpartition(mark.encode("ascii"))
    if not found_mark:
        return None
    try:
        found: Any = json.loads(after.partition(b"\n")[0])
        answers = tuple(Answer(*(answer[name] for name in Answer._fields)) for answer in found)
    except (ValueError, KeyError, TypeError):
        return None
    known = all(
        answer.signing in (*get_args(Signing), None) and answer.key in (*get_args(Key), None) for answer in answers
    )
    return answers if len(answers) == count and known else None
