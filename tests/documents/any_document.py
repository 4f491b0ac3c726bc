"""Any JSON document in any layout, with names that stand twice."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from hypothesis import strategies as st

from superalgos_rsa.documents.json_text import (
    Pointer,
)

# --- Laws, over any value in any layout -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Members:
    """An object as written, where a name may stand twice."""

    pairs: tuple[tuple[str, Any], ...]


class Digits(str):
    """A number as written."""

    __slots__ = ()


TEXTS = st.text(max_size=6) | st.sampled_from(["", "a", "\u2028", "😀", "\\", '"', "/"])
_DIGITS = ["0", "-0", "1.50", "1E3", "-2e-5", "9007199254740993", "1e400", "-" + "9" * 400, "123456789012345678901"]
_NUMBERS = (
    st.sampled_from(_DIGITS) | st.integers().map(str) | st.floats(allow_nan=False, allow_infinity=False).map(repr)
)
_NAMES = st.sampled_from(["a", "b", "é"]) | TEXTS
_TREES = st.recursive(
    st.none() | st.booleans() | _NUMBERS.map(Digits) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(st.tuples(_NAMES, inner), max_size=4).map(lambda pairs: Members(tuple(pairs)))
    ),
    max_leaves=15,
)
_SPACES = st.lists(st.sampled_from(["", " ", "\n", "\t", "\r\n", "    ", "\r"]), min_size=1, max_size=7)
_ESCAPES = st.lists(st.sampled_from(["raw", "ascii", "all"]), min_size=1, max_size=5)


def _rendered(tree: Any, spaces: Iterator[str], escapes: Iterator[str]) -> str:
    def text(value: str) -> str:
        style = next(escapes)
        if style == "all":
            units = value.encode("utf-16-be")
            return '"' + "".join(f"\\u{units[i]:02X}{units[i + 1]:02x}" for i in range(0, len(units), 2)) + '"'
        return json.dumps(value, ensure_ascii=style == "ascii")

    def render(node: Any) -> str:
        if isinstance(node, Members):
            pairs = (next(spaces) + text(k) + next(spaces) + ":" + render(v) for k, v in node.pairs)
            body = "{" + (",".join(pairs) or next(spaces)) + "}"
        elif isinstance(node, list):
            body = "[" + (",".join(map(render, node)) or next(spaces)) + "]"
        elif isinstance(node, str) and not isinstance(node, Digits):
            body = text(node)
        else:
            body = str(node) if isinstance(node, Digits) else json.dumps(node)
        return next(spaces) + body + next(spaces)

    return render(tree)


DOCUMENTS = st.builds(lambda tree, s, e: _rendered(tree, cycle(s), cycle(e)), _TREES, _SPACES, _ESCAPES)


def pointers(value: Any, at: Pointer = ()) -> Iterator[Pointer]:
    yield at
    for step, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from pointers(item, (*at, step))


def at(value: Any, pointer: Pointer) -> Any:
    for step in pointer:
        value = value[step]
    return value
