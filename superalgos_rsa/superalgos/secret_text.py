"""Tells whether the text in `secret` is the path of a file or a secret issued by an exchange."""

from __future__ import annotations

import re
from itertools import pairwise

from superalgos_rsa.documents.showing import SUFFIX
from superalgos_rsa.superalgos.engine.exchanges import BINANCE

BLANK = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"
"""White space and invisible characters that come with a pasted value."""
LONGEST_PATH = 4096  # the limit of Linux; on Windows too a longer text was meant for no file
_PATH_START = re.compile(r"~|\.{1,2}[/\\]|\$\{?\w+\}?[/\\]|%\w+%|file:|\\\\|[A-Z]:[/\\]|[A-Z]:\w+\.", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{32,}={0,2}$")


def is_spelled_like_path(text: str) -> bool:
    """Whether a text that names no file is meant as a path all the same.

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
    """Whether the text looks like base64 of random bytes: there two neighbours differ in kind (lower, upper, digit) two
    times in three, and one character in 64 is a slash. In a path neighbours are mostly of one kind, and each word ends
    in a slash."""
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
    """The first control character inside a value. White space at its ends is ignored: it comes from pasting."""
    found = re.search(r"[\x00-\x1f\x7f]", text.strip(BLANK))
    return found[0] if found else None
