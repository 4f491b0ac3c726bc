"""On Windows a file with a secret is left to its maker alone, before anything is in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from windows_programs import USER, Windows

from superalgos_rsa.files import windows_access
from superalgos_rsa.files.new_files import NewFile, create_whole
from superalgos_rsa.files.windows_access import close_to_others

posix = pytest.mark.skipif(os.name != "posix", reason="the two programs are made the POSIX way")


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Windows:
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path / "Windows"))
    monkeypatch.setattr(sys, "platform", "win32")
    return Windows(tmp_path / "Windows")


@posix
def test_this_user_gets_full_access_and_what_the_folder_gave_is_taken_away(windows: Windows, tmp_path: Path) -> None:
    (tmp_path / "a key.pem").write_bytes(b"")
    assert close_to_others(tmp_path / "a key.pem") is None
    system = str(windows.system)
    assert windows.calls("whoami") == [[system, "/user", "/fo", "csv", "/nh"]]
    assert windows.calls("icacls") == [[system, f"{tmp_path}/a key.pem", "/inheritance:r", "/grant:r", f"*{USER}:F"]]


@posix
def test_a_relative_name_is_made_whole(windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "k.pem").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert close_to_others("k.pem") is None
    assert windows.calls("icacls")[0][1] == f"{tmp_path}/k.pem"


@pytest.mark.slow
@posix
@pytest.mark.parametrize(
    ("name", "script", "sid"),
    [
        ("icacls", "exit 1332", USER),
        ("icacls", "exit 5", USER),
        ("icacls", "exec sleep 60", USER),
        ("whoami", "exit 1", "S-1-3-4"),
        ("whoami", "echo no number", "S-1-3-4"),
    ],
)
def test_where_that_fails_the_command_is_told(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str, sid: str
) -> None:
    monkeypatch.setattr(windows_access, "SECONDS", 1.0)
    windows.make(name, script)
    told = close_to_others(tmp_path / "a key.pem")
    assert told == f'icacls "{tmp_path}/a key.pem" /inheritance:r /grant:r "*{sid}:F"'


@posix
@pytest.mark.parametrize("root", [None, "", ".", "Windows"])
def test_no_program_of_the_current_folder_is_run(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYSTEMROOT") if root is None else monkeypatch.setenv("SYSTEMROOT", root)
    for place in (tmp_path, windows.system):  # a relative program is looked for in either
        (place / "System32").symlink_to(windows.system)
    (windows.system / "Windows").symlink_to(windows.root)
    assert close_to_others(tmp_path / "k.pem") is not None
    assert (windows.calls("whoami"), windows.calls("icacls")) == ([], [])


@posix
def test_a_new_file_is_closed_while_it_is_empty_and_only_if_it_is_private(windows: Windows, tmp_path: Path) -> None:
    create_whole([NewFile(tmp_path / "k.pem", b"secret", 0o600), NewFile(tmp_path / "k.pub.pem", b"public", 0o644)])
    [call] = windows.calls("icacls")
    assert Path(call[1]).parent == tmp_path
    assert Path(call[1]).name.startswith(".k.")
    assert (windows.system / "icacls.exe.sizes").read_text().split() == ["0"]
    assert (tmp_path / "k.pem").read_bytes() == b"secret"


@posix
def test_a_file_is_made_where_the_access_list_cannot_be_given(windows: Windows, tmp_path: Path) -> None:
    windows.make("icacls", "exit 1")
    create_whole([NewFile(tmp_path / "k.pem", b"secret", 0o600)])
    assert (tmp_path / "k.pem").read_bytes() == b"secret"


@pytest.mark.skipif(os.name != "nt", reason="only Windows has such lists")
def test_windows_lists_one_user_for_a_new_private_file(tmp_path: Path) -> None:
    create_whole([NewFile(tmp_path / "k.pem", b"secret", 0o600)])
    assert close_to_others(tmp_path / "k.pem") is None
    listed = subprocess.run(["icacls", tmp_path / "k.pem"], capture_output=True, text=True, check=True).stdout
    assert listed.count(":(") == 1
    assert ":(F)" in listed
    assert (tmp_path / "k.pem").read_bytes() == b"secret"
