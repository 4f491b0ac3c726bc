"""What the fuzzer found, each as the least that did it. Whatever else it finds belongs here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from installations import VAULT

from attack.arena import Arena
from attack.cases import KEY, SETTINGS, Shape, plain
from attack.samples import WORKSPACE
from attack.scripts import examine


def _with_keys(keys: str) -> bytes:
    """A workspace in which the platform finds this as the list of keys."""
    around = '{"rootNodes":[{"type":"Crypto Ecosystem","project":"Foundations","cryptoExchanges":[{"exchanges":[{"'
    return f'{around}exchangeAccounts":{{"userAccounts":[{{"userKeys":{{"keys":{keys}}}}}]}}}}]}}]}}]}}'.encode()


_DEEP = "[" * 300 + "]" * 300
_ENTRIES = '[{"type":"exchange","key":"a"},{"type":"exchange","key":"b","type":' + _DEEP + "}]"

_NOUGHT = b"-----BEGIN RSA PRIVATE KEY-----\nMBsCAQACAQACAQACAQACAQACAQACAQACAQACAQA=\n-----END RSA PRIVATE KEY-----\n"

FOUND: dict[str, tuple[str, str, bytes | Shape]] = {
    "a number in the settings that Python makes no text of": (
        "settings", SETTINGS, b"accept_rsa_4096 = 0x" + b"f" * 5000,
    ),
    **{
        f"keys that are {keys}": ("repair", WORKSPACE, _with_keys(keys))
        for keys in ('"{}"', '["{}"]', "[[{}]]", "[[[]]]", "[[]]", '"bybit"', '["x"]', "[5]", "null")
    },
    "an API that is a number": (
        "repair", WORKSPACE, b'{"rootNodes":[{"type":"APIs","project":"Foundations","githubAPI":1}]}',
    ),
    "an entry of the vault that is deeper than what is read": ("vault", VAULT, _ENTRIES.encode()),
    "a document that is deeper than what is read": ("document", WORKSPACE, _with_keys(_DEEP)),
    "an exchange without a config": (
        "document", WORKSPACE,
        b'{"rootNodes":[{"c":[{"":[{"type":"Crypto Exchange","s":{"u":[{"s":{"":[{"type":"Exchange Account Key"}]}}]}}]'
        b"}]}]}",
    ),
    "a key of which every number is nought": ("key", KEY, _NOUGHT),
    "a change without a time": ("journal", "1/plan.json", b'{"title":"","state":"applied","changes":[]}'),
    "a change of which members are missing": (
        "journal", "1/plan.json",
        b'{"time":7,"title":"","state":"applied","changes":[{"path":"/x","old":true,"new":true,"folder":false}]}',
    ),
}  # fmt: skip


@pytest.fixture
def arena() -> Iterator[Arena]:
    with Arena() as made:
        yield made


@pytest.mark.parametrize(("kind", "place", "data"), FOUND.values(), ids=FOUND)
def test_every_law_holds_of_it(arena: Arena, kind: str, place: str, data: bytes | Shape) -> None:
    examine(arena, plain(kind, place, data))
