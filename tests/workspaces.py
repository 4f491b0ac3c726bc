"""Small documents of the platform's own shape, for tests to take apart."""

import json
from typing import Any


def key(code_name: Any = "api-key-1", secret: Any = "", **more: Any) -> dict[str, Any]:
    config = json.dumps({"codeName": code_name, "secret": secret}, indent=4)
    return {"type": "Exchange Account Key", "name": "Key", "config": config, "project": "Foundations", **more}


def account(*keys: Any) -> dict[str, Any]:
    return {"type": "User Account", "userKeys": {"type": "User Keys", "keys": list(keys)}}


def exchange(*accounts: Any, code_name: str = "binance", **more: Any) -> dict[str, Any]:
    return {
        "type": "Crypto Exchange",
        "name": code_name.title(),
        "config": json.dumps({"codeName": code_name}),
        "exchangeAccounts": {"type": "Exchange Accounts", "userAccounts": list(accounts)},
        **more,
    }


def ecosystem(*exchanges: Any, project: Any = "Foundations") -> dict[str, Any]:
    group = {"type": "Crypto Exchanges", "exchanges": list(exchanges)}
    return {"type": "Crypto Ecosystem", "project": project, "cryptoExchanges": [group]}


def apis(config: Any = '{"username": "", "token": ""}') -> dict[str, Any]:
    return {"type": "APIs", "project": "Foundations", "githubAPI": {"type": "Github API", "config": config}}


def workspace(*roots: Any) -> dict[str, Any]:
    return {"type": "Workspace", "name": "W", "rootNodes": list(roots)}


def with_keys(*keys: Any) -> dict[str, Any]:
    return workspace(ecosystem(exchange(account(*keys))))


def entry(code_name: Any = "api-key-1", value: Any = "vault-value", kind: str = "exchange") -> dict[str, Any]:
    return {"type": kind, "key": code_name, "value": value}


KEYS = ("rootNodes", 0, "cryptoExchanges", 0, "exchanges", 0, "exchangeAccounts", "userAccounts", 0, "userKeys", "keys")
"""Where the keys of `with_keys` stand."""
