"""A change that was made is told as made, also where standard output takes nothing or nobody reads it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import key_samples as keys
import pytest
from cli.command_line import Ended, process
from installations import API_KEY, Site, key, trading

from superalgos_rsa.superalgos import demo_installation as demo

FULL = ("sh", "-c", 'exec "$@" > /dev/full', "sh")
SET = ["set", demo.WORKSPACE, demo.MISTAKES[0].name, "--secret", demo.KEY_FILE]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    demo.build(folder)
    return folder


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "Superalgos"))


def unheard(*words: str, cwd: Path) -> Ended:
    ended = process(*words, cwd=cwd, before=FULL)
    assert "Traceback" not in ended.err
    assert "error: " not in ended.err
    return ended


@pytest.mark.parametrize("words", [SET, ["fix", "--apply", "--format", "json"]], ids=lambda words: words[0])
def test_a_change_is_told_with_its_number_and_its_exit_code(root: Path, words: list[str]) -> None:
    document = root / demo.WORKSPACE
    before = document.read_bytes()
    ended = unheard(*words, cwd=root)
    assert ended.code == (0 if words is SET else 1)
    assert document.read_bytes() != before
    assert "warning: written; `superalgos-rsa undo 1` takes it back, but standard output cannot be written" in ended.err
    ended = unheard("undo", "1", cwd=root)
    assert ended.code == 0
    assert f"warning: change 1 was taken back: {document}" in ended.err
    assert document.read_bytes() == before


def test_where_the_plan_cannot_be_shown_nothing_is_written(root: Path) -> None:
    """It is shown before it is made, so that what was made is never unknown."""
    before = (root / demo.WORKSPACE).read_bytes()
    ended = process("fix", "--apply", cwd=root, before=FULL)
    assert (ended.code, "cannot go on: No space left on device" in ended.err) == (2, True)
    assert (root / demo.WORKSPACE).read_bytes() == before


def made_by_keygen(site: Site) -> list[Path]:
    return [site.root / "My-Secrets/k.pem", site.root / "My-Secrets/k.pub.pem"]


def made_by_convert(site: Site) -> list[Path]:
    return [site.root / "My-Secrets/c.pem"]


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["keygen", "k"], made_by_keygen),
        (["convert", "k.txt", "-o", "My-Secrets/c.pem"], made_by_convert),
        (["setup", "--name", "k", "--code-name", API_KEY], made_by_keygen),
    ],
    ids=["keygen", "convert", "setup"],
)
def test_key_files_are_told(tmp_path: Path, words: list[str], made: Callable[[Site], list[Path]]) -> None:
    site = Site(tmp_path / "Superalgos")
    document = site.workspace(*trading(key("", "Paste your exchange API Key")))
    site.put("k.txt", keys.private_pem(keys.rsa_key(2048)))
    ended = unheard(*words, cwd=site.root)
    assert ended.code == 0
    files = made(site)
    assert all(path.stat().st_size > 200 for path in files)
    assert files[0].name in ended.err
    if words[0] == "setup":
        assert API_KEY in document.read_text("utf-8")
