"""A text that names no file is shown only if it is made of words; a name in a sentence, if it holds no secret."""

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.documents.showing import censored, mask, outline, shown

ORDINARY = [
    "My-Secrets/k.pem",
    "My-Secrets/",
    "k.pem",
    "./k.pem",
    "../keys/ed25519.pem",
    "/home/trader/Superalgos/My-Secrets/binance_rsa_2024.pem",
    "/home/trader/Superalgos/My-Secrets/binance-rsa-2024-01-15.pem",
    "/root/keys/rsa_private.key",
    "/mnt/ssd/sa/keys/rsa.pem",
    "/a/b/c/k.pem",
    "/etc/ssl/private/binance.key.bak",
    "/Users/me/Library/Application Support/Superalgos/key1.pem",
    "/var/www/keys/rsa.pem",
    "~/keys/k.pem",
    "~trader/k.pem",
    "$HOME/keys/k.pem",
    "${HOME}/keys/k.pem",
    "%USERPROFILE%\\keys\\k.pem",
    "file:///home/me/k.pem",
    "file:/home/me/k.pem",
    r"C:\Users\Me\keys\binance-rsa.pem",
    r"C:\\Users\\Me\\keys\\binance-rsa.pem",
    r"C:\Users\Me\AppData\Roaming\Superalgos\k.pem",
    r"D:\OneDrive\Dokumente\privat.pem",
    "C:/keys/k.pem",
    "C:k.pem",
    "C:\temp\new.pem",
    r"\\server\share\keys\k.pem",
    r"My-Secrets\k.pem",
    '"My-Secrets/k.pem"',
    "'My-Secrets/k.pem'",
    "\u201cMy-Secrets/k.pem\u201d",
    "  My-Secrets/k.pem\n",
    "My-Secrets/k\u200b.pem",
    "My-Secrets/my binance key.pem",
    "My-Secrets/MY_KEY.PEM",
    "KEYS/BINANCE-TRADING/PRIVATE.KEY",
    "My-Secrets/binancefuturesprivatekey.pem",
    "My-Secrets/rsa4096.pem",
    "Schlüssel/Börse.pem",
    "ключи/бинанс.pem",
    "密钥/币安.pem",
    "cle\u0301s/prive\u0301e.pem",
]  # fmt: skip

SECRETIVE = [
    "",
    "k8JhG2mQ9xL4pZt7Rw3Vn6By1Dc5Fs0T.pem",
    "/home/u/k8JhG2mQ9xL4pZt7Rw3Vn6By1Dc5Fs0T",
    "My-Secrets/k8JhG2mQ9xL4pZt7",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC,",
    "aGVsbG8/d29ybGQ+Zm9v/YmFyYmF6cXV4",
    "5c2db93503aa674c74a31734ab12cd34.pem",
    "5c2db935-03aa-674c-74a3-173400001234.pem",
    "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U.txt",
    "dead/beef/1234/5678/90ab/cdef/dead/beef",
    "Secret=k8JhG2mQ9xL4pZt7Rw3V/x.pem",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmno.pem",
    "qwrtpsdfghjklzxcvbnm.pem",
    "keys/FEIWIUUU/KKQNOAOR/GVNBQALT/VDUXIB.pem",
    "AAAAAAAA/AAAAAAAA/AAAAAAAA",
    "ab/cd/ef/gh/ij/kl/mn/op/qr/st/uv/wx",
    "12345678/12345678/12345678",
    "My-Secrets/\x1b[31mk.pem",
    "My-Secrets/\u202ek.pem",
    "a;b/k.pem",
    "Key: My-Secrets/k.pem<br>",
    "////////////////",
    "keys/" * 820 + "k.pem",
]  # fmt: skip


@pytest.mark.parametrize("path", ORDINARY)
def test_an_ordinary_path_is_shown_as_it_stands(path: str) -> None:
    assert shown(path) == path


@pytest.mark.parametrize("path", SECRETIVE)
def test_what_may_be_a_secret_is_not(path: str) -> None:
    assert shown(path) == ("" if not path else None)


