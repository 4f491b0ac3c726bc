"""The exchanges of ccxt, and those that do not sign by HMAC with the secret as it is."""

from __future__ import annotations

from superalgos_rsa.superalgos.engine.versions import CcxtVersion


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BINANCE = frozenset({"binance", "binancecoinm", "binanceus", "binanceusdm"})
BYBIT = frozenset({"bybit", "bybiteu", "bybitid"})
ASYMMETRIC = BINANCE | BYBIT
"""Classes that read a PEM text as a private key in at least one version."""

# Classes of ccxt 2.7.62 and 4.5.84 whose `sign` calls eddsa, ecdsa, a wallet or a token, or needs no secret at all.
_OWN_SCHEME_OF_2 = _names("bitpanda idex lbank lbank2 lykke oceanex ripio stex wavesexchange")
_OWN_SCHEME_OF_4 = _names(
    "aster backpack coinbase derive dydx extended grvt hibachi hyperliquid lbank lighter modetrade nado "
    "onetrading pacifica paradex revolutx woofipro"
)

# Classes of 4.5.84 whose `sign` decodes the whole secret from base64 first.
_BASE64_SECRET = _names("btcmarkets btcturk coinbaseexchange coinbaseinternational kraken krakenfutures")


def is_exchange(name: str, version: CcxtVersion | None) -> bool:
    """Is it a class of that ccxt? Of a version that is not known, any known one will do."""
    from superalgos_rsa.superalgos.engine.exchange_class import known_class, known_names

    return name in known_names() if version is None else known_class(name, version) is not None


def has_own_scheme(name: str, version: CcxtVersion) -> bool:
    """Whether that ccxt signs for this exchange in a way that is not modelled here."""
    return name in (_OWN_SCHEME_OF_2 if version.major < 3 else _OWN_SCHEME_OF_4)


def decodes_secret(name: str) -> bool:
    """Whether ccxt (4.5.84) decodes the secret of this exchange from base64 before it signs."""
    return name in _BASE64_SECRET
