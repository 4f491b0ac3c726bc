"""Finding PEM blocks in a text, however badly they are written."""

from __future__ import annotations

import key_samples as keys
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.keys import pem

DER = bytes(range(200))
PEM = keys.pem_of("PRIVATE KEY", DER).decode()


@given(der=st.binary(min_size=1, max_size=300), columns=st.integers(1, 64), end=st.sampled_from(["\n", "\r\n"]))
def test_well_written_block_is_read_without_damage(der: bytes, columns: int, end: str) -> None:
    (block,) = pem.blocks(keys.pem_of("PRIVATE KEY", der, columns, end).decode())
    assert (block.label, block.der, block.damage) == ("PRIVATE KEY", der, frozenset())


@given(end=st.sampled_from(["", " ", "\r", "\\n", "\\r\\n", "\t", "\n\n", "\n  ", "\0\n", "\u00a0"]))
def test_body_is_recovered_whatever_stands_between_its_lines(end: str) -> None:
    (block,) = pem.blocks(PEM.replace("\n", end))
    assert block.der == DER
    assert block.damage or end == "\t"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (PEM + PEM, ["PRIVATE KEY", "PRIVATE KEY"]),
        (PEM + keys.pem_of("PUBLIC KEY", DER).decode(), ["PRIVATE KEY", "PUBLIC KEY"]),
        ("-----BEGIN A-----\n" + PEM, ["A", "PRIVATE KEY"]),
        (PEM + "-----END A-----\n", ["PRIVATE KEY", "A"]),
        ("-----begin  rsa   private key-----", ["RSA PRIVATE KEY"]),
        ("a -- b -- c", []),
        ("BEGIN PRIVATE KEY", []),
        ("", []),
    ],
)
def test_labels(text: str, labels: list[str]) -> None:
    assert [block.label for block in pem.blocks(text)] == labels


def test_encryption_by_header_is_seen() -> None:
    encrypted = keys.private_pem(keys.rsa_key(1024), keys.PKCS1, keys.PASSPHRASE).decode()
    assert [block.encrypted for block in pem.blocks(encrypted + PEM)] == [True, False]


@given(st.text(max_size=200))
def test_any_text_has_blocks_or_none(text: str) -> None:
    assert all(block.damage <= set(pem.DAMAGE) for block in pem.blocks(text))


def test_block_does_not_show_itself() -> None:
    (block,) = pem.blocks(PEM)
    assert "AAEC" not in repr(block)
    assert str(DER[:5]) not in repr(block)
