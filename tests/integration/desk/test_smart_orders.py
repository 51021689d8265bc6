"""Smart orders end to end: desk, journal, wire and venue, in virtual time."""

import pytest

import jainam
from jainam.domain.smart_orders import SmartOutcome
from tests.integration.desk.venue_facts import (
    LOST_AND_HIDDEN,
    net_at_venue,
    orders_at_venue,
    resting_price,
    trade_by_hand,
)

SYMBOL = "NSE:RELIANCE"
INSTRUMENT = ("NSECM", 2885)


def test_a_smart_order_reaches_its_target_and_says_so(virtual):
    result = virtual.client().place_smart_order(SYMBOL, target=100, product="MIS")

    assert result.outcome is SmartOutcome.DONE
    assert (result.order_qty, result.sent_qty, result.cum_qty, result.leaves_qty) == (100, 100, 100, 0)
    assert (result.final_net, result.drift) == (100, 0)
    assert net_at_venue(virtual) == 100


def test_the_same_target_again_sends_nothing(virtual):
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=100, product="MIS")

    again = client.place_smart_order(SYMBOL, target=100, product="MIS")

    assert again.outcome is SmartOutcome.NOTHING_TO_DO
    assert len(orders_at_venue(virtual)) == 1


def test_a_target_on_the_other_side_crosses_zero_in_one_order(virtual):
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=100, product="MIS")

    result = client.place_smart_order(SYMBOL, target=-50, product="MIS")

    assert result.outcome is SmartOutcome.DONE
    assert result.order_qty == 150
    assert net_at_venue(virtual) == -50


def test_a_fresh_key_takes_one_read_and_one_order(virtual):
    client = virtual.client()
    client.plan_smart_order(SYMBOL, target=1, product="MIS")
    before = virtual.state()["calls"]

    client.place_smart_order("NSE:TCS", target=10, product="MIS", wait="accepted")

    after = virtual.state()["calls"]
    spent = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    assert spent == {"portfolio.dealerpositions": 1, "orders.place": 1}


def test_a_dry_run_plans_and_sends_nothing(virtual):
    plan = virtual.client().plan_smart_order(SYMBOL, target=-30, product="MIS")

    assert [leg.signed_qty for leg in plan.legs] == [-30]
    assert orders_at_venue(virtual) == []


def test_fills_that_lag_in_positions_are_not_traded_twice(desks):
    virtual = desks(rate_limits=None, settings={"rate_limits": "off"}, position_lag_s=0.4)
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=100, product="MIS", wait="accepted")

    result = client.place_smart_order(SYMBOL, target=120, product="MIS")

    assert result.outcome is SmartOutcome.DONE
    assert result.order_qty == 20
    assert net_at_venue(virtual) == 120


def test_a_book_that_lags_is_waited_for(desks):
    virtual = desks(rate_limits=None, settings={"rate_limits": "off"}, book_lag_s=0.3)
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=100, product="MIS", wait="accepted")

    result = client.place_smart_order(SYMBOL, target=-100, product="MIS")

    assert result.outcome is SmartOutcome.DONE
    assert net_at_venue(virtual) == -100


def test_a_manual_trade_is_reported_and_reckoned_with(virtual):
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=100, product="MIS")
    trade_by_hand(virtual, 7)

    result = client.place_smart_order(SYMBOL, target=50, product="MIS")

    assert net_at_venue(virtual) == 50
    assert result.order_qty == 57
    assert any("somebody else traded +7" in note for note in result.notes)


def test_a_resting_child_counts_as_working(virtual):
    client = virtual.client()
    low = resting_price(virtual, SYMBOL)
    first = client.place_smart_order(
        SYMBOL, target=100, product="MIS", order_type="LIMIT", limit_price=low, wait="accepted"
    )

    second = client.place_smart_order(
        SYMBOL, target=100, product="MIS", order_type="LIMIT", limit_price=low, wait="accepted"
    )

    assert first.sent_qty == 100
    assert second.outcome is SmartOutcome.WORKING
    assert (second.plan.working_qty, second.plan.legs) == (100, ())
    assert len(orders_at_venue(virtual)) == 1


def test_a_new_target_cancels_a_child_that_no_longer_fits_before_it_sends(virtual):
    client = virtual.client()
    low = resting_price(virtual, SYMBOL)
    client.place_smart_order(SYMBOL, target=100, product="MIS", order_type="LIMIT", limit_price=low, wait="accepted")

    result = client.place_smart_order(SYMBOL, target=-20, product="MIS")

    assert result.outcome is SmartOutcome.DONE
    assert net_at_venue(virtual) == -20
    assert [one["status"] for one in orders_at_venue(virtual)] == ["Cancelled", "Filled"]


