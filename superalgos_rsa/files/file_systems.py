"""What is known of the file system that a path lies on, without asking it."""

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
    """Whether the kernel makes the file up as it is read, as in /proc and /sys. Such a file is regular by `stat`, and
    reading it may wait, never end, or take away what others wait for."""
    if sys.platform != "linux" or os.major(found.st_dev) != 0:  # it lies on a disk
        return False
    kind = file_system(found.st_dev)
    # Not every device is listed: not the parts of a btrfs, which have a size, nor another namespace's /proc.
    return os.statvfs(path).f_blocks == 0 if kind is None else kind in _MADE_UP


@functools.cache
def file_system(device: int) -> str | None:
    """Its type, where Linux tells. Fields of a line: id, parent, device, and more up to `-`, type, source, options."""
    if sys.platform != "linux":
        return None
    with contextlib.suppress(OSError), open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            left, _, right = line.partition(" - ")
            if left.split(" ")[2] == f"{os.major(device)}:{os.minor(device)}":
                return right.partition(" ")[0]
    return None


def is_on_network(path: str) -> bool:
    """Whether a path names another machine, so that a mere look at it would call there: `//host/share`, `/net/host`."""
    return _AWAY.match(path) is not None or _AWAY.match(os.path.normpath(path)) is not None
