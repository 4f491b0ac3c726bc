"""Where `fix` knows the answer, `check` says so; where there is nothing to mend, it does not ask."""

import re
import shlex

import pytest
from cli.command_line import Ended
from installations import API_KEY, KEY_FILE, Site, ecosystem, exchange, key, trading

from fixer.calls import Call
from superalgos_rsa.fixer import offer, plan


def _fixes(report: str) -> list[str]:
    return [line.partition("to mend: ")[2] for line in report.splitlines() if "to mend: " in line]


def test_a_file_that_fix_knows_is_no_word_to_fill_in(site: Site, call: Call) -> None:
    """Its extension was hidden from who wrote the path."""
    site.put_key("My-Secrets/k.pem.txt")
    document = site.workspace(*trading(key()))
    ended = call("check", document)
    (title,) = _fixes(ended.out)
    assert title == f"superalgos-rsa fix {document}"
    assert f"1 of 1 error can be mended by `{title}`.\n" in ended.out
    assert ended.code == 1
    (finding,) = [f for f in Ended(*call("check", "--format", "json")).report["findings"] if f["severity"] == "error"]
    assert finding["fix"] == {"title": title, "applicability": "safe", "command": shlex.split(title)}
    assert call(*shlex.split(title)[1:]).code == 1, "it only shows the plan"
    assert call(*shlex.split(title)[1:], "--apply").code == 0
    assert "mended by" not in call("check").out


def test_a_remedy_that_names_the_file_stays(site: Site, call: Call) -> None:
    site.put_key()
    site.workspace(*trading(key(KEY_FILE.upper())))
    ended = call("check")
    assert _fixes(ended.out)[0].startswith("superalgos-rsa set ")
    assert f"1 of 1 error can be mended by `superalgos-rsa --root {site.root} fix`.\n" in ended.out


def test_only_what_is_mended_counts(site: Site, call: Call) -> None:
    site.put_key()
    keys = [key("My-Secrets/K.pem"), key("My-Secrets/gone.pem", name="Other", code_name=API_KEY[::-1])]
    site.workspace(ecosystem(exchange(*keys)))
    ended = call("check")
    assert "1 of 2 errors can be mended by `superalgos-rsa --root " in ended.out
    assert sum("PATH_OF_THE_KEY_FILE" in title for title in _fixes(ended.out)) == 1
    assert call("fix", "--apply").code == 1
    assert Ended(*call("check", "--format", "json")).rules("error") == ["path-not-found"]


def test_an_answer_that_is_a_guess_is_not_promised(site: Site, call: Call) -> None:
    site.put_key("My-Secrets/one.pem")
    site.put_key("My-Secrets/two.pem", number=1)
    site.workspace(*trading(key("My-Secrets/gone.pem")))
    assert "mended by" not in call("check").out


@pytest.mark.parametrize("secret", [KEY_FILE, "-----BEGIN PUBLIC KEY-----"])
def test_nothing_is_planned_where_there_is_nothing_to_mend(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        pytest.fail("a plan was asked for")

    monkeypatch.setattr(plan, "plan", refused)
    site.put_key()
    site.workspace(*trading(key(secret)))
    assert "mended by" not in call("check").out


def test_a_plan_that_fails_takes_nothing_from_the_verdict(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError

    site.put_key()
    site.workspace(*trading(key("My-Secrets/K.pem")))
    monkeypatch.setattr(plan, "plan", failing)
    ended = call("check")
    assert (ended.code, ended.err) == (1, "")
    assert "[path-case]" in ended.out


def test_among_very_many_errors_it_stops_and_says_so(site: Site, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offer, "MOST_WORK", 50)
    site.put_key()
    site.workspace(
        ecosystem(exchange(*(key("My-Secrets/K.pem", name=f"Key {n}", code_name=API_KEY[n:]) for n in range(9))))
    )
    ended = call("check")
    assert re.search(r"^At least [1-8] of 9 errors can be mended by `", ended.out, re.MULTILINE)
