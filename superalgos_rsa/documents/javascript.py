"""JavaScript property access, `==` and `Number()` as Superalgos' loader uses them, on values from JSON.

Each was tried with Node 20; the tests compare them with the real loader where it is installed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from superalgos_rsa.documents.deep_json import parse_deep

_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
_DECIMAL = re.compile(r"[+-]?((\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|Infinity)", re.ASCII)
_WITH_RADIX = re.compile(r"0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


class _Undefined:
    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = _Undefined()


class JsTypeError(Exception):
    """Ends the process: a property of null or undefined was read, or a value called that is not a function."""


class JsRangeError(JsTypeError):
    """Ends the process too: the stack is full."""


class UnknownError(Exception):
    """Whether this ends the process differs from one Node to the next."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How deep a value may be nested before JavaScript's recursion overflows the stack: tried with Node 16 to 24."""

    safe: int
    fatal: int

    def refuse(self, count: int) -> None:
        """Raises `JsRangeError` for so many levels, or `UnknownError`."""
        if count > self.fatal:
            raise JsRangeError(f"its values are nested too deep ({count:,} levels)")
        if count > self.safe:
            raise UnknownError


TO_JSON: Final = Depth(4090, 4500)
"""Of `JSON.stringify`. Node 20, 22 and 24 write 4117, 4105 and 4395 levels; 16 and 18, of which nobody should trade
any more, up to 6884."""
_TO_TEXT: Final = Depth(1900, 3300)
"""Of `String` on lists: 1967 levels with Node 16, 2100 with 18, 3167 with 20, 3250 with 22, 3164 with 24."""


def get(value: Any, name: str) -> Any:
    """`value.name` in JavaScript."""
    if value is None or value is UNDEFINED:
        raise JsTypeError(f"{'null' if value is None else 'undefined'} stands where a node is expected")
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if name == "length":
        if isinstance(value, list):
            return len(value)
        if isinstance(value, str):
            return len(value.encode("utf-16-le", "surrogatepass")) // 2
    # Methods of Array.prototype that share a name with a node's property. A function has a length of its own: 0.
    return [] if isinstance(value, list) and name == "keys" else UNDEFINED


def each(value: Any) -> Iterator[tuple[str | int, Any]]:
    """`for (let i = 0; i < value.length; i++) value[i]`, up to the first missing element: there the platform's loop
    ends, since it reads a member of the element."""
    if isinstance(value, list | str):
        yield from enumerate(value)
        return
    length = to_number(get(value, "length"))
    index = 0
    while index < length:  # false for NaN, as in JavaScript
        element = get(value, str(index))
        yield str(index), element
        if element is UNDEFINED:
            return
        index += 1


def is_truthy(value: Any) -> bool:
    """Whether a condition takes the value for true: every list and object, and any text but the empty one."""
    return isinstance(value, list | dict) or (value is not UNDEFINED and bool(value))


def is_longer_than_nothing(value: Any) -> bool:
    """`value.length > 0` in JavaScript."""
    return to_number(get(value, "length")) > 0


def to_number(value: Any) -> float:
    """`Number(value)` in JavaScript."""
    if isinstance(value, bool | int | float):
        return _double(value)
    if value is None:
        return 0.0
    if value is UNDEFINED:
        return math.nan
    text = to_text(value).strip(_SPACE)
    if not text:
        return 0.0
    if _DECIMAL.fullmatch(text):
        return float(text)
    return _double(int(text, 0)) if _WITH_RADIX.fullmatch(text) else math.nan


def _double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def to_text(value: Any) -> str:
    """`String(value)`, for comparisons and `JSON.parse`."""
    if not isinstance(value, list):
        return "null" if value is None else _text_of(value)
    _TO_TEXT.refuse(_lists(value))
    parts: list[str] = []
    stack: list[Any] = [value]  # a list may be nested deeper than Python recurses
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            for element in reversed(item):
                stack += [element, ","]
            if item:
                stack.pop()
        elif item is not None:
            parts.append(_text_of(item))
    return "".join(parts)


def _lists(value: list[Any]) -> int:
    """How many lists stand in each other; what an object holds makes no text."""
    count, row = 0, [value]
    while row:
        count += 1
        row = [item for one in row for item in one if isinstance(item, list)]
    return count


def _text_of(value: Any) -> str:
    if isinstance(value, dict):
        if "toString" in value:  # in the place of the inherited function, and JSON holds no functions
            raise JsTypeError("its `toString` is no function")
        return "[object Object]"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else _number_text(_double(value))


def _number_text(value: float) -> str:
    """The same digits as Python's, which are the fewest that mean this number, in JavaScript's layout."""
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else "Infinity" if value > 0 else "-Infinity"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(digits) - len(fraction) + int(exponent or 0)
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return f"{sign}{digits:0<{point}}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if digits[1:] else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"


def loosely_equal(value: Any, text: str) -> bool:
    """`value == text` in JavaScript."""
    if isinstance(value, bool | int | float):
        return to_number(value) == to_number(text)
    return isinstance(value, str | list | dict) and to_text(value) == text


def parse_json(value: Any) -> Any:
    """`JSON.parse(value)`. Raises `JsonError`."""
    text = to_text(value)
    if text.startswith("\ufeff"):  # our own forgives a byte order mark; the engine does not
        text = "\ufeff\ufeff"
    return parse_deep(text)
