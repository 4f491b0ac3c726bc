"""Which fields the class of a key's exchange requires, and what it does with the secret."""

from __future__ import annotations

from collections.abc import Mapping

from superalgos_rsa.superalgos.engine import Effort, Verdict, judge, whole
from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass
from superalgos_rsa.superalgos.engine.exchange_class import installed_class, known_class
from superalgos_rsa.superalgos.engine.versions import REPRESENTATIVES, CcxtVersion
from superalgos_rsa.superalgos.installation import Installation


class ExchangeClasses:
    """The classes of one installation; the source file of each is read once."""

    def __init__(self, installation: Installation | None) -> None:
        self._installation = installation
        self._version = installation.ccxt if installation is not None else None
        self._known: dict[str, ExchangeClass | None] = {}

    def of(self, name: str | None) -> ExchangeClass | None:
        """The class of an exchange; `None` if the installed ccxt has none. Without a name, that of binance."""
        name = name or "binance"
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> ExchangeClass | None:
        if self._installation is not None and self._version is not None:
            return installed_class(self._installation.root, name, self._version)
        newest = reversed(REPRESENTATIVES)
        return next((found for version in newest if (found := known_class(name, version)) is not None), None)

    def lacking(self, name: str | None, fields: Mapping[str, object]) -> tuple[str | None, str | None]:
        """The field for want of which no order is sent, and why the class refuses the credential though none is absent.
        Of an unknown ccxt, by any of the known ones that has the exchange: what only some of them want cannot be
        promised to be unneeded."""
        found = [whole.lacking(of_class, fields, version) for of_class, version in self._candidates(name)]
        missing = (verdict.missing for verdict in found if verdict is not None)
        refusals = (verdict.reason for verdict in found if verdict is not None and verdict.missing is None)
        return next(filter(None, missing), None), next(refusals, None)

    def _candidates(self, name: str | None) -> list[tuple[ExchangeClass, CcxtVersion]]:
        name = name or "binance"
        if self._version is not None:
            found = self.of(name)
            return [] if found is None else [(found, self._version)]
        known = ((known_class(name, version), version) for version in REPRESENTATIVES)
        return [(found, version) for found, version in known if found is not None]

    def verdict(self, text: str, name: str | None, api_key: str, effort: Effort) -> Verdict:
        """On the secret alone. Raises `TooLongError`."""
        found = self.of(name)
        if self._version is None or found is None:
            return judge(text, name, self._version, effort, api_key)
        return whole.of_secret(found, text, api_key, self._version, effort)
