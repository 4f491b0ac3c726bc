"""The node tree: keys wherever they stand, and what a task refers to, trades on and runs on."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspaces import KEYS, account, ecosystem, exchange, key, with_keys, workspace

from superalgos_rsa.documents.json_text import MOST_LEVELS, LimitError, Pointer, decode, parse
from superalgos_rsa.superalgos.workspace import Task, Workspace, read_workspace

# --- The real ones ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "keys", "tasks"),
    [
        ("Blank-Template", 1, 0),
        ("Install-a-New-Market-Tutorial", 0, 0),
        ("Tested-Exchanges", 16, 0),
        ("Trading-Bot-Layers-Tutorial", 0, 7),
    ],
)
def test_keys_and_tasks_of_the_real_workspaces(real_workspaces: Path, name: str, keys: int, tasks: int) -> None:
    found = _real(real_workspaces, name)
    assert (len(found.keys), len(found.tasks)) == (keys, tasks)
    assert all(held.config.state == "read" and held.exchange and held.account for held in found.keys)
    assert len({held.id for held in found.keys}) == keys


def test_copies_of_nodes_in_references_are_no_nodes(real_workspaces: Path) -> None:
    """A search for the type finds eight tasks and two live sessions; one of each is what a reference was saved with."""
    name = "Trading-Bot-Layers-Tutorial"
    text = (real_workspaces / f"{name}.json").read_text("utf-8")
    assert (text.count('"type": "Task",'), text.count('"type": "Live Trading Session",')) == (8, 2)
    tasks = _real(real_workspaces, name).tasks
    assert len(tasks) == 7
    (live,) = [task for task in tasks if task.needs_key]
    assert live.sessions == ("Live Trading Session",)
    assert live.reference is None
    assert live.exchange is not None
    assert live.exchange.code_name == "binance"
    assert live.lan_node is not None


def test_the_exchanges_of_the_real_workspaces(real_workspaces: Path) -> None:
    found = _real(real_workspaces, "Tested-Exchanges")
    assert len({held.exchange.code_name for held in found.keys if held.exchange}) == 16
    assert "false" in {held.exchange.sandbox for held in found.keys if held.exchange}


def _real(folder: Path, name: str) -> Workspace:
    return read_workspace(parse(decode((folder / f"{name}.json").read_bytes())))


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_a_key_knows_its_place_its_exchange_and_its_account() -> None:
    document = with_keys(key(id="k1"), key("second"))
    first, second = read_workspace(document).keys
    assert (first.pointer, first.config_pointer) == ((*KEYS, 0), (*KEYS, 0, "config"))
    assert (first.id, first.name, second.id) == ("k1", "Key", None)
    above = ("Crypto Ecosystem", "Crypto Exchanges", "Binance", "Exchange Accounts", "User Account", "User Keys")
    assert first.node == (*above, "Key")
    assert first.exchange is not None
    assert (first.exchange.code_name, first.exchange.pointer) == ("binance", KEYS[:6])
    assert first.account == second.account == KEYS[:9]


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        (key(), [()]),
        (account(key()), [("userKeys", "keys", 0)]),
        (workspace(None, 5, "x", key()), [("rootNodes", 3)]),
        (
            workspace({"type": "Other", "anything": [[{"deeper": key()}]]}),
            [("rootNodes", 0, "anything", 0, 0, "deeper")],
        ),
        (workspace({"type": "Other", "savedPayload": {"referenceParent": key()}}), []),
        (workspace({"type": "Other", "config": key(), "code": key()}), []),
        ({"rootNodes": {"0": key()}}, [("rootNodes", "0")]),
        ({"type": "Workspace"}, []),
        ([key()], [(0,)]),
        (None, []),
        ("Exchange Account Key", []),
    ],
)
def test_a_key_is_found_wherever_a_node_can_stand(document: Any, pointers: list[Any]) -> None:
    assert [held.pointer for held in read_workspace(document).keys] == pointers


def test_a_key_without_exchange_or_config() -> None:
    (found,) = read_workspace(workspace({"type": "Exchange Account Key", "name": 5, "id": None})).keys
    assert (found.id, found.name, found.exchange, found.account) == (None, None, None, None)
    assert found.config.state == "missing"
    assert found.config_pointer == found.pointer
    assert found.node == ("Exchange Account Key",)


@pytest.mark.parametrize("levels", [MOST_LEVELS, MOST_LEVELS + 1, 3000])
def test_a_key_is_found_down_to_the_last_level_and_told_of_below(levels: int) -> None:
    document: Any = [key()]
    for _ in range(levels - 2):
        document = [document]
    if levels <= MOST_LEVELS:
        assert len(read_workspace(document).keys) == 1
    else:
        with pytest.raises(LimitError, match="nested too deep"):
            read_workspace(document)


# --- Tasks ------------------------------------------------------------------------------------------------------------


def _market(identity: str, name: str = "BTC/USDT") -> dict[str, Any]:
    return {"type": "Market", "id": identity, "name": name}


def _reference(target: Any = None, path: Any = None, **more: Any) -> dict[str, Any]:
    saved: dict[str, Any] = {} if target is None else {"referenceParent": target}
    if path is not None:
        saved["referenceParentCombinedNodePath"] = path
    return {"type": "Key Reference", "savedPayload": saved, **more}


def _task(key_reference: Any = None, session: str = "Live Trading Session", **more: Any) -> dict[str, Any]:
    bot = {"type": "Trading Bot Instance", "processes": [{"type": "Process", "session": {"type": session}}]}
    task = {"type": "Task", "id": "t", "name": "Task", "bot": bot, **more}
    return task if key_reference is None else {**task, "keyReference": key_reference}


def _lan(task: Any, market: Any, exchange_reference: Any = None, **node: Any) -> dict[str, Any]:
    """The branch from the LAN to a task; the exchange tasks may refer to another exchange than the market's."""
    mine = {"type": "Trading Mine Tasks", "taskManagers": [{"type": "Task Manager", "tasks": [task]}]}
    saved = {"referenceParent": market} if market else {}
    market_tasks = {"type": "Market Trading Tasks", "savedPayload": saved, "tradingMineTasks": [mine]}
    exchange_tasks = {
        "type": "Exchange Trading Tasks",
        "savedPayload": {"referenceParent": exchange_reference},
        "marketTradingTasks": [market_tasks],
    }
    project = {"type": "Project Trading Tasks", "exchangeTradingTasks": [exchange_tasks]}
    tasks = {"type": "Production Trading Tasks", "projectTradingTasks": [project]}
    lan_node = {"type": "LAN Network Node", "name": "Home", "productionTradingTasks": tasks, **node}
    return {"type": "LAN Network", "lanNetworkNodes": [lan_node]}


