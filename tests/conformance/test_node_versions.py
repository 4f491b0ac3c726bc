"""What the OpenSSL of one Node reads and that of another does not: nobody knows which Node will run, so neither is
promised. Each Node that runs this suite shows its own half."""

from __future__ import annotations

import subprocess

import pytest

from superalgos_rsa.keys.keypair import clean
from superalgos_rsa.superalgos.engine import judge

from .case import PUBLIC, Case
from .encodings import ONLY_BEFORE_OPENSSL_3_5, ONLY_SINCE_OPENSSL_3_5
from .engines import PACKAGES, Engines

_CASES = {**ONLY_BEFORE_OPENSSL_3_5, **ONLY_SINCE_OPENSSL_3_5}


def _is_openssl_3_5() -> bool:
    done = subprocess.run(["node", "-p", "process.versions.openssl"], capture_output=True, text=True, check=True)
    major, minor = done.stdout.split(".")[:2]
    return (int(major), int(minor)) >= (3, 5)


def test_each_node_signs_with_its_own_and_the_model_promises_none(engines: Engines) -> None:
    cases = [Case(name, content, PUBLIC) for name, content in _CASES.items()]
    outcomes = engines.ask([case.for_harness() for case in cases])["ccxt-4"]
    signed = {case.name for case, outcome in zip(cases, outcomes, strict=True) if outcome["signing"] == "rsa"}
    assert signed == set(ONLY_SINCE_OPENSSL_3_5 if _is_openssl_3_5() else ONLY_BEFORE_OPENSSL_3_5)
    for case in cases:
        verdict = judge(case.text, "binance", PACKAGES["ccxt-4"])
        assert verdict.signing == "none"
        assert "which Node will run is not known" in verdict.reason


@pytest.mark.parametrize("name", _CASES)
def test_what_convert_makes_of_them_every_engine_signs_with(engines: Engines, name: str) -> None:
    pair = clean(_CASES[name])
    case = Case(name, pair.private.reveal().encode(), PUBLIC)
    outcomes = engines.ask([case.for_harness()])
    assert {outcome[0]["signing"] for outcome in outcomes.values()} == {"rsa"}
