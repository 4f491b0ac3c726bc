"""Every key that this tool writes: the real engines sign with it, and the public half that it tells verifies that."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import key_samples as keys
import pytest
from conftest import absent
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from key_samples import OPENSSH, PASSPHRASE, PKCS1, PKCS8, private_der, private_pem

from superalgos_rsa.cli import main
from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.keys.keypair import clean, public_half
from superalgos_rsa.superalgos.engine import judge

from .case import Case
from .cases import all_cases
from .credentials import on_the_platform
from .engines import PACKAGES, Engines
from .known_classes import installed
from .mutants import mutants
from .private_requests import ask, question

KEY = keys.rsa_key(2048)
TEXT = private_pem(KEY).decode()
EXCHANGES = ("binance", "binanceus", "binanceusdm", "binancecoinm")
ORIGINALS: dict[str, bytes] = {
    "PKCS#8": private_pem(KEY),
    "PKCS#1": private_pem(KEY, PKCS1),
    "OpenSSH": private_pem(KEY, OPENSSH),
    "DER, PKCS#8": private_der(KEY),
    "DER, PKCS#1": private_der(KEY, PKCS1),
    "encrypted PKCS#8": private_pem(KEY, PKCS8, PASSPHRASE),
    "encrypted by header": private_pem(KEY, PKCS1, PASSPHRASE),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "one line": TEXT.replace("\n", "").encode(),
    "spaces for newlines": TEXT.replace("\n", " ").encode(),
    "literal \\n": TEXT.replace("\n", "\\n").encode(),
    "indented": "".join(f"    {line}\n" for line in TEXT.splitlines()).encode(),
    "quotes": f'"{TEXT.strip()}"'.encode(),
    "wrong label": TEXT.replace("PRIVATE KEY", "RSA PRIVATE KEY").encode(),
    "wrong dashes": TEXT.replace("-----", "\u2014").encode(),
    "lower-case label": TEXT.replace("PRIVATE KEY", "private key").encode(),
    "text around": f"my key:\n{TEXT}that was it\n".encode(),
    "no header": TEXT.partition("\n")[2].encode(),
    "no footer": TEXT.rstrip().rpartition("\n")[0].encode(),
    "body alone": "".join(TEXT.splitlines()[1:-1]).encode(),
    "byte order mark": TEXT.encode("utf-8-sig"),
    "UTF-16": TEXT.encode("utf-16"),
    "Latin-1 comment": b"# cl\xe9\n" + TEXT.encode(),
    "URL alphabet": "\n".join(
        line if line.startswith("-") else line.replace("+", "-").replace("/", "_") for line in TEXT.splitlines()
    ).encode(),
    "base64 of PEM": base64.b64encode(TEXT.encode()),
    "JSON": json.dumps({"secret": TEXT}).encode(),
}


def _case(name: str, file: Path, exchange: str) -> Case:
    content = file.read_bytes()
    return Case(f"{name}, {exchange}", content, (public_half(content).pem.encode(),), exchange)


def _installation(root: Path, ccxt: str) -> str:
    (root / "Platform/My-Workspaces").mkdir(parents=True)
    (root / "package-lock.json").write_text(json.dumps({"packages": {"node_modules/ccxt": {"version": ccxt}}}))
    return str(root)


def _convert(file: Path) -> None:
    """The passphrase goes through a pipe; a key that is not encrypted does not ask for it."""
    ours, theirs = os.pipe()
    os.write(theirs, PASSPHRASE)
    os.close(theirs)
    assert main(["convert", str(file), "-o", f"{file}.clean", "--passphrase-fd", str(ours)]) == 0


def _signing(case: Case) -> dict[str, str]:
    verdicts = {package: judge(case.text, case.exchange, version).signing for package, version in PACKAGES.items()}
    return {package: signing for package, signing in verdicts.items() if signing in ("rsa", "ed25519")}


def test_whatever_an_engine_signs_with_is_read_and_written_anew(engines: Engines) -> None:
    """The reader of keys is no stricter than any engine, and means the same key."""
    signed = [(case, found) for case in all_cases() if (found := _signing(case))]
    assert len(signed) >= 250
    written = []
    for case, _ in signed:
        pair = clean(case.content)
        assert pair.public.pem.encode() in case.publics, case.name
        assert public_half(case.content) == pair.public, case.name
        assert inspect(case.content).public_key_sha256 == pair.public.sha256, case.name
        written.append(Case(case.name, pair.private.reveal().encode(), (pair.public.pem.encode(),), case.exchange))
    outcomes = engines.ask([case.for_harness() for case in written])
    for at, (case, found) in enumerate(signed):
        assert {package: outcomes[package][at]["signing"] for package in found} == found, case.name


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutants())
def test_after_any_accident_it_is_the_same_key_or_none(case: Case) -> None:
    """One text in some thousands an engine reads by chance, as with a BEGIN line in the place of a letter."""
    if _signing(case):
        with contextlib.suppress(SuperalgosRsaError):
            _read_as_the_engine_does(case)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(mutants())
def test_after_these_accidents_whatever_an_engine_signs_with_is_read(case: Case) -> None:
    if _signing(case):
        _read_as_the_engine_does(case)


def _read_as_the_engine_does(case: Case) -> None:
    pair = clean(case.content)
    assert pair.public.pem.encode() in case.publics
    assert public_half(case.content) == pair.public
    assert inspect(case.content).public_key_sha256 == pair.public.sha256


def test_every_engine_signs_with_every_key_that_convert_writes(engines: Engines, tmp_path: Path) -> None:
    files = {}
    for number, (name, content) in enumerate(ORIGINALS.items()):
        file = tmp_path / str(number)
        file.write_bytes(content)
        _convert(file)
        files[name] = tmp_path / f"{number}.clean"
    assert {file.read_bytes() for file in files.values()} == {private_pem(KEY)}, "one clean form, whatever it came from"
    cases = [_case("clean", files["PKCS#8"], exchange) for exchange in (*EXCHANGES, "bybit")]
    for package, outcomes in engines.ask([case.for_harness() for case in cases]).items():
        bybit = "hmac" if package == "ccxt-2" else "rsa"  # 2.x knows no private keys for it
        assert [outcome["signing"] for outcome in outcomes] == ["rsa"] * len(EXCHANGES) + [bybit], package


@pytest.mark.parametrize("bits", [2048, 4096])
def test_every_engine_signs_with_every_rsa_key_that_keygen_writes(engines: Engines, tmp_path: Path, bits: int) -> None:
    root = _installation(tmp_path, "2.7.62")
    (tmp_path / "superalgos-rsa.toml").write_text("accept_rsa_4096 = true")
    assert main(["--root", root, "keygen", "k", "--bits", str(bits)]) == 0
    file = tmp_path / "My-Secrets/k.pem"
    case = Case("made", file.read_bytes(), ((tmp_path / "My-Secrets/k.pub.pem").read_bytes(),))
    outcomes = engines.ask([case.for_harness()])
    assert {package: outcome[0]["signing"] for package, outcome in outcomes.items()} == dict.fromkeys(PACKAGES, "rsa")


def test_the_engines_that_keygen_makes_ed25519_for_sign_with_it(engines: Engines, tmp_path: Path) -> None:
    for package, version in PACKAGES.items():
        root = tmp_path / package
        code = main(["--root", _installation(root, str(version)), "keygen", "k", "--type", "ed25519"])
        assert code == (2 if package in ("ccxt-2", "ccxt-3") else 0)
        if code == 0:
            public = (root / "My-Secrets/k.pub.pem").read_bytes()
            case = Case("made", (root / "My-Secrets/k.pem").read_bytes(), (public,))
            assert engines.ask([case.for_harness()])[package][0]["signing"] == "ed25519"


@pytest.mark.parametrize("layout", [PKCS8, OPENSSH])
def test_ed25519_that_convert_writes_is_signed_with_on_4(engines: Engines, tmp_path: Path, layout: object) -> None:
    key = keys.other_key("ed25519")
    file = tmp_path / "k"
    file.write_bytes(private_pem(key, OPENSSH if layout is OPENSSH else PKCS8).replace(b"\n", b"\r\n"))
    _convert(file)
    outcomes = engines.ask([_case("converted", tmp_path / "k.clean", "binance").for_harness()])
    assert [outcomes[package][0]["signing"] for package in ("ccxt-4-jsencrypt", "ccxt-4")] == ["ed25519", "ed25519"]


def _forms_of(key: Any) -> dict[str, str]:
    """Every form that `convert` can write, made here by other means."""
    forms = {"PKCS#8": private_pem(key).decode()}
    if isinstance(key, EllipticCurvePrivateKey):
        forms["SEC 1"] = private_pem(key, PKCS1).decode()
    if isinstance(key, Ed25519PrivateKey):
        both = key.private_bytes_raw() + key.public_key().public_bytes_raw()
        forms["base64"] = base64.b64encode(both).decode()
    return forms


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("package", PACKAGES)
def test_convert_for_an_exchange_writes_what_its_class_signs_with_and_refuses_where_nothing_does(
    package: str, tmp_path: Path
) -> None:
    root = _installation(tmp_path, str(PACKAGES[package]))
    kinds = {"rsa": KEY} | {kind: keys.other_key(kind) for kind in ("ec", "secp256k1", "ed25519", "dsa")}
    classes = [found for found in installed(package) if found.private_keys and on_the_platform(found) and found.judged]
    cases = [(found.name, kind, form) for found in classes for kind in kinds for form in _forms_of(kinds[kind])]
    questions = [_question(name, _forms_of(kinds[kind])[form], kinds[kind]) for name, kind, form in cases]
    told = dict(zip(cases, ask(package, questions), strict=True))
    signing = {case for case, answer in told.items() if answer["key"] == "private" and answer["signing"] != "none"}
    written = set()
    for name, kind in {(name, kind) for name, kind, _ in cases}:
        file = tmp_path / f"{kind}.pem"
        file.write_bytes(private_pem(kinds[kind], PKCS8))
        code = main(["--root", root, "convert", str(file), "--for", name])
        copy = tmp_path / f"{kind}.{name}.key"
        assert (code, copy.exists()) == ((0, True) if any(case[:2] == (name, kind) for case in signing) else (2, False))
        if code == 0:
            text = copy.read_text()
            written |= {(name, kind, form) for form, made in _forms_of(kinds[kind]).items() if made == text}
    assert written <= signing
    assert {case[:2] for case in written} == {case[:2] for case in signing}
    wanted = {"ccxt-4.4": {"ec"}, "ccxt-4-jsencrypt": {"ec", "ed25519"}, "ccxt-4": {"ec", "ed25519"}}
    assert {kind for name, kind, _ in written if name == "coinbase"} == wanted.get(package, set())
    assert ("binance", "rsa", "PKCS#8") in written


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("package", PACKAGES)
def test_convert_for_an_exchange_without_private_keys_is_refused_and_the_engine_signs_with_none(
    package: str, tmp_path: Path
) -> None:
    root, file = _installation(tmp_path, str(PACKAGES[package])), tmp_path / "k.pem"
    file.write_bytes(private_pem(KEY))
    names = [found.name for found in installed(package) if not found.private_keys and on_the_platform(found)]
    told = ask(package, [_question(name, TEXT, KEY) for name in names])
    assert [name for name, answer in zip(names, told, strict=True) if answer["key"] == "private"] == []
    assert [name for name in names if main(["--root", root, "convert", str(file), "--for", name]) != 2] == []
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"k.pem", "package-lock.json"}
    assert len(names) > 60


def _question(name: str, text: str, key: Any) -> dict[str, object]:
    identity = "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2"
    api_key = f"organizations/{identity}/apiKeys/{identity}-account"
    fields = {"apiKey": api_key, "secret": text, "uid": "123456", "password": "passphrase"}
    return question(name, fields, keys.public_der(key))


def test_openssl_reads_what_is_written(tmp_path: Path) -> None:
    """The program that the exchange's own guide uses."""
    openssl = shutil.which("openssl") or absent("there is no openssl to ask")
    file = tmp_path / "k"
    file.write_bytes(ORIGINALS["one line"])
    _convert(file)
    done = subprocess.run([openssl, "pkey", "-in", f"{file}.clean", "-pubout"], capture_output=True, check=True)
    assert done.stdout.decode() == public_half(private_pem(KEY)).pem
