"""Small Superalgos installations on the disk, put together from plain calls and judged the whole way."""

from __future__ import annotations

import json
import shlex
import uuid
from pathlib import Path
from typing import Any, NamedTuple

import click
from key_samples import private_pem, rsa_key

from superalgos_rsa.cli import cli
from superalgos_rsa.cli.session import Session, judge
from superalgos_rsa.documents import schema
from superalgos_rsa.documents.json_text import JsonError, parse
from superalgos_rsa.reports import json_report
from superalgos_rsa.validator.facts import Facts
from superalgos_rsa.validator.report import Finding, KeyEntry, Report, Severity, TaskEntry

CCXT_2, CCXT_4, CCXT_4_NEW = "2.7.62", "4.5.59", "4.5.84"
API_KEY = "aB3dE6gH" * 8
HMAC_SECRET = "Zy9Xw8Vu" * 8
KEY_FILE = "My-Secrets/k.pem"
VAULT = "My-Secrets/workspace-credentials.json"
LIVE = "Live Trading Session"
TRADING_BOT, PORTFOLIO_BOT = "Trading Bot Instance", "Portfolio Bot Instance"

Node = dict[str, Any]
_ABSENT = object()


def node(kind: str, name: str, **more: Any) -> Node:
    children = {member: value for member, value in more.items() if value is not None}
    return {"type": kind, "name": name, **children, "id": str(uuid.uuid5(uuid.NAMESPACE_OID, kind + name))}


def key(secret: Any = KEY_FILE, code_name: Any = API_KEY, name: str = "Key", raw: Any = _ABSENT, **config: Any) -> Node:
    """`raw` is the config as it stands; `None` leaves it out."""
    fields = {"codeName": code_name, "secret": secret, **config}
    text = json.dumps({member: value for member, value in fields.items() if value is not _ABSENT}, indent=4)
    return node("Exchange Account Key", name, project="Foundations", config=text if raw is _ABSENT else raw)


def exchange(
    *keys: Any, name: str = "Binance", code_name: Any = "binance", sandbox: Any = False, market: str = "BTC/USDT"
) -> Node:
    config = {"codeName": code_name, "sandBox": sandbox}
    return node(
        "Crypto Exchange",
        name,
        config=json.dumps({member: value for member, value in config.items() if value is not None}),
        exchangeAccounts=node(
            "Exchange Accounts", "Accounts " + name, userAccounts=[account(*keys, name="Account " + name)]
        ),
        exchangeMarkets=node("Exchange Markets", "Markets " + name, markets=[node("Market", market + " " + name)]),
    )


def account(*keys: Any, name: str = "Account") -> Node:
    return node("User Account", name, userKeys=node("User Keys", name, keys=list(keys)))


def ecosystem(*exchanges: Any, name: str = "Ecosystem", project: str = "Foundations") -> Node:
    group = node("Crypto Exchanges", "Exchanges " + name, exchanges=list(exchanges))
    return node("Crypto Ecosystem", name, project=project, cryptoExchanges=[group])


def task(
    target: Node | None, name: str = "Task", *, session: str = LIVE, bot: str = TRADING_BOT, saved: Any = None
) -> Node:
    """`saved` is the payload of its Key Reference where it is not just that of `target`."""
    process = node("Trading Process Instance", name, session=node(session, name))
    payload = saved if saved is not None else reference(target) if target is not None else None
    return node(
        "Task",
        name,
        bot=node(bot, name, processes=[process]),
        keyReference=node("Key Reference", name, savedPayload=payload) if payload is not None else None,
    )


def reference(target: Node) -> Node:
    return {"referenceParent": {member: target[member] for member in ("type", "name", "id")}}


def network(
    traded: Node | None, *tasks: Any, host: str = "localhost", name: str = "Here", tasks_of: Any = None
) -> Node:
    """A LAN node with tasks on the market of the exchange `traded`; `tasks_of` is the one the tasks node names."""
    market = traded["exchangeMarkets"]["markets"][0] if traded is not None else None
    mine = node("Trading Mine Tasks", name, taskManagers=[node("Task Manager", name, tasks=list(tasks))])
    markets = node(
        "Market Trading Tasks", name, tradingMineTasks=[mine], savedPayload=reference(market) if market else None
    )
    named = tasks_of or traded
    exchanges = node(
        "Exchange Trading Tasks", name, marketTradingTasks=[markets], savedPayload=reference(named) if named else None
    )
    projects = node("Project Trading Tasks", name, exchangeTradingTasks=[exchanges])
    lan_node = node(
        "LAN Network Node",
        name,
        config=json.dumps({"host": host}),
        productionTradingTasks=node("Production Trading Tasks", name, projectTradingTasks=[projects]),
    )
    return node("LAN Network", name, lanNetworkNodes=[lan_node])


def trading(target: Node, *, sandbox: Any = False, code_name: Any = "binance", **more: Any) -> tuple[Node, Node]:
    """The roots of a workspace where one task trades live with one key."""
    traded = exchange(target, code_name=code_name, sandbox=sandbox)
    return network(traded, task(target, **more)), ecosystem(traded)


def entry(value: Any, code_name: Any = API_KEY, kind: str = "exchange") -> Node:
    return {"type": kind, "key": code_name, "value": value}


