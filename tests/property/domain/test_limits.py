"""A sliding log admits what the chart allows in every window, and its wait is exact."""

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.limits import PROP_B_CHART, Limit, SlidingLog, scaled

GRID = 64  # times are whole 64ths of a second: sums and differences of them are exact
TIMES = st.integers(0, 5 * GRID).map(lambda ticks: ticks / GRID)
LIMITS = st.builds(Limit, st.integers(1, 6), st.sampled_from([0.5, 1.0, 2.0, 3.0]))


def most_in_any_window(calls, per_s):
    return max((sum(1 for at in calls if start <= at < start + per_s) for start in calls), default=0)


def admitted_one_by_one(log, calls, now_s):
    """The next call's moment, found by trying every moment of the grid."""
    at_s = now_s
    while sum(1 for call in calls if call > at_s - log.limit.per_s) >= log.limit.calls:
        at_s += 1 / GRID
    return at_s


@given(limit=LIMITS, gaps=st.lists(st.integers(0, GRID).map(lambda ticks: ticks / GRID), max_size=60))
def test_no_window_ever_holds_more_calls_than_the_limit(limit, gaps):
    log, now_s, calls = SlidingLog(limit), 0.0, []

    for gap_s in gaps:
        now_s += gap_s
        if log.wait_s(now_s) == 0.0:
            log.note(now_s)
            calls.append(now_s)

    assert most_in_any_window(calls, limit.per_s) <= limit.calls


@given(limit=LIMITS, waits=st.integers(1, 40))
def test_callers_that_wait_as_told_use_the_allowance_up_and_no_more(limit, waits):
    log, now_s, calls = SlidingLog(limit), 0.0, []

    for _ in range(waits):
        now_s += log.wait_s(now_s)
        assert log.wait_s(now_s) == 0.0
        log.note(now_s)
        calls.append(now_s)

    assert calls == [place // limit.calls * limit.per_s for place in range(waits)]


@given(limit=LIMITS, gaps=st.lists(TIMES, max_size=12), later_s=TIMES, ahead=st.integers(0, 15))
def test_the_wait_is_exactly_what_the_queue_takes(limit, gaps, later_s, ahead):
    log, now_s, calls = SlidingLog(limit), 0.0, []
    for gap_s in gaps:
        now_s += gap_s
        now_s += log.wait_s(now_s)
        log.note(now_s)
        calls.append(now_s)
    now_s += later_s

    told_s = log.wait_s(now_s, ahead)

    at_s = now_s
    for _ in range(ahead + 1):
        at_s = admitted_one_by_one(log, calls, at_s)
        calls.append(at_s)
    assert told_s == at_s - now_s


@given(limit=LIMITS, extra=st.integers(1, 10), ahead=st.integers(0, 10))
def test_a_log_above_its_limit_never_tells_too_short_a_wait(limit, extra, ahead):
    log, calls = SlidingLog(limit), []
    for place in range(limit.calls + extra):
        log.note(place / GRID)
        calls.append(place / GRID)
    now_s = calls[-1]

    told_s = log.wait_s(now_s, ahead)

    at_s = now_s
    for _ in range(ahead + 1):
        at_s = admitted_one_by_one(log, calls, at_s)
        calls.append(at_s)
    assert told_s >= at_s - now_s


@given(factor=st.floats(0.0, 4.0))
def test_a_scaled_chart_keeps_its_windows_and_never_exceeds_the_factor(factor):
    found = scaled(PROP_B_CHART.items(), factor)

    assert found.keys() == PROP_B_CHART.keys()
    for endpoint, limit in found.items():
        assert limit.per_s == PROP_B_CHART[endpoint].per_s
        assert limit.calls == 1 or limit.calls <= PROP_B_CHART[endpoint].calls * factor
        assert limit.calls >= 1
