"""When the venue's books disagree, lag, or hold what nobody of this desk did (safety rules, 4)."""

from datetime import timedelta

import pytest

import jainam
from jainam.domain.closing import CloseOutcome
from jainam.domain.instruments import Exchange
from jainam.domain.orders import PositionKey, Product
from jainam.domain.trading_day import trading_day_of
from tests.integration.desk.venue_facts import net_at_venue, orders_at_venue, resting_price, trade_by_hand

SYMBOL = "NSE:RELIANCE"


def limit_order(virtual, target, **given):
    return virtual.client().place_smart_order(
        SYMBOL,
        target=target,
        product="MIS",
        order_type="LIMIT",
        limit_price=given.pop("price", None) or resting_price(virtual, SYMBOL),
        **given,
    )


def marketable(virtual):
    """A limit that trades at once."""
    instrument = virtual.desk.instrument(SYMBOL)
    tick = instrument.tick_size
    return instrument.band.high // tick * tick


def test_a_limit_order_that_trades_at_once_is_done(virtual):
    result = limit_order(virtual, 40, price=marketable(virtual))

    assert result.outcome is jainam.SmartOutcome.DONE
    assert result.final_net == 40


def test_a_limit_order_that_rests_is_reported_as_working(virtual):
    result = limit_order(virtual, 40)

    assert result.outcome is jainam.SmartOutcome.WORKING
    assert (result.sent_qty, result.cum_qty, result.leaves_qty) == (40, 0, 40)
    assert result.drift is None


def test_while_one_waits_for_a_resting_order_the_key_is_free(virtual):
    limit_order(virtual, 40, wait="accepted")

    assert virtual.desk.parts.locks.holder(str(key(virtual))) is None


def test_a_resting_order_that_fills_while_somebody_waits_is_done(desks):
    virtual = desks(rate_limits=None, settings={"rate_limits": "off"}, fill_delay_s=4.0)

    result = limit_order(virtual, 40, price=marketable(virtual))

    assert result.outcome is jainam.SmartOutcome.DONE


def test_a_market_order_that_is_not_over_in_two_seconds_is_working(desks):
    virtual = desks(rate_limits=None, settings={"rate_limits": "off"}, fill_delay_s=4.0)

    result = virtual.client().place_smart_order(SYMBOL, target=40, product="MIS")

    assert result.outcome is jainam.SmartOutcome.WORKING
    virtual.advance(5)
    assert virtual.client().place_smart_order(SYMBOL, target=40, product="MIS").plan.is_empty


def key(virtual, client="CL001"):
    return PositionKey(
        virtual.account.id, client, Exchange.NSE, virtual.desk.instrument(SYMBOL).instrument_id, Product.MIS
    )


def forget_agreed_net(virtual):
    """As after a restart on another day's store, or a fill that voided it."""
    parts = virtual.desk.parts
    agreed = parts.journal.agreed_net(key(virtual), trading_day_of(parts.clock.now()))
    assert agreed is not None
    with_nothing = type(agreed)(10**6, {}, frozenset(), agreed.sent_at - timedelta(days=1))
    parts.journal.keep_agreed(key(virtual), with_nothing)


def test_without_a_base_looks_a_lag_bound_apart_agree(virtual):
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=100, product="MIS")
    forget_agreed_net(virtual)
    began = virtual.clock.now()

    result = client.place_smart_order(SYMBOL, target=60, product="MIS")

    assert net_at_venue(virtual) == 60
    assert result.outcome is jainam.SmartOutcome.DONE
    assert virtual.clock.now() - began >= 4.9


def test_a_live_order_of_ours_is_asked_for_its_history_before_a_difference_is_somebody_elses(virtual):
    client = virtual.client()
    stop = resting_price(virtual, SYMBOL)
    client.place_order(SYMBOL, side="SELL", quantity=30, product="MIS", order_type="SL-M", stop_price=stop)
    trade_by_hand(virtual, 7, "SELL")

    result = client.place_smart_order(SYMBOL, target=50, product="MIS")

    assert net_at_venue(virtual) == 50
    assert result.order_qty == 57
    assert virtual.state()["calls"]["orders.history"] >= 1


def test_a_position_row_that_is_missing_for_one_read_is_read_again(virtual):
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=100, product="MIS")
    virtual.advance(10)
    virtual.fault({"endpoint": "portfolio.dealerpositions", "action": "missing-position", "times": 1})

    result = client.place_smart_order(SYMBOL, target=100, product="MIS")

    assert result.outcome is jainam.SmartOutcome.NOTHING_TO_DO
    assert net_at_venue(virtual) == 100


