"""What a document for sharing carries that must not leave the house.

The platform's own Share drops only the node types it flags as personal: bot tokens, host names and whatever a plugin
keeps in its config stay in, and Backup and Clone hold every secret in clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from superalgos_rsa.config import is_placeholder
from superalgos_rsa.credential import is_spelled_like_path
from superalgos_rsa.document import JsonError, Pointer, parse
from superalgos_rsa.showing import mask
from superalgos_rsa.workspace import API_KEY_TYPE, KEY_TYPE, LAN_NODE_TYPES

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

# A private key as text, with line breaks, spaces, escapes or nothing between the words; the base64 of such a text; and
# the base64 of the DER itself, PKCS#8 and PKCS#1 RSA of any size and PKCS#8 Ed25519, armour or not.
_PRIVATE_KEY = re.compile(
    r"(?i:PRIVATE(?:\s|\\+[nrt]|_|-)*KEY-{2,})|LS0tLS1CRUdJTi[A-Za-z0-9+/]{8}"
    r"|MII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0BAQEFAASC|MII[A-Za-z0-9+/]{3}IBAAKC|MC4CAQAwBQYDK2VwBCIEI"
)
_HOME = re.compile(r"(/home/|/Users/|[A-Za-z]:\\+Users\\+)([^/\\\"'\s]+)")
_LOCAL_HOSTS = frozenset({"", "localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104  # told apart, not bound


@dataclass(frozen=True, slots=True)
class Leak:
    """`what` says in words what stands there, the value masked or left out."""

    rule: Literal["export-secret", "export-personal"]
    pointer: Pointer
    what: str


def leaks(document: Any, vault_values: frozenset[str]) -> tuple[Leak, ...]:
    """Every secret and personal value in a parsed document, each value once, in document order."""
    return tuple(_leaks(document, vault_values))


def _leaks(document: Any, vault_values: frozenset[str]) -> Iterator[Leak]:
    stack: list[tuple[Any, Pointer]] = [(document, ())]
    while stack:
        value, pointer = stack.pop()
        if isinstance(value, str):
            yield from _in_text(value, pointer, vault_values)
        elif isinstance(value, dict):
            config = _config(value)
            if config:
                yield from _in_config(str(value.get("type")), config, (*pointer, "config"), vault_values)
            stack += reversed([(v, (*pointer, k)) for k, v in value.items() if not (config and k == "config")])
        elif isinstance(value, list):
            stack += reversed([(item, (*pointer, i)) for i, item in enumerate(value)])


def _config(node: dict[str, Any]) -> dict[str, Any]:
    config = node.get("config")
    if isinstance(config, str):
        try:
            config = parse(config)
        except JsonError:  # told by another rule; its text is searched as it stands
            return {}
    return config if isinstance(config, dict) else {}


def _in_config(
    node_type: str, config: dict[str, Any], pointer: Pointer, vault_values: frozenset[str]
) -> Iterator[Leak]:
    for name, value in _fields(config):
        # The Databento form of an API Authorization Key keeps the secret under `key`.
        is_secret_field = name.lower() in _SECRET_FIELDS or (node_type == API_KEY_TYPE and name == "key")
        if isinstance(value, int) and is_secret_field and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip() or is_placeholder(value) or value in _TEMPLATES:
            continue
        found = list(_in_text(value, pointer, vault_values))
        if any(leak.rule == "export-secret" for leak in found):
            yield from found
        elif name == "secret" and is_spelled_like_path(value):
            yield Leak("export-personal", pointer, f"`{name}` of this {node_type} tells where a key file lies")
        elif is_secret_field:
            yield Leak("export-secret", pointer, f"`{name}` of this {node_type} holds {len(value)} characters")
        elif node_type == KEY_TYPE and name == "codeName":
            yield Leak("export-personal", pointer, f"`codeName` holds the API key {mask(value)}")
        elif name == "host" and node_type in LAN_NODE_TYPES:
            if value.lower() not in _LOCAL_HOSTS:
                yield Leak("export-personal", pointer, "`host` names one of your machines")
        elif node_type == "Github API" and name == "username":
            yield Leak("export-personal", pointer, "`username` is that of a Github account")
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


def _in_text(text: str, pointer: Pointer, vault_values: frozenset[str]) -> Iterator[Leak]:
    if _PRIVATE_KEY.search(text):
        yield Leak("export-secret", pointer, "the text of a private key stands here")
    elif text in vault_values or any(value in text for value in vault_values if len(value) >= 16):
        yield Leak("export-secret", pointer, "a value from this installation's vault stands here")
    elif _HOME.search(text):
        yield Leak("export-personal", pointer, "a path with the name of a user's home folder stands here")
