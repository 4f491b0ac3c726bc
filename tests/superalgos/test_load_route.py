"""What ends the whole platform when a workspace is loaded, and which secret a key comes out with."""

import contextlib
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspaces import KEYS, account, apis, ecosystem, entry, exchange, key, with_keys, workspace

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.json_text import JsonError, Pointer
from superalgos_rsa.files.regular import Content
from superalgos_rsa.superalgos.load_route import Load, VaultReader, load
from superalgos_rsa.superalgos.vault import parse_vault
from superalgos_rsa.superalgos.workspace import read_workspace
from superalgos_rsa.validator.credential import resolve

KEY = (*KEYS, 0)
CONFIG = (*KEY, "config")
ECOSYSTEM: Pointer = ("rootNodes", 0)
EXCHANGE: Pointer = KEYS[:6]


def _load(document: Any, *entries: Any) -> Load:
    return load(document, VaultReader(list(entries)))


def _causes(loaded: Load) -> list[tuple[str, Pointer]]:
    return [(crash.cause, crash.pointer) for crash in loaded.crashes]


def _secrets(document: Any, *entries: Any) -> list[Any]:
    covered = _load(document, *entries).covered
    return [resolve(found, covered).secret for found in read_workspace(document).keys]


# --- The secret a task is given ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "entries", "secrets"),
    [
        pytest.param(with_keys(key()), [entry()], ["vault-value"], id="blanked secret comes from the vault"),
        pytest.param(with_keys(key(secret="own")), [entry()], ["vault-value"], id="vault wins over the node"),
        pytest.param(with_keys(key(secret="own")), [], ["own"], id="no entry: the node's own"),
        pytest.param(with_keys(key(secret="own")), [entry("other")], ["own"], id="entry of another name"),
        pytest.param(with_keys(key(secret="own")), [entry(kind="github")], ["own"], id="entry of another type"),
        pytest.param(with_keys(key()), [entry(value="1st"), entry(value="2nd")], ["1st"], id="first entry counts"),
        pytest.param(with_keys(key("", "own")), [entry("")], ["own"], id="empty codeName: vault not asked"),
        pytest.param(with_keys(key(5, "own")), [entry(5)], ["own"], id="codeName a number: vault not asked"),
        pytest.param(with_keys(key("5", "own")), [entry(5, "v")], ["v"], id="entry's key a number: loosely equal"),
        pytest.param(with_keys(key(secret="own")), [entry(value="")], [""], id="an empty value replaces too"),
        pytest.param(with_keys(key(secret="own")), [{"type": "exchange", "key": "api-key-1"}], [None], id="no value"),
        pytest.param(with_keys(key(), key(secret="own")), [entry()], ["vault-value"] * 2, id="one name, two nodes"),
        pytest.param(
            workspace(ecosystem(exchange(account(key())), exchange(account(key()), code_name="kraken"))),
            [entry()], ["vault-value"] * 2, id="one name, two exchanges",
        ),
        pytest.param(
            workspace(ecosystem(exchange(account(key()))), ecosystem(exchange(account(key(secret="own"))))),
            [entry()], ["vault-value", "own"], id="second ecosystem is out of the vault's reach",
        ),
        pytest.param(
            workspace(ecosystem(exchange(account(key(secret="own"))), project="Superalgos")),
            [entry()], ["own"], id="ecosystem of another project",
        ),
        pytest.param(
            workspace({**ecosystem(), "cryptoExchanges": []}, ecosystem(exchange(account(key())))),
            [entry()], ["vault-value"], id="first ecosystem empty: the second is taken",
        ),
        pytest.param(workspace(key(secret="own")), [entry()], ["own"], id="key as a root node"),
        pytest.param(workspace(exchange(account(key(secret="own")))), [entry()], ["own"], id="exchange as a root"),
        pytest.param(with_keys({**key(), "config": "[]"}), [entry()], [None], id="config is a list"),
    ],
)  # fmt: skip
def test_the_secret_a_key_is_loaded_with(document: Any, entries: list[Any], secrets: list[Any]) -> None:
    assert _load(document, *entries).survives
    assert _secrets(document, *entries) == secrets


def test_a_windows_path_with_legal_escapes_loads_and_holds_control_characters() -> None:
    config = r'{"codeName": "c", "secret": "C:\temp\new.pem"}'
    assert _secrets(with_keys({**key(), "config": config})) == ["C:\temp\new.pem"]


