"""No key gets into any output, whatever it is wrapped in and wherever it was typed; and no name commands a terminal."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from installations import KEY_FILE, Node, Site, ecosystem, entry, exchange, key, network, task, trading

from attack.heard import Heard
from attack.limits import attacked
from attack.slips import KINDS, WRAPPINGS, leaked, leaked_of, table
from superalgos_rsa.documents import schema
from superalgos_rsa.documents.edit import quote
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.regular import Content
from superalgos_rsa.fixer import diff
from superalgos_rsa.reports import json_report, stream, text, tree
from superalgos_rsa.superalgos.installation import Installation, open_installation
from superalgos_rsa.superalgos.vault import NO_VAULT, parse_vault
from superalgos_rsa.validator.collect import Settings, gather
from superalgos_rsa.validator.documents import Source, read_document
from superalgos_rsa.validator.report import Report
from superalgos_rsa.validator.validator import validate
from superalgos_rsa.watcher import transitions

SLIPS = list(table())
JUDGING = (
    "check", "check --verbose", "check --format json", "check --export --verbose", "check --output-file report.txt",
    "check --format json --output-file report.json", "preflight --format json", "show", "show --format json",
)  # fmt: skip
MENDING = ("fix", "fix --unsafe --format json")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    for name in ("SUPERALGOS_ROOT", "DATA_PATH", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return Site(tmp_path / "superalgos")


@pytest.fixture
def heard(site: Site, capfd: pytest.CaptureFixture[str]) -> Heard:
    return Heard(site, capfd)


def slips_in(said: str, slips: Sequence[tuple[str, str, str]]) -> list[str]:
    found = leaked_of((secret for _, secret, _ in slips), said)
    return [name for name, secret, _ in slips if secret in found]


def trading_keys(site: Site, keys: Sequence[Node], exchange_name: str = "kraken", **more: object) -> None:
    site.put_key()
    traded = exchange(*keys, code_name=exchange_name, name="Exchange")
    site.workspace(network(traded, *(task(one, name=f"Task {n}") for n, one in enumerate(keys))), ecosystem(traded))


def test_there_are_many_slips_and_each_holds_its_secret() -> None:
    assert len(SLIPS) > 3 * 39
    assert all(leaked(secret, typed) or "password" in name for name, secret, typed in SLIPS)


@pytest.mark.parametrize("exchange_name", ["binance", "kraken"])
def test_no_slip_in_secret_is_shown_by_any_command(site: Site, heard: Heard, exchange_name: str) -> None:
    keys = [key(typed, f"CodeName{n:04d}", name=f"Key {n}") for n, (_, _, typed) in enumerate(SLIPS)]
    trading_keys(site, keys, exchange_name)
    assert slips_in(heard.judge(JUDGING), SLIPS) == []


@pytest.mark.parametrize("at", range(0, len(SLIPS), 12))
def test_no_slip_in_secret_is_shown_by_a_repair(site: Site, heard: Heard, at: int) -> None:
    """Each is given the one key file there is, so that the diff has to tell what it takes the place of."""
    slips = SLIPS[at : at + 12 : 2]
    keys = [key(typed, f"aB3dE6gH{n:08d}" * 4, name=f"Key{n}") for n, (_, _, typed) in enumerate(slips)]
    trading_keys(site, keys, "binance")
    chosen = " ".join(f"--choose Key{n}={KEY_FILE}" for n in range(len(slips)))
    ways = ("fix", f"fix --unsafe --format json {chosen}", f"fix --unsafe --apply {chosen}", "undo", "undo --list")
    assert slips_in(heard.judge(ways), slips) == []
    assert '-"secret": "(' in heard.text


def test_no_slip_in_the_vault_is_shown(site: Site, heard: Heard) -> None:
    """The node's own value is another, so the two are told apart, and one of them is offered for the other."""
    names = [f"CodeName{n:04d}" for n in range(len(SLIPS))]
    site.vault(*(entry(typed, name) for name, (_, _, typed) in zip(names, SLIPS, strict=True)))
    trading_keys(site, [key("My-Secrets/gone.pem", name, name=f"Key {name}") for name in names])
    assert slips_in(heard.judge(JUDGING), SLIPS) == []


