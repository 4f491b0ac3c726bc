"""The config of an Exchange Account Key: reads and updates its `codeName` and `secret`, through node and vault as the
platform would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from superalgos_rsa.documents.edit import GONE, Edit, Meant, quote
from superalgos_rsa.documents.embedded_json import set_members
from superalgos_rsa.documents.json_text import JsonError, Span, locate, parse
from superalgos_rsa.errors import UsageError

State = Literal["missing", "not-text", "invalid", "not-object", "read"]

# What the platform's own templates hold, of today and (the last two) of older releases.
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

    state: State
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    reason: str | None = None
    line: int | None = None
    column: int | None = None


def read(raw: Any, *, present: bool = True) -> KeyConfig:
    """The config as the platform reads it: the text must be a JSON object. `raw` is the node's `config` value."""
    if not present:
        return KeyConfig("missing")
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
    return isinstance(value, str) and value.strip() in PLACEHOLDERS


@dataclass(frozen=True, slots=True)
class Update:
    """New values of a key node; `None` leaves one as it is."""

    code_name: str | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """Edits of the document, which begin at the key's config, and edits of the vault; either may be empty."""

    document: tuple[Edit, ...]
    vault: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class VaultText:
    """The vault as text and as the platform's list of entries."""

    text: str = field(repr=False)
    entries: list[Any] = field(repr=False)

    def index(self, code_name: object) -> int | None:
        """The first entry of that name: the platform takes no other."""
        for i, entry in enumerate(self.entries):
            if isinstance(entry, dict) and entry.get("type") == "exchange" and entry.get("key") == code_name:
                return i
        return None


def plan_update(
    text: str, config_span: Span, update: Update, vault: VaultText | None, names_of_others: frozenset[str]
) -> UpdatePlan:
    """How to bring an update about so that the platform's next load gives the new values.

    `vault` is `None` where the platform does not consult it for this node. An entry that serves the key is what
    changes, and the node's own secret too if it holds one. A renamed code name takes its entry along, unless another
    key (`names_of_others`) lives on that entry. Raises `UsageError` where there is no such way.
    """
    config = read(parse(text[config_span.start : config_span.end]))
    if config.state != "read":
        raise UsageError(f"the key's config cannot be edited: {config.reason}", "`superalgos-rsa check` shows where")
    old_name, own_secret = config.fields.get("codeName"), config.fields.get("secret")
    new_name = old_name if update.code_name is None else update.code_name
    part = _VaultPart(False)
    if vault is not None:
        part = _plan_vault(vault, old_name, new_name, update.secret, own_secret, names_of_others)
    members: dict[str, str] = {}
    if update.code_name is not None:
        members["codeName"] = update.code_name
    secret = part.released if update.secret is None else update.secret
    if secret is not None and (not part.served or own_secret):
        members["secret"] = secret
    return UpdatePlan(tuple(set_members(text, config_span, members)), part.edits)


class _VaultPart(NamedTuple):
    """Whether an entry will serve the key under its new name, the edits that make it so, and the secret that an entry
    gave the key so far and that the node itself has to hold from now on."""

    served: bool
    edits: tuple[Edit, ...] = ()
    released: str | None = None


def _plan_vault(
    vault: VaultText, old_name: Any, new_name: Any, secret: str | None, own_secret: Any, names_of_others: frozenset[str]
) -> _VaultPart:
    own = vault.index(old_name) if old_name else None
    target = vault.index(new_name) if new_name else None
    if secret is None:
        held = own_secret if own is None else _value(vault, own)
        secret = held if isinstance(held, str) and held and not is_placeholder(held) else None
    leaving = [_remove(vault, own)] if own is not None and own != target and old_name not in names_of_others else []
    if target is not None:
        differs = secret is not None and _value(vault, target) != secret
        if differs and target != own and new_name in names_of_others:
            raise UsageError(
                "the vault holds another secret under that code name, and another key uses it",
                "the vault keeps one secret a code name; give this key the API key the exchange returned for it",
            )
        edits = [_replace(vault, (target, "value"), secret)] if secret is not None and differs else []
        return _VaultPart(True, (*edits, *leaving))
    if own is None:
        return _VaultPart(False)
    if new_name in names_of_others:  # those keys have no entry: one of that name would override what they hold
        return _VaultPart(False, tuple(leaving), secret)
    if old_name in names_of_others:
        if secret is None:
            return _VaultPart(False)
        return _VaultPart(True, (_append(vault, {"type": "exchange", "key": new_name, "value": secret}),))
    rename = [_replace(vault, (own, "key"), new_name)]
    if secret is not None and _value(vault, own) != secret:
        rename.append(_replace(vault, (own, "value"), secret))
    return _VaultPart(True, tuple(rename))


def _value(vault: VaultText, index: int) -> Any:
    return vault.entries[index].get("value")


def _replace(vault: VaultText, pointer: tuple[int, str], value: str) -> Edit:
    spans = locate(vault.text, [pointer])
    if pointer not in spans:
        raise UsageError("the vault's entry for this key has no value", "`superalgos-rsa check` shows the place")
    return Edit(spans[pointer], quote(value), Meant(pointer, value))


def _append(vault: VaultText, entry: Mapping[str, str]) -> Edit:
    last = len(vault.entries) - 1
    end = locate(vault.text, [(last,)])[(last,)].end
    inner = ",\n".join(f"        {quote(name)}: {quote(value)}" for name, value in entry.items())
    return Edit(Span(end, end), f",\n    {{\n{inner}\n    }}", Meant((last + 1,), dict(entry)))


def _remove(vault: VaultText, index: int) -> Edit:
    spans = locate(vault.text, [(i,) for i in range(len(vault.entries))])
    gone = Meant((index,), GONE)
    if index:
        return Edit(Span(spans[(index - 1,)].end, spans[(index,)].end), "", gone)
    return Edit(Span(spans[(0,)].start, spans[(1,)].start if (1,) in spans else spans[(0,)].end), "", gone)
