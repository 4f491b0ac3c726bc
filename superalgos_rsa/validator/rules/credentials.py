"""Rules about the whole credential: what the exchange's class requires besides a secret that signs."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.superalgos.engine.class_signing import PLATFORM_FIELDS
from superalgos_rsa.superalgos.engine.versions import JSENCRYPT, NODE_CRYPTO
from superalgos_rsa.superalgos.key_config import is_placeholder
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.keys import will
from superalgos_rsa.validator.rules.model import ENGINE_THROWS, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import advice

SUBJECT = "The whole credential"
RULES = (
    Rule(
        id="credential-incomplete",
        unused_severity="info",
        title="The exchange wants a field that the key does not have",
        sees=(
            "The installed ccxt requires `password` or `uid` for this exchange, and the config of the key has none, or "
            "still the template's text; or it requires what Superalgos never hands over, such as a wallet; or it looks "
            "for a word in the API key that is not there. What an exchange requires is read from the source of its "
            "class in the installed ccxt."
        ),
        engine=(
            "It looks whether every field is there before it sends anything, and throws the name of the one that is "
            "missing. Template text counts as a value: it is sent, and the exchange refuses it."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Write the field into the key's config: `password` is the passphrase that you chose when you made the API "
            "key (KuCoin, OKX, Bitget), `uid` the number of your account (Coinmate, older BitMart). For an exchange "
            "that wants what Superalgos never hands over, there is no way: use another exchange."
        ),
    ),
    Rule(
        id="config-unknown-field",
        severity="warning",
        title="A field of the config has a name that nobody reads",
        sees=(
            "The config has a field such as `Secret`, `apiKey` or `passphrase`, which is `secret`, `codeName` or "
            "`password` under a wrong name."
        ),
        engine="Superalgos reads `codeName`, `secret`, `uid` and `password`, to the letter. It passes over all others.",
        mend="Give the field the name that the finding tells, or take it out.",
    ),
    Rule(
        id="exchange-not-judged",
        severity="info",
        other_severity="error",
        title="How ccxt signs for this exchange is not known here",
        sees=(
            "The class of this exchange signs in a way of its own (a wallet, a token, a key of another kind), which is "
            "not modelled here. An error where the installed ccxt was asked with `--engine` and refused the credential."
        ),
        engine="It may sign, or throw: only the engine itself can tell. So the key counts neither as good nor as bad.",
        mend=(
            "Run `superalgos-rsa --root DIR check --engine`: the installed ccxt then builds a private request with "
            "this credential, which is caught before it is sent. Until then no task that uses the key is ready."
        ),
    ),
    Rule(
        id="engine-short-signature",
        severity="warning",
        title="This ccxt makes about one RSA signature in 256 too short",
        sees=(
            "An RSA key on a ccxt from 3.0.40 to 4.5.59, such as the 4.4.25 of Superalgos 1.7.0. These sign with "
            "jsencrypt."
        ),
        engine=(
            "jsencrypt drops a zero byte at the beginning of a signature, and sends one that is a byte too short. Of "
            "random signatures one in 256 begins so; with some keys it is up to one in 128. Of 1,500 requests that "
            "ccxt 4.4.25 signed with a good key, 5 were too short; none of 1,500 on 4.5.84, and none of 3,000 on "
            "2.7.62."
        ),
        mend=(
            "Now and then an order or a query fails with `-1022 Signature for this request is not valid.`, and the "
            "next one works. Nothing has to be done: the key is good. To be rid of it, use an Ed25519 key where the "
            "installed ccxt signs with one (Binance from 4.1.32 on: `superalgos-rsa keygen --type ed25519`), or a ccxt "
            "from 4.5.61 on."
        ),
    ),
)

_MEANT = {
    **dict.fromkeys(("apikey", "key", "accesskey", "publickey", "codename", "apicode"), "codeName"),
    **dict.fromkeys(("secret", "secretkey", "apisecret", "privatekey", "apisecretkey", "secretapikey"), "secret"),
    **dict.fromkeys(("password", "passphrase", "apipassphrase", "apipassword", "passwd", "passwort"), "password"),
    **dict.fromkeys(("uid", "userid", "accountid", "clientid", "memo"), "uid"),
}
_READ = frozenset({"codeName", "secret", "uid", "password"})


@check(KeyFacts, "credential-incomplete")
def incomplete(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds keys without a field that the class of their exchange requires."""
    found, fields = key.exchange_class, key.key.config.fields
    if found is None or key.key.config.state != "read":
        return
    name = found.name
    if found.beyond_the_platform:
        wanted = ", ".join(f"`{field}`" for field in found.beyond_the_platform)
        message = f"No key can trade on {name}: ccxt wants {wanted} for it, which Superalgos never hands over"
        yield at_key("credential-incomplete", message, key, fix=advice("trade on another exchange"))
        return
    if key.missing is not None and key.missing not in ("apiKey", "secret"):
        message = f"Every order {will(all_facts)} fail: ccxt wants `{key.missing}` for {name}, and this key has none"
        yield at_key("credential-incomplete", message, key, fix=_write(key, key.missing))
    for field in found.needs:
        if field in PLATFORM_FIELDS and field not in ("apiKey", "secret") and is_placeholder(fields.get(field)):
            message = f"Every order {will(all_facts)} be refused: `{field}`, which {name} wants, is the template's text"
            yield at_key("credential-incomplete", message, key, undecided=True, fix=_write(key, field))
    if key.refusal is not None and key.missing is None:
        message = f"Every order {will(all_facts)} fail: this is no API key that ccxt takes for {name} ({key.refusal})"
        yield at_key("credential-incomplete", message, key, fix=advice("copy the whole API key from the exchange"))


