"""The documents that commands make from the real classes are what they make today."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import exchanges, table
from .engines import Outcome

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.usefixtures("engines")
def test_the_table_of_exchanges_is_made_by_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert exchanges.main() == 0
    command = "PYTHONPATH=tests python -m conformance.exchanges > docs/exchanges.md"
    assert (DOCS / "exchanges.md").read_text("utf-8") == capsys.readouterr().out, f"run `{command}`"


def test_the_table_of_secrets_is_made_by_its_command(outcomes: dict[str, list[Outcome]]) -> None:
    made = "\n".join(table.lines(outcomes)) + "\n"
    command = "PYTHONPATH=tests python -m conformance.table > docs/engine-truth.md"
    assert (DOCS / "engine-truth.md").read_text("utf-8") == made, f"run `{command}`"
