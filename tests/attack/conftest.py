"""An installation that is made anew for each input, and gone after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attack.arena import Arena


@pytest.fixture
def arena() -> Iterator[Arena]:
    with Arena() as made:
        yield made
