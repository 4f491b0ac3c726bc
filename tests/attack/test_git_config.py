"""A stranger's folder with a repository in it: whatever its git was told to run, nothing of it runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.command_line import PROGRAM, environment
from cli.test_watch import watch
from conftest import absent
from installations import KEY_FILE, Site, ecosystem, exchange, key, trading
from key_samples import private_pem, rsa_key

from attack.stranger import NOT_BY_ITSELF, TRAPS, Stranger, everything
from superalgos_rsa.keys.work_tree import MAX_INDEX, MAX_RULES

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the traps are POSIX's")
WORKSPACE = "Platform/My-Workspaces/W.json"


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_no_config_of_a_repository_runs_anything(stranger: Stranger, trap: Callable[[Stranger], None]) -> None:
    trap(stranger)
    answer = stranger.attack("check", "--format", "json")
    assert not stranger.canary.exists()
    assert answer.holds
    assert "file-in-git" in {finding["rule"] for finding in json.loads(answer.out)["findings"]}
    stranger.git(*TRAPS[trap], check=False)
    assert stranger.canary.exists() or trap in NOT_BY_ITSELF, "the trap itself does not work"


COMMANDS: dict[str, list[str]] = {
    "check": ["check"],
    "check by root": ["--root", "{root}", "check"],
    "check --export": ["check", "--export", WORKSPACE],
    "show": ["show"],
    "preflight": ["preflight"],
    "fix": ["fix"],
    "fix --apply": ["fix", "--apply", "--unsafe"],
    "run": ["run", "--", "true"],
    "keygen": ["keygen", "made"],
    "convert": ["convert", KEY_FILE],
    "pubkey": ["pubkey", KEY_FILE],
    "set": ["set", WORKSPACE, "Key", "--secret", KEY_FILE],
    "setup": ["setup", WORKSPACE, "--key", "Key", "--name", "made", "--code-name", "C" * 64],
    "undo": ["undo"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_under_no_command(stranger: Stranger, name: str) -> None:
    everything(stranger)
    answer = stranger.attack(*(word.format(root=stranger.root) for word in COMMANDS[name]))
    assert not stranger.canary.exists()
    assert answer.holds
    assert answer.code in ((0,) if name not in ("undo",) else (0, 2)), answer.err


def test_nor_while_watching(stranger: Stranger) -> None:
    everything(stranger)
    with watch(stranger.root) as running:
        assert "file-in-git" in {finding["rule"] for finding in running.event()["came"]}
        stranger.site.put(".gitignore", "*\n")
        assert "file-in-git" in {finding["rule"] for finding in running.event()["went"]}
        assert running.stop(signal.SIGTERM) == 0
    assert not stranger.canary.exists()


def test_a_secret_that_points_into_such_a_folder_is_enough_for_nothing(stranger: Stranger, tmp_path: Path) -> None:
    everything(stranger)
    own = Site(tmp_path / "mine" / "Superalgos")
    own.workspace(*trading(key(str(stranger.root / KEY_FILE))))
    answer = stranger.attack("check", "--format", "json", cwd=own.root)
    assert not stranger.canary.exists()
    assert answer.holds
    assert "file-in-git" in {finding["rule"] for finding in json.loads(answer.out)["findings"]}


# --- Programs of the same name ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", [".", "", "{root}", "bin", "{root}/bin", "{root}/link"])
def test_no_git_of_the_folder_itself_is_run(stranger: Stranger, entry: str) -> None:
    stranger.trap("git")
    stranger.trap("bin/git")
    (stranger.root / "link").symlink_to("bin")
    path = f"{entry.format(root=stranger.root)}:{os.environ['PATH']}"
    answer = stranger.attack("check", "--format", "json", variables={"PATH": path})
    assert not stranger.canary.exists()
    assert answer.holds
    assert "file-in-git" in {finding["rule"] for finding in json.loads(answer.out)["findings"]}


@pytest.mark.parametrize("entry", [".", "", "bin"])
def test_no_node_of_the_current_folder_is_run(stranger: Stranger, entry: str) -> None:
    stranger.trap("node")
    stranger.trap("bin/node")
    path = f"{entry}:{os.environ['PATH']}"
    assert stranger.attack("check", "--engine", variables={"PATH": path}).holds
    assert not stranger.canary.exists()


# --- What is no repository --------------------------------------------------------------------------------------------


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 40)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(path.parent)  # the address of a socket is short
        server.bind(path.name)


def _pointer_without_end(path: Path) -> None:
    path.write_bytes(b"gitdir: " + b"x/../" * 1_000_000)


def _pointer_to_itself(path: Path) -> None:
    path.write_bytes(b"gitdir: .git\n")


def _pointer_over_the_network(path: Path) -> None:
    path.write_bytes(b"gitdir: //nowhere.invalid/share\n")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _noise(path: Path) -> None:
    path.write_bytes(b"DIRC\0\0\0\4\xff\xff\xff\xff" + os.urandom(1 << 20))


def _growing_names(path: Path) -> None:
    """Entries of version 4, each of which adds one letter to the name of the last."""
    count = MAX_INDEX // 64 - 10
    path.write_bytes(b"DIRC\0\0\0\4" + count.to_bytes(4, "big") + (bytes(62) + b"\0x\0")[:65] * count)


def _slow_patterns(path: Path) -> None:
    pattern = b"**/" + b"*a" * 30 + b"b/**\n"
    path.write_bytes(pattern * (MAX_RULES // len(pattern)))


Shape = Callable[[Path], object]
SHAPES: list[Shape] = [os.mkfifo, _huge, _device, _noise]
PLACES: dict[str, list[Shape]] = {
    ".git": [*SHAPES, _socket, _loop, Path.mkdir, _pointer_without_end, _pointer_to_itself, _pointer_over_the_network],
    ".git/HEAD": SHAPES,
    ".git/config": SHAPES,
    ".git/index": [*SHAPES, _growing_names],
    ".git/commondir": [*SHAPES, _pointer_over_the_network],
    ".git/info/exclude": [*SHAPES, _slow_patterns],
    ".gitignore": [*SHAPES, _slow_patterns],
    "My-Secrets/.gitignore": [*SHAPES, _slow_patterns],
    ".gitattributes": SHAPES,
}
CASES = [(place, make) for place, shapes in PLACES.items() for make in shapes]


@pytest.mark.parametrize(("place", "make"), CASES, ids=[f"{place}-{make.__name__}" for place, make in CASES])
def test_whatever_stands_there_the_answer_comes(
    stranger: Stranger, place: str, make: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stranger.root)
    _remove(stranger.root / place)
    make(stranger.root / place)
    answer = stranger.attack("check")
    assert answer.holds, answer
    assert answer.code == 0


def test_many_folders_each_with_a_key_and_a_large_index_end_too(stranger: Stranger) -> None:
    count = MAX_INDEX // 72 - 1
    entries = b"".join(bytes(60) + b"\0\7%07x\0\0\0" % number for number in range(count))
    stranger.site.put(".git/index", b"DIRC\0\0\0\2" + count.to_bytes(4, "big") + entries + bytes(20))
    keys = []
    for number in range(200):
        stranger.site.put(f"My-Secrets/{number}/k.pem", private_pem(rsa_key()))
        keys.append(key(f"My-Secrets/{number}/k.pem", f"{number:064}", name=str(number)))
    stranger.site.workspace(ecosystem(exchange(*keys)))
    answer = stranger.attack("check")
    assert answer.holds, answer


def test_patterns_that_take_git_for_ever_are_not_waited_for(stranger: Stranger) -> None:
    pattern = "a*/**/" * 20 + "b\n"
    stranger.site.put(".gitignore", pattern * (MAX_RULES // len(pattern)))
    names = ["/".join(["a" * 110] * 30) + f"/{number}.pem" for number in range(20)]
    for name in names:
        stranger.site.put(name, private_pem(rsa_key()))
    keys = [key(name, f"{number:064}", name=str(number)) for number, name in enumerate(names)]
    stranger.site.workspace(ecosystem(exchange(*keys)))
    answer = stranger.attack("check")
    assert answer.holds, answer


def test_the_user_s_own_ignore_file_counts(stranger: Stranger, tmp_path: Path) -> None:
    """It is trusted: who may write it may run anything already."""
    home = tmp_path / "home"
    (home / ".config/git").mkdir(parents=True)
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}

    def told() -> bool:
        return "file-in-git" in stranger.attack("check", variables=own).out

    assert told()
    (home / ".config/git/ignore").write_text("*.pem\n")
    assert not told()
    (home / ".config/git/ignore").unlink()
    (home / "mine").write_text("My-Secrets/\n")
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/mine\n")
    assert not told()


def test_git_never_opens_anything_of_the_repository(stranger: Stranger, tmp_path: Path) -> None:
    """So that nothing a later version of git may take from a repository can matter either."""
    strace = shutil.which("strace") or absent("there is no strace")
    everything(stranger)
    log = tmp_path / "log"
    watched: list[str | Path] = [strace, "-f", "-qq", "-s", "4096", "-e", "trace=%file,execve", "-o", log]
    subprocess.run([*watched, *PROGRAM, "check"], cwd=stranger.root, env=environment(), check=True, capture_output=True)
    lines = log.read_text("utf-8", "replace").splitlines()
    run = {line.split(" ", 1)[0]: line for line in lines if "execve(" in line and " = -1 " not in line}
    programs = {Path(line.split('"')[1]).name for line in run.values()}
    assert programs == {Path(PROGRAM[0]).name, "git"}
    gits = [process for process, line in run.items() if line.split('"')[1].endswith("/git")]
    touched = [line for line in lines if line.split(" ", 1)[0] in gits and f"{stranger.root}/.git/" in line]
    assert len(gits) == 1, "all names of a folder are asked about at once"
    assert touched == []
    assert any(".gitignore" in line for line in lines if line.split(" ", 1)[0] in gits)
