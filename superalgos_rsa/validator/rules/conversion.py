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
    """`convert`, with `--for` where the class takes a form of its own; `None` where that is known to be in vain."""
    if _with_own_form(key) is not None:
        return in_another_form(key, all_facts)
    return command(CONVERT, key.path.resolved if key.path else "FILE")


def in_another_form(key: KeyFacts, all_facts: Facts) -> Fix | None:
    """`convert`, where the class signs with what it writes of the key in this file."""
    found, version = key.exchange_class, all_facts.ccxt
    if found is None or version is None or key.path is None or key.path.content is None:
        return None
    if not _has_form(key.path.content, found, version):
        return None
    options = [("--for", found.name)] if _with_own_form(key) is not None else []
    return Fix("display", command_words(CONVERT, key.path.resolved, options=options))


def another_key(key: KeyFacts, all_facts: Facts) -> Fix:
    """Where no form of this key signs."""
    found = _with_own_form(key)
    if found is None:
        return new_pair(key, all_facts)
    kinds = " or ".join(found.private_keys)
    return advice(f"make another API key at the exchange, of the kind {kinds}, and name the file of its private key")


def _with_own_form(key: KeyFacts) -> ExchangeClass | None:
    """The class, if keys of other kinds and forms sign there than on Binance."""
    found = key.exchange_class
    return found if found is not None and found.private_keys and found.signer not in ASYMMETRIC else None


def _has_form(data: bytes, found: ExchangeClass, version: CcxtVersion) -> bool:
    """Of an encrypted key nobody knows before its passphrase is given; `convert` says then."""
    from superalgos_rsa.keys.keypair import PassphraseNeededError, clean
    from superalgos_rsa.superalgos.engine.key_form import form_for, refusal

    try:
        form_for(clean(data), found, version)
    except PassphraseNeededError:
        return refusal(found, version) is None
    except SuperalgosRsaError:
        return False
    return True
