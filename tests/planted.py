"""Distinct strings that are found again wherever a program lets one out, in every place where a secret can stand."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from key_samples import OPENSSH, PKCS1, PKCS8, other_key, private_der, private_pem, public_pem, rsa_key

from superalgos_rsa.superalgos import demo_installation as demo

SHORTEST = 12
"""Characters of a private key in a row that count as a leak."""


class Planted:
    """Hands out strings that stand nowhere else, and knows each of them again."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def text(self) -> str:
        self.texts.append(f"cAnArY{len(self.texts):04d}sEcReT")
        return self.texts[-1]

    def code_name(self) -> str:
        """Its ends are shown, its middle is not."""
        return f"AbCd{self.text()}wXyZ"

    def body(self) -> str:
        """Base64 as it may stand in a PEM."""
        return f"MIIEvQIBADAN{self.text()}{self.text()}AAAA=="

    def key(self, data: bytes) -> bytes:
        """A whole key, whose every part counts."""
        for line in data.decode("latin-1").splitlines():
            if "-----" not in line and len(line) >= SHORTEST:
                self.texts.append(line[:SHORTEST])
        return data

    def found_in(self, text: str) -> list[str]:
        return [planted for planted in self.texts if planted in text]


def planted_key_files(planted: Planted) -> Iterator[tuple[str, bytes]]:
    """Key files of each kind, whole and broken."""
    rsa, text, body = rsa_key(number=7), planted.text, planted.body
    whole = planted.key(private_pem(rsa)).decode()
    yield "whole.pem", whole.encode()
    yield "pkcs1.pem", planted.key(private_pem(rsa, PKCS1))
    yield "openssh.pem", planted.key(private_pem(rsa, OPENSSH))
    yield "encrypted.pem", planted.key(private_pem(rsa, PKCS8, text().encode()))
    yield "encrypted-pkcs1.pem", planted.key(private_pem(rsa, PKCS1, text().encode()))
    yield "ec.pem", planted.key(private_pem(other_key("ec")))
    yield "ed25519.pem", planted.key(private_pem(other_key("ed25519")))
    yield "small.pem", planted.key(private_pem(rsa_key(1024)))
    yield "der.key", private_der(rsa)
    yield "public.pem", public_pem(rsa)
    yield "commented.pem", f"{text()}\n{whole}{text()}\n".encode()
    yield "two.pem", (whole + private_pem(rsa_key(number=8)).decode()).encode()
    yield "one-line.pem", whole.replace("\n", "").encode()
    yield "literal.pem", whole.replace("\n", "\\n").encode()
    yield "indented.pem", whole.replace("\n", "\n    ").encode()
    yield "bom.pem", b"\xef\xbb\xbf" + whole.encode()
    yield "utf-16.pem", whole.encode("utf-16")
    yield "latin-1.pem", f"é{text()}\n{whole}".encode("latin-1")
    yield "no-footer.pem", whole.rpartition("-----END")[0].encode()
    yield "no-header.pem", whole.partition("-----\n")[2].encode()
    yield "body.pem", whole.partition("-----\n")[2].rpartition("-----END")[0].encode()
    yield "base64.pem", base64.b64encode(f"{whole}{text()}".encode())
    yield "truncated.pem", (whole[:700] + "\n-----END PRIVATE KEY-----\n").encode()
    yield "mislabelled.pem", whole.replace("PRIVATE KEY", f"{text()} KEY").encode()
    yield "false.pem", f"-----BEGIN PRIVATE KEY-----\n{body()}\n-----END PRIVATE KEY-----\n".encode()
    yield "headers.pem", f"-----BEGIN RSA PRIVATE KEY-----\nComment: {text()}\n\n{body()}\n-----END".encode()
    yield "putty.ppk", f"PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\n{body()}\n".encode()
    yield "json.pem", json.dumps({"key": whole, "more": text()}).encode()
    yield "hmac.txt", text().encode()
    yield "hmac-line.txt", f"{text()}\n".encode()
    yield "words.txt", f"my secret is {text()}".encode()
    yield "nul.pem", f"{text()}\0{whole}".encode()
    yield "spoilt.pem", whole.replace("A", "*", 1).encode()


