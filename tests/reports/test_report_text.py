from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import (
    CONFIG,
    GREEN,
    KEY,
    MIXED,
    PATH_NOT_FOUND,
    PERMISSIONS,
    SANDBOX,
    UNUSED,
    WORKSPACE,
    report,
)
from report_strategies import reports

from superalgos_rsa.documents.pasting import Shell
from superalgos_rsa.reports import text, tree
from superalgos_rsa.validator.report import DocumentEntry, Finding, Fix, Report, Severity

GOLDEN = Path(__file__).parent / "golden"
SGR = re.compile(r"\x1b\[(?:0|1|2|1;31|31|32|33|36)m")


def plain(value: Report, width: int = 80, *, verbose: bool = False, quiet: bool = False) -> str:
    return text.render(value, color=False, width=width, verbose=verbose, quiet=quiet)


@pytest.mark.parametrize(
    ("name", "rendered"),
    [
        ("green.txt", plain(GREEN)),
        ("mixed-80.txt", plain(MIXED)),
        ("mixed-120.txt", plain(MIXED, 120)),
        ("mixed-quiet.txt", plain(MIXED, quiet=True)),
        ("verbose.txt", plain(report(PATH_NOT_FOUND, *SANDBOX[:5], *UNUSED), 100, verbose=True)),
        ("tree-80.txt", tree.render(MIXED, color=False, width=80)),
        ("tree-120.txt", tree.render(MIXED, color=False, width=120)),
    ],
)
def test_the_whole_text_is_as_it_was_read_and_approved(name: str, rendered: str) -> None:
    assert rendered == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("running", "user", "asked_by", "line"),
    [
        (False, "trader", "root", "Judged with the rights of trader, who owns the installation, not with yours.\n"),
        (True, "trader", "root", "Judged with the rights of trader, who runs the platform, not with yours.\n"),
        (False, "trader", "trader", None),
        (False, None, "root", None),
    ],
)
def test_another_user_whose_rights_were_judged_is_named(
    running: bool, user: str | None, asked_by: str, line: str | None
) -> None:
    own = GREEN.installation._replace(platform_running=running, user=user, asked_by=asked_by)
    said = plain(GREEN._replace(installation=own))
    assert said.startswith(line) if line else "rights of" not in said


def test_the_worst_comes_first_and_equals_keep_their_order() -> None:
    heads = re.findall(r"^(error|warning|info): .*\[(.*)\]", plain(MIXED, 500), re.MULTILINE)
    assert heads == [
        ("error", "document-unreadable"),
        ("error", "path-not-found"),
        ("warning", "exchange-sandbox"),
        ("warning", "file-permissions"),
        ("info", "key-unused"),
    ]


@pytest.mark.parametrize(("severity", "style"), [("error", "1;31"), ("warning", "33"), ("info", "36")])
def test_each_severity_has_its_word_and_its_colour(severity: Severity, style: str) -> None:
    value = report(PERMISSIONS._replace(severity=severity))
    assert f"\x1b[{style}m{severity}\x1b[0m: Group and" in text.render(value, color=True, width=80)
    assert plain(value).startswith(f"{severity}: Group and")


@pytest.mark.parametrize("value", [GREEN, MIXED])
def test_colour_changes_nothing_but_colour(value: Report) -> None:
    assert SGR.sub("", text.render(value, color=True, width=80)) == plain(value)
    assert SGR.sub("", tree.render(value, color=True, width=80)) == tree.render(value, color=False, width=80)


@pytest.mark.parametrize(
    ("count", "verbose", "places", "more"),
    [
        (1, False, 1, None),
        (3, False, 3, None),
        (4, False, 3, "  … and 1 more place (--verbose shows all)"),
        (118, False, 3, "  … and 115 more places (--verbose shows all)"),
        (118, True, 118, None),
    ],
)
def test_the_same_message_at_many_places_is_said_once(count: int, verbose: bool, places: int, more: str | None) -> None:
    out = plain(report(*SANDBOX[:count]), verbose=verbose)
    assert out.count("[exchange-sandbox]") == 1
    assert out.count("  at ") == places
    assert [line for line in out.splitlines() if "more place" in line] == ([more] if more else [])
    assert out.count("to mend:") == 1


def test_places_that_are_mended_differently_each_show_their_own_command() -> None:
    found = [SANDBOX[number]._replace(fix=Fix("safe", ("superalgos-rsa", "fix", str(number)))) for number in range(3)]
    out = plain(report(*found))
    assert re.findall(r"to mend: (.*)", out) == [f"superalgos-rsa fix {number}" for number in range(3)]
    assert out.count("you would see:") == 1


def test_another_message_or_rule_is_another_finding() -> None:
    other = PERMISSIONS._replace(message="Other."), PERMISSIONS._replace(rule="file-copies")
    assert plain(report(PERMISSIONS, *other)).count("warning: ") == 3


def test_an_info_is_one_short_line_unless_all_is_asked_for() -> None:
    info = UNUSED[0]._replace(fix=Fix("display", ("superalgos-rsa", "scrub")))
    line = f"info: No task refers to this key. [key-unused] {WORKSPACE}:830\n"
    assert plain(report(info), 120).startswith(line + "\n")
    assert "to mend: superalgos-rsa scrub" in plain(report(info), verbose=True)


