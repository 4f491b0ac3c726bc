"""The limit itself can fail: a tool that is slow, large, or waits for ever is seen."""

from __future__ import annotations

from pathlib import Path

from attack.limits import attacked


def test_a_harmless_command_holds() -> None:
    answer = attacked(["--version"])
    assert answer.holds
    assert answer.code == 0
    assert answer.cpu > 0
    assert answer.peak > 1024 * 1024


def test_a_tool_that_is_busy_or_large_does_not_hold(tmp_path: Path) -> None:
    (tmp_path / "superalgos_rsa.py").write_text("while True: pass")
    assert not attacked([], cwd=tmp_path).holds
    (tmp_path / "superalgos_rsa.py").write_text("x = bytearray(300 * 1024 * 1024); x[:: 4096] = b'x' * len(x[:: 4096])")
    assert not attacked([], cwd=tmp_path).holds
