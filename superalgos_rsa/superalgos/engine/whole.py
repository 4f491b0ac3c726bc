"""What ccxt does with a whole credential: it checks the fields that the class requires, then signs with the secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from superalgos_rsa.superalgos.engine import Effort, base64_secret, coinbase, judge_text
from superalgos_rsa.superalgos.engine.class_signing import MODELLED, PLATFORM_FIELDS, ExchangeClass
from superalgos_rsa.superalgos.engine.verdict import Verdict, refuses
from superalgos_rsa.superalgos.engine.versions import CcxtVersion

_OWN_WORDS = frozenset({"coinbasepro", "coinbaseexchange"})  # these catch the error of the decoder


def lacking(found: ExchangeClass, fields: Mapping[str, object], version: CcxtVersion) -> Verdict | None:
    """The verdict on a credential that has not all the class wants, whatever its secret is. `fields` is what the
    platform hands over: of `apiKey` and `secret` the text of the file, or the value itself."""
    given = {field for field in PLATFORM_FIELDS if fields.get(field)}
    missing = next((field for field in found.needs if field not in given), None)
    if missing is not None:
        reason = f"ccxt {version} {_without(found, missing)}"
        return Verdict("none", reason, throws=found.checks, takes=False, missing=missing)
    if found.api_key_holds is not None and found.api_key_holds not in str(fields.get("apiKey")):
        wanted = f"it wants an API key of {found.name} that has “{found.api_key_holds}” in it"
        return _refused(f"ccxt {version} throws: {wanted}")
    return None


def of_secret(found: ExchangeClass, text: str, api_key: str, version: CcxtVersion, effort: Effort) -> Verdict:
    """The verdict on the secret, as if nothing else were missing. Raises `TooLongError` where `effort` is not enough to
    tell."""
    if not text and "secret" in found.needs:
        verdict = refuses(f'{found.name} requires "secret" credential', "the secret is empty")
    else:
        verdict = _of_secret(found, text, api_key, version, effort)
    return replace(verdict, reason=f"ccxt {version} {verdict.reason}")


def _without(found: ExchangeClass, field: str) -> str:
    if not found.checks:
        return f"sends a request without `{field}`, which {found.name} refuses"
    if field in found.beyond_the_platform:
        return f"throws: {found.name} wants `{field}`, which Superalgos never hands over"
    if field not in found.required:  # ccxt asks for it in other words
        return f"throws: {found.name} needs `{field}`"
    return f'throws “{found.name} requires "{field}" credential”: the key has no `{field}`'


def _of_secret(found: ExchangeClass, text: str, api_key: str, version: CcxtVersion, effort: Effort) -> Verdict:
    match found.scheme:
        case "unknown":
            return _not_judged(found)
        case "session":
            return _refused("throws: it waits for a call of `signIn()`, which Superalgos never makes")
        case "api-key":
            return Verdict(None, f"sends the API key alone: {found.name} uses no secret", takes=True)
        case "base64":
            return _of_base64(found, text, version)
        case "private-key" if found.signer == "coinbase":
            verdict = coinbase.judge(text, api_key, found.private_keys, version)
        case "private-key" if found.signer not in MODELLED:
            return _not_judged(found)
        case _:
            verdict = None
    verdict = verdict or judge_text(text, found.signer, version, effort)
    return replace(verdict, takes=verdict.signing != "none" if verdict.judged else None)


def _of_base64(found: ExchangeClass, text: str, version: CcxtVersion) -> Verdict:
    try:
        base64_secret.decoded(text, version)
    except ValueError as error:
        own = f"{found.name} sign() invalid base64 secret"
        words = own if found.signer in _OWN_WORDS else error
        return _refused(f"throws “{words}”: {found.name} takes the secret for base64, which the text is not")
    if not base64_secret.signs_as_meant(text, found.signer, version):
        return Verdict("hmac", "decodes the secret from base64 to another key than is meant", takes=False)
    return Verdict("hmac", "decodes the secret from base64, and signs HMAC with it", takes=True)


def _refused(reason: str) -> Verdict:
    return Verdict("none", reason, throws=True, takes=False)


def _not_judged(found: ExchangeClass) -> Verdict:
    return Verdict(None, f"signs for {found.name} in a way that is not judged here")
