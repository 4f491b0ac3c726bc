"""Tells which file system a path lies on, without opening the file."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sys

_AWAY = re.compile(r"[/\\]{2}|/(net|afs|Network)/")
_MADE_UP = frozenset(
    {
        "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "cpuset", "debugfs", "devpts", "efivarfs", "functionfs",
        "fusectl", "hugetlbfs", "mqueue", "nfsd", "nsfs", "proc", "pstore", "resctrl", "rpc_pipefs", "securityfs",
        "selinuxfs", "smackfs", "sysfs", "tracefs",
    }
)  # fmt: skip


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
    """Type of the file system on a device, as `ext4`; `None` where Linux does not list it.

    A line of mountinfo: id, parent, device, more fields, `-`, type, source, options.
    """
    if sys.platform != "linux":
        return None
    with contextlib.suppress(OSError), open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            left, _, right = line.partition(" - ")
            if left.split(" ")[2] == f"{os.major(device)}:{os.minor(device)}":
                return right.partition(" ")[0]
    return None


def is_on_network(path: str) -> bool:
    """Whether a path names another machine (`//host/share`, `/net/host`), so that even `stat` would connect to it."""
    return _AWAY.match(path) is not None or _AWAY.match(os.path.normpath(path)) is not None
