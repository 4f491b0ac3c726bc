"""Finds secrets and personal data in a document about to be shared.

The platform's own Share drops only the node types it flags as personal: bot tokens, host names and whatever a plugin
keeps in its config stay in, and Backup and Clone hold every secret in clear.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from superalgos_rsa.documents.json_text import MOST_TOLD, JsonError, Pointer, Way, containers, parse, pointer_of
from superalgos_rsa.documents.showing import mask
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.superalgos.secret_text import is_spelled_like_path
from superalgos_rsa.superalgos.workspace import API_KEY_TYPE, KEY_TYPE, LAN_NODE_TYPES, LONGEST_NAME

# Fields of any node's config, in lower case, that hold what gives access: the key node, Github API, Web3 API, wallets,
# API Authorization Key, and the Telegram, Discord, Slack and Twitter bots, which Share leaves in.
_SECRET_FIELDS = frozenset(
    {
        "secret", "password", "passphrase", "uid", "token", "tokens", "bottoken", "accesstoken", "bearer_token",
        "api_key", "apikey", "api_key_secret", "apisecret", "access_token_key", "access_token_secret",
        "consumer_key", "consumer_secret", "consumersecret", "privatekey", "mnemonic",
    }
)  # fmt: skip
_TEMPLATES = frozenset(
    {
        "TWITTER_ACCESS_TOKEN_KEY", "TWITTER_ACCESS_TOKEN_SECRET", "TWITTER_CONSUMER_KEY", "TWITTER_CONSUMER_SECRET",
        "Paste_the_bot_token_obtained_from_Telegram_Bot_Father", "wallet_mnemonic_phrase", "wallet_private_key",
        "BotUserOauthToken", "DISCORD_BOT_AUTH_TOKEN_FROM_DEVELOPER_PORTAL",
    }
)  # fmt: skip

# A private key as text, with line breaks, spaces, escapes or nothing between the words; base64 of such a text; and
# base64 of the DER: PKCS#8 and PKCS#1 RSA of any size and PKCS#8 Ed25519, with or without BEGIN and END lines.
_PRIVATE_KEY = re.compile(
    r"(?i:PRIVATE(?:\s|\\+[nrt]|_|-)*KEY-{2,})|LS0tLS1CRUdJTi[A-Za-z0-9+/]{8}"
    r"|MII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0BAQEFAASC|MII[A-Za-z0-9+/]{3}IBAAKC|MC4CAQAwBQYDK2VwBCIEI"
)
_HOME = re.compile(r"(/home/|/Users/|[A-Za-z]:\\+Users\\+)([^/\\\"'\s]+)")
_LOCAL_HOSTS = frozenset({"", "localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104  # compared, not bound


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret or personal value and its place; `what` describes it, with the value masked or left out."""

    rule: Literal["export-secret", "export-personal"]
    pointer: Pointer
    what: str


_TELLING = 16  # a secret of so many characters is found within a longer text too
_COMPARED = 128  # a longer one is found by its beginning
_FEW = 50


class _Values:
    """The values of the vault, found where they stand alone or within a text."""

    def __init__(self, values: frozenset[str]) -> None:
        self._values = values
        self._heads: list[str] = []
        for head in sorted({value[:_COMPARED] for value in values if len(value) >= _TELLING}):
            # Where one beginning starts with another, the shorter one is enough, so at most one matches at any place.
            if not self._heads or not head.startswith(self._heads[-1]):
                self._heads.append(head)
        self._starts = {head[:_TELLING] for head in self._heads}

    def are_in(self, text: str) -> bool:
        if text in self._values:
            return True
        if len(self._heads) <= _FEW:
            return any(head in text for head in self._heads)
        places = range(len(text) - _TELLING + 1)
        return any(text[at : at + _TELLING] in self._starts and self._begin(text[at : at + _COMPARED]) for at in places)

    def _begin(self, text: str) -> bool:
        return text.startswith(self._heads[bisect_right(self._heads, text) - 1])


_Found = tuple[Literal["export-secret", "export-personal"], str, Way]


def leaks(document: Any, vault_values: frozenset[str]) -> tuple[Leak, ...]:
    """Secrets and personal values in a parsed document, each value once: the first `MOST_TOLD` in document order.
    Raises `LimitError`."""
    found = islice(_leaks(document, _Values(vault_values)), MOST_TOLD)
    return tuple(Leak(rule, pointer_of(way), what) for rule, what, way in found)


def _leaks(document: Any, values: _Values) -> Iterator[_Found]:
    if isinstance(document, str):
        yield from _in_text(document, None, values)
    for container, way, _ in containers(document, passed_over=frozenset({"config"})):
        config: dict[str, Any] = {}
        if isinstance(container, dict) and (config := _config(container)):
            kind = container.get("type")
            kind = kind[:LONGEST_NAME] if isinstance(kind, str) else "node"
            yield from _in_config(kind, config, (way, "config"), values)
        for step, item in container.items() if isinstance(container, dict) else enumerate(container):
            if isinstance(item, str) and not (config and step == "config"):
                yield from _in_text(item, (way, step), values)


def _config(node: dict[str, Any]) -> dict[str, Any]:
    config = node.get("config")
    if isinstance(config, str):
        try:
            config = parse(config)
        except JsonError:  # another rule tells that; the text is searched as it is
            return {}
    if isinstance(config, list):  # none of its values has a name
        return {"": config}
    return config if isinstance(config, dict) else {}


def _in_config(node_type: str, config: dict[str, Any], way: Way, values: _Values) -> Iterator[_Found]:
    for name, value in _fields(config):
        # The Databento form of an API Authorization Key keeps the secret under `key`.
        is_secret_field = name.lower() in _SECRET_FIELDS or (node_type == API_KEY_TYPE and name == "key")
        if isinstance(value, int) and is_secret_field and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip() or is_placeholder(value) or value in _TEMPLATES:
            continue
        found = list(_in_text(value, way, values))
        if any(rule == "export-secret" for rule, _, _ in found):
            yield from found
        elif name == "secret" and is_spelled_like_path(value):
            yield "export-personal", f"`{name}` of this {node_type} tells where a key file lies", way
        elif is_secret_field:
            yield "export-secret", f"`{name}` of this {node_type} holds {len(value)} characters", way
        elif node_type == KEY_TYPE and name == "codeName":
            yield "export-personal", f"`codeName` holds the API key {mask(value)}", way
        elif name == "host" and node_type in LAN_NODE_TYPES:
            if value.lower() not in _LOCAL_HOSTS:
                yield "export-personal", "`host` names one of your machines", way
        elif node_type == "Github API" and name == "username":
            yield "export-personal", "`username` is that of a Github account", way
        else:
            yield from found


def _fields(config: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Name and value of every field, those of objects inside included; what a list holds has no name."""
    stack = list(reversed(config.items()))
    while stack:
        name, value = stack.pop()
        if isinstance(value, dict):
            stack += reversed(value.items())
        elif isinstance(value, list):
            stack += reversed([("", item) for item in value])
        else:
            yield name, value


def _in_text(text: str, way: Way, values: _Values) -> Iterator[_Found]:
    if _PRIVATE_KEY.search(text):
        yield "export-secret", "the text of a private key stands here", way
    elif values.are_in(text):
        yield "export-secret", "a value from this installation's vault stands here", way
    elif _HOME.search(text):
        yield "export-personal", "a path with the name of a user's home folder stands here", way
