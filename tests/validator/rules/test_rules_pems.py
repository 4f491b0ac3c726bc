"""What the key file holds: what the engine does with it, and the one rule that tells."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from installations import CCXT_2, CCXT_4, CCXT_4_NEW, HMAC_SECRET, KEY_FILE, Site, key
from key_samples import (
    OPENSSH,
    PASSPHRASE,
    PKCS1,
    certificate,
    other_key,
    pem_of,
    private_der,
    private_pem,
    public_pem,
    rsa_der,
    rsa_key,
)

from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.keys.keypair import clean
from superalgos_rsa.keys.secret import Secret
from superalgos_rsa.reports import json_report

Make = Callable[[], bytes]


class Row(NamedTuple):
    content: Make
    signing: str
    usable: bool
    errors: str = ""
    warnings: str = ""
    infos: str = ""


def pem() -> bytes:
    return private_pem(rsa_key())


def lines() -> list[bytes]:
    return pem().splitlines()


def with_flaw() -> bytes:
    return pem_of("PRIVATE KEY", rsa_der(rsa_key(), {"d": 3, "dp": 3, "dq": 3, "qinv": 3}))


# With ccxt 2.7.62 on binance.
FILES: dict[str, Row] = {
    "PKCS#8": Row(pem, "rsa", True),
    "PKCS#1": Row(lambda: private_pem(rsa_key(), PKCS1), "rsa", True, infos="pem-pkcs1"),
    "CRLF": Row(lambda: pem().replace(b"\n", b"\r\n"), "rsa", True),
    "byte order mark": Row(lambda: b"\xef\xbb\xbf" + pem(), "rsa", True, warnings="pem-damaged"),
    "leading line": Row(lambda: b"my key\n" + pem(), "rsa", True, warnings="pem-damaged"),
    "no final newline": Row(lambda: pem().rstrip(), "rsa", True),
    "on one line": Row(lambda: b"".join(lines()), "rsa", True, warnings="pem-damaged"),
    "4096 bits": Row(lambda: private_pem(rsa_key(4096)), "rsa", False, "key-size"),
    "1024 bits": Row(lambda: private_pem(rsa_key(1024)), "rsa", False, "key-size"),
    "two keys": Row(lambda: pem() + private_pem(rsa_key(number=1)), "rsa", True, warnings="pem-multiple"),
    "public": Row(lambda: public_pem(rsa_key()), "hmac", False, "pem-public"),
    "certificate": Row(lambda: certificate(rsa_key()), "hmac", False, "pem-certificate"),
    "DER": Row(lambda: private_der(rsa_key()), "hmac", False, "pem-der"),
    "UTF-16": Row(lambda: pem().decode().encode("utf-16"), "hmac", False, "pem-encoding"),
    "encrypted PKCS#8": Row(lambda: private_pem(rsa_key(), passphrase=PASSPHRASE), "none", False, "pem-encrypted"),
    "encrypted PKCS#1": Row(lambda: private_pem(rsa_key(), PKCS1, PASSPHRASE), "none", False, "pem-encrypted"),
    "OpenSSH": Row(lambda: private_pem(rsa_key(), OPENSSH), "none", False, "pem-openssh"),
    "EC": Row(lambda: private_pem(other_key("ec"), PKCS1), "none", False, "key-algorithm"),
    "EC in PKCS#8": Row(lambda: private_pem(other_key("ec")), "none", False, "key-algorithm"),
    "Ed25519": Row(lambda: private_pem(other_key("ed25519")), "none", False, "key-algorithm"),
    "Ed448": Row(lambda: private_pem(other_key("ed448")), "none", False, "key-algorithm"),
    "X25519": Row(lambda: private_pem(other_key("x25519")), "none", False, "key-algorithm"),
    "truncated": Row(lambda: b"\n".join(lines()[:-6]), "none", False, "pem-damaged"),
    "truncated body": Row(lambda: b"\n".join(lines()[:-6] + lines()[-1:]), "none", False, "pem-damaged"),
    "numbers of two keys": Row(with_flaw, "none", False, "key-inconsistent"),
    "no header": Row(lambda: b"\n".join(lines()[1:]), "none", False, "pem-damaged"),
    "body only": Row(lambda: b"\n".join(lines()[1:-1]), "hmac", False, "pem-damaged"),
    "body on one line": Row(lambda: b"".join(lines()[1:-1]), "hmac", False, "pem-damaged"),
    "small letters": Row(lambda: pem().replace(b"PRIVATE KEY", b"private key"), "hmac", False, "pem-damaged"),
    "en dashes": Row(lambda: pem().replace(b"-----", ("\u2013" * 5).encode()), "none", False, "pem-damaged"),
    "literal newlines": Row(lambda: pem().replace(b"\n", b"\\n"), "none", False, "pem-damaged"),
    "base64 of it": Row(lambda: base64.b64encode(pem()), "hmac", False, "pem-missing"),
    "JSON": Row(lambda: b'{"key": "..."}', "hmac", False, "pem-missing"),
    "CSR": Row(lambda: pem_of("CERTIFICATE REQUEST", b"x" * 99), "hmac", False, "pem-certificate"),
    "prose": Row(lambda: b"my key is elsewhere\n", "hmac", False, "pem-missing"),
    "a path": Row(lambda: b"/home/me/k.pem\n", "hmac", False, "pem-missing"),
    "empty": Row(lambda: b"", "none", False, "file-empty"),
    "blank": Row(lambda: b"\n\n", "hmac", False, "file-empty"),
    "HMAC secret": Row(HMAC_SECRET.encode, "hmac", True),
    "HMAC secret and newline": Row(lambda: HMAC_SECRET.encode() + b"\n", "hmac", False, "secret-whitespace"),
    "HMAC secret after a mark": Row(lambda: b"\xef\xbb\xbf" + HMAC_SECRET.encode(), "hmac", False, "secret-whitespace"),
    "NUL bytes": Row(lambda: bytes(1704), "hmac", False, "pem-missing"),
    "a line lost": Row(lambda: b"\n".join(lines()[:9] + lines()[10:]), "none", False, "pem-damaged"),
    "HMAC secret between BEGIN and END": Row(
        lambda: pem().splitlines(keepends=True)[0] + HMAC_SECRET.encode() + b"\n-----END PRIVATE KEY-----\n",
        "none",
        False,
        "pem-damaged",
    ),
    "PuTTY": Row(lambda: b"PuTTY-User-Key-File-3: ssh-rsa\n", "hmac", False, "pem-missing"),
    "age": Row(lambda: b"age-encryption.org/v1\n-> scrypt A 18\n", "hmac", False, "pem-missing"),
    "JSON Web Key": Row(lambda: b'{"kty": "RSA", "d": "AQAB", "n": "AQAB", "e": "AQAB"}', "hmac", False, "pem-missing"),
    "PEM in JSON": Row(lambda: json.dumps({"private_key": pem().decode()}).encode(), "none", False, "pem-missing"),
    "certificate in DER": Row(
        lambda: base64.b64decode(b"".join(certificate(rsa_key()).splitlines()[1:-1])), "hmac", False, "pem-certificate"
    ),
    "half an HMAC secret": Row(lambda: HMAC_SECRET.encode()[:32], "hmac", False, "pem-missing"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_the_engine_does_with_a_file_and_the_one_rule_that_tells(site: Site, name: str) -> None:
    row = FILES[name]
    site.put(KEY_FILE, row.content())
    judged = site.trade(key())
    assert (judged.key.signing, judged.key.usable, judged.task.ready) == (row.signing, row.usable, row.usable)
    assert (judged.errors, judged.warnings) == (row.errors.split(), row.warnings.split())
    assert judged.rules("info") == row.infos.split()
    for rule in [*judged.errors, *judged.warnings, *judged.rules("info")]:
        assert judged.finding(rule).path == str(site.root / KEY_FILE)
        assert judged.finding(rule).pointer == judged.key.pointer + "/config"
    assert judged.key.secret.kind == "path"


WORDS = {
    "NUL bytes": ("NUL bytes", "backup"),
    "a line lost": ("it does not decode as a key (line ", "backup"),
    "truncated": ("its end is missing", "backup"),
    "HMAC secret between BEGIN and END": ("HMAC secret", "without those two lines"),
    "PuTTY": ("PuTTY's own format (.ppk)", "puttygen "),
    "age": ("encrypted with age", "age -d -o "),
    "PEM in JSON": ("JSON with a private key in it", "superalgos-rsa convert "),
    "certificate in DER": ("holds a certificate", "superalgos-rsa set "),
    "DER": ("in binary form", "superalgos-rsa convert "),
}


@pytest.mark.parametrize("name", WORDS)
def test_a_file_is_named_for_what_it_is_with_the_command_that_makes_pem_of_it(site: Site, name: str) -> None:
    words, remedy = WORDS[name]
    site.put(KEY_FILE, FILES[name].content())
    judged = site.trade(key())
    found = judged.finding(judged.errors[0])
    assert words in found.message
    assert found.fix is not None
    assert remedy in found.fix.title


@pytest.mark.parametrize("name", FILES)
def test_convert_is_offered_for_what_it_can_read_and_for_nothing_else(site: Site, name: str) -> None:
    content = FILES[name].content()
    file = site.put(KEY_FILE, content)
    judged = site.trade(key())
    offers = [f for f in judged.report.findings if f.fix and f.fix.title.startswith("superalgos-rsa convert ")]
    try:
        clean(content, Secret(PASSPHRASE.decode()))
    except SuperalgosRsaError:
        assert offers == []
    else:
        assert {f.path for f in offers} <= {str(file)}


COPIED = "My-Secrets/k.pkcs8.pem"


@pytest.mark.parametrize(
    ("name", "copy", "is_taken"),
    [
        ("DER", pem, True),
        ("PKCS#1", pem, True),
        ("encrypted PKCS#8", pem, True),
        ("DER", lambda: private_pem(rsa_key(number=1)), False),
        ("DER", lambda: public_pem(rsa_key()), False),
        ("DER", lambda: b"", False),
        ("truncated", lambda: b"", False),
        ("public", pem, True),
        ("certificate", lambda: private_pem(rsa_key(number=1)), False),
    ],
)
def test_the_clean_copy_is_offered_where_it_is_one(site: Site, name: str, copy: Make, is_taken: bool) -> None:
    site.put(KEY_FILE, FILES[name].content())
    site.put(COPIED, copy())
    judged = site.trade(key())
    titles = [finding.fix.title for finding in judged.report.findings if finding.fix]
    assert any(title.endswith(f" --secret {COPIED}") for title in titles) is is_taken


def test_a_copy_that_was_exported_and_cannot_be_read_yet_is_converted(site: Site) -> None:
    site.put(KEY_FILE, b"PuTTY-User-Key-File-3: ssh-rsa\n")
    exported = site.put(f"{KEY_FILE}.exported.pem", private_pem(rsa_key(), OPENSSH))
    fix = site.trade(key()).finding("pem-missing").fix
    assert fix is not None
    assert fix.title == f"superalgos-rsa convert {exported}"


# Whatever is written out in `secret` is no path, and is never shown.
INLINE: dict[str, Row] = {
    "PEM": Row(pem, "rsa", True, warnings="secret-exposed secret-inline-pem"),
    "PEM with literal newlines": Row(
        lambda: pem().replace(b"\n", b"\\n"), "none", False, "secret-inline-pem", "secret-exposed"
    ),
    "body only": Row(
        lambda: b"".join(lines()[1:-1]), "hmac", False, "secret-inline-pem", "secret-exposed"
    ),
    "body with literal newlines": Row(
        lambda: b"\\n".join(lines()[1:-1]), "hmac", False, "path-not-found", "secret-exposed"
    ),
    "half a body in lines": Row(
        lambda: b"\n".join(lines()[5:-1]), "hmac", False, "config-control-character", "secret-exposed"
    ),
    "half a body with literal newlines": Row(
        lambda: b"\\n".join(lines()[5:-1]), "hmac", False, "path-not-found", "secret-exposed"
    ),
    "body in lines": Row(
        lambda: b"\n".join(lines()[1:-1]), "hmac", False, "secret-inline-pem", "secret-exposed"
    ),
    "Ed25519": Row(
        lambda: private_pem(other_key("ed25519")), "none", False, "key-algorithm", "secret-exposed secret-inline-pem"
    ),
    "body of Ed25519": Row(
        lambda: base64.b64encode(private_der(other_key("ed25519"))), "hmac", False, "key-algorithm",
        "secret-exposed secret-inline-pem",
    ),
    "public": Row(lambda: public_pem(rsa_key()), "hmac", False, "secret-inline-pem", "secret-exposed"),
    "HMAC secret": Row(HMAC_SECRET.encode, "hmac", True, warnings="secret-exposed"),
    "HMAC secret and newline": Row(
        lambda: HMAC_SECRET.encode() + b"\n", "hmac", False, "secret-whitespace", "secret-exposed"
    ),
    "HMAC secret and tab": Row(
        lambda: b"\t" + HMAC_SECRET.encode(), "hmac", False, "secret-whitespace", "secret-exposed"
    ),
    "HMAC secret in two words": Row(
        lambda: HMAC_SECRET[:32].encode() + b" " + HMAC_SECRET[32:].encode(), "hmac", False, "path-not-found",
        "secret-exposed",
    ),
    "HMAC secret in two lines": Row(
        lambda: HMAC_SECRET[:32].encode() + b"\n" + HMAC_SECRET[32:].encode(), "hmac", False,
        "config-control-character", "secret-exposed",
    ),
    "JSON": Row(lambda: b'{"secret":1}', "hmac", False, "path-not-found", "secret-exposed"),
    "five dashes": Row(lambda: b"-----" + HMAC_SECRET.encode(), "hmac", False, "path-not-found", "secret-exposed"),
    "words alone": Row(lambda: b"PRIVATE KEY", "none", False, "path-not-found", "secret-exposed"),
}  # fmt: skip


@pytest.mark.parametrize("name", INLINE)
def test_what_is_written_out_in_the_secret_is_told_and_never_shown(site: Site, name: str) -> None:
    row = INLINE[name]
    text = row.content().decode()
    judged = site.trade(key(text))
    assert (judged.key.signing, judged.key.usable, judged.task.ready) == (row.signing, row.usable, row.usable)
    assert (judged.errors, judged.warnings) == (row.errors.split(), row.warnings.split())
    assert judged.key.secret.kind == "inline"
    shown = repr(judged) + json_report.render(judged.report)
    assert not [line for line in re.split(r"\n|\\n", text) if line and line[:40] in shown]


@pytest.mark.parametrize(
    ("ccxt", "kind", "errors", "signing"),
    [
        (CCXT_2, "ed25519", ["key-algorithm"], "none"),
        (CCXT_4, "ed25519", [], "ed25519"),
        (CCXT_4_NEW, "ed25519", [], "ed25519"),
        (None, "ed25519", ["key-algorithm"], "none"),
        (CCXT_2, "one line", [], "rsa"),
        (CCXT_4_NEW, "one line", ["pem-damaged"], "none"),
        (None, "one line", ["pem-damaged"], "none"),
        (CCXT_4_NEW, "rsa", [], "rsa"),
        ("1.95.1", "rsa", ["exchange-not-asymmetric"], "hmac"),
        (None, "rsa", [], "rsa"),
    ],
)
def test_the_version_of_the_engine_decides(
    site: Site, ccxt: str | None, kind: str, errors: list[str], signing: str
) -> None:
    """An unknown version is judged by the worst that any known one does, and said so."""
    other = Site(site.root.parent / "other", ccxt)
    content = {"rsa": pem(), "one line": b"".join(lines()), "ed25519": private_pem(other_key("ed25519"))}[kind]
    other.put(KEY_FILE, content)
    judged = other.trade(key())
    assert (judged.errors, judged.key.signing, judged.key.usable) == (errors, signing, not errors)
    assert ("engine-version-unknown" in judged.rules("info")) == (ccxt is None)


def test_no_byte_of_a_key_is_in_any_report_or_repr(site: Site) -> None:
    for row in FILES.values():
        content = row.content()
        site.put(KEY_FILE, content)
        shown = repr(site.trade(key()))
        for line in content.decode("latin-1").splitlines()[1:-1]:
            assert len(line) < 40 or line[:40] not in shown
