"""Bursts and patience, as values: no clock runs here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.watcher.debounce import DELAY, LONGEST, PATIENCE, Burst, Patience, extended

TIMES = st.lists(st.floats(0, 100), min_size=1).map(sorted)
HALF = frozenset({("/k.pem", "a")})


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


def test_a_program_that_never_writes_the_whole_does_not_hold_up_the_rest_for_ever() -> None:
    patience = Patience({})
    for tick in range(100):
        patience = patience.with_seen(frozenset({("/k.pem", str(tick))}), ["/k.pem"], tick * 0.1)
    assert patience.until == LONGEST


def test_what_became_whole_is_waited_for_no_longer() -> None:
    assert Patience({}).with_seen(HALF, [], 10.0).with_seen(frozenset(), [], 10.1).until == float("-inf")


def test_what_was_called_broken_is_no_news_until_its_bytes_change() -> None:
    known = Patience({}).with_seen(HALF, [], 10.0).given_up(HALF)
    assert known.with_seen(HALF, ["/k.pem"], 11.0).until == float("-inf")
    assert known.with_seen(frozenset({("/k.pem", "b")}), [], 11.0).until == 11.0 + PATIENCE


@pytest.mark.parametrize("between", [frozenset(), frozenset({("/other", "x")})])
def test_what_was_mended_and_breaks_again_is_waited_for_again(between: frozenset[tuple[str, str]]) -> None:
    known = Patience({}).given_up(HALF).with_seen(between, [], 11.0)
    assert known.with_seen(HALF, [], 12.0).until == 12.0 + PATIENCE
