"""Real SSH servers on loopback ports, each a machine of its own: home, key files, host key. None of them is that of the
system, and all have ended when the test has."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conftest import absent

_PRIVILEGE_SEPARATION = Path("/run/sshd")
"""Where root's sshd locks itself in; the system's own makes it at its start."""


@dataclass(frozen=True, slots=True)
class Server:
    """A machine: `home` is the home of whoever logs in."""

    port: int
    home: Path


@dataclass(frozen=True, slots=True)
class Network:
    """What a client needs: its key, and the host keys of the servers that it knows."""

    folder: Path

    @property
    def options(self) -> str:
        """For ssh, which then reads nothing of the user's own."""
        given = {
            "IdentityFile": self.folder / "client",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": self._known,
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
        }
        return "-F /dev/null " + " ".join(f"-o {name}={value}" for name, value in given.items())

    @property
    def _known(self) -> Path:
        return self.folder / "known_hosts"

    @contextlib.contextmanager
    def server(self, name: str) -> Iterator[Server]:
        """A server that answers until the block ends."""
        own = self.folder / name
        home = own / "home"
        home.mkdir(parents=True)
        _make_key(own / "host_key")
        port = free_port()
        config = own / "sshd_config"
        config.write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {own}/host_key\nPidFile none\nUsePAM no\nStrictModes no\n"
            f"AuthorizedKeysFile {self.folder}/client.pub\nPasswordAuthentication no\n"
            f"PermitRootLogin prohibit-password\nKbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\n"
            f"SetEnv HOME={home} XDG_STATE_HOME={home}/state\n",
            "utf-8",
        )
        kind, public, *_ = (own / "host_key.pub").read_text("utf-8").split()
        with self._known.open("a", encoding="utf-8") as known:
            known.write(f"[127.0.0.1]:{port} {kind} {public}\n")
        process = subprocess.Popen(
            [sshd(), "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if "Server listening" in line:
                    break
            assert process.poll() is None, "".join(said)
            yield Server(port, home)
        finally:
            process.terminate()
            process.wait()
            process.stderr.close()  # not read to its end: a session that still ends holds it open


@contextlib.contextmanager
def network(folder: Path) -> Iterator[Network]:
    """A client that can log in to each server as the user who runs the tests."""
    folder.mkdir()
    sshd()
    _make_key(folder / "client")
    made = os.geteuid() == 0 and not _PRIVILEGE_SEPARATION.exists()
    if made:
        _PRIVILEGE_SEPARATION.mkdir(mode=0o755)
    try:
        yield Network(folder)
    finally:
        if made:
            _PRIVILEGE_SEPARATION.rmdir()


def sshd() -> str:
    """The program, by the full path that it must be started with."""
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return found or absent("there is no sshd to log in to")


def free_port() -> int:
    """A loopback port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def user() -> str:
    """Who logs in."""
    return getpass.getuser()


def _make_key(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
