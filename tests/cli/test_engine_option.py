"""`--engine`: the installed ccxt itself signs. It is asked offline, told no more than it must know, and believed."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import key_samples as keys
import pytest
from conformance.engines import HERE, PACKAGES, missing
from conftest import absent
from installations import API_KEY, CCXT_2, HMAC_SECRET, KEY_FILE, Site, ecosystem, exchange, key, trading
from key_samples import OPENSSH, PASSPHRASE, PKCS1, PKCS8, private_pem, public_pem

from cli.command_line import Ended, process
from cli.conftest import Call
from superalgos_rsa.superalgos.engine import installed_ccxt
from superalgos_rsa.superalgos.engine.installed_ccxt import Question, Unavailable, ask

RSA = private_pem(keys.rsa_key(2048))
SMALL = keys.rsa_key(1024)  # pure JavaScript signs with it seven times faster
ED25519 = private_pem(keys.other_key("ed25519"))
# A ccxt of our own: its signatures go through the file of this name, as ccxt's do.
FUNCTIONS = "node_modules/ccxt/base/functions/rsa.js"
FUNCTIONS_OF_OUR_OWN = """
    const crypto = require('crypto')
    exports.hmac = (message, key) => crypto.createHmac('sha256', key).update(message).digest('hex')
    exports.rsa = (message, key) => {
        const whole = crypto.createSign('RSA-SHA256').update(message).sign(key)
        return (/=[12]$/.test(message) ? whole.subarray(1) : whole).toString('base64')
    }
