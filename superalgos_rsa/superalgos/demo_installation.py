"""A small installation with typical mistakes, built from nothing for `superalgos-rsa demo`."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

WORKSPACE = "Platform/My-Workspaces/Demo.json"
KEY_FILE = "My-Secrets/binance-rsa.pem"
PUBLIC_FILE = "My-Secrets/binance-rsa.pub.pem"
SUPERALGOS, CCXT = "1.7.0", "4.4.25"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A key node, what is wrong with it, and the values that mend it."""

    name: str
    config: str
    code_name: str | None
    secret: str | None
    says: str


def _config(code_name: str, secret: str) -> str:
    return json.dumps({"codeName": code_name, "secret": secret}, indent=4)


def _api_key(letter: str) -> str:
    return (letter + "9Zk3Qw7Rt5Yp1Lx") * 4  # the form of Binance's API keys


MISTAKES = (
    Mistake(
        "Key with a tilde", _config(_api_key("a"), "~/My-Secrets/binance-rsa.pem"), None, KEY_FILE,
        "A shell expands ~, Superalgos does not: it would sign with the letters of the path.",
    ),
    Mistake(
        "Key in the wrong case", _config(_api_key("b"), "My-Secrets/Binance-RSA.pem"), None, KEY_FILE,
        "On Linux upper and lower case are different letters.",
    ),
    Mistake(
        "Key with a Windows path", _config(_api_key("c"), "My-Secrets\\binance-rsa.pem"), None, KEY_FILE,
        "The workspace was made on Windows; this server has no backslashes in its paths.",
    ),
    Mistake(
        "Public instead of private", _config(_api_key("d"), PUBLIC_FILE), None, KEY_FILE,
        "The public half goes to the exchange. To sign, the private half is needed.",
    ),
    Mistake(
        "Fresh from the template",
        _config("Paste your exchange API Key", "Paste your exchange API secret key"), _api_key("e"), KEY_FILE,
        "Nobody has filled this one in yet.",
    ),
)  # fmt: skip


def build(root: Path, superalgos: str = SUPERALGOS, ccxt: str = CCXT) -> None:
    """Write the installation below `root`: a key pair, and a workspace in which every task has a broken key."""
    secrets, workspaces = root / "My-Secrets", root / "Platform" / "My-Workspaces"
    secrets.mkdir(mode=0o700)
    workspaces.mkdir(parents=True)
    (root / "package.json").write_text(json.dumps({"name": "superalgos", "version": superalgos}), "utf-8")
    lock = {"packages": {"node_modules/ccxt": {"version": ccxt}}}
    (root / "package-lock.json").write_text(json.dumps(lock), "utf-8")
    (secrets / "workspace-credentials.json").write_text("[]", "utf-8")
    key = generate_private_key(65537, 2048)
    private = root / KEY_FILE
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (root / PUBLIC_FILE).write_bytes(public)
    (root / WORKSPACE).write_text(json.dumps(_workspace(), indent=4, ensure_ascii=False), "utf-8")


def _node(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, **more, "id": str(uuid.uuid5(uuid.NAMESPACE_OID, kind + name))}


def _workspace() -> dict[str, Any]:
    keys = [_node("Exchange Account Key", m.name, project="Foundations", config=m.config) for m in MISTAKES]
    market = _node("Market", "BTC/USDT", config='{"codeName": "BTC/USDT"}')
    exchange = _node(
        "Crypto Exchange", "Binance",
        config='{"codeName": "binance", "sandBox": false}',
        exchangeAccounts=_node("Exchange Accounts", "Accounts", userAccounts=[
            _node("User Account", "My account", userKeys=_node("User Keys", "My keys", keys=keys)),
        ]),
        exchangeMarkets=_node("Exchange Markets", "Markets", markets=[market]),
    )  # fmt: skip
    ecosystem = _node(
        "Crypto Ecosystem", "My Crypto Ecosystem", project="Foundations",
        cryptoExchanges=[_node("Crypto Exchanges", "Default", exchanges=[exchange])],
    )  # fmt: skip
    tasks = [_task(key) for key in keys]
    managers = [_node("Task Manager", "Demo", tasks=tasks)]
    mines = [_node("Trading Mine Tasks", "Masters", taskManagers=managers)]
    markets = [_node("Market Trading Tasks", "BTC/USDT", tradingMineTasks=mines, savedPayload=_reference(market))]
    lan_node = _node(
        "LAN Network Node", "My Computer", config='{"host": "localhost"}',
        productionTradingTasks=_node("Production Trading Tasks", "Production", projectTradingTasks=[
            _node("Project Trading Tasks", "Algorithmic-Trading", exchangeTradingTasks=[
                _node("Exchange Trading Tasks", "Binance", marketTradingTasks=markets),
            ]),
        ]),
    )  # fmt: skip
    network = _node("LAN Network", "My LAN Network", lanNetworkNodes=[lan_node])
    return {"type": "Workspace", "name": "Demo", "config": "{}", "rootNodes": [network, ecosystem]}


def _task(key: dict[str, Any]) -> dict[str, Any]:
    name = f"Trade with “{key['name']}”"
    session = _node("Live Trading Session", name)
    return _node(
        "Task", name,
        bot=_node("Trading Bot Instance", name, processes=[_node("Trading Process Instance", name, session=session)]),
        keyReference=_node("Key Reference", name, savedPayload=_reference(key)),
    )  # fmt: skip


def _reference(target: dict[str, Any]) -> dict[str, Any]:
    return {"referenceParent": {name: target[name] for name in ("type", "name", "id")}}
