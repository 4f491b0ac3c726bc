"""What answers on a port: the platform of this directory, that of another, or something else."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from platforms import answering, environment_of

from superalgos_rsa.superalgos import running
from superalgos_rsa.superalgos.running import folder_of_platform, platform_at


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "Superalgos"
    root.mkdir()
    return root


def is_running(root: Path, port: int) -> bool:
    return platform_at(root, [port]) is not None


def test_the_platform_runs_where_it_answers_with_this_directory(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    for answer, runs in (
        (environment_of(str(root)), True),
        (environment_of(str(tmp_path / "link")), True),
        (environment_of(str(tmp_path)), False),
        (environment_of("/nowhere"), False),
        (environment_of(None), False),
        (environment_of([1]), False),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 60_000, False),
        (b"\xff\xfe", False),
        (b"", False),
    ):
        with answering(answer, root) as port:
            assert is_running(root, port) is runs
    assert is_running(root, port) is False


@contextlib.contextmanager
def talking(part: bytes, parts: int, pause: float) -> Iterator[tuple[int, list[bytes]]]:
    """A program on a port that says `part` again and again until nobody listens; the list holds what it got rid of."""
    sent: list[bytes] = []
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    while len(sent) < parts and not over.wait(pause):
                        connection.sendall(part)
                        sent.append(part)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], sent
        over.set()
        thread.join()


def test_a_program_that_drips_bytes_is_not_listened_to_for_ever(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_ANSWER_SECONDS", 0.2)
    with talking(b"x", parts=200, pause=0.01) as (port, sent):
        assert is_running(root, port) is False
        assert 0 < len(sent) < 200


def test_a_program_that_floods_is_not_listened_to_for_ever(root: Path) -> None:
    with talking(b"x" * 65536, parts=1000, pause=0) as (port, sent):
        assert is_running(root, port) is False
        assert len(sent) < 1000


def test_a_program_that_says_nothing_is_not_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert is_running(root, listener.getsockname()[1]) is False


def test_a_folder_of_another_machine_that_it_names_is_not_looked_at(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    real = os.stat

    def noting(path: Any, *more: Any, **most: Any) -> os.stat_result:
        looked.append(path)
        return real(path, *more, **most)

    monkeypatch.setattr(os, "stat", noting)
    for away in ("/net/nowhere/x", "//nowhere/x", "/x/../net/nowhere"):
        with answering(environment_of(away), root) as port:
            assert is_running(root, port) is False
    assert looked == []
    with answering(environment_of(str(root.parent)), root) as port:
        is_running(root, port)
    assert str(root.parent) in looked


def test_it_tells_where_its_workspaces_are(root: Path, tmp_path: Path) -> None:
    for said, workspaces in (("ws", "ws"), ("/ws", "/ws"), (None, None), (5, None)):
        with answering(environment_of(str(root), PATH_TO_MY_WORKSPACES=said), tmp_path) as port:
            found = platform_at(root, [port])
        assert found is not None
        assert (found.port, found.workspaces) == (port, workspaces)


def test_of_several_ports_the_first_counts_on_which_this_one_answers(root: Path, tmp_path: Path) -> None:
    with (
        answering(environment_of(str(tmp_path)), tmp_path) as other,
        answering(environment_of(str(root), PATH_TO_MY_WORKSPACES="/a"), tmp_path) as first,
        answering(environment_of(str(root), PATH_TO_MY_WORKSPACES="/b"), tmp_path) as second,
        socket.create_server(("127.0.0.1", 0)) as silent,
    ):
        ports = [other, first, second, silent.getsockname()[1], 1]
        for order in (ports, ports[::-1]):
            found = platform_at(root, order)
            assert found is not None
            assert found.port == next(port for port in order if port in (first, second))
        assert platform_at(root, [other, 1]) is None


def test_a_document_belongs_to_the_platform_that_keeps_it(root: Path, tmp_path: Path) -> None:
    workspaces = tmp_path / "Superalgos_Data/My-Workspaces"
    document = str(workspaces / "deep/W.json")
    for said, base in (
        ({"PATH_TO_MY_WORKSPACES": str(workspaces)}, str(root)),
        ({"PATH_TO_MY_WORKSPACES": f"{tmp_path}/x/../Superalgos_Data/My-Workspaces/"}, str(root)),
        ({"PATH_TO_MY_WORKSPACES": "Superalgos_Data/My-Workspaces"}, None),
        ({"PATH_TO_MY_WORKSPACES": str(root)}, None),
        ({}, None),
    ):
        with answering(environment_of(str(root), **said), tmp_path) as port:
            assert folder_of_platform(document, [port]) == base
    with answering(environment_of("//far/away", PATH_TO_MY_WORKSPACES=str(workspaces)), tmp_path) as port:
        assert folder_of_platform(document, [port]) is None
