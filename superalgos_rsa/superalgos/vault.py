"""The credential vault `My-Secrets/workspace-credentials.json`: one plain-text secret for each code name. The platform
takes the secrets out of every workspace on saving and puts them back on loading."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from superalgos_rsa.documents.broken_off import broken_off
from superalgos_rsa.documents.deep_json import levels, parse_deep
from superalgos_rsa.documents.json_text import (
    BOM,
    MOST_LEVELS,
    JsonError,
    LimitError,
    Place,
    TooDeepError,
    decode,
    utf8_error,
)
from superalgos_rsa.files.regular import Content, Unread, read_regular
from superalgos_rsa.files.rights import User, may_read, may_use
from superalgos_rsa.superalgos.load_route import VaultReader

MAX_VAULT = 16 * 1024 * 1024

VaultState = Literal[
    "read", "absent", "no-folder", "no-access", "unreadable", "closed", "too-large", "too-deep", "malformed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vault:
    """The vault as found. `absent` is no fault while the folder exists: the platform makes an empty one on load.

    `closed`: the user of this process may not read it, and the platform's user perhaps not either. `too-large`: it
    exceeds a limit of this program, and of `too-deep` ones only the loader is modelled. `entries` is the parsed JSON;
    `reason` and `place` say what is wrong with it.
    """

    path: str
    state: VaultState
    entries: Any = field(default_factory=list, repr=False)
    text: str | None = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)
    reason: str | None = None
    place: Place | None = None
    reader: VaultReader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        defect = None if self.state in ("read", "absent", "too-deep") else self.reason or self.state
        object.__setattr__(self, "reader", VaultReader(self.entries, defect, unread=self.is_hidden))

    @property
    def is_hidden(self) -> bool:
        """The platform may find secrets in it that were not read."""
        return self.state in ("closed", "too-large")


NO_VAULT = Vault("", "absent")


def read_vault(path: Path, user: User | None = None) -> Vault:
    """Read the vault. `user` is the platform's user, if that is not the user of this process."""
    name = str(path)
    found = read_regular(path, MAX_VAULT)
    if user is not None and not (isinstance(found, Unread) and found.obstacle != "permission"):
        allowed = may_read(os.path.abspath(path), user).allowed
        if allowed is False:
            return Vault(name, "unreadable", reason=f"the user {user.name}, as whom Superalgos runs, may not read it")
        if isinstance(found, Unread):
            return Vault(name, "closed", reason=f"you may not read it, and Superalgos runs as the user {user.name}")
    if isinstance(found, Unread):
        return _without_file(path, found, user)
    return parse_vault(name, found)


def _without_file(path: Path, found: Unread, user: User | None) -> Vault:
    name = str(path)
    # The platform asks existsSync, which takes a dangling link for no file, and then writes through the link.
    if found.obstacle in ("missing", "dangling-link"):
        folder = Path(os.path.realpath(path)).parent
        if not folder.is_dir():
            return Vault(name, "no-folder", reason=f"the folder {folder.name} does not exist")
        if user is not None and may_use(str(folder), user).allowed is False:
            return Vault(name, "no-access", reason=f"the user {user.name} may not write into {folder.name}")
        if user is None and not os.access(folder, os.W_OK | os.X_OK):
            return Vault(name, "no-access", reason=f"this user may not write into {folder.name}")
        return Vault(name, "absent")
    return Vault(name, "too-large" if found.obstacle == "too-large" else "unreadable", reason=found.detail)


def parse_vault(name: str, content: Content) -> Vault:
    """The vault with this content. `state`, `reason` and `place` of the result describe any damage."""
    text = decode(content.data)
    if text.startswith(BOM):
        reason = "a byte order mark stands before it"
        return Vault(name, "malformed", text=text, data=content.data, reason=reason, place=Place(1, 1))
    try:
        entries = parse_deep(text)
    except LimitError as error:
        return Vault(name, "too-large", text=text, data=content.data, reason=error.reason)
    except JsonError as error:
        place = utf8_error(content.data) or error.place
        broken = broken_off(content.data)
        reason = error.reason if broken is None else f"it {broken}"
        return Vault(name, "malformed", text=text, data=content.data, reason=reason, place=place)
    if not isinstance(entries, list):
        reason = "it is no JSON list"
        return Vault(name, "malformed", entries, text, content.data, reason, Place(1, 1))
    if levels(entries) > MOST_LEVELS:
        return Vault(name, "too-deep", entries, text, content.data, TooDeepError().reason)
    return Vault(name, "read", entries, text, content.data)