def test_extra_fields_and_missing_branches_do_no_harm() -> None:
    bare = {"type": "Crypto Exchange", "name": "no accounts"}
    keyless = {"type": "User Account", "name": "no keys"}
    document = workspace(ecosystem(bare, exchange(keyless, account(key(uid="u")))), {"type": "Other"})
    assert _load(document, entry()).survives
    assert [hit is not None for hit in _load(document, entry()).covered.values()] == [True]


# --- What ends the process --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(r'{"codeName": "c", "secret": "C:\Users\k.pem"}', id="unescaped Windows path"),
        pytest.param("", id="empty text"),
        pytest.param("null", id="null as text"),
        pytest.param(None, id="null"),
        pytest.param({"codeName": "c"}, id="an object instead of a text"),
        pytest.param('{"codeName": "c",}', id="trailing comma"),
        pytest.param('{"codeName": c}', id="value without quotes"),
        pytest.param('{“codeName”: "c"}', id="typographic quotes"),
        pytest.param('\ufeff{"codeName": "c"}', id="byte order mark"),
        pytest.param('{"codeName": null}', id="codeName null"),
        pytest.param('{"codeName": NaN}', id="codeName NaN"),
    ],
)
def test_a_config_that_javascript_cannot_read_ends_the_platform(config: Any) -> None:
    if config is None:  # JSON.parse(null) is null
        assert _causes(_load(with_keys({**key(), "config": None}))) == [("config-invalid", CONFIG)]
    assert _causes(_load(with_keys(key(), {**key(), "config": config}))) == [("config-invalid", (*KEYS, 1, "config"))]


def test_a_key_without_config_ends_the_platform() -> None:
    assert _causes(_load(with_keys({"type": "Exchange Account Key"}))) == [("config-missing", KEY)]


@pytest.mark.parametrize(
    "config", ["[]", "{}", "5", "true", '"text"', '{"codeName": 5}', '{"codeName": ""}', 5, True, ["{}"]]
)
def test_a_config_of_odd_but_readable_form_does_not(config: Any) -> None:
    assert _load(with_keys({**key(), "config": config})).survives


VAULTS = {
    "malformed": b'[{"type": "exchange",]',
    "empty file": b"",
    "byte order mark": b"\xef\xbb\xbf[]",
    "an object": b"{}",
    "null": b"null",
    "a list holding null": b"[null]",
}


@pytest.mark.parametrize("data", VAULTS.values(), ids=VAULTS)
def test_a_broken_vault_ends_the_platform_as_soon_as_one_key_has_a_code_name(data: bytes) -> None:
    reader = parse_vault("vault", Content(data)).reader
    assert _causes(load(with_keys(key("")), reader)) == []
    assert _causes(load(with_keys(), reader)) == []
    assert _causes(load(workspace(key()), reader)) == []  # out of the vault's reach
    assert _causes(load(with_keys(key("")), reader)) == []
    assert _causes(load(with_keys(key("a"), key("b")), reader)) == [("vault", ())]
    assert _causes(load(workspace(apis('{"username": "u"}')), reader)) == [("vault", ())]
    assert _causes(load(workspace(apis('{"username": ""}')), reader)) == []


def test_a_missing_secrets_folder_ends_the_platform_as_soon_as_one_key_has_a_code_name() -> None:
    reader = VaultReader([], "the folder My-Secrets does not exist")
    assert load(with_keys(key("")), reader).survives
    assert _causes(load(with_keys(key()), reader)) == [("vault", ())]
    assert load(with_keys(key()), reader).crashes[0].detail == "the folder My-Secrets does not exist"


def test_a_null_entry_behind_the_one_looked_for_is_never_reached() -> None:
    assert _load(with_keys(key()), entry(), None).survives
    assert _causes(_load(with_keys(key("other")), entry(), None)) == [("vault", ())]


NULL_ROOT = ("null-root", ("rootNodes", 0))


