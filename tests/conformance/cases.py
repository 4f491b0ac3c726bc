"""All cases: what people put into a key file or into `secret`."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import key_samples as keys
from key_samples import PKCS1, private_pem, public_pem

from .case import KEY, PEMS, PUBLIC, Case
from .encodings import ENCODINGS
from .layouts import layouts


def all_cases() -> list[Case]:
    return [
        *layouts(),
        *_labels(),
        *_several(),
        *_forms(),
        *(Case(f"encoding: {name}", content, PUBLIC) for name, content in ENCODINGS.items()),
        *_sizes(),
        *_numbers(),
        *_ed25519(),
        *_other_types(),
        *_exchanges(),
        *_inline(),
    ]


def _labels() -> Iterator[Case]:
    for layout, pem in (("PKCS#8", keys.private_der(KEY)), ("PKCS#1", keys.private_der(KEY, PKCS1))):
        for label in (
            "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY",
            "OPENSSH PRIVATE KEY", "ANY PRIVATE KEY", "PRIVATE KEY PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY",
            "CERTIFICATE", "KEY", "",
        ):  # fmt: skip
            yield Case(f"{layout} under {label or 'no label'}", keys.pem_of(label, pem), PUBLIC)
    begin, end = b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----"
    rsa_begin, rsa_end = b"-----BEGIN RSA PRIVATE KEY-----", b"-----END RSA PRIVATE KEY-----"
    pkcs8, pkcs1 = PEMS.values()
    yield Case("PKCS#8 with the END line of PKCS#1", pkcs8.replace(end, rsa_end), PUBLIC)
    yield Case("PKCS#8 with the BEGIN line of PKCS#1", pkcs8.replace(begin, rsa_begin), PUBLIC)
    yield Case("PKCS#1 with the END line of PKCS#8", pkcs1.replace(rsa_end, end), PUBLIC)
    yield Case("PKCS#1 with the BEGIN line of PKCS#8", pkcs1.replace(rsa_begin, begin), PUBLIC)


def _several() -> Iterator[Case]:
    other = keys.rsa_key(1024, number=1)
    second = private_pem(other)
    ec, ed25519 = keys.other_key("ec"), keys.other_key("ed25519")
    pkcs8, pkcs1 = PEMS.values()
    broken = {
        "base64": keys.pem_of("PRIVATE KEY", b"abc").replace(b"YWJj", b"!!!!"),
        "DER": keys.pem_of("PRIVATE KEY", b"abc"),
        "END line": keys.pem_of("PRIVATE KEY", b"abc").replace(b"-----END PRIVATE", b"-----END SOME"),
        "PKCS#1": keys.pem_of("RSA PRIVATE KEY", b"abc"),
    }
    encrypted = private_pem(KEY, passphrase=keys.PASSPHRASE)
    pairs = {
        "two keys": (private_pem(KEY), second),
        "PKCS#8 and PKCS#1 of one key": (pkcs8, pkcs1),
        "PKCS#1 and PKCS#8 of one key": (pkcs1, pkcs8),
        "public, private": (public_pem(KEY), pkcs8),
        "private, public": (pkcs8, public_pem(KEY)),
        "PKCS#1 public, PKCS#8 private": (public_pem(KEY, pkcs1=True), pkcs8),
        "PKCS#1 public, PKCS#1 private": (public_pem(KEY, pkcs1=True), pkcs1),
        "certificate, private": (keys.certificate(KEY), pkcs8),
        "private, certificate": (pkcs8, keys.certificate(KEY)),
        "EC, RSA": (private_pem(ec), pkcs8),
        "EC of SEC 1, RSA": (private_pem(ec, PKCS1), pkcs8),
        "RSA, EC": (pkcs8, private_pem(ec)),
        "Ed25519, RSA": (private_pem(ed25519), pkcs8),
        "RSA, Ed25519": (pkcs8, private_pem(ed25519)),
        "encrypted, plain": (encrypted, pkcs8),
        "plain, encrypted": (pkcs8, encrypted),
        "encrypted in PKCS#1, plain": (private_pem(KEY, PKCS1, keys.PASSPHRASE), pkcs8),
        "parameters, key": (keys.pem_of("EC PARAMETERS", bytes.fromhex("06082a8648ce3d030107")), pkcs8),
        "BEGIN line, key": (b"-----BEGIN PRIVATE KEY-----\n", pkcs8),
        "END line, key": (b"-----END PRIVATE KEY-----\n", pkcs8),
        **{f"broken {what}, key": (pem, pkcs8) for what, pem in broken.items()},
        **{f"key, broken {what}": (pkcs8, pem) for what, pem in broken.items()},
        "header in a public key, key": (
            public_pem(KEY).replace(b"KEY-----\n", b"KEY-----\nComment: k\n\n", 1), pkcs8
        ),
        "header in a key, key": (second.replace(b"KEY-----\n", b"KEY-----\nComment: k\n\n", 1), pkcs8),
    }  # fmt: skip
    for name, (first, last) in pairs.items():
        publics = (public_pem(KEY),) if name != "two keys" else (public_pem(KEY), public_pem(other))
        yield Case(f"two blocks: {name}", first + last, publics)


def _forms() -> Iterator[Case]:
    """What is no plain private key in PEM, or no key at all."""
    openssh = private_pem(KEY, keys.OPENSSH)
    forms = {
        "DER, PKCS#8": keys.private_der(KEY),
        "DER, PKCS#1": keys.private_der(KEY, PKCS1),
        "encrypted PKCS#8": private_pem(KEY, passphrase=keys.PASSPHRASE),
        "encrypted PKCS#1": private_pem(KEY, PKCS1, keys.PASSPHRASE),
        "encrypted PKCS#1, CRLF": private_pem(KEY, PKCS1, keys.PASSPHRASE).replace(b"\n", b"\r\n"),
        "encrypted PKCS#8 under PRIVATE KEY": private_pem(KEY, passphrase=keys.PASSPHRASE).replace(b"ENCRYPTED ", b""),
        "Proc-Type without encryption": PEMS["PKCS#1"].replace(b"KEY-----\n", b"KEY-----\nProc-Type: 4,CLEAR\n\n", 1),
        "OpenSSH": openssh,
        "OpenSSH under PRIVATE KEY": openssh.replace(b"OPENSSH ", b""),
        "public": public_pem(KEY),
        "public, PKCS#1": public_pem(KEY, pkcs1=True),
        "public under PRIVATE KEY": public_pem(KEY).replace(b"PUBLIC", b"PRIVATE"),
        "certificate": keys.certificate(KEY),
        "PGP": b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n",
        "PuTTY": b"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 14\n",
        "HMAC secret between BEGIN and END": b"-----BEGIN PRIVATE KEY-----\n"
        + b"v" * 64
        + b"\n-----END PRIVATE KEY-----\n",
        "empty": b"",
        "byte order mark alone": "\ufeff".encode(),
        "blank": b" \n\n",
        "newline": b"\n",
        "NUL": b"\0",
        "the words PRIVATE KEY": b"PRIVATE KEY",
        "the words PRIVATE KEY in a longer text": b"this is not a PRIVATE KEY at all, " * 5,
        "32 characters with PRIVATE KEY": b"PRIVATE KEY aaaaaaaaaaaaaaaaaaaa",
        "HMAC secret": b"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
        "HMAC secret with a newline": b"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A\n",
        "random bytes": bytes(range(256)),
        "HTML page": b"<!DOCTYPE html><title>404</title>",
    }
    for name, content in forms.items():
        yield Case(name, content, PUBLIC)


def _sizes() -> Iterator[Case]:
    for bits, exponent in ((1024, 3), (1031, 65537), (2048, 65537), (2048, 3), (3072, 65537), (4096, 65537)):
        key = keys.rsa_key(bits, exponent)
        for layout in (keys.PKCS8, PKCS1):
            name = f"RSA {bits}, e={exponent}, {'PKCS#8' if layout is keys.PKCS8 else 'PKCS#1'}"
            yield Case(name, private_pem(key, layout), (public_pem(key),))


def _numbers() -> Iterator[Case]:
    """RSA keys in perfect form whose numbers do not belong together."""
    own, other = KEY.private_numbers(), keys.rsa_key(1024, number=1).private_numbers()
    changes = {
        "another modulus": {"n": other.public_numbers.n},
        "modulus plus 2": {"n": own.public_numbers.n + 2},
        "even modulus": {"n": own.public_numbers.n + 1},
        "modulus 0": {"n": 0},
        "public exponent 3": {"e": 3},
        "public exponent 0": {"e": 0},
        "another private exponent": {"d": other.d},
        "private exponent 0": {"d": 0},
        "private exponent 1": {"d": 1},
        "another prime p": {"p": other.p},
        "another prime q": {"q": other.q},
        "prime p plus 1": {"p": own.p + 1},
        "primes 0": {"p": 0, "q": 0, "dp": 0, "dq": 0, "qinv": 0},
        "primes changed about": {"p": own.q, "q": own.p},
        "primes and remainders changed about": {"p": own.q, "q": own.p, "dp": own.dmq1, "dq": own.dmp1},
        "another remainder dp": {"dp": other.dmp1},
        "another remainder dq": {"dq": other.dmq1},
        "another coefficient": {"qinv": other.iqmp},
        "a coefficient longer than a prime": {"qinv": own.iqmp + (1 << own.p.bit_length())},
        "private exponent modulo phi": {"d": pow(own.public_numbers.e, -1, (own.p - 1) * (own.q - 1))},
        "another private exponent and prime": {"d": other.d, "p": other.p},
        "500 bits": {"n": (1 << 499) + 1},
        "480 bits": {"n": (1 << 479) + 1},
    }
    for name, change in changes.items():
        n, e = change.get("n", own.public_numbers.n), change.get("e", own.public_numbers.e)
        publics = (keys.pem_of("RSA PUBLIC KEY", keys.rsa_public_der(n, e)), *PUBLIC)
        for pkcs8 in (True, False):
            label = "PRIVATE KEY" if pkcs8 else "RSA PRIVATE KEY"
            pem = keys.pem_of(label, keys.rsa_der(KEY, change, pkcs8=pkcs8))
            yield Case(f"numbers: {name}, {'PKCS#8' if pkcs8 else 'PKCS#1'}", pem, publics)


def _ed25519() -> Iterator[Case]:
    key = keys.other_key("ed25519")
    pem = private_pem(key)
    text, public = pem.decode(), (public_pem(key),)
    head, body, tail = text.splitlines()
    forms = {
        "as written": text,
        "no final newline": text.rstrip("\n"),
        "two final newlines": text + "\n",
        "three final newlines": text + "\n\n",
        "CRLF": text.replace("\n", "\r\n"),
        "CRLF, no final newline": text.replace("\n", "\r\n").rstrip("\r\n"),
        "literal \\n": text.replace("\n", "\\n"),
        "literal \\n, no final one": text.rstrip("\n").replace("\n", "\\n"),
        "one line": text.replace("\n", ""),
        "spaces for newlines": text.replace("\n", " "),
        "quotes": f'"{text.strip()}"',
        "byte order mark": "\ufeff" + text,
        "byte order mark, no final newline": "\ufeff" + text.rstrip("\n"),
        "comment before": "# key\n" + text,
        "indented": "".join(f" {line}\n" for line in text.splitlines()).rstrip("\n"),
        "CR": text.replace("\n", "\r"),
        "emoji after": text.rstrip("\n") + "\U0001f511",
        "body only": body,
        "no header": f"{body}\n{tail}",
        "no footer": f"{head}\n{body}",
        "4 dashes": text.replace("-----", "----"),
        "label PUBLIC KEY": text.replace("PRIVATE", "PUBLIC"),
        "other label": text.replace("PRIVATE KEY", "MY PRIVATE KEY"),
        "short label": text.replace("BEGIN PRIVATE KEY", "BEGIN KEY").replace("END", "END"),
        "en-dashes": text.replace("-", "\u2013"),
        "last character missing": f"{head}\n{body[:-1]}\n{tail}",
        "one character more": f"{head}\n{body}A\n{tail}",
        "padding more": f"{head}\n{body}==\n{tail}",
        "first character changed": text.replace(body, "A" + body[1:]),
        "no-break spaces for newlines": text.replace("\n", "\u00a0"),
        "encrypted": private_pem(key, passphrase=keys.PASSPHRASE).decode(),
        "OpenSSH": private_pem(key, keys.OPENSSH).decode(),
        "UTF-16": "",
    }
    for name, damaged in forms.items():
        content = text.encode("utf-16") if name == "UTF-16" else damaged.encode()
        yield Case(f"Ed25519: {name}", content, public)
    yield Case("Ed25519: DER", keys.private_der(key), public)
    yield Case("Ed25519: public", public_pem(key), public)
    yield Case("Ed25519: bybit", pem, public, "bybit")


def _other_types() -> Iterator[Case]:
    for kind in ("ec", "secp256k1", "dsa", "ed448", "x25519", "x448"):
        key = keys.other_key(kind)
        yield Case(f"type {kind}, PKCS#8", private_pem(key), (public_pem(key),))
        yield Case(f"type {kind}, bybit", private_pem(key), (public_pem(key),), "bybit")
        if kind in ("ec", "secp256k1", "dsa"):
            yield Case(f"type {kind}, form of its own", private_pem(key, PKCS1), (public_pem(key),))
    pss = keys.pem_of("PRIVATE KEY", keys.rsa_der(KEY, algorithm=keys.PSS))
    yield Case("type RSA-PSS", pss, (keys.pss_public_pem(KEY),))
    yield Case("type of an unknown number", keys.pem_of("PRIVATE KEY", keys.rsa_der(KEY, algorithm="06022a03")), PUBLIC)


def _exchanges() -> Iterator[Case]:
    secret = b"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
    for exchange in ("binanceus", "binanceusdm", "binancecoinm", "bybit", "bybiteu", "okx", "kraken", "nosuch"):
        for layout, pem in PEMS.items():
            yield Case(f"{exchange}: {layout}", pem, PUBLIC, exchange)
        yield Case(f"{exchange}: one line", PEMS["PKCS#8"].replace(b"\n", b""), PUBLIC, exchange)
        yield Case(f"{exchange}: public", public_pem(KEY), PUBLIC, exchange)
        yield Case(f"{exchange}: HMAC secret", secret, PUBLIC, exchange)
        yield Case(f"{exchange}: base64 secret", base64.b64encode(secret), PUBLIC, exchange)
        yield Case(f"{exchange}: base64 secret and newline", base64.b64encode(secret) + b"\n", PUBLIC, exchange)
        yield Case(f"{exchange}: path", b"My-Secrets/key.pem", PUBLIC, exchange)
        yield Case(f"{exchange}: empty", b"", PUBLIC, exchange)


def _inline() -> Iterator[Case]:
    """Texts that stand in `secret` itself."""
    for name, text in {
        "path": "My-Secrets/key.pem",
        "path with PRIVATE KEY in it": "My-Secrets/PRIVATE KEY.pem",
        "long path with PRIVATE KEY in it": "/home/trader/" + "folder/" * 20 + "PRIVATE KEY.pem",
        "placeholder": "REPLACE_THIS_STRING_WITH_YOUR_APIKEY_SECRET",
        "PEM in JSON, newlines kept": PEMS["PKCS#8"].decode(),
    }.items():
        yield Case(f"inline: {name}", text.encode(), PUBLIC)
