"""Which fields the class of a key's exchange requires, and what it does with the secret."""

from __future__ import annotations

from collections.abc import Mapping

from superalgos_rsa.superalgos.engine import Effort, Verdict, judge, whole
from superalgos_rsa.superalgos.engine.exchange_class import ExchangeClass, installed_class, known_class
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

    def missing(self, name: str | None, fields: Mapping[str, object]) -> str | None:
        """The missing field without which no order is sent. If the version of ccxt is unknown, a field that any known
        version requires counts, since it may be needed."""
        for found, version in self._candidates(name):
            verdict = whole.lacking(found, fields, version)
            if verdict is not None and verdict.missing is not None:
                return verdict.missing
        return None

    def refusal(self, name: str | None, fields: Mapping[str, object]) -> str | None:
        """Why the class refuses the credential although no field is missing."""
        for found, version in self._candidates(name):
            verdict = whole.lacking(found, fields, version)
            if verdict is not None and verdict.missing is None:
                return verdict.reason
        return None

    def _candidates(self, name: str | None) -> list[tuple[ExchangeClass, CcxtVersion]]:
        name = name or "binance"
        if self._version is not None:
            found = self.of(name)
            return [] if found is None else [(found, self._version)]
        known = ((known_class(name, version), version) for version in REPRESENTATIVES)
        return [(found, version) for found, version in known if found is not None]

    def verdict(self, text: str, name: str | None, api_key: str, effort: Effort) -> tuple[Verdict, bool | None]:
        """The verdict on the secret alone, and whether the class signs with the key that is meant (`None`: unknown).
        Raises `TooLongError`."""
        found = self.of(name)
        if self._version is None or found is None:
            verdict = judge(text, name, self._version, effort, api_key)
            return verdict, verdict.signing != "none" if verdict.judged else None
        return whole.secret_alone(found, text, api_key, self._version, effort)
