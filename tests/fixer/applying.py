"""A program that applies one set of changes, or takes it back, and nothing else, for a tracer to interrupt.

Arguments: `apply` or `undo`, the folder to change, the folder of the journal, and `mounted` if each file is to behave
as one that a container mounts by itself, which has one place only. What it needs is imported before the first change,
which begins with the look at a file called BEGIN.
"""

import errno
import hashlib  # noqa: F401
import os
import shutil  # noqa: F401
import sys
import tempfile
from pathlib import Path

import filelock  # noqa: F401

from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal

NAMES = ("Platform/My-Workspaces/One.json", "Platform/My-Workspaces/Two.json", "My-Secrets/workspace-credentials.json")
KEY, FOLDER, NEW = "My-Secrets/k.pem", "made", "made/note"


def build(root: Path) -> None:
    for number, name in enumerate(NAMES):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"old %d " % number * 500)
    (root / KEY).write_text("key")
    (root / KEY).chmod(0o644)


def changes(root: Path) -> list[Change]:
    files = [
        Change(str(root / name), b"old %d " % number * 500, b"new %d " % number * 700)
        for number, name in enumerate(NAMES)
    ]
    found = (root / KEY).stat()
    key = Change(str(root / KEY), old_mode=0o644, new_mode=0o600, identity=(found.st_dev, found.st_ino))
    return [Change(str(root / FOLDER), folder=True), key, *files, Change(str(root / NEW), None, b"made")]


def refuse_to_replace_below(root: Path) -> None:
    replace = os.replace

    def refuse(source: Path, target: Path) -> None:
        if target.is_relative_to(root):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        replace(source, target)

    os.replace = refuse  # type: ignore[assignment]


def main(what: str, root: Path, state: Path, how: str) -> int:
    tempfile.gettempdir()
    if how == "mounted":
        refuse_to_replace_below(root)
    os.access("BEGIN", os.F_OK)
    try:
        if what == "apply":
            Journal(state).apply(changes(root), "test", 0)
        else:
            Journal(state).undo(None, 0)
    except SuperalgosRsaError as error:
        sys.stderr.write(error.message)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]))
