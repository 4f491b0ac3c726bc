"""A key's secret: where it comes from, and whether it is a path or the secret itself."""

import base64
import random
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from superalgos_rsa.documents import javascript as js
from superalgos_rsa.servers.local import PathFacts, examine
from superalgos_rsa.superalgos.key_config import PLACEHOLDERS, KeyConfig
from superalgos_rsa.superalgos.load_route import VaultHit
from superalgos_rsa.superalgos.secret_text import is_hmac_secret, is_spelled_like_path
from superalgos_rsa.superalgos.workspace import Key
from superalgos_rsa.validator.credential import Credential, resolve, secret_kind

# Of the forms that exchanges hand out; none of them is anybody's.
SECRETS = [
    "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",  # 64 letters and digits: Binance
    "0123456789abcdef0123456789abcdef",  # hex: KuCoin, Huobi, Poloniex
    "22582BD0CFF14C41EDBF1AB98506286D",  # upper-case hex: OKX
    "6d9c1b7e-3b1f-4a55-9d33-7f2a1c0e9b44",  # UUID: KuCoin
    "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==",  # Kraken
    "/RwJbgwuRJcQmZVZWkqfpRR4LQ0+gXPjO8ywvE1xJ0jGdyrO6rqXoV0XG8c5H3hWv6tX0p2mY9Wv1aJ7t8m5PQ==",  # a slash first
    "Xw3/9cPq+7LZt1mB0sVyKd8Gh2RfNaUeQjTiOoAxCz5HbMrWnEgSpYuJvDlIkF46",  # no padding
    "j2hXz0ZnS1mQ_w8Kc5Yt-L9vPbR3dFqA",  # base64url
    "sCr9_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789012",  # BitMEX
    "pa$$word!",
    "correct horse battery staple",
]
PATHS = [
    "k.pem", "k.PEM", "key.txt", "id.rsa", "binance.key", "backup.pem.bak", "private.der", "'k.pem'", "\u200bk.pem",
    "k.pem\n", "./k", "../k", ".\\k", "..\\k", "~/k", "~me/k", "~\\k", "C:\\k.pem", "C:\\Users\\me\\binance", "C:k.pem",
    "c:/keys/binance", "My-Secrets/k.pem", "My-Secrets/binance", "My-Secrets\\binance", ' "My-Secrets/binance" ',
    "keys/binance", "/home/u/k", "/k", "\\\\server\\share\\k.pem", "\\\\server\\share\\binance", "file:///k",
    "file:k.pem", "FILE:///home/u/k", "$HOME/k.pem", "${HOME}/binance", "$HOME\\k", "%APPDATA%\\k.pem",
    "%APPDATA%/binance",
    "%USERPROFILE%\\binance", "/opt/Superalgos/MySecrets/BinanceKey2024", "/home/john/Superalgos/Secrets/Binance",
    "Users/john/Documents/Keys/BinanceKeyOfMine", "/home/me/c++/keys/binance/tradingkey", "/mnt/schlüssel/binance",
]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_no_path(secret: str) -> None:
    assert not is_spelled_like_path(secret)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_no_secret(path: str) -> None:
    assert is_spelled_like_path(path)


@pytest.mark.parametrize(
    "text", ["-----BEGIN PRIVATE KEY-----\nMII/+a\n-----END PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY----- a/b.pem"]
)
def test_pem_text_is_no_path_although_it_holds_slashes(text: str) -> None:
    assert not is_spelled_like_path(text)


def _random_secrets() -> list[str]:
    source = random.Random(20240301)
    return [base64.b64encode(source.randbytes(size)).decode() for size in (32, 48, 64) for _ in range(2000)]


@pytest.mark.slow
def test_no_random_base64_is_taken_for_a_path(tmp_path: Path) -> None:
    secrets = _random_secrets()
    assert sum("/" in secret for secret in secrets) > 2000
    assert [secret for secret in secrets if is_spelled_like_path(secret)] == []
    assert [s for s in secrets if secret_kind(s, examine(s, str(tmp_path))) != "inline"] == []


def test_no_path_of_words_is_taken_for_a_secret() -> None:
    starts = ["", "/", "./", "/home/john/", "/opt/Superalgos/", "C:\\", "~/"]
    folders = ["My-Secrets", "keys", "SuperalgosKeys/Production", "Secrets/Binance2024", "trading/bots/RSA/private"]
    names = ["binance", "BinanceKey2024", "myApiKeyForTrading", "RSA2048PrivateKey", "key-1", "KrakenAndCoinbaseKeys3"]
    paths = [start + folder + "/" + name for start, folder, name in product(starts, folders, names)]
    assert [path for path in paths if not is_spelled_like_path(path)] == []


