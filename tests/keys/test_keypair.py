"""A complete key comes out clean from whatever it was written in; a new one is a pair."""

import base64
import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import key_samples as keys
import pytest
from conftest import absent
from cryptography.hazmat.primitives import serialization as s
from key_samples import OPENSSH, PASSPHRASE, PKCS1, PKCS8, private_der, private_pem, public_der, public_pem

from keys.layouts import KEY, LAYOUTS, PUBLIC, lines
from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.keys import der
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.keys.keypair import PassphraseNeededError, clean, make, public_half
from superalgos_rsa.keys.pem import DAMAGE
from superalgos_rsa.keys.secret import Secret

DAMAGES: dict[str, Callable[[str], str | bytes]] = {
    "bom": lambda text: "\ufeff" + text,
    "not-utf8": lambda text: b"# cl\xe9\n" + text.encode(),
    "nul": lambda text: text.replace("\n", "\n\0"),
    "quoted": lambda text: f'"{text.strip()}"',
    "literal-newlines": lambda text: text.replace("\n", "\\n"),
    "one-line": lambda text: text.replace("\n", ""),
    "spaces-for-newlines": lambda text: text.replace("\n", " "),
    "cr-only": lambda text: text.replace("\n", "\r"),
    "indented": lambda text: "".join(f"    {line}\n" for line in text.splitlines()),
    "blank-lines": lambda text: text.replace("\n", "\n\n"),
    "long-lines": lambda text: f"{lines(text)[0]}\n{''.join(lines(text)[1])}\n{lines(text)[2]}\n",
    "lowercase-label": lambda text: text.replace("PRIVATE KEY", "private key").replace("BEGIN", "begin"),
    "wrong-dashes": lambda text: text.replace("-----", "----"),
    "en-dash": lambda text: text.replace("-----", "\u2013" * 5),
    "no-header": lambda text: text.partition("\n")[2],
    "no-footer": lambda text: text.rstrip("\n").rpartition("\n")[0],
    "labels-differ": lambda text: text.replace("END ", "END SOME "),
    "wrong-label": lambda text: text.replace(lines(text)[0][11:-5], "EC PRIVATE KEY"),
    "header-lines": lambda text: text.replace("\n", "\nComment: my key\n\n", 1),
    "text-before": lambda text: "my key:\n" + text,
    "text-after": lambda text: text + "that was my key\n",
    "url-safe": lambda text: "\n".join(
        [lines(text)[0], *(line.replace("+", "-").replace("/", "_") for line in lines(text)[1]), lines(text)[2]]
    ),
    "body-not-base64": lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
}
IN_DER = {"damaged-bytes"}
"""What is no matter of the text."""
LOST = {"truncated", "undecodable", "hmac-secret", "not-a-key"}
"""What no reader can make good."""

OTHER_FORMS: dict[str, Callable[[str], bytes]] = {
    "as written": str.encode,
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "no final newline": lambda text: text.rstrip("\n").encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 little endian": lambda text: text.encode("utf-16-le"),
    "UTF-16 big endian": lambda text: text.encode("utf-16-be"),
    "body alone": lambda text: "\n".join(lines(text)[1]).encode(),
    "base64 of it": lambda text: base64.b64encode(text.encode()),
    "base64 of it in lines": lambda text: base64.encodebytes(text.encode()),
    "text in JSON": lambda text: json.dumps(text).encode(),
    "member of a JSON object": lambda text: json.dumps({"secret": text}).encode(),
    "block of YAML": lambda text: ("secret: |\n" + "".join(f"  {line}\n" for line in text.splitlines())).encode(),
    "shell variable": lambda text: f"KEY='{text}'\n".encode(),
    "one em-dash for five hyphens": lambda text: text.replace("-----", "\u2014").encode(),
}


def _clean_pkcs8(text: str) -> None:
    head, body, tail = lines(text)
    assert (head, tail) == ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----")
    assert text == "\n".join([head, *body, tail, ""])
    assert all(len(line) == 64 for line in body[:-1])
    assert 0 < len(body[-1]) <= 64


