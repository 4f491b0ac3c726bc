"""Tasks: what they refer to, what they really trade on, and on which machine."""

from __future__ import annotations

from typing import Any

import pytest
from installations import (
    HMAC_SECRET,
    LIVE,
    PORTFOLIO_BOT,
    TRADING_BOT,
    Node,
    Site,
    ecosystem,
    exchange,
    key,
    network,
    node,
    reference,
    task,
)

from superalgos_rsa.cli.session import exit_code
from superalgos_rsa.validator.rules.model import ENGINE_THROWS, KEY_REFUSED

NEEDING = [LIVE, "Live Portfolio Session", "Fordward Testing Session"]
OTHERS = ["Paper Trading Session", "Backtesting Session", "Backtesting Portfolio Session", "Live Learning Session"]


@pytest.fixture
def furnished(site: Site) -> Site:
    site.put_key()
    return site


@pytest.mark.parametrize("session", [*NEEDING, *OTHERS, "Forward Testing Session"])
def test_only_these_sessions_need_a_key(furnished: Site, session: str) -> None:
    own = key()
    traded = exchange(own)
    judged = furnished.judge(furnished.workspace(network(traded, task(None, session=session)), ecosystem(traded)))
    needed = session in NEEDING
    assert judged.errors == (["task-key-reference-missing"] if needed else [])
    assert (judged.task.needs_key, judged.task.ready, judged.task.session) == (needed, not needed, session)
    assert judged.warnings == (["task-session-never-starts"] if session == "Forward Testing Session" else [])


def test_a_template_without_any_key_is_only_warned_of_until_a_start(furnished: Site) -> None:
    traded = exchange()
    document = furnished.workspace(network(traded, task(None)), ecosystem(traded))
    judged = furnished.judge(document)
    assert judged.finding("task-key-reference-missing").severity == "warning"
    assert furnished.judge(document, before_start=True).errors == ["task-key-reference-missing"]


GONE: Node = {"type": "Exchange Account Key", "name": "Gone", "id": "00000000-0000-4000-8000-000000000000"}
PATH: list[Any] = [
    ["Ecosystem", "Crypto Ecosystem"], ["Exchanges Ecosystem", "Crypto Exchanges"], ["Binance", "Crypto Exchange"],
    ["Accounts Binance", "Exchange Accounts"], ["Account Binance", "User Account"], ["Account Binance", "User Keys"],
    ["Key", "Exchange Account Key"],
]  # fmt: skip
API = node("API Authorization Key", "Other")

# The saved payload of the Key Reference.
REFERENCES: dict[str, tuple[Any, list[str], bool]] = {
    "to the key": (reference(key()), [], True),
    "empty": ({}, ["task-key-reference-missing"], False),
    "to a key that is gone": ({"referenceParent": GONE}, ["task-key-not-found"], False),
    "to one that is gone, and a namesake stands there": (
        {"referenceParent": {**GONE, "name": "Key"}, "referenceParentCombinedNodePath": PATH},
        ["task-key-namesake"], False,
    ),
    "to one that is gone, and none of that name": (
        {"referenceParent": GONE, "referenceParentCombinedNodePath": [*PATH[:-1], ["Gone", "Exchange Account Key"]]},
        ["task-key-not-found"], False,
    ),
    "to an API Authorization Key": (reference(API), ["task-key-not-found"], False),
    "to another kind of node": (reference(exchange()), ["task-key-not-found"], False),
}  # fmt: skip


@pytest.mark.parametrize("name", REFERENCES)
def test_what_the_key_reference_leads_to(furnished: Site, name: str) -> None:
    saved, errors, ready = REFERENCES[name]
    traded = exchange(key())
    judged = furnished.judge(furnished.workspace(network(traded, task(None, saved=saved)), ecosystem(traded), API))
    assert (judged.errors, judged.task.ready) == (errors, ready)
    for finding in judged.report.findings:
        if finding.severity == "error":
            assert finding.task_id == judged.task.id
    assert furnished.judge(before_start=True).errors == errors


@pytest.mark.parametrize(
    ("owned", "traded", "beside", "cause"),
    [
        ("kraken", "binance", {}, KEY_REFUSED),
        ("binance", "okx", {}, ENGINE_THROWS),  # the class wants a password
        ("binance", "okx", {"password": "p"}, None),  # what it answers is not known
        ("binance", "kraken", {}, None),
    ],
)
def test_what_another_exchange_makes_of_the_key(
    furnished: Site, owned: str, traded: str, beside: dict[str, str], cause: str | None
) -> None:
    own = key(HMAC_SECRET, **beside)
    home, there = exchange(own, code_name=owned), exchange(name="There", code_name=traded)
    judged = furnished.judge(furnished.workspace(network(there, task(own), tasks_of=home), ecosystem(home, there)))
    assert judged.finding("task-key-wrong-exchange").would_cause == cause


