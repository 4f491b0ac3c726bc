"""What the fuzzer begins with. The keys are made from fixed numbers, so that a seed means the same input everywhere."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import random
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from installations import (
    API_KEY,
    CCXT_2,
    CCXT_4,
    CCXT_4_NEW,
    KEY_FILE,
    Node,
    ecosystem,
    entry,
    exchange,
    key,
    network,
    node,
    reference,
    task,
    trading,
)
from key_samples import PKCS1, certificate, pem_of, private_der, private_pem, public_pem, rsa_der, tlv

CCXT = (CCXT_2, CCXT_4, CCXT_4_NEW)
WORKSPACE = "Platform/My-Workspaces/W.json"
PASSPHRASE = b"passphrase"
CODE_NAMES = tuple(letter * 4 + API_KEY[4:] for letter in "abcdefghij")
_SMALL_PRIMES = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, n, 2))]


@functools.cache
def fixed_rsa(number: int = 0) -> rsa.RSAPrivateKey:
    rng = random.Random(f"rsa {number}")
    p, q, e = _prime(rng, 1024), _prime(rng, 1024), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _prime(rng: random.Random, bits: int) -> int:
    while True:
        number = rng.getrandbits(bits) | 3 << bits - 2 | 1
        if all(number % prime for prime in _SMALL_PRIMES) and pow(2, number - 1, number) == 1:
            return number


@functools.cache
def key_files() -> tuple[bytes, ...]:
    """One of each kind that the tool tells apart."""
    whole, ed, curve = fixed_rsa(), ed25519.Ed25519PrivateKey.from_private_bytes(b"\x07" * 32), ec.derive_private_key(
        7**60, ec.SECP256R1()
    )  # fmt: skip
    seed = b"\0\0\0\x0bssh-ed25519\0\0\0 " + b"\x07" * 32
    return (
        private_pem(whole), private_pem(whole), private_pem(whole, PKCS1), private_pem(ed), private_pem(curve),
        private_pem(curve, PKCS1), public_pem(whole), public_pem(whole, pkcs1=True), public_pem(ed),
        certificate(whole), _pbes2(private_der(ed)), _pbes2(private_der(whole)), _openssh(seed, b"none", b"none", b""),
        _openssh(seed, b"aes256-ctr", b"bcrypt", _text(b"\x05" * 16) + b"\0\0\0\x02"),
        pem_of("PRIVATE KEY", rsa_der(whole, {"d": 5})),
        pem_of("RSA PRIVATE KEY", rsa_der(whole, {"e": 3}, pkcs8=False)),
        _encrypted_by_header(private_der(whole, PKCS1)), b"ssh-rsa " + base64.b64encode(seed) + b" x",
    )  # fmt: skip


def _pbes2(der: bytes, iterations: int = 2048) -> bytes:
    """Encrypted PKCS#8 (RFC 8018) with a salt that stays the same."""
    salt, start = b"\x05" * 8, b"\x06" * 16
    padded = der + bytes([16 - len(der) % 16]) * (16 - len(der) % 16)
    encryptor = Cipher(algorithms.AES(PBKDF2HMAC(SHA256(), 32, salt, iterations).derive(PASSPHRASE)), modes.CBC(start))
    rounds = tlv(0x02, iterations.to_bytes(iterations.bit_length() // 8 + 1))
    hmac = tlv(0x30, bytes.fromhex("06082a864886f70d02090500"))
    kdf = tlv(0x30, bytes.fromhex("06092a864886f70d01050c") + tlv(0x30, tlv(0x04, salt) + rounds + hmac))
    cipher = tlv(0x30, bytes.fromhex("060960864801650304012a") + tlv(0x04, start))
    scheme = tlv(0x30, bytes.fromhex("06092a864886f70d01050d") + tlv(0x30, kdf + cipher))
    context = encryptor.encryptor()
    encrypted = tlv(0x04, context.update(padded) + context.finalize())
    return pem_of("ENCRYPTED PRIVATE KEY", tlv(0x30, scheme + encrypted))


def _text(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def _openssh(public: bytes, cipher: bytes, kdf: bytes, options: bytes) -> bytes:
    """What `ssh-keygen` writes, as far as a reader gets without the passphrase."""
    private = b"\0\0\0\x01" * 2 + public + _text(b"\x07" * 64) + _text(b"x") + bytes(range(1, 16))
    private = private[: len(private) // 16 * 16]
    parts = [_text(cipher), _text(kdf), _text(options), b"\0\0\0\x01", _text(public), _text(private)]
    return pem_of("OPENSSH PRIVATE KEY", b"openssh-key-v1\0" + b"".join(parts), 70)


def _encrypted_by_header(der: bytes) -> bytes:
    head, _, body = pem_of("RSA PRIVATE KEY", der).partition(b"\n")
    return head + b"\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC," + b"0F" * 16 + b"\n\n" + body


# A work tree


def git_files(tracked: str) -> dict[str, bytes]:
    """A repository as git makes it, in which that file is tracked, and that runs a command if it is asked there."""
    return {
        ".git/HEAD": b"ref: refs/heads/main\n",
        ".git/config": b"[core]\n\trepositoryformatversion = 0\n\tfsmonitor = touch ../ran\n",
        ".git/index": _index(tracked),
        ".git/info/exclude": b"*.txt\n",
        ".git/objects/info/packs": b"",
        ".git/refs/heads/x": b"",
        ".gitignore": b"My-Secrets/*.pub.pem\n!x\n",
    }


def _index(name: str) -> bytes:
    """gitformat-index(5), version 2, of one file."""
    status = b"".join(number.to_bytes(4) for number in (1, 2, 3, 4, 5, 6, 0o100600, 0, 0, 9))
    entry = status + b"\x07" * 20 + len(name).to_bytes(2) + name.encode()
    entry += b"\0" * (8 - len(entry) % 8)
    body = b"DIRC" + (2).to_bytes(4) + (1).to_bytes(4) + entry
    return body + hashlib.sha1(body).digest()


# Documents


def documents(rng: random.Random, secret: str) -> list[Node]:
    """The roots of one workspace: of its keys some are good, and some are broken in a way that can be mended."""
    keys = [rng.choice(_KEYS)(rng, name, secret) for name in rng.sample(CODE_NAMES, rng.choice((1, 1, 1, 2, 3)))]
    for number, one in enumerate(keys[1:], start=1):  # each its own, unless chance has it otherwise
        one |= {"name": f"Key {number}", "id": f"{keys[0]['id'][:-1]}{number}"}
    if rng.random() < 0.6 and len(keys) == 1:
        more: dict[str, Any] = rng.choice(({}, {}, {"sandbox": "false"}, {"sandbox": True}, {"saved": _gone(keys[0])},
                                           {"session": "Forward Testing Session"}))  # fmt: skip
        return [*trading(keys[0], code_name=rng.choice(_EXCHANGES), **more)]
    traded = exchange(*keys, code_name=rng.choice(_EXCHANGES))
    tasks = [task(one, f"Task {number}") for number, one in enumerate(keys)]
    apis = node("APIs", "APIs", project="Foundations", githubAPI=node("Github API", "G", config='{"username": "user"}'))
    return [network(traded, *tasks), *([apis] if rng.random() < 0.3 else []), ecosystem(traded)]


_EXCHANGES = ("binance", "binance", "binanceus", "kraken", "kucoin", "okx", "nowhere", "", None)


def _gone(target: Node) -> Node:
    path = [["Ecosystem", "Crypto Ecosystem"], ["Exchanges Ecosystem", "Crypto Exchanges"],
            ["Binance", "Crypto Exchange"], ["Accounts Binance", "Exchange Accounts"],
            ["Account Binance", "User Account"], ["Account Binance", "User Keys"],
            [target["name"], target["type"]]]  # fmt: skip
    return {**reference({**target, "id": "gone"}), "referenceParentCombinedNodePath": path}


_PATHS = (
    KEY_FILE, KEY_FILE, "My-Secrets/gone.pem", "k.pem", "My-Secrets/K.PEM", "My-Secrets\\k.pem", " My-Secrets/k.pem\n",
    '"My-Secrets/k.pem"', "~/k.pem", "$HOME/My-Secrets/k.pem", "C:\\Users\\me\\k.pem", "file:///My-Secrets/k.pem",
    "My-Secrets", "My-Secrets/loose.pem", "My-Secrets/k.pub.pem", "My-Secrets/hmac.txt", "/dev/null", "/nowhere/k.pem",
    "C:\temp\new.pem", "My-Secrets/link.pem", "My-Secrets/dangling.pem", "\ud800.pem", "My-Secrets/k", "", "x\0y.pem",
    "/dev/stdin", "/dev/full", "/proc/self/environ", "/proc/self/mem", "/sys/kernel/notes",
    "My-Secrets/../My-Secrets/k.pem",
)  # fmt: skip

_KEYS: tuple[Any, ...] = (
    lambda rng, name, _: key(rng.choice(_PATHS), name),
    lambda rng, name, _: key(rng.choice(_PATHS), name),
    lambda rng, name, _: key(rng.choice(_PATHS), name, uid="12345", password="password"),
    lambda rng, name, _: key(rng.choice(_PATHS), rng.choice((f" {name}", f"{name}\n", f"{name}\u200b", "", None, 5))),
    lambda rng, name, secret: key(secret, name),
    lambda rng, name, secret: key(secret, rng.choice((name, KEY_FILE, secret))),
    lambda rng, name, _: key(name, KEY_FILE),
    lambda rng, name, _: key(raw={"codeName": name, "secret": rng.choice(_PATHS)}),
    lambda rng, name, _: key(raw=json.dumps({"codeName": name, "secret": rng.choice(_PATHS)}).replace("\\\\", "\\")),
    lambda rng, name, _: key(raw=f'{{"codeName": "{name}", "secret": "{KEY_FILE}",}}'),
    lambda rng, name, _: key(raw=rng.choice((None, "", "{}", "null", "[]", '{"codeName": null}', [], {}, 5))),
    lambda rng, name, _: key("", name),
)  # fmt: skip


def vault(rng: random.Random, secret: str) -> list[Any]:
    values = ("", secret, *_PATHS[:6])
    names = rng.sample(CODE_NAMES, rng.choice((0, 0, 1, 2, 4)))
    more = [entry("token", "user", "github")] if rng.random() < 0.5 else []
    return [*(entry(rng.choice(values), name) for name in names), *more]
