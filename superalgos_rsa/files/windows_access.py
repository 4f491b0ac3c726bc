"""Who may read a new file on Windows, where a mode says nothing and a file has the access list of its folder.

Full access is given to this user, and what came from the folder is taken away. Administrators and the system itself can
still reach the file, as root can on other systems. By user and not by owner (`S-1-3-4`): what an administrator makes in
an elevated window belongs to the group of the administrators, and the same user's Superalgos could not read it.
"""

from __future__ import annotations

import os
import re

SECONDS = 10.0
"""For each of the two programs, which are Windows' own."""
_OWNER = "S-1-3-4"


def close_to_others(path: str | os.PathLike[str]) -> str | None:
    """Leave the file to this user alone. Returns the command to paste into cmd or PowerShell where that failed."""
    file = os.path.abspath(path)
    answer = _output("whoami", "/user", "/fo", "csv", "/nh")  # "NAME","S-1-5-…"
    found = re.search(rb'"(S-1-[0-9-]+)"\s*\Z', answer or b"")
    user = found[1].decode("ascii") if found is not None else None
    if user is not None and _output("icacls", file, "/inheritance:r", "/grant:r", f"*{user}:F") is not None:
        return None
    return f'icacls "{file}" /inheritance:r /grant:r "*{user or _OWNER}:F"'


def _output(name: str, *words: str) -> bytes | None:
    """What a program of Windows says; `None` where it is not there or fails. Its folder is the system's, and the
    current one, which may be a stranger's, plays no part."""
    import subprocess

    folder = os.path.join(os.environ.get("SYSTEMROOT", ""), "System32")
    program = os.path.join(folder, f"{name}.exe")
    if not os.path.isabs(program):
        return None
    try:
        ended = subprocess.run(  # noqa: S603  # a program of the system, and no shell
            [program, *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return ended.stdout
