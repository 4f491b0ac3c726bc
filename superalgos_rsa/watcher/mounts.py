"""File systems that send no events of changes by other machines: network ones, and Windows' drives inside WSL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from superalgos_rsa.files import file_systems


@dataclass(frozen=True, slots=True)
class Mounts:
    """File system types by mount point."""

    types: tuple[tuple[str, str], ...] = ()
    emulated: bool = False
    """WSL 1, which has no Linux kernel, sends no reliable events."""

    def is_silent(self, folder: str) -> bool:
        """Whether this folder's file system sends no events, or none for changes by other machines."""
        kind = self.type_of(folder)
        return self.emulated or kind in file_systems.REMOTE or kind.startswith("fuse.")

    def type_of(self, folder: str) -> str:
        """The type at the longest mount point above `path`; of two at one place the last, which covers the other."""
        best, kind = "", ""
        for point, of_point in self.types:
            inside = point == "/" or folder == point or folder.startswith(point + "/")
            if inside and len(point) >= len(best):
                best, kind = point, of_point
        return kind


def of(found: Iterable[file_systems.Mount], release: str) -> Mounts:
    """What these mounts and the name of the kernel's release tell."""
    return Mounts(tuple((mount.point, mount.type) for mount in found), emulated="Microsoft" in release)


def read() -> Mounts:
    """The mounts of this process; none on a system without `/proc`."""
    if sys.platform != "linux":
        return Mounts()
    return of(file_systems.mounts(), os.uname().release)
