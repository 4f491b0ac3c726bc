"""One input of each kind, made of its seed alone: an installation with one file in it that no program would write."""

from __future__ import annotations

import functools
import json
import random
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from installations import CCXT_2, HMAC_SECRET, VAULT, ecosystem, exchange, key, trading
from key_samples import private_pem, public_pem

from attack.key_mutation import mutated_key
from attack.mutation import ODD, WRAPPINGS, mutated_bytes, mutated_json, slip
from attack.pairs import of_python, read, write
from attack.samples import CCXT, CODE_NAMES, WORKSPACE, documents, fixed_rsa, git_files, key_files, vault

Shape = Literal["absent", "fifo", "folder", "link to itself", "link to nothing", "link to /dev/zero"]
SHAPES: tuple[Shape, ...] = ("absent", "fifo", "folder", "link to itself", "link to nothing", "link to /dev/zero")
NAMED = {"lock": "package-lock.json", "document": WORKSPACE, "vault": VAULT}
SETTINGS = "superalgos-rsa.toml"
KEY = "My-Secrets/k.pem"


@dataclass(frozen=True, slots=True)
class Case:
    """`data` is what lies at `place`: a path below the installation or, of the kind `journal`, in the journal's folder.
    `files` are all others of the installation. No part of a secret may be told."""

    kind: str
    seed: int
    place: str
    data: bytes | Shape
    files: Mapping[str, bytes] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def with_data(self, data: bytes | Shape) -> Case:
        return replace(self, data=data)

    @property
    def chance(self) -> random.Random:
        """For what is done with the input."""
        return random.Random(f"{self.kind} {self.seed} words")


def make(kind: str, seed: int, given: Sequence[bytes] = ()) -> Case:
    """The input of that seed. Documents are made from one of `given`, where there are any, and not from the samples."""
    return KINDS[kind](_Maker(kind, seed, given))


def plain(kind: str, place: str, data: bytes | Shape) -> Case:
    """An installation with nothing wrong in it but this one file."""
    maker = _Maker(kind, 0, ())
    document = maker.written(maker.workspace([*trading(key(KEY))]))
    given = {name: value for name, value in (("document", document), ("vault", b"[]")) if NAMED[name] != place}
    return maker.case(place, data, **given)


class _Maker:
    def __init__(self, kind: str, seed: int, given: Sequence[bytes]) -> None:
        self.kind, self.seed, self.given = kind, seed, given
        self.rng = random.Random(f"{kind} {seed}")
        self.secret, self.untold = _secret(self.rng)

    def workspace(self, roots: Any = None) -> Any:
        roots = documents(self.rng, self.secret) if roots is None else roots
        return of_python({"type": "Workspace", "name": "W", "config": "{}", "rootNodes": roots})

    def written(self, value: Any) -> bytes:
        text = write(value, self.rng.choice((4, 4, 4, 2, None)))
        if self.rng.random() < 0.05:
            text = self.rng.choice(("\ufeff" + text, text.replace("\n", "\r\n"), f"\n{text}\n"))
        return text.encode("utf-8", "surrogatepass")

    def case(self, place: str, data: bytes | Shape, **files: bytes) -> Case:
        rng = self.rng
        lock = {"packages": {"node_modules/ccxt": {"version": rng.choice(CCXT)}}}
        installed = {
            "package.json": b'{"name": "superalgos", "version": "1.6.1"}',
            "package-lock.json": json.dumps(lock).encode(),
            VAULT: json.dumps(vault(rng, self.secret), indent=4).encode(),
            WORKSPACE: self.written(self.workspace()) if place != WORKSPACE else b"",
            **key_folder(),
            **{NAMED[name]: given for name, given in files.items()},
        }
        installed.pop(place, None)
        return Case(self.kind, self.seed, place, data, installed, (self.untold, *secrets_of_files()))


