"""What ccxt would do with a text: the facts that traders meet, without Node."""

from __future__ import annotations

import subprocess
import sys

import key_samples as keys
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.superalgos.engine import CcxtVersion, Signing, judge
from superalgos_rsa.superalgos.engine.versions import REPRESENTATIVES

NODE_RSA, OF_1_7_0, JSENCRYPT, OPENSSL = REPRESENTATIVES
PEM = keys.private_pem(keys.rsa_key(1024)).decode()
PKCS1 = keys.private_pem(keys.rsa_key(1024), keys.PKCS1).decode()
ED25519 = keys.private_pem(keys.other_key("ed25519")).decode()
HMAC_SECRET = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"


def version(text: str) -> CcxtVersion:
    parsed = CcxtVersion.parse(text)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("text", "signing"),
    [
        pytest.param(PEM, "rsa", id="PKCS#8"),
        pytest.param(PKCS1, "rsa", id="PKCS#1"),
        pytest.param(PEM.replace("\n", "\r\n"), "rsa", id="CRLF"),
        pytest.param("\ufeff" + PEM, "rsa", id="byte order mark"),
        pytest.param("junk\n" + PEM, "rsa", id="a line of junk before"),
        pytest.param(PEM.rstrip(), "rsa", id="no final newline"),
        pytest.param(keys.private_pem(keys.rsa_key(4096)).decode(), "rsa", id="4096 bits"),
        pytest.param("My-Secrets/missing.pem", "hmac", id="missing path"),
        pytest.param("My-Secrets", "hmac", id="folder"),
        pytest.param(keys.public_pem(keys.rsa_key(1024)).decode(), "hmac", id="public key"),
        pytest.param(keys.private_der(keys.rsa_key(1024)).decode("utf-8", "replace"), "hmac", id="DER"),
        pytest.param(PEM.encode("utf-16").decode("utf-8", "replace"), "hmac", id="UTF-16"),
        pytest.param(HMAC_SECRET, "hmac", id="HMAC secret"),
        pytest.param("", "none", id="empty"),
    ],
)
def test_of_what_engine_reads_all_versions_do_the_same(text: str, signing: Signing) -> None:
    assert [judge(text, "binance", version).signing for version in REPRESENTATIVES] == [signing] * len(REPRESENTATIVES)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (keys.private_pem(keys.rsa_key(1024), passphrase=keys.PASSPHRASE).decode(), "Key format must be specified"),
        (keys.private_pem(keys.rsa_key(1024), keys.PKCS1, keys.PASSPHRASE).decode(), "Key format must be specified"),
        (keys.private_pem(keys.other_key("ec"), keys.PKCS1).decode(), "Key format must be specified"),
        (PEM[: len(PEM) // 2], "Key format must be specified"),
        (ED25519, "Invalid Public key format"),
        ("", 'binance requires "secret" credential'),
    ],
    ids=["encrypted PKCS#8", "encrypted PKCS#1", "EC", "truncated", "Ed25519", "empty"],
)
def test_2x_throws_its_own_error(text: str, error: str) -> None:
    verdict = judge(text, "binance", NODE_RSA)
    assert verdict.signing == "none"
    assert f"ccxt 2.7.62 throws “{error}”" in verdict.reason


@pytest.mark.parametrize(
    ("text", "signings"),
    [
        pytest.param(PEM.replace("\n", ""), ["rsa", "rsa", "none"], id="one line"),
        pytest.param(PEM.replace("PRIVATE", "RSA PRIVATE"), ["none", "rsa", "rsa"], id="PKCS#8 under the other label"),
        pytest.param(PKCS1.replace("RSA ", ""), ["none", "rsa", "none"], id="PKCS#1 under the other label"),
        pytest.param(ED25519, ["none", "ed25519", "ed25519"], id="Ed25519"),
        pytest.param(ED25519 + "\n\n", ["none", "none", "none"], id="Ed25519 of 121 characters"),
    ],
)
def test_versions_disagree(text: str, signings: list[Signing]) -> None:
    assert [judge(text, "binance", version).signing for version in (NODE_RSA, JSENCRYPT, OPENSSL)] == signings
    assert judge(text, "binance", OF_1_7_0).signing == judge(text, "binance", JSENCRYPT).signing


@pytest.mark.parametrize(
    ("exchange", "text", "last_without", "first_with", "signing"),
    [
        ("binance", PEM, "2.4.80", "2.5.12", "rsa"),
        ("binance", ED25519, "4.1.18", "4.1.32", "ed25519"),
        ("bybit", PEM, "3.0.40", "3.0.43", "rsa"),
    ],
    ids=["RSA on binance", "Ed25519 on binance", "RSA on bybit"],
)
def test_version_at_which_a_key_begins_to_work(
    exchange: str, text: str, last_without: str, first_with: str, signing: Signing
) -> None:
    assert judge(text, exchange, version(last_without)).signing in ("hmac", "none")
    assert judge(text, exchange, version(first_with)).signing == signing