def _exchanges() -> Any:
    def with_market(code_name: str, identity: str) -> Any:
        markets = {"type": "Exchange Markets", "markets": [_market(identity)]}
        return exchange(account(key(id=f"{code_name}-key")), code_name=code_name, id=code_name, exchangeMarkets=markets)

    return ecosystem(with_market("binance", "m1"), with_market("kraken", "m2"))


def _read(task: Any, market: Any = None, **node: Any) -> Task:
    market = market or {"type": "Market", "id": "m2"}
    (found,) = read_workspace(workspace(_lan(task, market, {"id": "binance"}, **node), _exchanges())).tasks
    return found


def test_a_task_trades_on_the_exchange_of_its_market_not_of_the_exchange_tasks() -> None:
    found = _read(_task())
    assert found.exchange is not None
    assert found.exchange.code_name == "kraken"
    assert (found.bot, found.sessions, found.needs_key) == ("Trading Bot Instance", ("Live Trading Session",), True)


def test_a_market_that_is_gone_gives_no_exchange() -> None:
    assert _read(_task(), {"type": "Market", "id": "gone"}).exchange is None
    assert _read(_task(), {"type": "Crypto Exchange", "id": "binance"}).exchange is None


def test_a_market_is_found_again_by_its_saved_path() -> None:
    document = workspace(_lan(_task(), {"type": "Market", "id": "gone"}), _exchanges())
    tasks = document["rootNodes"][0]["lanNetworkNodes"][0]["productionTradingTasks"]["projectTradingTasks"][0]
    market_tasks = tasks["exchangeTradingTasks"][0]["marketTradingTasks"][0]
    root = document["rootNodes"][1]
    root["name"], root["cryptoExchanges"][0]["name"] = "Ecosystem", "Exchanges"
    root["cryptoExchanges"][0]["exchanges"][1]["exchangeMarkets"]["name"] = "Markets"
    market_tasks["savedPayload"]["referenceParentCombinedNodePath"] = [
        ["Ecosystem", "Crypto Ecosystem", "Foundations", "old-id"],
        ["Exchanges", "Crypto Exchanges"],
        ["Kraken", "Crypto Exchange"],
        ["Markets", "Exchange Markets"],
        ["BTC/USDT", "Market"],
    ]
    (found,) = read_workspace(document).tasks
    assert found.exchange is not None
    assert found.exchange.code_name == "kraken"