@pytest.mark.parametrize(
    ("roots", "causes"),
    [
        ([None, apis(), ecosystem()], [NULL_ROOT]),
        ([None], [NULL_ROOT]),
        ([None, {"type": "Other"}], [NULL_ROOT]),
        ([None, None, ecosystem()], [NULL_ROOT, ("null-root", ("rootNodes", 1))]),
        ([apis(), None, ecosystem(exchange())], [("null-root", ("rootNodes", 1))]),
        ([ecosystem(exchange()), None, apis()], [("null-root", ("rootNodes", 1))]),
        ([ecosystem(exchange()), apis(), None], []),
        ([ecosystem(exchange()), None], [("null-root", ("rootNodes", 1))]),
        ([5, "text", [], {}], []),
    ],
)
def test_a_null_root_ends_the_platform_unless_both_roots_looked_for_stand_before_it(
    roots: list[Any], causes: list[Any]
) -> None:
    assert _causes(_load(workspace(*roots))) == causes


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        ({"type": "Workspace"}, ("missing-list", ())),
        ([], ("missing-list", ())),
        ({"rootNodes": {}}, ("missing-list", ())),
        ({"rootNodes": "text"}, ("missing-list", ())),
        (5, ("missing-list", ())),
        (None, ("shape", ())),
    ],
)
def test_a_document_without_root_nodes_ends_the_platform(document: Any, cause: Any) -> None:
    assert _causes(_load(document)) == [cause]


def _cut(document: Any, at: Pointer, change: Callable[[Any], Any]) -> Any:
    document = json.loads(json.dumps(document))
    parent = document
    for step in at[:-1]:
        parent = parent[step]
    parent[at[-1]] = change(parent[at[-1]])
    return document


def _without(name: str) -> Callable[[Any], Any]:
    return lambda node: {member: value for member, value in node.items() if member != name}


def _null(_: Any) -> None:
    return None


@pytest.mark.parametrize(
    ("at", "change", "cause"),
    [
        (KEYS[:4], _without("exchanges"), ("missing-list", KEYS[:4])),
        (KEYS[:7], _without("userAccounts"), ("missing-list", KEYS[:7])),
        (KEYS[:10], _without("keys"), ("missing-list", KEYS[:10])),
        (EXCHANGE, _without("exchangeAccounts"), None),
        (KEYS[:9], _without("userKeys"), None),
        (ECOSYSTEM, _without("cryptoExchanges"), None),
        (KEYS[:3], _null, ("shape", KEYS[:3])),
        (KEYS[:4], _null, ("shape", KEYS[:4])),
        (KEYS[:5], _null, ("shape", KEYS[:5])),
        (EXCHANGE, _null, ("shape", EXCHANGE)),
        (KEYS[:7], _null, ("shape", KEYS[:7])),
        (KEYS[:8], _null, ("shape", KEYS[:8])),
        (KEYS[:9], _null, ("shape", KEYS[:9])),
        (KEYS[:10], _null, ("shape", KEYS[:10])),
        (KEYS, _null, ("shape", KEYS)),
        (KEY, _null, ("shape", KEY)),
        (KEYS, lambda _: {}, None),
        (KEYS, lambda _: 5, None),
        (KEYS, lambda _: "", None),
        (KEYS, lambda _: "😀", ("config-missing", KEYS)),
        (KEYS, lambda _: {"length": 1}, ("shape", KEYS)),
        (KEYS, lambda _: {"length": 1, "0": {}}, ("config-missing", (*KEYS, "0"))),
        (KEYS[:4], lambda _: [], ("shape", KEYS[:4])),
        (KEYS[:10], lambda _: [], None),
    ],
)
def test_a_list_or_node_that_is_missing_on_the_way_to_a_key(
    at: Pointer, change: Callable[[Any], Any], cause: Any
) -> None:
    loaded = _load(_cut(with_keys(key()), at, change))
    assert _causes(loaded) == ([] if cause is None else [cause])


@pytest.mark.parametrize(
    ("config", "survives"),
    [
        ("{}", True),
        ('{"username": 5}', True),
        ("", False),
        ("null", False),
        ('{"username": null}', False),
        ("{a}", False),
    ],
)
def test_the_config_of_the_github_api_is_read_in_the_same_way(config: str, survives: bool) -> None:
    loaded = _load(workspace(apis(config)))
    assert loaded.survives is survives
    assert all(crash.pointer[:3] == ("rootNodes", 0, "githubAPI") for crash in loaded.crashes)


