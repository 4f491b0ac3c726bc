"""The settings file of a stranger's root: it runs nothing, connects to nothing, turns no red green, and never waits."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from installations import KEY_FILE, Site, key, trading
from key_samples import private_pem, rsa_key

from attack.limits import attacked

WORKSPACE = "Platform/My-Workspaces/W.json"


def _text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text)


def _huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 40)


NAME = ".".join(["a"] * 499)
FILES: dict[str, Callable[[Path], object]] = {
    "accepts": _text("accept_rsa_4096 = true\n"),
    "FIFO": os.mkfifo,
    "folder": Path.mkdir,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "loop": lambda path: path.symlink_to(path.name),
    "huge": _huge,
    "secret": lambda path: path.symlink_to(KEY_FILE),
    "long name": _text(".".join(["a"] * 500_000) + " = 1\n"),
    "long names": _text("".join(f"{NAME[:-4]}.b{number:02} = 1\n" for number in range(64))),
    "long tables": _text("".join(f"[{NAME[:-6]}.b{number:02}]\n" for number in range(64))),
    "deep lists": _text("a = " + "[" * 900),
    "many": _text("".join(f"a{number} = 1\n" for number in range(7000))),
    "NUL": _text("\0"),
    "NUL in a folder": _text('search = ["a\\u0000b"]'),
    "many folders": _text("search = [\n" + '"/net/a",\n' * 6000 + "]"),
    "long numbers": _text("".join(f"a{number} = {'9' * 980}\n" for number in range(60))),
    "dates": _text("a = 9999-99-99\n"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("stands_in_it", [True, False], ids=["current folder", "found above the document"])
def test_whatever_it_holds_the_answer_comes(tmp_path: Path, name: str, stands_in_it: bool) -> None:
    site = Site(tmp_path / "stranger")
    site.put(KEY_FILE, private_pem(rsa_key(4096)))
    site.workspace(*trading(key()))
    FILES[name](site.root / "superalgos-rsa.toml")
    answer = attacked(["check", str(site.root / WORKSPACE)], cwd=site.root if stands_in_it else tmp_path)
    assert answer.holds, answer
    body = private_pem(rsa_key(4096)).decode().splitlines()[1:-1]
    assert not any(line in answer.out + answer.err for line in body)
    if not stands_in_it:
        assert answer.code == 1, "a key of 4096 bits stays an error, and nothing in that folder hides the report"
        assert "superalgos-rsa: warning: " in answer.err
