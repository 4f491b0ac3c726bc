"""The schemas are valid, refuse what they should, name the place, and never quote a value."""

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from superalgos_rsa.documents import schema
from superalgos_rsa.errors import UsageError
from superalgos_rsa.validator import report

ROOT = Path(__file__).parents[2]

FINDING: dict[str, Any] = {
    "rule": "path-not-found",
    "severity": "error",
    "message": "There is no such file",
    "document": "w.json",
    "pointer": "/rootNodes/0/config",
    "line": 3,
    "column": 1,
    "key_id": None,
    "task_id": None,
    "path": "k.pem",
    "server": "local",
    "would_cause": "-1022 Signature for this request is not valid.",
    "fix": {"title": "chmod 600 k.pem", "applicability": "display"},
    "node": ["Crypto Ecosystem", "Binance"],
}
KEY: dict[str, Any] = {
    "document": "w.json",
    "pointer": "",
    "line": None,
    "id": None,
    "name": None,
    "exchange": "binance",
    "code_name": "AbCd…wXyZ",
    "secret": {"kind": "path", "source": None, "path": "k.pem", "resolved": "/r/k.pem"},
    "signing": "rsa",
    "usable": True,
    "key_type": "rsa",
    "key_bits": 2048,
    "public_key_sha256": None,
    "server": None,
    "used_by": ["t"],
    "engine_signing": None,
}
TASK: dict[str, Any] = {
    "document": "w.json",
    "pointer": "/a~1b/~0",
    "line": 1,
    "id": "t",
    "name": "T",
    "session": "Live Trading Session",
    "exchange": None,
    "lan_node": None,
    "server": None,
    "needs_key": True,
    "key_id": None,
    "ready": False,
}
REPORT: dict[str, Any] = {
    "version": 1,
    "tool": "0.1.0",
    "installation": {
        "root": "/r",
        "superalgos": None,
        "ccxt": "2.7.62",
        "platform_running": False,
        "user": "u",
        "asked_by": None,
    },
    "documents": [{"path": "w.json", "kind": "workspace", "loads": True, "keys": 1, "tasks": 1}],
    "keys": [KEY],
    "tasks": [TASK],
    "findings": [FINDING],
    "summary": {"errors": 1, "warnings": 0, "infos": 0, "keys": 1, "tasks": 1, "ready": False},
}
CHANGE: dict[str, Any] = {
    "event": "start",
    "time": "2026-01-02T03:04:05.678Z",
    "errors": 1,
    "warnings": 0,
    "came": [FINDING],
    "went": [],
}
DECISION: dict[str, Any] = {
    "event": "task",
    "task_id": "t",
    "task_name": "T",
    "decision": "stop",
    "reason": "the key file does not exist",
    "findings": [FINDING],
    "ms": 12.3,
}
CONFIG: dict[str, Any] = {"codeName": "K", "secret": "k.pem"}
ENTRY: dict[str, Any] = {"type": "exchange", "key": "K", "value": "S"}
ROOT_NODE = {"type": "LAN Network", "name": "N", "project": "Foundations", "config": "{}", "id": "e85b"}
WORKSPACE: dict[str, Any] = {"type": "Workspace", "name": "W", "config": "{}", "rootNodes": [ROOT_NODE]}

VALID: list[tuple[str, Any]] = [
    ("key-config", CONFIG),
    ("key-config", {**CONFIG, "uid": "", "password": "", "note": [1]}),
    ("vault", []),
    ("vault", [ENTRY, {**ENTRY, "type": "github", "more": None}]),
    ("workspace", WORKSPACE),
    ("workspace", {"type": "Workspace", "name": "", "rootNodes": []}),
    ("workspace", {**WORKSPACE, "rootNodes": [None, {"type": "APIs", "anything": {}}]}),
    ("report", REPORT),
    (
        "report",
        {**REPORT, "documents": [], "keys": [], "tasks": [], "findings": [{**FINDING, "fix": None, "node": []}]},
    ),
    ("stream", CHANGE),
    ("stream", {**CHANGE, "event": "stop", "came": [], "went": [FINDING]}),
    ("stream", DECISION),
    ("stream", {**DECISION, "time": "2026-01-02T03:04:05.678Z", "task_name": None}),
    ("config", {}),
    ("config", {"accept_rsa_4096": True}),
]


