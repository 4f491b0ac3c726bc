"""Rules about `codeName`, the API key that the exchange returned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.superalgos.secret_text import BLANK, control_character, is_spelled_like_path
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.rules.model import KEY_FORMAT_INVALID, SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import mend, set_key

SUBJECT = "The code name"
RULES = (
    Rule(
        id="code-name-missing",
        severity="error",
        unused_severity="info",
        title="The key has no code name (API key)",
        sees="`codeName` is absent or empty. It must hold the API key that the exchange gave you.",
        engine=(
            "The vault is never asked, because it is searched by the code name. Without the field the session answers "
            "`Codename Property Missing`; with an empty text the session starts, but no order can be sent."
        ),
        exchange="Nothing reaches the exchange: there is no API key to send.",
        mend="Copy the API key from the exchange and run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY`.",
    ),
    Rule(
        id="code-name-missing-secret",
        severity="error",
        title="The next save will destroy this secret",
        sees="The key has a secret, but its `codeName` is absent or empty.",
        engine=(
            "When the platform saves, it empties the secret in every case, but it moves it to the vault only under a "
            "code name. Without one the secret is lost for ever, and the platform says nothing."
        ),
        exchange="Nothing reaches the exchange: there is no API key to send.",
        mend="Before you save in the platform, run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY`.",
    ),
    Rule(
        id="code-name-whitespace",
        severity="error",
        title="The code name has spaces or invisible characters",
        sees=(
            "`codeName` begins or ends with white space, or holds a character that cannot be seen (for example a "
            "zero-width space)."
        ),
        engine=(
            "Nothing is trimmed. The text goes into the request header as it stands. A header with a line break or an "
            "invisible character is rejected before it is sent."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY` with the API key alone, or `superalgos-rsa fix "
            "DOCUMENT --apply`."
        ),
    ),
    Rule(
        id="code-name-swapped",
        severity="error",
        title="The code name holds the secret",
        sees="`codeName` holds PEM text or the path of the key file. That belongs in `secret`.",
        engine=(
            "The engine takes the code name as the API key. Where it is the path of the key file, the engine reads "
            "that file and sends its text, your private key, as the API key; PEM text in the field is used just so."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`. If a task ran with these values, "
            "make a new pair with `superalgos-rsa keygen` and delete the old API key at the exchange."
        ),
    ),
    Rule(
        id="code-name-reads-file",
        severity="warning",
        other_severity="error",
        title="A file with the name of the API key exists",
        sees=(
            "A file in the Superalgos folder has the same name as the code name. It is an error when the file's text "
            "ends in a line break, else a warning."
        ),
        engine=(
            "The engine sends the text of that file as the API key, not the code name itself. A line break at its end "
            "is kept."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Write the API key itself: `superalgos-rsa set DOCUMENT KEY --code-name API_KEY`, and rename the file. If "
            "you want the file, remove the line break at its end: `printf %s API_KEY > FILE`."
        ),
    ),
    Rule(
        id="code-name-duplicate",
        severity="error",
        title="Two keys have the same code name and different secrets",
        sees="Two key nodes carry the same `codeName`, but not the same secret.",
        engine=(
            "The vault is searched by the code name alone. The key that is saved last wins, and on the next load both "
            "keys get its secret. The other secret is gone."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Give each key its own API key: `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`, or "
            "delete one of the nodes."
        ),
    ),
    Rule(
        id="key-placeholder",
        severity="error",
        unused_severity="info",
        title="The key still holds the text of the template",
        sees="`codeName` or `secret` is still the example text that Superalgos puts into a new key.",
        engine=(
            "Template text passes every check at the start of a session. The session runs, and the text is sent as the "
            "API key."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend="Run `superalgos-rsa setup`, or `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`.",
    ),
)

_OF_COINBASE = re.compile(r"organizations/[0-9a-f-]{36}/apiKeys/[0-9a-f-]{36}")  # looks like a path, and is none
_PASTE = "API_KEY_FROM_THE_EXCHANGE"


@check(KeyFacts, "code-name-missing", "code-name-missing-secret")
def missing(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds a code name that is empty, and the secret that the next save then destroys."""
    if key.key.config.state != "read" or key.key.config.fields.get("codeName", "") != "":
        return  # `null` is told as what it is
    own = key.credential.own_secret
    if isinstance(own, str) and own and not is_placeholder(own):
        yield at_key(
            "code-name-missing-secret",
            "The next save from the Superalgos page destroys this secret: the key has no `codeName`"
            if key.credential.covered
            else "No order can be sent: there is a secret, but no `codeName`, which is the API key",
            key,
            fix=set_key(key, "display", code_name=_PASTE),
        )
    else:
        yield at_key(
            "code-name-missing",
            "No order can be sent: `codeName` is empty, and it is the API key",
            key,
            fix=set_key(key, "display", code_name=_PASTE),
        )


