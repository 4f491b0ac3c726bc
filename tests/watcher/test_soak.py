"""A short soak; SUPERALGOS_RSA_SOAK sets the number of operations."""

import os
from pathlib import Path

from watcher.soak import Soak, soak
from watcher.watched import watching


def test_the_verdict_is_that_of_a_fresh_check_at_every_quiet_point(tmp_path: Path) -> None:
    scene = Soak(tmp_path / "superalgos", seed=20)
    with watching(scene.site.root) as watched:
        watched.kept = 1
        soak(watched, scene.operation, int(os.environ.get("SUPERALGOS_RSA_SOAK", "1000")), each=100, seconds=10)
        assert watched.warnings == []