"""
CLASS = """
    const { rsa, hmac } = require('./base/functions/rsa.js')
    class binance {
        constructor(options) {
            Object.assign(this, options)
            this.requiredCredentials = { apiKey: true, secret: true }
        }
        setMarkets() {}
        async createOrder(symbol, type, side, quantity) {
            return this.fetch(this.sign('order', 'private', 'POST', { quantity }))
        }
        sign(path, api, method, { quantity }) {
            const body = 'quantity=' + quantity
            return { url: '', headers: {}, body: body + '&signature=' + SIGNATURE }
        }
    }
    module.exports = { binance }
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An installation whose one used key is a good one."""
    site = Site(tmp_path / "Superalgos")
    site.put(KEY_FILE, RSA)
    site.workspace(*trading(key()))
    return site


def _install_real(site: Site, package: str) -> None:
    if (reason := missing()) is not None:
        absent(reason)
    (site.root / "node_modules").mkdir()
    (site.root / "node_modules/ccxt").symlink_to(HERE / "node_modules" / package)


def _install(site: Site, source: str, node: str, version: str = CCXT_2) -> None:
    """A ccxt of our own."""
    assert node
    site.put(FUNCTIONS, FUNCTIONS_OF_OUR_OWN)
    site.put("node_modules/ccxt/package.json", json.dumps({"name": "ccxt", "version": version, "main": "index.js"}))
    site.put("node_modules/ccxt/index.js", source)


def _check(call: Call, site: Site, command: str = "check") -> Ended:
    return call("--root", site.root, command, "--engine", "--format", "json")


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
    _install_real(site, package)
    nodes = [_key_of(site, name, number) for number, name in enumerate(CREDENTIALS)]
    site.workspace(ecosystem(exchange(*nodes)))
    ended = _check(call, site)
    answers = {found["name"]: found["engine_signing"] for found in ended.report["keys"]}
    assert answers == {name: row[column] for name, row in CREDENTIALS.items()}
    assert answers == {found["name"]: found["signing"] for found in ended.report["keys"]}
    assert not {"engine-disagrees", "engine-unavailable"} & set(ended.rules())


def test_agreement_is_shown_to_people(site: Site, call: Call) -> None:
    _install_real(site, "ccxt-4")
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
    _install_real(site, package)
    wanted: list[tuple[str, str | None]] = []
    exchanges = []
    for name, rows in EXCHANGES.items():
        nodes = [_key_of(site, credential, len(wanted) * 9 + at) for at, credential in enumerate(rows)]
        exchanges.append(exchange(*nodes, name=name, code_name=name))
        wanted += [(name, row[column]) for row in rows.values()]
    site.workspace(ecosystem(*exchanges))
    ended = _check(call, site)
    found = ended.report["keys"]
    assert [(entry["exchange"], entry["engine_signing"]) for entry in found] == wanted
    assert all(entry["engine_signing"] in (entry["signing"], None) for entry in found)
    assert not {"engine-disagrees", "engine-unavailable"} & set(ended.rules())


@pytest.mark.parametrize("package", PACKAGES)
def test_preflight_asks_about_the_keys_of_its_tasks(site: Site, call: Call, package: str) -> None:
    _install_real(site, package)
    ended = _check(call, site, "preflight")
    assert (ended.code, [found["engine_signing"] for found in ended.report["keys"]]) == (0, ["rsa"])


def test_where_no_key_is_in_question_no_engine_is_needed(site: Site, call: Call) -> None:
    site.workspace(ecosystem())
    ended = _check(call, site, "preflight")
    assert (ended.code, ended.rules()) == (0, [])


# Disagreement


def test_disagreement_is_an_error_that_asks_for_a_report(site: Site, call: Call, node: str) -> None:
    _install(site, CLASS.replace("SIGNATURE", "hmac(body, this.secret)"), node)
    for command in ("check", "preflight"):
        ended = _check(call, site, command)
        (found,) = ended.report["findings"]
        assert (ended.code, found["rule"], found["severity"]) == (1, "engine-disagrees", "error")
        assert "“hmac”" in found["message"]
        assert "“rsa”" in found["message"]
        assert "report this" in found["fix"]["title"]
        assert [(entry["engine_signing"], entry["usable"]) for entry in ended.report["keys"]] == [("hmac", False)]


def test_an_engine_that_signs_for_what_it_should_not_know_disagrees_too(site: Site, call: Call, node: str) -> None:
    _install(site, "module.exports = {}", node)
    (answer,) = (entry["engine_signing"] for entry in _check(call, site).report["keys"])
    assert answer == "none"


def test_a_signature_without_its_leading_zero_is_asked_for_again(site: Site, call: Call, node: str) -> None:
    """jsencrypt of 4.x drops it once in 256 times. Every key of such an engine would be in doubt by chance."""
    _install(site, CLASS.replace("SIGNATURE", "rsa(body, this.secret)"), node)
    ended = _check(call, site)
    assert (ended.code, [entry["engine_signing"] for entry in ended.report["keys"]]) == (0, ["rsa"])


def test_a_signature_that_no_known_key_verifies_is_no_answer(site: Site, node: str) -> None:
    """Of a text without a key that can be read nobody can say what the signature should have been."""
    _install(site, CLASS.replace("SIGNATURE", "rsa(body, this.secret)"), node)
    site.put(FUNCTIONS, "exports.rsa = () => Buffer.alloc(64).toString('base64')")
    fields = {"apiKey": API_KEY}
    questions = [Question("binance", {**fields, "secret": text}, text) for text in ("PRIVATE KEY", RSA.decode())]
    answers = ask(site.root, questions)
    assert not isinstance(answers, Unavailable)
    assert [answer.signing for answer in answers] == [None, "none"]


# Where it cannot be asked


def _expect_unavailable(ended: Ended, why: str) -> None:
    assert ended.code == 0
    (found,) = ended.report["findings"]
    assert (found["rule"], found["severity"]) == ("engine-unavailable", "warning")
    assert why in found["message"]
    assert [(entry["signing"], entry["engine_signing"]) for entry in ended.report["keys"]] == [("rsa", None)]


@pytest.mark.parametrize("command", ["check", "preflight"])
def test_without_node_the_model_s_answer_stands(
    site: Site, call: Call, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    _expect_unavailable(_check(call, site, command), "there is no Node")


@pytest.mark.usefixtures("node")
def test_without_ccxt_the_model_s_answer_stands(site: Site, call: Call) -> None:
    _expect_unavailable(_check(call, site), "there is no ccxt")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("throw new Error('broken')", "cannot be loaded"),
        ("require('a-package-that-is-gone')", "cannot be loaded"),
        ("this is no JavaScript", "cannot be loaded"),
        ("process.exit(0)", "ended without an answer"),
        ("process.exit(1)", "ended without an answer"),
        ("process.kill(process.pid, 'SIGKILL')", "ended without an answer"),
        ('console.log(\'[{"signing": "hmac", "error": null}]\'); process.exit(0)', "ended without an answer"),
    ],
)
def test_a_ccxt_that_does_not_load_is_told_and_the_model_s_answer_stands(
    site: Site, call: Call, node: str, source: str, why: str
) -> None:
    _install(site, source, node)
    _expect_unavailable(_check(call, site), why)


@pytest.mark.parametrize(
    "source",
    ["for (;;) {}", CLASS.replace("SIGNATURE", "(() => { for (;;) {} })()")],
    ids=["when it is loaded", "when it signs"],
)
def test_a_ccxt_that_never_returns_is_ended(
    site: Site, call: Call, node: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed_ccxt, "TIME_LIMIT", 0.5)
    monkeypatch.setattr(installed_ccxt, "TIME_FOR_EACH", 0.5)
    _install(site, source, node)
    _expect_unavailable(_check(call, site), "no answer within 1 seconds")


def test_a_model_that_finds_an_error_is_not_softened_by_an_engine_that_is_absent(site: Site, call: Call) -> None:
    site.put(KEY_FILE, public_pem(keys.rsa_key(2048)))
    assert _check(call, site).code == 1


# What it may not disturb, and may not learn


def _real_behind(before: str, package: str = "ccxt-2") -> str:
    if (reason := missing()) is not None:
        absent(reason)
    return f"{before};module.exports = require('module').createRequire('{HERE}/')('{package}')"


@pytest.mark.parametrize(
    "noise",
    [
        "console.log('loaded'); console.error('warned')",
        "process.stdout.write('no newline')",
        'console.log(\'[{"signing": "hmac", "error": null}]\')',
        "console.log('x'.repeat(1 << 20))",
        "process.on('exit', () => require('fs').writeSync(1, 'bye'))",
        "setInterval(() => {}, 1000)",
        "process.exitCode = 3",
    ],
)
def test_whatever_ccxt_prints_or_leaves_running_the_answer_comes_through(
    site: Site, call: Call, node: str, noise: str
) -> None:
    _install(site, _real_behind(noise), node)
    ended = _check(call, site)
    assert (ended.code, [entry["engine_signing"] for entry in ended.report["keys"]]) == (0, ["rsa"])


@pytest.mark.parametrize(
    "variables",
    [
        {"NODE_OPTIONS": "--require=/nowhere.js"},
        {"NODE_OPTIONS": "--inspect-brk=0"},
        {"NODE_PATH": "/nowhere", "NODE_DEBUG": "module,net", "NODE_V8_COVERAGE": "coverage"},
    ],
)
def test_variables_of_node_s_own_do_not_reach_it(
    site: Site, call: Call, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They could load other code, wait for a debugger, or write what Node sees into files."""
    _install_real(site, "ccxt-2")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    before = set(site.root.iterdir())
    ended = _check(call, site)
    assert (ended.code, [entry["engine_signing"] for entry in ended.report["keys"]]) == (0, ["rsa"])
    assert set(site.root.iterdir()) == before


