"""A key's credential as the platform would resolve it, and whether its secret is a path or the secret itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from superalgos_rsa.config import is_placeholder
from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.showing import SUFFIX
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.servers.local import PathFacts
from superalgos_rsa.superalgos.engine.exchanges import BINANCE
from superalgos_rsa.superalgos.load_route import VaultHit
from superalgos_rsa.superalgos.workspace import Key
from superalgos_rsa.validator.report import SecretKind, SecretSource

BLANK = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"
"""White space and invisible characters that get into a value when it is pasted."""


@dataclass(frozen=True, slots=True)
class Credential:
    """`secret` is what the task will be given: the vault's value where the vault serves the node, else the node's own.

    Both values are whatever JSON held; only a text can work. `None` stands for absent.
    """

    code_name: Any = field(repr=False)
    secret: Any = field(repr=False)
    source: SecretSource | None
    covered: bool
    """The vault code visits this node."""
    own_secret: Any = field(repr=False)
    vault_index: int | None


def resolve(key: Key, covered: dict[tuple[str | int, ...], VaultHit | None]) -> Credential:
    code_name, own = key.config.fields.get("codeName"), key.config.fields.get("secret")
    hit = covered.get(key.pointer)
    if hit is not None:
        value = None if hit.value is js.UNDEFINED else hit.value
        return Credential(code_name, value, "vault", True, own, hit.index)
    source: SecretSource | None = "node" if own not in (None, "") else None
    return Credential(code_name, own, source, key.pointer in covered, own, None)


def secret_kind(secret: Any, found: PathFacts | None) -> SecretKind:
    """What exists as a file is a path, for so the engine takes it; for the rest the spelling decides."""
    if secret is None or (isinstance(secret, str) and not secret.strip(BLANK)):
        return "empty"
    if not isinstance(secret, str):
        return "inline"
    if is_placeholder(secret):
        return "placeholder"
    if found is not None and (found.status not in ("missing", "impossible") or found.near):
        return "path"
    if len(secret) > _LONGEST_PATH:
        return "inline"
    if inspect(secret.encode("utf-8", "replace")).kind not in ("text", "json"):  # a key's own text is never shown
        return "inline"
    meant = is_spelled_like_path(secret) or (found is not None and found.parent_exists)
    return "path" if meant else "inline"


_LONGEST_PATH = 4096  # of Linux; a longer text that leads to no file on Windows was not meant for one either
_PATH_START = re.compile(r"~|\.{1,2}[/\\]|\$\{?\w+\}?[/\\]|%\w+%|file:|\\\\|[A-Z]:[/\\]|[A-Z]:\w+\.", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{32,}={0,2}$")


def is_spelled_like_path(text: str) -> bool:
    """Whether a text that names no file was still meant as a path.

    Kraken's secrets are base64 and hold `/` and `+`; HMAC secrets of most exchanges are 32 to 88 letters and digits. A
    working secret taken for a path would block a trader; a path taken for a secret would let the silent failure pass.
    """
    bare = text.strip(BLANK + "\"'`")
    if "PRIVATE KEY" in text or "-----" in text:
        return False
    if _PATH_START.match(bare) or SUFFIX.search(bare):
        return True
    if "/" not in bare and "\\" not in bare:
        return False
    digits = re.sub(r"\s|\\[nr]", "", bare)
    return not (_BASE64.match(digits) and _is_random(digits))


def _is_random(text: str) -> bool:
    """In base64 of random bytes two neighbours are of different kinds (lower, upper, digit) two times in three, and a
    slash stands at one place in 64; in a path neighbours are mostly of one kind, and every word ends in a slash."""
    if text.endswith("="):
        return True
    kinds = [_kind_of(letter) for letter in text if letter != "/"]
    changes = sum(left != right for left, right in pairwise(kinds))
    return changes + 2 > 0.38 * len(kinds) + text.count("/")  # of 20,000 secrets of 48 bytes, one is taken for a path


def _kind_of(letter: str) -> str:
    return "a" if letter.islower() else "A" if letter.isupper() else "0" if letter.isdigit() else letter


def is_hmac_secret(text: str, exchange: str | None) -> bool:
    """Whether a text can be the secret an exchange handed out: one word of printable ASCII, no key material.

    Binance hands out 64 letters and digits, and no exchange fewer than 16: that is a file's name, or a password.
    """
    if exchange is None or exchange in BINANCE:
        return re.fullmatch(r"[A-Za-z0-9]{64}", text) is not None
    return re.fullmatch(r"[\x21-\x7e]{16,512}", text) is not None and "-----" not in text and "PRIVATE KEY" not in text


def control_character(text: str) -> str | None:
    """The first control character inside a value. At its ends, white space is a slip of pasting."""
    found = re.search(r"[\x00-\x1f\x7f]", text.strip(BLANK))
    return found[0] if found else None
