from collections import defaultdict

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from jainam.adapters.local.rate_limits import LocalRateLimits
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import LimitExceeded
from jainam.domain.limits import Endpoint, Limit, Priority, SlidingLog, pool_of
from tests.unit.local.virtual_clocks import CrowdClock

ACCOUNTS = (AccountId("xts", "A", AccountKind.PRO), AccountId("xts", "B", AccountKind.NORMAL))
ENDPOINTS = (Endpoint.ORDER_PLACE, Endpoint.ORDER_BOOK, Endpoint.ORDER_HISTORY)
GRAIN_S = 0.0011
"""As near as one waiter may be to another's moment: the shortest sleeps of both."""

limits = st.builds(Limit, st.integers(1, 4), st.sampled_from([0.5, 1.0, 3.0]))


@frozen
class Call:
    at_s: float
    account: AccountId
    endpoint: Endpoint
    priority: Priority
    bound_s: float


@frozen
class Outcome:
    call: Call
    order: int
    ended_s: float
    retry_after_s: float | None

    @property
    def pool(self):
        return self.call.account, pool_of(self.call.endpoint)


calls = st.lists(
    st.builds(
        Call,
        at_s=st.integers(0, 40).map(lambda tenths: tenths / 10),
        account=st.sampled_from(ACCOUNTS),
        endpoint=st.sampled_from(ENDPOINTS),
        priority=st.sampled_from(Priority),
        bound_s=st.sampled_from([0.0, 0.7, 2.0, 20.0]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda call: call.at_s,
)


def carried_out(chart, ceiling, wanted):
    clock = CrowdClock()
    rate_limits = LocalRateLimits(chart, clock, bound_s=1, ceiling=ceiling, margin_s=0.0)
    outcomes = []

    def job(call):
        def run():
            clock.sleep(call.at_s)
            retry_after_s = None
            try:
                rate_limits.reserve(call.account, call.endpoint, priority=call.priority, bound_s=call.bound_s)
            except LimitExceeded as exc:
                retry_after_s = exc.retry_after_s
            outcomes.append(Outcome(call, len(outcomes), clock.elapsed_s(), retry_after_s))

        return run

    clock.run(*map(job, wanted))
    assert len(outcomes) == len(wanted)
    return outcomes


def assert_within(limit, moments):
    moments = sorted(moments)
    for first, last in zip(moments, moments[limit.calls :], strict=False):
        assert last - first >= limit.per_s - 1e-9


@given(calls=calls, place=limits, book=limits, ceiling=st.none() | limits)
def test_never_more_than_the_chart_in_any_window_whoever_asks(calls, place, book, ceiling):
    """B5."""
    chart = {Endpoint.ORDER_PLACE: place, Endpoint.ORDER_BOOK: book}

    went = [outcome for outcome in carried_out(chart, ceiling, calls) if outcome.retry_after_s is None]

    moments = defaultdict(list)
    for outcome in went:
        moments[outcome.pool].append(outcome.ended_s)
    for (_, endpoint), each in moments.items():
        assert_within(chart[endpoint], each)
    if ceiling is not None:
        assert_within(ceiling, [each.ended_s for each in went if each.call.endpoint is Endpoint.ORDER_PLACE])


@given(calls=calls, place=limits, book=limits, ceiling=st.none() | limits)
def test_nobody_waits_past_its_bound_and_who_is_refused_is_told_a_later_moment(calls, place, book, ceiling):
    outcomes = carried_out({Endpoint.ORDER_PLACE: place, Endpoint.ORDER_BOOK: book}, ceiling, calls)

    for outcome in outcomes:
        waited_s = outcome.ended_s - outcome.call.at_s
        assert waited_s <= outcome.call.bound_s + GRAIN_S
        if outcome.retry_after_s is not None:
            assert waited_s + outcome.retry_after_s >= outcome.call.bound_s - 1e-9


@given(calls=calls, place=limits, book=limits)
def test_emergencies_go_first_and_within_a_priority_the_first_come(calls, place, book):
    outcomes = carried_out({Endpoint.ORDER_PLACE: place, Endpoint.ORDER_BOOK: book}, None, calls)
    went = [outcome for outcome in outcomes if outcome.retry_after_s is None]

    for earlier in went:
        for later in went:
            if earlier.pool == later.pool and earlier.order < later.order:
                overtook = (later.call.priority.value, later.call.at_s) < (
                    earlier.call.priority.value,
                    earlier.call.at_s,
                )
                assert not overtook or later.call.at_s > earlier.ended_s - 1e-9


@given(calls=calls, place=limits)
def test_nobody_waits_while_the_allowance_is_free(calls, place):
    outcomes = carried_out({Endpoint.ORDER_PLACE: place}, None, calls)

    for outcome in outcomes:
        if outcome.call.endpoint is not Endpoint.ORDER_PLACE:
            assert outcome.ended_s == pytest.approx(outcome.call.at_s)
            continue
        others = sorted(
            other.ended_s
            for other in outcomes
            if other.pool == outcome.pool and other.retry_after_s is None and other.order < outcome.order
        )
        if outcome.retry_after_s is None and len(others) < place.calls:
            assert outcome.ended_s == pytest.approx(outcome.call.at_s, abs=GRAIN_S)
        elif outcome.retry_after_s is None:
            free_at_s = max(outcome.call.at_s, others[-place.calls] + place.per_s)
            assert outcome.ended_s == pytest.approx(free_at_s, abs=0.05)


@given(
    limit=limits,
    gaps=st.lists(st.floats(0, 2, allow_nan=False), max_size=12),
    pause=st.floats(0, 3, allow_nan=False),
    ahead=st.integers(0, 15),
)
def test_a_wait_behind_others_is_what_it_takes_to_let_them_go_first(limit, gaps, pause, ahead):
    log, now_s = SlidingLog(limit), 0.0
    for gap in gaps:
        now_s += gap
        now_s += log.wait_s(now_s)
        log.note(now_s)
    now_s += pause
    expected_s = log.wait_s(now_s, ahead)

    at_s = now_s
    for _ in range(ahead):
        at_s += log.wait_s(at_s)
        log.note(at_s)

    assert at_s + log.wait_s(at_s) - now_s == pytest.approx(expected_s, abs=1e-9)
