"""Bursts and patience, as values: no clock runs here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.watcher.debounce import DELAY, HOPELESS, LONGEST, PATIENCE, Burst, Half, Patience, extended

TIMES = st.lists(st.floats(0, 100), min_size=1).map(sorted)
HALF: frozenset[Half] = frozenset({("/k.pem", "a")})


@given(TIMES)
def test_a_verdict_is_due_when_it_has_been_quiet_for_a_while_and_never_later_than_the_longest(
    times: list[float],
) -> None:
    burst: Burst | None = None
    for now in times:
        burst = extended(burst, now)
    assert burst is not None
    assert burst.due == min(times[-1] + DELAY, times[0] + LONGEST)


def test_what_looks_half_written_waits_from_its_last_write() -> None:
    first = Patience({}).with_seen(HALF, ["/k.pem"], 10.0)
    assert first.until == 10.0 + PATIENCE
    assert first.with_seen(HALF, [], 10.2).until == 10.0 + PATIENCE
    assert first.with_seen(frozenset({("/k.pem", "ab")}), ["/k.pem"], 10.2).until == 10.2 + PATIENCE


def test_what_is_written_all_the_time_and_never_seen_whole_is_believed_until_it_is_whole() -> None:
    patience, now = Patience({}), 0.0
    while not patience.believed:
        now += 0.1
        patience = patience.with_seen(frozenset({("/k.pem", str(now))}), ["/k.pem"], now)
    assert now == pytest.approx(0.1 + HOPELESS, abs=0.11)
    assert patience.with_seen(HALF, ["/k.pem"], now + 0.1).believes(("/k.pem", "other bytes"))
    assert not patience.with_seen(frozenset(), ["/k.pem"], now + 0.1).believes(("/k.pem", "other bytes"))


def test_what_became_whole_is_waited_for_no_longer() -> None:
    whole = Patience({}).with_seen(HALF, [], 10.0).with_seen(frozenset(), [], 10.1)
    assert whole == Patience({})


def test_what_stays_half_written_is_believed_and_no_news_until_its_bytes_change() -> None:
    known = Patience({}).with_seen(HALF, [], 10.0).with_seen(HALF, [], 10.0 + PATIENCE)
    assert known == Patience({}, HALF)
    assert known.with_seen(HALF, ["/k.pem"], 11.0) == known
    assert known.with_seen(frozenset({("/k.pem", "b")}), [], 11.0).until == 11.0 + PATIENCE


def test_one_that_is_written_again_and_again_does_not_keep_another_from_being_believed() -> None:
    patience, other = Patience({}), ("/w.json", "x")
    for tick in range(5):
        patience = patience.with_seen(HALF | {other}, ["/w.json"], tick * 0.1)
    assert patience.believed == HALF


@pytest.mark.parametrize("between", [frozenset(), frozenset({("/other", "x")})])
def test_what_was_mended_and_breaks_again_is_waited_for_again(between: frozenset[Half]) -> None:
    known = Patience({}, HALF).with_seen(between, [], 11.0)
    assert ("/k.pem", "a") not in known.believed
    assert known.with_seen(HALF, [], 12.0).waiting["/k.pem"].last == 12.0
