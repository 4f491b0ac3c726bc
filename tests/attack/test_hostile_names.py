"""No name commands the terminal: control characters, C1, marks of direction and what no eye can see are escapes."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from installations import Site, ecosystem, exchange, key, network, task
from key_samples import public_pem, rsa_key

from attack.heard import Heard
from attack.limits import attacked

if os.name != "posix":
    pytest.skip("file names of this system hold no such characters", allow_module_level=True)

# The last but one is a byte that is no UTF-8. Tab and blank are left out: the lines below are split at those.
H = "\x1b[31m\x1b]0;t\x07\x9b2J\u202e\u2066\u061c\u200f\u2028\u200b\ufeff\u00ad\U000e0041\x7f\udcff\r"
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}


def obeyed(said: str) -> set[str]:
    """Characters that no eye can see, or that a terminal obeys."""
    return {letter for letter in said if unicodedata.category(letter) in OBEYED and letter != "\n"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An installation whose every name is hostile, as are those of the files in it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    for name in ("SUPERALGOS_ROOT", "DATA_PATH", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    site = Site(tmp_path / f"S{H}")
    site.put_key(f"My-Secrets/k{H}.pem").chmod(0o644)
    site.put_key(f"My-Secrets/k{H}.pem.bak")
    site.put(f"My-Secrets/k{H}.pub.pem", public_pem(rsa_key(number=1)))
    secrets = ("My-Secrets/k*.pem", "gone*/k.pem", "'My-Secrets/k*.pem'", "", "~/k.pem")
    targets = [key(secret, "Code*Name*", name=f"Key {n}*") for n, secret in enumerate(secrets)]
    traded = exchange(*targets, name="Exchange *", code_name="binance*")
    tasks = [task(target, name="Task *") for target in targets]
    _write(site, "W", network(traded, *tasks, name="LAN *"), ecosystem(traded))
    _write(site, "X", ecosystem(exchange(key("'My-Secrets/k*.pem'", name="Key *"))))
    return site


def _write(site: Site, name: str, *roots: object) -> None:
    """In ASCII, for JSON holds a lone surrogate as an escape alone."""
    value = {"type": "Workspace", "name": f"{name}*", "config": "{}", "rootNodes": list(roots)}
    site.put(f"Platform/My-Workspaces/{name}{H}.json", json.dumps(_hostile(value)))


def _hostile(value: Any) -> Any:
    """Every star becomes what is hostile, in the JSON within the JSON too."""
    if isinstance(value, dict):
        made = {name: _hostile(item) for name, item in value.items()}
        return made | {name: json.dumps(_hostile(json.loads(value[name]))) for name in value if name == "config"}
    if isinstance(value, list):
        return [_hostile(item) for item in value]
    return value.replace("*", H) if isinstance(value, str) else value


SPOKEN = (
    "check", "check --verbose", "check --format json", "check --export --output-file report", "show",
    "show --format json", "check --format json --output-file report", "preflight", "preflight --format json",
    "run -- true", "fix", "fix --format json", "fix --unsafe --apply", "undo --list", "undo",
    "set X KEY --secret x.pem", "set X KEY --code-name y", "set X none --secret x", "keygen made", "keygen made",
    "pubkey K", "pubkey K --match P", "convert K", "convert K", "convert none*", "none*",
    "setup X --key KEY --key-file K --code-name y", "setup X --key none* --name z", "check none*", "rule none*",
    "--config none* check", "--root none* check", "check --output-file D", "check --*", "fix --choose none*=none*",
)  # fmt: skip


@pytest.mark.parametrize("line", SPOKEN)
def test_no_command_says_a_name_raw(site: Site, capfd: pytest.CaptureFixture[str], line: str) -> None:
    """JSON and files included."""
    documents, secrets = site.root / "Platform/My-Workspaces", site.root / "My-Secrets"
    files = {"X": f"{documents}/X{H}.json", "K": f"{secrets}/k{H}.pem", "P": f"{secrets}/k{H}.pub.pem"}
    known = {**files, "KEY": f"Key {H}", "D": str(secrets)}
    heard = Heard(site, capfd)
    before = {"undo": "fix --unsafe --apply"}.get(line.split()[0])
    for words in filter(None, (before, line)):
        heard.run(*(known.get(word, word.replace("*", H)) for word in words.split()))
    assert not obeyed(heard.text)
    assert "Traceback" not in heard.text
    assert heard.text or line == "run -- true"


@pytest.mark.parametrize("line", ["check", "check --format json", "show", "fix --format json", "keygen made"])
def test_no_process_says_a_name_raw(site: Site, line: str) -> None:
    """In bytes, as a terminal gets them."""
    answer = attacked(["--root", str(site.root), *line.split()])
    assert answer.holds
    assert answer.out
    assert not obeyed(answer.out + answer.err)
