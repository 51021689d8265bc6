"""The chart of allowances, whose they are, and a log at its edges."""

import pytest

from jainam.domain.limits import PROP_B_CHART, Endpoint, Limit, Priority, SlidingLog, pool_of, scaled


def test_the_chart_is_the_brokers():
    assert {endpoint.value: (limit.calls, limit.per_s) for endpoint, limit in PROP_B_CHART.items()} == {
        "orders.place": (25, 1),
        "orders.modify": (25, 1),
        "orders.cancel": (25, 1),
        "orders.cancel-all": (10, 1),
        "orders.book": (6, 1),
        "orders.trades": (40, 2),
        "portfolio.holdings": (1, 10),
        "portfolio.positions": (1, 1),
        "portfolio.dealer-positions": (1, 1),
        "user.balance": (10, 3),
        "user.profile": (1, 5),
        "session.logout": (1, 1),
    }


def test_every_endpoint_has_a_name_for_logs_and_statistics():
    assert {endpoint.name: endpoint.value for endpoint in Endpoint} == {
        "ORDER_PLACE": "orders.place",
        "ORDER_MODIFY": "orders.modify",
        "ORDER_CANCEL": "orders.cancel",
        "ORDER_CANCEL_ALL": "orders.cancel-all",
        "ORDER_BOOK": "orders.book",
        "ORDER_HISTORY": "orders.history",
        "TRADE_BOOK": "orders.trades",
        "POSITIONS": "portfolio.positions",
        "DEALER_POSITIONS": "portfolio.dealer-positions",
        "HOLDINGS": "portfolio.holdings",
        "BALANCE": "user.balance",
        "PROFILE": "user.profile",
        "LOGIN": "session.login",
        "LOGOUT": "session.logout",
        "HOST_LOOKUP": "session.host-lookup",
        "MARKET_LOGIN": "market.login",
        "MARKET_LOGOUT": "market.logout",
        "MASTER": "market.master",
        "INDEX_LIST": "market.index-list",
        "QUOTES": "market.quotes",
    }


def test_history_draws_on_the_order_books_allowance():
    assert pool_of(Endpoint.ORDER_HISTORY) is Endpoint.ORDER_BOOK


@pytest.mark.parametrize("endpoint", [one for one in Endpoint if one is not Endpoint.ORDER_HISTORY])
def test_every_other_call_has_an_allowance_of_its_own(endpoint):
    assert pool_of(endpoint) is endpoint


def test_emergencies_sort_before_everything_else():
    assert sorted(Priority, key=lambda one: one.value) == [Priority.EMERGENCY, Priority.NORMAL]
    assert [one.value for one in Priority] == [0, 1]


def test_a_scaled_chart_has_whole_calls_and_at_least_one():
    chart = {Endpoint.ORDER_PLACE: Limit(25, 1), Endpoint.POSITIONS: Limit(1, 1), Endpoint.TRADE_BOOK: Limit(40, 2)}

    assert scaled(chart.items(), 0.5) == {
        Endpoint.ORDER_PLACE: Limit(12, 1),
        Endpoint.POSITIONS: Limit(1, 1),
        Endpoint.TRADE_BOOK: Limit(20, 2),
    }
    assert scaled(chart.items(), 2)[Endpoint.TRADE_BOOK] == Limit(80, 2)


def test_a_call_leaves_the_window_when_the_window_is_over():
    log = SlidingLog(Limit(1, 2.0))
    log.note(10.0)

    assert log.wait_s(11.5) == 0.5
    assert log.wait_s(12.0) == 0.0


def test_the_margin_widens_the_window():
    log = SlidingLog(Limit(1, 2.0), margin_s=0.25)
    log.note(10.0)

    assert log.wait_s(12.0) == 0.25
    assert log.wait_s(12.25) == 0.0


def test_without_a_margin_the_window_is_the_limits():
    log = SlidingLog(Limit(1, 2.0))

    assert log.limit == Limit(1, 2.0)
    assert log.wait_s(0.0) == 0.0


def test_the_wait_counts_those_who_go_first():
    log = SlidingLog(Limit(2, 1.0))
    log.note(10.0)
    log.note(10.5)

    assert [log.wait_s(10.75, ahead) for ahead in range(5)] == [0.25, 0.75, 1.25, 1.75, 2.25]


def test_places_that_are_free_go_to_those_ahead_first():
    log = SlidingLog(Limit(2, 1.0))
    log.note(10.0)

    assert [log.wait_s(10.5, ahead) for ahead in range(4)] == [0.0, 0.5, 1.0, 1.5]


def test_each_call_leaves_the_window_by_itself():
    log = SlidingLog(Limit(2, 1.0))
    log.note(10.0)
    log.note(10.75)

    assert [log.wait_s(11.5, ahead) for ahead in range(4)] == [0.0, 0.25, 1.0, 1.25]


def test_a_clock_that_went_back_never_gives_a_negative_wait():
    log = SlidingLog(Limit(1, 1.0))
    log.note(10.0)

    assert log.wait_s(9.0) == 2.0
    assert log.wait_s(10.0 + 1.0, ahead=0) == 0.0