def _write(key: KeyFacts, field: str) -> Fix:
    wrong = next((name for name in key.key.config.fields if _meant(name) == field), None)
    if wrong is not None:
        return advice(f"call the field `{field}` in the key's config, not as it is called now")
    what = "the passphrase of the API key" if field == "password" else "the number of your account at the exchange"
    return advice(f'write `"{field}"` with {what} into the key\'s config')


@check(KeyFacts, "config-unknown-field")
def unknown_field(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds fields under a name that the platform does not read."""
    for name in key.key.config.fields:
        meant = _meant(name)
        if meant is not None:
            message = f"Superalgos passes over `{_shown(name)}`: it reads `{meant}`"
            yield at_key("config-unknown-field", message, key, fix=advice(f"call the field `{meant}`, or take it out"))


def _meant(name: str) -> str | None:
    """The field that an unknown name was probably meant for."""
    if name in _READ:
        return None
    return _MEANT.get("".join(letter for letter in name.lower() if letter.isalnum()))


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter in "_- ")


@check(KeyFacts, "exchange-not-judged")
def not_judged(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Tells which keys are not judged, and what the installed engine answered if it was asked."""
    if key.verdict is None or key.verdict.judged or key.verdict.takes is not None:
        return
    if not key.reads_file and key.kind != "inline":
        return
    if key.missing is not None or key.refusal is not None or key.exchange_class is None:
        return
    name = key.exchange_class.name
    if key.engine_takes is False:
        error = f" ({key.answer.error})" if key.answer is not None and key.answer.error else ""
        message = f"Every order will fail: the installed ccxt was asked, and refuses this credential for {name}{error}"
        fix = advice("make a new API key at the exchange, of the kind that its ccxt class takes")
        yield at_key("exchange-not-judged", message, key, severity="error", fix=fix)
    elif key.engine_takes is None:
        how = "" if all_facts.installation is not None and key.answer is None else ", and it could not tell either"
        message = f"It is not known whether orders work: ccxt signs for {name} in a way that is not judged here{how}"
        fix = advice("let the installed ccxt say it: `superalgos-rsa check --engine`")
        yield at_key("exchange-not-judged", message, key, fix=fix, undecided=True)


@check(KeyFacts, "engine-short-signature")
def short_signature(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Tells that this engine now and then makes a bad signature with a good RSA key."""
    version = all_facts.ccxt
    if version is None or not JSENCRYPT <= version < NODE_CRYPTO or key.signing != "rsa":
        return
    message = (
        f"About one order in 256 will be refused with a good key: ccxt {version} makes some RSA signatures too short"
    )
    fix = advice("nothing has to be done; an Ed25519 key or a ccxt from 4.5.61 on ends it")
    yield at_key("engine-short-signature", message, key, path=key.key_file, fix=fix)