def test_a_protective_stop_does_not_count_and_is_listed(virtual):
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=100, product="MIS")
    stop = resting_price(virtual, SYMBOL)
    client.place_order(SYMBOL, side="SELL", quantity=100, product="MIS", order_type="SL-M", stop_price=stop)

    result = client.place_smart_order(SYMBOL, target=150, product="MIS")

    assert result.order_qty == 50
    assert result.outcome is SmartOutcome.DONE
    assert any("does not count" in note for note in result.notes)


def test_other_orders_can_be_refused(virtual):
    client = virtual.client()
    stop = resting_price(virtual, SYMBOL)
    client.place_order(SYMBOL, side="SELL", quantity=100, product="MIS", order_type="SL-M", stop_price=stop)

    with pytest.raises(jainam.OrderDenied) as denied:
        client.place_smart_order(SYMBOL, target=150, product="MIS", other_orders="refuse")

    assert denied.value.code == "other-orders"
    assert len(orders_at_venue(virtual)) == 1


def test_other_orders_can_be_cancelled_first(virtual):
    client = virtual.client()
    stop = resting_price(virtual, SYMBOL)
    client.place_order(SYMBOL, side="SELL", quantity=100, product="MIS", order_type="SL-M", stop_price=stop)

    result = client.place_smart_order(SYMBOL, target=150, product="MIS", other_orders="cancel")

    assert result.outcome is SmartOutcome.DONE
    assert [one["status"] for one in orders_at_venue(virtual)] == ["Cancelled", "Filled"]


def test_a_quantity_above_the_freeze_limit_goes_in_slices(virtual):
    future = virtual.desk.find_instruments("NIFTY", jainam.Exchange.NFO, limit=500)
    front = next(one for one in future if one.kind is jainam.InstrumentKind.FUTURE and one.name == "NIFTY")
    largest = front.rules.max_order_qty

    result = virtual.client().place_smart_order(front, target=largest + front.lot_size, product="NRML")

    assert [leg.quantity for leg in result.plan.legs] == [largest, front.lot_size]
    assert result.outcome is SmartOutcome.DONE


def test_a_lost_answer_is_settled_by_one_look_at_the_book(virtual):
    virtual.fault({"endpoint": "orders.place", "action": "drop", "when": "after", "times": 1})

    result = virtual.client().place_smart_order(SYMBOL, target=100, product="MIS")

    assert result.outcome is SmartOutcome.DONE
    assert virtual.state()["calls"]["orders.place"] == 1
    assert net_at_venue(virtual) == 100


def test_a_lost_answer_leaves_the_key_in_doubt_until_the_book_shows_the_order(virtual):
    client = virtual.client()
    virtual.fault(*LOST_AND_HIDDEN)

    with pytest.raises(jainam.OutcomeInDoubt):
        client.place_smart_order(SYMBOL, target=100, product="MIS")
    after = client.place_smart_order(SYMBOL, target=100, product="MIS")

    assert after.outcome is SmartOutcome.NOTHING_TO_DO
    assert net_at_venue(virtual) == 100
    assert len(orders_at_venue(virtual)) == 1


def test_a_request_that_never_arrived_keeps_its_key_in_doubt(virtual):
    client = virtual.client()
    virtual.fault({"endpoint": "orders.place", "action": "drop", "when": "before", "times": 1})

    for _ in range(2):
        with pytest.raises(jainam.OutcomeInDoubt):
            client.place_smart_order(SYMBOL, target=100, product="MIS")

    assert orders_at_venue(virtual) == []
    assert client.place_smart_order("NSE:TCS", target=5, product="MIS").outcome is SmartOutcome.DONE


def test_an_odd_lot_target_is_denied_before_anything_leaves(virtual):
    future = virtual.desk.find_instruments("NIFTY", jainam.Exchange.NFO, limit=500)
    front = next(one for one in future if one.kind is jainam.InstrumentKind.FUTURE and one.name == "NIFTY")

    with pytest.raises(jainam.OrderDenied) as denied:
        virtual.client().place_smart_order(front, target=front.lot_size + 1, product="NRML")

    assert denied.value.code == "lot"
    assert orders_at_venue(virtual) == []


def test_a_dealer_of_clients_must_name_one(virtual):
    with pytest.raises(jainam.ClientRequired, match="CL001"):
        virtual.account.client().place_smart_order(SYMBOL, target=1, product="MIS")


@pytest.mark.parametrize("account", ["PRO", "INVESTOR"])
def test_own_accounts_need_no_client(virtual, account):
    client = virtual.desk.account(account).client()

    result = client.place_smart_order(SYMBOL, target=25, product="MIS")

    assert result.outcome is SmartOutcome.DONE
    assert [position.net_qty for position in client.positions() if position.net_qty] == [25]
