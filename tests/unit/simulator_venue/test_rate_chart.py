import pytest

from jainam.simulator.rate_chart import CHART, RateLog
from tests.unit.simulator_venue.desk import PRO, logged_in, virtual_client, virtual_venue


def test_chart_is_that_of_the_server():
    rows = {(limit.pool, limit.requests, limit.per_s) for limit in CHART.values()}

    assert rows == {
        ("order book and history", 6, 1),
        ("place", 25, 1),
        ("modify", 25, 1),
        ("cancel", 25, 1),
        ("trade book", 40, 2),
        ("holdings", 1, 10),
        ("positions", 1, 1),
        ("dealer positions", 1, 1),
        ("position conversion", 50, 1),
        ("balance", 10, 3),
        ("profile", 1, 5),
        ("logout", 1, 1),
        ("enums", 1, 1),
        ("exchange message", 1, 3),
        ("exchange status", 1, 3),
        ("cancel all", 10, 1),
    }


def test_window_slides_with_each_call():
    log = RateLog(1.0)
    for moment in (0.0, 0.9):
        for _ in range(3):
            assert log.admits("orders.book", "u", moment)

    assert not log.admits("orders.history", "u", 0.99)
    assert [log.admits("orders.history", "u", 1.0) for _ in range(4)] == [True, True, True, False]


def test_refused_calls_do_not_prolong_the_wait():
    log = RateLog(1.0)
    log.admits("portfolio.positions", "u", 0.0)
    for place in range(1, 10):
        assert not log.admits("portfolio.positions", "u", place / 10)

    assert log.admits("portfolio.positions", "u", 1.0)


def test_users_and_verbs_have_pools_of_their_own():
    log = RateLog(1.0)
    log.admits("portfolio.positions", "u", 0.0)

    assert log.admits("portfolio.positions", "v", 0.0)
    assert log.admits("portfolio.dealerpositions", "u", 0.0)


@pytest.mark.parametrize(("factor", "wait_s"), [(2.0, 5.0), (0.5, 20.0)])
def test_factor_scales_the_time(factor, wait_s):
    log = RateLog(factor)
    log.admits("portfolio.holdings", "u", 0.0)

    assert not log.admits("portfolio.holdings", "u", wait_s - 0.001)
    assert log.admits("portfolio.holdings", "u", wait_s)


def test_none_admits_everything():
    log = RateLog(None)

    assert all(log.admits("portfolio.holdings", "u", 0.0) for _ in range(100))


def test_factor_must_be_above_zero():
    with pytest.raises(ValueError, match="above 0"):
        RateLog(0.0)


def test_limit_comes_after_authentication_and_before_everything_else(open_desk):
    desk, _ = open_desk(rate_limits=1.0)
    for _ in range(25):
        desk.place(orderSide="Buy")

    over = desk.place(orderSide="Buy")
    unknown = desk.http.post("/interactive/orders", json={}, headers={"authorization": "header.claims.signature"})

    assert over.status_code == 429
    assert unknown.json()["code"] == "e-session-0005"


def test_limited_order_leaves_no_trace(open_desk):
    desk, venue = open_desk(rate_limits=1.0)
    answers = [desk.place().status_code for _ in range(30)]
    venue.clock.advance(1.0)
    desk.place()

    assert answers == [200] * 25 + [429] * 5
    assert len(desk.truth()["orders"]) == 26
    assert desk.truth()["calls"]["orders.place"] == 31


def test_speed_does_not_touch_limits():
    venue = virtual_venue(rate_limits=1.0, speed=50.0)
    with virtual_client(venue) as http:
        desk = logged_in(http, PRO, "*****")
        desk.get("/portfolio/positions", dayOrNet="NetWise")
        venue.clock.advance(0.5)

        assert desk.get("/portfolio/positions", dayOrNet="NetWise").status_code == 429


def test_market_calls_are_not_limited(open_desk):
    desk, _ = open_desk(rate_limits=1.0)
    desk.log_in_market()

    statuses = {desk.call("GET", "/apimarketdata/config/clientconfig").status_code for _ in range(60)}

    assert statuses == {200}
