"""The remedy law: a command that a finding prints is run where it was printed, filled in as its reader would, and the
finding is gone; or the finding says in words what only a person can do."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from installations import API_KEY, Site
from key_samples import PASSPHRASE, PKCS1, other_key, private_pem, rsa_key

from cli.foreign_keys import make_real
from cli.on_terminal import answer_all, converse
from cli.remedy_cases import COINBASE, KUCOIN
from superalgos_rsa.cli import main
from superalgos_rsa.superalgos.engine.exchanges import BINANCE
from superalgos_rsa.superalgos.placeholders import TO_FILL_IN

_PROGRAMS = ("superalgos-rsa", "chmod", "chown", "mkdir")
_CLOSED = "(umask 077; "
"""Before the command of another program that writes a private key; whatever else a remedy begins with is a sentence."""
_MAY_FIND_MORE = frozenset({"set", "fix", "setup", "check", "preflight"})
"""Of these the exit code tells of other mistakes too."""
_STEPS = 4
"""A remedy may lead to the next: `convert` writes the copy that `set` then names."""
_QUOTED = re.compile("`(superalgos-rsa [^`]+)`")

Finding = dict[str, Any]


class Trial(NamedTuple):
    """One remedy of one situation: `failure` is why it is none."""

    rule: str
    title: str
    failure: str | None
    ran: bool = True
    """Not the program of another format that is not installed here."""


class Ended(NamedTuple):
    code: int
    out: str
    err: str


class Scene:
    """An installation that is built anew for each remedy, in a folder of the same name."""

    def __init__(
        self,
        folder: Path,
        build: Callable[[Path], Any],
        options: Sequence[str] = (),
        passphrase: str = PASSPHRASE.decode(),
        *,
        elsewhere: bool = False,
    ) -> None:
        self.folder, self._build, self._options, self.passphrase = folder, build, options, passphrase
        self.root = folder / "superalgos"
        self._here = folder / "other" if elsewhere else self.root
        self._finding = ("--root", "../superalgos") if elsewhere else ()

    def build(self) -> None:
        """As it was before any remedy."""
        os.chdir("/")
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "home").mkdir(parents=True)
        (self.folder / "other/Platform/My-Workspaces").mkdir(parents=True)
        self._build(self.root)
        os.chdir(self._here)

    def check(self) -> Any:
        """The report on all of it."""
        ended = self.run(["superalgos-rsa", *self._finding, "check", *self._options, "--format", "json"])
        assert ended.code in (0, 1, 3), ended.err
        return json.loads(ended.out)

    def run(self, words: Sequence[str]) -> Ended:
        """The program itself in this process; what asks at a terminal gets one, and the answers."""
        if words[0].startswith(_CLOSED):
            return Ended(*answer_all(["sh", "-c", words[0]], [("ass", self.passphrase)], self._here), "")
        if words[0] != "superalgos-rsa":
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            return Ended(done.returncode, done.stdout, done.stderr)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(list(words[1:]))
        if code == 2 and "there is no terminal" in err.getvalue():
            answers = [("passphrase", self.passphrase)]
            if "setup" in words:
                answers = [("API key from the exchange: ", API_KEY[::-1])]
            return Ended(*converse(words[1:], answers, self._here), "")
        return Ended(code, out.getvalue(), err.getvalue())


def trials(scene: Scene) -> Iterator[Trial]:
    """Every remedy of the situation, each tried alone."""
    scene.build()
    report = scene.check()
    tried = set()
    for finding in report["findings"]:
        title = finding["fix"]["title"] if finding["fix"] else ""
        if (finding["rule"], title) in tried:
            continue
        tried.add((finding["rule"], title))
        foreign = title.removeprefix(_CLOSED).split(" ", 1)[0] if title.startswith(_CLOSED) else None
        if foreign is not None and shutil.which(foreign) is None:
            yield Trial(finding["rule"], title, None, ran=False)
        elif title or finding["severity"] != "info":
            scene.build()
            if foreign is not None:
                make_real(Path(finding["path"]), scene.passphrase)
            yield Trial(finding["rule"], title, _failure(scene, report, finding, title))


def _failure(scene: Scene, report: Any, finding: Finding, title: str) -> str | None:
    if not title:
        return "it says nothing of how to mend it"
    if not is_command(title):
        return next(
            filter(None, (_failure_in_words(scene, report, finding, text) for text in _commands_in(title))), None
        )
    followed = [title]
    for _ in range(_STEPS):
        words = [title] if title.startswith(_CLOSED) else filled_in(shlex.split(title), scene.root, report, finding)
        if "fix" in words and "--apply" not in words:  # alone it only shows its plan
            assert scene.run(words).code == 1
            words.append("--apply")
        open_before = _open_to_others(scene.root)
        ended = scene.run(words)
        if ended.code not in _good_codes(words):
            return f"{' '.join(words[:3])} exits {ended.code}: {ended.err.strip() or ended.out.strip()}"
        if opened := _open_to_others(scene.root) - open_before:
            return f"others can read what it wrote: {opened}"
        now = json.loads(scene.run([*words, "--format", "json"]).out) if _asks(words) else scene.check()
        if not _good(report) <= _good(now):
            return "something that worked works no more"
        if _count(now, finding) < _count(report, finding):
            return None
        title = next(f["fix"]["title"] if f["fix"] else "" for f in now["findings"] if _same(f, finding))
        if not is_command(title):
            return None if title else "it is there as before, and says nothing more"
        if title in followed:
            return "it is there as before, with the same remedy"
        followed.append(title)
        report = now
    return "it leads to one remedy after the other"


def _failure_in_words(scene: Scene, report: Any, finding: Finding, text: str) -> str | None:
    """A command within a sentence is a part of what its reader does; it has to run."""
    words = filled_in(shlex.split(text), scene.root, report, finding)
    ended = scene.run(words)
    return None if ended.code in (0, 1, 3) else f"{text} exits {ended.code}: {ended.err.strip()}"


def is_command(title: str) -> bool:
    return title.startswith(_CLOSED) or title.split(" ", 1)[0] in _PROGRAMS


def _open_to_others(root: Path) -> set[Path]:
    """Private keys that others than their owner can read."""
    files = (file for file in (root / "My-Secrets").glob("*") if file.is_file())
    return {file for file in files if file.stat().st_mode & 0o077 and b"PRIVATE KEY" in file.read_bytes()}


def _commands_in(title: str) -> list[str]:
    return _QUOTED.findall(title)


def _command(words: Sequence[str]) -> str:
    """The name of the command, past the options before it."""
    return words[3] if words[1] == "--root" else words[1]


def _asks(words: Sequence[str]) -> bool:
    return words[0] == "superalgos-rsa" and _command(words) in ("check", "preflight")


def _good_codes(words: Sequence[str]) -> tuple[int, ...]:
    if words[0] != "superalgos-rsa" or _command(words) not in _MAY_FIND_MORE:
        return (0,)
    return (0, 1, 3) if _asks(words) else (0, 1)


def _identity(finding: Finding) -> tuple[Any, ...]:
    return tuple(finding[name] for name in ("rule", "document", "key_id", "task_id"))


def _same(one: Finding, other: Finding) -> bool:
    return _identity(one) == _identity(other)


def _good(report: Any) -> set[tuple[str, str | None]]:
    """The documents that load, and the keys that are usable."""
    loading = {(document["path"], None) for document in report["documents"] if document["loads"]}
    return loading | {(key["document"], key["id"]) for key in report["keys"] if key["usable"]}


def _count(report: Any, finding: Finding) -> int:
    return Counter(map(_identity, report["findings"]))[_identity(finding)]


# What a reader puts in the place of the words that stand for something


def filled_in(words: Sequence[str], root: Path, report: Any, finding: Finding) -> list[str]:
    key = next((key for key in report["keys"] if key["id"] == finding["key_id"]), None)
    exchange = (key["exchange"] if key else None) or "binance"
    return [_value(word, root, exchange, key, finding, report) if word in TO_FILL_IN else word for word in words]


def _value(word: str, root: Path, exchange: str, key: Any, finding: Finding, report: Any) -> str:
    match word:
        case "PATH_OF_THE_KEY_FILE" | "PATH_OF_THE_PRIVATE_KEY":
            name = "My-Secrets/the-right-one.pem"
            (root / "My-Secrets").mkdir(mode=0o700, exist_ok=True)
            (root / name).write_bytes(_key_file(exchange, report["installation"]["ccxt"]))
            (root / name).chmod(0o600)
            return name
        case "HMAC_SECRET_FROM_THE_EXCHANGE":
            return _HMAC_SECRET
        case "API_KEY_FROM_THE_EXCHANGE":
            return _API_KEYS.get(exchange, API_KEY[::-1])
        case "DIR":
            return str(root)
        case "KEY_NODE":
            return str(key["id"] or key["name"])
        case "WORKSPACE" | "DOCUMENT":
            return str(finding["document"])
    raise AssertionError(f"nobody knows what to put in the place of {word}")


_HMAC_SECRET = base64.b64encode(bytes(range(7, 71))).decode()
_API_KEYS = {
    "kraken": "Ab3/kD9x+Lm2Qp7Zr5Tn8Vw1Ys4Uc6Xe0Gh3Jk5Mo7Pq9Rt2Su4Wv6Z8",
    "kucoin": KUCOIN[::-1],
    "coinbase": COINBASE,
    "gemini": "account-" + API_KEY,
    "okx": "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2",
}


def _key_file(exchange: str, ccxt: str | None) -> bytes:
    """What the engine signs with for that exchange."""
    if exchange in BINANCE or exchange.lower() in BINANCE:
        return private_pem(rsa_key(number=5))
    if exchange == "coinbase" and not (ccxt or "").startswith("2."):
        return private_pem(other_key("ec"), PKCS1)
    return _HMAC_SECRET.encode()


def site_of(root: Path, ccxt: str | None, build: Callable[[Site], Any]) -> Site:
    site = Site(root, ccxt)
    build(site)
    return site
