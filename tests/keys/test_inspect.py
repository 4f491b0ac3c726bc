"""What a key text is: every form that people keep a key in, told apart, and the same key known again in each."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

import key_samples as keys
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.keys.inspect import DAMAGE, KeyText, inspect, private_der

KEY = keys.rsa_key(1024)
PKCS8, PKCS1 = keys.private_pem(KEY), keys.private_pem(KEY, keys.PKCS1)
ED25519 = keys.other_key("ed25519")
FINGERPRINT = hashlib.sha256(keys.public_der(KEY)).hexdigest()
TEXT = PKCS8.decode()
HEAD, *BODY, TAIL = TEXT.splitlines()
SOUND = KeyText(
    "private", "PRIVATE KEY", 1, key_type="rsa", key_bits=1024, public_key_sha256=FINGERPRINT, consistent=True,
    convertible=True,
)  # fmt: skip


def lines(*middle: str, head: str = HEAD, tail: str = TAIL) -> str:
    return "\n".join((head, *middle, tail)) + "\n"


def test_sound_key() -> None:
    assert inspect(PKCS8) == SOUND


def test_pkcs1() -> None:
    found = inspect(PKCS1)
    assert (found.label, found.pkcs1, found.damage, found.public_key_sha256) == (
        "RSA PRIVATE KEY",
        True,
        (),
        FINGERPRINT,
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \r\n\t", "empty", id="blank"),
        pytest.param("\ufeff".encode(), "empty", id="byte order mark alone"),
        pytest.param(b"\0\0", "empty", id="NUL alone"),
        pytest.param(keys.public_pem(KEY), "public", id="public"),
        pytest.param(keys.public_pem(KEY, pkcs1=True), "public", id="public, PKCS#1"),
        pytest.param(b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 me@host\n", "public", id="public, OpenSSH"),
        pytest.param(keys.public_pem(KEY).replace(b"PUBLIC", b"PRIVATE"), "public", id="public under a private label"),
        pytest.param(keys.certificate(KEY), "certificate", id="certificate"),
        pytest.param(keys.private_pem(KEY, passphrase=keys.PASSPHRASE), "encrypted", id="encrypted PKCS#8"),
        pytest.param(keys.private_pem(KEY, keys.PKCS1, keys.PASSPHRASE), "encrypted", id="encrypted PKCS#1"),
        pytest.param(keys.private_pem(KEY, keys.OPENSSH), "openssh", id="OpenSSH"),
        pytest.param(keys.private_der(KEY), "der", id="DER, PKCS#8"),
        pytest.param(keys.private_der(KEY, keys.PKCS1), "der", id="DER, PKCS#1"),
        pytest.param(keys.private_der(ED25519), "der", id="DER, Ed25519"),
        pytest.param(base64.b64encode(PKCS8), "base64-pem", id="base64 of PEM"),
        pytest.param(base64.encodebytes(PKCS8), "base64-pem", id="base64 of PEM in lines"),
        pytest.param(TEXT.encode("utf-16"), "utf16", id="UTF-16"),
        pytest.param(TEXT.encode("utf-16-be"), "utf16", id="UTF-16, no byte order mark"),
        pytest.param(json.dumps({"key": TEXT}).encode(), "json", id="JSON"),
        pytest.param(b"-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----\n", "other-pem", id="PGP"),
        pytest.param(b"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A", "text", id="HMAC secret"),
        pytest.param(b"<!DOCTYPE html>", "text", id="HTML"),
        pytest.param(bytes(range(256)), "text", id="bytes"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF", "text", id="picture"),
    ],
)
def test_kind(content: bytes, kind: str) -> None:
    assert inspect(content).kind == kind


@pytest.mark.parametrize(
    "content",
    [
        keys.public_pem(KEY), keys.public_pem(KEY, pkcs1=True), keys.certificate(KEY), keys.private_der(KEY),
        base64.b64encode(PKCS8), TEXT.encode("utf-16"), PKCS1, lines(*BODY, head="-----begin private key").encode(),
        "".join(BODY).encode(), keys.public_pem(KEY) + PKCS8, TEXT.replace("\n", "\\n").encode(),
    ],
    ids=["public", "public PKCS#1", "certificate", "DER", "base64 of PEM", "UTF-16", "PKCS#1", "broken header",
         "body alone", "public and private", "literal newlines"],
)  # fmt: skip
def test_key_is_known_again_in_every_form(content: bytes) -> None:
    found = inspect(content)
    assert (found.key_type, found.key_bits, found.public_key_sha256) == ("rsa", 1024, FINGERPRINT)


@pytest.mark.parametrize(
    ("damaged", "names"),
    [
        ("\ufeff" + TEXT, ["bom"]),
        (TEXT.replace("\n", "\0\n"), ["nul"]),
        (f'"{TEXT.strip()}"', ["quoted"]),
        (f"'{TEXT.strip()}',\n", ["quoted"]),
        (TEXT.replace("\n", "\\n"), ["literal-newlines"]),
        (json.dumps(TEXT), ["quoted", "literal-newlines"]),
        (TEXT.replace("\n", "\\r\\n"), ["literal-newlines"]),
        (TEXT.replace("\n", ""), ["one-line"]),
        (TEXT.replace("\n", " "), ["spaces-for-newlines"]),
        (TEXT.replace("\n", "\r"), ["cr-only"]),
        ("".join(f"  {line}\n" for line in TEXT.splitlines()), ["indented"]),
        (lines(*(f"\t{line}" for line in BODY)), ["indented"]),
        (lines(*BODY[:3], "", *BODY[3:]), ["blank-lines"]),
        (lines("".join(BODY)), ["long-lines"]),
        (TEXT.replace("PRIVATE KEY", "private key"), ["lowercase-label"]),
        (TEXT.replace("BEGIN", "Begin"), ["lowercase-label"]),
        (TEXT.replace("-----", "----"), ["wrong-dashes"]),
        (TEXT.replace("-----END", "------END"), ["wrong-dashes"]),
        (TEXT.replace("-----", "\u2013\u2013\u2013"), ["en-dash"]),
        (lines(*BODY).replace(HEAD + "\n", ""), ["no-header"]),
        (lines(*BODY).replace(TAIL, ""), ["no-footer"]),
        ("\n".join(BODY), ["no-header", "no-footer"]),
        (lines(*BODY, tail="-----END RSA PRIVATE KEY-----"), ["labels-differ"]),
        (TEXT.replace("PRIVATE", "RSA PRIVATE"), ["wrong-label"]),
        (PKCS1.decode().replace("RSA ", ""), ["wrong-label"]),
        (TEXT.replace("PRIVATE", "PUBLIC"), ["wrong-label"]),
        (lines("Comment: mine", "", *BODY), ["header-lines"]),
        ("# mine\n" + TEXT, ["text-before"]),
        (TEXT + "mine\n", ["text-after"]),
        (TEXT.rstrip() + "x", ["text-after"]),
        ("key: |\n" + "".join(f"  {line}\n" for line in TEXT.splitlines()), ["indented", "text-before"]),
        (lines(*BODY[:3], "\u00e9" + BODY[3][1:], *BODY[4:]), ["body-not-base64", "undecodable"]),
        (lines(*BODY[:4], *BODY[5:]), ["undecodable"]),
        (lines(*BODY[:4], BODY[4][1:], *BODY[5:]), ["undecodable"]),
        (lines(*BODY[:5]), ["truncated"]),
        (TEXT[:400], ["no-footer", "truncated"]),
        (lines("v" * 64), ["hmac-secret"]),
        (lines("v" * 60), ["not-a-key"]),
        (lines(), ["not-a-key"]),
    ],
)  # fmt: skip
def test_damage_is_named(damaged: str, names: list[str]) -> None:
    found = inspect(damaged.encode())
    assert (found.kind, list(found.damage)) == ("private", names)


@pytest.mark.parametrize("at", range(len(BODY) - 1))
def test_a_lost_line_is_told_at_a_line_of_the_key_and_no_end_is_said_to_be_missing(at: int) -> None:
    found = inspect(lines(*BODY[:at], *BODY[at + 1 :]).encode())
    if found.convertible:  # the other lines still hold the whole key
        assert (found.damage, found.public_key_sha256, found.consistent) == (("damaged-bytes",), FINGERPRINT, False)
        return
    assert found.damage in (("undecodable",), ("not-a-key",))
    if found.line is not None:
        assert at + 1 <= found.line <= len(BODY) + 1, "not before the line above the lost one"
    assert (found.line is None) == (found.damage == ("not-a-key",))


@pytest.mark.parametrize("at", [3, 7])
@pytest.mark.parametrize("change", ["shorter", "strange"])
def test_a_damaged_line_is_told_by_its_number(at: int, change: str) -> None:
    broken = BODY[at][1:] if change == "shorter" else "\u00e9" + BODY[at][1:]
    assert inspect(lines(*BODY[:at], broken, *BODY[at + 1 :]).encode()).line == at + 2


# The formats of other programs

OWN = KEY.private_numbers()
OF_NUMBERS = {
    "n": OWN.public_numbers.n, "e": OWN.public_numbers.e, "d": OWN.d, "p": OWN.p, "q": OWN.q, "dp": OWN.dmp1,
    "dq": OWN.dmq1, "qi": OWN.iqmp,
}  # fmt: skip


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwk(*left_out: str) -> dict[str, str]:
    return {"kty": "RSA", **{name: _url(_octets(n)) for name, n in OF_NUMBERS.items() if name not in left_out}}


def xml(tag: str = "RSAKeyValue") -> str:
    names = ("Modulus", "Exponent", "D", "P", "Q", "DP", "DQ", "InverseQ")
    values = zip(names, OF_NUMBERS.values(), strict=True)
    inside = "".join(f"<{name}>{base64.b64encode(_octets(n)).decode()}</{name}>\n" for name, n in values)
    return f'<?xml version="1.0"?>\n<{tag}>{inside}</{tag}>'


def pkcs12(passphrase: bytes | None) -> bytes:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption
    from cryptography.hazmat.primitives.serialization import pkcs12 as library

    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return library.serialize_key_and_certificates(b"key", KEY, None, None, encryption)


PUTTY = b"PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\nPrivate-Lines: 1\r\nAAAA\r\nPrivate-MAC: 00\r\n"
AGE = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCg==\n-----END AGE ENCRYPTED FILE-----\n"
SSH2 = b'---- BEGIN SSH2 PUBLIC KEY ----\nComment: "me"\nAAAAB3NzaC1yc2E=\n---- END SSH2 PUBLIC KEY ----\n'
FOREIGN: dict[str, tuple[bytes, str, bool]] = {
    "PKCS#12": (pkcs12(b"secret"), "pkcs12", False),
    "PKCS#12 without a passphrase": (pkcs12(None), "pkcs12", False),
    "PuTTY": (PUTTY, "putty", False),
    "age": (AGE, "age", False),
    "age, binary": (b"age-encryption.org/v1\n-> scrypt AAAA 18\n\xff\xfe\x00", "age", False),
    "JSON Web Key": (json.dumps(jwk()).encode(), "jwk", True),
    "set of JSON Web Keys": (json.dumps({"keys": [{"kty": "oct"}, jwk()]}).encode(), "jwk", True),
    "public JSON Web Key": (json.dumps(jwk("d", "p", "q", "dp", "dq", "qi")).encode(), "json", False),
    "XML": (xml().encode(), "xml", True),
    "XML of another name": (xml("RSAKeyPair").encode(), "xml", True),
    "public XML": (b"<RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>", "xml", False),
    "PEM in JSON": (json.dumps({"type": "account", "private_key": TEXT}).encode(), "json", True),
    "public PEM in JSON": (json.dumps({"key": keys.public_pem(KEY).decode()}).encode(), "json", False),
    "SSH2 public": (SSH2, "public", False),
    "DER, certificate": (
        base64.b64decode("".join(keys.certificate(KEY).decode().splitlines()[1:-1])),
        "certificate",
        False,
    ),
    "DER, public": (keys.public_der(KEY), "public", False),
    "UTF-16, public": (keys.public_pem(KEY).decode().encode("utf-16"), "public", False),
    "UTF-16, private": (TEXT.encode("utf-16"), "utf16", True),
    "OpenSSH": (keys.private_pem(KEY, keys.OPENSSH), "openssh", True),
    "encrypted": (keys.private_pem(KEY, passphrase=keys.PASSPHRASE), "encrypted", True),
    "NUL": (bytes(1704), "empty", False),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_each_format_is_known_and_whether_a_key_can_be_read_out_of_it(name: str) -> None:
    content, kind, convertible = FOREIGN[name]
    found = inspect(content)
    assert (found.kind, found.convertible) == (kind, convertible)
    if convertible and kind in ("jwk", "xml", "json"):
        assert (found.key_type, found.key_bits, found.public_key_sha256) == ("rsa", 1024, FINGERPRINT)


def test_url_alphabet_is_named() -> None:
    body = [line.replace("+", "-").replace("/", "_") for line in BODY]
    assert inspect(lines(*body).encode()).damage == ("url-safe",)


def test_latin1_is_named() -> None:
    found = inspect(b"# cl\xe9\n" + PKCS8)
    assert (found.damage, found.encoding) == (("not-utf8", "text-before"), "latin-1")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("final", ["", "\n", "\n\n"])
def test_line_endings_of_every_system_are_no_damage(ending: str, final: str) -> None:
    assert inspect((TEXT.strip().replace("\n", ending) + final).encode()) == SOUND


def test_every_damage_has_plain_words() -> None:
    assert all(words and not words.endswith(".") for words in DAMAGE.values())


@pytest.mark.parametrize(
    ("kind", "key_type", "bits"),
    [("ec", "ec", 256), ("secp256k1", "ec", 256), ("dsa", "dsa", 2048), ("ed25519", "ed25519", None),
     ("ed448", "ed448", None), ("x25519", "x25519", None), ("x448", "x448", None)],
)  # fmt: skip
def test_other_types(kind: str, key_type: str, bits: int | None) -> None:
    key = keys.other_key(kind)
    fingerprint = hashlib.sha256(keys.public_der(key)).hexdigest()
    expected = KeyText("private", "PRIVATE KEY", 1, key_type=key_type, key_bits=bits, public_key_sha256=fingerprint)
    assert inspect(keys.private_pem(key)) == replace(expected, convertible=True)
    assert inspect(keys.public_pem(key)).public_key_sha256 == fingerprint


@pytest.mark.parametrize("kind", ["ec", "dsa"])
def test_other_types_in_forms_of_their_own_are_whole(kind: str) -> None:
    found = inspect(keys.private_pem(keys.other_key(kind), keys.PKCS1))
    assert (found.kind, found.key_type, found.damage) == ("private", kind, ())


def test_rsa_pss() -> None:
    found = inspect(keys.pem_of("PRIVATE KEY", keys.rsa_der(KEY, algorithm=keys.PSS)))
    assert (found.kind, found.key_type) == ("private", "rsa-pss")


def test_truncated_key_still_tells_its_type() -> None:
    assert inspect(lines(*BODY[:3]).encode()).key_type == "rsa"


def test_two_keys_are_counted_and_the_first_is_told() -> None:
    second = keys.private_pem(keys.rsa_key(1024, number=1))
    found = inspect(PKCS8 + second)
    assert (found.blocks, found.public_key_sha256) == (2, FINGERPRINT)
    assert inspect(keys.public_pem(KEY) + PKCS8 + keys.certificate(KEY)).blocks == 1


_OTHER = keys.rsa_key(1024, number=1).private_numbers()


@pytest.mark.parametrize(
    "change",
    [{"n": _OTHER.public_numbers.n}, {"n": 0}, {"e": 3}, {"e": 0}, {"d": _OTHER.d}, {"p": _OTHER.p}, {"q": 0},
     {"dp": _OTHER.dmp1}, {"dq": 1}, {"qinv": _OTHER.iqmp}],
    ids=["n", "n=0", "e", "e=0", "d", "p", "q=0", "dp", "dq=1", "qinv"],
)  # fmt: skip
def test_numbers_that_do_not_belong_together(change: dict[str, int]) -> None:
    assert inspect(keys.pem_of("PRIVATE KEY", keys.rsa_der(KEY, change))).consistent is False


@pytest.mark.parametrize(("bits", "exponent"), [(1024, 3), (2048, 65537), (3072, 65537)])
def test_numbers_that_belong_together(bits: int, exponent: int) -> None:
    found = inspect(keys.private_pem(keys.rsa_key(bits, exponent)))
    assert (found.consistent, found.key_bits) == (True, bits)


def test_primes_may_stand_in_either_order() -> None:
    own = KEY.private_numbers()
    changed = {"p": own.q, "q": own.p, "dp": own.dmq1, "dq": own.dmp1, "qinv": pow(own.p, -1, own.q)}
    assert inspect(keys.pem_of("PRIVATE KEY", keys.rsa_der(KEY, changed))).consistent is True


def test_monstrous_numbers_are_refused_at_once() -> None:
    """A modulus of a hundred thousand bits would keep a processor busy for hours."""
    monster = keys.rsa_der(KEY, {"n": (1 << 100_000) + 1, "d": (1 << 100_000) + 1})
    found = inspect(keys.pem_of("PRIVATE KEY", monster))
    assert (found.key_bits, found.consistent) == (100_001, False)


@given(st.binary(max_size=400))
def test_any_bytes_are_something(content: bytes) -> None:
    assert inspect(content).blocks >= 0


@given(data=st.data())
def test_any_accident_to_a_key_leaves_facts(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([PKCS8, PKCS1, keys.private_der(KEY), keys.certificate(KEY)])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=4))
    found = inspect(bytes(content))
    assert all(name in DAMAGE for name in found.damage)


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    ["-", "-----BEGIN ", "-----BEGIN A-----\n", "-----END A-----\n", "-----BEGIN A-----\n-----END A-----\n", " ", "\\",
     "\\n", "=", "{", "[", "\u2013", "0\x80", "a:", "A", "AAAA\n", "A \n", "-----END A-----\nAAAA\n", "\n", "0\x01"],
)  # fmt: skip
def test_long_repetitions_come_to_an_end(part: str) -> None:
    """A scan that goes back for each line would take hours."""
    assert inspect((part * 20_000).encode()).kind != "der"


@pytest.mark.parametrize(
    "content",
    [PKCS8, TEXT.replace("\n", "\\n").encode(), TEXT.encode("utf-16"), base64.b64encode(PKCS8), "".join(BODY).encode(),
     keys.private_der(KEY), keys.public_pem(KEY) + PKCS8],
    ids=["PEM", "literal newlines", "UTF-16", "base64 of PEM", "body alone", "DER", "public and private"],
)  # fmt: skip
def test_private_der_is_recovered(content: bytes) -> None:
    assert private_der(content) == keys.private_der(KEY)


@pytest.mark.parametrize(
    "content", [b"", b"text", keys.public_pem(KEY), keys.certificate(KEY), lines(*BODY[:4]).encode()]
)
def test_private_der_of_what_holds_no_whole_key_is_none(content: bytes) -> None:
    assert private_der(content) is None


@given(st.sampled_from([PKCS8, PKCS1, keys.private_der(KEY), lines(*BODY[:4]).encode(), json.dumps(TEXT).encode()]))
def test_facts_hold_no_part_of_the_key(content: bytes) -> None:
    told = repr(inspect(content))
    assert not any(line[:16] in told for line in (*BODY, *PKCS1.decode().splitlines()[1:-1]))
