"""What the kernel makes up is regular by `stat` and not by nature: it is never opened, and hides nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cli.command_line import process
from conftest import absent
from installations import KEY_FILE, VAULT, Site, ecosystem, exchange, key, network, task, trading

from attack.limits import attacked

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/mountinfo"), reason="only Linux has such files")
# The first waits for the next message, the second is as large as the address space, the others tell of the reader.
MADE_UP = ("/proc/kmsg", "/proc/self/mem", "/proc/self/environ", "/sys/kernel/uevent_seqnum", "/proc/self/ns/net")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "superalgos")
    site.put_key()
    return site


@pytest.fixture(scope="module")
def strace() -> str:
    program = shutil.which("strace")
    if program is None or subprocess.run([program, "true"], capture_output=True, check=False).returncode:
        absent("there is no strace to see what is opened")
    return program


@pytest.mark.parametrize("made_up", [*MADE_UP, "My-Secrets/link"])
def test_a_key_path_to_it_is_an_error_and_the_other_keys_are_judged(site: Site, made_up: str) -> None:
    (site.root / "My-Secrets/link").symlink_to("/proc/kmsg")
    bad, good = key(made_up, code_name="Qw2rT5yU" * 8, name="Bad"), key(KEY_FILE, name="Good")
    traded = exchange(bad, good)
    site.workspace(network(traded, task(bad, "First"), task(good, "Second")), ecosystem(traded))
    answer = attacked(["--root", str(site.root), "check", "--format", "json"])
    assert answer.holds, answer
    assert answer.code == 1
    report = json.loads(answer.out)
    assert [entry["usable"] for entry in report["keys"]] == [False, True]
    assert [f["rule"] for f in report["findings"] if f["severity"] == "error"] == ["path-not-a-file"]


@pytest.mark.parametrize("made_up", MADE_UP)
def test_none_is_ever_opened(site: Site, strace: str, tmp_path: Path, made_up: str) -> None:
    site.workspace(*trading(key(made_up)))
    (site.root / VAULT).unlink()
    (site.root / VAULT).symlink_to(made_up)
    (site.root / "superalgos-rsa.toml").symlink_to(made_up)
    log = tmp_path / "log"
    before = [strace, "-f", "-qq", "-y", "-e", "trace=open,openat,openat2", "-o", str(log)]
    for words in (("check",), ("check", made_up), ("pubkey", made_up), ("--config", "/dev/null", "check")):
        process("--root", str(site.root), *words, cwd=tmp_path, before=before)
        calls = [line for line in log.read_text("utf-8", "replace").splitlines() if "ENOENT" not in line]
        assert len(calls) > 10
        named = re.compile('["<]' + re.escape(made_up).replace("self", r"(self|\d+)") + '[">]')
        assert [line for line in calls if named.search(line)] == []


@pytest.mark.parametrize("made_up", MADE_UP)
def test_a_document_of_it_hides_no_other(site: Site, made_up: str) -> None:
    document = site.workspace(*trading(key()))
    answer = attacked(["--root", str(site.root), "check", "--format", "json", made_up, str(document)])
    assert answer.holds, answer
    report = json.loads(answer.out)
    assert [f["rule"] for f in report["findings"] if f["severity"] == "error"] == ["document-unreadable"]
    assert [entry["usable"] for entry in report["keys"]] == [True]
