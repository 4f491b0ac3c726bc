"""From a file to the facts of a document."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from installations import KEY_FILE, Site, entry, key, trading

from superalgos_rsa.documents.json_text import Place
from superalgos_rsa.files.find import DEFAULT_LIMIT, find_documents
from superalgos_rsa.files.regular import Content
from superalgos_rsa.superalgos.vault import Vault
from superalgos_rsa.validator.documents import ReadDocument, Source, read_document, read_source
from superalgos_rsa.validator.report import DocumentKind

NO_VAULT = Vault("", "absent")
WORKSPACE = {"type": "Workspace", "rootNodes": []}


def read(content: object, path: str = "W.json", *, export: bool = False) -> ReadDocument:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_document(Source(path, Content(data)), NO_VAULT, export=export)


@pytest.mark.parametrize(
    ("path", "content", "kind", "loads"),
    [
        ("W.json", WORKSPACE, "workspace", True),
        ("W.json", {"rootNodes": []}, "workspace", True),
        ("W.json", {"type": "Workspace"}, "workspace", False),
        ("Plugins/Foundations/Workspaces/W.json", WORKSPACE, "workspace", True),
        ("K.json", {"type": "Exchange Account Key"}, "node", None),
        ("a/Plugins/P/N.json", {"type": "Trading Mine"}, "plugin", None),
        ("a\\Plugins\\P\\N.json", {"type": "Trading Mine"}, "plugin", None),
        ("Plugins.json", {"type": "Trading Mine"}, "node", None),
        ("workspace-credentials.json", [], "vault", None),
        ("workspace-credentials.json", {}, "vault", None),
        ("C:\\S\\workspace-credentials.json", b"[", "vault", None),
        ("copy.json", [{"type": "exchange", "key": "a", "value": "b"}], "vault", None),
        ("W.json", [], "workspace", False),
        ("W.json", [1], "workspace", False),
        ("W.json", None, "workspace", False),
        ("W.json", "text", "workspace", False),
        ("W.json", {"type": 5}, "workspace", False),
        ("W.json", b"{", "workspace", False),
        ("W.json", b"", "workspace", False),
    ],
)
def test_what_kind_of_document_it_is_and_whether_the_platform_would_survive_it(
    path: str, content: object, kind: DocumentKind, loads: bool | None
) -> None:
    facts = read(content, path).facts
    assert (facts.kind, facts.loads) == (kind, loads)


@given(st.binary(max_size=200) | st.text().map(str.encode) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "rootNodes", "config", "name"]), inner),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_read_and_what_is_no_document_has_a_defect(data: bytes) -> None:
    facts = read(data).facts
    assert facts.kind in ("workspace", "node", "vault")
    if facts.loads is False:
        assert facts.defects or facts.crashes


@pytest.mark.parametrize(
    ("data", "rule", "place"),
    [
        (b'{\n  "type": }', "document-unreadable", Place(2, 11)),
        (b'{"type": "N",\n "name": "\xff"}', "document-unreadable", Place(2, 11)),
        (b'{"type": "N",\n "type": "N"}', "document-duplicate-member", Place(2, 10)),
        (b"[1, 2]", "document-shape", Place(1, 1)),
        (b"\xef\xbb\xbf" + json.dumps(WORKSPACE).encode(), "workspace-crash", Place(1, 1)),
        (json.dumps(WORKSPACE).encode("utf-16"), "document-unreadable", None),
        (json.dumps(WORKSPACE).encode("utf-16-le"), "document-unreadable", None),
        (b"[" * 100_000, "document-unreadable", Place(1, 1)),
    ],
)
def test_a_defect_has_its_place(data: bytes, rule: str, place: Place | None) -> None:
    (defect,) = read(data).facts.defects
    assert defect.rule == rule
    if place is not None and not data.startswith(b"[["):
        assert defect.place == place


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "dangling", "loop", "device", "too large"])
def test_what_cannot_be_read_says_why_and_never_waits(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "W.json"
    makers: dict[str, Callable[[], object]] = {
        "missing": lambda: None,
        "folder": path.mkdir,
        "fifo": lambda: os.mkfifo(path),
        "dangling": lambda: path.symlink_to("nothing"),
        "loop": lambda: path.symlink_to(path),
        "device": lambda: path.symlink_to("/dev/zero"),
        "too large": lambda: path.write_bytes(b" " * 101),
    }
    makers[kind]()
    facts = read_document(read_source(str(path), 100), NO_VAULT, export=False).facts
    assert [defect.rule for defect in facts.defects] == ["document-unreadable"]
    assert facts.kind is None
    assert facts.loads in (None, False)


def test_folders_are_searched_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b/2.json", "b/1.json", "a/x/3.json", "0.json", "a/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = [os.path.relpath(name, tmp_path) for name in find_documents([str(tmp_path)])]
    assert found == ["0.json", "a/x/3.json", "b/1.json", "b/2.json"]
    assert list(find_documents(["-", "nothing.json"])) == ["-", "nothing.json"]


@pytest.mark.parametrize("name", ["Backup - Workspace - W.json", "Clone - Task -  T.json", "Share - Task - .T.json"])
def test_downloads_are_judged_as_exports(name: str) -> None:
    assert read(WORKSPACE, f"/home/{name}").facts.exported
    assert read(WORKSPACE, f"C:\\{name}").facts.exported
    assert not read(WORKSPACE, f"My {name}").facts.exported
    assert read(WORKSPACE, "W.json", export=True).facts.exported


def test_every_key_task_and_crash_has_a_place_and_every_key_a_credential() -> None:
    key = {"type": "Exchange Account Key", "config": '{"codeName": "a", "secret": "b"}'}
    value = {"type": "Workspace", "rootNodes": [None, key, {"type": "Task"}, {**key, "config": "{"}]}
    document = read(json.dumps(value, indent=4).encode())
    assert len(document.credentials) == len(document.facts.workspace.keys) == 2
    for pointer in (("rootNodes", 0), ("rootNodes", 1, "config"), ("rootNodes", 2), ("rootNodes", 3, "config")):
        assert pointer in document.facts.places
    assert "secret" not in repr(document)
    assert DEFAULT_LIMIT > 3_600_000


def test_the_vault_does_not_reach_a_native_workspace(tmp_path: Path) -> None:
    """The platform's LoadPlugin route ignores the vault, so the node's own secret is what a task gets."""
    site = Site(tmp_path)
    site.put_key(KEY_FILE)
    site.vault(entry("My-Secrets/other.pem"))
    mine = site.workspace(*trading(key(KEY_FILE)))
    native = site.put("Plugins/Foundations/Workspaces/Native.json", mine.read_bytes())
    assert [site.judge(path).key.secret.source for path in (mine, native)] == ["vault", "node"]