def _inline_secrets(planted: Planted) -> Iterator[str]:
    """Secrets that are no path, and texts that look a little like one."""
    text, body = planted.text, planted.body
    yield text()
    yield f"{text()}{text()}{text()}"
    yield f" {text()} "
    yield f"{text()}\n"
    yield f"{text()}\u200b"
    yield f'"{text()}"'
    yield f"{text()}+{text()}=="
    yield f"-----BEGIN PRIVATE KEY-----\n{body()}\n-----END PRIVATE KEY-----"
    yield f"-----BEGIN PRIVATE KEY-----\\n{body()}\\n-----END PRIVATE KEY-----"
    yield f"-----BEGIN RSA PRIVATE KEY----- {body()} -----END RSA PRIVATE KEY-----"
    yield f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body()}"
    yield f"PRIVATE KEY {body()}"
    yield body()
    yield f"-----BEGIN PRIVATE KEY-----\n{body()}\n-----END PRIVATE KEY-----" * 40


def _configs(planted: Planted) -> Iterator[Any]:
    """What may stand in a node's `config`, whole and broken."""

    def config(secret: Any, code_name: Any = None, **more: Any) -> str:
        name = planted.code_name() if code_name is None else code_name
        return json.dumps({"codeName": name, "secret": secret, **more})

    text = planted.text
    for secret in _inline_secrets(planted):
        yield config(secret, uid=text(), password=text(), passphrase=text(), more={"deep": [text()]})
    yield config("My-Secrets/whole.pem", f"-----BEGIN PRIVATE KEY-----\n{planted.body()}")
    yield config("My-Secrets/whole.pem", f" {planted.code_name()}")
    yield config("", planted.code_name())
    yield config(text(), "")
    yield config(None)
    yield config([text()])
    yield config({text(): text()})
    yield config(text(), [text()])
    yield config(text(), {text(): text()})
    yield config(text(), uid=[text()], **{text(): text()})
    yield '{"codeName": "' + planted.code_name() + '", "secret": ' + text() + "}"
    yield '{"codeName": "' + planted.code_name() + '", "secret": "' + text()
    yield '{"codeName": "' + text() + '", "secret": "' + text() + '",}'
    yield '{"secret": "C:\\Users\\' + text() + '"}'
    yield '{"secret": "' + text() + '", "secret": "' + text() + '"}'
    yield text()
    yield "{" + text() + ": 1}"
    yield json.dumps([text()])
    yield json.dumps(text())
    yield {"codeName": planted.code_name(), "secret": text()}
    yield [text()]
    yield "\ufeff" + config(text())


def planted_workspace(planted: Planted) -> dict[str, Any]:
    """A demonstration whose every key has a task, and whose every secret field holds a planted string."""
    value = demo._workspace()
    names = [name for name, _ in planted_key_files(Planted())]
    configs: list[Any] = [
        json.dumps({"codeName": planted.code_name(), "secret": f"My-Secrets/{name}"}) for name in names
    ]
    configs += _configs(planted)
    for config in configs[::7]:  # some of them twice: a code name for two keys, a secret that is shared
        configs.append(config)
    keys = [demo._node("Exchange Account Key", f"Key {n}", config=config) for n, config in enumerate(configs)]
    exchange = value["rootNodes"][1]["cryptoExchanges"][0]["exchanges"][0]
    exchange["exchangeAccounts"]["userAccounts"][0]["userKeys"]["keys"] = keys
    tasks = value["rootNodes"][0]["lanNetworkNodes"][0]["productionTradingTasks"]["projectTradingTasks"][0]
    managers = tasks["exchangeTradingTasks"][0]["marketTradingTasks"][0]["tradingMineTasks"][0]["taskManagers"]
    managers[0]["tasks"] = [demo._task(key) for key in keys]
    text = planted.text
    others = [
        ("Github API", {"username": "user", "token": text()}),
        ("API Authorization Key", {"key": text(), "secret": text(), "bearer_token": text(), "api_key": text()}),
        ("Web3 API", {"privateKey": text(), "mnemonic": text()}),
        ("Telegram Bot", {"botToken": text()}),
        ("Twitter Bot", {"consumer_key": text(), "access_token_secret": text()}),
    ]
    nodes = [demo._node(kind, kind, config=json.dumps(config)) for kind, config in others]
    value["rootNodes"] += [
        {**demo._node("APIs", "APIs", project="Foundations"), "githubAPI": nodes[0], "more": nodes},
        demo._node("Note", "Note", text=f"-----BEGIN PRIVATE KEY-----\n{planted.body()}"),
        demo._node("Exchange Account Key", "Detached", config=json.dumps({"codeName": "", "secret": text()})),
    ]
    return value


def keys_of(value: Any) -> list[dict[str, Any]]:
    exchange = value["rootNodes"][1]["cryptoExchanges"][0]["exchanges"][0]
    keys: list[dict[str, Any]] = exchange["exchangeAccounts"]["userAccounts"][0]["userKeys"]["keys"]
    return keys