def test_the_market_decides_what_a_task_trades_on_whatever_the_node_above_names(furnished: Site) -> None:
    own = key()
    binance, kraken = exchange(own), exchange(name="Kraken", code_name="kraken")
    document = furnished.workspace(network(kraken, task(own), tasks_of=binance), ecosystem(binance, kraken))
    judged = furnished.judge(document)
    assert (judged.task.exchange, judged.key.exchange, judged.key.usable) == ("kraken", "binance", True)
    assert (judged.errors, judged.task.ready) == (["task-key-wrong-exchange"], False)
    furnished.workspace(network(binance, task(own), tasks_of=kraken), ecosystem(binance, kraken))
    judged = furnished.judge(document)
    assert (judged.errors, judged.task.ready, judged.task.exchange) == ([], True, "binance")


def test_two_nodes_of_one_exchange_are_the_same_exchange(furnished: Site) -> None:
    own = key()
    home, traded = exchange(own), exchange(name="Binance again")
    judged = furnished.judge(furnished.workspace(network(traded, task(own)), ecosystem(home, traded)))
    assert (judged.errors, judged.task.ready) == ([], True)


@pytest.mark.parametrize("bot", ["Sensor Bot Instance", "Indicator Bot Instance", "API Data Fetcher Bot Instance"])
def test_a_bot_that_reads_no_key_file_ignores_the_reference(furnished: Site, bot: str) -> None:
    judged = furnished.trade(key(), bot=bot, session="Paper Trading Session")
    assert (judged.errors, judged.warnings) == ([], ["task-key-ignored"])
    for reading in (TRADING_BOT, PORTFOLIO_BOT):
        assert furnished.trade(key(), bot=reading, session="Paper Trading Session").warnings == []


HERE = ["localhost", "127.0.0.1", "127.1.2.3", "LOCALHOST", " localhost ", "::1", "0.0.0.0", ""]


@pytest.mark.parametrize("host", [*HERE, "trader.example", "203.0.113.7"])
def test_the_files_of_another_machine_cannot_be_seen_from_here(furnished: Site, host: str) -> None:
    """Nothing is promised then: exit code 3, whatever else was found."""
    own = key()
    traded = exchange(own)
    document = furnished.workspace(network(traded, task(own), host=host), ecosystem(traded))
    local = host in HERE
    for before_start in (True, False):
        judged = furnished.judge(document, before_start=before_start)
        assert judged.errors == ([] if local else ["task-server-unknown"])
        assert (judged.task.server, judged.task.ready) == ("local" if local else None, local)
        assert (judged.key.server, judged.key.usable) == ("local" if local else host, local)
        assert judged.key.signing == ("rsa" if local else None)
        assert exit_code(judged.report) == (0 if local else 3)


def test_on_another_machine_no_path_is_looked_at_here(furnished: Site) -> None:
    own = key("My-Secrets/nothing.pem")
    traded = exchange(own)
    judged = furnished.judge(furnished.workspace(network(traded, task(own), host="trader.example"), ecosystem(traded)))
    assert judged.errors == ["task-server-unknown"]
    assert (judged.key.secret.path, judged.key.secret.resolved) == ("My-Secrets/nothing.pem", None)


def test_a_key_for_tasks_here_and_elsewhere_is_judged_here(furnished: Site) -> None:
    own = key()
    traded = exchange(own)
    here = network(traded, task(own, "A"))
    there = network(traded, task(own, "B"), host="trader.example", name="There")
    judged = furnished.judge(furnished.workspace(here, there, ecosystem(traded)))
    assert (judged.errors, judged.key.usable) == (["task-server-unknown"], True)
    assert [found.ready for found in judged.report.tasks] == [True, False]


def test_old_names_of_the_network_nodes_are_read_too(furnished: Site) -> None:
    own = key()
    traded = exchange(own)
    old = network(traded, task(own), host="trader.example")
    old["type"] = "Network"
    old["networkNodes"] = old.pop("lanNetworkNodes")
    old["networkNodes"][0]["type"] = "Network Node"
    judged = furnished.judge(furnished.workspace(old, ecosystem(traded)))
    assert (judged.errors, judged.task.exchange) == (["task-server-unknown"], "binance")
