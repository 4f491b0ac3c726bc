"""What the fuzzer found, each as the least that did it. Whatever else it finds belongs here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attack.arena import Arena
from attack.cases import SETTINGS, Shape, plain
from attack.scripts import examine

FOUND: dict[str, tuple[str, str, bytes | Shape]] = {
    "a number in the settings that Python makes no text of": (
        "settings", SETTINGS, b"accept_rsa_4096 = 0x" + b"f" * 5000,
    ),
}  # fmt: skip


@pytest.fixture
def arena() -> Iterator[Arena]:
    with Arena() as made:
        yield made


@pytest.mark.parametrize(("kind", "place", "data"), FOUND.values(), ids=FOUND)
def test_every_law_holds_of_it(arena: Arena, kind: str, place: str, data: bytes | Shape) -> None:
    examine(arena, plain(kind, place, data))
