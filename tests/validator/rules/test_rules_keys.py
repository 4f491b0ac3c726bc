"""The key as a key, and the exchange it is for."""

from __future__ import annotations

import base64
import shlex
from pathlib import Path

import pytest
from installations import (
    CCXT_4,
    HMAC_SECRET,
    KEY_FILE,
    PORTFOLIO_BOT,
    Site,
    ecosystem,
    exchange,
    key,
    network,
    task,
)
from key_samples import PKCS1, other_key, private_pem, rsa_key

from superalgos_rsa.cli import main
from superalgos_rsa.validator.rules.model import KEY_REFUSED, NO_TESTNET


@pytest.mark.parametrize("name", ["binance", "binanceus", "binanceusdm", "binancecoinm"])
def test_the_binance_family_takes_private_keys_of_2048_bits(site: Site, name: str) -> None:
    site.put_key()
    judged = site.trade(key(), code_name=name)
    assert (judged.errors, judged.key.signing, judged.key.usable) == ([], "rsa", True)
    site.put_key(bits=3072)
    judged = site.trade(key(), code_name=name)
    assert (judged.errors, judged.key.signing, judged.key.usable) == (["key-size"], "rsa", False)


@pytest.mark.parametrize(("accept", "severity", "usable"), [(True, "info", True), (False, "error", False)])
def test_4096_bits_are_an_info_where_the_user_says_that_they_are_accepted(
    site: Site, accept: bool, severity: str, usable: bool
) -> None:
    site.put("superalgos-rsa.toml", f"accept_rsa_4096 = {str(accept).lower()}\n")
    site.put_key(bits=4096)
    judged = site.trade(key())
    assert (judged.finding("key-size").severity, judged.key.usable) == (severity, usable)
    message = judged.finding("key-size").message
    assert ("Binance's own pages now list 4096" in message and "`accept_rsa_4096 = true`" in message) is not accept
    site.put_key(bits=1024)
    assert site.trade(key()).finding("key-size").severity == "error"


@pytest.mark.parametrize("name", ["kraken", "kucoin", "bitfinex", "okx", "bybit"])
@pytest.mark.parametrize("content", [private_pem(rsa_key(1024)), private_pem(other_key("ec"))], ids=["rsa", "ec"])
def test_elsewhere_the_text_of_a_private_key_becomes_an_hmac_secret(site: Site, name: str, content: bytes) -> None:
    site.put(KEY_FILE, content)
    judged = site.trade(key(password="passphrase"), code_name=name)
    assert (judged.errors, judged.key.signing, judged.key.usable) == (["exchange-not-asymmetric"], "hmac", False)
    assert name in judged.finding("exchange-not-asymmetric").message


def test_on_an_hmac_exchange_a_secret_in_a_file_works(site: Site) -> None:
    site.put(KEY_FILE, "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2")
    judged = site.trade(key(code_name="5f3113a1689401000612a12a", password="passphrase"), code_name="kucoin")
    assert (judged.errors, judged.warnings, judged.key.usable) == ([], [], True)


def test_inline_key_text_on_an_hmac_exchange_is_one_error(site: Site) -> None:
    judged = site.trade(key(private_pem(rsa_key()).decode(), "Ab3/kD9x" * 7), code_name="kraken")
    assert judged.errors == ["exchange-not-asymmetric"]
    assert judged.warnings == ["secret-exposed", "secret-inline-pem"]


def test_bybit_takes_a_private_key_since_ccxt_4(site: Site) -> None:
    other = Site(site.root.parent / "other", CCXT_4)
    other.put_key(bits=4096)
    judged = other.trade(key(), code_name="bybit")
    assert (judged.errors, judged.key.signing, judged.key.usable) == ([], "rsa", True)


@pytest.mark.parametrize("content", [private_pem(other_key("ec")), b"a-secret-of-some-form"])
def test_an_exchange_that_signs_in_a_way_of_its_own_is_not_judged(site: Site, content: bytes) -> None:
    other = Site(site.root.parent / "other", CCXT_4)
    other.put(KEY_FILE, content)
    judged = other.trade(key(), code_name="lbank")
    assert (judged.errors, judged.rules("info")) == ([], ["exchange-not-judged"])
    assert (judged.key.signing, judged.key.usable, judged.task.ready) == (None, None, False)
    other.put(KEY_FILE, content).unlink()
    judged = other.trade(key(), code_name="lbank")
    assert (judged.errors, judged.key.usable) == (["path-not-found"], False)


