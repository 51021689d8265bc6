import pytest

from jainam.adapters.local.rate_limits import LocalRateLimits
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import Effect, LimitExceeded
from jainam.domain.limits import PROP_B_CHART, Endpoint, Limit, Priority
from tests.unit.local.virtual_clocks import CrowdClock, SoloClock

DEALER = AccountId("xts", "B", AccountKind.NORMAL)
OTHER = AccountId("xts", "B", AccountKind.PRO)


@pytest.fixture
def clock():
    return SoloClock()


def limits_of(clock, chart, *, bound_s=5.0, ceiling=None, margin_s=0.0):
    return LocalRateLimits(chart, clock, bound_s=bound_s, ceiling=ceiling, margin_s=margin_s)


def test_calls_within_the_chart_do_not_wait(clock):
    limits = limits_of(clock, PROP_B_CHART)

    for _ in range(25):
        limits.reserve(DEALER, Endpoint.ORDER_PLACE)

    assert clock.elapsed == 0


def test_the_call_past_the_chart_waits_until_the_window_has_moved(clock):
    limits = limits_of(clock, {Endpoint.POSITIONS: Limit(1, 1)})
    limits.reserve(DEALER, Endpoint.POSITIONS)

    limits.reserve(DEALER, Endpoint.POSITIONS)

    assert clock.elapsed == pytest.approx(1, abs=0.01)


def test_the_window_is_wider_by_the_margin(clock):
    limits = limits_of(clock, {Endpoint.POSITIONS: Limit(1, 1)}, margin_s=0.25)
    limits.reserve(DEALER, Endpoint.POSITIONS)

    limits.reserve(DEALER, Endpoint.POSITIONS)

    assert clock.elapsed == pytest.approx(1.25, abs=0.01)


def test_a_wait_past_the_bound_fails_at_once_and_says_how_long(clock):
    limits = limits_of(clock, {Endpoint.HOLDINGS: Limit(1, 10)})
    limits.reserve(DEALER, Endpoint.HOLDINGS)
    clock.sleep(2)

    with pytest.raises(LimitExceeded) as caught:
        limits.reserve(DEALER, Endpoint.HOLDINGS)

    assert caught.value.retry_after_s == pytest.approx(8)
    assert caught.value.effect is Effect.NONE
    assert caught.value.endpoint == "portfolio.holdings"
    assert "1 in 10 s" in str(caught.value)
    assert clock.elapsed == 2


def test_a_refused_wait_takes_nothing(clock):
    limits = limits_of(clock, {Endpoint.HOLDINGS: Limit(1, 10)})
    limits.reserve(DEALER, Endpoint.HOLDINGS)
    for _ in range(20):
        with pytest.raises(LimitExceeded):
            limits.reserve(DEALER, Endpoint.HOLDINGS, bound_s=0)
    clock.sleep(10)

    limits.reserve(DEALER, Endpoint.HOLDINGS, bound_s=0)

    assert clock.elapsed == 10


def test_a_bound_of_the_call_wins_over_the_configured_one(clock):
    limits = limits_of(clock, {Endpoint.HOLDINGS: Limit(1, 10)}, bound_s=0)
    limits.reserve(DEALER, Endpoint.HOLDINGS)

    limits.reserve(DEALER, Endpoint.HOLDINGS, bound_s=11)

    assert clock.elapsed == pytest.approx(10, abs=0.01)


def test_endpoints_without_a_limit_pass_freely(clock):
    limits = limits_of(clock, PROP_B_CHART)

    for _ in range(1000):
        limits.reserve(DEALER, Endpoint.QUOTES, bound_s=0)

    assert clock.elapsed == 0


def test_order_history_draws_on_the_order_books_allowance(clock):
    limits = limits_of(clock, {Endpoint.ORDER_BOOK: Limit(1, 1)})
    limits.reserve(DEALER, Endpoint.ORDER_BOOK)

    with pytest.raises(LimitExceeded):
        limits.reserve(DEALER, Endpoint.ORDER_HISTORY, bound_s=0)


def test_accounts_do_not_share_an_allowance(clock):
    limits = limits_of(clock, {Endpoint.POSITIONS: Limit(1, 1)})
    limits.reserve(DEALER, Endpoint.POSITIONS)

    limits.reserve(OTHER, Endpoint.POSITIONS, bound_s=0)

    assert clock.elapsed == 0


def test_after_a_push_back_nobody_draws_for_so_long(clock):
    limits = limits_of(clock, PROP_B_CHART)

    limits.pushed_back(DEALER, Endpoint.ORDER_PLACE, 3)
    with pytest.raises(LimitExceeded) as caught:
        limits.reserve(DEALER, Endpoint.ORDER_PLACE, bound_s=1)
    limits.reserve(DEALER, Endpoint.ORDER_PLACE)

    assert caught.value.retry_after_s == pytest.approx(3)
    assert clock.elapsed == pytest.approx(3, abs=0.01)


def test_a_push_back_holds_for_an_endpoint_that_the_chart_does_not_list(clock):
    limits = limits_of(clock, {})

    limits.pushed_back(DEALER, Endpoint.QUOTES, 2)
    limits.reserve(DEALER, Endpoint.QUOTES)

    assert clock.elapsed == pytest.approx(2, abs=0.01)


