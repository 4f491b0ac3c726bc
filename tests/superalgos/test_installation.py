"""Where a Superalgos is, what it consists of, and whether it is running."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from superalgos_rsa.errors import UsageError
from superalgos_rsa.superalgos import installation
from superalgos_rsa.superalgos.installation import find_root, is_chosen, is_root, open_installation, platform_is_running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "Superalgos"
    (root / "Platform/My-Workspaces/deep/er").mkdir(parents=True)
    return root


def test_a_directory_is_one_by_its_program_or_by_its_workspaces(root: Path, tmp_path: Path) -> None:
    assert is_root(root)
    whole = tmp_path / "whole"
    (whole / "Projects").mkdir(parents=True)
    (whole / "platform.js").touch()
    assert not is_root(whole)
    (whole / "Projects/ProjectsSchema.json").touch()
    assert is_root(whole)
    assert not is_root(tmp_path)


def test_option_before_environment_before_documents_before_the_current_folder(root: Path, tmp_path: Path) -> None:
    others = {name: tmp_path / name for name in ("option", "environment", "cwd")}
    for other in others.values():
        (other / "Platform/My-Workspaces").mkdir(parents=True)
    document = str(root / "Platform/My-Workspaces/deep/er/W.json")
    environment = {"SUPERALGOS_ROOT": str(others["environment"])}
    inside = others["cwd"] / "Platform"
    assert find_root(str(others["option"]), environment, [document], inside) == others["option"]
    assert find_root(None, environment, [document], inside) == others["environment"]
    assert find_root(None, {}, [document], inside) == root
    assert find_root(None, {}, ["-"], inside) == others["cwd"]
    assert find_root(None, {"SUPERALGOS_ROOT": ""}, [str(tmp_path / "x.json")], inside) == others["cwd"]
    assert find_root(None, {}, [], tmp_path) is None


def test_a_document_may_be_named_from_anywhere(root: Path) -> None:
    assert find_root(None, {}, ["W.json"], root / "Platform/My-Workspaces") == root
    assert find_root(None, {}, ["../W.json"], root / "Platform/My-Workspaces/deep") == root
    assert find_root(None, {}, [str(root)], Path("/")) == root


def test_a_root_is_chosen_by_naming_it_or_by_standing_in_it(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "Platform/My-Workspaces").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    assert is_chosen(root, str(root), {}, tmp_path)
    assert is_chosen(root, None, {"SUPERALGOS_ROOT": str(root)}, tmp_path)
    for inside in (root, root / "Platform/My-Workspaces/deep", tmp_path / "link/Platform"):
        assert is_chosen(root, None, {}, inside)
        assert is_chosen(tmp_path / "link", None, {}, inside)
    for outside in (tmp_path, other, other / "Platform", Path("/")):
        assert not is_chosen(root, None, {"SUPERALGOS_ROOT": ""}, outside)


def test_a_root_within_a_root_is_not_chosen_from_the_outer_one(root: Path) -> None:
    inner = root / "Platform/My-Workspaces/deep"
    (inner / "Platform/My-Workspaces").mkdir(parents=True)
    assert not is_chosen(inner, None, {}, root)
    assert is_chosen(inner, None, {}, inner / "Platform")


@pytest.mark.parametrize("source", ["--root", "SUPERALGOS_ROOT"])
def test_a_wrong_root_is_said_and_not_passed_over(tmp_path: Path, source: str) -> None:
    named = str(tmp_path) if source == "--root" else None
    with pytest.raises(UsageError, match=source):
        find_root(named, {"SUPERALGOS_ROOT": str(tmp_path)}, [], tmp_path)


def test_the_search_goes_on_past_what_it_may_not_or_cannot_look_at(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], Path | None]], Path | None]
) -> None:
    root = anyones_folder / "Superalgos"
    (root / "Platform/My-Workspaces/closed").mkdir(parents=True)
    for folder in (root, root / "Platform", root / "Platform/My-Workspaces"):
        folder.chmod(0o755)
    closed = root / "Platform/My-Workspaces/closed"
    closed.chmod(0)
    assert unprivileged(lambda: find_root(None, {}, [str(closed / "x/W.json")], Path("/"))) == root
    assert find_root(None, {}, [str(root / ("a" * 300) / "W.json")], Path("/")) == root
    closed.chmod(0o700)


def test_data_path_moves_the_workspaces_and_nothing_moves_my_secrets(root: Path, tmp_path: Path) -> None:
    found = open_installation(root, {})
    assert (found.workspaces, found.secrets) == (root / "Platform/My-Workspaces", root / "My-Secrets")
    assert found.vault == root / "My-Secrets/workspace-credentials.json"
    moved = open_installation(root, {"DATA_PATH": str(tmp_path / "data")})
    assert moved.workspaces == tmp_path / "data/Superalgos_Data/My-Workspaces"
    assert moved.secrets == root / "My-Secrets"


@pytest.mark.parametrize(
    ("package", "version"),
    [
        ('{"version": "1.6.1"}', "1.6.1"), (None, None), ("", None), ("[]", None), ("{}", None), ("\ufeff{}", None),
        ('{"version": 5}', None), ("[" * 100_000, None), ("\udcff", None),
    ],
    ids=range(9),
)  # fmt: skip
def test_the_version_of_superalgos_where_it_can_be_read(root: Path, package: str | None, version: str | None) -> None:
    if package is not None:
        (root / "package.json").write_bytes(package.encode("utf-8", "surrogateescape"))
    assert open_installation(root, {}).superalgos == version


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"node_modules/ccxt/package.json": {"version": "4.5.59"}, "package-lock.json": {}}, "4.5.59"),
        ({"package-lock.json": {"packages": {"node_modules/ccxt": {"version": "2.7.62"}}}}, "2.7.62"),
        ({"package-lock.json": {"dependencies": {"ccxt": {"version": "2.7.1"}}}}, "2.7.1"),
        ({"package.json": {"version": "1.6.1", "dependencies": {"ccxt": "^2.7.62"}}}, "2.7.62"),
        ({}, None),
    ],
)
def test_the_version_of_ccxt_by_what_is_installed_locked_or_asked_for(
    root: Path, files: dict[str, object], version: str | None
) -> None:
    for name, value in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    found = open_installation(root, {}).ccxt
    assert (None if found is None else str(found)) == version


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A program on a port that gives one answer, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1024)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def environment(root: object) -> bytes:
    return b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps({"BASE_PATH": root}).encode()


def test_the_platform_runs_where_it_answers_with_this_directory(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    for answer, running in (
        (environment(str(root)), True),
        (environment(str(tmp_path / "link")), True),
        (environment(str(tmp_path)), False),
        (environment("/nowhere"), False),
        (environment(None), False),
        (environment([1]), False),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 60_000, False),
        (b"\xff\xfe", False),
        (b"", False),
    ):
        with answering(answer) as port:
            assert platform_is_running(root, port) is running
    assert platform_is_running(root, port) is False


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
    monkeypatch.setattr(installation, "_ANSWER_SECONDS", 0.2)
    with talking(b"x", parts=200, pause=0.01) as (port, sent):
        assert platform_is_running(root, port) is False
        assert 0 < len(sent) < 200


def test_a_program_that_floods_is_not_listened_to_for_ever(root: Path) -> None:
    with talking(b"x" * 65536, parts=1000, pause=0) as (port, sent):
        assert platform_is_running(root, port) is False
        assert len(sent) < 1000


def test_a_program_that_says_nothing_is_not_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert platform_is_running(root, listener.getsockname()[1]) is False


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
        with answering(environment(away)) as port:
            assert platform_is_running(root, port) is False
    assert looked == []
    with answering(environment(str(root.parent))) as port:
        platform_is_running(root, port)
    assert str(root.parent) in looked