def with_finding(changes: dict[str, Any]) -> dict[str, Any]:
    return {**REPORT, "findings": [{**FINDING, **changes}]}


def with_key(changes: dict[str, Any]) -> dict[str, Any]:
    return {**REPORT, "keys": [{**KEY, **changes}]}


def without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if key != name}


# (schema, value, [(pointer, message)])
REFUSED: list[tuple[str, Any, list[tuple[tuple[str | int, ...], str]]]] = [
    ("key-config", [], [((), "must be an object, not a list")]),
    ("key-config", None, [((), "must be an object, not null")]),
    ("key-config", {}, [((), "lacks `codeName`"), ((), "lacks `secret`")]),
    ("key-config", {"codeName": "K"}, [((), "lacks `secret`")]),
    ("key-config", {**CONFIG, "codeName": 7}, [(("codeName",), "must be text, not a number")]),
    ("key-config", {**CONFIG, "secret": None}, [(("secret",), "must be text, not null")]),
    ("key-config", {**CONFIG, "secret": True}, [(("secret",), "must be text, not true or false")]),
    ("key-config", {**CONFIG, "uid": 7, "password": {}},
     [(("password",), "must be text, not an object"), (("uid",), "must be text, not a number")]),
    ("vault", {}, [((), "must be a list, not an object")]),
    ("vault", [None], [((0,), "must be an object, not null")]),
    ("vault", [ENTRY, {**ENTRY, "type": "bank"}], [((1, "type"), "must be one of `exchange`, `github`")]),
    ("vault", [without(ENTRY, "value")], [((0,), "lacks `value`")]),
    ("vault", [ENTRY] * 10 + [{**ENTRY, "value": 1}, {**ENTRY, "key": []}],
     [((10, "value"), "must be text, not a number"), ((11, "key"), "must be text, not a list")]),
    ("workspace", "Workspace", [((), "must be an object, not text")]),
    ("workspace", without(WORKSPACE, "rootNodes"), [((), "lacks `rootNodes`")]),
    ("workspace", {**WORKSPACE, "type": "Task"}, [(("type",), "must be `Workspace`")]),
    ("workspace", {**WORKSPACE, "config": {}}, [(("config",), "must be text, not an object")]),
    ("workspace", {**WORKSPACE, "rootNodes": {}}, [(("rootNodes",), "must be a list, not an object")]),
    ("workspace", {**WORKSPACE, "rootNodes": [{"type": "APIs"}, 5]},
     [(("rootNodes", 1), "must be an object or null, not a number")]),
    ("workspace", {**WORKSPACE, "rootNodes": [{"name": "x"}]}, [(("rootNodes", 0), "lacks `type`")]),
    ("report", {**REPORT, "version": 2}, [(("version",), "must be `1`")]),
    ("report", {**REPORT, "extra": 1}, [(("extra",), "is not a known member")]),
    ("report", without(REPORT, "summary"), [((), "lacks `summary`")]),
    ("report", with_key({"usable": 1}), [(("keys", 0, "usable"), "must be true or false or null, not a number")]),
    ("report", with_key({"signing": "ec"}),
     [(("keys", 0, "signing"), "must be one of `rsa`, `ed25519`, `ecdsa`, `hmac`, `none`, null")]),
    ("report", with_finding({"rule": "Path Not Found"}),
     [(("findings", 0, "rule"), "has not the right form")]),
    ("report", with_finding({"pointer": "rootNodes/0"}),
     [(("findings", 0, "pointer"), "has not the right form")]),
    ("report", with_finding({"line": 0}), [(("findings", 0, "line"), "must not be less than 1")]),
    ("report", with_finding({"fix": {"title": "x", "applicability": "maybe"}}),
     [(("findings", 0, "fix", "applicability"), "must be one of `safe`, `unsafe`, `display`")]),
    ("report", {**REPORT, "tasks": [{**TASK, "ready": "no"}]},
     [(("tasks", 0, "ready"), "must be true or false, not text")]),
    ("stream", {}, [((), "lacks `event`"), *(((), f"lacks `{name}`") for name in CHANGE if name != "event")]),
    ("stream", {**CHANGE, "event": "end"},
     [(("event",), "must be one of `start`, `broken`, `mended`, `changed`, `stop`")]),
    ("stream", {**CHANGE, "time": "2026-01-02 03:04:05"}, [(("time",), "has not the right form")]),
    ("stream", {**CHANGE, "came": [without(FINDING, "node")]}, [(("came", 0), "lacks `node`")]),
    ("stream", {**DECISION, "decision": "perhaps"}, [(("decision",), "must be one of `allow`, `stop`, `skip`")]),
    ("stream", {**DECISION, "errors": 1}, [(("errors",), "is not a known member")]),
    ("config", {"accept_rsa_4096": "yes"}, [(("accept_rsa_4096",), "must be true or false, not text")]),
    ("config", {"accept_rsa_8192": True}, [(("accept_rsa_8192",), "is not a known member")]),
]  # fmt: skip