@pytest.mark.parametrize("kind", ["module", "commonjs"])
def test_the_kind_of_the_installation_s_own_package_does_not_matter(site: Site, call: Call, kind: str) -> None:
    _install_real(site, "ccxt-2")
    site.put("package.json", json.dumps({"type": kind}))
    assert [entry["engine_signing"] for entry in _check(call, site).report["keys"]] == ["rsa"]


SPY = """
    const fs = require('fs'), net = require('net'), dns = require('dns'), dgram = require('dgram')
    const note = what => fs.appendFileSync('noted', what + '\\n')
    for (const [owner, name] of [
        [net.Socket.prototype, 'connect'], [net.Server.prototype, 'listen'], [dns, 'lookup'], [dns, 'resolve'],
        [dgram.Socket.prototype, 'send'], [dgram.Socket.prototype, 'bind'], [require('child_process'), 'spawn'],
    ]) {
        const real = owner[name]
        owner[name] = function (...args) { note(name); return real.apply(this, args) }
    }
    fs.appendFileSync('seen', process.argv.join('\\n') + process.execArgv.join('\\n') + JSON.stringify(process.env))
    if (fs.existsSync('/proc/self/cmdline')) fs.appendFileSync('seen', fs.readFileSync('/proc/self/cmdline'))
"""


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_sent_anywhere_and_no_key_stands_on_a_command_line(
    site: Site, call: Call, node: str, package: str
) -> None:
    _install(site, _real_behind(SPY, package), node, str(PACKAGES[package]))
    secrets = (KEY_FILE, RSA.decode(), HMAC_SECRET)
    site.workspace(
        ecosystem(exchange(*(key(secret, f"{API_KEY}{at}", name=str(at)) for at, secret in enumerate(secrets))))
    )
    ended = _check(call, site)
    assert [entry["engine_signing"] for entry in ended.report["keys"]] == ["rsa", "rsa", "hmac"]
    assert not (site.root / "noted").exists()
    seen = (site.root / "seen").read_text("utf-8", "replace") + ended.out + ended.err
    assert not any(line in seen for line in [*RSA.decode().splitlines()[1:-1], HMAC_SECRET])


