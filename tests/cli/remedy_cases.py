"""One situation or more for every rule whose findings can be mended: what is on the disk, and which ccxt reads it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from fixer.test_fixing_rules import CASES
from installations import (
    API_KEY,
    CCXT_2,
    CCXT_4,
    CCXT_4_NEW,
    HMAC_SECRET,
    KEY_FILE,
    VAULT,
    Site,
    ecosystem,
    entry,
    exchange,
    key,
    network,
    task,
    trading,
)
from key_samples import PASSPHRASE, PKCS1, other_key, private_pem, public_pem, rsa_key
from superalgos.test_docker import SHIPPED
from validator.rules import (
    test_rules_code_names,
    test_rules_documents,
    test_rules_paths,
    test_rules_pems,
    test_rules_tasks,
)

Build = Callable[[Site], Any]
COINBASE = "organizations/3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2/apiKeys/3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2"
KUCOIN = "5f3113a1689401000612a12a"


class Situation(NamedTuple):
    name: str
    build: Build
    ccxt: str | None = CCXT_2
    options: tuple[str, ...] = ()
    """Of the `check` that finds it."""


def traded(target: dict[str, Any], **more: Any) -> Build:
    """One task trades live with that key; a good key file lies in My-Secrets/k.pem."""

    def build(site: Site) -> None:
        site.put_key()
        site.workspace(*trading(target, **more))

    return build


def with_file(content: bytes, code_name: str = API_KEY, on: str = "binance") -> Build:
    """The key file is that; one task trades live with it."""

    def build(site: Site) -> None:
        site.put(KEY_FILE, content)
        site.workspace(*trading(key(code_name=code_name), code_name=on))

    return build


def in_container(site: Site) -> None:
    """A container has the workspace."""
    site.workspace(*trading(key()))
    site.put("compose.yml", SHIPPED.replace("./My-Workspaces", "./Platform/My-Workspaces"))


def with_profile(site: Site) -> None:
    """A profile, which nobody asked for, has other workspaces."""
    traded(key())(site)
    site.put("../home/.superalgos/profiles", '[{"name": "live", "storeWorkspaces": "/ws"}]')


def path(written: str) -> Build:
    def build(site: Site) -> None:
        home = Path(os.environ["HOME"])
        test_rules_paths.furnish(site)
        site.put("../home/k.pem", private_pem(rsa_key()))
        assert home == site.root.parent / "home"
        site.workspace(*trading(key(written.replace("{root}", str(site.root)))))

    return build


def code_name(text: str) -> Build:
    def build(site: Site) -> None:
        site.put_key()
        site.put("with-newline.txt", "the-api-key\n")
        site.workspace(*trading(key("" if text == "" else KEY_FILE, text)))

    return build


def pkcs12_file(private: Any) -> bytes:
    """With the passphrase of the samples."""
    locked = serialization.BestAvailableEncryption(PASSPHRASE)
    return pkcs12.serialize_key_and_certificates(b"k", private, None, None, locked)


def document(make: Callable[[Site], bytes]) -> Build:
    def build(site: Site) -> None:
        site.put_key()
        site.put("Platform/My-Workspaces/W.json", make(site))

    return build


def vault(content: str | bytes | None) -> Build:
    def build(site: Site) -> None:
        site.put_key()
        if content is None:
            (site.root / VAULT).unlink()
        else:
            site.put(VAULT, content)
        site.workspace(*trading(key()))

    return build


def in_vault(value: object) -> Build:
    def build(site: Site) -> None:
        site.put_key()
        site.vault(entry(value))
        site.workspace(*trading(key("")))

    return build


def reference(saved: Any) -> Build:
    def build(site: Site) -> None:
        site.put_key()
        own = exchange(key())
        site.workspace(network(own, task(None, saved=saved)), ecosystem(own), test_rules_tasks.API)

    return build


def two_keys(site: Site) -> None:
    site.put_key()
    site.put_key("My-Secrets/other.pem", number=1)
    site.workspace(ecosystem(exchange(key(name="A"), key("My-Secrets/other.pem", name="B"))))


def two_exchanges(site: Site) -> None:
    site.put_key()
    site.vault(entry(KEY_FILE))
    other = exchange(key("", name="B"), name="Binance US", code_name="binanceus")
    site.workspace(ecosystem(exchange(key("", name="A")), other))


def two_ecosystems(site: Site) -> None:
    site.put_key()
    other = exchange(key(name="B", code_name="B" * 64), name="E2")
    site.workspace(ecosystem(exchange(key(name="A"))), ecosystem(other, name="E2"))


def old_entry(site: Site) -> None:
    site.put_key()
    site.vault(entry(KEY_FILE), entry("old", "Q" * 64))
    site.workspace(ecosystem(exchange(key(""))))


def shared_key(site: Site) -> None:
    site.put_key()
    site.workspace(ecosystem(exchange(key(name="A"), key(name="B", code_name="Q7w" * 21 + "Q"))))


def api_key_file(content: bytes) -> Build:
    def build(site: Site) -> None:
        site.put_key()
        site.put("api-key", content)
        site.workspace(*trading(key(code_name="api-key")))

    return build


def large_pair(site: Site) -> None:
    """Under the name that `keygen` and `setup` give."""
    site.put_key("My-Secrets/binance-rsa.pem", bits=4096)
    site.workspace(*trading(key("My-Secrets/binance-rsa.pem")))


def other_public(site: Site) -> None:
    site.put_key()
    site.put("My-Secrets/k.pub.pem", public_pem(rsa_key(number=1)))
    site.workspace(*trading(key()))


def copies(site: Site) -> None:
    site.put_key()
    site.put("My-Secrets/k.pem.bak", private_pem(rsa_key()))
    site.workspace(*trading(key()))


def in_git(site: Site) -> None:
    site.put_key()
    subprocess.run(["git", "init", "-q", site.root], check=True)
    site.workspace(*trading(key()))


def other_exchange(site: Site) -> None:
    site.put_key()
    own = key()
    binance, kraken = exchange(own), exchange(name="Kraken", code_name="kraken")
    site.workspace(network(kraken, task(own), tasks_of=binance), ecosystem(binance, kraken))


def elsewhere(site: Site) -> None:
    site.put_key()
    own = key()
    binance = exchange(own)
    site.workspace(network(binance, task(own), host="trader.example"), ecosystem(binance))


def shared_document(secret: str) -> Build:
    def build(site: Site) -> None:
        site.put_key()
        site.workspace(ecosystem(exchange(key(secret))))

    return build


def member_twice(site: Site) -> None:
    site.put_key()
    made = site.workspace(*trading(key()))
    made.write_bytes(made.read_bytes().replace(b'"name": "W",', b'"name": "V",\n    "name": "W",'))


def never_found(site: Site) -> None:
    site.put_key()
    site.workspace(*trading(key()), name="undefined")


EC, ED25519 = other_key("ec"), other_key("ed25519")
OWN: dict[str, Situation] = {
    situation.name: situation
    for situation in (
        Situation("code-name-equals-secret", traded(key(API_KEY, API_KEY))),
        Situation("code-name-missing-secret", traded(key(code_name=""))),
        Situation("code-name-duplicate", two_keys),
        Situation("code-name-reads-file", api_key_file(API_KEY.encode())),
        Situation("code-name-reads-file with a line break", api_key_file(b"the-api-key\r\n")),
        Situation("code-name-reads-file with a byte order mark", api_key_file(b"\xef\xbb\xbf" + API_KEY.encode())),
        Situation("code-name-implausible in a file", api_key_file(f"API_KEY={API_KEY}".encode())),
        Situation("key-placeholder code name", traded(key(code_name="Paste your exchange API Key"))),
        Situation("key-placeholder secret", traded(key("Paste your exchange API secret key"))),
        Situation("key-placeholder secret of kucoin", traded(
            key("Paste your exchange API secret key", KUCOIN, password="p"), code_name="kucoin")),
        Situation("secret-missing", in_vault("")),
        Situation("secret-missing of kraken", traded(key("   "), code_name="kraken")),
        Situation("vault-entry-missing", traded(key(""))),
        Situation("vault-shared-entry", two_exchanges),
        Situation("vault-not-applied", two_ecosystems),
        Situation("vault-orphan", old_entry),
        Situation("key-shared", shared_key),
        Situation("key-unused", shared_document(KEY_FILE)),
        Situation("file-copies", copies),
        Situation("file-in-git", in_git),
        Situation("public-key-mismatch", other_public),
        Situation("key-algorithm on coinbase", with_file(
            private_pem(EC), code_name=COINBASE, on="coinbase"), "4.4.25"),
        Situation("key-algorithm RSA on coinbase", with_file(
            private_pem(rsa_key()), code_name=COINBASE, on="coinbase"), "4.4.25"),
        Situation("key-algorithm EC", with_file(private_pem(EC, PKCS1)), CCXT_4),
        Situation("key-algorithm Ed25519 without a known ccxt", with_file(private_pem(ED25519)), None),
        Situation("pem-damaged on 4", with_file(b"".join(private_pem(rsa_key()).splitlines())), CCXT_4_NEW),
        Situation("pem-missing PKCS#12", with_file(pkcs12_file(rsa_key()))),
        Situation("pem-missing PKCS#12 of Ed25519", with_file(pkcs12_file(ED25519)), CCXT_4_NEW),
        Situation("pem-pkcs1 on 4", with_file(private_pem(rsa_key(), PKCS1)), CCXT_4_NEW),
        Situation("key-size of a pair that keygen made", large_pair),
        Situation("key-size accepted", lambda site: (
            site.put("superalgos-rsa.toml", "accept_rsa_4096 = true\n"),
            with_file(private_pem(rsa_key(4096)))(site))),
        Situation("exchange-not-asymmetric", traded(key(), code_name="kraken")),
        Situation("exchange-not-asymmetric of kucoin", traded(
            key(code_name=KUCOIN, password="p"), code_name="kucoin")),
        Situation("exchange-unknown", traded(key(), code_name="Binance")),
        Situation("exchange-sandbox", traded(key(), sandbox="false")),
        Situation("exchange-not-judged", traded(key("a-secret-of-some-form"), code_name="lbank"), CCXT_4),
        Situation("credential-incomplete", traded(key(HMAC_SECRET, KUCOIN), code_name="kucoin")),
        Situation("credential-incomplete template", traded(
            key(HMAC_SECRET, KUCOIN, password="REPLACE_THIS_STRING_WITH_YOUR_PASSWORD_IF_NECESSARY"),
            code_name="kucoin")),
        Situation("credential-incomplete beyond", traded(key(HMAC_SECRET), code_name="hyperliquid"), CCXT_4_NEW),
        Situation("credential-incomplete word", traded(key(HMAC_SECRET), code_name="gemini")),
        Situation("config-unknown-field", traded(key(API_KEY=API_KEY, Secret=KEY_FILE))),
        Situation("config-unknown-field passphrase", traded(
            key(HMAC_SECRET, KUCOIN, passphrase="p"), code_name="kucoin")),
        Situation("engine-short-signature", traded(key()), CCXT_4),
        Situation("task-key-wrong-exchange", other_exchange),
        Situation("task-key-ignored", traded(key(), bot="Sensor Bot Instance", session="Paper Trading Session")),
        Situation("task-session-never-starts", traded(key(), session="Forward Testing Session")),
        Situation("task-server-unknown", elsewhere),
        Situation("export-secret", shared_document(HMAC_SECRET), options=("--export",)),
        Situation("export-personal", shared_document(KEY_FILE), options=("--export",)),
        Situation("document-duplicate-member", member_twice),
        Situation("document-never-loads", never_found),
        Situation("engine-version-unknown", traded(key()), None),
        Situation("engine-unavailable", traded(key()), options=("--engine",)),
        Situation("secret-exposed", traded(key(HMAC_SECRET))),
        Situation("container-judged-from-outside", in_container),
        Situation("platform-profile", with_profile),
        Situation("secret-inline-pem", traded(key(private_pem(rsa_key()).decode()))),
    )
}  # fmt: skip


def _tables() -> Iterator[Situation]:
    """What the tables of the rules' own tests hold."""
    for number, case in enumerate(CASES):
        yield Situation(f"fixed {number} {case.rule}", case.build)
    for name, row in test_rules_pems.FILES.items():
        yield Situation(f"file {name}", with_file(row.content()))
        yield Situation(f"file {name} on 4", with_file(row.content()), CCXT_4_NEW)
    for name, row in test_rules_pems.INLINE.items():
        yield Situation(f"secret {name}", traded(key(row.content().decode())))
    for written in test_rules_paths.BROKEN:
        yield Situation(f"path {ascii(written)[:40]}", path(written))
    for text in (*test_rules_code_names.CODE_NAMES, *test_rules_code_names.WORKS_OR_NOBODY_KNOWS):
        yield Situation(f"code name {ascii(text)[:40]}", code_name(text))
    for name, config in test_rules_documents.CONFIGS.items():
        yield Situation(f"config {name}", traded(config.key))
    for name, (make, *_) in test_rules_documents.FILES.items():
        yield Situation(f"document {name}", document(make))
    for name, (content, _) in test_rules_documents.VAULTS.items():
        yield Situation(f"vault {name}", vault(content))
    for value in ("", 5, None, "C:\temp\new.pem", "My-Secrets/k.pem\n", "Paste your exchange API secret key"):
        yield Situation(f"in the vault {value!r}", in_vault(value))
    for name, (saved, *_) in test_rules_tasks.REFERENCES.items():
        yield Situation(f"reference {name}", reference(saved))


def situations() -> list[Situation]:
    return [*OWN.values(), *_tables()]
