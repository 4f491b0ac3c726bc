"""Which ccxt is installed, told from the files of an installation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.superalgos.engine import CcxtVersion, find_version, installed_version

INSTALLED, LOCK, PACKAGE = "node_modules/ccxt/package.json", "package-lock.json", "package.json"


def found(files: dict[str, object]) -> tuple[str | None, str]:
    texts = {name: content if isinstance(content, str) else json.dumps(content) for name, content in files.items()}
    version, source = find_version(texts.get)
    return (str(version) if version else None), source


ALL: dict[str, object] = {
    INSTALLED: {"name": "ccxt", "version": "2.7.93"},
    LOCK: {"lockfileVersion": 3, "packages": {"node_modules/ccxt": {"version": "2.7.68"}}},
    PACKAGE: {"dependencies": {"ccxt": "^2.7.62"}},
}


def test_installed_package_is_asked_first() -> None:
    assert found(ALL) == ("2.7.93", INSTALLED)


def test_then_the_lock_file() -> None:
    assert found({LOCK: ALL[LOCK], PACKAGE: ALL[PACKAGE]}) == ("2.7.68", LOCK)


def test_lock_file_of_old_npm_is_read_too() -> None:
    assert found({LOCK: {"dependencies": {"ccxt": {"version": "1.95.43"}}}}) == ("1.95.43", LOCK)


def test_then_the_range_whose_lower_end_counts() -> None:
    assert found({PACKAGE: ALL[PACKAGE]}) == ("2.7.62", PACKAGE)


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", "null", "1", {"version": 4}, {"version": "latest"}, {"version": None}, {"packages": []}]
)
def test_file_that_says_nothing_is_passed_over(broken: object) -> None:
    assert found({INSTALLED: broken, LOCK: broken, PACKAGE: ALL[PACKAGE]}) == ("2.7.62", PACKAGE)


def test_nothing_found_is_unknown() -> None:
    assert found({}) == (None, "unknown")


def test_installation_is_read_from_its_files(tmp_path: Path) -> None:
    (tmp_path / "node_modules" / "ccxt").mkdir(parents=True)
    (tmp_path / INSTALLED).write_text('\ufeff{"version": "4.5.84"}', "utf-8")
    assert installed_version(tmp_path) == (CcxtVersion(4, 5, 84), INSTALLED)
    assert installed_version(tmp_path / "nothing") == (None, "unknown")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("4.5.84", (4, 5, 84)), ("^2.7.62", (2, 7, 62)), ("~4.1.0", (4, 1, 0)), (">=3.0.1 <4", (3, 0, 1)),
     ("npm:ccxt@4.5.84", (4, 5, 84)), ("4.5.84-beta.1", (4, 5, 84))],
)  # fmt: skip
def test_version_in_a_text(text: str, expected: tuple[int, int, int]) -> None:
    assert CcxtVersion.parse(text) == CcxtVersion(*expected)


@pytest.mark.parametrize("text", ["", "latest", "4.x", "*", "4.5", "git+https://github.com/ccxt/ccxt"])
def test_text_without_a_version(text: str) -> None:
    assert CcxtVersion.parse(text) is None


Numbers = tuple[int, int, int]
numbers = st.tuples(*[st.integers(0, 999)] * 3)


@given(numbers, numbers)
def test_versions_are_ordered_by_number_and_survive_being_written(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    assert (CcxtVersion(*one) < CcxtVersion(*other)) == (one < other)
    assert CcxtVersion.parse(str(CcxtVersion(*one))) == CcxtVersion(*one)