# --- What kind it is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        (None, "empty"),
        ("", "empty"),
        (" \t\u200b\n", "empty"),
        (5, "inline"),
        (True, "inline"),
        (["k.pem"], "inline"),
        *((placeholder, "placeholder") for placeholder in sorted(PLACEHOLDERS)),
        *((secret, "inline") for secret in SECRETS),
        *((path, "path") for path in PATHS),
    ],
)
def test_the_kind_of_a_secret_that_names_no_file(tmp_path: Path, secret: Any, kind: str) -> None:
    assert secret_kind(secret, None) == kind
    if isinstance(secret, str):
        assert secret_kind(secret, examine(secret, str(tmp_path))) == kind


@pytest.mark.parametrize("secret", ["binance", "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"])
def test_what_exists_is_a_path_however_it_is_spelled(tmp_path: Path, secret: str) -> None:
    assert secret_kind(secret, examine(secret, str(tmp_path))) == "inline"
    (tmp_path / secret).mkdir()
    assert secret_kind(secret, examine(secret, str(tmp_path))) == "path"
    (tmp_path / secret).rmdir()
    (tmp_path / secret).write_text("key")
    assert secret_kind(secret, examine(secret, str(tmp_path))) == "path"


def test_a_name_near_a_file_or_in_a_folder_that_is_there_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "My-Secrets").mkdir()
    (tmp_path / "My-Secrets" / "binance.pem").touch()
    assert secret_kind("binance", examine("binance", str(tmp_path))) == "path"
    assert secret_kind("Binance", examine("Binance", str(tmp_path))) == "inline"
    assert secret_kind("My-Secrets/other", examine("My-Secrets/other", str(tmp_path))) == "path"


def test_an_impossible_name_is_no_path_by_itself() -> None:
    assert secret_kind("a\0b", PathFacts("a\0b", "a\0b", "impossible")) == "inline"


@pytest.mark.parametrize("secret", SECRETS[:-2])
def test_what_exchanges_hand_out_can_sign(secret: str) -> None:
    assert is_hmac_secret(secret, "kraken")
    # Binance hands out one form only.
    assert is_hmac_secret(secret, "binance") is (secret == SECRETS[0])


@pytest.mark.parametrize(
    "text",
    [
        "", "fifteen-letters", "two words of no secret", "\n" + "a" * 64, "a" * 64 + " ", "schlüsselschlüssel",
        "a" * 513, "-----BEGIN PRIVATE", "A PRIVATE KEY IS HERE", "a" * 40 + "\0",
    ],
)  # fmt: skip
@pytest.mark.parametrize("exchange", ["kraken", "binance", None])
def test_what_no_exchange_hands_out(text: str, exchange: str | None) -> None:
    assert not is_hmac_secret(text, exchange)


# --- Where it comes from ----------------------------------------------------------------------------------------------


def _key(fields: dict[str, Any]) -> Key:
    return Key(("k",), "id", "name", (), KeyConfig("read", fields), None, None)


@pytest.mark.parametrize(
    ("fields", "covered", "expected"),
    [
        (
            {"codeName": "c", "secret": "own"},
            {("k",): VaultHit(3, "vault")},
            Credential("c", "vault", "vault", True, "own", 3),
        ),
        ({"codeName": "c", "secret": "own"}, {("k",): None}, Credential("c", "own", "node", True, "own", None)),
        ({"codeName": "c", "secret": "own"}, {}, Credential("c", "own", "node", False, "own", None)),
        ({"codeName": "c", "secret": ""}, {("k",): None}, Credential("c", "", None, True, "", None)),
        ({}, {}, Credential(None, None, None, False, None, None)),
        (
            {"codeName": "c", "secret": "own"},
            {("k",): VaultHit(0, js.UNDEFINED)},
            Credential("c", None, "vault", True, "own", 0),
        ),
    ],
)
def test_the_vault_comes_first_where_it_reaches(fields: Any, covered: Any, expected: Credential) -> None:
    assert resolve(_key(fields), covered) == expected


def test_a_credential_shows_nothing() -> None:
    found = resolve(_key({"codeName": "CANARY", "secret": "CANARY"}), {("k",): VaultHit(0, "CANARY")})
    assert "CANARY" not in repr(found)
