"""Tells which file system a path lies on, without opening the file."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_AWAY = re.compile(r"[/\\]{2}|/(net|afs|Network)/")
_MADE_UP = frozenset(
    {
        "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "cpuset", "debugfs", "devpts", "efivarfs", "functionfs",
        "fusectl", "hugetlbfs", "mqueue", "nfsd", "nsfs", "proc", "pstore", "resctrl", "rpc_pipefs", "securityfs",
        "selinuxfs", "smackfs", "sysfs", "tracefs",
    }
)  # fmt: skip

REMOTE = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "drvfs", "fuse", "fuseblk", "gfs2", "glusterfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "ocfs2", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs",
    }
)  # fmt: skip
"""Types of file systems of other machines, of a host around this one, or made by a program."""


class Mount(NamedTuple):
    """One file system in its place, as Linux tells of it."""

    device: str
    """Its two numbers, as in `8:1`."""
    point: str
    type: str


def mounts() -> tuple[Mount, ...]:
    """Those of this process, of two at one place the last, which covers the other; none where Linux does not tell."""
    if sys.platform != "linux":
        return ()
    table = "/proc/self/mountinfo"
    with contextlib.suppress(OSError), open(table, encoding="utf-8", errors="surrogateescape") as lines:
        return tuple(parsed(lines))
    return ()


def parsed(lines: Iterable[str]) -> Iterator[Mount]:
    """Fields of a line: id, parent, device, root, mount point, options, any more up to `-`, type, source."""
    for line in lines:
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) > 4 and right:
            point = re.sub(r"\\([0-7]{3})", lambda escape: chr(int(escape[1], 8)), fields[4])
            yield Mount(fields[2], point, right.partition(" ")[0])


def is_made_up(path: str, found: os.stat_result) -> bool:
    """Whether the kernel generates the content on reading, as in /proc and /sys.

    `stat` calls such a file regular, but reading it may block, never end, or consume what another reader waits for.
    """
    if sys.platform != "linux" or os.major(found.st_dev) != 0:  # it lies on a disk
        return False
    kind = file_system(found.st_dev)
    # mountinfo lists no btrfs subvolume, which has blocks, and no /proc of another namespace, which has none.
    return os.statvfs(path).f_blocks == 0 if kind is None else kind in _MADE_UP


@functools.cache
def file_system(device: int) -> str | None:
    """The type of the one on this device, where Linux tells."""
    if sys.platform != "linux":
        return None
    numbers = f"{os.major(device)}:{os.minor(device)}"
    return next((mount.type for mount in mounts() if mount.device == numbers), None)


def is_on_network(path: str) -> bool:
    """Whether a path names another machine (`//host/share`, `/net/host`), so that even `stat` would connect to it."""
    return _AWAY.match(path) is not None or _AWAY.match(os.path.normpath(path)) is not None
