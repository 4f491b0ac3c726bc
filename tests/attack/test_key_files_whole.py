"""Whatever ends `keygen`, `convert` or `setup`, at whatever system call: no half of a key, no half of a pair, and the
same command does its work when it is run again."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import key_samples as keys
import pytest
from installations import API_KEY, Site, key, trading
from tracer import ERRORS, Point, find_tracer, points, traced

from attack import making
from attack.limits import Answer, attacked
from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.keys.keypair import public_half

WORKSPACE, VAULT = "Platform/My-Workspaces/W.json", "My-Secrets/workspace-credentials.json"
PRIVATE, PUBLIC, COPY = "My-Secrets/k.pem", "My-Secrets/k.pub.pem", "My-Secrets/c.pem"
COMMANDS = {
    "keygen": ["keygen", "k"],
    "convert": ["convert", "old.txt", "-o", COPY],
    "setup": ["setup", WORKSPACE, "--name", "k", "--code-name", API_KEY],
}
# Where neither of the calls is known by which a file gets a name that nobody has.
NO_SUCH_CALLS = ("--inject=renameat2:error=EINVAL", "--inject=link,linkat:error=EPERM")


@pytest.fixture(scope="module")
def strace() -> str:
    return find_tracer()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = Site(tmp_path_factory.mktemp("built") / "Superalgos")
    site.workspace(*trading(key("", "Paste your exchange API Key")), name="W")
    (site.root / "old.txt").write_bytes(keys.private_pem(keys.rsa_key(2048)).replace(b"\n", b"\\n"))
    return site.root


@dataclass(frozen=True)
class Run:
    """One command in a copy of the installation, of which a twin is there for the first, undisturbed run."""

    folder: Path
    command: str

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def script(self) -> list[str]:
        places = [(str(self.folder / name), str(self.folder / f"{name}-state")) for name in ("twin", "root")]
        calls = [{"cwd": place, "state": state, "words": COMMANDS[self.command]} for place, state in places]
        return [making.__file__, json.dumps(calls)]

    def again(self) -> Answer:
        state = str(self.folder / "root-state")
        return attacked(COMMANDS[self.command], cwd=self.root, environment={"XDG_STATE_HOME": state})


def prepared(folder: Path, built: Path, command: str) -> Run:
    for name in ("twin", "root"):
        shutil.copytree(built, folder / name)
    return Run(folder, command)


def wrong(root: Path) -> str | None:
    """What of the key files is not as it must be, whatever happened."""
    private = [name for name in (PRIVATE, COPY) if (root / name).exists()]
    for name in private:
        data = (root / name).read_bytes()
        if not data.endswith(b"-----END PRIVATE KEY-----\n") or inspect(data).damage:
            return f"{name} is no whole key: {len(data)} bytes"
        if (root / name).stat().st_mode & 0o077:
            return f"others can read {name}"
    if (root / PUBLIC).exists() and not is_pair(root):
        return "the public half is none"
    return None


def is_pair(root: Path) -> bool:
    try:
        return public_half((root / PRIVATE).read_bytes()).pem == (root / PUBLIC).read_text()
    except (OSError, SuperalgosRsaError):
        return False


def made(root: Path, command: str) -> bool:
    if command == "convert":
        return (root / COPY).exists()
    return is_pair(root) and (command == "keygen" or PRIVATE in (root / WORKSPACE).read_text())


def strays(root: Path) -> list[str]:
    named = {"k.pem", "k.pub.pem", "c.pem", "workspace-credentials.json"}
    return [name for name in os.listdir(root / "My-Secrets") if name not in named]


def outcome(run: Run, point: Point, code: int, told: bytes) -> str:
    root = run.root
    found = wrong(root)
    if found:
        return found
    done, private = made(root, run.command), (root / PRIVATE).exists()
    if point.what != "KILL":
        # 1: `setup` did its work, and what it then read to judge it could not be read.
        if code not in ((0, 1, 2) if run.command == "setup" else (0, 2)) or b"Traceback" in told:
            return f"it ended with {code}"
        if code in (0, 1) and not done:
            return "it said that it was done"
        if code == 2 and done:
            return "it said that it had failed"
        if strays(root):
            return f"it left {strays(root)}"
        if code == 2 and private and run.command == "keygen":
            return "it failed, and left a key"
    again = run.again()
    if again.code != 0 and not (again.code == 2 and done and "exists already" in again.err):
        return f"again, it ended with {again.code}: {again.err}"
    if wrong(root) or not made(root, run.command):
        return "again, it did not do its work"
    if strays(root):
        return f"again, it left {strays(root)}"
    return "made" if done else "not made"


def tried(points: Sequence[Point], command: str) -> list[Point]:
    """Of the many that `setup` has, those where it is killed and those where it fails in one way."""
    whats = ("KILL", *ERRORS) if command != "setup" else ("KILL", "EIO")
    return [point for point in points if point.what in whats]


@pytest.mark.parametrize(
    ("command", "more"),
    [*((command, ()) for command in COMMANDS), *((command, NO_SUCH_CALLS) for command in ("keygen", "convert"))],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) or "as it is",
)
def test_at_every_system_call(strace: str, built: Path, tmp_path: Path, command: str, more: tuple[str, ...]) -> None:
    first = prepared(tmp_path / "first", built, command)
    found = tried(points(strace, first.script, tmp_path / "log", more), command)
    assert made(first.root, command)
    assert strays(first.root) == []

    def one(item: tuple[int, Point]) -> tuple[Point, str]:
        index, point = item
        run = prepared(tmp_path / f"{index}", built, command)
        ended = traced(strace, run.script, [*point.options, *more])
        result = outcome(run, point, ended.returncode, ended.stderr)
        shutil.rmtree(run.folder)
        return point, result

    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        results = list(pool.map(one, enumerate(found)))
    ways, outcomes = (Counter(each) for each in zip(*((p.what, how) for p, how in results), strict=True))
    print(f"{len(results)} points of {command} tried: {dict(ways)}; afterwards {dict(outcomes)}")  # noqa: T201  # for the log
    assert [result for result in results if result[1] not in ("made", "not made")] == []
    assert outcomes.keys() == {"made", "not made"}
