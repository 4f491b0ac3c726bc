"""File systems that send no events of changes by other machines: network ones, and Windows' drives inside WSL."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass

_SILENT = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "drvfs", "fuse", "fuseblk", "gfs2", "glusterfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "ocfs2", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mounts:
    """File system types by mount point, as `/proc/self/mountinfo` tells them."""

    types: tuple[tuple[str, str], ...] = ()
    emulated: bool = False
    """WSL 1, which has no Linux kernel, sends no reliable events."""

    def is_silent(self, folder: str) -> bool:
        """Whether this folder's file system sends no events, or none for changes by other machines."""
        kind = self.type_of(folder)
        return self.emulated or kind in _SILENT or kind.startswith("fuse.")

    def type_of(self, folder: str) -> str:
        """The type at the longest mount point above `path`; of two at one place the last, which covers the other."""
        best, kind = "", ""
        for point, of_point in self.types:
            inside = point == "/" or folder == point or folder.startswith(point + "/")
            if inside and len(point) >= len(best):
                best, kind = point, of_point
        return kind


def parse(lines: Iterable[str], release: str) -> Mounts:
    """Fields of a line: id, parent, device, root, mount point, options, any more up to `-`, type, source."""
    found = []
    for line in lines:
        left, _, right = line.partition(" - ")
        fields, kinds = left.split(" "), right.split(" ")
        if len(fields) > 4 and kinds[0]:
            found.append((re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4]), kinds[0]))
    return Mounts(tuple(found), emulated="Microsoft" in release)


def read() -> Mounts:
    """The mounts of this process; none on a system without `/proc`."""
    if sys.platform != "linux":
        return Mounts()
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as stream:
            return parse(stream, os.uname().release)
    except OSError:  # a container without /proc
        return Mounts()
