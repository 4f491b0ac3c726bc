"""What a file may hold that the platform is asked to load: texts of workspaces and of vaults, by name."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

from workspaces import account, apis, ecosystem, entry, exchange, key, with_keys, workspace

CONFIGS: dict[str, Any] = {
    "empty text": "", "the text null": "null", "null": None, "an object": {"codeName": "a"}, "a list": [],
    "a number": 5, "minus nought": -0.0, "true": True, "false": False, "a nested text": ["{}"],
    "two texts": ["{}", "{}"], "a number in a list": [5], "null in a list": [None], "a list in a list": [[]],
    "a text in lists": [[["{}"]]], "trailing comma": '{"codeName": "c",}', "unquoted": "{codeName: 1}",
    "typographic": "{“codeName”: 1}", "backslash": '{"codeName": "c", "secret": "C:\\Users\\k.pem"}',
    "byte order mark": '\ufeff{"codeName": "c"}', "comment": '{"codeName": "c"} // mine', "NaN": '{"codeName": NaN}',
    "Infinity": '{"codeName": Infinity}', "codeName null": '{"codeName": null}', "codeName number": '{"codeName": 5}',
    "codeName list": '{"codeName": ["a"]}', "codeName huge": '{"codeName": 1e999}',
    "codeName empty": '{"codeName": ""}', "no codeName": "{}", "codeName object": '{"codeName": {"length": 1}}',
    "codeName of no length": '{"codeName": {"length": 0}}', "twice, null last": '{"codeName": "a", "codeName": null}',
    "twice, null first": '{"codeName": null, "codeName": "a"}', "text of a list": "[]", "text of a number": "5",
    "text of a text": '"a"', "white space": " \n\t{}\r\n", "vertical tab": "\v{}",
    "line break in a text": '{"codeName": "a\nb"}', "a lone surrogate": '{"codeName": "\\ud800"}',
}  # fmt: skip
NUMBERS = [
    "1e308", "1e309", "-1e309", "1e999999", "1" + "0" * 308, "1" + "0" * 309, "-1" + "0" * 400, "0.1e-400",
    "123456789" * 5,
]  # fmt: skip
_LISTS = {
    "exchanges": ("cryptoExchanges", 0), "userAccounts": ("cryptoExchanges", 0, "exchanges", 0, "exchangeAccounts"),
    "keys": ("cryptoExchanges", 0, "exchanges", 0, "exchangeAccounts", "userAccounts", 0, "userKeys"),
}  # fmt: skip
_JUNK: list[Any] = [None, 5, "", "x", [], {}, [None], {"length": 1}, {"length": 0}, True]
_ROOTS: dict[str, tuple[Any, ...]] = {
    "none": (), "null": (None,), "null first": (None, ecosystem()),
    "null between": (apis(), None, ecosystem(exchange())), "null last": (apis(), ecosystem(exchange()), None),
    "null, and no APIs": (ecosystem(exchange()), None), "no objects": (5, "text", [], {}), "a key": (key(),),
    "an exchange": (exchange(account(key())),),
    "two ecosystems": (ecosystem(exchange(account(key()))), ecosystem(exchange(account({})))),
    "of no project": (ecosystem(exchange(account({})), project=None),),
    "of another": (ecosystem(exchange(account({})), project="X"),),
    "project in a list": (ecosystem(exchange(account({})), project=["Foundations"]),),
    "APIs with a name": (apis('{"username": "u"}'),), "APIs without a config": ({**apis(), "githubAPI": {}},),
    "APIs null": ({**apis(), "githubAPI": None},), "APIs a text": ({**apis(), "githubAPI": "x"},),
    "APIs bad": (apis("{"),), "APIs username null": (apis('{"username": null}'),), "APIs list": (apis("[]"),),
}  # fmt: skip
_WHOLE: dict[str, Any] = {
    "no rootNodes": {"type": "Workspace"}, "rootNodes null": {"rootNodes": None},
    "rootNodes an object": {"rootNodes": {}}, "rootNodes a text": {"rootNodes": "text"},
    "rootNodes of length": {"rootNodes": {"length": 0}}, "rootNodes only": {"rootNodes": []},
    "rootNodes deeper": {"type": "Workspace", "workspace": {"rootNodes": []}},
    "another type": {"type": "Task", "rootNodes": []}, "a lone node": key(),
    "a lone task": {"type": "Task", "name": "T"}, "a vault": [entry()], "an empty list": [], "a list": [1, 2],
    "a workspace in a list": [{"type": "Workspace", "rootNodes": []}],
    "a key config": {"codeName": "a", "secret": "b"}, "a number": 5, "a text": "text", "null": None, "true": True,
    "an empty object": {}, "package.json": {"name": "x", "version": "1"},
}  # fmt: skip
_TEXTS = {
    "empty": "", "white space": " \n", "no JSON": "{", "trailing comma": '{"rootNodes": [],}',
    "two values": '{"rootNodes": []}{}', "single quotes": "{'rootNodes': []}", "a comment": '{"rootNodes": []} // x',
    "NaN": '{"rootNodes": [], "x": NaN}', "cut off": '{"type": "Workspace", "rootNodes": [{"type": ',
    "rootNodes twice, null last": '{"rootNodes": [], "rootNodes": null}',
    "rootNodes twice, null first": '{"rootNodes": null, "rootNodes": []}', "a tab in a text": '{"rootNodes": ["\t"]}',
    "a huge number": '{"rootNodes": [], "x": 1e999}', "leading nought": '{"rootNodes": [01]}',
    "a prototype": '{"rootNodes": [], "__proto__": 5}',
    "rootNodes of a prototype": '{"__proto__": {"rootNodes": []}}', "a no-break space": '\u00a0{"rootNodes": []}',
    "upper case": '{"ROOTNODES": []}', "escaped name": '{"root\\u004eodes": []}', "HTML": "<html></html>",
    "JavaScript": "module.exports = {}",
}  # fmt: skip
GOOD = json.dumps(with_keys(key()))
NESTS: dict[str, Callable[[int], str]] = {
    "lists": lambda n: '{"rootNodes": [], "x": ' + "[" * n + "]" * n + "}",
    "objects": lambda n: '{"rootNodes": [], "x": ' + '{"a": ' * n + "0" + "}" * n + "}",
    "pairs": lambda n: '{"rootNodes": [], "x": ' + '[{"a": ' * (n // 2) + "0" + "}]" * (n // 2) + "}",
    "saved payload": lambda n: '{"rootNodes": [{"type": "Task", "savedPayload": ' + "[" * n + "]" * n + "}]}",
    "a list alone": lambda n: "[" * n + "]" * n,
    "lists without an end": lambda n: '{"rootNodes": [], "x": ' + "[" * n,
    "a config of lists": lambda n: _with_config('{"a": ' + "[" * n + "]" * n + "}"),
    "a config of objects": lambda n: _with_config('{"a": ' * n + "0" + "}" * n),
    "a bare list as config": lambda n: GOOD.replace(json.dumps(key()["config"]), "[" * n + '"{}"' + "]" * n),
    "a code name of lists": lambda n: _with_config('{"codeName": ' + "[" * n + '"a"' + "]" * n + "}"),
    "APIs of lists": lambda n: json.dumps(workspace(apis("[" * n + "]" * n))),
}
DEPTHS = (50, 99, 150, 900, 1500, 1800, 2500, 3500, 4000, 5000, 7000, 20000)
"""Not those near the bounds, which differ from Node to Node."""
VAULTS: dict[str, str | None] = {
    "absent": None, "no folder": None, "empty list": "[]", "an entry": json.dumps([entry()]),
    "empty": "", "no JSON": "[{", "a byte order mark": "\ufeff[]", "an object": "{}", "null": "null", "a text": '"a"',
    "a number": "5", "null first": "[null]", "null behind": json.dumps([entry(), None]),
    "null behind another": json.dumps([entry("other"), None]), "a list of lists": "[[]]", "numbers": "[5]",
    "trailing comma": "[{},]", "an entry without a key": '[{"type": "exchange"}]',
    "value null": json.dumps([entry(value=None)]), "value a list": json.dumps([entry(value=["a"])]),
    "of GitHub": json.dumps([entry(kind="github")]), "white space": " ", "NUL bytes": "\0\0\0\0",
    "two lists": "[] []", "deep": "[" * 20000 + "]" * 20000, "deep without an end": "[" * 20000,
    "a deep value": json.dumps([entry()]).replace('"vault-value"', "[" * 3000 + "]" * 3000),
    "a deadly value": json.dumps([entry()]).replace('"vault-value"', "[" * 6000 + "]" * 6000),
    "a deep value of another": json.dumps([entry("other")]).replace('"vault-value"', "[" * 6000 + "]" * 6000),
}  # fmt: skip


def _with_config(text: str) -> str:
    return json.dumps(with_keys({**key(), "config": text}))


def _mutants() -> Iterator[tuple[str, str]]:
    for name, way in _LISTS.items():
        for number, junk in enumerate([..., *_JUNK]):
            value = json.loads(GOOD)
            at = value["rootNodes"][0]
            for step in way:
                at = at[step]
            if junk is ...:
                del at[name]
            else:
                at[name] = junk
            yield f"{name} {'missing' if junk is ... else _JUNK[number - 1]!r}", json.dumps(value)


@functools.cache
def shapes() -> dict[str, str]:
    """Texts of files, by name."""
    found = {"good": GOOD, **_TEXTS}
    found |= {f"config: {name}": json.dumps(with_keys({**key(), "config": value})) for name, value in CONFIGS.items()}
    found["config: missing"] = json.dumps(with_keys({"type": "Exchange Account Key"}))
    bare = json.dumps(key()["config"])
    found |= {f"config: {number[:12]}, {len(number)} letters": GOOD.replace(bare, number) for number in NUMBERS}
    found |= {f"roots: {name}": json.dumps(workspace(*roots)) for name, roots in _ROOTS.items()}
    found |= {f"whole: {name}": json.dumps(value) for name, value in _WHOLE.items()}
    found |= dict(_mutants())
    return found


def text_of(shape: str) -> str:
    """The text of a shape; those of `NESTS` have their depth behind the name."""
    name, _, depth = shape.rpartition(", levels: ")
    return NESTS[name](int(depth)) if name else shapes()[shape]
