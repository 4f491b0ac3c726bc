"""Names of exchanges of ccxt."""

from __future__ import annotations

from superalgos_rsa.superalgos.engine.versions import CcxtVersion

BINANCE = frozenset({"binance", "binancecoinm", "binanceus", "binanceusdm"})
BYBIT = frozenset({"bybit", "bybiteu", "bybitid"})
ASYMMETRIC = BINANCE | BYBIT
"""Classes that read a PEM text as a private key in at least one version."""


def is_exchange(name: str, version: CcxtVersion | None) -> bool:
    """Is it a class of that ccxt? Of a version that is not known, any known one will do."""
    from superalgos_rsa.superalgos.engine.exchange_class import known_class, known_names

    return name in known_names() if version is None else known_class(name, version) is not None
