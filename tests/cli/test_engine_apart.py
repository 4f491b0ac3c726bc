"""`--engine` where ccxt fails, hangs, prints or spies: it disturbs nothing, and is told no more than it must know."""

import json
import os
from pathlib import Path

import key_samples as keys
import pytest
from conformance.engines import HERE, PACKAGES, missing
from conftest import absent
from installations import API_KEY, HMAC_SECRET, KEY_FILE, Site, ecosystem, exchange, key
from key_samples import public_pem

from cli.command_line import Ended, process
from cli.conftest import Call
from cli.engine_sites import CLASS, RSA, check, install, install_real
from superalgos_rsa.superalgos.engine import installed_ccxt
from superalgos_rsa.superalgos.engine.installed_ccxt import Question

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
    _expect_unavailable(check(call, site, command), "there is no Node")


@pytest.mark.usefixtures("node")
def test_without_ccxt_the_model_s_answer_stands(site: Site, call: Call) -> None:
    _expect_unavailable(check(call, site), "there is no ccxt")


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
    install(site, source, node)
    _expect_unavailable(check(call, site), why)


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
    install(site, source, node)
    _expect_unavailable(check(call, site), "no answer within 1 seconds")


def test_a_model_that_finds_an_error_is_not_softened_by_an_engine_that_is_absent(site: Site, call: Call) -> None:
    site.put(KEY_FILE, public_pem(keys.rsa_key(2048)))
    assert check(call, site).code == 1


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
    install(site, _real_behind(noise), node)
    ended = check(call, site)
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
    install_real(site, "ccxt-2")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    before = set(site.root.iterdir())
    ended = check(call, site)
    assert (ended.code, [entry["engine_signing"] for entry in ended.report["keys"]]) == (0, ["rsa"])
    assert set(site.root.iterdir()) == before


@pytest.mark.parametrize("kind", ["module", "commonjs"])
def test_the_kind_of_the_installation_s_own_package_does_not_matter(site: Site, call: Call, kind: str) -> None:
    install_real(site, "ccxt-2")
    site.put("package.json", json.dumps({"type": kind}))
    assert [entry["engine_signing"] for entry in check(call, site).report["keys"]] == ["rsa"]


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
    install(site, _real_behind(SPY, package), node, str(PACKAGES[package]))
    secrets = (KEY_FILE, RSA.decode(), HMAC_SECRET)
    site.workspace(
        ecosystem(exchange(*(key(secret, f"{API_KEY}{at}", name=str(at)) for at, secret in enumerate(secrets))))
    )
    ended = check(call, site)
    assert [entry["engine_signing"] for entry in ended.report["keys"]] == ["rsa", "rsa", "hmac"]
    assert not (site.root / "noted").exists()
    seen = (site.root / "seen").read_text("utf-8", "replace") + ended.out + ended.err
    assert not any(line in seen for line in [*RSA.decode().splitlines()[1:-1], HMAC_SECRET])


def test_the_spy_would_have_noted_a_connection(site: Site, call: Call, node: str) -> None:
    install(site, SPY + "require('net').connect(9, '127.0.0.1').on('error', () => {}); module.exports = {}", node)
    check(call, site)
    assert (site.root / "noted").read_text() == "connect\n"


def test_an_error_that_quotes_the_secret_is_not_repeated(site: Site, call: Call, node: str) -> None:
    install(site, CLASS.replace("SIGNATURE", "(() => { throw new Error(this.secret) })()"), node)
    ended = check(call, site)
    assert ended.rules() == ["engine-disagrees"]
    assert not any(line in ended.out + ended.err for line in RSA.decode().splitlines()[1:-1])


def test_a_question_does_not_print_its_secret() -> None:
    assert HMAC_SECRET not in repr(Question("binance", {"secret": HMAC_SECRET}, HMAC_SECRET))


@pytest.mark.skipif(os.name != "posix", reason="a FIFO is made the POSIX way")
def test_what_the_engine_would_wait_for_is_not_asked(site: Site) -> None:
    install_real(site, "ccxt-2")
    (site.root / KEY_FILE).unlink()
    os.mkfifo(site.root / KEY_FILE)
    ended = process("check", "--engine", "--format", "json", cwd=site.root)
    assert "engine-unavailable" not in ended.rules()
    assert [entry["engine_signing"] for entry in ended.report["keys"]] == [None]
