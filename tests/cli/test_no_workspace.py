"""A new installation, which has no workspace yet: there is nothing to judge, and the platform may start."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import superalgos_rsa
from cli.command_line import Ended, process
from cli.conftest import Call
from superalgos_rsa.files.find import find_all_below
from superalgos_rsa.superalgos import demo_installation as demo

NOTHING = "nothing to judge: there is no workspace."
SAID = {
    "check": NOTHING,
    "preflight": NOTHING,
    "fix": "there is nothing to repair",
}


@pytest.fixture(params=["empty", "missing"])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An installation whose My-Workspaces is one or the other."""
    root = tmp_path / "Superalgos"
    (root / "Projects").mkdir(parents=True)
    (root / "Projects" / "ProjectsSchema.json").write_text("[]")
    (root / "platform.js").write_text("")
    if request.param == "empty":
        (root / "Platform" / "My-Workspaces").mkdir(parents=True)
    return root


@pytest.mark.parametrize(("command", "said"), SAID.items())
def test_what_is_said_and_the_exit_code_agree(command: str, said: str, new: Path, call: Call) -> None:
    ended = call("--root", new, command)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith(f"{said}\n")


def test_the_report_holds_nothing(new: Path, call: Call) -> None:
    report = call("--root", new, "preflight", "--format", "json").report
    assert (report["documents"], report["findings"], report["summary"]["ready"]) == ([], [], True)


@pytest.mark.parametrize("code", [0, 3])
def test_run_says_so_and_ends_as_the_command(code: int, new: Path) -> None:
    ended = process("run", "--", "sh", "-c", f"echo started; exit {code}", cwd=new)
    assert (ended.code, ended.out) == (code, "started\n")
    assert NOTHING in ended.err


def test_a_task_that_is_asked_for_is_not_there(new: Path, call: Call) -> None:
    assert call("--root", new, "run", "--task", "Trade", "--", "true").code == 2


def test_a_vault_that_ends_the_platform_is_an_error_all_the_same(new: Path, call: Call) -> None:
    (new / "My-Secrets").mkdir()
    (new / "My-Secrets" / "workspace-credentials.json").write_text("{}")
    ended = call("--root", new, "preflight")
    assert ended.code == 1
    assert NOTHING not in ended.out


def test_watch_sees_the_first_workspace_come_and_go(new: Path, built: Path) -> None:
    reports = superalgos_rsa.watch(new)
    assert next(reports).documents == ()
    (new / demo.WORKSPACE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(built / demo.WORKSPACE, new / demo.WORKSPACE)
    assert [document.kind for document in next(reports).documents] == ["workspace"]
    (new / demo.WORKSPACE).unlink()
    assert next(reports).documents == ()
    reports.close()


def test_a_folder_that_cannot_be_listed_is_not_called_empty(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], list[str]]], list[str]]
) -> None:
    folder = anyones_folder / "My-Workspaces"
    folder.mkdir(mode=0)
    assert unprivileged(lambda: list(find_all_below([str(folder)]))) == [str(folder)]


def test_a_file_in_its_place_starts_nothing(new: Path) -> None:
    place = new / "Platform" / "My-Workspaces"
    shutil.rmtree(place.parent, ignore_errors=True)
    place.parent.mkdir()
    place.write_text("")
    ended: Ended = process("run", "--", "touch", "started", cwd=new)
    assert ended.code == 1
    assert not (new / "started").exists()
