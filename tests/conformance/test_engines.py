"""The model's answer is the real engine's, case by case. Where they differ, the engine is right."""

from __future__ import annotations

import re
from pathlib import Path

import key_samples as keys
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superalgos_rsa.superalgos.engine import exchanges, judge
from superalgos_rsa.superalgos.engine.exchange_class import known_names

from .case import Case
from .cases import all_cases
from .engines import PACKAGES, Engines, Outcome, exchanges_of
from .mutants import mutants
from .paths import PATHS, for_harness, furnish, judge_path

Outcomes = dict[str, list[Outcome]]
_CASES = all_cases()


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("number", range(len(_CASES)), ids=[case.name for case in _CASES])
def test_model_answers_as_the_engine(outcomes: Outcomes, package: str, number: int) -> None:
    case, outcome = _CASES[number], outcomes[package][number]
    verdict = judge(case.text, case.exchange, PACKAGES[package])
    assert verdict.signing == outcome["signing"], f"{verdict.reason}; engine: {outcome}"


@pytest.mark.parametrize("package", PACKAGES)
def test_reason_quotes_the_error_where_the_engine_throws_and_nowhere_else(outcomes: Outcomes, package: str) -> None:
    for case, outcome in zip(_CASES, outcomes[package], strict=True):
        reason = judge(case.text, case.exchange, PACKAGES[package]).reason
        quoted = re.search("throws “(.+?)”", reason)
        error = outcome.get("error")
        assert (quoted is None) == (error is None), f"{case.name}: {reason}; engine: {error}"
        if quoted and error:
            assert error.startswith(quoted[1]), f"{case.name}: {reason}; engine: {error}"


def test_cases_have_names_of_their_own() -> None:
    names = [case.name for case in _CASES]
    assert len(set(names)) == len(names) >= 150


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("package", PACKAGES)
def test_list_of_exchanges_is_the_package_s_own(package: str) -> None:
    names = {name for name in known_names() if exchanges.is_exchange(name, PACKAGES[package])}
    assert names == set(exchanges_of(package))


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(cases=st.lists(mutants(), min_size=4, max_size=8))
def test_model_answers_as_the_engine_for_any_accident_to_a_key(engines: Engines, cases: list[Case]) -> None:
    outcomes = engines.ask([case.for_harness() for case in cases])
    for package, version in PACKAGES.items():
        for case, outcome in zip(cases, outcomes[package], strict=True):
            verdict = judge(case.text, case.exchange, version)
            assert verdict.signing == outcome["signing"], f"{package}: {verdict.reason}; engine: {outcome}"


@pytest.mark.parametrize("package", ["ccxt-2", "ccxt-4"])
def test_modulus_of_one_bit_more_than_whole_bytes(engines: Engines, package: str) -> None:
    """node-rsa makes every signature of such a key too short; OpenSSL makes it right."""
    key = keys.rsa_key(1025)
    case = Case("RSA 1025", keys.private_pem(key), (keys.public_pem(key),))
    expected = {"ccxt-2": "none", "ccxt-4": "rsa"}[package]
    assert engines.ask([case.for_harness()])[package][0]["signing"] == expected
    assert judge(case.text, None, PACKAGES[package]).signing == expected


def test_jsencrypt_leaves_out_leading_zeros(engines: Engines) -> None:
    """Of a modulus with one bit in its first byte, more signatures than not come out short, and none verifies then."""
    key = keys.rsa_key(1025)
    case = Case("RSA 1025", keys.private_pem(key), (keys.public_pem(key),))
    outcomes = engines.ask([{**case.for_harness(), "attempts": 1}] * 60)["ccxt-4-jsencrypt"]
    assert sum(outcome["signing"] == "none" for outcome in outcomes) >= 15
    assert judge(case.text, None, PACKAGES["ccxt-4-jsencrypt"]).signing == "none"


@pytest.mark.usefixtures("engines")
def test_model_answers_as_the_engine_for_paths(tmp_path: Path) -> None:
    """From the value of `secret` to the signature: the file is read as the platform reads it, then ccxt signs."""
    furnish(tmp_path)
    with Engines(tmp_path) as in_folder:
        outcomes = in_folder.ask([for_harness(path, tmp_path) for path in PATHS.values()])
    differing = []
    for package, version in PACKAGES.items():
        for (name, path), outcome in zip(PATHS.items(), outcomes[package], strict=True):
            verdict = judge_path(path, tmp_path, version)
            if verdict.signing != outcome["signing"]:
                differing.append(f"{name} on {package}: {verdict}; engine: {outcome}")
    assert differing == []
    assert {outcome["signing"] for outcome in outcomes["ccxt-4"]} == {"rsa", "hmac", "none"}
