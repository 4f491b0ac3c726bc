"""The verdict on a whole credential is what the real class does with it: for every exchange of every engine, whole or
less any field that is needed, with the secret in every form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pytest

from superalgos_rsa.superalgos.engine import Effort, Verdict, whole
from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass

from .credentials import asked
from .engines import PACKAGES
from .private_requests import Told

pytestmark = [pytest.mark.usefixtures("engines"), pytest.mark.parametrize("package", PACKAGES)]


def judged(found: ExchangeClass, fields: Mapping[str, object], package: str) -> Verdict:
    """First the fields that the class wants, then the secret."""
    version, secret, api_key = PACKAGES[package], str(fields.get("secret") or ""), str(fields.get("apiKey") or "")
    return whole.lacking(found, fields, version) or whole.of_secret(found, secret, api_key, version, Effort())


def takes(found: ExchangeClass, told: Told) -> bool:
    """The engine builds a request, and it is signed as the exchange will verify it."""
    if told["error"] is not None:
        return False
    if told["signing"] == "hmac":
        return told["key"] != "other" or found.scheme == "text"  # a class may turn every text into another
    return told["signing"] in ("rsa", "ed25519", "ecdsa") or told["key"] == "unused"


def test_no_green_is_false_and_no_red_either(package: str, capsys: pytest.CaptureFixture[str]) -> None:
    false_green, false_red, counts = [], [], Counter[bool | None]()
    for (found, form, without, _, fields), told in asked(package):
        verdict = judged(found, fields, package)
        counts[verdict.takes] += 1
        where = f"{found.name}, {form}, without {without}: {verdict}; engine: {told}"
        if verdict.takes is True and not takes(found, told):
            false_green.append(where)
        if verdict.takes is False and takes(found, told) and (found.checks or verdict.missing is None):
            false_red.append(where)
    with capsys.disabled():
        print(  # noqa: T201
            f"\nccxt {PACKAGES[package]}: {sum(counts.values())} credentials, {counts[True]} taken, {counts[False]} "
            f"refused, {counts[None]} not judged; false greens {len(false_green)}, false reds {len(false_red)}"
        )
    assert (false_green, false_red) == ([], [])
    assert counts[True] > 500
    assert counts[False] > 1000
    assert counts[None] < sum(counts.values()) / 20, "of a few classes alone"


def test_signing_is_the_engine_s_and_so_are_the_words_with_which_it_throws(package: str) -> None:
    for (found, form, without, _, fields), told in asked(package):
        verdict = judged(found, fields, package)
        if verdict.takes is None or (verdict.missing and not found.checks):
            continue
        where = f"{found.name}, {form}, without {without}: {verdict}; engine: {told}"
        assert verdict.signing == told["signing"], where
        assert ("throws" in verdict.reason) == (told["error"] is not None), where
        quoted = re.search("throws “(.+?)”", verdict.reason)
        if quoted and verdict.missing not in found.beyond_the_platform and verdict.missing in (None, told["missing"]):
            assert told.get("message", "").startswith(quoted[1]), where


def test_missing_is_the_field_that_the_engine_asks_for(package: str) -> None:
    """A class may ask for what it takes that field for, or say it in other words."""
    differing = Counter(
        (found.name, verdict.missing, told["missing"])
        for (found, _, _, _, fields), told in asked(package)
        if (verdict := judged(found, fields, package)).missing != told["missing"]
        and found.checks
        and verdict.missing in found.required
        and not found.beyond_the_platform
    )
    assert differing == Counter()
