"""The model of the loader against the platform's own code, over thousands of damaged workspaces and vaults.

Superalgos cannot be had from a package registry, so this runs only where the environment variable `SUPERALGOS_SOURCE`
names a folder of its sources, everywhere else it is skipped.
"""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import saving

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.documents.json_text import Pointer, parse
from superalgos_rsa.files.regular import Content
from superalgos_rsa.superalgos import load_route
from superalgos_rsa.superalgos.vault import Vault, parse_vault
from superalgos_rsa.superalgos.workspace import read_workspace
from superalgos_rsa.validator.credential import resolve

ORACLE = Path(__file__).with_name("loader_oracle.js")
CREDENTIALS = Path("Projects/Foundations/PL/Utilities/CredentialsFunctions.js")
CASES = 3000

JUNK: list[Any] = [
    None, 0, 5, "", "x", "ab", "😀", [], {}, True, [None], [[]], 1.5, {"keys": []}, {"length": 0}, {"length": 1},
    {"length": 2, "0": {}}, {"length": "1"}, {"length": " 0x2 "}, {"length": 1e300}, {"length": [1]}, {"length": None},
    {"length": True}, {"length": "Infinity"}, {"length": "infinity"}, {"length": "1_0"},
]  # fmt: skip
NAMES: list[Any] = [
    "a", "b", "", None, 5, "5", "5.0", "0x5", "true", "1", ["a"], [5], {"length": 1}, [["a"]], [[None], True], "0",
    [-0.0], "1e21", [5.0], [1e21], [12345678901234567890], "12345678901234567000", [1e-7], "1e-7", [1e16],
    "10000000000000000",
]  # fmt: skip
CONFIGS: list[Any] = [
    *(["{" + members, last] for members in ('"codeName": "a"', '"codeName": "b"') for last in ('"secret": "s"}', "}")),
    [['{"codeName": "a"', ['"secret": "s"}']]], ['{"codeName": "a"}', None], [None, "{}"], '["codeName", "a"]',
    '{"codeName": {"length": 1, "toString": 1}}', '{"codeName": {"length": 1, "toString": "a"}}',
    '{"codeName": {"length": 1, "valueOf": "a"}}', '{"codeName": "a", "secret": 1e999}', '{"secret": -1e999}',
    '{"codeName": "5", "codeName": "a", "secret": "s"}', '{"__proto__": {"codeName": "a"}, "secret": "s"}',
    '{"codeName": ["a", "b"], "secret": ["s"]}', '{"codeName": "a", "secret": {"length": 2}}',
    "", "null", "[]", "5", '"text"', "true", r'{"codeName": "C:\Users\k"}', '{"a": 1,}', "{a: 1}", "\ufeff{}", " {} ",
    '{"codeName": "a", "codeName": null}', '{"codeName": NaN}', None, 5, {}, [], True, ["{}"], [[]], [5], [5, 6],
]  # fmt: skip
VAULTS = ["", " ", "{}", "5", "null", "[null]", "[[]]", "[5]", '["ab"]', "\ufeff[]", "x", "[],", "[NaN]", "[] []"]


