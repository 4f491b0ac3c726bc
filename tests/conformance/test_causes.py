"""What a report says that the exchange would answer: what the engine really does with the credential decides it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from installations import API_KEY, KEY_FILE, Site, key

from superalgos_rsa.superalgos import api_key
from superalgos_rsa.validator.rules.model import NOTHING

from .cases import all_cases
from .engines import HERE, PACKAGES, Engines, Outcome

_CASES = [case for case in all_cases() if len(case.content) < 64 * 1024]


@pytest.fixture(scope="module")
def outcomes(engines: Engines) -> dict[str, list[Outcome]]:
    return engines.ask([case.for_harness() for case in _CASES])


def contradiction(said: str | None, outcome: Outcome, exchange: str) -> str | None:
    """Why these words are not what the engine did."""
    if outcome.get("error") is not None:
        return None if (said or "").startswith(NOTHING) else f"it throws {outcome.get('error')!r}"
    if outcome["signing"] in ("rsa", "ed25519"):
        return None if said is None else "it signs"
    if said is not None and said.startswith(NOTHING):
        return "it sends a request"
    binance = exchange.startswith("binance")
    return "Binance refuses the signature" if binance and not (said or "").startswith("-1022") else None


@pytest.mark.parametrize("package", PACKAGES)
def test_no_finding_on_a_key_contradicts_what_the_engine_does(
    tmp_path: Path, package: str, outcomes: dict[str, list[Outcome]], record_property: Callable[[str, object], None]
) -> None:
    site = Site(tmp_path, ccxt=str(PACKAGES[package]))
    wrong, told = [], 0
    for case, outcome in zip(_CASES, outcomes[package], strict=True):
        site.put(KEY_FILE, case.content)
        judged = site.trade(key(password="password"), code_name=case.exchange)
        for finding in judged.report.findings:
            if finding.key_id is None or finding.path is None or finding.rule in _ABOUT_OTHERS:
                continue
            told += finding.would_cause is not None
            why = contradiction(finding.would_cause, outcome, case.exchange)
            if why is not None and not (finding.would_cause is None and finding.severity != "error"):
                wrong.append((case.name, finding.rule, finding.would_cause, why))
    record_property("counts", f"{package}: {len(_CASES)} credentials, {told} causes told, {len(wrong)} wrong")
    assert wrong == []
    assert told > 100


_ABOUT_OTHERS = frozenset({"key-size", "public-key-mismatch"})
"""These are about the other half of the pair, whatever the engine does."""

_TEXTS = [
    API_KEY, API_KEY + " ", " " + API_KEY, API_KEY + "\t", API_KEY + "\n", "\r" + API_KEY, API_KEY + "\u200b",
    "\ufeff" + API_KEY, API_KEY + "\u00e9", API_KEY + "\u00a0", API_KEY + "\0", API_KEY + "\x07", API_KEY + "\u20ac",
    API_KEY + ";", f"{API_KEY[:32]} {API_KEY[32:]}", f'"{API_KEY}"', API_KEY + "\x7f", "\U0001f511",
]  # fmt: skip


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("package", PACKAGES)
def test_node_refuses_just_the_headers_that_are_said_to_be_refused(package: str) -> None:
    """With a server on this machine: what it gets is the text without the blanks around it."""
    script = HERE / "api_keys.mjs"
    done = subprocess.run(
        ["node", script, package], cwd=HERE, input=json.dumps(_TEXTS), capture_output=True, text=True, check=True
    )
    got = json.loads(done.stdout)
    assert got == [
        text.strip(api_key.AROUND_A_HEADER).encode("latin-1").hex() if api_key.can_be_sent(text) else None
        for text in _TEXTS
    ]


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("package", ["ccxt-2", "ccxt-4"])
def test_exchanges_said_to_get_the_api_key_in_a_header_do(package: str) -> None:
    script = (
        f"import('{package}').then(({{default: ccxt}}) => console.log(JSON.stringify(Object.fromEntries("
        f"{json.dumps(sorted(api_key.IN_HEADER))}.filter(name => ccxt.exchanges.includes(name)).map(name => {{"
        f"const asked = new ccxt[name]({{apiKey: 'KKKK', secret: 'c2VjcmV0', password: 'p', uid: 'u'}});"
        f"const made = asked.sign('account', 'private', 'GET', {{}});"
        f"return [name, JSON.stringify(made.headers).includes('KKKK')]}})))))"
    )
    done = subprocess.run(["node", "-e", script], cwd=HERE, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert len(found) > 8
    assert all(found.values()), found