def test_no_slip_is_shown_that_is_mended_into_the_vault(site: Site, heard: Heard) -> None:
    slips = SLIPS[::12]
    names = [f"CodeName{n:04d}" for n in range(len(slips))]
    site.vault(*(entry("My-Secrets/gone.pem", name) for name in names))
    trading_keys(site, [key(typed, name, name=f"Key {name}") for name, (_, _, typed) in zip(names, slips, strict=True)])
    assert slips_in(heard.judge([*JUDGING, *MENDING, "fix --apply"]), slips) == []


@pytest.mark.parametrize("field", ["codeName", "uid", "password", "Secret", "apiKey"])
def test_no_slip_in_another_field_is_shown(site: Site, heard: Heard, field: str) -> None:
    slips = SLIPS[::8]
    keys = [key(KEY_FILE, **{"code_name" if field == "codeName" else field: typed}, name=f"Key {n}")
            for n, (_, _, typed) in enumerate(slips)]  # fmt: skip
    trading_keys(site, keys)
    assert slips_in(heard.judge([*JUDGING, *MENDING]), slips) == []


@pytest.mark.parametrize("spoil", [
    lambda text: text[:-1] + ",}", lambda text: text.replace('"', "\u201d"), lambda text: text.replace('"', ""),
    lambda text: text.replace('": "', '" "'), lambda text: text[:-1], lambda text: "\ufeff" + text,
    lambda text: text.replace("\\", ""), json.loads,
])  # fmt: skip
def test_no_slip_in_a_config_that_is_broken_is_shown(site: Site, heard: Heard, spoil: Callable[[str], object]) -> None:
    slips = SLIPS[::8]
    keys = [key(raw=spoil(json.dumps({"codeName": f"CodeName{n:04d}", "secret": typed})), name=f"Key {n}")
            for n, (_, _, typed) in enumerate(slips)]  # fmt: skip
    trading_keys(site, keys)
    assert slips_in(heard.judge([*JUDGING, *MENDING]), slips) == []


def test_no_slip_in_a_name_is_shown(site: Site, heard: Heard) -> None:
    """Of a key, a task, an exchange, a host: where a trader may type when the wrong field has the cursor."""
    in_one_piece = [slip for slip in SLIPS if "cut by blanks" not in slip[0]]
    for number, (name, secret, typed) in enumerate(in_one_piece[::9]):
        target = key("My-Secrets/gone.pem", name=typed)
        traded = exchange(target, code_name=typed, name=typed)
        site.workspace(network(traded, task(target, name=typed), host="localhost", name=typed), ecosystem(traded))
        heard.text = ""
        heard.judge([*JUDGING, *MENDING] if number % 4 == 0 else ["check", "show --format json", "fix"])
        assert not leaked(secret, heard.text), name


TYPED = (
    "check {}", "check {} --format json", "check ./{}", "show {}", "preflight {}", "preflight --task {}", "fix {}",
    "fix --choose K={}", "fix --search {}", "fix --public {}", "set {} Key --secret x.pem", "set W {} --secret x.pem",
    "set W Key {} --secret x.pem", "set W Key --secret", "pubkey {}", "pubkey k.pem --match {}", "convert {}",
    "convert k.pem -o {}/x", "setup {}", "setup W --key {}", "setup W --name {}", "setup W --key-file {}",
    "keygen {}", "rule {}", "schema {}", "run {} -- true", "run W -- {}", "undo {}", "--root {} check",
    "--config {} check", "check --output-file {}/x", "check --format {}", "check --{}", "check -{}", "{}",
    "watch --on-change {}", "check --max-size {}",
)  # fmt: skip


@pytest.mark.parametrize("words", TYPED)
def test_no_slip_that_is_typed_at_the_wrong_place_is_said_again(site: Site, heard: Heard, words: str) -> None:
    site.put_key()
    shutil.copy(site.root / KEY_FILE, "k.pem")
    document = site.workspace(*trading(key()))
    for name, secret, typed in SLIPS[::4]:
        if "\0" in typed or words.startswith("run W"):
            continue
        heard.text = ""
        line = [str(document) if word == "W" else word.replace("{}", typed) for word in words.split()]
        heard.run(*line)
        assert heard.text, "nothing was said"
        assert not leaked(secret, heard.text), (name, heard.text)


def test_a_process_of_its_own_keeps_within_the_limit_and_shows_none(site: Site) -> None:
    slips = SLIPS[::3]
    trading_keys(site, [key(typed, f"CodeName{n:04d}", name=f"Key {n}") for n, (_, _, typed) in enumerate(slips)])
    for words in (["check"], ["check", "--format", "json"], ["show"]):
        answer = attacked(["--root", str(site.root), *words])
        assert answer.holds
        assert answer.code == 1
        assert slips_in(answer.out + answer.err, slips) == []