@functools.cache
def key_folder() -> dict[str, bytes]:
    return {
        KEY: private_pem(fixed_rsa()),
        "My-Secrets/k.pub.pem": public_pem(fixed_rsa()),
        "My-Secrets/loose.pem": private_pem(fixed_rsa(1)),  # which others may read
        "My-Secrets/hmac.txt": HMAC_SECRET.encode(),
        "My-Secrets/deep/other.pem": private_pem(fixed_rsa(2)),
    }


@functools.cache
def secrets_of_files() -> tuple[str, ...]:
    files = (KEY, "My-Secrets/loose.pem", "My-Secrets/deep/other.pem")
    return (HMAC_SECRET, *(_behind_modulus(key_folder()[name].decode().split("\n")) for name in files))


_ALPHABETS = (
    string.ascii_letters + string.digits, string.ascii_letters + string.digits + "+/",
    string.ascii_letters + string.digits + "////", string.hexdigits[:16], string.ascii_lowercase + string.digits,
    string.ascii_letters + string.digits + "-_",
)  # fmt: skip


def _secret(rng: random.Random) -> tuple[str, str]:
    """A text of a kind that exchanges hand out or that people have, and the part of it that must not be told."""
    way = rng.random()
    if way < 0.3:
        lines = private_pem(fixed_rsa(3)).decode().split("\n")
        joint = rng.choice(("\n", "\n", "\\n", "", " "))
        return joint.join(lines if way < 0.2 else lines[1:-2]), _behind_modulus(lines, joint)
    text = "".join(rng.choices(rng.choice(_ALPHABETS), k=rng.choice((20, 24, 32, 40, 48, 64, 86, 88))))
    text += "=" * rng.choice((0, 0, 1, 2))
    return text, text


def _behind_modulus(lines: Sequence[str], joint: str = "") -> str:
    """What stands before is the same in every key, or in its public half."""
    return joint.join(lines[8:-2])


def _document(maker: _Maker) -> Case:
    rng = maker.rng
    value = read(rng.choice(maker.given).decode()) if maker.given else maker.workspace()
    if rng.random() < 0.3:
        return maker.case(WORKSPACE, mutated_bytes(rng, maker.written(value)))
    if rng.random() < 0.2:  # a node by itself
        value = rng.choice(value.get("rootNodes"))
    return maker.case(WORKSPACE, maker.written(mutated_json(rng, value)))


def _config(maker: _Maker) -> Case:
    rng = maker.rng
    config = _wrapped(maker) if rng.random() < 0.6 else _odd_config(maker)
    one = key(raw=config)
    code_name = rng.choice(("binance", "kraken", "kucoin"))
    roots = trading(one, code_name=code_name) if rng.random() < 0.7 else [ecosystem(exchange(one, code_name=code_name))]
    return maker.case(WORKSPACE, maker.written(maker.workspace([*roots])))


def _wrapped(maker: _Maker) -> str:
    """A secret where one may stand, with what is found around it when it was pasted."""
    rng = maker.rng
    name = rng.choice(CODE_NAMES)
    secret = maker.secret
    for _ in range(rng.randint(0, 2)):
        secret = rng.choice(WRAPPINGS).format(secret)
    fields = rng.choice((
        {"codeName": name, "secret": secret}, {"codeName": name, "secret": secret},
        {"codeName": name, "secret": secret},
        {"codeName": name, "secret": secret, "uid": secret, "password": secret}, {"codeName": secret, "secret": KEY},
        {"codeName": name, "secret": KEY, "Secret": secret, "apiKey": secret, "passphrase": secret},
        {"codeName": name, "secret": [secret]}, {"codeName": [secret], "secret": {"x": secret}},
        {"codeName": "", "secret": secret}, {"codeName": secret, "secret": secret}, {secret: secret},
    ))  # fmt: skip
    config = json.dumps(fields, indent=rng.choice((None, 4)), ensure_ascii=False)
    return slip(rng, config) if rng.random() < 0.3 else config


