"""A whole folder as a value, to be compared to the byte."""

import os
import stat
from pathlib import Path

Tree = dict[str, tuple[int, bytes]]


def tree(root: Path) -> Tree:
    """Mode and bytes of every file, folder and link below."""
    found: Tree = {}
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = Path(folder, name)
            status = path.lstat()
            data = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(root))] = status.st_mode, data
    return found


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
