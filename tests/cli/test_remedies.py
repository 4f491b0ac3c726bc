"""The remedy law: every command that any finding prints works where it was printed, and the finding is gone; or the
finding says in words what only a person can do."""

from __future__ import annotations

import functools
import json
import shlex
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import absent
from installations import CCXT_2, CCXT_4_NEW, Site, key, trading

from cli.remedy_cases import OWN, Situation, situations
from cli.remedy_law import Scene, Trial, is_command, site_of, trials
from superalgos_rsa.cli import main
from superalgos_rsa.validator.rules.catalogue import RULES

SITUATIONS = situations()
_PARTS = 8
UNSEEN = {
    "engine-disagrees",  # the model would have to be wrong
    "internal-error",  # a rule would have to be
    "file-not-judged",  # as these two, it needs a second user on the machine
    "file-unreadable",
    "platform-running",  # as these two, it needs a platform that runs
    "platform-working-folder",
    "working-folder-unknown",
    "task-server-unreachable",  # of saved reports
}
"""Rules that no situation of the corpus breaks; what they say is a sentence, or is tested with its own rule."""
NOTHING_TO_DO = {"key-shared", "key-unused", "vault-orphan"}
"""Infos that need no remedy."""

Record = Callable[[str, object], None]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a user who has nothing else on this machine."""
    folder = tmp_path / "scene"
    for name in ("SUPERALGOS_ROOT", "DATA_PATH"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "APPDATA"):
        monkeypatch.setenv(name, str(folder / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.chdir(tmp_path)
    return folder


def scene_of(folder: Path, situation: Situation, *, elsewhere: bool = False) -> Scene:
    build = functools.partial(site_of, ccxt=situation.ccxt, build=situation.build)
    return Scene(folder, build, situation.options, elsewhere=elsewhere)


def told(name: str, scenes: int, found: Sequence[Trial]) -> str:
    commands = [one for one in found if is_command(one.title)]
    ran, failed = sum(one.ran for one in commands), sum(one.failure is not None for one in found)
    return (
        f"remedy law, {name}: {scenes} situations, {len(found)} remedies: {ran} commands run, "
        f"{len(found) - len(commands)} sentences, {len(commands) - ran} of programs not tried; {failed} failed"
    )


def none_failed(found: Sequence[tuple[str, Trial]]) -> None:
    assert [(name, trial) for name, trial in found if trial.failure is not None] == []
    if not all(trial.ran for _, trial in found):
        absent("a program that a remedy names is not here: openssl, puttygen or age")


@pytest.mark.parametrize("part", range(_PARTS))
def test_every_remedy_of_a_finding_mends_it(folder: Path, part: int, record_property: Record) -> None:
    mine = SITUATIONS[part::_PARTS]
    found = [(situation.name, trial) for situation in mine for trial in trials(scene_of(folder, situation))]
    record_property("counts", told(f"part {part + 1} of {_PARTS}", len(mine), [trial for _, trial in found]))
    none_failed(found)


def test_every_remedy_that_is_printed_in_another_installation_works_there(
    folder: Path, record_property: Record
) -> None:
    found = [(name, trial) for name, one in OWN.items() for trial in trials(scene_of(folder, one, elsewhere=True))]
    record_property("counts", told("from another installation", len(OWN), [trial for _, trial in found]))
    none_failed(found)


def test_every_rule_is_broken_by_a_situation_and_says_how_to_mend_it(folder: Path) -> None:
    seen, mended = set(), set()
    for situation in SITUATIONS:
        scene = scene_of(folder, situation)
        scene.build()
        for finding in scene.check()["findings"]:
            seen.add(finding["rule"])
            if finding["fix"]:
                mended.add(finding["rule"])
    assert RULES.keys() - seen == UNSEEN
    assert seen - mended == NOTHING_TO_DO


def test_every_remedy_of_a_reported_case_mends_it(folder: Path, reported_cases: Path, record_property: Record) -> None:
    found = []
    scenes = 0
    for place in sorted(path.parent for path in reported_cases.glob("*/case.json")):
        case = json.loads((place / "case.json").read_text("utf-8"))
        for line in case["ccxt"]:
            scenes += 1
            build = _reported(place, case, {"2": CCXT_2, "4": CCXT_4_NEW}[line])
            scene = Scene(folder, build, passphrase="secret")
            found += [(f"{place.name} on {line}", trial) for trial in trials(scene)]
    record_property("counts", told("reported cases", scenes, [trial for _, trial in found]))
    none_failed(found)
    assert scenes > 20


def _reported(place: Path, case: dict[str, Any], ccxt: str) -> Callable[[Path], None]:
    def build(root: Path) -> None:
        site = Site(root, ccxt)
        if (place / "files").is_dir():
            shutil.copytree(place / "files", root, dirs_exist_ok=True)
        for file in (root / "My-Secrets").iterdir():
            file.chmod(0o600)
        exchange = case.get("exchange") or "binance"
        for name, config in {"My": case["config"], **case.get("more_workspaces", {})}.items():
            raw = config if isinstance(config, str) or config is None else json.dumps(config)
            site.workspace(*trading(key(raw=raw, name=f"Key {name}"), code_name=exchange), name=Path(name).stem)
        if (place / "workspace.bin").exists():
            site.put("Platform/My-Workspaces/My.json", (place / "workspace.bin").read_bytes())

    return build


def test_a_command_within_a_sentence_runs_where_the_root_was_only_found_above_the_document(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of a stranger's folder is run; the finding says how to ask for it."""
    site = Site(folder / "superalgos")
    site.put_key()
    document = site.workspace(*trading(key()))
    assert main(["check", "--engine", "--format", "json", str(document)]) == 0
    (finding,) = (f for f in json.loads(capsys.readouterr().out)["findings"] if f["rule"] == "engine-unavailable")
    assert finding["fix"]["title"].startswith(f"superalgos-rsa --root {site.root} check ")
    assert main(shlex.split(finding["fix"]["title"])[1:]) == 0
