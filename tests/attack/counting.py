"""Adds words to a list in a JSON file, one by one through the journal, beside others that do the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from superalgos_rsa.errors import ConflictError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal


def count(path: str, state: Path, name: str, rounds: int) -> None:
    """Whoever finds that another has written meanwhile reads again, as the hint says."""
    journal = Journal(state)
    for number in range(rounds):
        while True:
            old = Path(path).read_bytes()
            new = json.dumps([*json.loads(old), f"{name} {number}"]).encode()
            try:
                journal.apply([Change(path, old, new)], "count", 0)
                break
            except ConflictError:
                continue


if __name__ == "__main__":
    count(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
