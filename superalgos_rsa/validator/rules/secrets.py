"""Rules about the secret itself: absent, written out, or spoilt by white space."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.config import is_placeholder
from superalgos_rsa.validator.credential import BLANK
from superalgos_rsa.validator.facts import KeyFacts, World
from superalgos_rsa.validator.rules.keys import blame
from superalgos_rsa.validator.rules.registry import Occurrence, at_key, check
from superalgos_rsa.validator.rules.remedies import advice, set_key

_PATH = "PATH_OF_THE_KEY_FILE"


@check(KeyFacts, "secret-missing", "vault-entry-missing")
def missing(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    if key.key.config.state != "read" or key.kind != "empty":
        return
    if key.credential.covered and world.vault.state == "closed":  # it may hold the secret
        return
    if key.credential.source == "vault":
        if isinstance(key.credential.secret, str):  # an entry without a value is told as the vault's own mistake
            message = "The vault's entry for this key is empty, and the vault wins over the node"
            yield at_key("secret-missing", message, key, fix=set_key(key, "display", secret=_PATH))
        return
    if key.key.config.fields.get("secret", "") is None:  # told as what it is
        return
    name = key.credential.code_name
    fix = set_key(key, "display", secret=_PATH)
    if key.credential.covered and key.credential.own_secret == "" and name and not is_placeholder(name):
        yield at_key(
            "vault-entry-missing",
            "The secret was moved to the vault, but the vault has no entry for this `codeName`",
            key,
            fix=fix,
        )
    else:
        yield at_key("secret-missing", "`secret` is empty, and the vault has none for this key", key, fix=fix)


@check(KeyFacts, "secret-exposed")
def exposed(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    own = key.credential.own_secret
    if key.kind != "inline" or key.credential.source != "node" or not isinstance(own, str) or not own.strip(BLANK):
        return
    what = "private key" if key.content is not None and key.content.kind == "private" else "secret"
    yield at_key(
        "secret-exposed",
        f"The {what} itself stands in this document, readable by whoever gets the file",
        key,
        fix=advice("save the workspace from the Superalgos page, which moves it to the vault, or use a key file"),
    )


@check(KeyFacts, "secret-inline-pem")
def inline_pem(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    verdict = key.verdict
    if key.kind != "inline" or key.content is None or key.content.kind == "json" or verdict is None:
        return
    reads = verdict.signing in ("rsa", "ed25519") or not verdict.judged or blame(key, world) is not None
    why = "the path of a file belongs there" if reads else "the engine cannot sign with it as it stands"
    yield at_key(
        "secret-inline-pem",
        f"`secret` holds the text of a key: {why}",
        key,
        severity="warning" if reads else "error",
        fix=set_key(key, "display", secret=_PATH),
    )


@check(KeyFacts, "secret-whitespace")
def whitespace(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    if key.hmac_text is None or not key.hmac_text.only_blank_spoils:
        return
    where = "The file's secret" if key.reads_file else "`secret`"
    yield at_key(
        "secret-whitespace",
        f"{where} begins or ends with white space or a line break, and the engine signs with it included",
        key,
        path=key.path.resolved if key.path and key.reads_file else None,
        fix=advice("remove the white space; a file must end right behind the last letter of the secret"),
    )
