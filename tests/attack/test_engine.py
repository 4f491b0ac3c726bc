"""`--engine` runs the program of a folder only where the user named that folder or stands in it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from installations import CCXT_2, KEY_FILE, Site, key, trading
from key_samples import private_pem, rsa_key

from attack.limits import attacked

WORKSPACE = "Platform/My-Workspaces/W.json"
pytestmark = pytest.mark.usefixtures("node")


class Stranger:
    """An installation whose ccxt leaves a mark when it is run."""

    def __init__(self, root: Path) -> None:
        self.site = Site(root)
        self.root = root
        self.canary = root.parent / f"{root.name}-ran"
        self.site.put(KEY_FILE, private_pem(rsa_key()))
        self.site.workspace(*trading(key()))
        self.document = root / WORKSPACE
        package = {"name": "ccxt", "version": CCXT_2, "main": "index.js"}
        self.site.put("node_modules/ccxt/package.json", json.dumps(package))
        self.site.put("node_modules/ccxt/index.js", f"require('fs').writeFileSync({json.dumps(str(self.canary))}, '')")

    @property
    def ran(self) -> bool:
        return self.canary.exists()


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path / "stranger")


def _findings(out: str) -> dict[str, dict[str, object]]:
    return {finding["rule"]: finding for finding in json.loads(out)["findings"]}


@pytest.mark.parametrize("command", ["check", "preflight"])
def test_a_root_that_was_only_found_above_the_document_is_not_run(
    stranger: Stranger, tmp_path: Path, command: str
) -> None:
    answer = attacked([command, "--engine", "--format", "json", str(stranger.document)], cwd=tmp_path)
    assert answer.holds
    assert not stranger.ran
    found = _findings(answer.out)["engine-unavailable"]
    assert str(stranger.root) in str(found["message"])
    assert answer.code == 0, "the model's verdict stands, and the warning says that it is the model's"


def test_nor_through_a_link_nor_from_within_another_root_nor_from_above_it(stranger: Stranger, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(stranger.root)
    own = Stranger(tmp_path / "own")
    outer = Site(tmp_path / "outer")
    inner = Stranger(tmp_path / "outer" / "unpacked")
    for cwd, document in (
        (tmp_path, tmp_path / "link" / WORKSPACE),
        (own.root, stranger.document),
        (own.root / "My-Secrets", Path("../../stranger", WORKSPACE)),
        (outer.root, inner.document),
    ):
        answer = attacked(["check", "--engine", "--format", "json", str(document)], cwd=cwd)
        assert answer.holds
        assert "engine-unavailable" in _findings(answer.out)
    assert not any(found.ran for found in (stranger, own, inner))


def test_not_even_where_the_current_folder_is_a_root_and_the_other_is_named_beside_it(
    stranger: Stranger, tmp_path: Path
) -> None:
    own = Stranger(tmp_path / "own")
    answer = attacked(["check", "--engine", str(stranger.document), str(own.document)], cwd=own.root)
    assert answer.holds
    assert not stranger.ran


@pytest.mark.parametrize("chosen", ["--root", "SUPERALGOS_ROOT", "current folder", "folder below it", "link to it"])
def test_one_that_was_named_or_is_stood_in_is_run(stranger: Stranger, tmp_path: Path, chosen: str) -> None:
    (tmp_path / "link").symlink_to(stranger.root)
    words, variables, cwd = [], {}, tmp_path
    if chosen == "--root":
        words = ["--root", str(stranger.root)]
    elif chosen == "SUPERALGOS_ROOT":
        variables = {chosen: str(stranger.root)}
    else:
        within = {"current folder": "stranger", "folder below it": "stranger/My-Secrets", "link to it": "link"}
        cwd = tmp_path / within[chosen]
    attacked([*words, "check", "--engine", str(stranger.document)], cwd=cwd, environment=variables)
    assert stranger.ran


@pytest.mark.parametrize("command", ["check", "preflight"])
def test_the_remedy_that_is_printed_asks_the_engine(tmp_path: Path, command: str) -> None:
    stranger = Stranger(tmp_path / "it's a folder; touch x")
    answer = attacked([command, "--engine", "--format", "json", str(stranger.document)], cwd=tmp_path)
    fix = _findings(answer.out)["engine-unavailable"]["fix"]
    assert isinstance(fix, dict)
    program, *words = shlex.split(fix["title"])
    assert program == "superalgos-rsa"
    assert not stranger.ran
    attacked(words, cwd=tmp_path)
    assert stranger.ran