@pytest.fixture
def restless(virtual, monkeypatch):
    """Somebody trades by hand before every positions read, until the first cancel."""
    books = type(virtual.account.uses.books)
    read = books.positions

    def restlessly(self, *given):
        if not virtual.state()["calls"].get("orders.cancel"):
            trade_by_hand(virtual, 1)
        return read(self, *given)

    monkeypatch.setattr(books, "positions", restlessly)


def test_positions_that_never_agree_refuse_the_smart_order(virtual, request):
    client = virtual.client()
    stop = resting_price(virtual, SYMBOL)
    client.place_order(SYMBOL, side="SELL", quantity=100, product="MIS", order_type="SL-M", stop_price=stop)
    request.getfixturevalue("restless")

    with pytest.raises(jainam.KeyUnsettled, match="positions say"):
        client.place_smart_order(SYMBOL, target=120, product="MIS")

    assert [one["generated_by"] for one in orders_at_venue(virtual)].count("TWSAPI") == 1


def test_children_are_cancelled_first_where_the_books_do_not_agree(virtual, request):
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=10, product="MIS")
    limit_order(virtual, 100, wait="accepted")
    request.getfixturevalue("restless")

    result = client.place_smart_order(SYMBOL, target=30, product="MIS")

    assert any("cancelled first" in note for note in result.notes)
    assert net_at_venue(virtual) == 30


def test_children_that_do_not_settle_while_the_books_disagree_send_no_leg(virtual, request):
    limit_order(virtual, 100, wait="accepted")
    virtual.fault({"endpoint": "orders.cancel", "action": "drop", "when": "before"})
    request.getfixturevalue("restless")

    result = virtual.client().place_smart_order(SYMBOL, target=30, product="MIS")

    assert result.outcome is jainam.SmartOutcome.CANCELLING
    assert [one["generated_by"] for one in orders_at_venue(virtual)].count("TWSAPI") == 1


def test_a_cancel_that_does_not_settle_sends_no_leg(virtual):
    limit_order(virtual, 100, wait="accepted")
    virtual.fault({"endpoint": "orders.cancel", "action": "drop", "when": "before"})

    result = virtual.client().place_smart_order(SYMBOL, target=-10, product="MIS")

    assert result.outcome is jainam.SmartOutcome.CANCELLING
    assert len(orders_at_venue(virtual)) == 1


def test_others_that_cannot_be_cancelled_send_no_leg(virtual):
    client = virtual.client()
    stop = resting_price(virtual, SYMBOL)
    client.place_order(SYMBOL, side="SELL", quantity=30, product="MIS", order_type="SL-M", stop_price=stop)
    virtual.fault({"endpoint": "orders.cancel", "action": "drop", "when": "before"})

    result = client.place_smart_order(SYMBOL, target=10, product="MIS", other_orders="cancel")

    assert result.outcome is jainam.SmartOutcome.CANCELLING
    assert len(orders_at_venue(virtual)) == 1


def test_a_plan_that_grew_old_is_made_anew(virtual, monkeypatch):
    limits = virtual.desk.parts.rate_limits
    reserve = limits.reserve
    waited = []

    def slow(account, endpoint, **options):
        if endpoint.value == "orders.place" and not waited:
            waited.append(endpoint)
            virtual.advance(6)
        return reserve(account, endpoint, **options)

    monkeypatch.setattr(limits, "reserve", slow)

    result = virtual.client().place_smart_order(SYMBOL, target=10, product="MIS")

    assert result.outcome is jainam.SmartOutcome.DONE
    assert virtual.state()["calls"]["orders.place"] == 1
    assert virtual.state()["calls"]["portfolio.dealerpositions"] >= 2


def test_a_key_that_moves_faster_than_it_can_be_planned_is_unsettled(virtual, monkeypatch):
    limits = virtual.desk.parts.rate_limits
    reserve = limits.reserve

    def slow(account, endpoint, **options):
        if endpoint.value == "orders.place":
            virtual.advance(6)
        return reserve(account, endpoint, **options)

    monkeypatch.setattr(limits, "reserve", slow)

    with pytest.raises(jainam.KeyUnsettled, match="faster"):
        virtual.client().place_smart_order(SYMBOL, target=10, product="MIS")

    assert orders_at_venue(virtual) == []