def test_quiet_leaves_errors_and_the_summary() -> None:
    out = plain(MIXED, quiet=True)
    assert ("warning: " in out, "info: " in out, out.count("error: ")) == (False, False, 2)
    assert out.splitlines()[-2].startswith("2 errors, 119 warnings, 2 infos in 2 documents;")


@pytest.mark.parametrize("width", [20, 80, 120])
def test_commands_paths_and_places_stay_on_one_line(width: int) -> None:
    lines = plain(report(PATH_NOT_FOUND), width).splitlines()
    assert PATH_NOT_FOUND.fix is not None
    assert f"  to mend: {PATH_NOT_FOUND.fix.title}" in lines
    assert f"  path on this machine: {PATH_NOT_FOUND.path}" in lines
    assert f"  at {WORKSPACE}:830:31" in lines
    assert any('"My-Secrets/old key.pem"' in line for line in lines)


def test_a_long_way_through_the_tree_loses_its_middle_and_keeps_the_exchange_and_its_end() -> None:
    way = [line for line in plain(report(PATH_NOT_FOUND), 60).splitlines() if "in the tree" in line]
    assert way == ["  in the tree: My Crypto Ecosystem \u203a Crypto Exchanges \u203a"]
    assert f"{' ' * 15}Binance \u203a … \u203a Old key\n" in plain(report(PATH_NOT_FOUND), 60)


def loads(value: bool | None) -> tuple[DocumentEntry, ...]:
    return (DocumentEntry(WORKSPACE, "workspace", value, 1, 1),)


@pytest.mark.parametrize(
    ("value", "summary"),
    [
        (GREEN, "nothing found in 1 document; 1 key, 1 task — ready: nothing stands in the way."),
        (
            report(UNUSED[0], keys=(), tasks=()),
            "1 info in 1 document; 0 keys, 0 tasks — no task here needs a key.",
        ),
        (report(PERMISSIONS), "1 warning in 1 document; 1 key, 1 task — ready, but read the warnings."),
        (
            report(PATH_NOT_FOUND, CONFIG, keys=(KEY, KEY)),
            "2 errors in 1 document; 2 keys, 1 task — not ready: do not start the tasks that use these keys.",
        ),
        (
            report(CONFIG, ready=True),
            "1 error in 1 document; 1 key, 1 task — the tasks that need a key may start, but mend the errors.",
        ),
        (
            report(CONFIG, documents=loads(False)),
            "1 error in 1 document; 1 key, 1 task — not ready: loading one of these documents ends the whole platform; "
            "mend that first.",
        ),
        (
            report(documents=loads(None)),
            "nothing found in 1 document; 1 key, 1 task — ready: nothing stands in the way.",
        ),
    ],
)
def test_the_last_line_says_in_plain_words_what_to_do(value: Report, summary: str) -> None:
    assert plain(value, 500).splitlines()[-1] == summary


def test_what_is_not_known_is_left_out() -> None:
    bare = Finding(rule="internal-error", severity="error", message="A rule failed: KeyError.", document=None)
    assert plain(report(bare)).split("\n\n")[0] == "error: A rule failed: KeyError. [internal-error]"


def test_a_document_cannot_paint_the_terminal() -> None:
    hostile = PATH_NOT_FOUND._replace(
        message="No file\x1b[2J\nready: nothing stands in the way.",
        node=("\u202eroot", "a\nb"),
        path="/k\u200b.pem",
        fix=Fix("display", ("superalgos-rsa", "set", "\x1b]0;x\x07")),
    )
    lines = plain(report(hostile), 200).splitlines()
    assert lines[0] == r"error: No file\x1b[2J\nready: nothing stands in the way. [path-not-found]"
    assert "  in the tree: \\u202eroot \u203a a\\nb" in lines
    assert r"  path on this machine: /k\u200b.pem" in lines
    assert r"  to mend: superalgos-rsa set $'\x1b]0;x\x07'" in lines


@given(
    reports(), st.booleans(), st.integers(10, 130), st.booleans(), st.booleans(), st.sampled_from(["posix", "windows"])
)
def test_whatever_a_document_holds_only_our_own_colours_reach_the_terminal(
    value: Report, color: bool, width: int, verbose: bool, quiet: bool, shell: Shell
) -> None:
    whole = text.render(value, color=color, width=width, verbose=verbose, quiet=quiet, shell=shell)
    whole += tree.render(value, color=color, width=width)
    left = SGR.sub("", whole) if color else whole
    assert left.replace("\n", "").isprintable()
    assert left.encode("utf-8")


@pytest.mark.parametrize(
    ("server", "path", "line"),
    [
        ("trader-2", "/k.pem", "  path on server trader-2: /k.pem"),
        ("local", "/k.pem", "  path on this machine: /k.pem"),
        (None, "k.pem ", '  path: "k.pem "'),
        ("trader-2", None, "  on server trader-2"),
    ],
)
def test_a_path_is_named_with_the_machine_it_is_on(server: str | None, path: str | None, line: str) -> None:
    assert line in plain(report(PERMISSIONS._replace(server=server, path=path))).splitlines()


def test_this_machine_is_not_worth_a_line_of_its_own() -> None:
    assert "machine" not in plain(report(PERMISSIONS._replace(server="local", path=None)))


def test_an_info_at_many_places_stays_one_line() -> None:
    lines = plain(report(*UNUSED)).splitlines()
    assert lines[:2] == ["info: No task refers to this key. [key-unused] at 2 places", "  (--verbose shows the places)"]
