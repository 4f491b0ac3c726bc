"""Texts that no program would write: made of good ones, by chance, the same for the same seed."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from attack.pairs import Members, Raw, Spot, read, spots, write

Random = random.Random

CHUNKS: tuple[bytes, ...] = (
    b"\0", b"\xef\xbb\xbf", b"\xff", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\\ud800",
    b"\\udc00\\ud800", b"\\u0000", b"\\", b'"', b"'", b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\r", b"\t", b" ",
    b"null", b"true", b"NaN", b"-Infinity", b"1e999", b"-0", b"0x1", b"9" * 400, b"9" * 5000, b"[]", b"{}", b"[[]]",
    b"//", b"/**/", b"#", b"$(x)", b"`x`", b"%s", b"../", b"~", b"\x1b[2J", b"\xc2\x9b1m", "\u202e".encode(),
    "\u200b".encode(), "\u201c".encode(), b"A" * 300, b"\\n", b"\x85", b"\xe2\x80\xa8", b"=", b"-----",
)  # fmt: skip

_DEEP = 900
ODD: tuple[Any, ...] = (
    None, True, False, Raw("0"), Raw("-0"), Raw("7"), Raw("-1"), Raw("0.1"), Raw("1e999"), Raw("1E-999"),
    Raw("9" * 400), Raw("9" * 5000), "", " ", "\n", "\0", "\ufeff", "\ud800", "\udfff\ud800", "\u202e", "\u200b",
    "\x1b[2J", "\x9b31m", "\x07", "\u2028", "null", "[]", "{}", "[[]]", "0", "NaN", "true", "false", "\\", '"', "-",
    "--help", "__proto__", "constructor", "toString", "length", "a/b~c", "A" * 5000, [], [[]], [[[]]], [None], [""],
    [Raw("5")], ["x"], [[None]], [[], []], Raw("{}"), Raw("[{}]"), Raw('{"type": "Exchange Account Key"}'),
    Raw('[{"type": "Exchange Account Key"}]'), Raw('{"type": "Task"}'), Raw('{"config": null}'), Raw('{"0": 0}'),
    Raw('{"length": 1}'), Raw('{"": ""}'), Raw('{"toString": null}'),
    Raw("[" * _DEEP + "]" * _DEEP), Raw('{"a":' * _DEEP + "1" + "}" * _DEEP), Raw("[" * 100_000 + "]" * 100_000),
    Raw("[" + "[]," * 3000 + "[]]"), Raw('{"keys": []}'), Raw('{"id": 5, "name": [], "type": {}}'),
)  # fmt: skip

NAMES = (
    "type", "name", "id", "config", "project", "rootNodes", "keys", "userKeys", "userAccounts", "exchangeAccounts",
    "exchanges", "cryptoExchanges", "savedPayload", "referenceParent", "referenceParentCombinedNodePath", "bot",
    "processes", "session", "tasks", "keyReference", "githubAPI", "codeName", "secret", "sandBox", "uid", "password",
    "host", "key", "value", "", "__proto__", "length", "0",
)  # fmt: skip

WORDS = (
    "Exchange Account Key", "Task", "Key Reference", "Crypto Exchange", "Crypto Ecosystem", "User Keys", "APIs",
    "Github API", "Workspace", "Foundations", "Live Trading Session", "Trading Bot Instance", "LAN Network Node",
    "Market", "Market Trading Tasks", "Task Manager", "API Authorization Key", "binance", "kraken", "binanceus",
    "exchange", "github", "localhost", "127.0.0.1",
)  # fmt: skip


def mutated_bytes(rng: Random, data: bytes, most: int = 4) -> bytes:
    """One to `most` accidents of bytes."""
    for _ in range(rng.randint(1, most)):
        data = rng.choice(_BYTE_WAYS)(rng, data)
    return data


def _range(rng: Random, data: bytes) -> tuple[int, int]:
    start = rng.randint(0, len(data))
    return start, min(len(data), start + rng.choice((1, 1, 2, 4, 16, 64, 300)))


def _flip(rng: Random, data: bytes) -> bytes:
    if not data:
        return b"\0"
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _insert(rng: Random, data: bytes) -> bytes:
    at = rng.choice((0, len(data), rng.randint(0, len(data))))
    return data[:at] + rng.choice(CHUNKS) + data[at:]


def _overwrite(rng: Random, data: bytes) -> bytes:
    start, end = _range(rng, data)
    return data[:start] + rng.choice(CHUNKS) + data[end:]


def _cut(rng: Random, data: bytes) -> bytes:
    start, end = _range(rng, data)
    return data[:start] + data[end:]


def _double(rng: Random, data: bytes) -> bytes:
    start, end = _range(rng, data)
    return data[:end] + data[start:end] * rng.choice((1, 1, 1, 2, 50)) + data[end:]


def _end_early(rng: Random, data: bytes) -> bytes:
    return data[: rng.randint(0, len(data))]


def _drop_line(rng: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def _swap_lines(rng: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return b"\n".join(lines)


def _line_ends(rng: Random, data: bytes) -> bytes:
    return data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"", b" ", b"\\n", b"\n\n", b"\n\t")))


def _encoding(rng: Random, data: bytes) -> bytes:
    text = data.decode("latin-1")
    return text.encode(rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-32")))


def _number(rng: Random, data: bytes) -> bytes:
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return data
    found = rng.choice(numbers)
    return data[: found.start()] + rng.choice((b"0", b"-1", b"4294967296", b"9" * 30, b"1e9")) + data[found.end() :]


_BYTE_WAYS: tuple[Callable[[Random, bytes], bytes], ...] = (
    _flip, _flip, _insert, _insert, _overwrite, _cut, _cut, _double, _end_early, _drop_line, _swap_lines, _line_ends,
    _encoding, _number,
)  # fmt: skip


def mutated_json(rng: Random, value: Any, most: int = 3, within: str | None = None) -> Any:
    """A copy with one to `most` accidents of structure; `within` the members of that name, where there are any."""
    value = copy.deepcopy(value)
    for _ in range(rng.randint(1, most)):
        found = spots(value)
        if within is not None:
            below = [spot for holder in found if holder.name == within for spot in spots(holder.value)]
            found = below or found
        if not found:
            return rng.choice(ODD)
        rng.choice(_JSON_WAYS)(rng, rng.choice(found), found)
    return value


def _odd(rng: Random, spot: Spot, _: Sequence[Spot]) -> None:
    spot.put(copy.deepcopy(rng.choice(ODD)))


def _other_word(rng: Random, spot: Spot, _: Sequence[Spot]) -> None:
    spot.put(rng.choice(WORDS))


def _remove(_: Random, spot: Spot, __: Sequence[Spot]) -> None:
    spot.remove()


def _again(rng: Random, spot: Spot, _: Sequence[Spot]) -> None:
    """An item, or a member of the same name, once more; behind it or at the end."""
    at = rng.choice((spot.index, len(spot.items)))
    spot.items[at:at] = [copy.deepcopy(spot.items[spot.index])] * rng.choice((1, 1, 1, 2, 40))


def _twice(rng: Random, spot: Spot, _: Sequence[Spot]) -> None:
    """A member whose name stands twice, with another value."""
    if isinstance(spot.holder, Members):
        at = rng.choice((spot.index, spot.index + 1))
        spot.holder.pairs.insert(at, (spot.holder.pairs[spot.index][0], copy.deepcopy(rng.choice(ODD))))


def _null_beside(rng: Random, spot: Spot, _: Sequence[Spot]) -> None:
    if isinstance(spot.holder, list):
        spot.holder.insert(rng.choice((spot.index, spot.index + 1)), rng.choice((None, [], [[]], "", Raw("0"))))


def _rename(rng: Random, spot: Spot, _: Sequence[Spot]) -> None:
    if spot.name not in ("config", "secret", "value", "uid", "password"):  # what they hold is not to become a name
        spot.rename(rng.choice(NAMES))


def _wrap(rng: Random, spot: Spot, _: Sequence[Spot]) -> None:
    spot.put(rng.choice(([spot.value], [[spot.value]], Members([(rng.choice(NAMES[5:]), spot.value)]))))


def _unwrap(_: Random, spot: Spot, __: Sequence[Spot]) -> None:
    value = spot.value
    items = [pair[1] for pair in value.pairs] if isinstance(value, Members) else value
    if isinstance(items, list) and items and not isinstance(items[0], str):
        spot.put(items[0])


def _as_items(rng: Random, spot: Spot, _: Sequence[Spot]) -> None:
    """An object where a list belongs, and the other way round."""
    value = spot.value
    if isinstance(value, Members):
        spot.put([item for _, item in value.pairs])
    elif isinstance(value, list):
        spot.put(Members([(rng.choice((str(index), *NAMES[5:12])), item) for index, item in enumerate(value)]))


def _exchange(rng: Random, spot: Spot, all_spots: Sequence[Spot]) -> None:
    """Containers alone: a secret must not come where the tool shows what stands there."""
    other = rng.choice(all_spots)
    if isinstance(spot.value, Members | list) and isinstance(other.value, Members | list):
        own = spot.value
        spot.put(copy.deepcopy(other.value))
        other.put(own)


def _as_json(_: Random, spot: Spot, __: Sequence[Spot]) -> None:
    """The object where its text belongs, or the text where the object belongs."""
    if isinstance(spot.value, str) and spot.name == "config":
        try:
            spot.put(read(spot.value))
        except (ValueError, RecursionError):
            spot.put([spot.value])
    elif isinstance(spot.value, list) and spot.name not in ("name", "id", "type"):
        spot.put(write(spot.value, None))


_JSON_WAYS: tuple[Callable[[Random, Spot, Sequence[Spot]], None], ...] = (
    _odd, _odd, _odd, _odd, _other_word, _remove, _remove, _again, _twice, _null_beside, _rename, _wrap, _unwrap,
    _as_items, _exchange, _as_json,
)  # fmt: skip


def slip(rng: Random, config: str) -> str:
    """What people do to a config by hand."""
    for _ in range(rng.randint(1, 2)):
        config = rng.choice(_SLIPS)(rng, config)
    return config


def _somewhere(text: str) -> Callable[[Random, str], str]:
    def way(rng: Random, config: str) -> str:
        at = rng.randint(0, len(config))
        return config[:at] + text + config[at:]

    return way


def _replaced(old: str, new: str) -> Callable[[Random, str], str]:
    return lambda _, config: config.replace(old, new)


def _cut_config(rng: Random, config: str) -> str:
    start = rng.randint(0, len(config))
    return config[:start] + config[start + rng.randint(1, 20) :]


_SLIPS: tuple[Callable[[Random, str], str], ...] = (
    _replaced('"}', '",}'), _replaced('", "', '" "'), _replaced('", "', '",, "'), _replaced('"', "\u201d"),
    _replaced('"', "'"), _replaced(":", "="), _replaced(": ", ":"), _replaced("\\\\", "\\"), _replaced("/", "\\"),
    _replaced("{", ""), _replaced("}", ""), _replaced("{", "{{"), _replaced("codeName", "secret"),
    _replaced("secret", "codeName"), _replaced('"secret": "', '"secret": "C:\\Users\\me\\'),
    _replaced('"secret": "', '"secret": "\\\\server\\keys\\'), _replaced(" ", "\n"), _replaced(" ", "\u00a0"),
    _somewhere("\\"), _somewhere('"'), _somewhere("\n"), _somewhere("\t"), _somewhere("\ufeff"), _somewhere("\0"),
    _somewhere("//x\n"), _somewhere("\\ud800"), _somewhere("\u201c"), _somewhere(","), _somewhere("}"),
    _somewhere("\\u00"), _somewhere('\\"'), _somewhere("\x1b[31m"), _somewhere("\u202e"), _cut_config, _cut_config,
    lambda _, config: config + "x", lambda _, config: config + config, lambda _, config: json.dumps(config),
    lambda _, config: f"[{config}]", lambda rng, _: rng.choice(("", "null", "[]", "{}", '""', "5", "{", '{"', "[[]]")),
    lambda rng, config: mutated_bytes(rng, config.encode("utf-8", "surrogatepass"), 1).decode("utf-8", "replace"),
)  # fmt: skip

WRAPPINGS = (
    "{}", "{},", "{};", "{} ", "\n{}\n", '"{}"', "'{}'", "<{}>", "{}<br>", "{}%0A", "{}\\n", "Key: {}", "secret={}",
    "API Secret: {}", "file://{}", "./{}", "/{}", "~/{}", "C:\\{}", "My-Secrets/{}", "{}.pem", "{}/k.pem", "({})",
    "[{}]", "{}|", "{}\u200b", "\u201c{}\u201d", "{} # comment", "{}&x=1", "https://x/{}", "{0}{0}", "$HOME/{}",
    "%APPDATA%\\{}", "-{}", "{}\\", "x,{}", "{}\t", "base64:{}", "{}...", "`{}`", "@{}", "{}=", "../{}",
)  # fmt: skip
"""What is found around a secret that was pasted."""
