"""`--engine`: the installed ccxt itself signs, and is believed."""

import base64
from typing import Any

import key_samples as keys
import pytest
from conformance.engines import PACKAGES
from installations import API_KEY, HMAC_SECRET, KEY_FILE, Site, ecosystem, exchange, key, trading
from key_samples import OPENSSH, PASSPHRASE, PKCS1, PKCS8, private_pem, public_pem

from cli.conftest import Call
from cli.engine_sites import CLASS, FUNCTIONS, RSA, SMALL, check, install, install_real
from superalgos_rsa.superalgos.engine.installed_ccxt import Question, Unavailable, ask

ED25519 = private_pem(keys.other_key("ed25519"))


# Agreement with the real engine

# What stands in the file, or, where it is a text, in the secret itself; what 2.x does with it; what 4.x does.
CREDENTIALS: dict[str, tuple[bytes | str, str, str]] = {
    "PKCS#8": (private_pem(SMALL), "rsa", "rsa"),
    "PKCS#1": (private_pem(SMALL, PKCS1), "rsa", "rsa"),
    "CRLF": (private_pem(SMALL).replace(b"\n", b"\r\n"), "rsa", "rsa"),
    "inline": (private_pem(SMALL).decode(), "rsa", "rsa"),
    "Ed25519": (ED25519, "none", "ed25519"),
    "truncated": (private_pem(SMALL)[:500], "none", "none"),
    "encrypted": (private_pem(SMALL, PKCS8, PASSPHRASE), "none", "none"),
    "encrypted by header": (private_pem(SMALL, PKCS1, PASSPHRASE), "none", "none"),
    "EC": (private_pem(keys.other_key("ec")), "none", "none"),
    "OpenSSH": (private_pem(SMALL, OPENSSH), "none", "none"),
    "public": (public_pem(SMALL), "hmac", "hmac"),
    "DER": (keys.private_der(SMALL), "hmac", "hmac"),
    "empty file": (b"", "none", "none"),
    "path of nothing": ("My-Secrets/gone.pem", "hmac", "hmac"),
    "HMAC secret": (HMAC_SECRET, "hmac", "hmac"),
}
ON_2, ON_4 = 1, 2


def _key_of(site: Site, name: str, number: int) -> Any:
    content = CREDENTIALS[name][0]
    secret = content
    if isinstance(content, bytes):
        secret = f"My-Secrets/{number}.key"
        site.put(str(secret), content)
    return key(secret, f"{API_KEY}{number}", name=name)


@pytest.mark.parametrize(("package", "column"), [("ccxt-2", ON_2), ("ccxt-4-jsencrypt", ON_4), ("ccxt-4", ON_4)])
def test_model_and_engine_agree_on_every_kind_of_credential(site: Site, call: Call, package: str, column: int) -> None:
    install_real(site, package)
    nodes = [_key_of(site, name, number) for number, name in enumerate(CREDENTIALS)]
    site.workspace(ecosystem(exchange(*nodes)))
    ended = check(call, site)
    answers = {found["name"]: found["engine_signing"] for found in ended.report["keys"]}
    assert answers == {name: row[column] for name, row in CREDENTIALS.items()}
    assert answers == {found["name"]: found["signing"] for found in ended.report["keys"]}
    assert not {"engine-disagrees", "engine-unavailable"} & set(ended.rules())


def test_agreement_is_shown_to_people(site: Site, call: Call) -> None:
    install_real(site, "ccxt-4")
    ended = call("--root", site.root, "check", "--engine")
    assert ended.code == 0
    assert "The installed engine itself was asked about 1 key and agrees on 1." in ended.out


# What each exchange's own orders are signed with; OKX wants a passphrase first.
EXCHANGES: dict[str, dict[str, tuple[str | None, str | None]]] = {
    **{
        name: {"PKCS#8": ("rsa", "rsa"), "HMAC secret": ("hmac", "hmac")}
        for name in ("binance", "binanceus", "binanceusdm", "binancecoinm")
    },
    "bybit": {"PKCS#8": ("hmac", "rsa"), "HMAC secret": ("hmac", "hmac")},
    "bybiteu": {"PKCS#8": ("none", "rsa")},
    "okx": {"PKCS#8": ("none", "none"), "HMAC secret": ("none", "none")},
    "gate": {"PKCS#8": ("hmac", "hmac"), "HMAC secret": ("hmac", "hmac")},
    "nosuch": {"PKCS#8": ("none", "none")},
    "constructor": {"PKCS#8": ("none", "none")},
}


@pytest.mark.parametrize(("package", "column"), [("ccxt-2", 0), ("ccxt-4-jsencrypt", 1), ("ccxt-4", 1)])
def test_each_exchange_is_asked_by_an_order_of_its_own(site: Site, call: Call, package: str, column: int) -> None:
    install_real(site, package)
    wanted: list[tuple[str, str | None]] = []
    exchanges = []
    for name, rows in EXCHANGES.items():
        nodes = [_key_of(site, credential, len(wanted) * 9 + at) for at, credential in enumerate(rows)]
        exchanges.append(exchange(*nodes, name=name, code_name=name))
        wanted += [(name, row[column]) for row in rows.values()]
    site.workspace(ecosystem(*exchanges))
    ended = check(call, site)
    found = ended.report["keys"]
    assert [(entry["exchange"], entry["engine_signing"]) for entry in found] == wanted
    assert all(entry["engine_signing"] in (entry["signing"], None) for entry in found)
    assert not {"engine-disagrees", "engine-unavailable"} & set(ended.rules())


