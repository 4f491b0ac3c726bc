"""What ccxt does with a whole credential: it checks the fields that the class requires, then signs with the secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from superalgos_rsa.superalgos.engine import Effort, base64_secret, coinbase, judge_text
from superalgos_rsa.superalgos.engine.exchange_class import PLATFORM_FIELDS, ExchangeClass
from superalgos_rsa.superalgos.engine.verdict import Signing, Verdict, refuses
from superalgos_rsa.superalgos.engine.versions import CcxtVersion

_OWN_WORDS = frozenset({"coinbasepro", "coinbaseexchange"})  # these catch the error of the decoder


class CredentialVerdict(NamedTuple):
    """Whether the class takes the credential, how it signs, and why."""

    takes: bool | None
    """Whether the class sends an order signed with the key that is meant; `None` if its signing is not judged. Only the
    exchange knows whether a plain secret is the right one."""
    signing: Signing | None
    """How it signs; `None` if the secret is not used, or its use is not judged."""
    reason: str
    """What ccxt does, in plain words, as the end of a sentence that begins with its version. Never part of a key."""
    missing: str | None = None
    """The missing field without which no order is sent, or none that the exchange accepts."""
    throws: bool = False
    """The engine stops with an error, so nothing is sent."""


def judge(
    found: ExchangeClass, fields: Mapping[str, object], version: CcxtVersion, effort: Effort | None = None
) -> CredentialVerdict:
    """The verdict on a credential. `fields` is what the platform passes: of `apiKey` and `secret` the text of the file,
    or the value itself. Raises `TooLongError` if `effort` is not enough."""
    return lacking(found, fields, version) or of_secret(found, fields, version, effort)


def lacking(found: ExchangeClass, fields: Mapping[str, object], version: CcxtVersion) -> CredentialVerdict | None:
    """The verdict on a credential with a missing field, whatever its secret is; `None` if none is missing."""
    verdict = _lacking(found, fields)
    return None if verdict is None else verdict._replace(reason=f"ccxt {version} {verdict.reason}")


def of_secret(
    found: ExchangeClass, fields: Mapping[str, object], version: CcxtVersion, effort: Effort | None = None
) -> CredentialVerdict:
    """The verdict on the secret, as if nothing else were missing."""
    verdict = _of_secret(found, fields, version, effort or Effort())
    return verdict._replace(reason=f"ccxt {version} {verdict.reason}")


def secret_alone(
    found: ExchangeClass, text: str, api_key: str, version: CcxtVersion, effort: Effort
) -> tuple[Verdict, bool | None]:
    """The verdict on the secret alone, and whether the class signs with the key that is meant (`None`: unknown)."""
    if not text and "secret" in found.needs:
        verdict = refuses(f'{found.name} requires "secret" credential', "the secret is empty")
        return replace(verdict, reason=f"ccxt {version} {verdict.reason}"), False
    told = of_secret(found, {"secret": text, "apiKey": api_key}, version, effort)
    # A secret that is not used cannot be wrong; of one whose use is unknown nothing can be said.
    judged = told.signing is not None
    return Verdict(told.signing or "hmac", told.reason, judged=judged, throws=told.throws), told.takes


def _lacking(found: ExchangeClass, fields: Mapping[str, object]) -> CredentialVerdict | None:
    given = {field for field in PLATFORM_FIELDS if fields.get(field)}
    missing = next((field for field in found.needs if field not in given), None)
    if missing is not None:
        return CredentialVerdict(False, "none", _without(found, missing), missing, throws=found.checks)
    if found.api_key_holds is not None and found.api_key_holds not in str(fields.get("apiKey")):
        return _refused(f"throws: it wants an API key of {found.name} that has “{found.api_key_holds}” in it")
    return None


def _without(found: ExchangeClass, field: str) -> str:
    if not found.checks:
        return f"sends a request without `{field}`, which {found.name} refuses"
    if field in found.beyond_the_platform:
        return f"throws: {found.name} wants `{field}`, which Superalgos never hands over"
    if field not in found.required:  # ccxt asks for it in other words
        return f"throws: {found.name} needs `{field}`"
    return f'throws “{found.name} requires "{field}" credential”: the key has no `{field}`'


def _of_secret(
    found: ExchangeClass, fields: Mapping[str, object], version: CcxtVersion, effort: Effort
) -> CredentialVerdict:
    text = str(fields.get("secret") or "")
    match found.scheme:
        case "unknown":
            return _not_judged(found)
        case "session":
            return _refused("throws: it waits for a call of `signIn()`, which Superalgos never makes")
        case "api-key":
            return CredentialVerdict(True, None, f"sends the API key alone: {found.name} uses no secret")
        case "private-key":
            return _of_private_key(found, text, str(fields.get("apiKey") or ""), version, effort)
        case "base64":
            return _of_base64(found, text, version)
        case "text":
            return _of_text(found, text, version, effort)


def _of_private_key(
    found: ExchangeClass, text: str, api_key: str, version: CcxtVersion, effort: Effort
) -> CredentialVerdict:
    if found.signer in ("binance", "bybit"):
        return _of_text(found, text, version, effort)
    if found.signer != "coinbase":
        return _not_judged(found)
    verdict = coinbase.judge(text, api_key, found.private_keys, version)
    if verdict is None:
        return _of_text(found, text, version, effort)
    if not verdict.judged:
        return CredentialVerdict(None, None, verdict.reason)
    return _with(verdict)


def _of_base64(found: ExchangeClass, text: str, version: CcxtVersion) -> CredentialVerdict:
    try:
        base64_secret.decoded(text, version)
    except ValueError as error:
        own = f"{found.name} sign() invalid base64 secret"
        words = own if found.signer in _OWN_WORDS else error
        return _refused(f"throws “{words}”: {found.name} takes the secret for base64, which the text is not")
    if not base64_secret.signs_as_meant(text, found.signer, version):
        return CredentialVerdict(False, "hmac", "decodes the secret from base64 to another key than is meant")
    return CredentialVerdict(True, "hmac", "decodes the secret from base64, and signs HMAC with it")


def _of_text(found: ExchangeClass, text: str, version: CcxtVersion, effort: Effort) -> CredentialVerdict:
    return _with(judge_text(text, found.signer, version, effort))


def _with(verdict: Verdict) -> CredentialVerdict:
    return CredentialVerdict(verdict.signing != "none", verdict.signing, verdict.reason, throws=verdict.throws)


def _refused(reason: str) -> CredentialVerdict:
    return CredentialVerdict(False, "none", reason, throws=True)


def _not_judged(found: ExchangeClass) -> CredentialVerdict:
    return CredentialVerdict(None, None, f"signs for {found.name} in a way that is not judged here")
