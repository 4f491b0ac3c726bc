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

from attack.limits import Answer, attacked
from superalgos_rsa.keys.work_tree import MAX_INDEX, MAX_RULES

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the traps are POSIX's")
WORKSPACE = "Platform/My-Workspaces/W.json"
FILTER = "* filter=evil diff=evil merge=evil\n"


class Stranger:
    """An unpacked archive: an installation, its repository, and a program in it that leaves a mark when it runs."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder / "Superalgos")
        self.root = self.site.root
        self.canary = folder / "canary"
        self.site.put(KEY_FILE, private_pem(rsa_key()))
        self.site.workspace(*trading(key()))
        self.program = self.trap("evil")
        self.git("init", "-q")

    def trap(self, name: str) -> Path:
        return self.site.put(name, f"#!/bin/sh\n: > '{self.canary}'\nexit 1\n", 0o755)

    def git(self, *words: str | Path, check: bool = True) -> None:
        subprocess.run(["git", "-C", self.root, *words], check=check, capture_output=True, stdin=subprocess.DEVNULL)

    def config(self, name: str, value: str | Path) -> None:
        self.git("config", name, value)

    def attack(self, *words: str, cwd: Path | None = None, variables: dict[str, str] | None = None) -> Answer:
        state = {"XDG_STATE_HOME": str(self.root.parent / "state"), **(variables or {})}
        return attacked(words, cwd=cwd or self.root, environment=state)


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path)


# --- What a config can be told to run ---------------------------------------------------------------------------------


def _fsmonitor(stranger: Stranger) -> None:
    stranger.config("core.fsmonitor", stranger.program)


def _include(stranger: Stranger) -> None:
    stranger.site.put("more", f"[core]\n\tfsmonitor = {stranger.program}\n")
    stranger.config("include.path", "../more")


def _include_if(stranger: Stranger) -> None:
    stranger.site.put("more", f"[core]\n\tfsmonitor = {stranger.program}\n")
    stranger.config("includeIf.gitdir:**.path", "../more")


def _config_of_this_work_tree(stranger: Stranger) -> None:
    stranger.config("extensions.worktreeConfig", "true")
    stranger.site.put(".git/config.worktree", f"[core]\n\tfsmonitor = {stranger.program}\n")


def _hooks(stranger: Stranger) -> None:
    stranger.config("core.hooksPath", stranger.root / "hooks")
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout", "reference-transaction"):
        stranger.trap(f"hooks/{hook}")
        stranger.trap(f".git/hooks/{hook}")


def _filters(stranger: Stranger) -> None:
    stranger.site.put(".gitattributes", FILTER)
    for member in ("clean", "smudge"):
        stranger.config(f"filter.evil.{member}", stranger.program)


def _long_running_filter(stranger: Stranger) -> None:
    stranger.site.put(".git/info/attributes", FILTER)
    stranger.config("filter.evil.process", stranger.program)
    stranger.config("filter.evil.required", "true")


def _external_diff(stranger: Stranger) -> None:
    stranger.site.put("tracked", "old")
    stranger.git("add", "tracked")
    stranger.site.put("tracked", "new")
    stranger.config("diff.external", stranger.program)
    stranger.config("diff.evil.textconv", stranger.program)


def _aliases(stranger: Stranger) -> None:
    for name in ("ls-files", "check-ignore", "x"):
        stranger.config(f"alias.{name}", f"!{stranger.program}")


def _credential_helper(stranger: Stranger) -> None:
    stranger.config("credential.helper", f"!{stranger.program}")
    stranger.config("core.askPass", stranger.program)


def _pager(stranger: Stranger) -> None:
    for name in ("core.pager", "pager.ls-files", "pager.check-ignore", "core.editor", "gpg.program"):
        stranger.config(name, stranger.program)


def _remote(stranger: Stranger) -> None:
    stranger.config("core.sshCommand", stranger.program)
    stranger.config("core.gitProxy", stranger.program)
    stranger.config("remote.origin.url", f"ext::{stranger.program}")
    stranger.config("protocol.ext.allow", "always")


def _missing_objects_of_a_remote(stranger: Stranger) -> None:
    """A partial clone fetches what it lacks by a command of its config."""
    stranger.config("core.repositoryFormatVersion", "1")
    stranger.config("extensions.partialClone", "origin")
    stranger.config("remote.origin.url", str(stranger.root))
    stranger.config("remote.origin.promisor", "true")
    stranger.config("remote.origin.uploadpack", stranger.program)


def _work_tree_elsewhere(stranger: Stranger) -> None:
    _fsmonitor(stranger)
    stranger.config("core.worktree", "/")


def _git_file_pointing_elsewhere(stranger: Stranger) -> None:
    _fsmonitor(stranger)
    (stranger.root / ".git").rename(stranger.root / "elsewhere")
    stranger.site.put(".git", "gitdir: elsewhere\n")


def _link_pointing_elsewhere(stranger: Stranger) -> None:
    _fsmonitor(stranger)
    (stranger.root / ".git").rename(stranger.root / "elsewhere")
    (stranger.root / ".git").symlink_to("elsewhere")


def _config_that_is_a_link(stranger: Stranger) -> None:
    _fsmonitor(stranger)
    (stranger.root / ".git/config").rename(stranger.root / "more")
    (stranger.root / ".git/config").symlink_to("../more")


# How the repository is prepared, and what a person would type for git to obey it.
TRAPS: dict[Callable[[Stranger], None], list[str]] = {
    _external_diff: ["diff"],
    _fsmonitor: ["status"],
    _include: ["status"],
    _include_if: ["status"],
    _config_of_this_work_tree: ["status"],
    _hooks: ["add", "package.json"],
    _filters: ["add", "package.json"],
    _long_running_filter: ["add", "package.json"],
    _aliases: ["x"],
    _credential_helper: ["ls-remote", "http://127.0.0.1:9/x"],
    _pager: ["commit", "--allow-empty", "-S"],
    _remote: ["ls-remote", "origin"],
    _missing_objects_of_a_remote: ["cat-file", "-p", "1" * 40],
    _work_tree_elsewhere: ["ls-files", "--error-unmatch", "etc"],
    _git_file_pointing_elsewhere: ["status"],
    _link_pointing_elsewhere: ["status"],
    _config_that_is_a_link: ["status"],
}
NOT_BY_ITSELF = {_credential_helper}
"""Git asks for a credential only when a server on the network wants one."""


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_no_config_of_a_repository_runs_anything(stranger: Stranger, trap: Callable[[Stranger], None]) -> None:
    trap(stranger)
    answer = stranger.attack("check", "--format", "json")
    assert not stranger.canary.exists()
    assert answer.holds
    assert "file-in-git" in {finding["rule"] for finding in json.loads(answer.out)["findings"]}
    stranger.git(*TRAPS[trap], check=False)
    assert stranger.canary.exists() or trap in NOT_BY_ITSELF, "the trap itself does not work"


def _everything(stranger: Stranger) -> None:
    for trap in TRAPS:
        if trap not in (_git_file_pointing_elsewhere, _link_pointing_elsewhere, _config_that_is_a_link):
            trap(stranger)


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
    _everything(stranger)
    answer = stranger.attack(*(word.format(root=stranger.root) for word in COMMANDS[name]))
    assert not stranger.canary.exists()
    assert answer.holds
    assert answer.code in ((0,) if name not in ("undo",) else (0, 2)), answer.err


def test_nor_while_watching(stranger: Stranger) -> None:
    _everything(stranger)
    with watch(stranger.root) as running:
        assert "file-in-git" in {finding["rule"] for finding in running.event()["came"]}
        stranger.site.put(".gitignore", "*\n")
        assert "file-in-git" in {finding["rule"] for finding in running.event()["went"]}
        assert running.stop(signal.SIGTERM) == 0
    assert not stranger.canary.exists()


def test_a_secret_that_points_into_such_a_folder_is_enough_for_nothing(stranger: Stranger, tmp_path: Path) -> None:
    _everything(stranger)
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
    _everything(stranger)
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