def test_a_task_outside_of_a_market_trades_nowhere() -> None:
    (found,) = read_workspace(workspace({"type": "Task Manager", "tasks": [_task()]})).tasks
    assert found.exchange is None
    assert found.lan_node is None


@pytest.mark.parametrize("node_type", ["LAN Network Node", "Network Node"])
def test_the_node_a_task_runs_on_by_its_new_and_its_old_type(node_type: str) -> None:
    found = _read(_task(), type=node_type, name="Server", config='{"host": "10.0.0.7"}')
    assert found.lan_node is not None
    assert (found.lan_node.name, found.lan_node.host) == ("Server", "10.0.0.7")


@pytest.mark.parametrize("config", ["{a}", '{"host": 5}', "[]", None])
def test_a_node_without_readable_host(config: Any) -> None:
    found = _read(_task(), config=config)
    assert found.lan_node is not None
    assert found.lan_node.host is None


def test_an_old_network_branch_is_walked_too() -> None:
    document = _lan(_task(), {"id": "m1"})
    old = {"type": "Network", "networkNodes": [{**document["lanNetworkNodes"][0], "type": "Network Node"}]}
    (found,) = read_workspace(workspace(old, _exchanges())).tasks
    assert found.lan_node is not None
    assert found.exchange is not None
    assert found.exchange.code_name == "binance"


@pytest.mark.parametrize(
    ("session", "needs_key"),
    [
        ("Live Trading Session", True),
        ("Fordward Testing Session", True),
        ("Live Portfolio Session", True),
        ("Forward Testing Session", False),
        ("Paper Trading Session", False),
        ("Backtesting Session", False),
        ("Backtesting Portfolio Session", False),
        ("Live Learning Session", False),
    ],
)
def test_the_sessions_that_need_a_key(session: str, needs_key: bool) -> None:
    assert _read(_task(session=session)).needs_key is needs_key


@pytest.mark.parametrize(
    "bot",
    [
        None,
        {},
        [],
        {"type": 5},
        {"processes": {}},
        {"processes": [None, {}, {"session": []}, {"session": {"type": 1}}]},
    ],
)
def test_a_task_with_a_damaged_bot_has_no_session(bot: Any) -> None:
    found = _read({**_task(), "bot": bot})
    assert (found.bot, found.sessions, found.needs_key) == (None, (), False)


# --- References -------------------------------------------------------------------------------------------------------


def test_a_reference_by_id() -> None:
    reference = _read(
        _task(_reference({"type": "Exchange Account Key", "id": "kraken-key", "name": "Old name"}))
    ).reference
    assert reference is not None
    assert (reference.target_id, reference.target_name, reference.namesake) == ("kraken-key", "Old name", False)
    assert reference.key == ("rootNodes", 1, "cryptoExchanges", 0, "exchanges", 1, *KEYS[6:], 0)


def test_a_task_without_reference_and_one_that_refers_to_nothing() -> None:
    assert _read(_task()).reference is None
    empty = _read(_task(_reference())).reference
    assert empty is not None
    assert (empty.target_id, empty.key, empty.namesake) == (None, None, False)


def test_a_dangling_reference() -> None:
    reference = _read(_task(_reference({"id": "gone", "name": "Key"}))).reference
    assert reference is not None
    assert (reference.target_id, reference.key, reference.namesake) == ("gone", None, False)


def test_a_reference_to_another_kind_of_node_finds_no_key() -> None:
    reference = _read(_task(_reference({"id": "m1"}))).reference
    assert reference is not None
    assert reference.key is None