def test_a_later_shorter_push_back_does_not_shorten_an_earlier_one(clock):
    limits = limits_of(clock, PROP_B_CHART)
    limits.pushed_back(DEALER, Endpoint.ORDER_PLACE, 3)

    limits.pushed_back(DEALER, Endpoint.ORDER_PLACE, 1)
    limits.pushed_back(DEALER, Endpoint.ORDER_PLACE, -1)
    limits.pushed_back(DEALER, Endpoint.ORDER_PLACE, float("nan"))
    limits.reserve(DEALER, Endpoint.ORDER_PLACE)

    assert clock.elapsed == pytest.approx(3, abs=0.01)


def test_an_absurd_push_back_is_bounded(clock):
    limits = limits_of(clock, PROP_B_CHART)

    limits.pushed_back(DEALER, Endpoint.ORDER_PLACE, float("inf"))
    limits.reserve(DEALER, Endpoint.ORDER_PLACE, bound_s=301)

    assert clock.elapsed == pytest.approx(300, abs=0.1)


def test_the_ceiling_counts_orders_of_all_accounts(clock):
    limits = limits_of(clock, PROP_B_CHART, ceiling=Limit(2, 1))
    limits.reserve(DEALER, Endpoint.ORDER_PLACE)
    limits.reserve(OTHER, Endpoint.ORDER_MODIFY)

    with pytest.raises(LimitExceeded, match="25 in 1 s and 2 in 1 s"):
        limits.reserve(OTHER, Endpoint.ORDER_PLACE, bound_s=0)


def test_the_ceiling_does_not_bind_cancels_and_reads(clock):
    limits = limits_of(clock, PROP_B_CHART, ceiling=Limit(1, 10))
    limits.reserve(DEALER, Endpoint.ORDER_PLACE)

    for _ in range(5):
        limits.reserve(DEALER, Endpoint.ORDER_CANCEL, bound_s=0)
        limits.reserve(DEALER, Endpoint.ORDER_BOOK, bound_s=0)

    assert clock.elapsed == 0


def test_an_emergency_goes_before_those_who_wait():
    clock = CrowdClock()
    limits = limits_of(clock, {Endpoint.ORDER_PLACE: Limit(1, 1)}, bound_s=10)
    went = []

    def call(at_s, name, priority=Priority.NORMAL):
        def job():
            clock.sleep(at_s)
            limits.reserve(DEALER, Endpoint.ORDER_PLACE, priority=priority)
            went.append(name)

        return job

    clock.run(call(0, "first"), call(0.1, "second"), call(0.2, "third"), call(0.3, "emergency", Priority.EMERGENCY))

    assert went == ["first", "emergency", "second", "third"]


def test_who_is_overtaken_past_its_bound_is_told():
    clock = CrowdClock()
    limits = limits_of(clock, {Endpoint.ORDER_PLACE: Limit(1, 1)})
    told = []

    def normal():
        clock.sleep(0.1)
        try:
            limits.reserve(DEALER, Endpoint.ORDER_PLACE, bound_s=1)
        except LimitExceeded as exc:
            told.append((clock.elapsed_s(), exc.retry_after_s))

    def emergency():
        limits.reserve(DEALER, Endpoint.ORDER_PLACE, priority=Priority.EMERGENCY)
        clock.sleep(0.2)
        limits.reserve(DEALER, Endpoint.ORDER_PLACE, priority=Priority.EMERGENCY)

    clock.run(emergency, normal)

    ((at_s, retry_after_s),) = told
    assert at_s < 1  # before its bound would have ended
    assert at_s + retry_after_s == pytest.approx(2, abs=0.01)


def test_who_waits_behind_a_blocked_account_at_the_ceiling_is_not_held_up():
    clock = CrowdClock()
    limits = limits_of(clock, PROP_B_CHART, ceiling=Limit(5, 1), bound_s=10)
    limits.pushed_back(DEALER, Endpoint.ORDER_PLACE, 4)
    went = {}

    def blocked():
        limits.reserve(DEALER, Endpoint.ORDER_PLACE)
        went["blocked"] = clock.elapsed_s()

    def free():
        clock.sleep(0.1)
        limits.reserve(OTHER, Endpoint.ORDER_PLACE)
        went["free"] = clock.elapsed_s()

    clock.run(blocked, free)

    assert went == {"free": pytest.approx(0.1), "blocked": pytest.approx(4, abs=0.01)}


def test_who_comes_at_the_very_moment_of_a_free_place_does_not_take_it_from_who_waited():
    clock = CrowdClock()
    limits = limits_of(clock, {Endpoint.ORDER_PLACE: Limit(1, 1)}, bound_s=10)
    went = []

    def call(at_s, name):
        def job():
            clock.sleep(at_s)
            limits.reserve(DEALER, Endpoint.ORDER_PLACE)
            went.append(name)

        return job

    clock.run(call(1, "at the moment"), call(0.5, "waiting"), call(0, "first"))

    assert went == ["first", "waiting", "at the moment"]
