"""No secret gets out of files that fail in every way: each that was planted is sought in all that the tool says."""

import dataclasses
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from key_samples import PKCS8, other_key, private_pem, public_pem, rsa_key
from planted import Planted, keys_of, planted_key_files, planted_workspace

from superalgos_rsa.cli import main
from superalgos_rsa.cli.session import Session, judge
from superalgos_rsa.documents import schema
from superalgos_rsa.superalgos import demo_installation as demo
from superalgos_rsa.validator.facts import DocumentFacts

VAULT = "My-Secrets/workspace-credentials.json"


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


@pytest.fixture(scope="module")
def built(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("Superalgos")
    demo.build(root)
    for name, data in planted_key_files(planted):
        (root / "My-Secrets" / name).write_bytes(data)
    value = planted_workspace(planted)
    (root / demo.WORKSPACE).write_text(json.dumps(value, indent=4, ensure_ascii=False), "utf-8")
    names = [json.loads(key["config"])["codeName"] for key in keys_of(value)[:3]]
    entries: list[Any] = [{"type": "exchange", "key": name, "value": planted.text()} for name in names]
    entries += [
        {"type": "exchange", "key": planted.code_name(), "value": planted.text()},
        {"type": "github", "key": "user", "value": planted.text()},
        {"type": planted.text(), "key": planted.code_name(), "value": planted.text(), planted.text(): planted.text()},
        {"type": "exchange", "key": planted.code_name(), "value": [planted.text()]},
    ]
    (root / VAULT).write_text(json.dumps(entries, indent=4), "utf-8")
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation full of secrets, and a temporary folder of its own."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    root = Path(shutil.copytree(built, tmp_path / "Superalgos"))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.chdir(root)
    for name in ("SUPERALGOS_ROOT", "DATA_PATH"):
        monkeypatch.delenv(name, raising=False)
    return root


WAYS = ("check --export --verbose", "preflight --format json", "show")
EVERY_WAY = tuple(
    f"{command} {way}"
    for command in ("check", "check --export", "preflight", "show")
    for way in (
        "",
        "--verbose",
        "--quiet",
        "--format json",
        "--output-file report",
        "--format json --output-file report.json",
    )
)


class Listener:
    """Runs commands and keeps everything that they say."""

    def __init__(self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capfd, self.monkeypatch, self.heard = capfd, monkeypatch, ""

    def run(self, *words: str, stdin: bytes = b"") -> int:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(words)
        self.heard += "".join(self.capfd.readouterr())
        return code

    def judgements(self, *documents: str, stdin: bytes = b"", ways: Sequence[str] = WAYS) -> None:
        for way in ways:
            assert self.run(*way.split(), *documents, stdin=stdin) in (0, 1, 3)
        assert self.run("run", *documents[:1], "--", "false", stdin=stdin) in (0, 1, 3)
        for report in Path().glob("report*"):
            self.heard += report.read_text("utf-8")

    def temporary(self) -> None:
        """What lies in the temporary folder counts as said."""
        for folder, _, files in os.walk(tempfile.gettempdir()):
            for name in files:
                self.heard += name + (Path(folder) / name).read_bytes().decode("latin-1")


@pytest.fixture
def listener(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Listener:
    return Listener(capfd, monkeypatch)


def test_nothing_planted_gets_out_of_an_installation_full_of_secrets(
    root: Path, planted: Planted, listener: Listener
) -> None:
    listener.judgements(ways=EVERY_WAY)
    listener.judgements(demo.WORKSPACE, VAULT)
    listener.judgements("-", stdin=(root / demo.WORKSPACE).read_bytes())
    listener.temporary()
    assert "AbCd…wXyZ" in listener.heard
    assert len(planted.texts) > 200
    assert planted.found_in(listener.heard) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "x",
        lambda text: text.replace('"config"', "config"),
        lambda text: text.replace("\\n", "\n"),
        lambda text: text.replace("\\\\", "\\"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace('"', "“"),
        lambda text: "[" + text + "]",
        lambda text: text.replace('"type": "Workspace"', '"type": 5').replace("rootNodes", "nodes"),
        lambda text: text.replace('"rootNodes": [', '"rootNodes": [null, '),
        lambda text: text.replace("Exchange Account Key", "API Authorization Key"),
        lambda text: text.replace('"config": "', '"config": "x'),
        lambda text: json.dumps({**json.loads(text), "rootNodes": json.loads(text)["rootNodes"][:0:-1]}),
        lambda text: text.replace("Binance", "Bin\udcffance"),
    ],
)
def test_nothing_planted_gets_out_of_a_document_that_fails(
    root: Path, planted: Planted, listener: Listener, spoil: Any
) -> None:
    text = (root / demo.WORKSPACE).read_text("utf-8")
    (root / demo.WORKSPACE).write_bytes(spoil(text).encode("utf-8", "surrogateescape"))
    listener.judgements(demo.WORKSPACE)
    listener.run("set", demo.WORKSPACE, "Key 1", "--secret", "x.pem")
    listener.temporary()
    assert planted.found_in(listener.heard) == []


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "\ufeff" + t, lambda t: t.replace('"value"', "value"),
                                   lambda t: '{"list": ' + t + "}", lambda t: t.replace("exchange", "Exchange"),
                                   lambda t: "[" + t + "]"])  # fmt: skip
