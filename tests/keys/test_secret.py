"""A secret has no text of its own: nothing that prints, formats, copies or stores shows it."""

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from superalgos_rsa.keys.secret import Secret

CANARY = "Zq7Canary0Xw"


@dataclass(frozen=True, slots=True)
class Holder:
    secret: Secret


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        format,
        lambda secret: f"{secret} {secret!r} {secret!s} {secret:>20}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031  # a log formats in this way
        lambda secret: "{} {:s}".format(secret, secret),  # noqa: UP032
        lambda secret: str([secret, {"a": secret}, Holder(secret)]),
        lambda secret: logging.LogRecord("n", 0, "p", 0, "%s", (secret,), None).getMessage(),
        lambda secret: "".join(traceback.format_exception(ValueError(secret))),
        lambda secret: str(dir(secret)),
    ],
)
def test_nothing_shows_it(show: Callable[[Secret], str]) -> None:
    assert CANARY not in show(Secret(CANARY))


@pytest.mark.parametrize("store", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars, lambda s: s + ""])
def test_nothing_copies_or_stores_it(store: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError) as caught:
        store(Secret(CANARY))
    assert CANARY not in str(caught.value)


def test_it_opens_by_its_name_alone() -> None:
    assert Secret(CANARY).reveal() == CANARY
    assert not hasattr(Secret(CANARY), "__dict__")
    assert Secret(CANARY) == Secret(CANARY)
    assert Secret(CANARY) != CANARY
    assert len({Secret(CANARY), Secret(CANARY), Secret("")}) == 2
    assert Secret(CANARY)
    assert not Secret("")
