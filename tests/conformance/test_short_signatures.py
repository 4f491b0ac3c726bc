"""jsencrypt, the signer of ccxt 3.0.40 to 4.5.59, drops leading zero bytes of an RSA signature, which then does not
verify. Of a good key this befalls one request in 128 to 256; with the key at hand it can be foretold which ones."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

import key_samples
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from .engines import PACKAGES
from .fixed_key import fixed_key
from .fixed_time import Case, signed

pytestmark = pytest.mark.usefixtures("engines")

JSENCRYPT = ("ccxt-3", "ccxt-4.4", "ccxt-4-jsencrypt")
ORDERS = 2048
INVALID = [97, 471, 523, 1114, 1367, 1441, 1723]
"""The orders, by their quantity, of which ccxt 4.4.25 sends an invalid signature made with the fixed key of 1024 bits:
7 of 2,048, where 10.7 are to be expected of this key."""


def _odds(key: rsa.RSAPrivateKey) -> float:
    """How often a signature begins with a zero byte: from one in 128 to one in 256, by the modulus."""
    n = key.public_key().public_numbers().n
    return float(256 ** (key.key_size // 8 - 1) / n)


def _orders(package: str, key: rsa.RSAPrivateKey, quantities: Sequence[int]) -> Iterator[tuple[bytes, bytes]]:
    """The message that the class signs for each order, and its signature."""
    pem = key_samples.private_pem(key).decode()
    cases: list[Case] = [
        {"secret": pem, "params": {"quantity": quantity, "newClientOrderId": "x"}} for quantity in quantities
    ]
    for answer in signed(package, "binance", "order", "private", cases):
        message, _, signature = answer["body"].partition("&signature=")
        yield message.encode(), base64.b64decode(unquote(signature))


def _verifies(key: rsa.RSAPrivateKey, message: bytes, signature: bytes) -> bool:
    try:
        key.public_key().verify(signature, message, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _begins_with_zero(key: rsa.RSAPrivateKey, message: bytes) -> bool:
    return key.sign(message, padding.PKCS1v15(), SHA256())[0] == 0


def test_invalid_are_those_signatures_that_begin_with_a_zero_byte_and_no_others() -> None:
    key = fixed_key(1024)
    orders = list(_orders("ccxt-4.4", key, range(ORDERS)))
    invalid = [at for at, (message, signature) in enumerate(orders) if not _verifies(key, message, signature)]
    assert invalid == INVALID
    assert invalid == [at for at, (message, _) in enumerate(orders) if _begins_with_zero(key, message)]
    assert invalid == [at for at, (_, signature) in enumerate(orders) if len(signature) < 128]
    assert 1 / 256 < _odds(key) < 1 / 128
    assert round(ORDERS * _odds(key), 1) == 10.7


@pytest.mark.parametrize("package", PACKAGES)
def test_of_a_key_of_2048_bits_the_same_happens_on_every_engine_with_jsencrypt_and_on_no_other(package: str) -> None:
    key = fixed_key(2048)
    ((first, _),) = _orders(package, key, [0])
    messages = [first.replace(b"quantity=0", b"quantity=%d" % quantity) for quantity in range(ORDERS)]
    foretold = [at for at, message in enumerate(messages) if _begins_with_zero(key, message)]
    others = [at + 1 for at in foretold]
    assert len(foretold) >= 3
    asked = [*foretold, *others]
    valid = []
    for at, (message, signature) in zip(asked, _orders(package, key, asked), strict=True):
        assert message == messages[at]
        valid.append(_verifies(key, message, signature))
    assert valid == [package not in JSENCRYPT] * len(foretold) + [True] * len(others)