def test_the_names_are_those_of_the_files() -> None:
    assert schema.names() == tuple(
        sorted(path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").iterdir())
    )


@pytest.mark.parametrize("name", schema.names())
def test_every_schema_is_a_valid_schema_and_knows_its_name(name: str) -> None:
    loaded = json.loads(schema.text(name))
    Draft202012Validator.check_schema(loaded)
    assert loaded["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert loaded["$id"] == f"https://superalgos-rsa.invalid/schemas/{name}.schema.json"


def test_an_unknown_schema_is_a_mistake_of_the_user_and_no_way_to_other_files() -> None:
    with pytest.raises(UsageError) as caught:
        schema.text("../setup")
    assert caught.value.hint is not None
    assert "key-config" in caught.value.hint


@pytest.mark.parametrize(("name", "value"), VALID, ids=lambda part: part if isinstance(part, str) else "")
def test_what_is_valid_has_no_problem(name: str, value: Any) -> None:
    assert schema.problems(name, value) == []


@pytest.mark.parametrize(("name", "value", "expected"), REFUSED, ids=lambda part: part if isinstance(part, str) else "")
def test_what_is_wrong_is_named_with_its_place(name: str, value: Any, expected: Any) -> None:
    assert [(problem.pointer, problem.message) for problem in schema.problems(name, value)] == expected


def test_a_problem_names_the_keyword_so_that_a_missing_member_can_be_told_from_a_wrong_one() -> None:
    found = schema.problems("key-config", {"codeName": 7})
    assert [problem.keyword for problem in found] == ["required", "type"]


def test_a_value_deeper_than_the_validator_can_write_is_a_problem_not_a_crash() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert [problem.message for problem in schema.problems("vault", {"deep": deep})] == ["is nested too deep"]


CANARY = "S3CRET-canary"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, CANARY) for name in schema.names()),
        *((name, [CANARY]) for name in schema.names()),
        ("key-config", {"codeName": [CANARY], "secret": {CANARY: CANARY}}),
        ("vault", [{"type": CANARY, "key": [CANARY], "value": {"x": CANARY}}, CANARY]),
        ("workspace", {"type": CANARY, "name": [CANARY], "rootNodes": [CANARY, {"type": [CANARY]}]}),
        ("report", with_finding({"rule": CANARY, "severity": CANARY, "pointer": CANARY})),
        ("stream", {**CHANGE, "event": CANARY, "time": CANARY}),
        ("config", {"accept_rsa_4096": CANARY}),
    ],
)
def test_no_problem_quotes_a_value(name: str, value: Any) -> None:
    """A value may be a secret, whatever is wrong with it."""
    found = schema.problems(name, value)
    assert found
    assert CANARY not in repr(found)


