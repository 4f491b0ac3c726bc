"""The config of an Exchange Account Key node, as the platform reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.json_text import JsonError, parse

ConfigState = Literal["missing", "not-text", "invalid", "not-object", "read"]
# The texts in the platform's templates; the last two are those of older releases.
PLACEHOLDERS = frozenset(
    {
        "DOUBLE_CLICK_ON_THIS_STRING_TO_SELECT_IT_XXX_DELETE_IT_AND_PASTE_YOUR_EXCHANGE_API_PUBLIC_KEY",
        "REPLACE_THIS_STRING_WITH_YOUR_API_KEY_SECRET",
        "REPLACE_THIS_STRING_WITH_YOUR_UID_IF_NECESSARY",
        "REPLACE_THIS_STRING_WITH_YOUR_PASSWORD_IF_NECESSARY",
        "Paste your exchange API Key",
        "Paste your exchange API secret key",
    }
)


@dataclass(frozen=True, slots=True)
class KeyConfig:
    """The parsed config. `fields` are empty unless `state` is `read`; `reason` says why it could not be read."""

    state: ConfigState
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    reason: str | None = None
    line: int | None = None
    column: int | None = None


def read(raw: Any, *, present: bool = True) -> KeyConfig:
    """The config as the platform reads it: the text must be a JSON object. `raw` is the node's `config` value.

    Of a list `JSON.parse` takes the text of its members, so `["{}"]` is a config, and the next save writes it as text.
    """
    if not present:
        return KeyConfig("missing")
    try:
        raw = js.to_text(raw) if isinstance(raw, list) else raw
    except js.JsTypeError as error:
        return KeyConfig("not-text", reason=str(error))
    if not isinstance(raw, str):
        return KeyConfig("not-text", reason="the config is no text")
    if raw.startswith("\ufeff"):
        return KeyConfig("invalid", reason="a byte order mark stands before it", line=1, column=1)
    try:
        value = parse(raw)
    except JsonError as error:
        return KeyConfig("invalid", reason=error.reason, line=error.place.line, column=error.place.column)
    if not isinstance(value, dict):
        return KeyConfig("not-object", reason="the config is no JSON object")
    return KeyConfig("read", value)


def is_placeholder(value: object) -> bool:
    """Whether the value is one of the template's texts that nobody has replaced."""
    return isinstance(value, str) and value.strip() in PLACEHOLDERS
