"""Asks the platform that runs on this machine where it is, and where it keeps its workspaces.

Its `GET /Environment` is answered with all of that. Another program on the port, or none, is no platform; nor is one
that goes on talking, or says nothing.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from superalgos_rsa.files.file_systems import is_on_network
from superalgos_rsa.files.listening import listener
from superalgos_rsa.files.rights import User
from superalgos_rsa.files.spelling import leads_below

_ANSWER_LIMIT = 64 * 1024
_ANSWER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Running:
    """A platform that answers. `None` stands for what it does not tell, or what is not known of it."""

    port: int
    workspaces: str | None
    """As it says: a relative folder begins at its working folder."""
    user: User | None = None
    cwd: str | None = None


def platform_at(base: Path, ports: Sequence[int]) -> Running | None:
    """The platform that runs from this directory, on the first of these ports on which one does."""
    for port, said in zip(ports, _answers(ports), strict=True):
        folder, workspaces = said.get("BASE_PATH"), said.get("PATH_TO_MY_WORKSPACES")
        if isinstance(folder, str) and _is_same(folder, base):
            found = listener(port)
            return Running(port, workspaces if isinstance(workspaces, str) else None, found.user, found.cwd)
    return None


def folder_of_platform(document: str, ports: Sequence[int]) -> str | None:
    """The directory of a platform that keeps this document among its workspaces."""
    for said in _answers(ports):
        folder, workspaces = said.get("BASE_PATH"), said.get("PATH_TO_MY_WORKSPACES")
        if not isinstance(folder, str) or not isinstance(workspaces, str) or not os.path.isabs(workspaces):
            continue
        if not is_on_network(folder) and not is_on_network(workspaces) and leads_below(document, workspaces):
            return folder
    return None


def _is_same(said: str, base: Path) -> bool:
    try:
        return said == str(base) or (not is_on_network(said) and os.path.samefile(said, base))
    except (OSError, ValueError):
        return False


def _answers(ports: Sequence[int]) -> list[dict[str, Any]]:
    """All are asked at once, so that many take no longer than one."""
    if len(ports) == 1:
        return [_answer(ports[0])]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(ports)) as pool:
        return list(pool.map(_answer, ports))


def _answer(port: int) -> dict[str, Any]:
    import socket

    answer = b""
    until = time.monotonic() + _ANSWER_SECONDS
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(("127.0.0.1", port))
            connection.sendall(b"GET /Environment HTTP/1.0\r\nHost: localhost\r\n\r\n")
            while (left := until - time.monotonic()) > 0 and len(answer) < _ANSWER_LIMIT:
                connection.settimeout(left)
                part = connection.recv(8192)
                if not part:
                    break
                answer += part
        said = json.loads(answer.partition(b"\r\n\r\n")[2])
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
