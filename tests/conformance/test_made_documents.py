"""The table of the exchanges is the one that its command makes from the real classes today."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import exchanges

KEPT = Path(__file__).parents[2] / "docs/exchanges.md"


@pytest.mark.usefixtures("engines")
def test_the_table_of_exchanges_is_made_by_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert exchanges.main() == 0
    command = "PYTHONPATH=tests python -m conformance.exchanges > docs/exchanges.md"
    assert KEPT.read_text("utf-8") == capsys.readouterr().out, f"run `{command}`"