def test_a_reference_to_an_api_key() -> None:
    api = {"type": "APIs", "apiAuthorizationKey": {"type": "API Authorization Key", "id": "a"}}
    document = workspace(_lan(_task(_reference({"id": "a"})), {"id": "m1"}), api)
    reference = read_workspace(document).tasks[0].reference
    assert reference is not None
    assert reference.to_api_key
    assert reference.key == ("rootNodes", 1, "apiAuthorizationKey")


_PATH = [
    ["E", "Crypto Ecosystem"],
    ["X", "Crypto Exchanges"],
    ["Binance", "Crypto Exchange"],
    ["A", "Exchange Accounts"],
    ["U", "User Account"],
    ["K", "User Keys"],
    ["Key", "Exchange Account Key"],
]


def _named(*keys: Any) -> Any:
    user = {**account(*keys), "name": "U"}
    user["userKeys"]["name"] = "K"
    held = exchange(user)
    held["exchangeAccounts"]["name"] = "A"
    root = ecosystem(held)
    root["name"], root["cryptoExchanges"][0]["name"] = "E", "X"
    return root


@pytest.mark.parametrize(
    ("path", "index"),
    [
        (_PATH, 1),
        ([[*step, "Foundations", "an id that is not compared"] for step in _PATH], 1),
        ([*_PATH[:-1], ["Gone", "Exchange Account Key"]], None),
        ([*_PATH[:-1], ["Key", "Other"]], None),
        (_PATH[1:], None),
        ([], None),
        (None, None),
        ([*_PATH[:-1], "Key"], None),
        ([*_PATH[:-1], ["Key"]], None),
        ([None], None),
        ({}, None),
        (_PATH[:-1], None),
    ],
)
def test_a_reference_whose_id_is_gone_takes_the_first_namesake_on_its_path(path: Any, index: int | None) -> None:
    """The platform does so without a word, even where that is another key than the one that was deleted."""
    root = _named(key(name="First", id="1"), key(id="2"), key(id="3"))
    task = _task(_reference({"id": "gone"}, path))
    reference = read_workspace(workspace(_lan(task, {"id": "m"}), root)).tasks[0].reference
    assert reference is not None
    assert reference.key == (None if index is None else ("rootNodes", 1, *KEYS[2:], index))
    assert reference.namesake is (index is not None)


def test_an_id_that_is_known_wins_over_the_path() -> None:
    root = _named(key(id="1"), key(id="2"))
    task = _task(_reference({"id": "2"}, _PATH))
    reference = read_workspace(workspace(_lan(task, {"id": "m"}), root)).tasks[0].reference
    assert reference is not None
    assert (reference.key, reference.namesake) == (("rootNodes", 1, *KEYS[2:], 1), False)


# --- Whatever stands there --------------------------------------------------------------------------------------------

_MEMBERS = st.sampled_from(
    ["type", "name", "id", "config", "rootNodes", "keys", "tasks", "bot", "processes", "session", "keyReference",
     "savedPayload", "referenceParent", "referenceParentCombinedNodePath", "taskManagers", "tradingMineTasks"]
)  # fmt: skip
_VALUES = st.sampled_from(
    ["Workspace", "Task", "Task Manager", "Trading Mine Tasks", "Market Trading Tasks", "Market", "Crypto Exchange",
     "Exchange Account Key", "LAN Network Node", "i", '{"codeName": 5}', "{", "Live Trading Session"]
)  # fmt: skip


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | _VALUES,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_MEMBERS, inner, max_size=6),
    )
)
def test_any_json_is_read_and_never_raises(value: Any) -> None:
    for document in (value, workspace(value, {"type": "Task Manager", "tasks": [value]})):
        found = read_workspace(document)
        pointers = [*(held.pointer for held in found.keys), *(task.pointer for task in found.tasks)]
        types = [_at(document, pointer)["type"] for pointer in pointers]
        assert types == ["Exchange Account Key"] * len(found.keys) + ["Task"] * len(found.tasks)


def _at(value: Any, pointer: Pointer) -> Any:
    for step in pointer:
        value = value[step]
    return value


def test_a_workspace_shows_no_secret() -> None:
    assert "CANARY" not in repr(read_workspace(with_keys(key("CANARY-NAME", "CANARY"), {**key(), "config": "CANARY"})))
    assert json.dumps(with_keys(key("c", "CANARY"))).count("CANARY") == 1
