"""From a file to the facts of a document."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import give_to_nobody
from hypothesis import given
from hypothesis import strategies as st
from installations import KEY_FILE, Site, entry, key, trading

from superalgos_rsa.documents.json_text import Place
from superalgos_rsa.files import find
from superalgos_rsa.files.find import DEFAULT_LIMIT, find_documents
from superalgos_rsa.files.regular import Content, Unread
from superalgos_rsa.superalgos.installation import installation_at
from superalgos_rsa.superalgos.vault import Vault
from superalgos_rsa.validator.documents import ReadDocument, Source, read_document, read_source
from superalgos_rsa.validator.report import DocumentKind

NO_VAULT = Vault("", "absent")
WORKSPACE = {"type": "Workspace", "rootNodes": []}


def read(content: object, path: str = "W.json", *, export: bool = False, root: Path | None = None) -> ReadDocument:
    """With `root` the path begins there, in an installation."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    name = path if root is None else str(root / path)
    installation = None if root is None else installation_at(root, {})
    return read_document(Source(name, Content(data)), NO_VAULT, installation, export=export)


MINE, PLUGIN = "Platform/My-Workspaces", "Plugins/Foundations/Workspaces"


@pytest.mark.parametrize(
    ("path", "content", "kind", "loads"),
    [
        (f"{MINE}/W.json", WORKSPACE, "workspace", True),
        (f"{MINE}/W.json", {"rootNodes": []}, "workspace", True),
        (f"{MINE}/W.json", {"type": "Workspace"}, "workspace", False),
        (f"{MINE}/W.json", [], "workspace", False),
        (f"{MINE}/W.json", None, "workspace", False),
        (f"{MINE}/W.json", {"type": 5}, "workspace", False),
        (f"{MINE}/W.json", b"{", "workspace", False),
        (f"{MINE}/W.json", b"", "workspace", False),
        (f"{MINE}/W.json", b"[" * 200_000, "workspace", None),
        (f"{MINE}/K.json", {"type": "Exchange Account Key"}, "node", False),
        (f"{MINE}/copy.json", [{"type": "exchange", "key": "a", "value": "b"}], "vault", False),
        (f"{MINE}/workspace-credentials.json", [], "workspace", False),
        (f"{MINE}/workspace-credentials.json", WORKSPACE, "workspace", True),
        (f"{MINE}/workspace-credentials.json", b"[", "workspace", False),
        (f"{MINE}/Plugins/N.json", {"type": "Trading Mine"}, "node", False),
        (f"{MINE}/W.json.bak", {"type": "Workspace"}, "workspace", True),
        (f"{MINE}/undefined.json", b"{", "workspace", True),
        (f"{PLUGIN}/W.json", WORKSPACE, "workspace", True),
        (f"{PLUGIN}/W.json", {"type": "Workspace"}, "workspace", True),
        (f"{PLUGIN}/W.json", b"{", "workspace", True),
        (f"{PLUGIN}/N.json", {"type": "Trading Mine"}, "plugin", True),
        ("a/Plugins/P/N.json", {"type": "Trading Mine"}, "node", None),
        ("W.json", WORKSPACE, "workspace", None),
        ("W.json", {"type": "Workspace"}, "workspace", None),
        ("W.json", b"{", "workspace", None),
        ("K.json", {"type": "Exchange Account Key"}, "node", None),
        ("workspace-credentials.json", [], "vault", None),
        ("workspace-credentials.json", {}, "vault", None),
        ("My-Secrets/workspace-credentials.json", b"[", "vault", None),
        ("copy.json", [{"type": "exchange", "key": "a", "value": "b"}], "vault", None),
        ("W.json", [1], "workspace", None),
        ("W.json", "text", "workspace", None),
    ],
)
def test_what_kind_of_document_it_is_and_whether_the_platform_would_survive_it(
    tmp_path: Path, path: str, content: object, kind: DocumentKind, loads: bool | None
) -> None:
    (tmp_path / MINE).mkdir(parents=True)
    facts = read(content, path, root=tmp_path).facts
    assert (facts.kind, facts.loads) == (kind, loads)
    if facts.loads is False:
        assert not facts.can_be_opened
        assert facts.defects or facts.crashes