# Few texts, all by name: drawing from the whole of Unicode makes Hypothesis build its tables first, for seconds.
TEXTS = st.sampled_from(["", "x", "type", "value", "Workspace", "github"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=4,
)


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, name or index) in the value, outermost first."""
    steps = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for step in steps:
        yield value, step
        yield from _members(value[step])


@st.composite
def near(draw: st.DrawFn, name: str) -> Any:
    """A valid value of that schema with up to two members replaced or taken away."""
    value = copy.deepcopy(draw(st.sampled_from([valid for schema_name, valid in VALID if schema_name == name])))
    for _ in range(draw(st.integers(0, 2))):
        members = list(_members(value))
        if not members:
            return draw(JSON)
        container, step = draw(st.sampled_from(members))
        if draw(st.booleans()):
            del container[step]
        else:
            container[step] = draw(JSON)
    return value


@pytest.mark.parametrize("name", sorted(schema.QUICK))
def test_what_is_accepted_without_the_validator_is_accepted_by_it(name: str) -> None:
    validator = Draft202012Validator(json.loads(schema.text(name)))
    accepted = []

    @given(near(name))
    def law(value: Any) -> None:
        accepted.append(schema.QUICK[name](value))
        assert validator.is_valid(value) or not accepted[-1]

    law()
    assert {True, False} == set(accepted)


@pytest.mark.parametrize("value", [WORKSPACE, CONFIG, [ENTRY]], ids=["workspace", "key-config", "vault"])
def test_the_good_case_never_pays_for_the_validator(value: Any) -> None:
    name = "workspace" if value is WORKSPACE else "key-config" if value is CONFIG else "vault"
    script = (
        "import json, sys; from superalgos_rsa.documents import schema; "
        "assert schema.problems(sys.argv[1], json.loads(sys.argv[2])) == []; print('jsonschema' in sys.modules)"
    )
    run = [sys.executable, "-c", script, name, json.dumps(value)]
    assert subprocess.run(run, cwd=ROOT, capture_output=True, check=True).stdout.split() == [b"False"]


def test_every_real_workspace_has_the_skeleton(real_workspaces: Path) -> None:
    validator = Draft202012Validator(json.loads(schema.text("workspace")))
    for path in sorted(real_workspaces.glob("*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        assert schema.QUICK["workspace"](value), path.name
        assert validator.is_valid(value), path.name


def _declared(pointer: str) -> list[str]:
    found = json.loads(schema.text("report"))
    for step in pointer.split("/")[1:]:
        found = found[step]
    assert found["required"] == list(found["properties"])
    assert found["additionalProperties"] is False
    return list(found["properties"])


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (report.InstallationEntry, "/properties/installation"),
        (report.DocumentEntry, "/properties/documents/items"),
        (report.KeyEntry, "/$defs/key"),
        (report.SecretEntry, "/$defs/key/properties/secret"),
        (report.TaskEntry, "/$defs/task"),
        (report.Finding, "/$defs/finding"),
        (report.Summary, "/properties/summary"),
        (report.Report, ""),
    ],
)
def test_the_report_schema_has_the_fields_of_the_report_values(value: Any, pointer: str) -> None:
    assert sorted(_declared(pointer)) == sorted(value._fields)


def test_a_finding_is_the_same_in_the_stream_as_in_the_report() -> None:
    """Each schema stands alone, so that a program can take one file; the part they share must not drift."""
    stream, whole = json.loads(schema.text("stream")), json.loads(schema.text("report"))
    assert stream["$defs"]["finding"] == whole["$defs"]["finding"]


def test_a_number_of_thousands_of_digits_is_a_problem_like_any_other() -> None:
    """TOML holds integers that Python refuses to write."""
    for value in ({"accept_rsa_4096": 10**5000}, {"search": [10**5000]}):
        assert [problem.message for problem in schema.problems("config", value)] == [
            "holds a number of thousands of digits"
        ]


def test_the_report_schema_has_the_remedy_as_words_and_as_a_line() -> None:
    """The words came later than the line: a report without them is one too."""
    found = json.loads(schema.text("report"))["$defs"]["finding"]["properties"]["fix"]
    assert list(found["properties"]) == ["title", "applicability", "command"]
    assert (found["required"], found["additionalProperties"]) == (["title", "applicability"], False)
