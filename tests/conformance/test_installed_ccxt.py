"""The installed ccxt is asked about whole credentials: it reads the files itself, sends nothing, and is believed."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import key_samples
import pytest

from superalgos_rsa.superalgos.engine import installed_ccxt
from superalgos_rsa.superalgos.engine.installed_ccxt import Question, Unavailable, ask
from superalgos_rsa.superalgos.engine.verdict import Answer

from .engines import HERE, PACKAGES

pytestmark = pytest.mark.usefixtures("engines")

API_KEY = "q7" * 32
RSA = key_samples.private_pem(key_samples.rsa_key(1024)).decode()
EC = key_samples.private_pem(key_samples.other_key("ec"), key_samples.PKCS1).decode()
HMAC_SECRET = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
BASE64 = "BwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRg=="

TAKEN = Answer("hmac", "text", None, None)
DECODED = Answer("hmac", "base64", None, None)
NO_EXCHANGE = Answer("none", None, "TypeError", None)


def _fields(**more: object) -> dict[str, object]:
    return {"apiKey": API_KEY, "secret": HMAC_SECRET, **more}


def _wants(field: str) -> Answer:
    return Answer("none", None, "AuthenticationError", field)


ALIKE: list[tuple[str, dict[str, object], Answer]] = [
    ("binance", _fields(), TAKEN),
    ("binance", _fields(secret=RSA), Answer("rsa", "private", None, None)),
    ("binance", _fields(secret="My-Secrets/k.pem"), Answer("rsa", "private", None, None)),
    ("binance", _fields(secret="My-Secrets/gone.pem"), TAKEN),
    ("binance", {"apiKey": API_KEY}, _wants("secret")),
    ("binance", {"secret": HMAC_SECRET}, _wants("apiKey")),
    ("kucoin", _fields(), _wants("password")),
    ("kucoin", _fields(password=""), _wants("password")),
    ("kucoin", _fields(password="passphrase"), TAKEN),
    ("okx", _fields(), _wants("password")),
    ("coinmate", _fields(), _wants("uid")),
    ("coinmate", _fields(uid=123456), TAKEN),
    ("kraken", _fields(secret=BASE64), DECODED),
    ("gemini", _fields(), Answer("none", None, "AuthenticationError", None)),
    ("gemini", _fields(apiKey="account-" + API_KEY), TAKEN),
    ("ndax", _fields(uid="1", password="p"), Answer("none", None, "AuthenticationError", None)),
    ("Binance", _fields(), NO_EXCHANGE),
    ("Exchange", _fields(), NO_EXCHANGE),
    ("constructor", _fields(), NO_EXCHANGE),
    ("__proto__", _fields(), NO_EXCHANGE),
]
DIFFERING: dict[tuple[str, str], tuple[Answer, ...]] = {
    # On ccxt 2.7.62, 4.4.25 and 4.5.84.
    ("coinbase", EC): (TAKEN, Answer("ecdsa", "private", None, None), Answer("ecdsa", "private", None, None)),
    ("coinbase", RSA): (TAKEN, *[Answer("none", None, "Error", None)] * 2),
    ("kraken", BASE64 + "\n"): (DECODED, *[Answer("none", None, "Error", None)] * 2),
    ("kraken", f'"{BASE64}"'): (Answer("hmac", "other", None, None), *[Answer("none", None, "Error", None)] * 2),
    ("hyperliquid", HMAC_SECRET): (NO_EXCHANGE, _wants("privateKey"), _wants("privateKey")),
    ("dydx", HMAC_SECRET): (NO_EXCHANGE, NO_EXCHANGE, Answer(None, None, None, None)),
    ("onetrading", HMAC_SECRET): (NO_EXCHANGE, *[Answer(None, "unused", None, None)] * 2),
}


def _install(root: Path, package: str) -> Path:
    (root / "node_modules").mkdir()
    (root / "node_modules/ccxt").symlink_to(HERE / "node_modules" / package)
    (root / "My-Secrets").mkdir()
    (root / "My-Secrets/k.pem").write_text(RSA)
    return root


def _questions(root: Path, asked: list[tuple[str, dict[str, object]]]) -> list[Question]:
    def text(secret: object) -> str:
        file = root / str(secret)[:200]
        return file.read_text() if secret and file.is_file() else str(secret or "")

    return [Question(exchange, fields, text(fields.get("secret"))) for exchange, fields in asked]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_credential_is_taken_or_refused_as_the_class_does(tmp_path: Path, package: str) -> None:
    asked = [(exchange, fields) for exchange, fields, _ in ALIKE]
    answers = ask(_install(tmp_path, package), _questions(tmp_path, asked))
    assert not isinstance(answers, Unavailable)
    assert list(answers) == [answer for _, _, answer in ALIKE]


@pytest.mark.parametrize(("package", "column"), [("ccxt-2", 0), ("ccxt-4.4", 1), ("ccxt-4", 2)])
def test_what_one_engine_does_another_may_not(tmp_path: Path, package: str, column: int) -> None:
    asked = [(exchange, _fields(secret=secret)) for exchange, secret in DIFFERING]
    answers = ask(_install(tmp_path, package), _questions(tmp_path, asked))
    assert not isinstance(answers, Unavailable)
    assert list(answers) == [row[column] for row in DIFFERING.values()]


def _of_our_own(root: Path, source: str) -> Path:
    (root / "node_modules/ccxt").mkdir(parents=True)
    package = {"name": "ccxt", "version": "2.7.62", "main": "index.js"}
    (root / "node_modules/ccxt/package.json").write_text(json.dumps(package))
    (root / "node_modules/ccxt/index.js").write_text(source)
    return root


_ONE = Question("binance", _fields(), HMAC_SECRET)


def test_nothing_asked_nothing_run(tmp_path: Path) -> None:
    assert ask(tmp_path, []) == ()


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("throw new Error('broken')", "cannot be loaded"),
        ("this is no JavaScript", "cannot be loaded"),
        ("process.exit(0)", "ended without an answer"),
        ("process.kill(process.pid, 'SIGKILL')", "ended without an answer"),
        ("for (;;) {}", "no answer within 2 seconds"),
    ],
)
def test_a_ccxt_that_cannot_be_asked_is_told(
    tmp_path: Path, source: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed_ccxt, "TIME_LIMIT", 1.0)
    answer = ask(_of_our_own(tmp_path, source), [_ONE])
    assert isinstance(answer, Unavailable)
    assert why in answer.reason


def test_without_ccxt_that_is_told(tmp_path: Path) -> None:
    assert ask(tmp_path, [_ONE]) == Unavailable("there is no ccxt in the installation's node_modules")


def test_a_class_that_can_do_nothing_tells_nothing(tmp_path: Path) -> None:
    source = "class binance {}; module.exports = { binance, exchanges: ['binance'] }"
    assert ask(_of_our_own(tmp_path, source), [_ONE]) == (Answer(None, None, None, None),)


@pytest.mark.parametrize(
    "connect",
    [
        "require('net').connect(PORT, '127.0.0.1')",
        "require('http').get('http://127.0.0.1:PORT/')",
        "fetch('http://127.0.0.1:PORT/')",
    ],
)
def test_nothing_leaves_the_machine_whatever_a_class_does(tmp_path: Path, connect: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        call = connect.replace("PORT", str(server.getsockname()[1]))
        source = (
            f"class binance {{ async createOrder() {{ await {call} }} async fetchBalance() {{ {call}; }} }};"
            "module.exports = { binance, exchanges: ['binance'] }"
        )
        assert not isinstance(ask(_of_our_own(tmp_path, source), [_ONE]), Unavailable)
        with pytest.raises(TimeoutError):
            server.accept()


def test_neither_question_nor_answer_shows_the_secret(tmp_path: Path) -> None:
    source = (
        "class binance { constructor(given) { throw new Error(given.secret) } };"
        "module.exports = { binance, exchanges: ['binance'] }"
    )
    answers = ask(_of_our_own(tmp_path, source), [_ONE])
    assert answers == (Answer("none", None, "Error", None),)
    assert HMAC_SECRET not in repr((_ONE, answers))
