from decimal import Decimal

import pytest

from jainam.simulator.instrument_terms import Liquidity
from jainam.simulator.market import Market

HOUR = 3600.0


@pytest.fixture
def reliance(master):
    return master.get("NSECM", 2885)


def test_price_moves(market, reliance, opened_at):
    assert len({market.last_price(reliance, opened_at + second) for second in range(0, 600, 10)}) > 3


def test_same_seed_gives_the_same_market_and_another_gives_another(master, reliance, opened_at):
    first, same, other = (Market(master, seed, opened_at) for seed in (7, 7, 8))

    books = [[market.book(reliance, opened_at + second) for second in range(5)] for market in (first, same, other)]

    assert books[0] == books[1]
    assert books[0] != books[2]


def test_speed_runs_the_same_day_faster(master, reliance, opened_at):
    # the session began before the venue opened, so both count from there
    slow, fast = Market(master, 7, opened_at, 1.0), Market(master, 7, opened_at, 10.0)
    began = slow.session_start("NSECM")

    assert [fast.last_price(reliance, began + second) for second in range(100)] == [
        slow.last_price(reliance, began + second * 10) for second in range(100)
    ]


def test_day_begins_when_the_venue_opens_before_the_exchange(master, reliance, opened_at):
    early = opened_at - 5 * HOUR
    market = Market(master, 7, early)

    assert market.session_start("NSECM") == early
    assert market.touchline(reliance, early).open == market.last_price(reliance, early)


def test_day_goes_on_without_end(market, reliance, opened_at):
    touch = market.touchline(reliance, opened_at + 100 * HOUR)

    assert touch.low <= touch.last_price <= touch.high
    assert market.book(reliance, opened_at + 100 * HOUR).bids


def test_future_stands_above_its_index_and_spread_between_its_legs(market, master, by_description, opened_at):
    index = market.last_price(master.get("NSECM", 26000), opened_at)
    near = market.last_price(by_description("NSEFO", "NIFTY26SEPFUT"), opened_at)
    far = market.last_price(by_description("NSEFO", "NIFTY26OCTFUT"), opened_at)
    spread = market.last_price(by_description("NSEFO", "NIFTY26SEP26OCTFUT"), opened_at)

    assert index < near < far
    assert abs(far - near - spread) <= Decimal("0.2")


def test_call_less_put_is_future_less_strike(market, by_description, opened_at):
    call = market.last_price(by_description("NSEFO", "NIFTY26SEP25000CE"), opened_at)
    put = market.last_price(by_description("NSEFO", "NIFTY26SEP25000PE"), opened_at)
    future = market.last_price(by_description("NSEFO", "NIFTY26SEPFUT"), opened_at)

    assert abs(call - put - (future - 25000)) <= Decimal("0.2")


def test_put_falls_while_its_call_rises(market, by_description, opened_at):
    call, put = (by_description("NSEFO", f"NIFTY26SEP25000{kind}") for kind in ("CE", "PE"))
    moments = [opened_at, opened_at + HOUR]
    call_move, put_move = (
        market.last_price(row, moments[1]) - market.last_price(row, moments[0]) for row in (call, put)
    )

    assert call_move * put_move < 0


def test_index_and_spot_have_no_book(market, master, by_description, opened_at):
    for row in (
        master.get("NSECM", 26000),
        by_description("BSECM", "SENSEX-SPOT"),
        by_description("MCXFO", "GOLD-COMDTY"),
    ):
        book, touch = market.book(row, opened_at), market.touchline(row, opened_at)

        assert (book.bids, book.asks) == ((), ())
        assert (touch.bid, touch.ask, touch.volume, touch.last_qty) == (None, None, 0, 0)
        assert touch.last_price > 0


@pytest.mark.parametrize(
    ("segment", "description"),
    [
        ("NSECM", "RELIANCE-EQ"),
        ("NSEFO", "NIFTY26SEPFUT"),
        ("NSEFO", "BANKNIFTY26SEPFUT"),
        ("NSEFO", "NIFTY2692225250CE"),
    ],
)
def test_largest_legal_order_fills_within_the_five_levels(market, by_description, opened_at, segment, description):
    row = by_description(segment, description)

    assert row.liquidity == Liquidity.DEEP
    for second in range(0, 3600, 60):
        book = market.book(row, opened_at + second)
        assert sum(level.quantity for level in book.bids) >= row.freeze_qty - 1
        assert sum(level.quantity for level in book.asks) >= row.freeze_qty - 1


def test_pinned_price_holds_with_its_book_until_it_is_let_go(market, reliance, opened_at):
    free = market.last_price(reliance, opened_at)
    market.pin(reliance, reliance.base_price + Decimal(20))

    book, touch = market.book(reliance, opened_at), market.touchline(reliance, opened_at)
    assert market.last_price(reliance, opened_at) == reliance.base_price + 20
    assert abs(book.bids[0].price - reliance.base_price - 20) <= Decimal("0.1")
    assert touch.high >= reliance.base_price + 20

    market.pin(reliance, None)
    assert market.last_price(reliance, opened_at) == free


@pytest.mark.parametrize("price", [Decimal("1375.03"), Decimal("0.05"), Decimal(99999)])
def test_pin_off_the_tick_or_outside_the_band_is_refused(market, reliance, price):
    with pytest.raises(ValueError, match="RELIANCE-EQ"):
        market.pin(reliance, price)


def test_option_at_the_lowest_tick_still_has_both_sides(market, master, opened_at):
    floor = [row for row in master.in_segment("NSEFO") if market.last_price(row, opened_at) == row.tick_size]

    assert floor
    for row in floor:
        book = market.book(row, opened_at)
        assert book.bids[0].price == row.tick_size
        assert book.asks[0].price > row.tick_size


def test_yesterdays_close_is_todays_base_price(market, master):
    day = master.day.replace(day=14)

    for row in [*master.in_segment("NSECM")[:40], *master.in_segment("NSEFO")[:40], *master.in_segment("MCXFO")[:20]]:
        assert market.past_day_bar(row, day).close == row.base_price
