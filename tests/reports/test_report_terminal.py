from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.reports.terminal import cells, fill, quoted, shown, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Key for Binance", "Key for Binance"),
        ("Schlüssel 钥匙 🔑", "Schlüssel 钥匙 🔑"),
        (r"C:\Users\k.pem", r"C:\Users\k.pem"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("C:\new\table.pem", r"C:\new\table.pem"),
        ("a\rb\x7f\x9b", r"a\rb\x7f\x9b"),
        ("gnp.\u202eyek", r"gnp.\u202eyek"),
        ("k\u200b.pem", r"k\u200b.pem"),
        ("\ufeffk.pem", r"\ufeffk.pem"),
        ("my\xa0key", r"my\xa0key"),
        ("k\ufe0f", r"k\ufe0f"),
        ("\u3164", r"\u3164"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_no_eye_can_see_is_shown_as_an_escape(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("k.pem", "k.pem"), ("k.pem ", '"k.pem "'), (" k", '" k"'), ("", '""')])
def test_the_ends_of_a_path_can_be_seen(text: str, expected: str) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("钥匙", 4), ("✔ …", 3)])
def test_cells_counts_columns_not_characters(text: str, columns: int) -> None:
    assert cells(text) == columns


@pytest.mark.parametrize(
    ("text", "whole", "expected"),
    [
        ("it doesn't matter, isn't it", (), ["it", "doesn't", "matter,", "isn't", "it"]),
        ('no "a b.pem" here', (), ["no", '"a b.pem"', "here"]),
        ("no 'a b.pem', or `c d`", (), ["no", "'a b.pem',", "or", "`c d`"]),
        ("no /x y/k.pem; so", ("/x y/k.pem",), ["no", "/x y/k.pem;", "so"]),
        ("(see a.b)", ("a.b", None, ""), ["(see", "a.b)"]),
    ],
)
def test_words_are_cut_at_spaces_but_never_within_a_path_or_quotes(
    text: str, whole: tuple[str | None, ...], expected: list[str]
) -> None:
    assert words(text, *whole) == expected


@given(st.lists(st.text("ab钥", min_size=1, max_size=30), max_size=20), st.integers(1, 60), st.integers(0, 8))
def test_filling_loses_nothing_and_only_a_word_that_is_alone_may_pass_the_width(
    units: list[str], width: int, hang: int
) -> None:
    lines = list(fill(units, width, hang))
    assert " ".join(lines).split() == units
    assert all(cells(line) <= width or len(line.split()) == 1 for line in lines)
    assert all(line.startswith(" " * hang) for line in lines[1:])
