"""Rules about the config text of a key node."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.documents import schema
from superalgos_rsa.superalgos.secret_text import control_character
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.model import ENGINE_THROWS, PLATFORM_ENDS, SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import API_KEY, KEY_FILE, advice, mend, set_key

SUBJECT = "The config of a key"
RULES = (
    Rule(
        id="config-missing",
        title="The key node has no config",
        sees=(
            "An Exchange Account Key node without `config`, or with an empty one. There is no place for the API key "
            "and the secret."
        ),
        engine=(
            "The platform ends when it loads such a node from My-Workspaces. Where the node comes from another place, "
            "the session fails without any message."
        ),
        exchange=PLATFORM_ENDS,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`. Or delete the node and add a new "
            "key in the platform."
        ),
    ),
    Rule(
        id="config-invalid",
        title="The key's config is not JSON",
        sees=(
            "The config text of the key node does not parse as a JSON object. Typical causes: a Windows path with "
            'single backslashes (`"C:\\Users\\me\\k.pem"`), a comma after the last value, curly quotes from a text '
            "program, a value without quotes."
        ),
        engine=(
            "The platform ends when it loads the workspace. When it saves one, nothing is written, although the screen "
            "says saved. A task gets the config as plain text, and the session answers `Codename Property Missing`."
        ),
        exchange=PLATFORM_ENDS,
        mend=(
            "Write each backslash twice (`C:\\\\Users\\\\me\\\\k.pem`) or use `/`. `superalgos-rsa set DOCUMENT KEY "
            "--secret PATH` writes the path with the right escapes."
        ),
    ),
    Rule(
        id="config-control-character",
        title="A value holds a line break, a tab or another control character",
        sees=(
            'A value of the config holds a control character. This happens when `"C:\\new\\table.pem"` is written with '
            "single backslashes: JSON reads `\\n` as a line break and `\\t` as a tab."
        ),
        engine=(
            "No error: the config parses, and the value silently has another text. No file has that name, so the "
            "engine signs with the text."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH` with the path as it is; the tool writes the escapes."
        ),
    ),
    Rule(
        id="config-schema",
        title="A value of the config has the wrong type",
        sees=(
            "The config is JSON, but not as the platform needs it: `codeName` or `secret` is a number, `null`, a list "
            "or an object instead of text in quotes, or the config is a list."
        ),
        engine=(
            "With `null` as the code name the platform ends on load; with an empty text in its place the next save "
            "would destroy the secret. With a number it skips the vault, and the next save destroys the secret too, "
            "as it does with a numeric secret."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Put the value in quotes, or run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`. "
            "`superalgos-rsa schema key-config` prints the schema."
        ),
    ),
)

_CONTROL: dict[str, tuple[str, str | None]] = {
    "\t": ("a tab", r"\t"),
    "\n": ("a line break", r"\n"),
    "\r": ("a carriage return", r"\r"),
    "\b": ("a backspace", r"\b"),
    "\f": ("a form feed", r"\f"),
    "\0": ("a NUL", None),
}


@check(KeyFacts, "config-missing", "config-invalid", "config-schema")
def config(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds a config that is missing, is no JSON object, or has values of a wrong type."""
    found = key.key.config
    lead = "Loading this workspace ends the whole platform" if _ends_platform(key) else "Superalgos cannot use this key"
    if found.state == "missing":
        yield at_key("config-missing", f"{lead}: the key node has no config", key, fix=mend(key.document.path))
    elif found.state in ("invalid", "not-text", "not-object"):
        where = f" (line {found.line}, column {found.column} of the config)" if found.line else ""
        how = 'write it as {"codeName": "...", "secret": "..."}, every backslash of a path twice or as a slash'
        yield at_key("config-invalid", f"{lead}: {found.reason}{where}", key, fix=advice(how))
    else:
        for problem in schema.problems("key-config", dict(found.fields)):
            if problem.keyword == "required" or problem.pointer[:1] not in ((), ("codeName",), ("secret",)):
                continue  # a missing value has a rule of its own; the other fields neither read a file nor sign
            name = ".".join(str(step) for step in problem.pointer) or "config"
            yield at_key("config-schema", f"{lead}: `{name}` {problem.message}", key, fix=_of_value(key, name))


def _of_value(key: KeyFacts, name: str) -> Fix:
    if name == "codeName" and key.key.config.fields[name] is None and not key.credential.own_secret:
        return mend(key.document.path)
    return set_key(key, code_name=API_KEY) if name == "codeName" else set_key(key, secret=KEY_FILE)


def _ends_platform(key: KeyFacts) -> bool:
    return any(crash.pointer in (key.key.pointer, (*key.key.pointer, "config")) for crash in key.document.crashes)


@check(KeyFacts, "config-control-character")
def control(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    r"""Finds control characters: in `"C:\temp\new.pem"` JSON reads a tab and a line break."""
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
        kind, escape = _CONTROL.get(found, ("a control character", None))
        meant = f"; in JSON `{escape}` means {kind}, so write `\\{escape}` or `/`" if escape else ""
        lead = "Every order will fail"
        if name == "codeName" and key.code_name_path is not None and key.code_name_path.engine_reads:
            lead = "This is not the API key that you mean"
        fix = set_key(key, secret=KEY_FILE) if name == "secret" else set_key(key, code_name=API_KEY)
        yield at_key("config-control-character", f"{lead}: {shown} contains {kind}{meant}", key, fix=fix)
