"""Rules about the secret itself: absent, written out, or spoilt by white space."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.superalgos.engine.exchanges import BINANCE
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.superalgos.secret_text import BLANK
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.rules.keys import blame, will
from superalgos_rsa.validator.rules.model import ENGINE_THROWS, SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import KEY_FILE, advice, set_key

SUBJECT = "The secret"
RULES = (
    Rule(
        id="secret-missing",
        unused_severity="info",
        title="The key has no secret",
        sees="`secret` is absent or empty, and the vault has no value for this key.",
        engine=(
            "Without the field the session answers `Secret Property Missing`. With an empty text the session starts, "
            'and each order fails: `binance requires "secret" credential`.'
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH`. No key file yet? `superalgos-rsa keygen` makes one."
        ),
    ),
    Rule(
        id="vault-entry-missing",
        unused_severity="info",
        title="The vault has no entry for this key",
        sees=(
            "The secret in the document is empty, as after a save, but the vault has no entry under the key's "
            "`codeName`."
        ),
        engine=(
            "Nothing fills the secret. The session starts, and each order fails for want of a secret. This happens "
            "when the code name is changed by hand, or when `My-Secrets` was not copied along with the workspace."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH`; it writes the value where the platform looks for it."
        ),
    ),
    Rule(
        id="secret-exposed",
        severity="warning",
        title="A secret stands in the document in clear text",
        sees="A document on the disk holds an HMAC secret or the text of a private key.",
        engine=(
            "It works, but whoever gets a copy of the file can trade with your account. The platform moves a secret to "
            "the vault when it saves, but only for keys in the part of the tree that the vault covers."
        ),
        mend=(
            "Use an RSA key in a file and write only its path: `superalgos-rsa keygen`, then `superalgos-rsa set "
            "DOCUMENT KEY --secret PATH`. Before you share the document: `superalgos-rsa check --export DOCUMENT`."
        ),
    ),
    Rule(
        id="secret-inline-pem",
        severity="warning",
        other_severity="error",
        title="The secret is the text of a private key, not the path of its file",
        sees=(
            "`secret` holds PEM text. It is a warning where the engine can sign with this text, and an error where it "
            "cannot, for example because the line breaks were lost."
        ),
        engine=(
            "There is no file of that name, so the engine takes the text itself. It signs with it when the text is a "
            "whole PEM; else it throws an error. The platform copies the text to the vault and, after a refused order, "
            "into its log files."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Save the text in a file, close it to others (`chmod 600 FILE`; on Windows keep it in a folder of your "
            "own), then `superalgos-rsa set DOCUMENT KEY --secret FILE`."
        ),
    ),
    Rule(
        id="secret-whitespace",
        title="White space before or behind the HMAC secret",
        sees=(
            "An HMAC secret, written out or in a file, begins or ends with white space. Most often it is the line "
            "break that an editor puts at the end of a file."
        ),
        engine=(
            "The engine trims nothing: the line break becomes a part of the HMAC key, and every signature is wrong."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the file again without a line break at its end; on Linux and macOS: `(umask 077; printf %s "
            '"$(cat FILE)" > NEW) && mv NEW FILE`.'
        ),
    ),
)


@check(KeyFacts, "secret-missing", "vault-entry-missing")
def missing(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds keys without a secret, and those whose secret the vault should hold but does not."""
    if key.key.config.state != "read" or key.kind != "empty" or key.needs_no_secret:
        return
    if key.document.in_container or (key.credential.covered and all_facts.vault.is_hidden):  # it may be there
        return
    if key.credential.source == "vault":
        if isinstance(key.credential.secret, str):  # a vault rule tells an entry without a value
            message = (
                "Every order will fail: the vault's entry for this key is empty, and it replaces the node's secret"
            )
            yield at_key("secret-missing", message, key, fix=set_key(key, secret=KEY_FILE))
        return
    if key.key.config.fields.get("secret", "") is None:  # another rule tells a `null`
        return
    name = key.credential.code_name
    if key.credential.covered and key.credential.own_secret == "" and name and not is_placeholder(name):
        rule, what = "vault-entry-missing", "is empty, as after a save, but the vault has none for this `codeName`"
    else:
        state = "is empty" if "secret" in key.key.config.fields else "is not there"
        rule, what = "secret-missing", f"{state}, and the vault has none for this key"
    yield at_key(rule, f"Every order will fail: `secret` {what}", key, fix=set_key(key, secret=KEY_FILE))


@check(KeyFacts, "secret-exposed")
def exposed(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds secrets that stand in the document itself."""
    own = key.credential.own_secret
    if key.kind != "inline" or key.credential.source != "node" or not isinstance(own, str) or not own.strip(BLANK):
        return
    what = "private key" if key.content is not None and key.content.kind == "private" else "secret"
    message = f"Whoever gets this document gets the {what}: it stands there in clear text"
    fix = advice("save the workspace from the Superalgos page, which moves it to the vault, or use a key file")
    yield at_key("secret-exposed", message, key, fix=fix)


@check(KeyFacts, "secret-inline-pem")
def inline_pem(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds the text of a key where the path of its file belongs."""
    verdict = key.verdict
    if key.kind != "inline" or key.content is None or key.content.kind == "json" or verdict is None:
        return
    reads = verdict.signing in BY_PRIVATE_KEY or not verdict.judged or blame(key, all_facts) is not None
    message = (
        "Superalgos may copy this key into its log files: `secret` holds the text of a key, not the path of its file"
        if reads
        else f"Every order {will(all_facts)} fail: `secret` holds the text of a key, and ccxt cannot sign with it"
    )
    severity = "warning" if reads else "error"
    yield at_key("secret-inline-pem", message, key, severity=severity, fix=set_key(key, secret=KEY_FILE))


@check(KeyFacts, "secret-whitespace")
def whitespace(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds HMAC secrets that only white space around them spoils."""
    if key.hmac_text is None or not key.hmac_text.only_blank_spoils:
        return
    where = "the file's secret" if key.reads_file else "`secret`"
    binance = key.exchange is None or key.exchange.code_name in BINANCE  # others may ignore white space in base64
    message = (
        f"Every order {'will' if binance else 'may'} be refused: {where} begins or ends with white space or a line "
        "break, which counts as part of it"
    )
    fix = advice("remove the white space; a file must end right behind the last letter of the secret")
    yield at_key("secret-whitespace", message, key, path=key.key_file, fix=fix)
