"""systemd itself reads the units that the documentation offers."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import absent

from superalgos_rsa.cli import COMMANDS

UNITS = sorted((Path(__file__).parents[2] / "docs").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_has_nothing_to_say_against_it(unit: Path, tmp_path: Path) -> None:
    """A copy: a checkout may be writable for others, which systemd warns of."""
    program = shutil.which("systemd-analyze") or absent("there is no systemd-analyze to ask")
    copy = Path(shutil.copy(unit, tmp_path))
    copy.chmod(0o644)
    done = subprocess.run(
        [program, "verify", "--man=no", "--recursive-errors=no", copy], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert not [line for line in done.stderr.splitlines() if unit.stem in line]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_it_is_hardened_and_calls_a_command_there_is(unit: Path) -> None:
    text = unit.read_text("utf-8")
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes"} <= set(text.splitlines())
    called = re.findall(r"superalgos-rsa --root \S+ ([a-z]+)", text)
    assert called
    assert set(called) <= set(COMMANDS)


def test_the_gate_starts_again_what_crashed_with_0_and_never_what_run_refused() -> None:
    """`run` is the main process: of no other does systemd heed the exit codes."""
    (gate,) = (unit.read_text("utf-8").splitlines() for unit in UNITS if "gate" in unit.name)
    assert {"Restart=always", "RestartPreventExitStatus=1 2 3", "StartLimitBurst=5"} <= set(gate)
    assert [line for line in gate if line.startswith("Exec")] == [
        "ExecStart=/usr/bin/env superalgos-rsa --root /opt/Superalgos run -- node platform minMemo noBrowser"
    ]
    assert not [line for line in gate if line.startswith("KillMode")]  # the default ends the whole control group


def test_there_are_units() -> None:
    assert len(UNITS) == 2