@pytest.mark.parametrize(
    ("version", "content", "errors", "signing"),
    [
        (CCXT_4, private_pem(other_key("ec"), PKCS1), [], "ecdsa"),
        ("4.4.25", private_pem(other_key("ec"), PKCS1), [], "ecdsa"),
        ("4.4.25", private_pem(other_key("ec")), ["key-algorithm"], "none"),
        ("4.4.25", private_pem(rsa_key(2048)), ["key-algorithm"], "none"),
        ("4.4.25", private_pem(other_key("ed25519")), ["key-algorithm"], "none"),
    ],
)
def test_coinbase_signs_with_an_ec_key_of_sec1_alone(
    site: Site, version: str, content: bytes, errors: list[str], signing: str
) -> None:
    identity = "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2"
    other = Site(site.root.parent / "other", version)
    other.put(KEY_FILE, content)
    judged = other.trade(key(code_name=f"organizations/{identity}/apiKeys/{identity}"), code_name="coinbase")
    assert (judged.errors, judged.key.signing, judged.key.usable) == (errors, signing, not errors)


@pytest.mark.parametrize(
    ("version", "content", "mended"),
    [
        ("4.4.25", private_pem(other_key("ec")), "convert"),
        ("4.4.25", private_pem(other_key("ec"), PKCS1).replace(b"\n", b"\\n"), "convert"),
        ("4.4.25", private_pem(other_key("ec"), PKCS1).split(b"\n", 1)[1], "convert"),
        (CCXT_4, private_pem(other_key("ed25519")), "convert"),
        ("4.4.25", private_pem(other_key("ed25519")), "ECDSA"),
        (CCXT_4, private_pem(rsa_key(2048)), "Ed25519 or ECDSA"),
        (CCXT_4, private_pem(other_key("secp256k1"), PKCS1), "Ed25519 or ECDSA"),
    ],
)
def test_another_form_is_offered_where_coinbase_takes_it_and_else_a_sentence(
    site: Site, version: str, content: bytes, mended: str
) -> None:
    other = Site(site.root.parent / "other", version)
    file = other.put(KEY_FILE, content)
    identity = "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2"
    name = f"organizations/{identity}/apiKeys/{identity}"
    judged = other.trade(key(code_name=name), code_name="coinbase")
    fixes = {found.fix.title for found in judged.report.findings if found.severity == "error" and found.fix}
    if mended != "convert":
        assert fixes == {
            f"make another API key at the exchange, of the kind {mended}, and name the file of its private key"
        }
        return
    assert fixes == {f"superalgos-rsa convert {file} --for coinbase"}
    assert main(["--root", str(other.root), *shlex.split(fixes.pop())[1:]]) == 0
    judged = other.trade(key(KEY_FILE.replace(".pem", ".coinbase.key"), name), code_name="coinbase")
    assert (judged.errors, judged.key.usable, judged.task.ready) == ([], True, True)


@pytest.mark.parametrize(("version", "name"), [("2.7.62", "ed25519"), ("4.4.25", "ec"), (CCXT_4, "x25519")])
def test_where_binance_takes_no_form_of_a_key_a_new_pair_is_offered(site: Site, version: str, name: str) -> None:
    other = Site(site.root.parent / "other", version)
    other.put(KEY_FILE, private_pem(other_key(name)))
    found = other.trade(key()).finding("key-algorithm")
    assert found.fix is not None
    assert found.fix.command[:2] == ("superalgos-rsa", "setup")


def test_a_secret_that_the_exchange_must_decode_from_base64(site: Site) -> None:
    other = Site(site.root.parent / "other", CCXT_4)
    secret = "not!base64-at-all-but-long-enough"
    judged = other.trade(key(secret), code_name="kraken")
    assert (judged.errors, judged.key.signing, judged.key.usable) == (["path-not-found"], "none", False)
    other.put(KEY_FILE, secret)
    judged = other.trade(key(), code_name="kraken")
    assert (judged.errors, judged.key.usable) == (["pem-missing"], False)


@pytest.mark.parametrize("name", ["Binance", "nowhere", "Type_the_name_of_the_exchange", "", None, 5])
def test_an_exchange_that_the_engine_does_not_know(site: Site, name: object) -> None:
    site.put_key()
    used = site.trade(key(), code_name=name)
    assert (used.errors, used.key.usable, used.task.ready) == (["exchange-unknown"], False, False)
    assert used.report.findings[0].pointer == used.key.pointer.partition("/exchangeAccounts")[0] + "/config"
    unused = site.judge(site.workspace(ecosystem(exchange(key(), code_name=name))))
    assert (unused.errors, unused.finding("exchange-unknown").severity) == ([], "info")


