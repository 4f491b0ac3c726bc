"""What to do with a private key that does not sign on its exchange: another form of it, or another key."""

from __future__ import annotations

from superalgos_rsa.documents.pasting import command_words
from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass
from superalgos_rsa.superalgos.engine.exchanges import ASYMMETRIC
from superalgos_rsa.superalgos.engine.versions import CcxtVersion
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.remedies import CONVERT, advice, command, new_pair


def convert(key: KeyFacts, all_facts: Facts) -> Fix | None:
    """The command `convert`, with `--for` if the class takes another form; `None` if that cannot help."""
    if _with_own_form(key) is not None:
        return in_another_form(key, all_facts)
    return command(CONVERT, key.path.resolved if key.path else "FILE")


def in_another_form(key: KeyFacts, all_facts: Facts) -> Fix | None:
    """The command `convert`, if the class signs with what it makes of the key in this file."""
    found, version = key.exchange_class, all_facts.ccxt
    if found is None or version is None or key.path is None or key.path.content is None:
        return None
    if not _has_form(key.path.content, found, version):
        return None
    options = [("--for", found.name)] if _with_own_form(key) is not None else []
    return Fix("display", command_words(CONVERT, key.path.resolved, options=options))


def another_key(key: KeyFacts, all_facts: Facts) -> Fix:
    """The advice to use another key, since no form of this one signs."""
    found = _with_own_form(key)
    if found is None:
        return new_pair(key, all_facts)
    kinds = " or ".join(found.private_keys)
    return advice(f"make another API key at the exchange, of the kind {kinds}, and name the file of its private key")


def _with_own_form(key: KeyFacts) -> ExchangeClass | None:
    """The class, if it takes keys of other kinds or forms than Binance's."""
    found = key.exchange_class
    return found if found is not None and found.private_keys and found.signer not in ASYMMETRIC else None


def _has_form(data: bytes, found: ExchangeClass, version: CcxtVersion) -> bool:
    """Whether some form of the key may sign; yes for an encrypted one, whose type is unknown before `convert`."""
    from superalgos_rsa.keys.keypair import PassphraseNeededError, clean
    from superalgos_rsa.superalgos.engine.key_form import form_for, refusal

    try:
        form_for(clean(data), found, version)
    except PassphraseNeededError:
        return refusal(found, version) is None
    except SuperalgosRsaError:
        return False
    return True
