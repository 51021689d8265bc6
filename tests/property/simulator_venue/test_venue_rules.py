"""Rules of the venue that hold for every input: rates, time, faces of a number, positions."""

from bisect import bisect_right
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from jainam.simulator.orders import Side, Trade
from jainam.simulator.positions import fold
from jainam.simulator.rate_chart import CHART, RateLog
from jainam.simulator.rows import number, position_row
from jainam.simulator.venue import Venue, VenueOptions
from tests.unit.simulator_venue.desk import RELIANCE, logged_in, virtual_client, virtual_venue

MASTER = Venue(VenueOptions(seed=7)).master


@settings(max_examples=200, deadline=None)
@given(
    endpoint=st.sampled_from(sorted(CHART)),
    gaps=st.lists(st.floats(0, 3, allow_nan=False) | st.just(0.0), min_size=1, max_size=120),
    factor=st.sampled_from([1.0, 0.5, 4.0]),
)
def test_no_window_holds_more_than_the_chart_and_no_call_is_refused_without_need(endpoint, gaps, factor):
    limit = CHART[endpoint]
    window = limit.per_s / factor
    log = RateLog(factor)
    now, admitted = 1_789_000_000.0, []

    for gap in gaps:
        now += gap / 10
        passes = log.admits(endpoint, "u", now)
        recent = sum(1 for moment in admitted if now - moment < window)
        assert passes == (recent < limit.requests)
        if passes:
            admitted.append(now)

    for place, moment in enumerate(admitted):
        until = bisect_right(admitted, moment + window - 1e-6)
        assert until - place <= limit.requests


actions = st.lists(
    st.tuples(
        st.sampled_from(["LIMIT", "LIMIT", "MARKET", "STOPMARKET", "STOPLIMIT"]),
        st.sampled_from(["BUY", "SELL"]),
        st.integers(-40, 40),
        st.sampled_from([RELIANCE, 11536]),
        st.integers(0, 1500),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(
    script=actions, stride=st.integers(3, 300), speed=st.sampled_from([1.0, 20.0]), delay=st.sampled_from([0.0, 0.625])
)
def test_ledger_does_not_depend_on_how_often_somebody_looks(script, stride, speed, delay):
    truths = []

    for most in (1500, stride):
        venue = virtual_venue(speed=speed, exchange_delay_s=delay)
        with virtual_client(venue) as http:
            desk = logged_in(http)
            for kind, side, ticks, instrument_id, pause in script:
                instrument = venue.master.get("NSECM", instrument_id)
                price = instrument.base_price + ticks * 10 * instrument.tick_size
                desk.placed(
                    orderType=kind,
                    orderSide=side,
                    exchangeInstrumentID=instrument_id,
                    limitPrice=float(price),
                    stopPrice=float(price),
                )
                # 64ths of a second add up without rounding, so that both venues stand at the same moment
                while pause > 0:
                    venue.clock.advance(min(pause, most) / 64)
                    pause -= most  # noqa: PLW2901  (counted down)
                    desk.book()
            for _ in range(1 if most == 1500 else 12):
                venue.clock.advance(3600 if most == 1500 else 300)
                desk.book()
            truth = desk.truth()
            truths.append((truth["now"], truth["orders"], truth["trades"]))

    assert truths[0] == truths[1]


trades = st.lists(
    st.tuples(
        st.sampled_from(list(Side)),
        st.integers(1, 500),
        st.integers(1, 200_000).map(lambda ticks: ticks * Decimal("0.05")),
        st.sampled_from(["MIS", "NRML"]),
        st.sampled_from(["CL001", "CL002"]),
    ),
    max_size=30,
)


@given(trades)
def test_fold_adds_up_whatever_the_order_of_trades(made):
    instrument = MASTER.get("NSECM", RELIANCE)
    entries = [
        Trade(place, float(place), "SIMDLR1", client, instrument, side, product, quantity, price)
        for place, (side, quantity, price, product, client) in enumerate(made)
    ]

    forwards, backwards = fold(entries), fold(reversed(entries))

    assert forwards == backwards
    for (client, _, _, product), position in forwards.items():
        mine = [entry for entry in entries if (entry.client, entry.product) == (client, product)]
        assert position.net_qty == sum(entry.quantity * entry.side.sign for entry in mine)
        cash = -sum((entry.quantity * entry.price * entry.side.sign for entry in mine), Decimal(0))
        assert position.sell_turnover - position.buy_turnover == cash
        exact = cash + position.net_qty * Decimal(1300)
        shown = position.realized + position.unrealized(Decimal(1300))
        # half a paisa of rounding for every unit bought or sold
        assert abs(exact - shown) <= Decimal("0.005") * (position.buy_qty + position.sell_qty)


@given(trades)
def test_money_in_rows_reads_back_without_its_separators(made):
    instrument = MASTER.get("NSECM", RELIANCE)
    entries = [
        Trade(place, float(place), "SIMDLR1", client, instrument, side, product, quantity, price)
        for place, (side, quantity, price, product, client) in enumerate(made)
    ]

    for position in fold(entries).values():
        row = position_row(position, position, Decimal(1300))

        net = Decimal(row["SellAmount"].replace(",", "")) - Decimal(row["BuyAmount"].replace(",", ""))
        assert Decimal(row["NetAmount"].replace(",", "")) == net
        assert not any(str(value).startswith("-0.00") for value in row.values())


@given(st.decimals(0, 10_000_000, places=4))
def test_price_survives_as_a_json_number(price):
    assert Decimal(str(number(price))) == price


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_run_repeats_itself_under_seed_and_virtual_clock(seed):
    runs = []

    for _ in range(2):
        venue = virtual_venue(seed=seed)
        with virtual_client(venue) as http:
            desk = logged_in(http)
            desk.placed()
            desk.placed(orderType="STOPMARKET", stopPrice=1370.0, orderSide="SELL")
            venue.clock.advance(600)
            runs.append((desk.headers, desk.truth(), desk.positions()))

    assert runs[0] == runs[1]