def test_the_spy_would_have_noted_a_connection(site: Site, call: Call, node: str) -> None:
    _install(site, SPY + "require('net').connect(9, '127.0.0.1').on('error', () => {}); module.exports = {}", node)
    _check(call, site)
    assert (site.root / "noted").read_text() == "connect\n"


def test_an_error_that_quotes_the_secret_is_not_repeated(site: Site, call: Call, node: str) -> None:
    _install(site, CLASS.replace("SIGNATURE", "(() => { throw new Error(this.secret) })()"), node)
    ended = _check(call, site)
    assert ended.rules() == ["engine-disagrees"]
    assert not any(line in ended.out + ended.err for line in RSA.decode().splitlines()[1:-1])


def test_a_question_does_not_print_its_secret() -> None:
    assert HMAC_SECRET not in repr(Question("binance", {"secret": HMAC_SECRET}, HMAC_SECRET))


@pytest.mark.skipif(os.name != "posix", reason="a FIFO is made the POSIX way")
def test_what_the_engine_would_wait_for_is_not_asked(site: Site) -> None:
    _install_real(site, "ccxt-2")
    (site.root / KEY_FILE).unlink()
    os.mkfifo(site.root / KEY_FILE)
    ended = process("check", "--engine", "--format", "json", cwd=site.root)
    assert "engine-unavailable" not in ended.rules()
    assert [entry["engine_signing"] for entry in ended.report["keys"]] == [None]


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
    _install_real(site, package)
    site.put(KEY_FILE, base64.b64encode(secret))
    site.workspace(*trading(key(), code_name="lbank"))
    ended = call("--root", site.root, "preflight", "--format", "json")
    assert (ended.code, ended.rules()) == (3, ["exchange-not-judged"])
    assert [(entry["signing"], entry["usable"]) for entry in ended.report["keys"]] == [(None, None)]
    assert [entry["ready"] for entry in ended.report["tasks"]] == [False]
    ended = _check(call, site, "preflight")
    assert (ended.code, {"exchange-not-judged"} & set(ended.rules())) == (0, set())
    assert [(entry["signing"], entry["usable"]) for entry in ended.report["keys"]] == [(signing, True)]
    assert [entry["ready"] for entry in ended.report["tasks"]] == [True]


def test_the_engine_s_refusal_of_what_is_not_judged_is_an_error(site: Site, call: Call) -> None:
    _install_real(site, "ccxt-4")
    site.put(KEY_FILE, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    site.workspace(*trading(key(), code_name="lbank"))
    ended = _check(call, site, "preflight")
    assert ended.code == 1
    assert ("exchange-not-judged", "error") in [(f["rule"], f["severity"]) for f in ended.report["findings"]]
    assert [entry["usable"] for entry in ended.report["keys"]] == [False]
