"""The few JavaScript semantics by which the platform's loader lives or dies, over values that came from JSON.

Each was tried with Node 20; `tests/test_loader.py` holds them against the real loader where one is at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from superalgos_rsa.document import parse


class _Undefined:
    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = _Undefined()


class JsTypeError(Exception):
    """What ends the process: a property of null or undefined, or a call of what is no function."""


def get(value: Any, name: str) -> Any:
    """`value.name`"""
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
    """`for (let i = 0; i < value.length; i++) value[i]`"""
    if isinstance(value, list):
        yield from enumerate(value)
        return
    length = to_number(get(value, "length"))
    index = 0
    while index < length:  # false for NaN, as in JavaScript
        yield str(index), value[index] if isinstance(value, str) else get(value, str(index))
        index += 1


def is_longer_than_nothing(value: Any) -> bool:
    """`value.length > 0`"""
    return to_number(get(value, "length")) > 0


def to_number(value: Any) -> float:
    if isinstance(value, bool | int | float):
        return float(value)
    if value is None:
        return 0.0
    text = to_text(value).strip() if isinstance(value, str | list) else "NaN"
    try:
        return float(text or 0) if "_" not in text else float("nan")
    except ValueError:
        return float("nan")


def to_text(value: Any) -> str:
    """`String(value)`, as far as a comparison or `JSON.parse` needs it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join("" if item is None else to_text(item) for item in value)
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def loosely_equal(value: Any, text: str) -> bool:
    """`value == text`"""
    return to_text(value) == text if isinstance(value, str | list | dict) else False


def parse_json(value: Any) -> Any:
    """`JSON.parse(value)`. Raises `JsonError`."""
    text = to_text(value)
    if text.startswith("\ufeff"):  # `parse` forgives a byte order mark; the engine does not
        text = "\ufeff\ufeff"
    return parse(text)