def _odd_config(maker: _Maker) -> str:
    rng = maker.rng
    config = json.dumps({"codeName": rng.choice(CODE_NAMES), "secret": rng.choice((KEY, "gone.pem", maker.secret))})
    return slip(rng, config) if rng.random() < 0.7 else write(mutated_json(rng, read(config)), None)


def _vault(maker: _Maker) -> Case:
    rng = maker.rng
    text = json.dumps(vault(rng, maker.secret) or [{"type": "exchange", "key": CODE_NAMES[0], "value": maker.secret}])
    way = rng.random()
    if way < 0.3:
        data = mutated_bytes(rng, text.encode())
    elif way < 0.4:
        data = rng.choice((b"", b" \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf" + text.encode(), b"null", b"{}", b"[null]"))
    else:
        data = maker.written(mutated_json(rng, read(text)))
    return maker.case(VAULT, data)


def _key_file(maker: _Maker) -> Case:
    rng = maker.rng
    if rng.random() < 0.03:
        return maker.case(KEY, rng.choice(SHAPES))
    roots = trading(key(KEY, CODE_NAMES[0]), code_name=rng.choice(("binance", "kraken")))
    document = maker.written(maker.workspace([*roots]))
    return maker.case(KEY, mutated_key(rng, rng.choice(key_files())), document=document)


_TOML = (
    b"accept_rsa_4096 = true\n", b"accept_rsa_4096 = false\n", b'search = ["keys", "../x"]\n', b"search = []\n",
    b'# x\naccept_rsa_4096 = true\nsearch = ["My-Secrets"]\n',
)  # fmt: skip
_TOML_VALUES = (
    b"true", b"false", b"1", b"-1", b"1e400", b"nan", b"inf", b'""', b'"x"', b"''", b"'''x'''", b"[]", b"[[]]", b"[1]",
    b'[""]', b'["\\u0000"]', b'["\\ud800"]', b'["\\U0010ffff"]', b'["~"]', b'["$HOME"]', b"[" * 200 + b"]" * 200,
    b"[" * 20_000, b"{}", b"{a={}}", b"1979-05-27T07:32:00Z", b"9" * 5000, b"0x" + b"f" * 5000, b'["/dev/null"]',
    b'["' + b"x/" * 3000 + b'"]', b'["\\u001b[2J"]', b"{search=1}",
)  # fmt: skip
_TOML_NAMES = (
    b"accept_rsa_4096", b"search", b"engine", b"on_change", b"x", b'""', b'"\\u001b[31m"', b"search.x", b"[search]\nx",
    b"[[search]]\nx", b'"a\\u0000b"', b"a" * 5000, b".".join([b"a"] * 500), b"server", b"before_start", b"ask_engine",
)  # fmt: skip


def _settings(maker: _Maker) -> Case:
    rng = maker.rng
    if rng.random() < 0.05:
        return maker.case(SETTINGS, rng.choice(SHAPES))
    if rng.random() < 0.5:
        return maker.case(SETTINGS, mutated_bytes(rng, rng.choice(_TOML)))
    lines = [rng.choice(_TOML_NAMES) + b" = " + rng.choice(_TOML_VALUES) + b"\n" for _ in range(rng.randint(1, 3))]
    return maker.case(SETTINGS, b"".join(lines))


_JOURNAL = ("1/plan.json", "1/plan.json", "1/plan.json", "1/plan.json", "fingerprints.json", "1/0.old", "1/0.new", "1",
            "lock", "2", "2/plan.json", "x", "1/plan.part", "99999999999999999999", "\u0663", "0")  # fmt: skip


