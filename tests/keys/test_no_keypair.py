"""What is no complete private key is an error without a key in it."""

import base64
import traceback
from collections.abc import Iterator
from typing import Any

import key_samples as keys
import pytest
from hypothesis import given
from hypothesis import strategies as st
from key_samples import PASSPHRASE, PKCS1, PKCS8, private_der, private_pem, public_pem

from keys.layouts import KEY, LAYOUTS, PUBLIC, lines
from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.keys.keypair import Pair, PassphraseNeededError, clean, public_half
from superalgos_rsa.keys.secret import Secret


def _cut(text: str) -> str:
    head, body, tail = lines(text)
    return "\n".join([head, *body[: len(body) // 2], tail])


@pytest.mark.parametrize(
    "text",
    [
        '{"kty": "RSA", "d": 5}',
        '{"kty": "RSA", "d": ""}',
        '{"kty": [], "d": null}',
        '{"keys": [1, {"kty": "EC", "d": "A"}]}',
        '{"kty": "OKP", "crv": "Ed25519", "d": "AAAA"}',
        '{"kty": "EC", "crv": "P-999", "d": "AAAA"}',
        '{"keys": {"kty": 1}}',
        "<RSAKeyValue><Modulus>AQAB</Modulus><D></D></RSAKeyValue>",
        "<RSAKeyValue><Modulus>A</Modulus><D>A</D></RSAKeyValue>",
    ],
)
def test_damaged_keys_of_other_formats_are_no_keys(text: str) -> None:
    assert inspect(text.encode()).convertible is False
    _check_refused(text.encode())


OTHER = keys.rsa_key(1024, number=1).private_numbers()
OWN = KEY.private_numbers()


@pytest.mark.parametrize("pkcs8", [True, False])
@pytest.mark.parametrize(
    "numbers",
    [
        {"n": OTHER.public_numbers.n, "d": OTHER.d},  # two keys in one
        {"n": OTHER.public_numbers.n, "p": OTHER.p},
        {"d": OTHER.d, "p": OTHER.p},
        {"p": 1, "q": OWN.public_numbers.n, "d": 1},
        {"e": 0, "n": 0, "p": 0},
        {"n": OWN.public_numbers.n + 2, "dp": OTHER.dmp1},
    ],
)
def test_numbers_that_do_not_belong_together_are_no_key(numbers: dict[str, int], pkcs8: bool) -> None:
    with pytest.raises(SuperalgosRsaError, match="damaged"):
        clean(keys.rsa_der(KEY, numbers, pkcs8=pkcs8))


@pytest.mark.parametrize("pkcs8", [True, False])
@pytest.mark.parametrize(
    "numbers",
    [
        {"n": OTHER.public_numbers.n},
        {"n": OWN.public_numbers.n + 2},
        {"n": 0},
        {"e": 3},
        {"e": 0},
        {"d": OTHER.d},
        {"d": 0},
        {"p": OTHER.p},
        {"q": OTHER.q},
        {"p": 0, "q": 0},
        {"p": 1, "q": OWN.public_numbers.n},
        {"p": OWN.q, "q": OWN.p},
        {"dp": OTHER.dmp1},
        {"dq": OTHER.dmq1},
        {"qinv": OTHER.iqmp},
    ],
)
def test_of_damaged_numbers_the_key_comes_out_that_engines_sign_with(numbers: dict[str, int], pkcs8: bool) -> None:
    content = keys.rsa_der(KEY, numbers, pkcs8=pkcs8)
    pair = clean(content)
    assert pair.public.pem == PUBLIC
    assert public_half(content) == pair.public
    assert inspect(pair.private.reveal().encode()).consistent is True


NO_KEYS: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t\n",
    "zero bytes": bytes(99),
    "JSON": b'{"codeName": "x", "secret": ["y"]}',
    "path": b"My-Secrets/k.pem",
    "header alone": b"-----BEGIN PRIVATE KEY-----\n",
    "header and footer": b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
    "no DER": keys.pem_of("PRIVATE KEY", b"not DER at all"),
    "OpenSSH of nothing": keys.pem_of("OPENSSH PRIVATE KEY", b"openssh-key-v1\0"),
    "encrypted nothing": b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
    + b"0" * 32
    + b"\n\n-----END RSA PRIVATE KEY-----\n",
    "encrypted by an unknown cipher": private_pem(KEY, PKCS1, PASSPHRASE).replace(b"AES-256-CBC", b"ROT-13-CBC"),
    "half of base64 of it": base64.b64encode(private_pem(KEY))[:700],
    **{f"half of {layout}": _cut(pem.decode()).encode() for layout, (pem, _) in LAYOUTS.items()},
    **{f"DER of {layout}, truncated": private_der(KEY, layout)[:-9] for layout in (PKCS8, PKCS1)},
}


@pytest.mark.parametrize("name", NO_KEYS)
@pytest.mark.parametrize("passphrase", [None, Secret(PASSPHRASE.decode())])
def test_what_holds_no_complete_key_is_an_error(name: str, passphrase: Secret | None) -> None:
    for use in (clean, public_half):
        with pytest.raises(SuperalgosRsaError) as raised:
            use(NO_KEYS[name], passphrase)
        assert _nothing_of_a_key_in(raised.value, NO_KEYS[name])


@pytest.mark.parametrize("layout", ["encrypted PKCS#8", "encrypted by header"])
def test_a_passphrase_is_needed_and_must_be_right(layout: str) -> None:
    pem, _ = LAYOUTS[layout]
    for without in (None, Secret("")):
        with pytest.raises(PassphraseNeededError):
            clean(pem, without)
    wrong = "wrong" * 3
    with pytest.raises(SuperalgosRsaError, match="wrong passphrase") as raised:
        clean(pem, Secret(wrong))
    assert wrong not in "".join(_texts(raised.value))


def test_a_passphrase_that_nothing_asks_for_does_no_harm() -> None:
    for layout in ("PKCS#8", "PKCS#1", "OpenSSH"):
        assert clean(LAYOUTS[layout][0], Secret("unneeded")).public.pem == PUBLIC


def test_the_error_says_what_the_file_holds_instead() -> None:
    for content, word in (
        (public_pem(KEY), "the public half only"),
        (keys.certificate(KEY), "a certificate"),
        (b"", "nothing"),
        (NO_KEYS["half of PKCS#8"], "its end is missing"),
        (bytes(1704), "NUL bytes"),
        (b"PuTTY-User-Key-File-3: ssh-rsa\n", "PuTTY"),
    ):
        with pytest.raises(UsageError, match=word):
            clean(content)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(base64.b64encode) | st.text(max_size=300).map(str.encode))
def test_no_bytes_at_all_end_in_another_error(content: bytes) -> None:
    _check_refused(content)


@given(
    st.sampled_from(["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PUBLIC KEY"]), st.binary(max_size=200)
)
def test_no_bytes_under_any_label_end_in_another_error(label: str, content: bytes) -> None:
    _check_refused(keys.pem_of(label, content))
    _check_refused(keys.pem_of(label, b"openssh-key-v1\0" + content))


def _check_refused(content: bytes) -> None:
    for use in (clean, public_half):
        with pytest.raises(SuperalgosRsaError):
            use(content)


@given(st.sampled_from(list(LAYOUTS)), st.integers(0, 1200), st.binary(min_size=1, max_size=3))
def test_an_accident_to_a_key_never_makes_another_key_of_it(layout: str, at: int, instead: bytes) -> None:
    pem, passphrase = LAYOUTS[layout]
    at %= len(pem)
    damaged = pem[:at] + instead + pem[at + len(instead) :]
    outcome = _outcome(damaged, passphrase)
    if isinstance(outcome, SuperalgosRsaError):
        assert _nothing_of_a_key_in(outcome, damaged)
    else:
        assert outcome.public.pem == PUBLIC


def _outcome(content: bytes, passphrase: Secret | None) -> Pair | SuperalgosRsaError:
    try:
        return clean(content, passphrase)
    except SuperalgosRsaError as error:
        return error


def _nothing_of_a_key_in(error: BaseException, content: bytes) -> bool:
    told = "".join(_texts(error))
    pieces = [content[at : at + 12].decode("latin-1") for at in range(0, len(content) - 12, 4)]
    return not any(piece in told for piece in pieces if piece.isalnum())


def _texts(error: BaseException) -> Iterator[str]:
    """All that a program could print of an error, and of those it came from."""
    seen: Any = error
    while seen is not None:
        yield f"{seen!s} {seen!r} {seen.args!r} {vars(seen)!r}"
        seen = seen.__cause__ or seen.__context__
    yield "".join(traceback.format_exception(error))
