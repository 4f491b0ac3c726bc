"""Which names the system looks up on the way of a path."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator

MOST_LINKS = 40  # what Linux follows before it says that the links loop


def steps(path: str) -> Iterator[tuple[str, str]]:
    """Each folder in which a name of this absolute POSIX path is looked for, and the name. Links are followed as far as
    the caller can see, each only when the step after it is asked for."""
    at, names, links = "/", deque(path.split("/")), 0
    while names:
        name = names.popleft()
        if name in ("", "."):
            continue
        yield at, name
        if name == "..":
            at = os.path.dirname(at)
            continue
        entry = os.path.join(at, name)
        try:
            target = os.readlink(entry)
        except (OSError, ValueError):  # no link, or closed to the caller
            at = entry
            continue
        links += 1
        if links > MOST_LINKS:
            return
        at = "/" if target.startswith("/") else at
        names.extendleft(reversed(target.split("/")))