class Maker:
    """Workspaces with a few damages each, the same ones in every run."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def case(self) -> dict[str, Any]:
        folder = self.random.random() > 0.05
        return {"workspace": json.dumps(self.workspace()), "vault": self.vault(), "folder": folder}

    def damaged(self, value: Any, chance: float = 0.05) -> Any:
        if self.random.random() < chance:
            return self.random.choice(JUNK)
        if isinstance(value, dict) and value and self.random.random() < 0.06:
            del value[self.random.choice(list(value))]
        return value

    def several(self, make: Callable[[], Any]) -> Any:
        return self.damaged([make() for _ in range(self.random.randint(0, 2))])

    def key(self) -> Any:
        config: Any = json.dumps({"codeName": self.random.choice(NAMES), "secret": self.random.choice(["s", "", 5])})
        if self.random.random() < 0.2:
            config = self.random.choice(CONFIGS)
        return self.damaged({"type": "Exchange Account Key", "config": config})

    def account(self) -> Any:
        return self.damaged({"userKeys": self.damaged({"keys": self.several(self.key)})})

    def exchange(self) -> Any:
        return self.damaged({"exchangeAccounts": self.damaged({"userAccounts": self.several(self.account)})})

    def exchanges(self) -> Any:
        return self.damaged({"exchanges": self.several(self.exchange)})

    def ecosystem(self) -> Any:
        project = self.random.choice(["Foundations"] * 6 + ["X", ["Foundations"], None])
        return {"type": "Crypto Ecosystem", "project": project, "cryptoExchanges": self.several(self.exchanges)}

    def apis(self) -> Any:
        config = self.random.choice(['{"username":"u","token":"t"}', '{"username":"u"}', '{"username":null}', *CONFIGS])
        return {"type": "APIs", "project": "Foundations", "githubAPI": self.damaged({"config": config})}

    def root(self) -> Any:
        kind = self.random.choice([self.ecosystem, self.ecosystem, self.apis, self.other])
        return self.damaged(kind())

    def other(self) -> Any:
        return {"type": "Other"}

    def workspace(self) -> Any:
        roots = self.damaged([self.root() for _ in range(self.random.randint(0, 4))], 0.03)
        return self.damaged({"type": "Workspace", "rootNodes": roots}, 0.02)

    def entry(self) -> Any:
        kind = self.random.choice(["exchange", "exchange", ["exchange"], "github"])
        key = self.random.choice([*NAMES, "u", True, 1, 5.0])
        return self.damaged({"type": kind, "key": key, "value": self.random.choice(["V", "W", "", 1, None])})

    def vault(self) -> str | None:
        if self.random.random() < 0.25:
            return self.random.choice([None, *VAULTS])
        return json.dumps(self.damaged([self.entry() for _ in range(self.random.randint(0, 4))], 0.03))


@pytest.fixture(scope="module")
def platform_credentials() -> Path:
    source = os.environ.get("SUPERALGOS_SOURCE")
    if source is None:
        pytest.skip("SUPERALGOS_SOURCE names no folder of Superalgos sources")
    if shutil.which("node") is None:
        pytest.skip("there is no Node to run the platform's code")
    path = Path(source, CREDENTIALS)
    assert path.is_file(), f"SUPERALGOS_SOURCE is set, and there is no {CREDENTIALS} in it"
    return path


@pytest.fixture(scope="module", params=range(4))
def answered(platform_credentials: Path, request: pytest.FixtureRequest) -> list[tuple[dict[str, Any], Any]]:
    """Cases, each with the platform's answer."""
    maker = Maker(request.param)
    cases = [maker.case() for _ in range(CASES)]
    ended = subprocess.run(
        ["node", str(ORACLE), str(platform_credentials)],
        input="\n".join(map(json.dumps, cases)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return list(zip(cases, map(json.loads, ended.stdout.splitlines()), strict=True))


def test_the_model_survives_where_the_platform_does_and_merges_the_same_secrets(
    answered: list[tuple[dict[str, Any], Any]],
) -> None:
    different = [case for case, answer in answered if _by_model(case) != _by_platform(case, answer)]
    assert different == []
    assert 0.1 < sum(answer is not None for _, answer in answered) / CASES < 0.9


def test_each_key_has_the_values_that_the_platform_gives_it(answered: list[tuple[dict[str, Any], Any]]) -> None:
    survived = [(case, answer) for case, answer in answered if answer is not None]
    different = [case for case, answer in survived if _resolved(case) != _given(case, answer)]
    assert different == []


def test_the_double_saves_as_the_platform_does(answered: list[tuple[dict[str, Any], Any]]) -> None:
    kept = [(case, answer) for case, answer in answered if answer is not None and answer["saved"] is not None]
    kept = [(case, answer) for case, answer in kept if _vault(case).state in ("read", "absent")]
    different = []
    for case, answer in kept:
        configs, vault = saving.saved(parse(case["workspace"]), _vault(case).entries)
        real = {pointer: _parse_config(parse(answer["saved"]), pointer) for pointer in configs}
        if saving.stringified([configs, _exchanges(vault)]) != saving.stringified([real, _exchanges(answer["vault"])]):
            different.append(case)
    assert different == []
    assert len(kept) > CASES / 10


def _resolved(case: dict[str, Any]) -> Any:
    """By the model, of every key that the vault code visits."""
    covered = _load(case).covered
    keys = read_workspace(parse(case["workspace"])).keys
    found = [resolve(key, covered) for key in keys if key.pointer in covered]
    return saving.stringified([[one.code_name, one.secret] for one in found])


def _given(case: dict[str, Any], answer: dict[str, str]) -> Any:
    """By the platform, of the same keys."""
    covered = _load(case).covered
    workspace = parse(answer["loaded"])
    keys = [key for key in read_workspace(parse(case["workspace"])).keys if key.pointer in covered]
    configs = [_parse_config(workspace, key.pointer) for key in keys]
    fields = [config if isinstance(config, dict) else {} for config in configs]
    return saving.stringified([[config.get("codeName"), config.get("secret")] for config in fields])


def _exchanges(vault: Any) -> Any:
    """Entries of Github are none of ours."""
    vault = parse(vault) if isinstance(vault, str) else vault
    return [entry for entry in vault if not isinstance(entry, dict) or entry.get("type") != "github"]


def _vault(case: dict[str, Any]) -> Vault:
    if not case["folder"]:
        return Vault("vault", "no-folder")
    return Vault("vault", "absent") if case["vault"] is None else parse_vault("vault", Content(case["vault"].encode()))


def _load(case: dict[str, Any]) -> load_route.Load:
    return load_route.load(parse(case["workspace"]), _vault(case).reader)


def _by_model(case: dict[str, Any]) -> Any:
    """The loaded workspace with the config of every covered key parsed, or `None` where the process ends."""
    loaded = _load(case)
    if not loaded.survives:
        return None
    workspace = parse(case["workspace"])
    for pointer, hit in loaded.covered.items():
        config = _parse_config(workspace, pointer)
        if hit is not None and isinstance(config, dict):  # a list keeps its members only
            config.pop("secret", None)
            if hit.value is not js.UNDEFINED:
                config["secret"] = hit.value
    return saving.stringified(_without_github(workspace))


def _by_platform(case: dict[str, Any], answer: dict[str, str] | None) -> Any:
    if answer is None:
        return None
    workspace = parse(answer["loaded"])
    for pointer in _load(case).covered:
        _parse_config(workspace, pointer)
    return saving.stringified(_without_github(workspace))


def _parse_config(workspace: Any, pointer: Pointer) -> Any:
    node = _node(workspace, pointer)
    node["config"] = js.parse_json(node["config"])
    return node["config"]


def _node(workspace: Any, pointer: Pointer) -> Any:
    for step in pointer:
        workspace = workspace[int(step)] if isinstance(workspace, list) else workspace[step]
    return workspace


def _without_github(workspace: Any) -> Any:
    """Its config is rewritten too, but no key depends on it."""
    for root in workspace["rootNodes"]:
        if isinstance(root, dict):
            root.pop("githubAPI", None)
    return workspace
