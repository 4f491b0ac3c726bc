"""Rules about the config text of a key node."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.documents import schema
from superalgos_rsa.validator.credential import control_character
from superalgos_rsa.validator.facts import KeyFacts, World
from superalgos_rsa.validator.rules.registry import Occurrence, at_key, check
from superalgos_rsa.validator.rules.remedies import advice, mend, set_key


@check(KeyFacts, "config-missing", "config-invalid", "config-schema")
def config(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    found = key.key.config
    ends = "; loading the workspace ends the whole platform" if _ends_platform(key) else ""
    if found.state == "missing":
        yield at_key(
            "config-missing",
            f"This key node has no config{ends}",
            key,
            fix=mend(key.document.path),
        )
    elif found.state in ("invalid", "not-text", "not-object"):
        where = f" (line {found.line}, column {found.column} of the config)" if found.line else ""
        yield at_key(
            "config-invalid",
            f"The config cannot be used: {found.reason}{where}{ends}",
            key,
            fix=advice(
                'write it as {"codeName": "...", "secret": "..."}, every backslash of a path twice or as a slash'
            ),
        )
    else:
        for problem in schema.problems("key-config", dict(found.fields)):
            if problem.keyword == "required" or problem.pointer[:1] not in ((), ("codeName",), ("secret",)):
                continue  # an absent value has a rule of its own; of the others none reads the file or signs
            name = ".".join(str(step) for step in problem.pointer) or "config"
            yield at_key("config-schema", f"`{name}` {problem.message}{ends}", key)


def _ends_platform(key: KeyFacts) -> bool:
    return any(crash.pointer in (key.key.pointer, (*key.key.pointer, "config")) for crash in key.document.crashes)


@check(KeyFacts, "config-control-character")
def control(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    """`"C:\\temp\\new.pem"` is legal JSON, and means a tab and a line break."""
    of_vault = "the vault's " if key.credential.source == "vault" else ""
    code_name = key.credential.code_name
    in_code_name = control_character(code_name) if isinstance(code_name, str) else None
    for name, value, found, shown in (
        ("codeName", code_name, in_code_name, "`codeName`"),
        ("secret", key.credential.secret, key.control, f"{of_vault}`secret`"),
    ):
        if found is None or (isinstance(value, str) and "-----BEGIN" in value):
            continue
        if name == "secret" and (key.reads_file or key.content is not None):
            continue
        kind = {"\t": "a tab", "\n": "a line break", "\r": "a carriage return", "\0": "a NUL"}.get(
            found, "a control character"
        )
        fix = None
        if name == "secret":
            fix = set_key(key, "display", secret="PATH_OF_THE_KEY_FILE")
        yield at_key(
            "config-control-character",
            f"{shown[0].upper()}{shown[1:]} holds {kind}: a single backslash in JSON is no backslash",
            key,
            fix=fix,
        )
