"""Whatever hangs around it, `watch` goes on, ends when it is told to, and says what was not delivered."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cli.command_line import set_secret
from cli.test_watch import BROKEN, watch
from conftest import absent

from superalgos_rsa import demonstration as demo

WITHOUT_WATCHERS = ["unshare", "--user", "--map-root-user", "sh", "-c"]
WITHOUT_WATCHERS += ['echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"', "sh"]


@pytest.fixture(scope="module")
def no_watchers() -> list[str]:
    """What runs a command that the kernel lets watch nothing: a user namespace has a limit of its own."""
    if shutil.which("unshare") is None or subprocess.run([*WITHOUT_WATCHERS, "true"], check=False).returncode:
        absent("this system has no namespace whose watchers could be limited")
    return WITHOUT_WATCHERS


def test_without_a_watcher_left_everything_is_looked_at_again_and_again(green: Path, no_watchers: list[str]) -> None:
    with watch(green, before=no_watchers) as running:
        assert running.event()["errors"] == 0
        set_secret(green, BROKEN)
        assert running.event()["event"] == "broken"
        set_secret(green, demo.KEY_FILE)
        assert running.event()["event"] == "mended"
        assert running.stop() == 0
        assert running.child.stderr is not None
        (warning,) = running.child.stderr.read().splitlines()
        assert "looked at every 1 s: the limit of watchers" in warning