@pytest.mark.parametrize(
    ("value", "switched_on"),
    [("false", True), ("true", True), ("no", True), (False, False), (True, False), (None, False), ("", False)],
)
def test_any_text_switches_the_testnet_on(site: Site, value: object, switched_on: bool) -> None:
    """The default of the platform's template is a text; who writes `true` means it."""
    site.put_key()
    judged = site.trade(key(), sandbox=value)
    assert (judged.errors, judged.key.usable) == (["exchange-sandbox"] if switched_on else [], not switched_on)
    unused = site.judge(site.workspace(ecosystem(exchange(key(), sandbox=value))))
    assert (unused.errors, unused.warnings) == ([], ["exchange-sandbox"] if switched_on else [])


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("kraken", "false", NO_TESTNET),
        ("kraken", True, NO_TESTNET),
        ("kraken", [], NO_TESTNET),
        ("kraken", False, None),
        ("kraken", 0, None),
        ("okx", "false", None),  # it has one; what that answers is not known
        ("okx", True, None),
        ("binance", "false", KEY_REFUSED),
    ],
)
@pytest.mark.parametrize("version", ["2.7.62", "4.4.25", "4.5.84"])
def test_without_a_test_network_nothing_is_sent(
    tmp_path: Path, version: str, name: str, value: object, cause: str | None
) -> None:
    site = Site(tmp_path, ccxt=version)
    secret = base64.b64encode(bytes(range(64))).decode() if name == "kraken" else HMAC_SECRET
    judged = site.trade(key(secret, password="p"), code_name=name, sandbox=value)
    switched_on = cause is not None or isinstance(value, str)
    assert (judged.errors, judged.task.ready) == (["exchange-sandbox"] if switched_on else [], not switched_on)
    if switched_on:
        assert judged.finding("exchange-sandbox").would_cause == cause


def test_portfolio_bots_do_not_look_for_the_sandbox_under_this_name(site: Site) -> None:
    site.put_key()
    judged = site.trade(key(), sandbox="false", bot=PORTFOLIO_BOT, session="Live Portfolio Session")
    assert (judged.errors, judged.warnings, judged.task.ready) == ([], ["exchange-sandbox"], True)


def test_the_testnet_of_the_exchange_that_is_traded_on_counts_wherever_the_key_stands(site: Site) -> None:
    site.put_key()
    own = key()
    home, traded = exchange(own), exchange(name="Traded", sandbox="false")
    document = site.workspace(network(traded, task(own)), ecosystem(home, traded))
    judged = site.judge(document)
    assert (judged.errors, judged.task.ready) == (["exchange-sandbox"], False)
    finding = judged.finding("exchange-sandbox")
    assert (finding.task_id, finding.pointer) == (judged.task.id, "/rootNodes/1/cryptoExchanges/0/exchanges/1/config")
    site.workspace(network(home, task(own)), ecosystem(home, traded))
    assert site.judge(document).errors == []


def test_a_key_outside_every_exchange_is_judged_for_the_one_its_task_trades_on(site: Site) -> None:
    site.put_key()
    own = key()
    for name, errors in (("binance", []), ("kraken", ["exchange-not-asymmetric"])):
        traded = exchange(code_name=name)
        judged = site.judge(site.workspace(network(traded, task(own)), ecosystem(traded), own))
        assert (judged.errors, judged.key.exchange, judged.task.ready) == (errors, name, not errors)


def test_the_same_key_in_two_nodes_is_an_info(site: Site) -> None:
    site.put_key()
    site.put_key("My-Secrets/other.pem", number=1)
    first, second = key(name="First"), key(name="Second", code_name="Q" * 64)
    judged = site.keep(first, second)
    assert "key-shared" in judged.rules("info")
    assert "First" in judged.finding("key-shared").message
    third = key("My-Secrets/other.pem", name="Third", code_name="Q" * 64)
    assert "key-shared" not in site.keep(first, third).rules("info")


def test_a_key_that_no_task_needs_is_an_info(site: Site) -> None:
    site.put_key()
    assert site.keep(key()).rules("info") == ["key-unused"]
    assert site.trade(key()).rules("info") == []
    assert site.trade(key(), session="Paper Trading Session").rules("info") == ["key-unused"]


def test_hmac_secrets_of_binance_work(site: Site) -> None:
    assert site.trade(key(HMAC_SECRET)).key.usable
