"""The real engines for this suite; without Node or the npm packages it is skipped, and fails where it must not be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import absent

from .cases import all_cases
from .engines import Engines, Outcome, missing


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    reason = missing()
    if reason is not None:
        absent(reason)
    with Engines() as running:
        yield running


@pytest.fixture(scope="session")
def outcomes(engines: Engines) -> dict[str, list[Outcome]]:
    """What each package does with each of all cases."""
    return engines.ask([case.for_harness() for case in all_cases()])
