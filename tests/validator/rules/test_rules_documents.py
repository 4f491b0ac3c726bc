"""Documents and configs: what a load does to the platform, and which rule tells its cause at which place.

The rows about loading were tried with the running platform 1.6.1 over http.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from installations import (
    API_KEY,
    HMAC_SECRET,
    KEY_FILE,
    VAULT,
    Judged,
    Node,
    Site,
    account,
    ecosystem,
    entry,
    exchange,
    key,
    node,
    trading,
)

KEYS = "/rootNodes/0/cryptoExchanges/0/exchanges/0/exchangeAccounts/userAccounts/0/userKeys/keys"
GOOD = json.dumps({"codeName": API_KEY, "secret": KEY_FILE})


class Row(NamedTuple):
    key: Node
    loads: bool
    errors: str
    at: str | None = f"{KEYS}/0/config"


# The config of the one key of a workspace.
CONFIGS: dict[str, Row] = {
    "as it should be": Row(key(raw=GOOD), True, "", None),
    "single backslashes": Row(key(raw=r'{"codeName": "a", "secret": "C:\Users\k.pem"}'), False, "config-invalid"),
    "single backslashes that are escapes": Row(
        key(raw=GOOD.replace(KEY_FILE, r"C:\temp\new.pem")), True, "config-control-character"
    ),
    "missing": Row(key(raw=None), False, "config-missing", f"{KEYS}/0"),
    "empty": Row(key(raw=""), False, "config-invalid"),
    "the text null": Row(key(raw="null"), False, "config-invalid"),
    "an object": Row(key(raw={"codeName": "a", "secret": "b"}), False, "config-invalid"),
    "a number": Row(key(raw=5), True, "config-invalid"),
    "trailing comma": Row(key(raw='{"codeName": "a", "secret": "b",}'), False, "config-invalid"),
    "unquoted value": Row(key(raw='{"codeName": abc, "secret": "b"}'), False, "config-invalid"),
    "curly quotes": Row(key(raw="{\u201ccodeName\u201d: \u201ca\u201d}"), False, "config-invalid"),
    "byte order mark": Row(key(raw="\ufeff" + GOOD), False, "config-invalid"),
    "single quotes": Row(key(raw="{'codeName': 'a'}"), False, "config-invalid"),
    "comment": Row(key(raw=GOOD + " // mine"), False, "config-invalid"),
    "line break in a value": Row(key(raw='{"codeName": "a\n", "secret": "b"}'), False, "config-invalid"),
    "codeName null": Row(key(code_name=None), False, "config-schema"),
    "a list": Row(key(raw="[]"), True, "config-invalid"),
    "codeName a number": Row(key(code_name=5), True, "config-schema"),
    "secret a number": Row(key(secret=5), True, "config-schema"),
    "secret null": Row(key(secret=None), True, "config-schema"),
    "secret a list": Row(key(secret=["a"]), True, "config-schema"),
    "uid a number": Row(key(uid=12345), True, "", None),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_config_of_a_key_and_what_loading_it_does(site: Site, name: str) -> None:
    row = CONFIGS[name]
    site.put_key()
    judged = site.keep(row.key)
    (document,) = judged.report.documents
    assert document.loads is row.loads
    told = [finding for finding in judged.report.findings if finding.rule.startswith("config-")]
    assert [finding.rule for finding in told] == row.errors.split()
    assert all(finding.severity == "error" for finding in told)
    assert [finding.pointer for finding in told] == ([row.at] if row.at else [])
    assert judged.errors == row.errors.split()
    assert judged.key.usable is (not row.errors)
    used = site.trade(row.key)
    assert (used.errors, used.key.usable, used.task.ready) == (row.errors.split(), not row.errors, not row.errors)
    if not row.loads:
        assert told[0].message.startswith("Loading this workspace ends the whole platform: ")


def text_of(site: Site, *roots: Any) -> bytes:
    return site.workspace(*roots).read_bytes()


def nested(levels: int) -> bytes:
    return b'{"rootNodes": [], "x": ' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def without(value: Node, *path: str | int) -> Node:
    copy: Any = json.loads(json.dumps(value))
    at = copy
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return copy  # type: ignore[no-any-return]  # what json made of a dict


GROUP = ("cryptoExchanges", 0)
FIRST = (*GROUP, "exchanges", 0)
ECOSYSTEM = ecosystem(exchange(key()))
APIS = node("APIs", "APIs", project="Foundations", githubAPI=node("Github API", "G", config='{"username": ""}'))
BAD_APIS = node("APIs", "APIs", project="Foundations", githubAPI=node("Github API", "G", config="{"))
NO_ACCOUNTS = exchange(key())
NO_ACCOUNTS["exchangeAccounts"]["userAccounts"] = [{"type": "User Account", "name": "A"}]

# The bytes of a workspace file: does it load, the rules at error level, the place of the first.
FILES: dict[str, tuple[Callable[[Site], bytes], bool | None, list[str], str | None, int | None]] = {
    "as it should be": (lambda s: text_of(s, ECOSYSTEM), True, [], None, None),
    "compact": (lambda s: json.dumps(json.loads(text_of(s, ECOSYSTEM))).encode(), True, [], None, None),
    "CRLF": (lambda s: text_of(s, ECOSYSTEM).replace(b"\n", b"\r\n"), True, [], None, None),
    "null before the ecosystem": (
        lambda s: text_of(s, None, ECOSYSTEM), False, ["workspace-crash"], "/rootNodes/0", 6
    ),
    "null before both": (
        lambda s: text_of(s, None, APIS, ECOSYSTEM), False, ["workspace-crash"], "/rootNodes/0", 6
    ),
    "null between": (lambda s: text_of(s, APIS, None, ECOSYSTEM), False, ["workspace-crash"], "/rootNodes/1", None),
    "null after both": (lambda s: text_of(s, APIS, ECOSYSTEM, None), True, [], None, None),
    "null after the ecosystem, and no APIs": (
        lambda s: text_of(s, ECOSYSTEM, None), False, ["workspace-crash"], "/rootNodes/1", None
    ),
    "null alone": (lambda s: text_of(s, None), False, ["workspace-crash"], "/rootNodes/0", 6),
    "no rootNodes": (lambda s: b'{"type": "Workspace"}', False, ["workspace-crash"], "", 1),
    "a list": (lambda s: b"[]", False, ["document-shape"], None, 1),
    "a number": (lambda s: b"5", False, ["document-shape"], None, 1),
    "an object of another kind": (lambda s: b'{"a": 1}', False, ["document-shape"], None, 1),
    "no JSON": (lambda s: b'{\n  "type": "Workspace",\n}', False, ["document-unreadable"], None, 3),
    "empty": (lambda s: b"", False, ["document-unreadable"], None, 1),
    "byte order mark": (
        lambda s: b"\xef\xbb\xbf" + text_of(s, ECOSYSTEM), False, ["workspace-crash"], None, 1
    ),
    "NUL bytes": (lambda s: bytes(5000), False, ["document-unreadable"], None, None),
    "UTF-16": (lambda s: text_of(s, ECOSYSTEM).decode().encode("utf-16"), False, ["document-unreadable"], None, None),
    "nested, without an end": (lambda s: b"[" * 100_000, False, ["document-unreadable"], None, 1),
    "nested too deep for this program": (lambda s: nested(4000), True, ["document-unreadable"], None, 1),
    "nested too deep for some": (lambda s: nested(4200), None, ["document-unreadable"], None, 1),
    "nested too deep for the platform": (
        lambda s: nested(5000), False, ["document-unreadable", "workspace-crash"], None, 1
    ),
    "larger than what is read": (lambda s: b"[" * 200_000, None, ["document-unreadable"], None, 1),
    "Crypto Exchanges without exchanges": (
        lambda s: text_of(s, without(ECOSYSTEM, *GROUP, "exchanges")), False, ["workspace-crash"],
        "/rootNodes/0/cryptoExchanges/0", None,
    ),
    "Exchange Accounts without userAccounts": (
        lambda s: text_of(s, without(ECOSYSTEM, *FIRST, "exchangeAccounts", "userAccounts")), False,
        ["workspace-crash"], "/rootNodes/0/cryptoExchanges/0/exchanges/0/exchangeAccounts", None,
    ),
    "User Keys without keys": (
        lambda s: text_of(s, without(ECOSYSTEM, *FIRST, "exchangeAccounts", "userAccounts", 0, "userKeys", "keys")),
        False, ["workspace-crash"], KEYS.removesuffix("/keys"), None,
    ),
    "Crypto Exchange without exchangeAccounts": (
        lambda s: text_of(s, without(ECOSYSTEM, *FIRST, "exchangeAccounts")), True, [], None, None
    ),
    "User Account without userKeys": (lambda s: text_of(s, ecosystem(NO_ACCOUNTS)), True, [], None, None),
    "bad config in Github API": (
        lambda s: text_of(s, BAD_APIS, ECOSYSTEM), False, ["workspace-crash"], "/rootNodes/0/githubAPI/config", None
    ),
    "two causes": (
        lambda s: text_of(s, None, ecosystem(exchange(key(raw="{")))), False,
        ["workspace-crash", "config-invalid"], "/rootNodes/0", 6,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_workspace_file_and_what_loading_it_does(site: Site, name: str) -> None:
    make, loads, errors, pointer, line = FILES[name]
    site.put_key()
    document = site.put("Platform/My-Workspaces/W.json", make(site))
    judged = site.judge(document)
    assert judged.report.documents[0].loads is loads
    told = [finding for finding in judged.report.findings if finding.severity == "error"]
    assert [finding.rule for finding in told] == errors
    if told:
        assert told[0].pointer == pointer
        assert line is None or told[0].line == line


def test_the_first_crash_in_a_real_share_with_an_apis_root_is_told_to_its_author(site: Site) -> None:
    """A shared workspace keeps `null` where a personal root was."""
    document = site.put("Share - Workspace - .W.json", text_of(site, None, ECOSYSTEM))
    judged = site.judge(document)
    assert "workspace-crash" in judged.errors
    assert "export-personal" in judged.warnings


@pytest.mark.parametrize(
    ("secret", "errors", "warnings"),
    [(HMAC_SECRET, ["export-secret"], ["export-personal"]), (KEY_FILE, [], ["export-personal"] * 2)],
)
def test_a_secret_in_what_is_meant_for_sharing_is_an_error_and_a_path_only_personal(
    site: Site, secret: str, errors: list[str], warnings: list[str]
) -> None:
    site.put_key()
    document = site.workspace(ecosystem(exchange(key(secret))))
    of_sharing = ("export-secret", "export-personal")
    assert not [f for f in site.judge(document).report.findings if f.rule in of_sharing]
    judged = site.judge(document, export=True)
    assert [rule for rule in judged.errors if rule in of_sharing] == errors
    assert [rule for rule in judged.warnings if rule in of_sharing] == warnings
    assert judged.key.usable  # sharing says nothing of whether it works
    assert HMAC_SECRET not in repr(judged)


def test_not_utf8_is_told_with_its_place(site: Site) -> None:
    document = site.put("Platform/My-Workspaces/W.json", text_of(site, ECOSYSTEM).replace(b'"W"', b'"\xff"'))
    site.put_key()
    judged = site.judge(document)
    assert judged.errors == ["document-unreadable"]
    assert (judged.finding("document-unreadable").line, judged.report.documents[0].loads) == (3, True)


def test_a_name_that_stands_twice_is_a_warning_and_the_last_one_counts(site: Site) -> None:
    site.put_key()
    text = text_of(site, ECOSYSTEM).replace(b'"name": "W",', b'"name": "V",\n    "name": "W",')
    judged = site.judge(site.put("Platform/My-Workspaces/W.json", text))
    assert (judged.errors, judged.warnings) == ([], ["document-duplicate-member"])
    assert judged.finding("document-duplicate-member").line == 4


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "dangling", "loop"])
def test_what_is_no_file_is_told_and_hides_no_other_document(site: Site, kind: str) -> None:
    site.put_key()
    good = site.workspace(ECOSYSTEM)
    bad = site.root / "bad.json"
    {
        "missing": lambda: None,
        "folder": lambda: None,
        "fifo": lambda: os.mkfifo(bad),
        "dangling": lambda: bad.symlink_to("nothing"),
        "loop": lambda: bad.symlink_to(bad),
    }[kind]()
    if kind == "folder":
        bad = site.put("empty/x.json", b"").parent / "x.json"
    judged = site.judge(bad, good)
    assert judged.errors == ["document-unreadable"]
    assert (len(judged.report.documents), judged.key.usable) == (2, True)


VAULTS: dict[str, tuple[str | bytes | None, list[str]]] = {
    "empty list": ("[]", []),
    "absent": (None, []),
    "entry": (json.dumps([entry(KEY_FILE)]), []),
    "malformed": ("[", ["vault-invalid"]),
    "empty file": ("", ["vault-invalid"]),
    "byte order mark": (b"\xef\xbb\xbf[]", ["vault-invalid"]),
    "object": ("{}", ["vault-invalid"]),
    "null entry": ("[null]", ["vault-invalid"]),
    "text": ('"a"', ["vault-invalid"]),
}


@pytest.mark.parametrize("name", VAULTS)
@pytest.mark.parametrize("code_name", [API_KEY, ""], ids=["code name", "no code name"])
def test_the_vault_ends_the_platform_only_where_a_key_has_a_code_name(site: Site, name: str, code_name: str) -> None:
    content, errors = VAULTS[name]
    site.put_key()
    if content is None:
        (site.root / VAULT).unlink()
    else:
        site.put(VAULT, content)
    judged = site.judge(
        site.workspace(ecosystem(exchange(key(secret="" if not code_name else KEY_FILE, code_name=code_name))))
    )
    assert judged.report.documents[0].loads is (not errors or not code_name)
    assert judged.errors == errors


@pytest.mark.parametrize("code_name", [API_KEY, ""], ids=["code name", "no code name"])
def test_without_my_secrets_the_first_load_ends_the_platform(site: Site, code_name: str) -> None:
    (site.root / VAULT).unlink()
    (site.root / "My-Secrets").rmdir()
    site.put_key("k.pem")
    judged = site.keep(key("k.pem" if code_name else "", code_name))
    assert judged.report.documents[0].loads is (not code_name)
    assert judged.errors == (["vault-directory-missing"] if code_name else [])
    if code_name:
        fix = judged.finding("vault-directory-missing").fix
        assert fix is not None
        mend(fix.title)
        assert site.keep(key("k.pem")).errors == []


def mend(title: str) -> None:
    subprocess.run(shlex.split(title), check=True)


def test_a_native_workspace_is_loaded_without_the_vault_and_ends_nothing(site: Site) -> None:
    document = site.put("Plugins/Foundations/Nodes/X.json", json.dumps(ECOSYSTEM))
    site.put_key()
    judged = site.judge(document)
    (found,) = judged.report.documents
    assert (found.kind, found.loads, judged.errors) == ("plugin", True, [])


def test_a_native_workspace_that_is_no_json_is_handed_out_to_a_page_that_cannot_read_it(site: Site) -> None:
    judged = site.judge(site.put("Plugins/Foundations/Workspaces/X.json", b"\xef\xbb\xbf{}"))
    assert (judged.report.documents[0].loads, "document-unreadable" in judged.errors) == (True, True)
    assert judged.finding("document-unreadable").message.startswith("The Superalgos page cannot use this file: it ")


@pytest.mark.parametrize("name", ["N.json", "Plugins/N.json", "workspace-credentials.json"])
def test_a_node_that_lies_in_my_workspaces_ends_the_platform_that_loads_it(site: Site, name: str) -> None:
    site.put_key()
    judged = site.judge(site.put(f"Platform/My-Workspaces/{name}", json.dumps(key(), indent=4)), before_start=True)
    assert (judged.report.documents[0].loads, judged.errors) == (False, ["workspace-crash"])
    assert "move the file out of My-Workspaces" in str(judged.finding("workspace-crash").fix)


@pytest.mark.parametrize("name", ["undefined.json", "my-undefined-folder/W.json", "W.json.bak", "W.JSON", "W"])
def test_a_workspace_that_can_never_be_loaded_is_an_error_although_the_platform_lives(site: Site, name: str) -> None:
    site.put_key()
    text = site.workspace(*trading(key())).read_bytes()
    judged = site.judge(site.put(f"Platform/My-Workspaces/{name}", text))
    assert (judged.report.documents[0].loads, judged.errors) == (True, ["document-never-loads"])
    assert not judged.task.ready
    empty = site.judge(site.put(f"Platform/My-Workspaces/{name}", text_of(site, ecosystem())))
    assert (empty.errors, empty.warnings) == ([], ["document-never-loads"])


def test_the_vault_serves_what_lies_below_another_folder_named_plugins(tmp_path: Path) -> None:
    site = Site(tmp_path / "Plugins/S")
    site.put_key()
    site.vault(entry("My-Secrets/none.pem"))
    text = site.workspace(*trading(key())).read_bytes()
    for name in ("W.json", "Plugins/Foundations/Workspaces/W.json"):
        judged = site.judge(site.put(f"Platform/My-Workspaces/{name}", text), before_start=True)
        assert (judged.key.secret.source, judged.key.usable) == ("vault", False)


def test_a_node_alone_is_a_document(site: Site) -> None:
    site.put_key()
    judged: Judged = site.judge(site.put("Backup - Exchange Account Key -  Key.json", json.dumps(key(), indent=4)))
    (found,) = judged.report.documents
    assert (found.kind, found.loads, judged.errors) == ("node", None, [])
    assert judged.key.pointer == ""
    assert judged.key.usable
    assert account()["userKeys"]["keys"] == []
