"""Names of exchanges of ccxt."""

from __future__ import annotations

from superalgos_rsa.superalgos.engine.versions import CcxtVersion

BINANCE = frozenset({"binance", "binancecoinm", "binanceus", "binanceusdm"})
BYBIT = frozenset({"bybit", "bybiteu", "bybitid"})
ASYMMETRIC = BINANCE | BYBIT
"""Classes that read a PEM text as a private key in at least one version of ccxt."""


def is_exchange(name: str, version: CcxtVersion | None) -> bool:
    """Whether it is a class of that ccxt; if the version is not known, of any known version."""
    from superalgos_rsa.superalgos.engine.exchange_class import known_class, known_names

    return name in known_names() if version is None else known_class(name, version) is not None
