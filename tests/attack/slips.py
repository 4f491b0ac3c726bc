"""What people put into `secret` by mistake: keys as the exchanges hand them out, in every wrapping they come in."""

from __future__ import annotations

import base64
import random
import re
import string
import uuid
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from key_samples import OPENSSH, PKCS1, PKCS8, other_key, private_der, private_pem, rsa_key

LEAK = 16
"""So many characters of a secret in a row are a leak."""

_ED25519 = bytes.fromhex("302e020100300506032b657004220420")

Wrapping = Callable[[str], str]


def _base64(rng: random.Random, length: int, *, slashes: int = 0) -> str:
    """So many characters of the base64 of random bytes; with `slashes`, one that holds at least so many."""
    while True:
        text = base64.b64encode(rng.randbytes(length * 3 // 4 + 3)).decode()[:length]
        if text.count("/") >= slashes:
            return text


def _of(letters: str, lengths: tuple[int, ...]) -> Callable[[random.Random], str]:
    return lambda rng: "".join(rng.choices(letters, k=rng.choice(lengths)))


@cache
def _pem(kind: str) -> str:
    key = rsa_key() if kind in ("PKCS#8", "PKCS#1", "OpenSSH", "encrypted") else other_key(kind)
    form = {"PKCS#1": PKCS1, "OpenSSH": OPENSSH, "ec": PKCS1}.get(kind, PKCS8)
    return private_pem(key, form, b"passphrase" if kind == "encrypted" else None).decode()


def _lines(kind: str) -> list[str]:
    return [line for line in _pem(kind).splitlines() if line and not line.startswith("-")]


KINDS: dict[str, Callable[[random.Random], str]] = {
    "HMAC, letters and digits": _of(string.ascii_letters + string.digits, (32, 36, 64)),
    "HMAC, hexadecimal": _of("0123456789abcdef", (32, 40, 64, 128)),
    "HMAC, capital hexadecimal": _of("0123456789ABCDEF", (32, 64)),
    "HMAC, base32": _of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", (32, 52)),
    "HMAC, base64": lambda rng: _base64(rng, rng.choice((24, 28, 32, 36, 40, 43, 44, 48, 56, 64))),
    "HMAC, base64 with slashes": lambda rng: _base64(rng, rng.randint(24, 48), slashes=1),
    "HMAC, base64 with many slashes": lambda rng: _base64(rng, rng.randint(24, 64), slashes=2),
    "HMAC, base64 for URLs": lambda rng: base64.urlsafe_b64encode(rng.randbytes(rng.randint(18, 48))).decode(),
    "Kraken": lambda rng: base64.b64encode(rng.randbytes(64)).decode(),
    "UUID": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "password": _of(string.ascii_letters + string.digits + "!#$%&*+-./:;=?@^_", (16, 20, 32)),
    "Ed25519": lambda rng: base64.b64encode(_ED25519 + rng.randbytes(32)).decode(),
    "a line of a PEM": lambda rng: rng.choice(_lines("PKCS#8")),
    "a line of a PKCS#1": lambda rng: rng.choice(_lines("PKCS#1")),
    "a line of an OpenSSH key": lambda rng: rng.choice(_lines("OpenSSH")),
    "lines of a PEM": lambda rng: "".join(rng.sample(_lines("PKCS#8"), 5)),
    "the body of a PEM": lambda rng: "".join(_lines("PKCS#8")),
    "the body of an encrypted PEM": lambda rng: "".join(_lines("encrypted")),
    "Coinbase": lambda rng: "".join(_lines("ec")),
    "a whole PEM": lambda rng: _pem("PKCS#8"),
    "a whole PEM on one line": lambda rng: _pem("PKCS#8").replace("\n", ""),
    "a whole PEM with escapes": lambda rng: _pem("ec").replace("\n", "\\n"),
    "DER in base64": lambda rng: base64.b64encode(private_der(rsa_key())).decode(),
    "a PEM once more in base64": lambda rng: base64.b64encode(_pem("ed25519").encode()).decode(),
    "random bytes": lambda rng: base64.b64encode(rng.randbytes(rng.randint(12, 200))).decode(),
}  # fmt: skip

WRAPPINGS: dict[str, Wrapping] = {
    "bare": lambda key: key,
    "comma": lambda key: f"{key},",
    "semicolon": lambda key: f"{key};",
    "full stop": lambda key: f"{key}.",
    "blank": lambda key: f" {key} ",
    "line break": lambda key: f"{key}\n",
    "tab": lambda key: f"\t{key}",
    "zero width": lambda key: f"\u200b{key}\ufeff",
    "no-break space": lambda key: f"{key}\xa0",
    "quotes": lambda key: f'"{key}"',
    "apostrophes": lambda key: f"'{key}'",
    "backquotes": lambda key: f"`{key}`",
    "typographic quotes": lambda key: f"\u201c{key}\u201d",
    "brackets": lambda key: f"[{key}]",
    "angles": lambda key: f"<{key}>",
    "braces": lambda key: f"${{{key}}}",
    "percents": lambda key: f"%{key}%",
    "dollar": lambda key: f"${key}",
    "break tag": lambda key: f"{key}<br>",
    "break tags within": lambda key: "<br>".join(_cut(key, 64)),
    "escaped line break": lambda key: f"{key}%0A",
    "escaped slashes": lambda key: key.replace("/", "%2F"),
    "escaped for JSON": lambda key: key.replace("/", "\\/"),
    "literal line breaks": lambda key: "\\n".join(_cut(key, 64)),
    "backslash at its end": lambda key: f"{key}\\",
    "two backslashes": lambda key: f"\\\\{key}",
    "label": lambda key: f"Key: {key}",
    "label, Secret=": lambda key: f"Secret={key}",
    "label, secretKey/": lambda key: f"secretKey/{key}",
    "name of a field": lambda key: f'"secret": "{key}",',
    "armour without dashes": lambda key: f"BEGIN KEY {key} END KEY",
    "suffix .pem": lambda key: f"{key}.pem",
    "suffix .key": lambda key: f"{key}.key",
    "suffix .txt": lambda key: f"{key}.txt",
    "in a home folder": lambda key: f"/home/u/{key}",
    "in My-Secrets": lambda key: f"My-Secrets/{key}",
    "in My-Secrets, .pem": lambda key: f"My-Secrets/{key}.pem",
    "where nobody may look": lambda key: f"/root/{key}",
    "on a drive": lambda key: f"C:\\Users\\Me\\{key}",
    "tilde": lambda key: f"~/{key}",
    "dot": lambda key: f"./{key}",
    "two dots": lambda key: f"../{key}",
    "slash": lambda key: f"/{key}",
    "slash at its end": lambda key: f"{key}/",
    "file URL": lambda key: f"file://{key}",
    "http URL": lambda key: f"https://example.com/{key}",
    "variable": lambda key: f"$HOME/{key}",
    "variable of Windows": lambda key: f"%APPDATA%\\{key}",
    "cut by slashes": lambda key: "/".join(_cut(key, 8)),
    "cut by backslashes": lambda key: "\\".join(_cut(key, 10)),
    "cut by slashes, short": lambda key: "/".join(_cut(key, 4)),
    "cut by slashes, long": lambda key: "/".join(_cut(key, 15)),
    "cut by blanks": lambda key: " ".join(_cut(key, 8)) + ".pem",
    "cut by hyphens": lambda key: "-".join(_cut(key, 6)) + ".pem",
    "a real folder, then it": lambda key: f"My-Secrets/../{key}",
    "twice": lambda key: f"{key}/{key}",
    "after a real path": lambda key: f"My-Secrets/k.pem {key}",
    "before a real path": lambda key: f"{key}/../My-Secrets/k.pem",
}


def _cut(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(0, len(text), length)]


def table() -> Iterator[tuple[str, str, str]]:
    """Each slip by name, with the secret in it and the text as it is typed: every wrapping of a key of every kind."""
    rng = random.Random(20)
    kinds = list(KINDS.items())
    for number, (wrapping, wrap) in enumerate(WRAPPINGS.items()):
        # The body of a PEM and base64 with a slash are what comes nearest to a path; then one kind after the other.
        for kind, make in (kinds[16], kinds[6], kinds[number % len(kinds)]):
            secret = make(rng)
            yield f"{kind}, {wrapping}", secret, wrap(secret)


def leaked(secret: str, said: str) -> bool:
    """Whether so many characters of the secret in a row were said, whatever they were cut or escaped by."""
    return bool(leaked_of([secret], said))


def leaked_of(secrets: Iterable[str], said: str) -> set[str]:
    """Those of the secrets that were said."""
    windows = {window: secret for secret in secrets for window in _windows(_squeezed(secret))}
    return {windows[window] for window in _windows(_squeezed(said)) if window in windows}


def _windows(text: str) -> Iterator[str]:
    return (text[at : at + LEAK] for at in range(len(text) - LEAK + 1))


_ARMOUR = re.compile(r"-----[A-Z 0-9]*-----")


def _squeezed(text: str) -> str:
    plain = _ARMOUR.sub("", text.replace("\\\\", "\\").replace("\\n", "\n"))
    return re.sub(r"[^A-Za-z0-9+=]", "", plain)