def test_a_position_that_moves_after_the_fills_has_drifted(virtual, monkeypatch):
    client = virtual.client()
    books = virtual.account.uses.books
    read = books.positions
    reads = []

    def moved(priority=None):
        reads.append(1)
        if len(reads) == 2:
            trade_by_hand(virtual, 5)
        return read() if priority is None else read(priority)

    monkeypatch.setattr(type(books), "positions", lambda self, priority=None: moved(priority), raising=True)

    result = client.place_smart_order(SYMBOL, target=100, product="MIS")

    assert result.outcome is jainam.SmartOutcome.DRIFTED
    assert (result.has_drifted, result.drift, result.final_net) == (True, 5, 105)


def test_an_ioc_order_whose_rest_is_cancelled_is_partly_done(virtual):
    book = virtual.venue.market.book(virtual.venue.master.get("NSECM", 2885), virtual.venue.clock.now())
    top = book.asks[0]

    result = virtual.client().place_smart_order(
        SYMBOL,
        target=top.quantity + 10_000,
        product="MIS",
        order_type="LIMIT",
        limit_price=top.price,
        time_in_force="IOC",
    )

    assert result.outcome is jainam.SmartOutcome.PARTLY_DONE
    assert 0 < result.cum_qty < result.order_qty
    assert result.final_net == result.cum_qty


def test_closing_where_market_orders_are_barred_sends_a_limit_at_the_far_edge(desks):
    virtual = desks(rate_limits=None, settings={"rate_limits": "off", "no_market_orders": "NSE"})
    for client, target in (("CL001", 10), ("CL002", -10)):
        virtual.client(client).place_smart_order(SYMBOL, target=target, product="MIS")

    result = virtual.account.close_all()

    assert result.is_flat
    assert {one["order_type"] for one in orders_at_venue(virtual)[2:]} == {"LIMIT"}


def test_a_position_in_an_instrument_that_the_master_lacks_is_listed(virtual):
    trade_by_hand(virtual, 5, segment="BSECM", instrument_id=500325)

    planned = virtual.account.close_all(dry_run=True)
    result = virtual.account.close_all()

    assert planned.positions[0].message
    assert [one.outcome for one in result.positions] == [CloseOutcome.OPEN]
    assert "instruments sync" in result.positions[0].message
    assert not result.is_flat


def test_close_all_against_somebody_who_keeps_trading_lists_the_key_as_open(virtual, request):
    virtual.client().place_smart_order(SYMBOL, target=100, product="MIS")
    request.getfixturevalue("restless")

    result = virtual.account.close_all()

    assert not result.is_flat
    assert [one.outcome for one in result.positions] == [CloseOutcome.OPEN]
    assert "4 rounds" in result.positions[0].message


def test_a_smart_order_whose_final_net_is_not_agreed_is_unsettled(virtual, monkeypatch):
    client = virtual.client()
    stop = resting_price(virtual, SYMBOL)
    client.place_order(SYMBOL, side="SELL", quantity=100, product="MIS", order_type="SL-M", stop_price=stop)
    books = type(virtual.account.uses.books)
    read = books.positions

    def restless_after_the_leg(self, *given):
        if virtual.state()["calls"]["orders.place"] > 1:
            trade_by_hand(virtual, 1)
        return read(self, *given)

    monkeypatch.setattr(books, "positions", restless_after_the_leg)

    result = client.place_smart_order(SYMBOL, target=100, product="MIS")

    assert result.outcome is jainam.SmartOutcome.UNSETTLED
    assert (result.cum_qty, result.final_net, result.drift) == (100, None, None)


def test_force_goes_on_past_a_holder_that_does_not_let_go(virtual, monkeypatch):
    virtual.client().place_smart_order(SYMBOL, target=100, product="MIS")
    locks = virtual.desk.parts.locks
    hold = locks.hold

    def held(name, *, bound_s):
        if name.startswith("login/"):
            return hold(name, bound_s=bound_s)
        raise jainam.KeyBusy("held by process 1 (stopped)", key=name, holder="process 1")

    monkeypatch.setattr(type(locks), "hold", lambda self, name, *, bound_s: held(name, bound_s=bound_s))

    busy = virtual.account.close_all()
    forced = virtual.account.close_all(force=True)

    assert [one.outcome for one in busy.positions] == [CloseOutcome.BUSY]
    assert forced.is_flat
    assert net_at_venue(virtual) == 0
