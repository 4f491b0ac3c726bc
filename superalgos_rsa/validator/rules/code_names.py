"""Rules about `codeName`, the API key that the exchange returned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from superalgos_rsa.superalgos.api_key import AROUND_A_HEADER, IN_HEADER, Doubt, can_be_sent, cleaned, doubt
from superalgos_rsa.superalgos.engine.exchanges import BINANCE
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.superalgos.secret_text import BLANK, control_character, is_spelled_like_path
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Fix, Severity
from superalgos_rsa.validator.rules.model import KEY_FORMAT_INVALID, SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import API_KEY, KEY_FILE, advice, mend, set_key

SUBJECT = "The code name"
RULES = (
    Rule(
        id="code-name-missing",
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
        other_severity="warning",
        title="The code name has spaces or invisible characters",
        sees=(
            "`codeName` begins or ends with white space, or holds a character that cannot be seen (for example a "
            "zero-width space). Spaces at the ends alone are a warning for Binance, whose key works all the same."
        ),
        engine=(
            "Nothing is trimmed. The text goes into the request header as it stands. Spaces around it are lost on the "
            "way. With a line break or an invisible character in it Node refuses the request before it is sent."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY` with the API key alone, or `superalgos-rsa fix "
            "DOCUMENT --apply`."
        ),
    ),
    Rule(
        id="code-name-implausible",
        other_severity="warning",
        title="The code name is no API key",
        sees=(
            "`codeName`, or the file that it names, holds what cannot be an API key: quotes, a variable, a starred or "
            "shortened copy, an address, a public key, `NAME=value`, or a word that stands for an API key. It is a "
            "warning where the text only has not the length or the letters of this exchange's keys."
        ),
        engine="The engine does not look at it. The session starts, and the text is sent as the API key.",
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Copy the whole API key from the exchange, and run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY`."
        ),
    ),
    Rule(
        id="code-name-equals-secret",
        title="The code name and the secret are the same",
        sees="`codeName` and `secret` hold the same text.",
        engine="The engine sends the text as the API key, and signs with it too.",
        exchange=KEY_FORMAT_INVALID,
        mend="Run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH` with the two values.",
    ),
    Rule(
        id="code-name-swapped",
        title="The code name holds the secret",
        sees="`codeName` holds PEM text or the path of the key file. That belongs in `secret`.",
        engine=(
            "The engine takes the text, or that of the file, as the API key. Where an exchange gets the API key in a "
            "header, as Binance does, Node refuses a text with line breaks; where it gets it in the address or the "
            "body, your private key is sent."
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
            "A file in the Superalgos folder has the same name as the code name. It is an error when the file is empty "
            "or holds what no request can carry, a line break or a byte order mark for one; else a warning."
        ),
        engine=(
            "The engine sends the text of that file as the API key, not the code name itself. A line break at its end "
            "is kept, and Node then refuses the request."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Write the API key itself: `superalgos-rsa set DOCUMENT KEY --code-name API_KEY`, and rename the file. If "
            "you want the file, let it hold the API key alone, without a line break: `printf %s API_KEY > FILE`."
        ),
    ),
    Rule(
        id="code-name-duplicate",
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

_OF_COINBASE = re.compile(r"organizations/[0-9a-f-]{36}/apiKeys/[0-9a-f-]{36}")  # looks like a path, but is a name
_NO_PATH = re.compile(r"(?!file:)[a-z][a-z0-9+.-]*://|%\w+%$", re.IGNORECASE)  # an address, a variable alone


@check(KeyFacts, "code-name-missing", "code-name-missing-secret")
def missing(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds a code name that is empty, and the secret that the next save then destroys."""
    if key.key.config.state != "read" or key.key.config.fields.get("codeName", "") != "":
        return  # another rule tells a `null`
    own = key.credential.own_secret
    rule, message = "code-name-missing", "No order can be sent: `codeName` is empty, and it is the API key"
    if isinstance(own, str) and own and not is_placeholder(own):
        rule = "code-name-missing-secret"
        message = "No order can be sent: there is a secret, but no `codeName`, which is the API key"
        if key.credential.covered:
            message = "The next save from the Superalgos page destroys this secret: the key has no `codeName`"
    yield at_key(rule, message, key, fix=set_key(key, code_name=API_KEY))


