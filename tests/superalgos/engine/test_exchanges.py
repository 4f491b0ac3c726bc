"""Which classes the two lists hold."""

from __future__ import annotations

import pytest

from superalgos_rsa.superalgos.engine import CcxtVersion
from superalgos_rsa.superalgos.engine.exchanges import ASYMMETRIC, is_exchange


@pytest.mark.parametrize(
    ("name", "on_2", "on_4", "on_unknown"),
    [
        ("binance", True, True, True),
        ("bittrex", True, False, True),
        ("hyperliquid", False, True, True),
        ("Binance", False, False, False),
        ("", False, False, False),
        ("Type_the_name_of_the_exchange", False, False, False),
    ],
)
def test_class_of_a_version(name: str, on_2: bool, on_4: bool, on_unknown: bool) -> None:
    assert is_exchange(name, CcxtVersion(2, 7, 62)) is on_2
    assert is_exchange(name, CcxtVersion(4, 5, 84)) is on_4
    assert is_exchange(name, None) is on_unknown
    assert is_exchange(name, CcxtVersion(3, 0, 1)) is on_unknown


def test_every_class_that_takes_private_keys_is_in_the_newer_list() -> None:
    assert all(is_exchange(name, CcxtVersion(4, 5, 84)) for name in ASYMMETRIC)