def test_nothing_planted_gets_out_of_a_vault_that_fails(
    root: Path, planted: Planted, listener: Listener, spoil: Any
) -> None:
    (root / VAULT).write_text(spoil((root / VAULT).read_text("utf-8")), "utf-8")
    listener.judgements()
    listener.judgements(VAULT)
    listener.run("set", demo.WORKSPACE, "Key 1", "--secret", "x.pem")
    assert planted.found_in(listener.heard) == []


def test_nothing_planted_gets_out_of_a_secret_file_taken_for_a_document_or_for_settings(
    root: Path, planted: Planted, listener: Listener
) -> None:
    for path in sorted((root / "My-Secrets").iterdir()):
        listener.run("check", "--format", "json", str(path))
        listener.run("check", "--verbose", str(path))
        listener.run("--config", str(path), "check", "--quiet")
        listener.run("set", str(path), "any", "--secret", "x.pem")
    assert planted.found_in(listener.heard) == []


def test_nothing_planted_gets_out_of_set(root: Path, planted: Planted, listener: Listener) -> None:
    value = json.loads((root / demo.WORKSPACE).read_text("utf-8"))
    for key in keys_of(value):
        listener.run("set", demo.WORKSPACE, key["name"], "--secret", demo.KEY_FILE, "--code-name", planted.code_name())
    listener.run("set", demo.WORKSPACE, "Key", "--secret", demo.KEY_FILE)
    listener.run("set", demo.WORKSPACE, planted.code_name(), "--secret", demo.KEY_FILE)
    listener.run("set", demo.WORKSPACE, "Key 1", "--code-name", f" {planted.text()}")
    listener.run("set", "nowhere.json", planted.code_name(), "--code-name", planted.text())
    listener.temporary()
    assert "has new values" in listener.heard
    assert planted.found_in(listener.heard) == []


PEM = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n"


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    "words",
    [
        ["set", demo.WORKSPACE, "Key 1", "--secret", PEM],
        ["set", demo.WORKSPACE, "Key 1", "--code-name", PEM],
        ["set", demo.WORKSPACE, "Key 1", f"--secret={PEM}"],
        ["set", demo.WORKSPACE, "Key 1", PEM],
        ["set", demo.WORKSPACE, PEM, "--secret", "x"],
        ["set", PEM, "Key 1", "--secret", "x"],
        ["set", demo.WORKSPACE, "Key 1", "--secret", *PEM.split()],
        ["set", demo.WORKSPACE, "Key 1", *PEM.split()],
        ["set", demo.WORKSPACE, "Key 1", "--secret", "a", "{}"],
        ["set", demo.WORKSPACE, "Key 1", "--sceret={}"],
        ["set", demo.WORKSPACE, "Key 1", "--{}"],
        ["check", PEM],
        ["check", "--format", PEM],
        ["check", "--format", "{}{}"],
        ["check", "--max-size", "{}{}"],
        ["check", "--{}{}"],
        ["preflight", "--task", PEM],
        ["rule", PEM],
        ["schema", PEM],
        [PEM],
        ["{}{}"],
        ["--root", PEM, "check"],
        ["--config", PEM, "check"],
        ["run", PEM, "--", "true"],
        ["pubkey", PEM],
        ["convert", PEM],
    ],
    ids=lambda words: " ".join(words)[:60],
)
def test_a_secret_typed_in_the_wrong_place_is_not_said_again(
    planted: Planted, listener: Listener, words: list[str]
) -> None:
    assert listener.run(*(word.replace("{}", planted.text()) for word in words)) == 2
    assert listener.heard.startswith("superalgos-rsa: error: ")
    assert planted.found_in(listener.heard) == []


