"""One small installation in a private folder, made anew for each input, and the tool's own command line on it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from fixer.trees import Tree, tree

from attack import laws
from attack.cases import Case, Shape
from attack.limits import CPU_SECONDS, EXIT_CODES, PEAK_BYTES, WAITED_SECONDS
from attack.pairs import read
from attack.samples import WORKSPACE
from superalgos_rsa.cli import cli, main
from superalgos_rsa.files import lease

# Wherever an exception was caught that is not the tool's own, its type is all that is told of it.
_FOREIGN = re.compile(r"internal[ -]error|\b[A-Z][A-Za-z]+(?:Error|Exception|Interrupt)\b")


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Broken(Exception):  # noqa: N818  # of a law
    """A law did not hold. `what` is the same for the same fault, whatever the input."""

    def __init__(self, what: str, words: str, detail: str = "") -> None:
        super().__init__(what, words)
        self.what, self.words, self.detail = what, words, detail


class _Waited(BaseException):
    """Not to be caught by what is tried."""


class Arena:
    """Use as a context: the folder, the working folder and the environment are as before at its end."""

    def __init__(self) -> None:
        self.commands = 0

    def __enter__(self) -> Arena:
        self._cwd, self._environment = os.getcwd(), dict(os.environ)
        self.folder = Path(tempfile.mkdtemp(prefix="superalgos-rsa-fuzz-", dir=_memory())).resolve()
        self._temporary, tempfile.tempdir = tempfile.tempdir, str(self.folder / "tmp")
        self._settle, lease.SETTLE_SECONDS = lease.SETTLE_SECONDS, 0.0  # nobody else writes here
        self._alarm = signal.signal(signal.SIGALRM, _waited)
        for name in ("SUPERALGOS_ROOT", "DATA_PATH", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
            os.environ.pop(name, None)
        os.environ |= {"XDG_STATE_HOME": str(self.folder / "state"), "HOME": str(self.folder / "home")}
        return self

    def __exit__(self, *_: object) -> None:
        os.chdir(self._cwd)
        shutil.rmtree(self.folder)
        tempfile.tempdir, lease.SETTLE_SECONDS = self._temporary, self._settle
        signal.signal(signal.SIGALRM, self._alarm)
        os.environ.clear()
        os.environ |= self._environment

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def state(self) -> Path:
        return self.folder / "state" / "superalgos-rsa"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def build(self, case: Case) -> None:
        """The installation, all but the file that the case is about."""
        self.tried = case
        (self.folder / "ran").unlink(missing_ok=True)
        for folder in ("root", "state", "home", "tmp"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)
            (self.folder / folder).mkdir(mode=0o700)
        for name, data in self.tried.files.items():
            put(self.root / name, data)
        if (self.root / "My-Secrets/loose.pem").exists():
            (self.root / "My-Secrets/loose.pem").chmod(0o644)
        (self.root / "My-Secrets/link.pem").symlink_to("deep/other.pem")
        (self.root / "My-Secrets/dangling.pem").symlink_to("nothing")
        os.chdir(self.root)

    # One command

    def call(self, *words: str) -> Ended:
        """One command line, and the laws that hold of any."""
        self.commands += 1
        words = tuple(word.replace("{home}", str(self.home)) for word in words)
        highest, begun = peak(), sum(os.times()[:4])
        with self._patience(words):
            ended = _captured(lambda: main(list(words)), self._stdin() if "-" in words else b"")
        used, grown = sum(os.times()[:4]) - begun, peak() - highest
        if used > CPU_SECONDS:
            raise Broken(f"{words[0]} takes too long", " ".join(words), f"{used:.1f} s of processor time")
        if grown > PEAK_BYTES:
            raise Broken(f"{words[0]} takes too much memory", " ".join(words), f"{grown / 2**20:.0f} MiB more")
        self._keep_laws(ended, words)
        return ended

    @contextlib.contextmanager
    def _patience(self, words: tuple[str, ...]) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_REAL, WAITED_SECONDS)
        try:
            yield
        except _Waited as error:
            raise Broken(f"{words[0]} waits", " ".join(words), _place(error)) from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _stdin(self) -> bytes:
        path = self.root / WORKSPACE
        return path.read_bytes() if path.is_file() else b""

    def _keep_laws(self, ended: Ended, words: tuple[str, ...]) -> None:
        line = " ".join(words)
        said = ended.out + ended.err
        if ended.code not in EXIT_CODES or "cannot go on" in said or "Traceback" in said:
            raise Broken(f"exit code {ended.code}: {ended.err[-200:]}", line)
        if (self.folder / "ran").exists():
            raise Broken("a command of the folder was run", line)
        foreign = next((text for text in said.splitlines() if _FOREIGN.search(text)), None)
        if foreign is not None:
            raise Broken(f"foreign exception: {without_names(foreign.strip())}", line, _traceback(words))
        reports = [path.read_text("utf-8") for path in self.home.glob("report*") if path.is_file()]
        for text in (said, *reports):
            secret = laws.leaked(self.tried.secrets, text)
            if secret is not None and not self._is_shown_by_design(secret):
                raise Broken(f"{words[0]} shows a secret", line, _around(secret, text))
            commanding = laws.commands_terminal(text)
            if commanding is not None:
                raise Broken(f"{words[0]} prints {commanding} as it is", line)
        if words[-2:] == ("--format", "json") and ended.out:
            try:
                json.loads(ended.out)
            except ValueError:
                raise Broken(f"{words[0]} prints no JSON", line) from None

    def _is_shown_by_design(self, secret: str) -> bool:
        data = self.tried.data if self.tried.place == WORKSPACE else self.tried.files.get(WORKSPACE)
        try:
            return isinstance(data, bytes) and laws.is_shown_by_design(read(data.decode("utf-8", "replace")), secret)
        except (ValueError, RecursionError):
            return False

    def unchanged(self, before: Tree, after_what: str) -> None:
        now = tree(self.root)
        if now != before:
            names = [name for name in {*now, *before} if now.get(name) != before.get(name)]
            raise Broken(f"{after_what} leaves other bytes", "", ", ".join(sorted(names)))


def _memory() -> str | None:
    """A file system that lives in memory: what is fuzzed here are not disks."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def put(path: Path, data: bytes | Shape) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if isinstance(data, bytes):
        path.write_bytes(data)
        path.chmod(0o600)
        return
    if path.is_file() or path.is_symlink():
        path.unlink()
    match data:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir(exist_ok=True)
        case "link to itself":
            path.symlink_to(path.name)
        case "link to nothing":
            path.symlink_to("nowhere")
        case "link to /dev/zero":
            path.symlink_to("/dev/zero")


def _captured(action: Callable[[], int], stdin: bytes) -> Ended:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    was = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = action()
    finally:
        sys.stdin = was
    said = [stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err)]
    return Ended(code, *said)


def _waited(_: int, __: FrameType | None) -> None:
    raise _Waited


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _traceback(words: tuple[str, ...]) -> str:
    """Of an exception that the command line put in one line: the command once more, with nothing to catch it."""
    try:
        _captured(lambda: cli.main(list(words), standalone_mode=False) or 0, b"")
    except Exception as error:
        return _place(error)
    return ""


def _place(error: BaseException) -> str:
    """Where in the tool it was raised, the innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames if "superalgos_rsa" in f.filename]
    return f"{type(error).__name__}: {' > '.join(own[-6:])}"


def _around(secret: str, text: str) -> str:
    starts = (text.find(secret[start : start + laws.SHORTEST]) for start in range(len(secret) - laws.SHORTEST + 1))
    at = next(start for start in starts if start >= 0)
    return f"{text[max(0, at - 100) : at + 60]!r}"


def without_names(text: str) -> str:
    """The same for the same fault: without what depends on the input."""
    return re.sub(r"“[^”]*”|/\S+|\d+(?= \()", "…", text)[:160]