@check(
    KeyFacts, "code-name-swapped", "code-name-equals-secret", "code-name-reads-file", "code-name-whitespace",
    "code-name-implausible",
)  # fmt: skip
def wrong(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds a code name that cannot be the API key, by the first reason there is."""
    name, sent = key.credential.code_name, key.sent_api_key
    if not isinstance(name, str) or not name or sent is None or is_placeholder(name):
        return
    file = key.code_name_path.resolved if sent is not name and key.code_name_path is not None else None
    if "PRIVATE KEY" in sent or "-----BEGIN" in sent or (file is None and _is_path(name)):
        yield _swapped(key, file, "a path" if file is None and _is_path(name) else "the text of a key")
    elif name == key.credential.secret:
        message = "Every order will be refused: `codeName` and `secret` are the same text"
        fix = set_key(key, code_name=API_KEY, secret=KEY_FILE)
        yield at_key("code-name-equals-secret", message, key, fix=fix)
    elif file is not None:
        yield from _reads_file(key, sent, file)
    elif control_character(name) is None:  # control characters have a rule of their own
        yield from _unlike_an_api_key(key, sent)


def _is_path(name: str) -> bool:
    return is_spelled_like_path(name) and not _OF_COINBASE.fullmatch(name) and not _NO_PATH.match(name)


def _swapped(key: KeyFacts, file: str | None, what: str) -> RawFinding:
    message = f"Every order will be refused: `codeName` holds {what}, where the API key belongs"
    if file is not None:
        message = (
            "Superalgos may send your private key to the exchange: `codeName` names the key file, where the API key "
            "belongs"
        )
    fix = set_key(key, "unsafe", code_name=API_KEY, secret=KEY_FILE)
    return at_key("code-name-swapped", message, key, path=file, fix=fix)


def _reads_file(key: KeyFacts, sent: str, file: str) -> Iterator[RawFinding]:
    """Judges the text of the file, since the engine sends it as the API key."""
    what = "A file named like the API key exists; its content is sent as the API key"
    broken = None
    if not sent:
        broken = "is empty"
    elif sent.endswith(("\n", "\r")):
        broken = "ends in a line break"
    elif not can_be_sent(sent):
        broken = "begins with a byte order mark" if sent[0] == "\ufeff" else "has characters no request can carry"
    message = what if broken is None else f"Every order will fail. {what}, and {broken}"
    severity = None if broken is None else "error"
    fix = set_key(key, code_name=API_KEY)
    if doubt(str(key.credential.code_name), key.exchange_name) is None:
        fix = advice("rename the file, unless it is meant to hold the API key and nothing else")
    yield at_key("code-name-reads-file", message, key, path=file, severity=severity, fix=fix)
    found = doubt(sent, key.exchange_name) if broken is None else None
    if found is not None:
        yield _implausible(key, found, "the text of the file that `codeName` names", file)


def _unlike_an_api_key(key: KeyFacts, sent: str) -> Iterator[RawFinding]:
    found = doubt(sent, key.exchange_name)
    bare = sent.strip(AROUND_A_HEADER)
    if not can_be_sent(sent) or not bare:
        blank = any(letter in sent for letter in BLANK)
        what = "white space or invisible characters" if blank else "characters that no request header can carry"
        verdict = "will fail" if key.exchange_name in IN_HEADER else "may be refused"
        message = f"Every order {verdict}: `codeName` has {what} in it"
        yield at_key("code-name-whitespace", message, key, fix=_clean_or_new(key))
    elif any(letter in bare for letter in BLANK):
        message = "Every order will be refused: `codeName` has white space in it"
        yield at_key("code-name-whitespace", message, key, fix=_clean_or_new(key))
    elif found is not None:
        yield _implausible(key, found, "`codeName`")
    elif bare != sent:
        known = key.exchange_name in BINANCE
        message = (
            "The key works, but the spaces around `codeName` do not belong to the API key"
            if known
            else "Orders may be refused: `codeName` begins or ends with white space"
        )
        severity = "warning" if known else None
        yield at_key("code-name-whitespace", message, key, severity=severity, fix=mend(key.document.path))


def _clean_or_new(key: KeyFacts) -> Fix:
    """The fix: the text without white space, if that may be the API key; else the key from the exchange."""
    bare = cleaned(str(key.credential.code_name))
    found = doubt(bare, key.exchange_name)
    if bare and can_be_sent(bare) and (found is None or not found.certain):
        return mend(key.document.path)
    return set_key(key, code_name=API_KEY)


def _implausible(key: KeyFacts, found: Doubt, subject: str, file: str | None = None) -> RawFinding:
    """Finds what cannot be an API key, in unused keys too: it would not work for any task later."""
    verdict = "Every order will be refused" if found.certain else "Orders may be refused"
    severity: Severity = "error" if found.certain else "warning"
    bare = cleaned(str(key.credential.code_name))
    mended = file is None and bare != key.credential.code_name and doubt(bare, key.exchange_name) is None
    fix = mend(key.document.path) if mended else set_key(key, code_name=API_KEY)
    message = f"{verdict}: {subject} {found.what}"
    return at_key("code-name-implausible", message, key, path=file, severity=severity, fix=fix)


@check(KeyFacts, "key-placeholder")
def placeholder(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds values that are still the text of the template."""
    values = {"codeName": key.credential.code_name, "secret": key.credential.secret}
    names = [name for name, value in values.items() if is_placeholder(value)]
    if names:
        verb = "is" if len(names) == 1 else "are"
        named = " and ".join(f"`{name}`" for name in names)
        message = f"Every order will be refused: {named} {verb} still the template's text"
        yield at_key("key-placeholder", message, key, fix=set_key(key, code_name=API_KEY, secret=KEY_FILE))


@check(Facts, "code-name-duplicate")
def duplicate(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Finds code names used twice: the vault keeps one secret for each, so a save gives both keys the last one. If it
    holds one already, both get that on load; a node that it does not reach keeps its own."""
    first: dict[tuple[str, bool], KeyFacts] = {}  # a container has a vault of its own
    for key in all_facts.keys:
        name = key.credential.code_name
        if not isinstance(name, str) or not name or is_placeholder(name) or is_placeholder(key.credential.secret):
            continue
        if not key.credential.covered or key.credential.vault_index is not None:
            continue
        other = first.setdefault((name, key.document.in_container), key)
        own, others = key.credential.own_secret, other.credential.own_secret
        if other is not key and own and others and own != others:
            at = f"“{other.key.name}” in {other.document.path}"
            message = f"The vault can keep only one of two secrets: the same `codeName` stands with another one in {at}"
            yield at_key("code-name-duplicate", message, key, fix=set_key(key, code_name=API_KEY))
