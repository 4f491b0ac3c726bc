"""A message says first what the trader will see, and claims no more than is known."""

from __future__ import annotations

import pytest
from installations import API_KEY, CCXT_2, KEY_FILE, Site, ecosystem, key, network, task
from installations import exchange as exchange_node
from key_samples import other_key, private_pem, public_pem, rsa_key

REFUSED = "and every order will be refused"


@pytest.mark.parametrize(("ccxt", "verb"), [(CCXT_2, "will"), (None, "may")])
def test_orders_only_may_fail_where_the_version_of_ccxt_is_unknown(site: Site, ccxt: str | None, verb: str) -> None:
    other = Site(site.root.parent / "other", ccxt)
    other.put(KEY_FILE, private_pem(other_key("ed25519")))
    assert other.trade(key()).finding("key-algorithm").message.startswith(f"Every order {verb} fail: ")
    other.put(KEY_FILE, public_pem(rsa_key()))
    assert other.trade(key()).finding("pem-public").message.startswith(f"Every order {verb} be refused: ")


def test_a_path_that_leads_nowhere_says_that_orders_will_be_refused_and_a_device_does_not(site: Site) -> None:
    missing = site.trade(key("My-Secrets/nothing.pem")).finding("path-not-found").message
    assert missing.startswith(f"Superalgos will not find this file, {REFUSED}: ")
    assert REFUSED in site.trade(key("My-Secrets")).finding("path-not-a-file").message
    assert "refused" not in site.trade(key("/dev/null")).finding("path-not-a-file").message


def test_only_a_key_that_the_vault_covers_is_said_to_lose_its_secret(site: Site) -> None:
    site.put_key()
    loses = "The next save from the Superalgos page destroys this secret"
    covered = site.keep(key(code_name="")).finding("code-name-missing-secret")
    assert covered.message.startswith(loses)
    outside = site.judge(site.workspace(ecosystem(exchange_node(key(code_name="")), project="Other")))
    assert outside.finding("code-name-missing-secret").message.startswith("No order can be sent: ")


@pytest.mark.parametrize(("letter", "escape"), [("\t", r"\t"), ("\n", r"\n"), ("\f", r"\f"), ("\x07", None)])
def test_a_control_character_is_told_with_the_escape_that_made_it(site: Site, letter: str, escape: str | None) -> None:
    message = site.trade(key(f"My-Secrets{letter}able.pem")).finding("config-control-character").message
    assert message.startswith("Every order will fail: `secret` contains a ")
    assert (f"so write `\\{escape}` or `/`" in message) == (escape is not None)


def test_a_task_is_told_by_the_session_that_needs_the_key(site: Site) -> None:
    traded = exchange_node(key())
    judged = site.judge(site.workspace(network(traded, task(None)), ecosystem(traded)))
    assert judged.finding("task-key-reference-missing").message.startswith(
        "The Live Trading Session of this task will not start: "
    )


@pytest.mark.parametrize(("exchange", "verb"), [("binance", "will"), ("bitfinex", "may")])
def test_white_space_is_said_to_be_fatal_only_where_no_reader_passes_over_it(
    site: Site, exchange: str, verb: str
) -> None:
    secret = "Ab3dE6gH" * 8 + "\n"
    message = site.trade(key(secret, API_KEY), code_name=exchange).finding("secret-whitespace").message
    assert message.startswith(f"Every order {verb} be refused: `secret` ")
