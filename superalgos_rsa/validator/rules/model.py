"""What a rule of the catalogue is, and the exchange's answers that many rules share."""

from __future__ import annotations

from dataclasses import dataclass

from superalgos_rsa.validator.report import SEVERITIES, Severity

SIGNATURE_INVALID = "-1022 Signature for this request is not valid."
KEY_FORMAT_INVALID = "-2014 API-key format invalid."
KEY_REFUSED = "-2015 Invalid API-key, IP, or permissions for action."
NOTHING = "Nothing reaches the exchange"
ENGINE_THROWS = f"{NOTHING}: the engine stops with an error before it can sign."
HEADER_REFUSED = f"{NOTHING}: Node refuses a request with this text in its header."
NO_TESTNET = f"{NOTHING}: ccxt has no test network of this exchange."
PLATFORM_ENDS = f"{NOTHING}: the platform has ended."
NO_ORDER = f"{NOTHING}: the session does not start."


@dataclass(frozen=True, slots=True)
class Rule:
    """One mistake. The texts are for traders: short sentences, no jargon beyond the field's own terms."""

    id: str
    title: str
    sees: str
    engine: str
    mend: str
    severity: Severity = "error"
    """In the usual case: a task that needs the key refers to it."""
    exchange: str | None = None
    """The exchange's own message, or a short statement; `None` where this alone changes nothing at the exchange."""
    unused_severity: Severity | None = None
    """Where no task that needs a key refers to the key; `None` means no difference."""
    other_severity: Severity | None = None
    """In the special case that `sees` describes; `None` if there is none."""

    @property
    def severities(self) -> tuple[Severity, ...]:
        """Every severity a finding of this rule may have, worst first."""
        possible = {self.severity, self.unused_severity, self.other_severity}
        return tuple(severity for severity in SEVERITIES if severity in possible)
