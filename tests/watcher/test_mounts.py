"""Which folders send no events, told from lines as Linux writes them."""

import pytest

from superalgos_rsa.files.file_systems import parsed
from superalgos_rsa.watcher.mounts import of

LINES = [
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
    "30 22 0:40 / /mnt/nas rw - nfs4 host:/x rw",
    "31 30 254:1 / /mnt/nas/local rw - ext4 /dev/vdb rw",
    r"32 22 0:41 / /mnt/two\040words rw shared:2 master:3 - cifs //host/x rw",
    "33 22 0:42 / /mnt/c rw - 9p C: rw",
    "34 22 0:43 / /home/u/remote rw - fuse.sshfs u@host: rw",
    "35 22 0:44 / /over rw - nfs host:/y rw",
    "36 22 0:45 / /over rw - tmpfs tmpfs rw",
    "no line of this kind",
]
RELEASE = "6.1.0-13-amd64"


@pytest.mark.parametrize(
    ("folder", "silent"),
    [
        ("/", False),
        ("/opt/Superalgos", False),
        ("/mnt/nas", True),
        ("/mnt/nas/a/b", True),
        ("/mnt/nasty", False),
        ("/mnt/nas/local/x", False),
        ("/mnt/two words/x", True),
        ("/mnt/c/Superalgos", True),
        ("/home/u/remote/x", True),
        ("/over/x", False),
    ],
)
def test_a_folder_is_as_silent_as_the_innermost_file_system_it_lies_on(folder: str, silent: bool) -> None:
    assert of(parsed(LINES), RELEASE).is_silent(folder) is silent


@pytest.mark.parametrize(
    ("release", "silent"),
    [("4.4.0-19041-Microsoft", True), ("5.15.90.1-microsoft-standard-WSL2", False), (RELEASE, False)],
)
def test_the_first_wsl_is_silent_everywhere(release: str, silent: bool) -> None:
    assert of(parsed(LINES), release).is_silent("/opt") is silent