# The law, on the functions themselves

MEMBERS = ("secret", "codeName", "uid", "name", "x")
EXCHANGES = ("binance", "kraken", "kucoin")


@st.composite
def slip(draw: st.DrawFn, *, whole: bool = False) -> tuple[str, str]:
    """A secret, and the text that was typed. `whole`: in one piece, with nothing but letters of base64 in it."""
    kinds = [kind for kind in KINDS if not (whole and kind == "password")]
    wraps = [wrap for name, wrap in WRAPPINGS.items() if not (whole and name.startswith("cut by"))]
    secret = KINDS[draw(st.sampled_from(kinds))](random.Random(draw(st.integers())))
    typed = secret
    for wrap in draw(st.lists(st.sampled_from(wraps), min_size=1, max_size=3)):
        typed = wrap(typed)
    return secret, typed


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    site = Site(tmp_path_factory.mktemp("law") / "superalgos")
    site.put_key()
    return open_installation(site.root, {})


def reported(installation: Installation, document: object, vault: object = None) -> Report:
    kept = NO_VAULT if vault is None else parse_vault(str(installation.vault), Content(json.dumps(vault).encode()))
    data = json.dumps(document).encode("utf-8", "surrogatepass")
    read = read_document(Source("w.json", Content(data)), kept, export=True)
    return validate(gather([read], installation, kept, Settings()))


def rendered(report: Report) -> Iterator[str]:
    for verbose in (False, True):
        yield text.render(report, color=False, width=100, verbose=verbose)
    yield tree.render(report, color=False, width=100)
    yield json_report.render(report)
    for moved in (transitions.start(report, 0.0), transitions.between(report, report._replace(findings=()), 1.0)):
        if moved is not None:
            yield stream.as_json(moved)
            yield stream.as_text(moved)
    yield repr(report)


@settings(max_examples=300)
@given(slip(), st.sampled_from(["secret", "vault", "code name", "broken"]), st.sampled_from(EXCHANGES))
def test_no_report_shows_a_secret_in_any_wrapping(
    installation: Installation, slip: tuple[str, str], place: str, exchange_name: str
) -> None:
    secret, typed = slip
    vault = [entry(typed)] if place == "vault" else None
    node = {
        "secret": lambda: key(typed), "vault": lambda: key(""), "code name": lambda: key(KEY_FILE, typed),
        "broken": lambda: key(raw=json.dumps({"codeName": "x", "secret": typed})[:-1] + ",}"),
    }[place]()  # fmt: skip
    document = {"type": "Workspace", "name": "W", "rootNodes": list(trading(node, code_name=exchange_name))}
    report = reported(installation, document, vault)
    assert schema.problems("report", json_report.to_dict(report)) == []
    for said in rendered(report):
        assert not leaked(secret, said)


@settings(max_examples=200)
@given(slip(whole=True), st.sampled_from(["key", "task", "exchange", "code name of the exchange"]))
def test_no_report_shows_a_secret_in_a_name(installation: Installation, slip: tuple[str, str], place: str) -> None:
    secret, typed = slip
    name = {place: typed}.get
    target = key("My-Secrets/gone.pem", name=name("key", "Key"))
    traded = exchange(target, name=name("exchange", "Exchange"), code_name=name("code name of the exchange", "binance"))
    roots = [network(traded, task(target, name=name("task", "Task"))), ecosystem(traded)]
    for said in rendered(reported(installation, {"type": "Workspace", "name": "W", "rootNodes": roots})):
        assert not leaked(secret, said)


@settings(max_examples=300)
@given(slip(), slip(), st.sampled_from(MEMBERS), st.sampled_from(["", ",", "]", "\u201d"]))
def test_no_diff_shows_a_secret_in_any_wrapping(
    before: tuple[str, str], after: tuple[str, str], member: str, junk: str
) -> None:
    texts = [json.dumps({member: typed}) for _, typed in (before, after)]
    old, new = (f'{{"config": {quote(text)}, "value": {quote(typed)}}}'.encode()
                for text, (_, typed) in ((texts[0][:-1] + junk, before), (texts[1], after)))  # fmt: skip
    said = "\n".join(diff.of_change(Change("path", old, new)))
    assert not leaked(before[0], said)
    assert not leaked(after[0], said)