def test_every_damage_that_is_told_is_either_mended_or_lost() -> None:
    assert {*DAMAGES, *LOST, *IN_DER} == set(DAMAGE)


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_table_makes_the_damage_it_names(damage: str) -> None:
    text = DAMAGES[damage](private_pem(KEY).decode())
    assert damage in inspect(text.encode() if isinstance(text, str) else text).damage


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", [*DAMAGES, *OTHER_FORMS])
def test_a_complete_key_comes_out_clean_however_badly_it_is_written(layout: str, form: str) -> None:
    pem, passphrase = LAYOUTS[layout]
    content = (DAMAGES.get(form) or OTHER_FORMS[form])(pem.decode())
    data = content.encode() if isinstance(content, str) else content
    pair = clean(data, passphrase)
    _clean_pkcs8(pair.private.reveal())
    assert pair.private.reveal().encode() == private_pem(KEY)
    assert pair.public.pem == PUBLIC
    assert public_half(data, passphrase) == pair.public


DAMAGED_DER: dict[str, Callable[[bytes], bytes]] = {
    "bytes behind it": lambda data: data + b"\0\0\0",
    "first byte": lambda data: b"\0" + data[1:],
    "outer length": lambda data: data[:2] + b"\0\0" + data[4:],
    "a length longer than it must be": lambda data: b"\x30\x84\0\0" + data[2:],
}


@pytest.mark.parametrize("layout", [PKCS8, PKCS1])
@pytest.mark.parametrize("damage", DAMAGED_DER)
def test_der_that_engines_read_comes_out_clean(layout: s.PrivateFormat, damage: str) -> None:
    data = DAMAGED_DER[damage](private_der(KEY, layout))
    for content in (keys.pem_of("PRIVATE KEY", data), *([data] if data.startswith(b"0") else [])):
        assert clean(content).private.reveal().encode() == private_pem(KEY)
        assert public_half(content).pem == PUBLIC
        assert inspect(content).public_key_sha256 == public_half(content).sha256


@pytest.mark.parametrize("kind", ["rsa", "ec", "ed25519"])
@pytest.mark.parametrize("extra", [b"\x81\x02\0x", b"\xa1\x04\x03\x02\0x", b"\xa0\0", b"\xa0\0\x81\x02\0x"])
def test_pkcs8_of_version_2_comes_out_as_version_1(kind: str, extra: bytes) -> None:
    key = KEY if kind == "rsa" else keys.other_key(kind)
    _, content, _ = der.element(private_der(key))
    data = keys.tlv(der.SEQUENCE, b"\x02\x01\x01" + content[3:] + extra)
    for text in (data, keys.pem_of("PRIVATE KEY", data)):
        assert clean(text).private.reveal().encode() == private_pem(key)
        assert inspect(text).public_key_sha256 == public_half(text).sha256


def test_ed25519_is_known_by_its_seed_behind_damaged_bytes() -> None:
    key = keys.other_key("ed25519")
    content = keys.pem_of("PRIVATE KEY", b"\0" + private_der(key)[1:])
    assert clean(content).private.reveal().encode() == private_pem(key)
    assert "damaged-bytes" in inspect(content).damage


@pytest.mark.parametrize("layout", [PKCS8, PKCS1])
def test_der_comes_out_clean(layout: s.PrivateFormat) -> None:
    for data in (private_der(KEY, layout), base64.b64encode(private_der(KEY, layout))):
        assert clean(data).private.reveal().encode() == private_pem(KEY)
        assert public_half(data).pem == PUBLIC


def test_encrypted_der_comes_out_clean() -> None:
    data = KEY.private_bytes(s.Encoding.DER, PKCS8, s.BestAvailableEncryption(PASSPHRASE))
    assert clean(data, Secret(PASSPHRASE.decode())).public.pem == PUBLIC
    with pytest.raises(PassphraseNeededError):
        clean(data)


@pytest.mark.parametrize("kind", ["ec", "secp256k1", "dsa", "ed25519", "ed448", "x25519", "x448"])
def test_keys_of_other_types_come_out_clean(kind: str) -> None:
    key = keys.other_key(kind)
    for data in (private_pem(key), private_der(key), private_pem(key).replace(b"\n", b"")):
        pair = clean(data)
        assert pair.private.reveal().encode() == private_pem(key)
        assert pair.public.pem.encode() == public_pem(key)


@pytest.mark.parametrize("kind", ["ec", "dsa"])
def test_other_types_encrypted_by_header_come_out_clean(kind: str) -> None:
    key = keys.other_key(kind)
    pem = private_pem(key, PKCS1, PASSPHRASE)
    assert clean(pem, Secret(PASSPHRASE.decode())).public.pem.encode() == public_pem(key)


def test_ed25519_of_openssh_comes_out_clean() -> None:
    key = keys.other_key("ed25519")
    assert clean(private_pem(key, OPENSSH)).private.reveal().encode() == private_pem(key)