class Judged(NamedTuple):
    all_facts: Facts
    report: Report

    def rules(self, severity: Severity) -> list[str]:
        """The rules of that severity, each as often as it was broken, in alphabetical order."""
        return sorted(finding.rule for finding in self.report.findings if finding.severity == severity)

    @property
    def errors(self) -> list[str]:
        return self.rules("error")

    @property
    def warnings(self) -> list[str]:
        return self.rules("warning")

    @property
    def key(self) -> KeyEntry:
        (found,) = self.report.keys
        return found

    @property
    def task(self) -> TaskEntry:
        (found,) = self.report.tasks
        return found

    def finding(self, rule: str) -> Finding:
        (found,) = (finding for finding in self.report.findings if finding.rule == rule)
        return found


class Site:
    """An installation below `root`. Whatever is judged here must keep the laws of `keep_laws`."""

    def __init__(self, root: Path, ccxt: str | None = CCXT_2) -> None:
        self.root = root
        (root / "Platform/My-Workspaces").mkdir(parents=True)
        (root / "My-Secrets").mkdir(mode=0o700)
        self.put("package.json", json.dumps({"name": "superalgos", "version": "1.6.1"}))
        if ccxt is not None:
            lock = {"packages": {"node_modules/ccxt": {"version": ccxt}}}
            self.put("package-lock.json", json.dumps(lock))
        self.vault()

    def put(self, name: str, content: str | bytes, mode: int = 0o600) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    def put_key(self, name: str = KEY_FILE, bits: int = 2048, number: int = 0) -> Path:
        return self.put(name, private_pem(rsa_key(bits, number=number)))

    def vault(self, *entries: Any) -> Path:
        return self.put(VAULT, json.dumps(list(entries), indent=4))

    def workspace(self, *roots: Any, name: str = "W") -> Path:
        value = {"type": "Workspace", "name": name, "config": "{}", "rootNodes": list(roots)}
        text = json.dumps(value, indent=4, ensure_ascii=False)
        return self.put(f"Platform/My-Workspaces/{name}.json", text.encode("utf-8", "surrogatepass"))

    def judge(
        self, *documents: Path | str, before_start: bool = False, tasks: set[str] | None = None, export: bool = False
    ) -> Judged:
        """Without a document: all of the installation."""
        wanted = None if tasks is None else frozenset(tasks)
        session, named = Session(str(self.root), None), tuple(map(str, documents))
        judged = Judged(*judge(session, named, export=export, before_start=before_start, tasks=wanted))
        keep_laws(judged)
        return judged

    def trade(self, target: Node, *, before_start: bool = False, **more: Any) -> Judged:
        """One task that trades live with one key."""
        return self.judge(self.workspace(*trading(target, **more)), before_start=before_start)

    def keep(self, *targets: Node, **more: Any) -> Judged:
        """Keys of one account that no task refers to."""
        return self.judge(self.workspace(ecosystem(exchange(*targets, **more))))


def keep_laws(judged: Judged) -> None:
    """What holds of every verdict, whatever the situation."""
    all_facts, report = judged
    assert not schema.problems("report", json_report.to_dict(report))
    errors = [finding for finding in report.findings if finding.severity == "error"]
    told = errors or [finding for finding in report.findings if finding.rule == "exchange-not-judged"]
    for facts, found in zip(all_facts.keys, report.keys, strict=True):
        if found.used_by and not found.usable:
            assert errors if found.usable is False else told, "a used key that is not usable, and no error says why"
        if found.secret.kind == "path" and found.signing == "hmac" and not facts.reads_file:
            assert not found.usable, "signs with the text of a path, and passes for usable"
        if found.signing in ("none", None):
            assert not found.usable or facts.needs_no_secret
        if found.secret.kind != "path":
            assert found.secret.path is None
            assert found.secret.resolved is None
    by_id = {found.id: found for found in report.keys}
    for trades in report.tasks:
        if trades.needs_key and trades.ready:
            assert by_id[trades.key_id].usable
        template = any(finding.rule == "task-key-reference-missing" for finding in report.findings)
        if trades.needs_key and not trades.ready and not template:
            assert told, "a task that is not ready, and no error says why"
    assert report.exit_code == (1 if errors else 0)
    order = [document.path for document in report.documents]
    places = [
        (order.index(f.document) if f.document in order else len(order), f.line or 0, f.column or 0)
        for f in report.findings
    ]
    assert places == sorted(places), "findings stand in document order"
    for finding in report.findings:
        _keep_laws_of_finding(finding)


def _keep_laws_of_finding(finding: Finding) -> None:
    assert finding.message[0].isupper() or finding.message[0] in "`“", finding.message
    assert "None" not in finding.message, finding.message
    assert not finding.message.endswith("."), finding.message
    if finding.document is not None and finding.pointer:
        assert finding.line is not None
        _resolve(finding.document, finding.pointer)
    if finding.fix is not None and finding.fix.title.startswith("superalgos-rsa "):
        name, *words = shlex.split(finding.fix.title)[1:]
        while name.startswith("--"):  # those by which the installation is found
            _, name, *words = words
        command = cli.get_command(None, name)  # type: ignore[arg-type]  # the context is not looked at
        assert command is not None
        command.make_context(name, words, parent=click.Context(cli, **cli.context_settings))
        if finding.fix.applicability == "safe":
            assert not any(word in words for word in ("PATH_OF_THE_KEY_FILE", "API_KEY_FROM_THE_EXCHANGE"))


def _resolve(document: str, pointer: str) -> None:
    try:
        value = parse(Path(document).read_bytes().decode("utf-8", "replace"))
    except JsonError:
        return
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
