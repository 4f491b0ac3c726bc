"""The whole credential: what the exchange's class wants, under which names, and what is not judged."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from conformance.engines import HERE, missing
from conftest import absent
from installations import API_KEY, KEY_FILE, Site, key
from key_samples import private_pem, rsa_key

SECRET = "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2"
BASE64 = b64encode(bytes(range(7, 71))).decode()
TEMPLATE = "REPLACE_THIS_STRING_WITH_YOUR_PASSWORD_IF_NECESSARY"


@pytest.mark.parametrize(
    ("exchange", "code_name", "field", "value"),
    [
        ("kucoin", "5f3113a1689401000612a12a", "password", "p"),
        ("okx", "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a3", "password", "p"),
        ("coinmate", API_KEY, "uid", 123456),
    ],
)
def test_a_field_that_the_exchange_requires_is_asked_for(
    site: Site, exchange: str, code_name: str, field: str, value: Any
) -> None:
    judged = site.trade(key(SECRET, code_name), code_name=exchange)
    assert judged.errors == ["credential-incomplete"]
    assert f"ccxt wants `{field}` for {exchange}" in judged.finding("credential-incomplete").message
    assert (judged.key.signing, judged.key.usable, judged.task.ready) == ("none", False, False)
    judged = site.trade(key(SECRET, code_name, **{field: value}), code_name=exchange)
    assert (judged.errors, judged.warnings, judged.key.usable) == ([], ["secret-exposed"], True)


def test_where_a_field_is_missing_nothing_is_sent_whatever_the_secret_is(site: Site) -> None:
    finding = site.trade(key("My-Secrets/gone.pem"), code_name="kucoin").finding("path-not-found")
    assert (finding.would_cause or "").startswith("Nothing reaches the exchange")
    finding = site.trade(key("My-Secrets/gone.pem", password="p"), code_name="kucoin").finding("path-not-found")
    assert finding.would_cause is None, "what KuCoin would say, nobody knows"


@pytest.mark.parametrize("value", ["", None, TEMPLATE, f" {TEMPLATE}\n"])
def test_nothing_and_the_template_s_text_are_no_passphrase(site: Site, value: object) -> None:
    judged = site.trade(key(SECRET, password=value), code_name="kucoin")
    assert (judged.errors, judged.key.usable) == (["credential-incomplete"], False)


def test_the_template_s_text_harms_nothing_where_nobody_wants_the_field(site: Site) -> None:
    site.put_key()
    judged = site.trade(key(password=TEMPLATE, uid="REPLACE_THIS_STRING_WITH_YOUR_UID_IF_NECESSARY"))
    assert (judged.errors, judged.key.usable) == ([], True)


def test_an_exchange_that_wants_what_superalgos_never_hands_over_takes_no_key(site: Site) -> None:
    other = Site(site.root.parent / "other", "4.5.84")
    judged = other.trade(key(SECRET), code_name="hyperliquid")
    assert judged.errors == ["credential-incomplete"]
    assert "never hands over" in judged.finding("credential-incomplete").message
    assert judged.key.usable is False


def test_an_api_key_without_the_word_that_the_class_looks_for_is_refused(site: Site) -> None:
    judged = site.trade(key(SECRET), code_name="gemini")
    assert (judged.errors, judged.key.usable) == (["credential-incomplete"], False)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("passphrase", "password"),
        ("Password", "password"),
        ("API_KEY", "codeName"),
        ("Secret", "secret"),
        ("UID", "uid"),
    ],
)
def test_a_field_under_a_wrong_name_is_told_with_the_right_one(site: Site, name: str, meant: str) -> None:
    site.put_key()
    judged = site.trade(key(**{name: "value of the field"}))
    assert f"it reads `{meant}`" in judged.finding("config-unknown-field").message
    assert "value of the field" not in repr(judged.report)


@pytest.mark.parametrize("name", ["comment", "note", "environment"])
def test_other_fields_are_nobody_s_mistake(site: Site, name: str) -> None:
    site.put_key()
    assert site.trade(key(**{name: "…"})).warnings == []


@pytest.mark.parametrize(
    ("text", "usable"),
    [(BASE64, True), (BASE64 + "\n", True), (BASE64.rstrip("=") + "\r\n", True), (f'"{BASE64}"', False)],
)
def test_kraken_on_2_signs_the_same_behind_a_line_break_and_otherwise_in_quotes(
    site: Site, text: str, usable: bool
) -> None:
    site.put(KEY_FILE, text)
    judged = site.trade(key(), code_name="kraken")
    assert (judged.errors == [], judged.key.signing, judged.key.usable) == (usable, "hmac", usable)


@pytest.mark.parametrize(
    ("version", "warned"), [("2.7.62", False), ("4.4.25", True), ("4.5.59", True), ("4.5.84", False)]
)
def test_short_signatures_are_told_of_the_engines_that_make_them(site: Site, version: str, warned: bool) -> None:
    other = Site(site.root.parent / "other", version)
    other.put_key()
    judged = other.trade(key())
    assert (judged.errors, judged.key.usable) == ([], True)
    assert judged.warnings == (["engine-short-signature"] if warned else [])


def test_the_installed_class_is_right_where_the_table_is_not(site: Site) -> None:
    """A class that a later ccxt of the same number changed: what its own file says counts."""
    site.put_key()
    folder = "node_modules/ccxt/js"
    site.put("node_modules/ccxt/ccxt.js", "const exchanges = {\n    'binance': require('./js/binance.js'),\n}\n")
    site.put(
        f"{folder}/binance.js",
        "const Exchange = require ('./base/Exchange');\nmodule.exports = class binance extends Exchange {\n"
        "    describe () { return { 'requiredCredentials': {\n            'password': true,\n        } } }\n"
        "    sign (path) {\n        this.checkRequiredCredentials ();\n"
        "        this.hmac (path, this.encode (this.secret));\n    }\n}\n",
    )
    judged = site.trade(key())
    assert "credential-incomplete" in judged.errors
    assert judged.key.usable is False
    assert site.trade(key(), code_name="bybit").errors == ["exchange-unknown"]


@pytest.mark.parametrize("package", ["ccxt-2", "ccxt-4.4", "ccxt-4"])
def test_the_real_class_is_read_where_it_is_installed(tmp_path: Path, package: str) -> None:
    if (reason := missing()) is not None:
        absent(reason)
    other = Site(tmp_path / "real")
    (other.root / "node_modules").mkdir(exist_ok=True)
    (other.root / "node_modules/ccxt").symlink_to(HERE / "node_modules" / package)
    other.put(KEY_FILE, private_pem(rsa_key(2048)))
    judged = other.trade(key())
    assert judged.all_facts.keys[0].exchange_class is not None
    assert judged.all_facts.keys[0].exchange_class.source == "class"
    assert (judged.errors, judged.key.usable) == ([], True)
    assert API_KEY not in repr(judged.report)


@pytest.mark.parametrize("secret", ["My-Secrets/missing.pem", "/dev/null", "~/k.pem", "", "any text"])
def test_nothing_is_wrong_with_the_secret_of_an_exchange_that_uses_none(site: Site, secret: str) -> None:
    other = Site(site.root.parent / "other", "4.5.84")
    judged = other.trade(key(secret), code_name="onetrading")
    assert (judged.errors, judged.key.usable, judged.task.ready) == ([], True, True)
