"""Tells whether a text can be an API key of an exchange, and whether a request can carry it."""

from __future__ import annotations

import re
from typing import NamedTuple

from superalgos_rsa.superalgos.engine.exchanges import BINANCE
from superalgos_rsa.superalgos.secret_text import BLANK

# Tried with ccxt 2.7.62, 4.5.59 and 4.5.84 and Node 20: any other character makes Node refuse the whole request.
_IN_A_HEADER = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
AROUND_A_HEADER = " \t"
"""May stand around a header's value: it is sent, and the server strips it (tried as above)."""

IN_HEADER = BINANCE | frozenset(
    ("bitfinex", "bitstamp", "deribit", "kraken", "kucoin", "kucoinfutures", "okx", "phemex", "poloniex")
)
"""Exchanges whose API key is known to go into a request header, in ccxt 2.7.62 and 4.5.84."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SHAPES = {
    **dict.fromkeys(BINANCE, ("64 letters and digits", re.compile("[A-Za-z0-9]{64}"))),
    "kraken": ("56 characters of base64", re.compile("[A-Za-z0-9+/]{56}")),
    "kucoin": ("24 digits of base 16", re.compile("[0-9a-f]{24}")),
    "okx": ("a UUID, such as 01234567-89ab-cdef-0123-456789abcdef", re.compile(_UUID)),
}
_LEAST = 8  # Deribit's, the shortest

_LONGEST = 512  # longer than any known key, such as a JWT

# Words of guides and templates. A text of these alone is no key: `YOUR_API_KEY`, `<api-key>`, `test123`.
_WORDS = re.compile(
    "placeholder|undefined|exchange|binance|private|example|replace|access|public|secret|change|sample|string|insert|"
    "value|token|paste|enter|dummy|null|none|todo|fake|name|code|test|demo|here|your|with|this|from|api|key|put|add|"
    "the|foo|bar|abc|my|me|of|x{3,}"
)
_LONGEST_NUMBER = 6  # digits beside such words, as in `test123`
_BLANK_FIELD = re.compile(r"[A-Z]+(?:_[A-Z]+)+|<[^<>]*>")  # as programs and guides print what is to be filled in
_FOREIGN = (
    (re.compile(r"-----|^MI[IG][A-Za-z0-9+/=\s]{100}"), "is the body of a PEM or DER key"),
    (re.compile(r"^\$[\w({]|^%\w+%$"), "is a variable, which nothing fills in"),
    (re.compile(r"^[\[{].*[\]}]$", re.DOTALL), "is JSON"),
    (re.compile(r"^[A-Za-z][\w+.-]*://"), "is an address"),
    (re.compile(r"^[A-Za-z][\w-]*\s*(?::|=(?!=*$))"), "has a name before it, as in `NAME=value`"),
    (re.compile(r"\*\*|…|\.\.\.|[•●xX]{6}"), "is shortened or starred, as a page shows it"),
    (re.compile("[\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb]"), "has quotes in it"),
    (re.compile(r"[;,<>(){}|\\^$*\[\]]"), "has a character in it that no API key has"),
    (re.compile(r"\s"), "has white space in it"),
    (re.compile(r"[^\x21-\x7e]"), "has a letter in it that no API key has"),
)


class Doubt(NamedTuple):
    """Why a text is no API key. `what` ends a sentence that begins with "`codeName`"."""

    certain: bool
    """False where only the shape of the exchange's keys speaks against it."""
    what: str


def is_blank_field(text: str) -> bool:
    """Whether the text only holds the place of a value, as `YOUR_API_KEY` and `<path of the key>` do."""
    return _BLANK_FIELD.fullmatch(text) is not None


def can_be_sent(text: str) -> bool:
    """Whether Node takes the text as the value of a request header."""
    return _IN_A_HEADER.fullmatch(text) is not None


def cleaned(text: str) -> str:
    """The text without white space, invisible characters, and the quotes and commas that were pasted around it."""
    return "".join(letter for letter in text if letter not in BLANK).strip("\"'`\u201c\u201d\u2018\u2019;,")


def doubt(text: str, exchange: str | None) -> Doubt | None:
    """Why the text is hardly an API key of that exchange (ccxt's name; `None` means binance); `None` if nothing speaks
    against it. Blanks around it do not count: the server strips them."""
    bare = text.strip(AROUND_A_HEADER)
    if len(bare) > _LONGEST:
        return Doubt(certain=True, what="is far too long")
    if is_blank_field(bare) or _stands_for_one(bare):
        return Doubt(certain=True, what="is a text that stands for an API key, and none itself")
    for pattern, what in _FOREIGN:
        if pattern.search(bare):
            return Doubt(certain=True, what=what)
    shape = _shape(exchange, bare)
    if shape is not None:
        return Doubt(certain=False, what=f"has not the form of this exchange's API keys, {shape}")
    if len(bare) < _LEAST:
        return Doubt(certain=False, what=f"has only {len(bare)} characters")
    return None


def _stands_for_one(text: str) -> bool:
    rest = re.sub(r"[\W_]", "", _WORDS.sub("", text.lower()))
    return not rest or (rest.isdecimal() and len(rest) <= _LONGEST_NUMBER and rest != text)


def _shape(exchange: str | None, text: str) -> str | None:
    """The known form of the exchange's API keys, if this text has another form."""
    words, pattern = _SHAPES.get(exchange or "binance", (None, None))
    return words if pattern is not None and not pattern.fullmatch(text) else None
