"""What grows is linear: twice the input makes at most about twice the steps, counted in calls and never in seconds."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from installations import VAULT, Site, ecosystem, entry, exchange, key

from superalgos_rsa.cli.session import Session, judge
from superalgos_rsa.documents.duplicates import parse_noting_duplicates
from superalgos_rsa.documents.json_text import locate
from superalgos_rsa.files.changes import Change
from superalgos_rsa.fixer import diff
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.keys.pem import blocks
from superalgos_rsa.reports import json_report, text
from superalgos_rsa.servers.local import Folders, examine


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "superalgos")


def steps(function: Callable[[], object]) -> int:
    """Calls of Python and of C functions."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def grows_linearly(make: Callable[[int], Callable[[], object]], size: int) -> None:
    make(size + 1)()  # what is imported late, or made once, is no part of the growth
    small, large = steps(make(size)), steps(make(2 * size))
    assert large <= 2.3 * small + 2000, (small, large)


def _judged(site: Site, count: int, make: Callable[[int], Any]) -> Callable[[], object]:
    site.workspace(ecosystem(exchange(*(make(n) for n in range(count)))))
    return lambda: judge(Session(str(site.root), None), ())


KEYS: dict[str, Callable[[int], Any]] = {
    "paths that are not there": lambda n: key(f"My-Secrets/none-{n}.pem", name=f"Key {n}", code_name=f"{n:064}"),
    "one file by many names": lambda n: key(f"{'./' * (n % 7)}My-Secrets/k.pem", name=f"Key {n}", code_name=f"{n:064}"),
    "one id": lambda n: key("My-Secrets/k.pem", name="Key", code_name=f"{n:064}"),
    "one code name": lambda n: key(f"{n:064}", name=f"Key {n}"),
    "broken configs": lambda n: key(name=f"Key {n}", raw="{" * (n % 9)),
    "texts of keys": lambda n: key(f"-----BEGIN PRIVATE KEY-----\n{n}", name=f"Key {n}", code_name=f"{n:064}"),
}


@pytest.mark.parametrize("kind", KEYS)
def test_keys(site: Site, kind: str) -> None:
    site.put_key()
    grows_linearly(lambda count: _judged(site, count, KEYS[kind]), 100)


def test_keys_and_the_report_of_them(site: Site) -> None:
    def make(count: int) -> Callable[[], object]:
        report = judge_of(site, count)
        return lambda: (json_report.render(report), text.render(report, color=False, width=80, verbose=True))

    grows_linearly(make, 100)


def judge_of(site: Site, count: int) -> Any:
    site.workspace(ecosystem(exchange(*(KEYS["paths that are not there"](n) for n in range(count)))))
    return judge(Session(str(site.root), None), ())[1]


def test_vault_entries_for_as_many_keys(site: Site) -> None:
    def make(count: int) -> Callable[[], object]:
        site.put(VAULT, json.dumps([entry("s" * 64, f"{n + 10**6:064}") for n in range(10 * count)]))
        return _judged(site, count, lambda n: key("", name=f"Key {n}", code_name=f"{n:064}"))

    grows_linearly(make, 100)


DOCUMENTS: dict[str, Callable[[int], str]] = {
    "lists in lists around many": lambda n: "[" * 90 + ",".join(["[]"] * n) + "]" * 90,
    "objects": lambda n: json.dumps([{"a": {"b": {}}}] * n),
    "a name that stands twice": lambda n: "{" + ",".join(['"a": []'] * n) + "}",
    "many names that stand twice": lambda n: "[" + ",".join(['{"a": 1, "a": 2}'] * n) + "]",
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_documents_are_read(kind: str) -> None:
    grows_linearly(lambda n: lambda: parse_noting_duplicates(DOCUMENTS[kind](n)), 2000)


def test_values_are_located() -> None:
    def make(n: int) -> Callable[[], object]:
        document = json.dumps([{"config": "{}", "x": [1, 2]}] * n)
        return lambda: locate(document, [(index, "config") for index in range(n)])

    grows_linearly(make, 1000)


def test_a_path_through_many_folders(tmp_path: Path) -> None:
    for n in range(200):
        (tmp_path / f"name-{n}").touch()
    (tmp_path / "Sub").mkdir()

    def make(n: int) -> Callable[[], object]:
        folders = Folders()
        return lambda: examine("SUB/../" * n + "k.pem", os.fspath(tmp_path), (), folders)

    grows_linearly(make, 20)


TEXTS: dict[str, Callable[[int], str]] = {
    "begin lines": lambda n: "-----BEGIN PRIVATE KEY-----\n" * n,
    "begin and end lines": lambda n: "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n" * n,
    "header lines": lambda n: "-----BEGIN PRIVATE KEY-----\n" + "a: b\n" * n,
    "lines": lambda n: "-----BEGIN PRIVATE KEY-----\n" + "MIIE\n" * n,
}


@pytest.mark.parametrize("kind", TEXTS)
def test_texts_of_keys_are_looked_at(kind: str) -> None:
    grows_linearly(lambda n: lambda: (blocks(TEXTS[kind](n)), inspect(TEXTS[kind](n).encode())), 300)


def test_a_plan_is_shown() -> None:
    def make(n: int) -> Callable[[], object]:
        old = json.dumps([{"config": '{"secret": "a"}', "n": index} for index in range(n)]).encode()
        new = old.replace(b'\\"a\\"', b'\\"b\\"')
        return lambda: list(diff.of_change(Change("w.json", old, new)))

    grows_linearly(make, 100)