@pytest.mark.slow
def test_encrypted_openssh_is_read_with_bcrypt_and_else_says_how_to_decrypt_it(tmp_path: Path) -> None:
    tool = shutil.which("ssh-keygen") or absent("there is no ssh-keygen to make an encrypted OpenSSH key")
    file = tmp_path / "k"
    subprocess.run([tool, "-q", "-t", "ed25519", "-N", PASSPHRASE.decode(), "-f", file], check=True)
    content, public = file.read_bytes(), (tmp_path / "k.pub").read_bytes()
    with_bcrypt = importlib.util.find_spec("bcrypt") is not None
    if with_bcrypt:
        assert clean(content, Secret(PASSPHRASE.decode())).public == public_half(public)
        with pytest.raises(PassphraseNeededError):
            clean(content)
        with pytest.raises(SuperalgosRsaError, match="wrong passphrase"):
            clean(content, Secret("wrong"))
    else:
        with pytest.raises(SuperalgosRsaError) as raised:
            clean(content, Secret(PASSPHRASE.decode()))
        assert "ssh-keygen -p" in (raised.value.hint or "")
    assert public_half(public).sha256


@pytest.mark.parametrize(
    "content",
    [
        public_pem(KEY),
        public_pem(KEY, pkcs1=True),
        public_der(KEY),
        base64.b64encode(public_der(KEY)),
        public_pem(KEY).replace(b"\n", b""),
        public_pem(KEY).replace(b"\n", b"\\n"),
        public_pem(KEY).replace(b"-----", "\u2014".encode()),
        public_pem(KEY).decode().encode("utf-16"),
        keys.certificate(KEY),
        keys.certificate(KEY).replace(b"\n", b"\r\n"),
        KEY.public_key().public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH) + b" me@home\n",
        b"\n  " + KEY.public_key().public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH),
    ],
)
def test_the_public_half_comes_out_of_whatever_holds_it(content: bytes) -> None:
    assert public_half(content).pem == PUBLIC
    with pytest.raises(UsageError, match="no complete private key"):
        clean(content)


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize("left_out", [(), ("dp", "dq", "qi"), ("p", "q", "dp", "dq", "qi")])
def test_a_json_web_key_comes_out_clean(left_out: tuple[str, ...]) -> None:
    own = KEY.private_numbers()
    numbers = {"n": own.public_numbers.n, "e": own.public_numbers.e, "d": own.d, "p": own.p, "q": own.q,
               "dp": own.dmp1, "dq": own.dmq1, "qi": own.iqmp}  # fmt: skip
    members = {name: _url(_octets(number)) for name, number in numbers.items() if name not in left_out}
    for text in (json.dumps({"kty": "RSA", **members}), json.dumps({"keys": [{"kty": "RSA", **members}]}, indent=2)):
        assert clean(text.encode()).public.pem == PUBLIC
        assert public_half(text.encode()).pem == PUBLIC


def test_json_web_keys_of_other_types_come_out_clean() -> None:
    ed25519, ec = keys.other_key("ed25519"), keys.other_key("ec")
    seed = ed25519.private_bytes(s.Encoding.Raw, s.PrivateFormat.Raw, s.NoEncryption())
    text = json.dumps({"kty": "OKP", "crv": "Ed25519", "d": _url(seed)})
    assert clean(text.encode()).private.reveal().encode() == private_pem(ed25519)
    text = json.dumps({"kty": "EC", "crv": "P-256", "d": _url(ec.private_numbers().private_value.to_bytes(32))})
    assert clean(text.encode()).private.reveal().encode() == private_pem(ec)


def test_the_fingerprint_is_that_of_the_report() -> None:
    assert public_half(private_pem(KEY)).sha256 == inspect(private_pem(KEY)).public_key_sha256


@pytest.mark.parametrize("bits", [2048, pytest.param(4096, marks=pytest.mark.slow)])
def test_a_new_rsa_key_is_a_consistent_pair(bits: int) -> None:
    pair = make("rsa", bits)
    facts = inspect(pair.private.reveal().encode())
    assert (facts.kind, facts.key_bits, facts.consistent, facts.damage) == ("private", bits, True, ())
    assert facts.public_key_sha256 == pair.public.sha256
    _clean_pkcs8(pair.private.reveal())


def test_a_new_ed25519_key_is_short_enough_for_the_engine() -> None:
    """ccxt takes a text of more than 120 characters for RSA."""
    pair = make("ed25519")
    assert len(pair.private.reveal()) <= 120
    assert inspect(pair.private.reveal().encode()).key_type == "ed25519"