@check(KeyFacts, "code-name-swapped", "code-name-whitespace", "code-name-reads-file")
def wrong(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds a code name that holds a secret or white space, or is the name of a file."""
    name = key.credential.code_name
    if not isinstance(name, str) or not name or is_placeholder(name):
        return
    if "PRIVATE KEY" in name or "-----BEGIN" in name:
        yield at_key(
            "code-name-swapped",
            "Every order will be refused: `codeName` holds the text of a key, where the API key belongs",
            key,
            fix=set_key(key, "display", code_name=_PASTE),
        )
    elif _is_path(name) and not (key.code_name_path and key.code_name_path.engine_reads):
        yield at_key(
            "code-name-swapped",
            "Every order will be refused: `codeName` holds a path, where the API key belongs",
            key,
            fix=set_key(key, "unsafe", code_name=_PASTE, secret="PATH_OF_THE_KEY_FILE"),
        )
    elif key.code_name_path is not None and key.code_name_path.engine_reads:
        yield from _reads_file(key)
    elif control_character(name) is None and not re.fullmatch(r"[\x21-\x7e]+", name):
        blank = any(letter in name for letter in BLANK)
        what = "white space or invisible characters" if blank else "characters that no request header can carry"
        yield at_key(
            "code-name-whitespace",
            f"Orders may be refused: `codeName` has {what} in it",
            key,
            fix=mend(key.document.path) if blank else set_key(key, "display", code_name=_PASTE),
        )


def _is_path(name: str) -> bool:
    return is_spelled_like_path(name) and not _OF_COINBASE.fullmatch(name)


def _reads_file(key: KeyFacts) -> Iterator[RawFinding]:
    found = key.code_name_path
    if found is None:
        return
    content = found.content or b""
    if b"PRIVATE KEY" in content:
        yield at_key(
            "code-name-swapped",
            "Superalgos may send your private key to the exchange: `codeName` names the key file, where the API key "
            "belongs",
            key,
            path=found.resolved,
            fix=set_key(key, "unsafe", code_name=_PASTE, secret="PATH_OF_THE_KEY_FILE"),
        )
        return
    broken = content.endswith((b"\n", b"\r"))
    what = "A file named like the API key exists; its content is sent as the API key"
    message = f"Every order will fail. {what}, and ends in a line break" if broken else what
    yield at_key(
        "code-name-reads-file",
        message,
        key,
        path=found.resolved,
        severity="error" if broken else None,
    )


@check(KeyFacts, "key-placeholder")
def placeholder(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds values that are still the text of the template."""
    names = [
        name
        for name, value in (("codeName", key.credential.code_name), ("secret", key.credential.secret))
        if is_placeholder(value)
    ]
    if names:
        verb = "is" if len(names) == 1 else "are"
        yield at_key(
            "key-placeholder",
            f"Every order will be refused: {' and '.join(f'`{n}`' for n in names)} {verb} still the template's text",
            key,
            fix=set_key(key, "display", code_name=_PASTE, secret="PATH_OF_THE_KEY_FILE"),
        )


@check(Facts, "code-name-duplicate")
def duplicate(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """The vault keeps one secret a code name, so saving makes both keys use the one saved last."""
    first: dict[str, KeyFacts] = {}
    for key in all_facts.keys:
        name = key.credential.code_name
        if not isinstance(name, str) or not name or is_placeholder(name) or is_placeholder(key.credential.secret):
            continue
        other = first.setdefault(name, key)
        own, others = key.credential.own_secret, other.credential.own_secret
        if other is not key and own and others and own != others:
            at = f"“{other.key.name}” in {other.document.path}"
            yield at_key(
                "code-name-duplicate",
                f"The vault can keep only one of two secrets: the same `codeName` stands with another one in {at}",
                key,
            )
