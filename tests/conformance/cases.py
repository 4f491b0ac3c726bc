"""The cases: what people put into a key file or into `secret`, and the public half that must verify a signature."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

import keys
from keys import PKCS1, private_pem, public_pem


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    name: str
    content: bytes
    publics: tuple[bytes, ...] = ()
    exchange: str = "binance"

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def for_harness(self) -> dict[str, object]:
        return {
            "file": base64.b64encode(self.content).decode(),
            "publics": [pem.decode() for pem in self.publics],
            "exchange": self.exchange,
        }


def all_cases() -> list[Case]:
    return [
        *_layouts(),
        *_labels(),
        *_several(),
        *_forms(),
        *_sizes(),
        *_numbers(),
        *_ed25519(),
        *_other_types(),
        *_exchanges(),
        *_inline(),
    ]


# One key for most cases: 1024 bits sign four times faster in the pure JavaScript of 2.x.
_KEY = keys.rsa_key(1024)
_PUBLIC = (public_pem(_KEY),)
_PEMS = {"PKCS#8": private_pem(_KEY), "PKCS#1": private_pem(_KEY, PKCS1)}


def _layouts() -> Iterator[Case]:
    for layout, pem in _PEMS.items():
        text = pem.decode()
        head, *body, tail = text.splitlines()
        whole = "".join(body)
        fourth = body[3]

        def lines(*middle: str, head: str = head, tail: str = tail, end: str = "\n") -> str:
            return end.join((head, *middle, tail)) + end

        def columns(width: int, end: str = "\n", *, whole: str = whole) -> str:
            return lines(*(whole[at : at + width] for at in range(0, len(whole), width)), end=end)

        texts = {
            "as written": text,
            "CRLF": text.replace("\n", "\r\n"),
            "CR": text.replace("\n", "\r"),
            "LF CR": text.replace("\n", "\n\r"),
            "byte order mark": "\ufeff" + text,
            "byte order mark and CRLF": "\ufeff" + text.replace("\n", "\r\n"),
            "two byte order marks": "\ufeff\ufeff" + text,
            "byte order mark on the second line": "\n\ufeff" + text,
            "no final newline": text.rstrip("\n"),
            "many final newlines": text + "\n\n\n",
            "one line": text.replace("\n", ""),
            "body on one line": lines(whole),
            "BEGIN line joined to the body": text.replace("\n", "", 1),
            "END line joined to the body": head + "\n" + whole + tail + "\n",
            "76 columns": columns(76),
            "48 columns": columns(48),
            "65 columns": columns(65),
            "253 columns": columns(253),
            "254 columns": columns(254),
            "254 columns and CRLF": columns(254, "\r\n"),
            "255 columns": columns(255),
            "300 columns": columns(300),
            "one character a line": columns(1),
            "indented": "".join(f"    {line}\n" for line in text.splitlines()),
            "body indented": lines(*(f"  {line}" for line in body)),
            "END line indented": lines(*body, tail="  " + tail),
            "tabs before the body": lines(*(f"\t{line}" for line in body)),
            "tabs after each line": text.replace("\n", "\t\n"),
            "spaces after each line": text.replace("\n", "   \n"),
            "300 spaces after each line": text.replace("\n", " " * 300 + "\n"),
            "double quotes": f'"{text.strip()}"',
            "single quotes": f"'{text.strip()}'\n",
            "quotes on lines of their own": f'"\n{text}"\n',
            "backticks": f"`{text.strip()}`",
            "literal \\n": text.replace("\n", "\\n"),
            "literal \\r\\n": text.replace("\n", "\\r\\n"),
            "literal \\n in quotes": json.dumps(text),
            "literal \\n and newlines": text.replace("\n", "\\n\n"),
            "backslash at line ends": text.replace("\n", "\\\n"),
            "spaces for newlines": text.replace("\n", " "),
            "tabs for newlines": text.replace("\n", "\t"),
            "commas for newlines": text.replace("\n", ","),
            "no-break spaces for newlines": text.replace("\n", "\u00a0"),
            "no-break spaces after each line": text.replace("\n", "\u00a0\n"),
            "line separators for newlines": text.replace("\n", "\u2028"),
            "vertical tabs for newlines": text.replace("\n", "\v"),
            "form feed in the body": text.replace(fourth, fourth + "\f"),
            "zero-width space in the body": text.replace(fourth, fourth + "\u200b"),
            "zero-width space after each line": text.replace("\n", "\u200b\n"),
            "byte order mark in the body": text.replace(fourth, "\ufeff" + fourth),
            "en-dashes": text.replace("-", "\u2013"),
            "em-dashes": text.replace("-----", "\u2014\u2014-"),
            "one en-dash": text.replace("-----END", "----\u2013END"),
            "4 dashes": text.replace("-----", "----"),
            "6 dashes": text.replace("-----", "------"),
            "6 dashes at BEGIN": text.replace("-----BEGIN", "------BEGIN"),
            "6 dashes at END": text.replace("-----END", "------END"),
            "3 dashes at END": text.replace("-----END", "---END"),
            "lower case": text.lower(),
            "label in lower case": text.replace("PRIVATE KEY", "private key"),
            "begin and end in lower case": text.replace("BEGIN", "begin").replace("END", "end"),
            "two spaces in the label": text.replace("PRIVATE KEY", "PRIVATE  KEY"),
            "space before the dashes": text.replace("KEY-----", "KEY -----"),
            "comment before": "# my key\n" + text,
            "comment with PRIVATE KEY before": "# PRIVATE KEY of mine\n" + text,
            "comment with a BEGIN line before": f"# {head}\n" + text,
            "attributes before": "Bag Attributes\n    friendlyName: k\nKey Attributes: <No Attributes>\n" + text,
            "comment on the BEGIN line": "my key " + text,
            "long line before": "#" * 254 + "\n" + text,
            "long line without its end before": "#" * 254 + text,
            "comment after": text + "that was my key\n",
            "comment on the END line": text.rstrip("\n") + " that was it\n",
            "comment after the BEGIN line": text.replace("\n", " # key\n", 1),
            "comment inside": lines(*body[:4], "# half", *body[4:]),
            "header inside": lines("Comment: my key", "", *body),
            "header inside, no blank line": lines("Comment: my key", *body),
            "blank line after BEGIN": lines("", *body),
            "blank line after BEGIN, 76 columns": columns(76).replace("\n", "\n\n", 1),
            "blank line before END": lines(*body, ""),
            "blank line in the middle": lines(*body[:4], "", *body[4:]),
            "blank line between all lines": text.replace("\n", "\n\n"),
            "line of spaces before END": lines(*body, "    "),
            "NUL at the end": text + "\0",
            "NUL after each line": text.replace("\n", "\0\n"),
            "NUL before": "\0" + text,
            "NUL in the body": text.replace(fourth, fourth[:9] + "\0" + fourth[9:]),
            "Latin-1 letter before": "# cl\u00e9\n" + text,
            "Latin-1 letter in the body": text.replace(fourth, fourth[:9] + "\u00e9" + fourth[9:]),
            "emoji in the body": text.replace(fourth, "\U0001f511" + fourth),
            "asterisks in the body": text.replace(fourth, "*" * len(fourth)),
            "truncated in the body": text[: len(text) // 2],
            "truncated before END": head + "\n" + "\n".join(body) + "\n",
            "truncated in the END line": text[:-8],
            "last line missing": lines(*body[:-1]),
            "middle line missing": lines(*body[:4], *body[5:]),
            "line twice": lines(*body[:4], *body[3:]),
            "last character missing": lines(*body[:-1], body[-1].rstrip("=")[:-1]),
            "padding missing": lines(*body[:-1], body[-1].rstrip("=")),
            "padding too long": lines(*body[:-1], body[-1].rstrip("=") + "==="),
            "padding inside": lines(*body[:4], "==", *body[4:]),
            "more after the padding": lines(*body, "AAAA"),
            "dash in the body": lines(*body, "-AAAA"),
            "URL alphabet": text.replace("+", "-").replace("/", "_").replace(tail.replace("+", "-"), tail),
            "one character changed in the modulus": text.replace(body[1], _changed(body[1])),
            "one character changed in the exponent": text.replace(body[4], _changed(body[4])),
            "one character changed in the primes": text.replace(body[9], _changed(body[9])),
            "first character changed": text.replace(body[0], "A" + body[0][1:]),
            "no header": "\n".join((*body, tail)) + "\n",
            "no footer": "\n".join((head, *body)) + "\n",
            "body only": "\n".join(body) + "\n",
            "body only, one line": whole,
            "header and footer only": lines(),
            "header only": head,
            "base64 of PEM": base64.encodebytes(pem).decode(),
            "base64 of PEM, one line": base64.b64encode(pem).decode(),
            "JSON object": json.dumps({"secret": text}),
            "JSON of Node": json.dumps({"privateKey": text, "type": "rsa"}, indent=2),
            "YAML block": "secret: |\n" + "".join(f"  {line}\n" for line in text.splitlines()),
            "shell variable": f'SECRET="{text}"\n',
            "HTML": text.replace("\n", "<br>"),
            "quoted mail": "".join(f"> {line}\n" for line in text.splitlines()),
            "twice": text + text,
            "UTF-8 as Latin-1 as UTF-8": "\u00ef\u00bb\u00bf" + text,
        }
        for name, damaged in texts.items():
            yield Case(f"{layout}: {name}", damaged.encode(), _PUBLIC)
        for encoding in ("utf-16-le", "utf-16-be", "utf-16", "utf-32-le"):
            yield Case(f"{layout}: {encoding.upper()}", text.encode(encoding), _PUBLIC)
        yield Case(f"{layout}: Latin-1 byte before", b"# cl\xe9\n" + pem, _PUBLIC)
        yield Case(f"{layout}: Latin-1 byte after each line", pem.replace(b"\n", b"\xa0\n"), _PUBLIC)
        yield Case(
            f"{layout}: Latin-1 byte in the body", pem.replace(fourth.encode(), b"\xe9" + fourth.encode()), _PUBLIC
        )


def _changed(line: str) -> str:
    return line[:20] + ("B" if line[20] == "A" else "A") + line[21:]


def _labels() -> Iterator[Case]:
    for layout, pem in (("PKCS#8", keys.private_der(_KEY)), ("PKCS#1", keys.private_der(_KEY, PKCS1))):
        for label in (
            "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY",
            "OPENSSH PRIVATE KEY", "ANY PRIVATE KEY", "PRIVATE KEY PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY",
            "CERTIFICATE", "KEY", "",
        ):  # fmt: skip
            yield Case(f"{layout} under {label or 'no label'}", keys.pem_of(label, pem), _PUBLIC)
    begin, end = b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----"
    rsa_begin, rsa_end = b"-----BEGIN RSA PRIVATE KEY-----", b"-----END RSA PRIVATE KEY-----"
    pkcs8, pkcs1 = _PEMS.values()
    yield Case("PKCS#8 with the END line of PKCS#1", pkcs8.replace(end, rsa_end), _PUBLIC)
    yield Case("PKCS#8 with the BEGIN line of PKCS#1", pkcs8.replace(begin, rsa_begin), _PUBLIC)
    yield Case("PKCS#1 with the END line of PKCS#8", pkcs1.replace(rsa_end, end), _PUBLIC)
    yield Case("PKCS#1 with the BEGIN line of PKCS#8", pkcs1.replace(rsa_begin, begin), _PUBLIC)


def _several() -> Iterator[Case]:
    other = keys.rsa_key(1024, number=1)
    second = private_pem(other)
    ec, ed25519 = keys.other_key("ec"), keys.other_key("ed25519")
    pkcs8, pkcs1 = _PEMS.values()
    broken = {
        "base64": keys.pem_of("PRIVATE KEY", b"abc").replace(b"YWJj", b"!!!!"),
        "DER": keys.pem_of("PRIVATE KEY", b"abc"),
        "END line": keys.pem_of("PRIVATE KEY", b"abc").replace(b"-----END PRIVATE", b"-----END SOME"),
        "PKCS#1": keys.pem_of("RSA PRIVATE KEY", b"abc"),
    }
    encrypted = private_pem(_KEY, passphrase=keys.PASSPHRASE)
    pairs = {
        "two keys": (private_pem(_KEY), second),
        "PKCS#8 and PKCS#1 of one key": (pkcs8, pkcs1),
        "PKCS#1 and PKCS#8 of one key": (pkcs1, pkcs8),
        "public, private": (public_pem(_KEY), pkcs8),
        "private, public": (pkcs8, public_pem(_KEY)),
        "PKCS#1 public, PKCS#8 private": (public_pem(_KEY, pkcs1=True), pkcs8),
        "PKCS#1 public, PKCS#1 private": (public_pem(_KEY, pkcs1=True), pkcs1),
        "certificate, private": (keys.certificate(_KEY), pkcs8),
        "private, certificate": (pkcs8, keys.certificate(_KEY)),
        "EC, RSA": (private_pem(ec), pkcs8),
        "EC of SEC 1, RSA": (private_pem(ec, PKCS1), pkcs8),
        "RSA, EC": (pkcs8, private_pem(ec)),
        "Ed25519, RSA": (private_pem(ed25519), pkcs8),
        "RSA, Ed25519": (pkcs8, private_pem(ed25519)),
        "encrypted, plain": (encrypted, pkcs8),
        "plain, encrypted": (pkcs8, encrypted),
        "encrypted in PKCS#1, plain": (private_pem(_KEY, PKCS1, keys.PASSPHRASE), pkcs8),
        "parameters, key": (keys.pem_of("EC PARAMETERS", bytes.fromhex("06082a8648ce3d030107")), pkcs8),
        "BEGIN line, key": (b"-----BEGIN PRIVATE KEY-----\n", pkcs8),
        "END line, key": (b"-----END PRIVATE KEY-----\n", pkcs8),
        **{f"broken {what}, key": (pem, pkcs8) for what, pem in broken.items()},
        **{f"key, broken {what}": (pkcs8, pem) for what, pem in broken.items()},
        "header in a public key, key": (
            public_pem(_KEY).replace(b"KEY-----\n", b"KEY-----\nComment: k\n\n", 1), pkcs8
        ),
        "header in a key, key": (second.replace(b"KEY-----\n", b"KEY-----\nComment: k\n\n", 1), pkcs8),
    }  # fmt: skip
    for name, (first, last) in pairs.items():
        publics = (public_pem(_KEY),) if name != "two keys" else (public_pem(_KEY), public_pem(other))
        yield Case(f"two blocks: {name}", first + last, publics)


def _forms() -> Iterator[Case]:
    """What is no plain private key in PEM, or no key at all."""
    openssh = private_pem(_KEY, keys.OPENSSH)
    forms = {
        "DER, PKCS#8": keys.private_der(_KEY),
        "DER, PKCS#1": keys.private_der(_KEY, PKCS1),
        "encrypted PKCS#8": private_pem(_KEY, passphrase=keys.PASSPHRASE),
        "encrypted PKCS#1": private_pem(_KEY, PKCS1, keys.PASSPHRASE),
        "encrypted PKCS#1, CRLF": private_pem(_KEY, PKCS1, keys.PASSPHRASE).replace(b"\n", b"\r\n"),
        "encrypted PKCS#8 under PRIVATE KEY": private_pem(_KEY, passphrase=keys.PASSPHRASE).replace(b"ENCRYPTED ", b""),
        "Proc-Type without encryption": _PEMS["PKCS#1"].replace(b"KEY-----\n", b"KEY-----\nProc-Type: 4,CLEAR\n\n", 1),
        "OpenSSH": openssh,
        "OpenSSH under PRIVATE KEY": openssh.replace(b"OPENSSH ", b""),
        "public": public_pem(_KEY),
        "public, PKCS#1": public_pem(_KEY, pkcs1=True),
        "public under PRIVATE KEY": public_pem(_KEY).replace(b"PUBLIC", b"PRIVATE"),
        "certificate": keys.certificate(_KEY),
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
        yield Case(name, content, _PUBLIC)


def _sizes() -> Iterator[Case]:
    for bits, exponent in ((1024, 3), (1031, 65537), (2048, 65537), (2048, 3), (3072, 65537), (4096, 65537)):
        key = keys.rsa_key(bits, exponent)
        for layout in (keys.PKCS8, PKCS1):
            name = f"RSA {bits}, e={exponent}, {'PKCS#8' if layout is keys.PKCS8 else 'PKCS#1'}"
            yield Case(name, private_pem(key, layout), (public_pem(key),))


def _numbers() -> Iterator[Case]:
    """RSA keys in perfect form whose numbers do not belong together."""
    own, other = _KEY.private_numbers(), keys.rsa_key(1024, number=1).private_numbers()
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
        "private exponent modulo phi": {"d": pow(own.public_numbers.e, -1, (own.p - 1) * (own.q - 1))},
        "another private exponent and prime": {"d": other.d, "p": other.p},
        "500 bits": {"n": (1 << 499) + 1},
        "480 bits": {"n": (1 << 479) + 1},
    }
    for name, change in changes.items():
        n, e = change.get("n", own.public_numbers.n), change.get("e", own.public_numbers.e)
        publics = (keys.pem_of("RSA PUBLIC KEY", keys.rsa_public_der(n, e)), *_PUBLIC)
        for pkcs8 in (True, False):
            label = "PRIVATE KEY" if pkcs8 else "RSA PRIVATE KEY"
            pem = keys.pem_of(label, keys.rsa_der(_KEY, change, pkcs8=pkcs8))
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
    pss = keys.pem_of("PRIVATE KEY", keys.rsa_der(_KEY, algorithm=keys.PSS))
    yield Case("type RSA-PSS", pss, (keys.pss_public_pem(_KEY),))
    yield Case(
        "type of an unknown number", keys.pem_of("PRIVATE KEY", keys.rsa_der(_KEY, algorithm="06022a03")), _PUBLIC
    )


def _exchanges() -> Iterator[Case]:
    secret = b"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
    for exchange in ("binanceus", "binanceusdm", "binancecoinm", "bybit", "bybiteu", "okx", "kraken", "nosuch"):
        for layout, pem in _PEMS.items():
            yield Case(f"{exchange}: {layout}", pem, _PUBLIC, exchange)
        yield Case(f"{exchange}: one line", _PEMS["PKCS#8"].replace(b"\n", b""), _PUBLIC, exchange)
        yield Case(f"{exchange}: public", public_pem(_KEY), _PUBLIC, exchange)
        yield Case(f"{exchange}: HMAC secret", secret, _PUBLIC, exchange)
        yield Case(f"{exchange}: base64 secret", base64.b64encode(secret), _PUBLIC, exchange)
        yield Case(f"{exchange}: base64 secret and newline", base64.b64encode(secret) + b"\n", _PUBLIC, exchange)
        yield Case(f"{exchange}: path", b"My-Secrets/key.pem", _PUBLIC, exchange)
        yield Case(f"{exchange}: empty", b"", _PUBLIC, exchange)


def _inline() -> Iterator[Case]:
    """Texts that stand in `secret` itself."""
    for name, text in {
        "path": "My-Secrets/key.pem",
        "path with PRIVATE KEY in it": "My-Secrets/PRIVATE KEY.pem",
        "long path with PRIVATE KEY in it": "/home/trader/" + "folder/" * 20 + "PRIVATE KEY.pem",
        "placeholder": "REPLACE_THIS_STRING_WITH_YOUR_API_KEY_SECRET",
        "PEM in JSON, newlines kept": _PEMS["PKCS#8"].decode(),
    }.items():
        yield Case(f"inline: {name}", text.encode(), _PUBLIC)
