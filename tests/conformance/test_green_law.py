"""What the report calls usable the installed engine takes, and what it calls unusable the engine refuses: every
exchange of five engines, every field that it wants left out in turn, and the secret in every form."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from installations import Node, Site, ecosystem, exchange, key

from superalgos_rsa.cli.session import Session, judge
from superalgos_rsa.superalgos.secret_text import is_hmac_secret
from superalgos_rsa.validator.report import KeyEntry

from .credentials import SECRETS, Asked, Credential, asked, on_the_platform
from .engines import HERE, PACKAGES
from .private_requests import Told
from .test_whole_credentials import takes

pytestmark = pytest.mark.usefixtures("engines")

_A_WORKSPACE = 500
_HMAC_SECRETS = frozenset({"letters", "base64", "Ed25519 seed"})
"""The forms that an exchange hands out as an HMAC secret; a seed of Ed25519 is a base64 text as well."""


def works(credential: Credential, told: Told) -> bool:
    """The engine sends a request, and it is signed with what the exchange has: an HMAC over a path or over the text of
    a private key is a signature that nobody means."""
    if not takes(credential.found, told):
        return False
    if credential.without is not None and not credential.found.checks:
        return False  # a few classes send a request without the field, which the exchange refuses
    if "apiKey" not in credential.fields:
        return False  # Superalgos starts no session for a key without a `codeName`
    meant = credential.form in _HMAC_SECRETS and is_hmac_secret(SECRETS[credential.form], credential.found.name)
    return told["signing"] != "hmac" or meant


def usable(folder: Path, package: str, each: Sequence[Asked]) -> list[KeyEntry]:
    """The verdicts of the whole tool on an installation with that ccxt, where each credential is a key."""
    site = Site(folder, str(PACKAGES[package]))
    (site.root / "node_modules").mkdir()
    (site.root / "node_modules/ccxt").symlink_to(HERE / "node_modules" / package)
    keys = [_exchange(number, credential) for number, (credential, _) in enumerate(each)]
    names = [
        str(site.workspace(ecosystem(*keys[start : start + _A_WORKSPACE]), name=f"W{start:05}"))
        for start in range(0, len(keys), _A_WORKSPACE)
    ]
    _, report = judge(Session(str(site.root), None), tuple(names))
    return list(report.keys)


def _exchange(number: int, credential: Credential) -> Node:
    fields = {{"apiKey": "codeName"}.get(name, name): value for name, value in credential.fields.items()}
    if fields.get("codeName"):  # one name for two secrets is a mistake of its own
        fields["codeName"] = f"{str(fields['codeName'])[:-6]}{number:06}"
    own = key(name=f"Key {number}", raw=json.dumps(fields))
    return exchange(own, name=f"Exchange {number}", code_name=credential.found.name)


@pytest.mark.parametrize("package", PACKAGES)
def test_usable_is_what_the_engine_takes(
    package: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    each = asked(package)
    counts: Counter[bool | None] = Counter()
    false_green, false_red = [], []
    for (credential, told), found in zip(each, usable(tmp_path / "superalgos", package, each), strict=True):
        counts[found.usable] += 1
        where = f"{credential.found.name}, {credential.form}, without {credential.without}: {found}; engine: {told}"
        if found.usable is True and not works(credential, told):
            false_green.append(where)
        if found.usable is False and works(credential, told) and on_the_platform(credential.found):
            false_red.append(where)
    record_property(
        "counts",
        f"green law, ccxt {PACKAGES[package]}: {len(each)} credentials judged by the tool, {counts[True]} usable, "
        f"{counts[False]} not, {counts[None]} not judged; {len(false_green)} false greens, {len(false_red)} false reds",
    )
    assert (false_green, false_red) == ([], [])
    assert min(counts[True], counts[False]) > 300
    assert counts[None] < len(each) / 20, "of a few classes alone"