def test_before_private_keys_came_in_pem_is_an_hmac_secret() -> None:
    verdict = judge(PEM, "binance", version("1.95.43"))
    assert verdict.signing == "hmac"
    assert "although it is a private key" in verdict.reason


@pytest.mark.parametrize("exchange", ["binance", "binanceus", "binanceusdm", "binancecoinm"])
def test_whole_binance_family_takes_private_keys(exchange: str) -> None:
    assert {judge(PEM, exchange, version).signing for version in REPRESENTATIVES} == {"rsa"}


@pytest.mark.parametrize("exchange", ["okx", "kucoin", "gate"])
def test_elsewhere_the_private_key_itself_is_the_hmac_secret(exchange: str) -> None:
    assert {judge(PEM, exchange, version).signing for version in REPRESENTATIVES} == {"hmac"}


def test_unknown_exchange_of_the_config_is_judged_as_binance() -> None:
    assert judge(PEM, None, OPENSSL) == judge(PEM, "binance", OPENSSL)


def test_exchange_that_is_no_class_throws() -> None:
    verdict = judge(HMAC_SECRET, "Binance", OPENSSL)
    assert verdict.signing == "none"
    assert "exchangeClass is not a constructor" in verdict.reason


def test_exchange_with_a_scheme_of_its_own_is_not_judged() -> None:
    assert not judge(PEM, "lbank", OPENSSL).judged
    assert judge(PEM, "coinbase", OPENSSL).judged
    assert judge(PEM, "binance", OPENSSL).judged


@pytest.mark.parametrize(
    ("text", "signing"),
    [(PEM, "rsa"), (PEM.replace("\n", ""), "none"), (ED25519, "none"), (HMAC_SECRET, "hmac"), ("", "none")],
    ids=["good", "one line", "Ed25519", "HMAC secret", "empty"],
)
def test_of_an_unknown_version_the_worst_verdict_stands_and_says_so(text: str, signing: Signing) -> None:
    verdict = judge(text, "binance", None)
    assert verdict.signing == signing
    assert "the version of ccxt is unknown" in verdict.reason


def test_of_an_unknown_version_only_versions_with_the_exchange_count() -> None:
    assert judge(HMAC_SECRET, "bittrex", None).signing == "hmac"
    assert judge(HMAC_SECRET, "nosuch", None).signing == "none"


def test_length_is_counted_in_utf_16_units() -> None:
    """Of 119 characters with one beyond the basic plane and no newline at the end, 120 remain short enough."""
    short = ED25519.rstrip("\n")
    padded = "\U0001f511" + short
    assert len(short) == 118
    assert judge(padded, "binance", JSENCRYPT).signing == "ed25519"
    assert judge("x" + padded, "binance", JSENCRYPT).signing == "none"


def test_hmac_secret_pasted_between_begin_and_end_is_no_ed25519_key() -> None:
    """64 letters of base64 are 48 bytes, as many as an Ed25519 key in PKCS#8 takes."""
    text = f"-----BEGIN PRIVATE KEY-----{HMAC_SECRET}-----END PRIVATE KEY-----"
    assert len(text) <= 120
    assert [judge(text, "binance", version).signing for version in REPRESENTATIVES] == ["none"] * len(REPRESENTATIVES)


@given(text=st.text(max_size=200), exchange=st.sampled_from(["binance", "bybit", "okx", "kraken", None]))
def test_any_text_has_a_verdict(text: str, exchange: str | None) -> None:
    for candidate in (*REPRESENTATIVES, None):
        assert judge(text, exchange, candidate).signing in ("none", "hmac")


@given(body=st.binary(max_size=300), label=st.sampled_from(["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]))
def test_any_bytes_under_a_private_label_have_a_verdict(body: bytes, label: str) -> None:
    text = keys.pem_of(label, body).decode()
    for candidate in REPRESENTATIVES:
        assert judge(text, "binance", candidate).signing == "none"


@pytest.mark.parametrize("candidate", [*REPRESENTATIVES, None])
@pytest.mark.parametrize("text", [PEM, PKCS1, ED25519, HMAC_SECRET], ids=["PKCS#8", "PKCS#1", "Ed25519", "HMAC secret"])
def test_reason_holds_no_part_of_the_secret(text: str, candidate: CcxtVersion | None) -> None:
    body = "".join(line for line in text.splitlines() if "-----" not in line)
    parts = {body[at : at + 8] for at in range(len(body) - 8)}
    for damaged in (text, text.replace("\n", ""), text[: len(text) // 2], text.replace("-----", "----"), f"{text}\\n"):
        for exchange in ("binance", "bybit", "kraken", "okx"):
            verdict = judge(damaged, exchange, candidate)
            assert not any(part in repr(verdict) for part in parts)


def test_import_leaves_the_heavy_library_out() -> None:
    modules = "sys, superalgos_rsa.superalgos.engine, superalgos_rsa.keys.inspect"
    code = f"import {modules}; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