def test_the_text_of_an_exception_is_not_said(
    planted: Planted, listener: Listener, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails, in a rule or outside of one, may quote what it failed on."""

    def fail(*values: Any, **_: Any) -> Any:
        raise ValueError(f"{planted.text()} {values!r}")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "problems", fail)
        listener.judgements(demo.WORKSPACE)
    assert "[internal-error]" in listener.heard
    # The first two fail for one key or document, which is a finding; the last fails for all of them.
    of_one = ("superalgos_rsa.validator.exchange_classes.judge", "superalgos_rsa.validator.documents.read_workspace")
    fails = {**dict.fromkeys(of_one, 1), "json.dumps": 2}
    for where, code in fails.items():
        with monkeypatch.context() as patch:
            patch.setattr(where, fail)
            assert listener.run("check", "--format", "json") == code
    assert "superalgos-rsa: error: internal error: ValueError at " in listener.heard
    assert "Traceback" not in listener.heard
    assert planted.found_in(listener.heard) == []
    assert root.is_dir()


def test_a_broken_schema_file_is_an_internal_error_that_quotes_nothing(
    root: Path, planted: Planted, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "QUICK", {})
    monkeypatch.setattr(schema, "text", lambda name: "{" + planted.text())
    schema._validator.cache_clear()
    listener.judgements(demo.WORKSPACE)
    schema._validator.cache_clear()
    assert "[internal-error]" in listener.heard
    assert planted.found_in(listener.heard) == []
    assert root.is_dir()


def test_pubkey_and_convert_say_nothing_of_the_private_half(root: Path, planted: Planted, listener: Listener) -> None:
    passphrase = planted.text()
    (root / "My-Secrets/locked.pem").write_bytes(private_pem(rsa_key(number=9), PKCS8, passphrase.encode()))
    said = 0
    for path in sorted((root / "My-Secrets").iterdir()):
        for words in (["pubkey"], ["convert", "-o", f"{path}.copy"]):
            said += listener.run(*words, str(path)) == 0
    assert said > 10
    public = "".join(public_pem(rsa_key(number=number)).decode() for number in (7, 8, 9))
    public += "".join(public_pem(key).decode() for key in (rsa_key(1024), other_key("ec"), other_key("ed25519")))
    assert [text for text in planted.found_in(listener.heard) if text not in public] == []
    clean = load_pem_private_key((root / "My-Secrets/one-line.pem.copy").read_bytes(), None)
    assert private_pem(clean) == private_pem(rsa_key(number=7))


def test_the_report_holds_nothing_planted(root: Path, planted: Planted) -> None:
    _, report = judge(Session(str(root), None), (), export=True)
    assert len(report.keys) > 50
    assert planted.found_in(repr(report)) == []


NOTHING = DocumentFacts("nothing", None)


def test_no_value_shows_a_secret_in_its_repr(root: Path, planted: Planted) -> None:
    all_facts, _ = judge(Session(str(root), None), (), export=True)
    assert len(all_facts.keys) > 50
    # Every key and task shows its whole document; once is enough.
    keys = [dataclasses.replace(key, document=NOTHING) for key in all_facts.keys]
    tasks = [dataclasses.replace(task, document=NOTHING, key=None) for task in all_facts.tasks]
    shown = repr((keys, tasks, dataclasses.replace(all_facts, keys=(), tasks=())))
    assert planted.found_in(shown) == []
