"""What ccxt does with the keys of Coinbase, in the forms in which people have them; and the model says the same."""

from __future__ import annotations

import base64
import json
import re

import key_samples
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from superalgos_rsa.superalgos.engine import coinbase
from superalgos_rsa.superalgos.engine.exchange_class import known_class

from .engines import PACKAGES
from .mutants import damaged
from .private_requests import Told, ask, question

pytestmark = pytest.mark.usefixtures("engines")

EC, ED25519 = key_samples.other_key("ec"), key_samples.other_key("ed25519")
SEC1, PKCS8 = key_samples.private_pem(EC, key_samples.PKCS1).decode(), key_samples.private_pem(EC).decode()
SEED = ED25519.private_bytes_raw()
IN_BASE64 = base64.b64encode(SEED + ED25519.public_key().public_bytes_raw()).decode()
NAME = "organizations/3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2/apiKeys/7a1c2b3d-0e4f-4a5b-9c6d-8e7f60514233"
UUID = "7a1c2b3d-0e4f-4a5b-9c6d-8e7f60514233"
OLD_SECRET = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zv"
BEGIN, BODY, END = SEC1.splitlines()[0], SEC1.splitlines()[1:-1], SEC1.splitlines()[-1]
PARAMETERS = key_samples.pem_of("EC PARAMETERS", bytes.fromhex("06082a8648ce3d030107")).decode()

THROWS = "none, throws"
FACTS: dict[str, tuple[str, str, str, str, str]] = {
    # The text of the secret, beside the name of a key. On 4.4.25, 4.5.59 and 4.5.84; then beside a UUID, on 4.4.25 and
    # 4.5.84.
    "SEC 1": ("ecdsa", "ecdsa", "ecdsa", "ecdsa", "ecdsa"),
    "SEC 1, no final newline": ("ecdsa", "ecdsa", "ecdsa", "ecdsa", "ecdsa"),
    "SEC 1, CRLF": ("ecdsa", "ecdsa", "ecdsa", "ecdsa", "ecdsa"),
    "SEC 1 on one line": ("ecdsa", "ecdsa", "ecdsa", "ecdsa", "ecdsa"),
    "SEC 1, spaces for newlines": ("ecdsa", "ecdsa", "ecdsa", "ecdsa", "ecdsa"),
    "SEC 1, literal \\n": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "SEC 1, byte order mark": ("ecdsa", THROWS, THROWS, "hmac", "hmac"),
    "SEC 1, blank line before": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "SEC 1 in quotes": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "SEC 1, no BEGIN line": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "SEC 1, no END line": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "SEC 1, body alone": (THROWS, "none", "none", "hmac", "none"),
    "SEC 1, truncated": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "SEC 1, encrypted": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "SEC 1 after its parameters": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "SEC 1, secp256k1": ("none", "none", "none", "none", "none"),
    "SEC 1, P-384": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "PKCS#8": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "PKCS#8 under the label of SEC 1": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "RSA": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "Ed25519 in PEM": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "Ed25519 in base64": (THROWS, "ed25519", "ed25519", "hmac", "ed25519"),
    "Ed25519 in base64, seed alone": (THROWS, "ed25519", "ed25519", "hmac", "ed25519"),
    "Ed25519 in base64 and newline": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "Ed25519 in base64 in quotes": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "Ed25519 in base64 without =": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "public half": (THROWS, THROWS, THROWS, THROWS, THROWS),
    "downloaded file": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "downloaded file with Ed25519": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "old secret": (THROWS, THROWS, THROWS, "hmac", "hmac"),
    "path": (THROWS, THROWS, THROWS, "hmac", "hmac"),
}
TEXTS = {
    "SEC 1": SEC1,
    "SEC 1, no final newline": SEC1.rstrip(),
    "SEC 1, CRLF": SEC1.replace("\n", "\r\n"),
    "SEC 1 on one line": SEC1.replace("\n", ""),
    "SEC 1, spaces for newlines": SEC1.replace("\n", " "),
    "SEC 1, literal \\n": SEC1.replace("\n", "\\n"),
    "SEC 1, byte order mark": "\ufeff" + SEC1,
    "SEC 1, blank line before": "\n" + SEC1,
    "SEC 1 in quotes": f'"{SEC1.strip()}"',
    "SEC 1, no BEGIN line": "\n".join([*BODY, END]),
    "SEC 1, no END line": "\n".join([BEGIN, *BODY]),
    "SEC 1, body alone": "".join(BODY),
    "SEC 1, truncated": "\n".join([BEGIN, BODY[0], END]),
    "SEC 1, encrypted": key_samples.private_pem(EC, key_samples.PKCS1, key_samples.PASSPHRASE).decode(),
    "SEC 1 after its parameters": PARAMETERS + SEC1,
    "SEC 1, secp256k1": key_samples.private_pem(key_samples.other_key("secp256k1"), key_samples.PKCS1).decode(),
    "SEC 1, P-384": key_samples.private_pem(ec.generate_private_key(ec.SECP384R1()), key_samples.PKCS1).decode(),
    "PKCS#8": PKCS8,
    "PKCS#8 under the label of SEC 1": PKCS8.replace("PRIVATE", "EC PRIVATE"),
    "RSA": key_samples.private_pem(key_samples.rsa_key(1024)).decode(),
    "Ed25519 in PEM": key_samples.private_pem(ED25519).decode(),
    "Ed25519 in base64": IN_BASE64,
    "Ed25519 in base64, seed alone": base64.b64encode(SEED).decode(),
    "Ed25519 in base64 and newline": IN_BASE64 + "\n",
    "Ed25519 in base64 in quotes": f'"{IN_BASE64}"',
    "Ed25519 in base64 without =": IN_BASE64.rstrip("="),
    "public half": key_samples.public_pem(EC).decode(),
    "downloaded file": json.dumps({"name": NAME, "privateKey": SEC1}, indent=3),
    "downloaded file with Ed25519": json.dumps({"id": UUID, "privateKey": IN_BASE64}),
    "old secret": OLD_SECRET,
    "path": "My-Secrets/cdp_api_key.pem",
}