def _journal(maker: _Maker) -> Case:
    """The bytes are those that stand there when the tool has made a change, and `@` and the seed an accident of them:
    what the journal holds names folders, so the text of a seed is known only where it is tried."""
    rng = maker.rng
    place = rng.choice(_JOURNAL)
    document = maker.written(maker.workspace([*trading(key("k.pem"))]))
    shape = not place.endswith((".json", ".old", ".new", "part")) or rng.random() < 0.1
    data: bytes | Shape = rng.choice((*SHAPES, b"", b"x")) if shape else b"@"
    lock = json.dumps({"packages": {"node_modules/ccxt": {"version": CCXT_2}}}).encode()
    return maker.case(place, data, document=document, lock=lock)


def mutated_journal(case: Case, found: bytes) -> bytes:
    """What is to stand in a file of the journal that holds `found`."""
    rng = random.Random(f"journal {case.seed} data")
    try:
        value = read(found.decode())
    except ValueError:
        return mutated_bytes(rng, found)
    if rng.random() < 0.4:
        return mutated_bytes(rng, found)
    value = mutated_json(rng, value)
    states = ("applying", "undoing", "undone", "applied", "")
    text = write(value, None)
    if rng.random() < 0.3:
        text = text.replace('"applied"', json.dumps(rng.choice(states)))
    return text.encode("utf-8", "surrogatepass")


_NEAR_KEYS = ("exchangeAccounts", "userAccounts", "userKeys", "keys", "keys", "exchanges", "keyReference")


def _repair(maker: _Maker) -> Case:
    """A document with something to mend, and at most one accident near the keys."""
    rng = maker.rng
    value = maker.workspace()
    way = rng.random()
    if way < 0.5:
        value = mutated_json(rng, value, 1, rng.choice(_NEAR_KEYS))
    elif way < 0.6:
        roots = value.get("rootNodes")
        for _ in range(rng.randint(1, 3)):
            roots.insert(rng.randint(0, len(roots)), rng.choice((None, None, None, *ODD[:10])))
    data = maker.written(value)
    if way > 0.9:
        data = mutated_bytes(rng, data, 1)
    return maker.case(WORKSPACE, data)


def _installation(maker: _Maker) -> Case:
    rng = maker.rng
    place = rng.choice(("package.json", "package-lock.json", "package-lock.json", "node_modules/ccxt/package.json"))
    lock = {"packages": {"": {"dependencies": {"ccxt": "^2"}}, "node_modules/ccxt": {"version": rng.choice(CCXT)}}}
    text = {"package.json": '{"name": "superalgos", "version": "1.6.1", "dependencies": {"ccxt": "^2.7.62"}}',
            "package-lock.json": json.dumps(lock)}.get(place, '{"name": "ccxt", "version": "4.5.59"}')  # fmt: skip
    way = rng.random()
    if way < 0.05:
        return maker.case(place, rng.choice(SHAPES))
    data = mutated_bytes(rng, text.encode()) if way < 0.4 else maker.written(mutated_json(rng, read(text)))
    return maker.case(place, data)


def _work_tree(maker: _Maker) -> Case:
    """My-Secrets lies in a stranger's repository."""
    rng = maker.rng
    git = git_files(KEY)
    place = rng.choice((".git/index", ".git/index", ".git/index", *git, ".git"))
    if place == ".git":
        data: bytes | Shape = rng.choice((*SHAPES, b"gitdir: x\n", b"gitdir: /\n", b"gitdir: \0", b""))
    else:
        data = mutated_bytes(rng, git.pop(place)) if rng.random() < 0.9 else rng.choice(SHAPES)
    document = maker.written(maker.workspace([*trading(key(KEY, CODE_NAMES[0]))]))
    case = maker.case(place, data, document=document)
    more = {} if place == ".git" else git
    return replace(case, files={**case.files, **more})


KINDS: dict[str, Callable[[_Maker], Case]] = {
    "document": _document,
    "config": _config,
    "vault": _vault,
    "key": _key_file,
    "settings": _settings,
    "journal": _journal,
    "repair": _repair,
    "installation": _installation,
    "git": _work_tree,
}
