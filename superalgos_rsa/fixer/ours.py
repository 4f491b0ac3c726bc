"""Decides which files may get another mode: a workspace of unknown origin can name any file of this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from superalgos_rsa.files.modes import Seen
from superalgos_rsa.files.spelling import is_below
from superalgos_rsa.keys.inspect import inspect

_PRIVATE = ("private", "encrypted", "openssh")


def why_not_ours(target: str, seen: Seen, root: Path | None, named: Sequence[str]) -> str | None:
    """Why the file that was `seen` at this real path must not get another mode; `None` if it may.

    It may if it is a private key with one name only, lies in the installation or where the user `named` it, and
    belongs to this user, or, if this user is root, to the owner of the installation.
    """
    if inspect(seen.data).kind not in _PRIVATE:
        return "it holds no private key"
    places = [*named, *([os.path.realpath(root)] if root is not None else [])]
    if not any(is_below(target, place) for place in places):
        return "it lies outside the installation; `--search FOLDER` names its folder"
    if seen.names > 1:
        return "the file has another name elsewhere (a hard link)"
    if seen.owner != _owner(root):
        return "it belongs to another user"
    return None


def _owner(root: Path | None) -> int:
    if sys.platform == "win32":  # each file has owner 0 there, and no repair changes a mode
        return 0
    user = os.geteuid()
    return os.stat(root).st_uid if user == 0 and root is not None else user
