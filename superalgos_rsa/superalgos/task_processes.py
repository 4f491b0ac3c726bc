"""The processes in which tasks run. The platform forks one a task, and it outlives a platform that ends."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

_PROCESSES = Path("/proc")  # of Linux; elsewhere nobody tells which task a process runs


def task_processes(root: Path, processes: Path = _PROCESSES) -> dict[str, int]:
    """The number of the process in which each task of this installation runs, by the task's id."""
    scripts = {os.fsencode(Path(base, "TaskServerRoot.js")) for base in (root.absolute(), os.path.realpath(root))}
    found = {}
    for folder in processes.glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended, or is hidden from this user
            continue
        for script, task in pairwise(words):
            if script in scripts and task:
                found[os.fsdecode(task)] = int(folder.name)
    return found
