"""Where a platform keeps its workspaces and listens, by its variables and the user's profiles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from superalgos.environment_states import LIVE, NAMED, STATES, State, put
from superalgos_rsa.superalgos.environment import read_environment


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_profiles_and_variables_count_as_the_platform_takes_them(state: State, tmp_path: Path) -> None:
    found = read_environment(put(state, tmp_path / "home"))
    assert (found.defect is None) is state.starts
    if state.starts:
        assert (found.workspaces, found.ports[0]) == (state.workspaces, state.port)


def _home(tmp_path: Path) -> dict[str, str]:
    return put(State(LIVE, NAMED), tmp_path / "home")


def test_a_platform_is_looked_for_on_every_port_that_is_known_the_likeliest_first(tmp_path: Path) -> None:
    text = '[{"name": "a", "portHttpPlatform": 1}, {"name": "b", "portHttpPlatform": 2}, {"name": "c"}]'
    variables = put(State(text, {}), tmp_path / "home")
    assert read_environment(variables).ports == (34248, 1, 2)
    assert read_environment({**variables, "PROFILE_NAME": "b"}).ports == (2, 34248, 1)
    assert read_environment({}).ports == (34248,)


@pytest.mark.parametrize("port", ["0", "-1", "65536", "1.5", "1e999", "true", "null", "[]", '"x"', "{}", '"NaN"'])
def test_what_is_no_port_is_not_asked(tmp_path: Path, port: str) -> None:
    variables = put(State(f'[{{"name": "live", "portHttpPlatform": {port}}}]', NAMED), tmp_path / "home")
    assert read_environment(variables).ports == (34248,)


def test_no_more_than_a_few_ports_are_asked(tmp_path: Path) -> None:
    many = ", ".join(f'{{"name": "p{port}", "portHttpPlatform": {port}}}' for port in range(1, 5000))
    assert len(read_environment(put(State(f"[{many}]", {}), tmp_path / "home")).ports) < 40


@pytest.mark.parametrize("kind", ["folder", "pipe", "link in a loop", "large", "deep"])
def test_a_profiles_file_that_cannot_be_read_is_a_reason_and_no_failure(tmp_path: Path, kind: str) -> None:
    variables = _home(tmp_path)
    file = tmp_path / "home/.superalgos/profiles"
    file.unlink()
    match kind:
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "link in a loop":
            file.symlink_to(file)
        case "large":
            file.write_bytes(b" " * 17 * 1024 * 1024)
        case "deep":
            file.write_text("[" * 100_000)
    found = read_environment(variables)
    assert found.defect is not None
    assert found.profiles == ()
    assert read_environment({**variables, "PROFILE_NAME": "x"}).defect is not None
    del variables["PROFILE_NAME"]
    assert read_environment(variables).defect is None


def test_without_a_home_there_are_no_profiles() -> None:
    assert read_environment({"HOME": "relative"}).profiles == ()
    assert read_environment({"HOME": "", "PROFILE_NAME": "x"}).profile is None


def test_only_a_whole_path_packages_the_platform() -> None:
    assert read_environment({"PACKAGED_PATH": "/opt/app"}).packaged == "/opt/app"
    assert read_environment({"PACKAGED_PATH": "../app"}).packaged is None
