"""Every rule that has a repair: the plan, its making, what is gone, that nothing is left to do, and the way back."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from installations import (
    API_KEY,
    HMAC_SECRET,
    KEY_FILE,
    VAULT,
    Judged,
    Site,
    ecosystem,
    entry,
    exchange,
    key,
    network,
    task,
    trading,
)
from key_samples import OPENSSH, PASSPHRASE, private_der, private_pem, public_pem, rsa_key

from fixer.calls import Call
from fixer.trees import mode, tree
from superalgos_rsa.fixer import mendable
from superalgos_rsa.fixer.repairs import MENDERS
from superalgos_rsa.reports.terminal import shown


@dataclass(frozen=True)
class Case:
    rule: str
    build: Callable[[Site], Any]
    diff: tuple[str, ...]
    """Lines that the plan must show."""
    unsafe: bool = False
    mended: bool = True
    """Everything is well afterwards, and not only this finding gone."""


def with_secret(secret: str, file: str = KEY_FILE) -> Callable[[Site], None]:
    def build(site: Site) -> None:
        site.put_key(file)
        site.workspace(*trading(key(secret)))

    return build


def with_config(raw: Any, file: str = KEY_FILE) -> Callable[[Site], None]:
    def build(site: Site) -> None:
        site.put_key(file)
        site.workspace(*trading(key(raw=raw)))

    return build


def path_case(rule: str, secret: str, file: str = KEY_FILE, becomes: str = KEY_FILE) -> Case:
    was = shown(json.dumps(secret, ensure_ascii=False))
    return Case(rule, with_secret(secret, file), (f'-"secret": {was}', f'+"secret": "{becomes}"'))


def edited(change: Callable[[bytes], bytes]) -> Callable[[Site], None]:
    def build(site: Site) -> None:
        site.put_key()
        path = site.workspace(*trading(key()))
        path.write_bytes(change(path.read_bytes()))

    return build


def without(member: str) -> Callable[[Site], None]:
    """A workspace with the list or config of that name taken out, the last one of it."""

    def change(data: bytes) -> bytes:
        value = json.loads(data)
        _take_out(value["rootNodes"][1], member)
        return json.dumps(value, indent=4, ensure_ascii=False).encode()

    return edited(change)


def _take_out(node: Any, member: str) -> bool:
    items = node if isinstance(node, list) else list(node.values()) if isinstance(node, dict) else []
    if any(_take_out(item, member) for item in items):
        return True
    return isinstance(node, dict) and node.pop(member, None) is not None


def vault_wins(site: Site) -> None:
    site.put_key()
    site.vault(entry(KEY_FILE))
    site.workspace(*trading(key("My-Secrets/gone.pem")))


def node_works(site: Site) -> None:
    site.put_key()
    site.vault(entry("My-Secrets/gone.pem"))
    site.workspace(*trading(key()))


def vault_is(data: bytes) -> Callable[[Site], None]:
    def build(site: Site) -> None:
        site.put_key()
        site.workspace(*trading(key()))
        site.put(VAULT, data)

    return build


def no_secrets_folder(site: Site) -> None:
    site.put_key("keys/k.pem")
    site.workspace(*trading(key("keys/k.pem")))
    shutil.rmtree(site.root / "My-Secrets")


def open_to_all(site: Site) -> None:
    site.put_key().chmod(0o644)
    site.workspace(*trading(key()))


def public_half(site: Site) -> None:
    site.put_key()
    site.put("My-Secrets/k.pub.pem", public_pem(rsa_key()))
    site.workspace(*trading(key("My-Secrets/k.pub.pem")))


def swapped(site: Site) -> None:
    site.put_key()
    site.workspace(*trading(key(secret=API_KEY, code_name=KEY_FILE)))


def sandbox(site: Site) -> None:
    site.put_key()
    site.workspace(*trading(key(), sandbox="false"))


def dangling(site: Site) -> None:
    site.put_key()
    target = key()
    gone = {"referenceParent": {"type": "Exchange Account Key", "name": "Gone", "id": "gone"}}
    site.workspace(*trading(target, saved=gone))


def namesake(site: Site) -> None:
    site.put_key()
    target = key(name="Twin")
    traded = exchange(target)
    path = [("Ecosystem", "Crypto Ecosystem"), ("Exchanges Ecosystem", "Crypto Exchanges"), ("Binance",
            "Crypto Exchange"), ("Accounts Binance", "Exchange Accounts"), ("Account Binance", "User Account"),
            ("Account Binance", "User Keys"), ("Twin", "Exchange Account Key")]  # fmt: skip
    saved = {
        "referenceParent": {"type": "Exchange Account Key", "name": "Twin", "id": "gone"},
        "referenceParentCombinedNodePath": path,
    }
    site.workspace(network(traded, task(target, saved=saved)), ecosystem(traded))


def a_folder(site: Site) -> None:
    site.put_key("My-Secrets/deep/k.pem/k.pem")
    site.workspace(*trading(key("My-Secrets/deep/k.pem")))


def in_home(site: Site) -> None:
    Path(os.environ["HOME"], "k.pem").write_bytes(private_pem(rsa_key()))
    Path(os.environ["HOME"], "k.pem").chmod(0o600)
    site.workspace(*trading(key("~/k.pem")))


COPY = "My-Secrets/k.pkcs8.pem"


def copied(rule: str, content: bytes, *, unsafe: bool = False) -> Case:
    """A key file in that form, with the copy beside it that `convert` writes."""

    def build(site: Site) -> None:
        site.put(KEY_FILE, content)
        site.put(COPY, private_pem(rsa_key()))
        site.workspace(*trading(key()))

    return Case(rule, build, (f'-"secret": "{KEY_FILE}"', f'+"secret": "{COPY}"'), unsafe)


WINDOWS = '{"codeName": "' + API_KEY + '", "secret": "C:\\Users\\me\\k.pem"}'
NULLS = b'"rootNodes": [null, null, '

CASES = [
    path_case("path-not-found", "/opt/old/Superalgos/My-Secrets/k.pem"),
    path_case("path-not-found", "My-Secrets/k.key"),
    path_case("path-not-found", "My-Secrets/renamed.pem"),
    path_case("path-not-found", "k.pem"),
    path_case("path-not-expanded", "$HOME/keys/k.pem"),
    path_case("path-not-expanded", "~/My-Secrets/k.pem"),
    path_case("path-not-expanded", "%APPDATA%\\k.pem"),
    Case("path-not-expanded", in_home, ('-"secret": "~/k.pem"', "+\"secret\": \"{home}/k.pem\"")),
    Case("path-not-expanded", lambda site: with_secret(f"file://{site.root}/{KEY_FILE}")(site),
         ('+"secret": "{root}/My-Secrets/k.pem"',)),
    path_case("path-whitespace", f" {KEY_FILE}\n"),
    path_case("path-whitespace", f"\u200b{KEY_FILE}"),
    path_case("path-quoted", f'"{KEY_FILE}"'),
    path_case("path-quoted", f"\u201c{KEY_FILE}\u201d"),
    path_case("path-case", "my-secrets/K.PEM"),
    path_case("path-separators", "My-Secrets\\k.pem"),
    path_case("path-separators", "C:\\Superalgos\\My-Secrets\\k.pem"),
    path_case("path-relative-elsewhere", "w.pem", "Platform/My-Workspaces/w.pem",
              "{root}/Platform/My-Workspaces/w.pem"),
    Case("path-not-a-file", a_folder, ('+"secret": "My-Secrets/deep/k.pem/k.pem"',)),
    Case("config-control-character", with_config(f'{{"codeName": "{API_KEY}", "secret": "C:\\temp\\new.pem"}}',
         "My-Secrets/new.pem"), ('-"secret": "C:\\temp\\new.pem"', '+"secret": "My-Secrets/new.pem"')),
    Case("config-invalid", with_config(WINDOWS), (
         '-"config": "{\\"codeName\\": \\"…\\", \\"secret\\": \\"C:\\\\Users\\\\me\\\\k.pem\\"}"',
         f'+"config": {{"codeName": "aB3d…E6gH", "secret": "{KEY_FILE}"}}')),
    Case("config-invalid", with_config(f'{{"codeName": "{API_KEY}", "secret": "{KEY_FILE}",}}'),
         (f'+"config": {{"codeName": "aB3d…E6gH", "secret": "{KEY_FILE}"}}',)),
    Case("config-invalid", with_config(f'{{\u201ccodeName\u201d: \u201c{API_KEY}\u201d, \u201csecret\u201d: '
         f'\u201c{KEY_FILE}\u201d}}'), (f'+"config": {{"codeName": "aB3d…E6gH", "secret": "{KEY_FILE}"}}',)),
    Case("config-invalid", with_config(f'\ufeff{{"codeName": "{API_KEY}", "secret": "{KEY_FILE}"}}'), ()),
    Case("config-invalid", with_config({"codeName": API_KEY, "secret": KEY_FILE}), ()),
    Case("config-invalid", edited(lambda data: data.replace(json.dumps(key()["config"]).encode(), b"null")),
         ('-"config": null', '+"config": {}'), mended=False),
    Case("config-missing", without("config"), ('+"config": {}',), mended=False),
    Case("config-schema", with_config('{"codeName": null, "secret": ""}'), ('-"codeName": null', '+"codeName": ""'),
         mended=False),
    Case("workspace-crash", edited(lambda data: b"\xef\xbb\xbf" + data), ("-(with a byte order mark)",)),
    Case("workspace-crash", edited(lambda data: data.replace(b'"rootNodes": [', NULLS, 1)), ("-null",)),
    Case("workspace-crash", without("keys"), ('+"keys": []',), mended=False),
    Case("workspace-crash", without("userAccounts"), ('+"userAccounts": []',), mended=False),
    Case("code-name-whitespace", lambda site: (site.put_key(), site.workspace(*trading(key(code_name=API_KEY + " ")))),
         ('-"codeName": "aB3d…E6gH with white space"', '+"codeName": "aB3d…E6gH"')),
    Case("code-name-implausible",
         lambda site: (site.put_key(), site.workspace(*trading(key(code_name=f'"{API_KEY}";')))),
         ('+"codeName": "aB3d…E6gH"',)),
    Case("vault-overrides-node", vault_wins, ('-"secret": "My-Secrets/gone.pem"', '+"secret": ""')),
    Case("vault-overrides-node", node_works, ('-"value": "My-Secrets/gone.pem"', f'+"value": "{KEY_FILE}"')),
    Case("vault-directory-missing", no_secrets_folder, ("+++ {root}/My-Secrets", "new folder, mode 0700")),
    Case("vault-invalid", vault_is(b""), ("+[]",)),
    Case("vault-invalid", vault_is(b"\xef\xbb\xbf[]"), ("-(with a byte order mark)",)),
    Case("file-permissions", open_to_all, ("-mode 0644", "+mode 0600")),
    Case("pem-public", public_half, ('-"secret": "My-Secrets/k.pub.pem"', f'+"secret": "{KEY_FILE}"'), unsafe=True),
    copied("pem-damaged", private_pem(rsa_key()).replace(b"\n", b"\\n")),
    copied("pem-encoding", private_pem(rsa_key()).decode().encode("utf-16")),
    copied("pem-der", private_der(rsa_key())),
    copied("pem-missing", json.dumps({"privateKey": private_pem(rsa_key()).decode()}).encode()),
    copied("pem-openssh", private_pem(rsa_key(), OPENSSH), unsafe=True),
    copied("pem-encrypted", private_pem(rsa_key(), passphrase=PASSPHRASE), unsafe=True),
    Case("code-name-swapped", swapped, ('+"codeName": "aB3d…E6gH"', f'+"secret": "{KEY_FILE}"'), unsafe=True),
    Case("exchange-sandbox", sandbox, ('-"sandBox": "false"', '+"sandBox": false'), unsafe=True),
    Case("task-key-not-found", dangling, ('-"name": "Gone"', '+"name": "Key"'), unsafe=True),
    Case("task-key-namesake", namesake, ('-"id": "gone"',), unsafe=True),
]  # fmt: skip


def test_every_rule_that_has_a_repair_is_in_the_table() -> None:
    assert {case.rule for case in CASES} == set(MENDERS) == mendable.RULES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_it_is_planned_made_proven_and_taken_back(case: Case, site: Site, home: Path, call: Call) -> None:
    case.build(site)
    untouched, was = tree(site.root), site.judge()
    assert case.rule in rules(was)
    if case.unsafe:
        held = call("fix", "--apply")
        assert f"[{case.rule}, unsafe] — it changes what the document means; add --unsafe to make it" in held.out
        assert tree(site.root) == untouched
    options = ["--unsafe"] if case.unsafe else []

    planned = call("fix", *options)
    assert (planned.code, tree(site.root)) == (1, untouched)
    lines = planned.out.replace(str(site.root), "{root}").replace(str(home), "{home}").splitlines()
    for line in case.diff:
        assert line in lines, planned.out

    made = call("fix", "--apply", *options)
    now = site.judge()
    assert "written; `superalgos-rsa undo 1` takes it back" in made.out
    assert case.rule not in rules(now)
    assert not is_worse(was, now)
    assert made.code == now.report.exit_code
    if case.mended:
        assert (now.errors, now.key.usable) == ([], True)

    written = tree(site.root)
    again = call("fix", "--apply", *options)
    assert "\nplanned: " not in f"\n{again.out}"
    assert tree(site.root) == written

    assert call("undo").code == 0
    assert tree(site.root) == untouched


def rules(judged: Judged) -> set[str]:
    return {finding.rule for finding in judged.report.findings}


def is_worse(was: Judged, now: Judged) -> bool:
    def good(judged: Judged) -> set[tuple[str, str | None]]:
        loading = {(document.path, None) for document in judged.report.documents if document.loads}
        return loading | {(found.document, found.id) for found in judged.report.keys if found.usable}

    return not good(was) <= good(now)


def test_of_several_breakages_each_is_mended_and_what_works_stays(site: Site, call: Call) -> None:
    site.put_key("My-Secrets/a.pem", number=1)
    site.put_key("My-Secrets/b.pem", number=2).chmod(0o640)
    site.put("My-Secrets/hmac.txt", HMAC_SECRET)
    site.vault(entry("My-Secrets\\b.pem", "b" * 64))
    site.workspace(
        None,
        *trading(key("~/My-Secrets/a.pem", "a" * 64, name="A")),
        name="One",
    )
    site.workspace(*trading(key("", "b" * 64, name="B")), name="Two")
    site.workspace(
        *trading(key(HMAC_SECRET, "c" * 64, name="C", password="passphrase"), code_name="kucoin"), name="Three"
    )
    untouched = tree(site.root)
    assert [found.usable for found in site.judge().report.keys] == [False, True, False]
    assert call("fix", "--apply").code == 0
    assert [found.usable for found in site.judge().report.keys] == [True, True, True]
    assert mode(site.root / "My-Secrets/b.pem") == 0o600
    changed = {name for name, was in untouched.items() if tree(site.root)[name] != was}
    assert changed == {"My-Secrets/b.pem", VAULT, *(f"Platform/My-Workspaces/{name}.json" for name in ("One",))}
    call("undo")
    assert tree(site.root) == untouched
