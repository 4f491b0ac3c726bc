"""What a document for sharing must not carry: found wherever it stands, and never shown."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspaces import KEYS, key, with_keys, workspace

from superalgos_rsa.documents.json_text import Pointer, parse
from superalgos_rsa.exports.leaks import leaks
from superalgos_rsa.superalgos.key_config import PLACEHOLDERS

NOTHING: frozenset[str] = frozenset()
CONFIG = (*KEYS, 0, "config")
SECRET, PERSONAL = "export-secret", "export-personal"

# Texts of the forms that a private key takes. What stands between the words is no key.
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA\n-----END PRIVATE KEY-----\n"
KEY_TEXTS = {
    "PKCS#8": PEM,
    "PKCS#1": PEM.replace("PRIVATE", "RSA PRIVATE"),
    "encrypted": PEM.replace("PRIVATE", "ENCRYPTED PRIVATE"),
    "OpenSSH": PEM.replace("PRIVATE", "OPENSSH PRIVATE"),
    "CRLF": PEM.replace("\n", "\r\n"),
    "one line": PEM.replace("\n", " "),
    "no line breaks": PEM.replace("\n", ""),
    "literal escapes": PEM.replace("\n", "\\n"),
    "double escapes": PEM.replace("\n", "\\\\r\\\\n"),
    "lower case": PEM.lower(),
    "footer only": "MIIE\n-----END PRIVATE KEY-----",
    "words apart": PEM.replace("PRIVATE KEY", "PRIVATE\nKEY"),
    "words underscored": PEM.replace("PRIVATE KEY", "PRIVATE_KEY"),
    "base64 of PEM": base64.b64encode(PEM.encode()).decode(),
    "PKCS#8 body": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ",
    "PKCS#8 body of 4096 bits": "MIIJQwIBADANBgkqhkiG9w0BAQEFAASCCS0wggkpAgEAAoICAQ",
    "PKCS#1 body": "MIIEpAIBAAKCAQEA7vD1",
    "Ed25519 body": "MC4CAQAwBQYDK2VwBCIEIJ",
    "quoted in a note": f"my key is {PEM} keep it",
}


def _leaks(document: Any, *vault_values: str) -> list[tuple[str, Pointer]]:
    return [(leak.rule, leak.pointer) for leak in leaks(document, frozenset(vault_values))]


def _node(node_type: str, **config: Any) -> Any:
    return {"type": node_type, "name": "N", "config": json.dumps(config)}


def test_the_templates_of_the_real_workspaces_are_no_leaks(real_workspaces: Path) -> None:
    for path in real_workspaces.glob("*.json"):
        assert [leak for leak in leaks(parse(path.read_text("utf-8")), NOTHING) if leak.rule == SECRET] == [], path.name


@pytest.mark.parametrize("text", KEY_TEXTS.values(), ids=KEY_TEXTS)
def test_the_text_of_a_private_key_is_found_in_every_place(text: str) -> None:
    assert _leaks(with_keys(key("", text))) == [(SECRET, CONFIG)]
    assert _leaks(with_keys(key(text, ""))) == [(SECRET, CONFIG)]
    assert _leaks(_node("Note", text=text)) == [(SECRET, ("config",))]
    assert _leaks({"type": "Note", "name": text}) == [(SECRET, ("name",))]
    assert _leaks({"type": "Note", "config": text}) == [(SECRET, ("config",))]
    assert _leaks({"type": "Note", "savedPayload": {"deep": [text]}}) == [(SECRET, ("savedPayload", "deep", 0))]
    assert _leaks(_node("Note", deep={"deeper": [[text]]})) == [(SECRET, ("config",))]


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7vD1",
        "-----BEGIN CERTIFICATE-----",
        "Paste your PRIVATE KEY here",
        "private_key",
        "",
    ],
)
def test_public_halves_and_talk_of_keys_are_no_leaks(text: str) -> None:
    assert _leaks(_node("Note", text=text)) == []


@pytest.mark.parametrize(
    ("node_type", "field"),
    [
        ("Exchange Account Key", "secret"),
        ("Exchange Account Key", "uid"),
        ("Exchange Account Key", "password"),
        ("Github API", "token"),
        ("API Authorization Key", "api_key"),
        ("API Authorization Key", "api_key_secret"),
        ("API Authorization Key", "bearer_token"),
        ("API Authorization Key", "key"),
        ("Telegram Bot", "botToken"),
        ("Slack Bot", "token"),
        ("Twitter Bot", "consumer_secret"),
        ("Twitter Bot", "access_token_secret"),
        ("Anything", "Secret"),
        ("Anything", "PASSWORD"),
    ],
)
@pytest.mark.parametrize("value", ["NhqPtmdSJYdKjVHjA7PZ", "s", 12345])
def test_a_field_that_gives_access_is_a_secret(node_type: str, field: str, value: Any) -> None:
    assert _leaks(workspace(_node(node_type, **{field: value}))) == [(SECRET, ("rootNodes", 0, "config"))]
    assert _leaks({"type": node_type, "config": {field: value}}) == [(SECRET, ("config",))]
    assert _leaks(_node(node_type, options={"inner": {field: value}})) == [(SECRET, ("config",))]


@pytest.mark.parametrize("value", ["", "  ", None, False, True, [], {}, *sorted(PLACEHOLDERS)])
def test_an_empty_or_template_value_is_none(value: Any) -> None:
    assert _leaks(with_keys({**key(), "config": json.dumps({"codeName": value, "secret": value, "uid": value})})) == []


@pytest.mark.parametrize("field", ["key", "label", "note"])
def test_other_fields_are_none(field: str) -> None:
    assert _leaks(_node("Anything", **{field: "a value"})) == []


def test_a_value_of_this_installations_vault_is_a_secret_wherever_it_stands() -> None:
    held = "vault-value-of-20-chars"
    for document in ({"type": "Note", "name": held}, {"type": "Note", "name": f"it is {held}."}):
        assert _leaks(document, held) == [(SECRET, ("name",))]
    assert _leaks(_node("Note", text=held), held) == [(SECRET, ("config",))]
    assert _leaks(_node("Note", text=["", held]), held) == [(SECRET, ("config",))]
    assert _leaks({"type": "Note", "name": "it is short."}, "short") == []


@pytest.mark.parametrize(
    "text",
    [
        "/home/mary/k.pem",
        "/Users/mary/k",
        "C:\\Users\\mary\\k.pem",
        "c:\\\\Users\\\\mary",
        "see /home/mary for it",
    ],
)
def test_a_home_folder_is_personal(text: str) -> None:
    assert _leaks(_node("Note", text=text)) == [(PERSONAL, ("config",))]
    assert _leaks({"type": "Note", "name": text}) == [(PERSONAL, ("name",))]


@pytest.mark.parametrize("path", ["My-Secrets/k.pem", "k.pem", "/home/mary/k.pem", "C:\\k.pem"])
def test_the_path_of_a_key_file_is_personal_and_no_secret(path: str) -> None:
    assert _leaks(with_keys(key("", path))) == [(PERSONAL, CONFIG)]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (_node("Exchange Account Key", codeName="A" * 64), [PERSONAL]),
        (_node("Crypto Exchange", codeName="binance"), []),
        (_node("LAN Network Node", host="10.0.0.7"), [PERSONAL]),
        (_node("Network Node", host="server.example.org"), [PERSONAL]),
        (_node("LAN Network Node", host="localhost", webPort="34248"), []),
        (_node("LAN Network Node", host="127.0.0.1"), []),
        (_node("Server", host="10.0.0.7"), []),
        (_node("Github API", username="mary"), [PERSONAL]),
        (_node("Note", username="mary"), []),
    ],
)
def test_what_names_a_person_or_a_machine_is_personal(node: Any, expected: list[str]) -> None:
    assert [leak.rule for leak in leaks(node, NOTHING)] == expected


def test_each_value_is_told_once_in_document_order() -> None:
    document = workspace(
        {"type": "Note", "name": PEM},
        {**_node("Exchange Account Key", codeName="A" * 64, secret="s1", uid="u1"), "note": "/home/mary"},
        _node("Slack Bot", token="t"),
    )
    assert _leaks(document) == [
        (SECRET, ("rootNodes", 0, "name")),
        (PERSONAL, ("rootNodes", 1, "config")),
        (SECRET, ("rootNodes", 1, "config")),
        (SECRET, ("rootNodes", 1, "config")),
        (PERSONAL, ("rootNodes", 1, "note")),
        (SECRET, ("rootNodes", 2, "config")),
    ]


def test_no_leak_shows_what_it_found() -> None:
    canary = "Zq7Canary0Xw"
    document = workspace(
        _node("Exchange Account Key", codeName=f"AAAA{canary}AAAAAAAA", secret=canary, uid=canary, password=canary),
        _node("Github API", username=canary, token=canary),
        _node("LAN Network Node", host=canary),
        {"type": "Note", "name": PEM + canary, "config": f"{{{canary} /home/{canary}"},
        {"type": "Note", "name": f"vault {canary * 2}"},
    )
    found = leaks(document, frozenset([canary * 2]))
    assert len(found) == 10
    assert canary not in repr(found)


def test_a_config_that_is_no_json_is_searched_as_it_stands() -> None:
    assert _leaks({"type": "Note", "config": f'{{"secret": {PEM}'}) == [(SECRET, ("config",))]


def test_nesting_deeper_than_python_recurses() -> None:
    document: Any = PEM
    for _ in range(3000):
        document = {"config": {"a": [document]}}
    assert _leaks(document) == [(SECRET, ("config",))]


_FIELDS = st.sampled_from(["type", "config", "secret", "token", "codeName", "host", "name"])
_TEXTS = st.sampled_from(["Exchange Account Key", "LAN Network Node", PEM, '{"secret": "s"}', "{", "[]", "x", ""])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_FIELDS, inner, max_size=5),
    )
)
def test_any_json_is_searched_and_every_leak_has_a_place_in_it(value: Any) -> None:
    for leak in leaks(value, NOTHING):
        at = value
        for step in leak.pointer:
            at = at[step]
        assert leak.what