def test_every_cause_is_told_once_at_its_own_place() -> None:
    document = workspace(
        None,
        apis("{a}"),
        ecosystem(exchange(account(key(), {**key(), "config": "x"}, {"type": "Exchange Account Key"})), None),
    )
    loaded = load(document, VaultReader({}))
    keys = ("rootNodes", 2, *KEYS[2:])
    assert sorted(_causes(loaded), key=str) == sorted(
        [
            ("null-root", ("rootNodes", 0)),
            ("config-invalid", ("rootNodes", 1, "githubAPI", "config")),
            ("vault", ()),
            ("config-invalid", (*keys, 1, "config")),
            ("config-missing", (*keys, 2)),
            ("shape", ("rootNodes", 2, "cryptoExchanges", 0, "exchanges", 1)),
        ],
        key=str,
    )


def test_no_reason_quotes_a_value() -> None:
    loaded = _load(with_keys({**key(), "config": '{"secret": CANARY}'}, {**key(), "config": '"CANARY'}))
    assert len(loaded.crashes) == 2
    assert "CANARY" not in repr(loaded)
    assert "CANARY" not in repr(_load(with_keys(key()), entry(value="CANARY")))


@pytest.mark.parametrize("length", [1e300, 10**400, math.inf, "Infinity"])
def test_an_endless_length_ends_at_the_first_element_that_is_missing(length: Any) -> None:
    document = workspace({"type": "Crypto Ecosystem", "project": "Foundations", "cryptoExchanges": {"length": length}})
    assert [crash.cause for crash in _load(document).crashes] == ["shape"]


# --- The JavaScript the model rests on --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (None, 0), (True, 1), ("", 0), (" \ufeff\n", 0), ("0x1F", 31), ("0b11", 3), ("0o17", 15), ("1e3", 1000),
        (".5", 0.5), ("5.", 5), ("-5", -5), ("Infinity", math.inf), ("-Infinity", -math.inf), ([], 0), ([[5]], 5),
        (10**400, math.inf), (-(10**400), -math.inf), ("9" * 400, math.inf), ("0x" + "f" * 400, math.inf),
    ],
)  # fmt: skip
def test_numbers(value: Any, number: float) -> None:
    assert js.to_number(value) == number


@pytest.mark.parametrize("value", ["inf", "nan", "infinity", "1_0", "0x", "-0x1", "٣", "1 2", "\x85", {}, [1, 2]])
def test_what_is_no_number(value: Any) -> None:
    assert math.isnan(js.to_number(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"), (True, "true"), ([], ""), ([None], ""), ([[], []], ","),
        ([1, [2, [None, "x"]], {}], "1,2,,x,[object Object]"),
        ({}, "[object Object]"), ([True, False], "true,false"),
    ],
)  # fmt: skip
def test_texts(value: Any, text: str) -> None:
    assert js.to_text(value) == text


def test_the_length_of_a_text_counts_utf16_units() -> None:
    assert js.get("a😀", "length") == 3


def test_json_with_a_byte_order_mark_is_refused() -> None:
    with pytest.raises(JsonError):
        js.parse_json("\ufeff{}")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["rootNodes", "type", "project", "cryptoExchanges", "exchanges", "length", "0"]), x
            )
        ),
    )
)
def test_any_json_is_judged_and_never_raises(value: Any) -> None:
    assert isinstance(_load(value).survives, bool)
    assert isinstance(_load(workspace(value, with_keys(value)["rootNodes"][0]), value).survives, bool)


_PLACES = [KEY[:length] for length in range(1, len(KEY) + 1)] + [CONFIG]
_ODD: list[Any] = [None, 5, "", "ab", [], [[]], ["x"], [None], [{}], {}, {"length": 2}, {"length": 1, "0": []}, True]


@given(st.lists(st.tuples(st.sampled_from(_PLACES), st.sampled_from(_ODD)), min_size=1, max_size=3))
def test_the_place_of_every_cause_is_in_the_document(changes: list[tuple[Pointer, Any]]) -> None:
    document = with_keys(key(), key())
    for at, value in changes:
        with contextlib.suppress(LookupError, TypeError):  # it is gone by an earlier change
            document = _cut(document, at, lambda _, odd=value: odd)  # type: ignore[misc]
    for crash in _load(document).crashes:
        found: Any = document
        for step in crash.pointer:
            found = found[step]
