"""A printed command works when it is pasted into a shell, whatever the names in it are."""

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from installations import API_KEY, HMAC_SECRET, Site, ecosystem, exchange, key, trading

from cli.command_line import Ended, environment, process
from cli.on_terminal import INTERRUPT, converse

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash, which reads the command")

FILLED_IN = {"PATH_OF_THE_KEY_FILE": "-k.pem", "API_KEY_FROM_THE_EXCHANGE": API_KEY}
DASHED = ["-w.json", "--help", "-x y.json", "--", "-rf\x1b[31m.json", "-'\".json"]


def paste(line: str, cwd: Path, **variables: str) -> Ended:
    import subprocess

    tool = f'superalgos-rsa() {{ {shlex.quote(sys.executable)} -m superalgos_rsa "$@"; }}; '
    done = subprocess.run(
        ["bash", "-c", tool + line], cwd=cwd, env=environment(**variables), capture_output=True, text=True, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    found = Site(tmp_path / "superalgos")
    monkeypatch.chdir(found.root)
    found.put_key("-k.pem")
    found.put_key("My-Secrets/-k.pem")
    return found


def unnamed(node: dict[str, Any]) -> dict[str, Any]:
    """Only its name tells which key it is."""
    return {member: value for member, value in node.items() if member != "id"}


@pytest.mark.parametrize("name", DASHED)
@pytest.mark.parametrize("form", ["text", "json"])
def test_every_command_of_a_report_works_on_names_that_begin_with_a_dash(site: Site, name: str, form: str) -> None:
    """Documents, keys, values and files; in text as it is shown, in JSON as it is read."""
    keys = [
        unnamed(key(secret, name=f"--key {number}", code_name=f"{API_KEY[:-1]}{number}"))
        for number, secret in enumerate(['"-k.pem"', "-K.pem", " -k.pem", "-gone.pem", "", "~/-k.pem", "-k.pem"])
    ]
    document = site.workspace(ecosystem(exchange(*keys)))
    site.put(name, document.read_bytes())
    document.unlink()
    (site.root / "-k.pem").chmod(0o644)
    titles = _titles(form, "--", name)
    assert sum(title.startswith("superalgos-rsa set ") for title in titles) >= 5
    assert any(title.startswith("chmod ") for title in titles)
    for title in titles:
        ended = paste(title, site.root)
        assert ended.code == 0, (title, ended.err)
        assert not ended.err
    assert {json.loads(node["config"])["secret"] for node in _keys(site.root / name)} <= {"-k.pem", "My-Secrets/-k.pem"}


def _titles(form: str, *documents: str) -> list[str]:
    """What is to be pasted, filled in as its reader would."""
    if form == "json":
        ended = process("check", "--format", "json", *documents, cwd=Path.cwd())
        found = [finding["fix"]["title"] for finding in ended.report["findings"] if finding["fix"]]
    else:
        ended = process("check", "--verbose", *documents, cwd=Path.cwd(), variables={"COLUMNS": "500"})
        found = [line.partition("to mend: ")[2] for line in ended.out.splitlines() if "to mend: " in line]
    for placeholder, value in FILLED_IN.items():
        found = [
            title.replace(f" {placeholder}", f"={value}" if value.startswith("-") else f" {value}") for title in found
        ]
    return [title for title in found if title.startswith(("superalgos-rsa set", "chmod", "mkdir"))]


def _keys(path: Path) -> list[dict[str, Any]]:
    value = json.loads(path.read_text("utf-8"))
    exchange = value["rootNodes"][0]["cryptoExchanges"][0]["exchanges"][0]
    keys: list[dict[str, Any]] = exchange["exchangeAccounts"]["userAccounts"][0]["userKeys"]["keys"]
    return keys


def test_a_folder_is_made_below_a_root_that_begins_with_a_dash(tmp_path: Path) -> None:
    site = Site(tmp_path / "-root")
    site.workspace(*trading(key()))
    shutil.rmtree(site.root / "My-Secrets")
    ended = process("--root=-root", "check", "--format", "json", cwd=tmp_path)
    (title,) = {f["fix"]["title"] for f in ended.report["findings"] if f["rule"] == "vault-directory-missing"}
    assert paste(title, tmp_path).code == 0
    assert (site.root / "My-Secrets").is_dir()


def test_what_came_through_standard_input_is_mended_where_its_reader_says(site: Site) -> None:
    """It has no name, and a file that is called `-` is another thing."""
    document = site.workspace(ecosystem(exchange(key('"-k.pem"'))))
    ended = process("check", "--format", "json", "-", cwd=site.root, stdin=document.read_bytes())
    (fix,) = [finding["fix"] for finding in ended.report["findings"] if finding["rule"] == "path-quoted"]
    assert fix["title"].startswith("superalgos-rsa set WORKSPACE ")
    assert fix["applicability"] == "display"
    assert paste(fix["title"].replace("WORKSPACE", shlex.quote(str(document))), site.root).code == 0


def test_a_key_whose_name_may_be_a_secret_is_left_for_its_reader_to_name(site: Site) -> None:
    named = unnamed(key("~/My-Secrets/k.pem", name=f"Key {HMAC_SECRET}"))
    document = site.workspace(ecosystem(exchange(named)))
    titles = [finding.fix.title for finding in site.judge(document).report.findings if finding.fix]
    assert any(" KEY_NODE " in title for title in titles)
    ended = process("check", "--format", "json", str(document), cwd=site.root)
    assert HMAC_SECRET[:16] not in ended.out


@pytest.mark.parametrize("name", ["-w.json", "-x y\x1b[2J.json"])
def test_the_command_of_an_interrupted_conversation_works_on_a_name_with_a_dash(site: Site, name: str) -> None:
    document = site.workspace(ecosystem(exchange(unnamed(key("", "", name="-key")))))
    site.put(name, document.read_bytes())
    document.unlink()
    words = ["setup", "--key=-key", "--name", "made", "--", name]
    code, shown = converse(words, [("API key from the exchange: ", INTERRUPT)], site.root)
    assert code == 130
    line = next(line for line in shown.splitlines() if "To go on later: " in line)
    command = line.partition("To go on later: ")[2]
    ended = paste(command.replace(" setup ", f" setup --code-name {API_KEY} "), site.root)
    assert ended.code == 0, ended.err


@pytest.mark.parametrize("name", ["-w.json", "a b.json", "-c\x1b[2J.json"])
def test_a_command_in_a_hint_works_when_it_is_pasted(site: Site, name: str) -> None:
    site.put(name, site.workspace(ecosystem(exchange(key(raw="{")))).read_bytes())
    ended = process("set", "--secret", "x.pem", "--", name, "Key", cwd=site.root)
    assert ended.code == 2
    hint = next(line for line in ended.err.splitlines() if line.startswith("superalgos-rsa: hint: "))
    pasted = paste(hint.split("`")[1], site.root)
    assert pasted.code == 1, pasted.err
    assert "[config-invalid]" in pasted.out


@pytest.mark.parametrize("where", ["outside", "here", "above", "settings"])
def test_a_command_that_is_printed_away_from_the_installation_finds_it_when_it_is_pasted_there(
    site: Site, tmp_path: Path, where: str
) -> None:
    """As short as that goes: `--root` only where nothing else leads there, or where its settings would not count."""
    other = Site(tmp_path / "other")  # which nothing may be done to
    site.put_key("My-Secrets/other.pem", number=1)  # of two keys, nobody knows which is meant
    document = site.workspace(ecosystem(exchange(key("gone.pem"))))
    if where == "outside":
        document = document.rename(tmp_path / "shared.json")
    if where == "settings":
        site.put("superalgos-rsa.toml", "accept_rsa_4096 = true\n")
    cwd, named = (site.root, document) if where == "here" else (other.root, Path("..", document.relative_to(tmp_path)))
    found = process("--root", str(site.root), "check", "--format", "json", str(named), cwd=cwd)
    (title,) = (f["fix"]["title"] for f in found.report["findings"] if f["rule"] == "path-not-found")
    root = f"--root {site.root} " if where in ("outside", "settings") else ""
    assert title.startswith(f"superalgos-rsa {root}set ")
    pasted = paste(title.replace("PATH_OF_THE_KEY_FILE", "My-Secrets/-k.pem"), cwd)
    assert pasted.code == 0, pasted
    assert "My-Secrets/-k.pem" in document.read_text()


def test_the_note_of_a_plan_is_the_command_that_makes_just_that_plan(site: Site, tmp_path: Path) -> None:
    (site.root / "-k.pem").unlink()
    site.workspace(ecosystem(exchange(key("My-Secrets/-K.pem"))))
    planned = process("--root", str(site.root), "fix", cwd=tmp_path)
    assert planned.code == 1
    hint = next(line for line in planned.err.splitlines() if line.startswith("superalgos-rsa: hint: "))
    assert paste(hint.split("`")[1], tmp_path).code == 0
    assert process("--root", str(site.root), "check", cwd=tmp_path).code == 0