@pytest.mark.parametrize("package", PACKAGES)
def test_preflight_asks_about_the_keys_of_its_tasks(site: Site, call: Call, package: str) -> None:
    install_real(site, package)
    ended = check(call, site, "preflight")
    assert (ended.code, [found["engine_signing"] for found in ended.report["keys"]]) == (0, ["rsa"])


def test_where_no_key_is_in_question_no_engine_is_needed(site: Site, call: Call) -> None:
    site.workspace(ecosystem())
    ended = check(call, site, "preflight")
    assert (ended.code, ended.rules()) == (0, [])


# Disagreement


def test_disagreement_is_an_error_that_asks_for_a_report(site: Site, call: Call, node: str) -> None:
    install(site, CLASS.replace("SIGNATURE", "hmac(body, this.secret)"), node)
    for command in ("check", "preflight"):
        ended = check(call, site, command)
        (found,) = ended.report["findings"]
        assert (ended.code, found["rule"], found["severity"]) == (1, "engine-disagrees", "error")
        assert "“hmac”" in found["message"]
        assert "“rsa”" in found["message"]
        assert "report this" in found["fix"]["title"]
        assert [(entry["engine_signing"], entry["usable"]) for entry in ended.report["keys"]] == [("hmac", False)]


def test_an_engine_that_signs_for_what_it_should_not_know_disagrees_too(site: Site, call: Call, node: str) -> None:
    install(site, "module.exports = {}", node)
    (answer,) = (entry["engine_signing"] for entry in check(call, site).report["keys"])
    assert answer == "none"


def test_a_signature_without_its_leading_zero_is_asked_for_again(site: Site, call: Call, node: str) -> None:
    """jsencrypt of 4.x drops it once in 256 times. Every key of such an engine would be in doubt by chance."""
    install(site, CLASS.replace("SIGNATURE", "rsa(body, this.secret)"), node)
    ended = check(call, site)
    assert (ended.code, [entry["engine_signing"] for entry in ended.report["keys"]]) == (0, ["rsa"])


def test_a_signature_that_no_known_key_verifies_is_no_answer(site: Site, node: str) -> None:
    """Of a text without a key that can be read nobody can say what the signature should have been."""
    install(site, CLASS.replace("SIGNATURE", "rsa(body, this.secret)"), node)
    site.put(FUNCTIONS, "exports.rsa = () => Buffer.alloc(64).toString('base64')")
    fields = {"apiKey": API_KEY}
    questions = [Question("binance", {**fields, "secret": text}, text) for text in ("PRIVATE KEY", RSA.decode())]
    answers = ask(site.root, questions)
    assert not isinstance(answers, Unavailable)
    assert [answer.signing for answer in answers] == [None, "none"]


# What the model does not judge


@pytest.mark.parametrize(
    ("package", "secret", "signing"),
    [
        ("ccxt-2", keys.private_der(SMALL), "rsa"),
        ("ccxt-4.4", keys.private_der(SMALL), "rsa"),
        ("ccxt-4", keys.private_der(SMALL), "rsa"),
    ],
)
def test_the_engine_says_what_the_model_does_not_judge(
    site: Site, call: Call, package: str, secret: bytes, signing: str
) -> None:
    install_real(site, package)
    site.put(KEY_FILE, base64.b64encode(secret))
    site.workspace(*trading(key(), code_name="lbank"))
    ended = call("--root", site.root, "preflight", "--format", "json")
    assert (ended.code, ended.rules()) == (3, ["exchange-not-judged"])
    assert [(entry["signing"], entry["usable"]) for entry in ended.report["keys"]] == [(None, None)]
    assert [entry["ready"] for entry in ended.report["tasks"]] == [False]
    ended = check(call, site, "preflight")
    assert (ended.code, {"exchange-not-judged"} & set(ended.rules())) == (0, set())
    assert [(entry["signing"], entry["usable"]) for entry in ended.report["keys"]] == [(signing, True)]
    assert [entry["ready"] for entry in ended.report["tasks"]] == [True]


def test_the_engine_s_refusal_of_what_is_not_judged_is_an_error(site: Site, call: Call) -> None:
    install_real(site, "ccxt-4")
    site.put(KEY_FILE, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    site.workspace(*trading(key(), code_name="lbank"))
    ended = check(call, site, "preflight")
    assert ended.code == 1
    assert ("exchange-not-judged", "error") in [(f["rule"], f["severity"]) for f in ended.report["findings"]]
    assert [entry["usable"] for entry in ended.report["keys"]] == [False]