def test_on_windows_the_vault_has_the_same_name() -> None:
    assert read(b"[", "C:\\S\\workspace-credentials.json").facts.kind == "vault"


@given(st.binary(max_size=200) | st.text().map(str.encode) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "rootNodes", "config", "name"]), inner),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_read_and_what_is_no_document_has_a_defect(data: bytes) -> None:
    facts = read(data).facts
    assert facts.kind in ("workspace", "node", "vault")
    assert facts.loads is None


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


MAKERS: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "fifo": lambda path: os.mkfifo(path),
    "dangling": lambda path: path.symlink_to("nothing"),
    "loop": lambda path: path.symlink_to(path),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "too large": lambda path: path.write_bytes(b" " * 101),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_what_cannot_be_read_says_why_and_never_waits(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "W.json"
    MAKERS[kind](path)
    facts = read_document(read_source(str(path), 100), NO_VAULT, export=False).facts
    assert [defect.rule for defect in facts.defects] == ["document-unreadable"]
    assert (facts.kind, facts.loads) == (None, None)


@pytest.mark.parametrize(
    ("kind", "loads", "said"),
    [
        ("missing", True, "no such file"),
        ("folder", True, "answers 404"),
        ("dangling", True, "answers 404"),
        ("loop", True, "answers 404"),
        ("fifo", True, "its answer never comes"),
        ("device", None, "a device"),
        ("too large", None, "the limit is 100"),
    ],
)
def test_what_cannot_be_read_of_my_workspaces_cannot_be_loaded_either(
    tmp_path: Path, kind: str, loads: bool | None, said: str
) -> None:
    path = tmp_path / MINE / "W.json"
    path.parent.mkdir(parents=True)
    MAKERS[kind](path)
    facts = read_document(read_source(str(path), 100), NO_VAULT, installation_at(tmp_path, {}), export=False).facts
    assert facts.loads is loads
    assert said in facts.defects[0].reason


def test_what_the_user_of_the_platform_may_not_read_is_no_file_to_it(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], bool | None]], bool | None]
) -> None:
    path = anyones_folder / MINE / "W.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{")
    path.chmod(0)
    give_to_nobody(anyones_folder)

    def loads() -> bool | None:
        installation = installation_at(anyones_folder, {})
        return read_document(
            read_source(str(path), 100, installation), NO_VAULT, installation, export=False
        ).facts.loads

    assert unprivileged(loads) is True
    path.chmod(0o644)
    assert unprivileged(loads) is False


def test_folders_are_searched_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b/2.json", "b/1.json", "a/x/3.json", "0.json", "a/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = [os.path.relpath(name, tmp_path) for name in find_documents([str(tmp_path)])]
    assert found == ["0.json", "a/x/3.json", "b/1.json", "b/2.json"]
    assert list(find_documents(["-", "nothing.json"])) == ["-", "nothing.json"]


def test_folders_are_searched_through_links_once_each_and_without_a_loop(tmp_path: Path) -> None:
    top, far = tmp_path / "top", tmp_path / "far"
    for name in ("top/z/w.json", "top/a.json", "far/b/f.json", "far/g.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (top / "again").symlink_to("z")
    (top / "loop").symlink_to(".")
    (top / "out").symlink_to(far)
    (top / "up").symlink_to("nothing")
    (far / "back").symlink_to(top)
    found = [os.path.relpath(name, top) for name in find_documents([str(top)])]
    assert found == ["a.json", "z/w.json", "out/g.json", "out/b/f.json"]


def test_a_link_to_more_folders_than_are_searched_stands_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "_MOST_LINKED", 3)
    for number in range(5):
        (tmp_path / f"far/{number}").mkdir(parents=True)
    (tmp_path / "top").mkdir()
    (tmp_path / "top/link").symlink_to(tmp_path / "far")
    (source,) = (read_source(name, 100) for name in find_documents([str(tmp_path / "top")]))
    assert isinstance(source.content, Unread)
    assert source.content.obstacle == "directory"


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
