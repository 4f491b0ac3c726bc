"""What is read from the source file of a class is what the real class wants and does, for every exchange of ccxt."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from superalgos_rsa.superalgos import engine
from superalgos_rsa.superalgos.engine import exchange_class
from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass
from superalgos_rsa.superalgos.engine.exchange_class import Read, find_class, known_class, read_class

from .credentials import SECRETS, asked, on_the_platform
from .engines import HERE, PACKAGES
from .known_classes import installed, reader, table
from .private_requests import Told

pytestmark = [pytest.mark.usefixtures("engines"), pytest.mark.parametrize("package", PACKAGES)]

_OBJECTS = """
const ccxt = require(process.argv[1])
const told = Object.fromEntries(ccxt.exchanges.map(id => {
    const exchange = new ccxt[id]()
    const required = Object.keys(exchange.requiredCredentials).filter(field => exchange.requiredCredentials[field])
    let type = Object.getPrototypeOf(exchange)
    while (!Object.hasOwn(type, 'sign')) type = Object.getPrototypeOf(type)
    let sandbox = true
    try { exchange.setSandboxMode(true) } catch { sandbox = false }
    sandbox = sandbox && Object.keys(Object(exchange.urls.api)).length > 0 // since 4.5 no address is left
    return [id, [required, type.constructor.name, sandbox]]
}))
console.log(JSON.stringify(told))
"""


def test_requirements_signer_and_test_network_are_those_of_the_real_objects(package: str) -> None:
    command = ["node", "-e", _OBJECTS, package]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    classes = installed(package)
    assert {found.name: [list(found.required), found.signer, found.sandbox] for found in classes} == told
    assert len(told) > 100


def test_table_is_the_one_that_its_command_makes(package: str) -> None:
    version = str(PACKAGES[package])
    file = Path(engine.__file__).with_name("known_classes.json")
    assert json.loads(file.read_text("utf-8"))[version] == table()[version]


def test_table_says_the_same_as_the_class(package: str) -> None:
    for found in installed(package):
        known = known_class(found.name, PACKAGES[package])
        assert known is not None
        assert (known.source, found.source) == ("table", "class")
        for name in ("required", "needs", "scheme", "private_keys", "signer", "checks", "api_key_holds", "sandbox"):
            assert getattr(known, name) == getattr(found, name), f"{name} of {found.name}"
    assert known_class("no_such_exchange", PACKAGES[package]) is None


def test_class_of_known_files_is_found_without_reading_them_and_is_the_same(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes = installed(package)
    monkeypatch.delattr(exchange_class, "read_class")
    assert [find_class(reader(package), found.name, PACKAGES[package]) for found in classes] == [*classes]


def test_class_of_which_any_file_was_changed_is_read(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real, there = reader(package), set[str]()

    def look(path: str) -> bytes | None:
        there.update({path} if real(path) is not None else ())
        return real(path)

    read_class(look, "binanceus", PACKAGES[package])
    assert len(there) == (4 if package == "ccxt-2" else 5)
    asked: list[str] = []

    def note(_: Read, name: str, __: object) -> None:
        asked.append(name)

    monkeypatch.setattr(exchange_class, "read_class", note)
    for changed in there:

        def read(path: str, changed: str = changed) -> bytes | None:
            data = real(path)
            return data + b"//\n" if path == changed and data is not None else data

        assert find_class(read, "binanceus", PACKAGES[package]) is None
    assert asked == ["binanceus"] * len(there)


def test_class_signs_with_the_kinds_of_private_keys_that_its_source_shows_and_no_other(package: str) -> None:
    kinds = {"rsa": "RSA", "ed25519": "Ed25519", "ecdsa": "ECDSA"}
    signed: dict[str, set[str]] = {found.name: set() for found in installed(package)}
    for (found, *_), told in asked(package):
        if told["key"] == "private":
            assert found.scheme == "private-key"
            signed[found.name] |= {kinds[told["signing"]]} if told["signing"] in kinds else set()
    classes = [found for found in installed(package) if on_the_platform(found)]
    assert {found.name: signed[found.name] for found in classes} == {
        found.name: set(found.private_keys) for found in classes
    }


def test_class_that_needs_what_the_platform_lacks_sends_nothing(package: str) -> None:
    told = [each for each in asked(package) if each.credential.found.beyond_the_platform]
    assert [each for each in told if each.told["error"] is None] == []
    assert len(told) >= 2 * len(SECRETS)


def test_credential_with_all_that_is_needed_and_nothing_else_is_taken(package: str) -> None:
    told = [each for each in asked(package) if each.credential.only and each.credential.without is None]
    assert [each for each in told if not _expected(each.credential.found, each.told)] == []
    assert len(told) > 80


def _expected(found: ExchangeClass, told: Told) -> bool:
    if found.scheme == "session":
        return told["error"] == "AuthenticationError" and "signIn" in told.get("message", "")
    if told["error"] is not None:
        return False
    match found.scheme:
        case "private-key":
            return told["signing"] in ("rsa", "ed25519", "ecdsa")
        case "api-key":
            return told["key"] == "unused"
        case "base64":
            return (told["signing"], told["key"]) == ("hmac", "base64")
        case "text":
            return told["signing"] == "hmac" and told["key"] in ("text", "other")
        case "unknown":
            return False  # none of these is


def test_class_that_takes_the_secret_as_a_text_takes_any(package: str) -> None:
    told = [each for each in asked(package) if each.credential.found.scheme == "text" and not each.credential.without]
    taken = [each for each in told if on_the_platform(each.credential.found)]
    assert [each for each in taken if not _expected(each.credential.found, each.told)] == []
    assert len(taken) > 60 * len(SECRETS)


def test_credential_without_one_field_that_is_needed_is_refused_by_a_class_that_checks(package: str) -> None:
    """Whatever the secret is. What the class takes for another field, or checks besides, has another name there."""
    taken, refused = [], 0
    for (found, form, without, *_), told in asked(package):
        field = (without or "").removeprefix("empty ")
        if field in found.needs and found.checks:
            named = told["missing"] == field or field not in found.required
            refused += told["error"] is not None and named
            taken += [] if told["error"] is not None and named else [(found.name, form, without, told)]
    assert taken == []
    assert refused > 1000


def test_word_in_the_api_key_is_needed(package: str) -> None:
    told = [each for each in asked(package) if each.credential.without == "word"]
    assert [(each.credential.found.name, each.told["error"]) for each in told] == [("gemini", "AuthenticationError")]