def test_only_what_lies_beyond_the_folders_that_are_there_is_judged() -> None:
    folder = "/home/x9Kq2mZt7/"
    assert shown(f"{folder}keys/k.pem") is None
    assert shown(f"{folder}keys/k.pem", folder) == f"{folder}keys/k.pem"
    assert shown(f"{folder}k8JhG2mQ9xL4", folder) is None
    assert shown("/k8JhG2mQ9xL4pZt7", "/k8JhG2mQ9xL4pZt7") == "/k8JhG2mQ9xL4pZt7"  # such a file is there


@pytest.mark.slow
def test_of_two_hundred_thousand_random_secrets_with_slashes_none_is_shown() -> None:
    rng = random.Random(0)
    tried = 0
    while tried < 200_000:
        secret = base64.b64encode(rng.randbytes(36)).decode()[: rng.randint(24, 48)]
        if "/" in secret:
            tried += 1
            assert shown(secret) is None, secret


@given(st.text("abcdefgh/.-_ ", max_size=60), st.text(max_size=10), st.text("abcdefgh/.-_ ", max_size=60))
def test_what_is_shown_is_shown_as_it_stands_and_nothing_raises(before: str, odd: str, after: str) -> None:
    assert shown(before + odd + after) in (None, before + odd + after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 44, "44 characters"),
        ("x" * 44 + ".PEM", "48 characters, ending in .pem"),
        ("x" * 44 + ".pem\n", "49 characters, ending in .pem"),
        ("x" * 44 + ".secretpart", "55 characters"),
    ],
)
def test_of_a_hidden_text_length_and_a_known_suffix_are_told(text: str, said: str) -> None:
    assert outline(text) == said


@pytest.mark.parametrize(
    "sentence",
    [
        "Key for Binance",
        "My key #2 (main account)",
        "BinanceFuturesMainKey",
        "Binance/Main(USDT-M)#2",
        "BTCUSDT-ETHBTC-LTCBTC",
        "🔑 Schlüssel für die Börse",
        "Live Trading Session",
        "The key has 1024 bits; Binance takes 2048",
        "Invalid value for '--passphrase-fd': 9999999999 is not in the range 0<=x<=2147483647.",
        "k8JhG2mQ9xL4",  # too short for a secret
    ],
)
def test_an_ordinary_name_or_sentence_is_said_as_it_stands(sentence: str) -> None:
    assert censored(sentence) == sentence


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Key k8JhG2mQ9xL4pZt7Rw3Vn6By1D", "Key (26 characters)"),
        ("k8JhG2mQ9xL4pZt7", "(16 characters)"),
        ("cannot read k8JhG2mQ9xL4pZt7.pem: no such file", "cannot read (20 characters, ending in .pem): no such file"),
        ("k8JhG2mQ9x L4pZt7Rw3V is one", "(21 characters) is one"),
        ("5c2db935-03aa-674c-74a3-173400001234", "(36 characters)"),
    ],
)
def test_what_may_be_a_secret_is_cut_out_of_a_sentence(sentence: str, said: str) -> None:
    assert censored(sentence) == said


def test_what_is_there_and_ids_may_be_named_in_a_sentence() -> None:
    sentence = "cannot read /tmp/k8JhG2mQ9xL4pZt7/k.pem: no such file"
    assert censored(sentence, lambda word: "/tmp/k8JhG2mQ9xL4pZt7/" if word.startswith("/tmp/") else "") == sentence
    listed = "its keys: Key (5c2db935-03aa-674c-74a3-173400001234)"
    assert censored(listed, ids=True) == listed


@pytest.mark.parametrize(
    ("code_name", "said"),
    [("", ""), ("a", "…"), ("123456789012345", "…"), ("1234567890123456", "1234…3456"), ("A" * 64, "AAAA…AAAA")],
)
def test_a_code_name_is_shown_by_its_ends_where_enough_stays_hidden(code_name: str, said: str) -> None:
    assert mask(code_name) == said


@given(st.text("aBcD1 /-_.", min_size=16, max_size=80) | st.text(min_size=16, max_size=40))
def test_the_short_way_for_plain_sentences_finds_what_the_long_way_finds(sentence: str) -> None:
    """A letter beyond ASCII changes nothing but that the long way is taken."""
    said = censored(f"{sentence} é")
    assert censored(sentence) == said.removesuffix(" é")