def _asked(package: str, api_key: str, texts: list[str]) -> list[Told]:
    own = (key_samples.public_der(EC), key_samples.public_der(ED25519))
    return ask(package, [question("coinbase", {"apiKey": api_key, "secret": text}, *own) for text in texts])


def _word(told: Told) -> str:
    return f"{told['signing']}{', throws' if told['error'] else ''}"


@pytest.mark.parametrize(
    ("package", "api_key", "column"),
    [
        ("ccxt-4.4", NAME, 0),
        ("ccxt-4-jsencrypt", NAME, 1),
        ("ccxt-4", NAME, 2),
        ("ccxt-4.4", UUID, 3),
        ("ccxt-4", UUID, 4),
    ],
)
def test_what_ccxt_4_does_with_each_form(package: str, api_key: str, column: int) -> None:
    told = dict(zip(TEXTS, _asked(package, api_key, list(TEXTS.values())), strict=True))
    assert {name: _word(answer) for name, answer in told.items()} == {name: row[column] for name, row in FACTS.items()}
    for name, answer in told.items():
        _hold(answer, TEXTS[name], api_key, package)


@pytest.mark.parametrize("package", ["ccxt-2", "ccxt-3"])
def test_before_4_every_text_is_an_hmac_secret(package: str) -> None:
    told = _asked(package, NAME, list(TEXTS.values()))
    assert {(answer["signing"], answer["key"]) for answer in told} == {("hmac", "text")}
    found = known_class("coinbase", PACKAGES[package])
    assert found is not None
    assert found.scheme == "text"


def test_text_of_a_key_for_the_api_key_is_refused() -> None:
    for package in ("ccxt-4.4", "ccxt-4"):
        (told,) = _asked(package, key_samples.public_pem(EC).decode(), [SEC1])
        assert told["error"] == "ArgumentsRequired"
        _hold(told, SEC1, key_samples.public_pem(EC).decode(), package)


_texts = damaged(st.sampled_from([SEC1, SEC1, PKCS8, IN_BASE64, TEXTS["SEC 1 after its parameters"]])).filter(bool)


@pytest.mark.parametrize("package", ["ccxt-4.4", "ccxt-4-jsencrypt", "ccxt-4"])
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
@given(texts=st.lists(_texts, min_size=50, max_size=50), api_key=st.sampled_from([NAME, UUID]))
def test_the_model_answers_as_the_engine_for_any_accident(package: str, texts: list[str], api_key: str) -> None:
    judged = 0
    for text, told in zip(texts, _asked(package, api_key, texts), strict=True):
        judged += _hold(told, text, api_key, package)
    assert judged > len(texts) * 2 / 3


def _hold(told: Told, text: str, api_key: str, package: str) -> bool:
    """Whether the model judges it; then it must say what the engine does, with the engine's own words."""
    found = known_class("coinbase", PACKAGES[package])
    assert found is not None
    verdict = coinbase.judge(text, api_key, found.private_keys, PACKAGES[package])
    if verdict is None:
        assert (told["signing"], told["key"]) == ("hmac", "text"), f"{text!r}: {told}"
        return True
    if not verdict.judged:
        return False
    assert verdict.signing == told["signing"], f"{text!r}: {verdict}; engine: {told}"
    quoted = re.search("throws “(.+?)”", verdict.reason)
    throws = quoted is not None or "throws:" in verdict.reason or "in hex" in verdict.reason
    assert throws == (told["error"] is not None), f"{text!r}: {verdict}; engine: {told}"
    if quoted is not None:
        assert told.get("message", "").startswith(quoted[1]), f"{text!r}: {verdict}; engine: {told}"
    return True
