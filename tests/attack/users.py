"""The tool as it runs for another user: a child that has become that user, groups, environment and all."""

from __future__ import annotations

import functools
import importlib
import json
import os
import pkgutil
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli.command_line import Ended
from installations import Site, key, trading

import superalgos_rsa
from attack.limits import attacked
from superalgos_rsa.cli import main

TRADER, OTHER = 54321, 54322
"""Users whom the system's list does not name."""
as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become another user")
_NEEDED_LATER = (
    "encodings.idna", "encodings.latin_1", "encodings.utf_16", "encodings.utf_16_le", "encodings.utf_8_sig", "filelock",
    "getpass", "json", "jsonschema", "pwd", "shlex", "shutil", "socket", "subprocess", "tomllib", "watchdog.observers",
)  # fmt: skip


@functools.cache
def _import_all() -> None:
    for module in pkgutil.walk_packages(superalgos_rsa.__path__, "superalgos_rsa."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in _NEEDED_LATER:
        importlib.import_module(name)


def run_as(uid: int, *words: str | Path, cwd: Path, **variables: str) -> Ended:
    """One command line. That user may not be able to read where Python lies, so all is imported beforehand."""
    _import_all()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a fork among threads; the child starts none
            child = os.fork()
        if child == 0:
            code = 99
            try:
                for descriptor, stream in ((1, out), (2, err)):
                    os.dup2(stream.fileno(), descriptor)
                sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
                os.chdir(cwd)
                os.environ.clear()
                os.environ.update({"PATH": os.defpath, **variables})
                os.setgroups([])
                os.setgid(uid)
                os.setuid(uid)
                code = main([str(word) for word in words])
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code)
        status = os.waitpid(child, 0)[1]
        out.seek(0)
        err.seek(0)
        return Ended(os.waitstatus_to_exitcode(status), out.read().decode(), err.read().decode())


@contextmanager
def installation_of_the_trader() -> Iterator[Site]:
    """An installation of the trader's with one good key, in a folder that everybody can enter."""
    folder = Path(tempfile.mkdtemp(prefix="superalgos-rsa-test-"))
    folder.chmod(0o755)
    site = Site(folder / "superalgos")
    site.put_key()
    site.workspace(*trading(key()))
    give(site.root)
    yield site
    shutil.rmtree(folder)


def give(root: Path, uid: int = TRADER) -> None:
    for path in (root, *root.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)


def check(site: Site, *words: str) -> dict[str, Any]:
    answer = attacked(["--root", str(site.root), "check", "--format", "json", *words])
    assert answer.holds, answer
    report: dict[str, Any] = json.loads(answer.out)
    report["exit"] = answer.code
    return report


def check_as(uid: int, site: Site) -> dict[str, Any]:
    ended = run_as(uid, "--root", site.root, "check", "--format", "json", cwd=site.root)
    report = ended.report
    report["exit"] = ended.code
    return report


def errors(report: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in report["findings"] if finding["severity"] == "error"]
