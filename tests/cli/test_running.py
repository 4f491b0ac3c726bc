"""What a change means for a platform that runs: its next save overwrites it, and its tasks keep the key they have."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from installations import API_KEY, KEY_FILE, Site, ecosystem, entry, exchange, key, network, task, trading

from cli.conftest import Call

OTHER = API_KEY[::-1]
AGAIN = "while it runs it keeps the key of its start"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    found = Site(tmp_path / "Superalgos")
    found.put_key()
    found.put_key("My-Secrets/other.pem", number=1)
    monkeypatch.chdir(found.root)
    return found


def _named(err: str) -> list[str]:
    """The tasks that are to be started again."""
    return [line.split("“")[1].split("”")[0] for line in err.splitlines() if AGAIN in line]


def _two_keys(site: Site) -> Path:
    """A key that three tasks use, one of them without need, and another key with a task of its own."""
    used, other = key("gone.pem"), key(KEY_FILE, OTHER, "Other")
    traded = exchange(used, other)
    tasks = (task(used, "Live"), task(used, "Back", session="Backtesting Session"), task(other, "Elsewhere"))
    return site.workspace(network(traded, *tasks), ecosystem(traded))


def test_set_names_the_tasks_of_the_key_that_need_one(
    site: Site, call: Call, answering: Callable[[Path], object]
) -> None:
    document = _two_keys(site)
    answering(site.root)
    ended = call("set", document, "Key", "--secret", KEY_FILE)
    assert ended.code == 0
    assert "Superalgos is running; its next save overwrites this change" in ended.err
    assert _named(ended.err) == ["Live"]
    assert f"in {document}" in ended.err


def test_set_names_the_tasks_of_every_key_of_the_entry(
    site: Site, call: Call, answering: Callable[[Path], object]
) -> None:
    site.vault(entry("gone.pem"))
    one = site.workspace(*trading(key(""), name="First"), name="One")
    site.workspace(*trading(key("", name="Second"), name="Second"), name="Two")
    answering(site.root)
    assert _named(call("set", one, "Key", "--secret", KEY_FILE).err) == ["First", "Second"]


def test_values_that_stay_name_no_task(site: Site, call: Call, answering: Callable[[Path], object]) -> None:
    document = _two_keys(site)
    answering(site.root)
    assert _named(call("set", document, "Key", "--secret", "gone.pem").err) == []


def test_a_platform_that_is_not_there_names_no_task(site: Site, call: Call) -> None:
    assert call("set", _two_keys(site), "Key", "--secret", KEY_FILE).err == ""


@pytest.mark.skipif(sys.platform != "linux", reason="nobody tells which task a process runs")
def test_a_task_that_outlived_its_platform_is_named_with_its_process(site: Site, call: Call) -> None:
    document = _two_keys(site)
    tasks = {node["name"]: node["id"] for node in (task(key(), "Live"), task(key(), "Elsewhere"))}
    words = [sys.executable, "-c", "print(flush=True); input()", str(site.root / "TaskServerRoot.js"), tasks["Live"]]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()  # before that, the kernel may not know its words
        ended = call("set", document, "Key", "--secret", KEY_FILE)
        other = call("set", document, "Other", "--secret", "My-Secrets/other.pem")
        child.communicate(b"\n")
    assert f"task “Live” in {document} still runs without its platform, with the old key" in ended.err
    assert f"hint: end process {child.pid} before you start it again" in ended.err
    assert other.err == ""


def test_fix_and_undo_name_the_tasks(site: Site, call: Call, answering: Callable[[Path], object]) -> None:
    site.workspace(*trading(key("~/My-Secrets/k.pem")))
    answering(site.root)
    assert _named(call("fix").err) == []
    made = call("fix", "--apply", "--yes")
    assert "its next save overwrites these repairs" in made.err
    assert _named(made.err) == ["Task"]
    back = call("undo")
    assert back.code == 0
    assert "Superalgos is running; its next save overwrites what was taken back" in back.err
    assert _named(back.err) == ["Task"]
    told = json.loads(call("fix", "--apply", "--yes", "--format", "json").out)
    assert [found["task_name"] for found in told["restart"]] == ["Task"]


def test_undo_of_what_is_no_workspace_says_nothing_of_the_platform(
    site: Site, call: Call, answering: Callable[[Path], object]
) -> None:
    site.workspace(*trading(key()))
    (site.root / KEY_FILE).chmod(0o644)
    answering(site.root)
    assert call("fix", "--apply", "--yes").code == 0
    back = call("undo")
    assert (back.code, back.err) == (0, "")


def test_setup_names_the_tasks(site: Site, call: Call, answering: Callable[[Path], object]) -> None:
    document = site.workspace(*trading(key("gone.pem")))
    answering(site.root)
    ended = call("setup", document, "--key", "Key", "--key-file", KEY_FILE, "--code-name", OTHER)
    assert ended.code == 0
    assert _named(ended.err) == ["Task"]
