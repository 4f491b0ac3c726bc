"""Closes a new file to other users on Windows, where a file inherits the access list of its folder.

This user gets full access, and inherited access is removed. Administrators and the system can still reach the file, as
root can on other systems. The user is named, not the owner (`S-1-3-4`): a file made in an elevated window belongs to
the group of administrators, and the same user's Superalgos could not read it.
"""

from __future__ import annotations

import os
import re

SECONDS = 10.0
"""The time limit for each of the two programs of Windows."""
_OWNER = "S-1-3-4"


def close_to_others(path: str | os.PathLike[str]) -> str | None:
    """Close the file to other users. If that fails, returns the command to paste into cmd or PowerShell."""
    file = os.path.abspath(path)
    answer = _output("whoami", "/user", "/fo", "csv", "/nh")  # "NAME","S-1-5-…"
    found = re.search(rb'"(S-1-[0-9-]+)"\s*\Z', answer or b"")
    user = found[1].decode("ascii") if found is not None else None
    if user is not None and _output("icacls", file, "/inheritance:r", "/grant:r", f"*{user}:F") is not None:
        return None
    return f'icacls "{file}" /inheritance:r /grant:r "*{user or _OWNER}:F"'


def _output(name: str, *words: str) -> bytes | None:
    """The output of a program of Windows; `None` if it is missing or fails. It is looked for in the system's folder and
    never in the current one, which may be of unknown origin."""
    import subprocess

    folder = os.path.join(os.environ.get("SYSTEMROOT", ""), "System32")
    program = os.path.join(folder, f"{name}.exe")
    if not os.path.isabs(program):
        return None
    try:
        ended = subprocess.run(  # noqa: S603  # a program of the system, without a shell
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
