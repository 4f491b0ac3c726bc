"""How a printed command finds the installation that was judged, when it is pasted where the report is read."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from superalgos_rsa.cli.settings import NAME
from superalgos_rsa.documents.pasting import Options
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.spelling import identity
from superalgos_rsa.superalgos.installation import Installation, find_root, is_chosen


@dataclass(frozen=True, slots=True)
class FromHere:
    """The options that a command needs, in this folder, whose first word after its name is that."""

    installation: Installation | None
    root: str | None
    """As `--root` gave it."""
    config: str | None
    folder: str

    def __call__(self, word: str | None) -> Options:
        """None where the installation is found without."""
        found = self.installation
        root = None if found is None or self._is_found(found, word) else self.root or str(found.root)
        options = (("--root", root), ("--config", self.config))
        return [(name, value) for name, value in options if value is not None]

    def _is_found(self, installation: Installation, word: str | None) -> bool:
        folder = Path(self.folder)
        root = None
        with contextlib.suppress(UsageError):  # SUPERALGOS_ROOT names no installation, and --root came before it
            root = find_root(None, os.environ, [] if word is None else [word], folder)
        if root is None or identity(str(root)) != identity(str(installation.root)):
            return False
        # The settings of a folder that was only found above a document do not count.
        has_settings = installation.chosen and os.path.lexists(root / NAME)
        return not has_settings or is_chosen(root, None, os.environ, folder)
