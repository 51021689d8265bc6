"""Plain orders end to end: place, modify, cancel, the books, and what becomes of ambiguous answers."""

from decimal import Decimal

import pytest

import jainam
from jainam.domain.intents import IntentState
from tests.integration.desk.venue_facts import LOST_AND_HIDDEN, orders_at_venue, resting_price

SYMBOL = "NSE:RELIANCE"


def resting(virtual, quantity=10, **given):
    price = resting_price(virtual, SYMBOL)
    submission = virtual.client().place_order(
        SYMBOL, side="BUY", quantity=quantity, product="MIS", order_type="LIMIT", limit_price=price, **given
    )
    return submission.accepted[0].app_order_id


def test_an_accepted_order_has_the_venues_number_and_our_identifier(virtual):
    submission = virtual.client().place_order(SYMBOL, side="BUY", quantity=10, product="MIS")

    (order,) = submission.orders
    (truth,) = orders_at_venue(virtual)
    assert order.state is IntentState.PLACED
    assert (str(truth["app_order_id"]), truth["identifier"]) == (order.app_order_id, order.client_order_id)
    assert truth["client"] == "CL001"


def test_all_violations_are_told_at_once_and_nothing_leaves(virtual):
    with pytest.raises(jainam.OrderDenied) as denied:
        virtual.client().place_order(
            SYMBOL, side="BUY", quantity=0, product="MIS", order_type="LIMIT", limit_price="1.03", disclosed_qty=5
        )

    assert {one.field for one in denied.value.violations} == {"quantity", "disclosed_qty", "limit_price"}
    assert virtual.state()["calls"].get("orders.place", 0) == 0


def test_words_and_numbers_that_mean_nothing_are_told_together(virtual):
    with pytest.raises(jainam.OrderDenied) as denied:
        virtual.client().place_order(
            SYMBOL, side="HOLD", quantity=1.5, product="MISS", order_type="LIMIT", limit_price="ten"
        )

    assert {one.field for one in denied.value.violations} == {"side", "quantity", "product", "limit_price"}
    assert "MIS, NRML" in str(denied.value)


def test_a_mistyped_symbol_gets_the_nearest(virtual):
    with pytest.raises(jainam.UnknownInstrument) as unknown:
        virtual.client().place_order("NSE:RELIANC", side="BUY", quantity=1, product="MIS")

    assert "NSE:RELIANCE" in unknown.value.nearest


def test_a_modified_order_shows_its_new_terms(virtual):
    number = resting(virtual)
    price = resting_price(virtual, SYMBOL) + Decimal("0.50")

    row = virtual.client().modify_order(number, quantity=25, limit_price=price)

    assert (row.order_qty, row.limit_price, row.status.value) == (25, price, "REPLACED")


def test_a_modification_whose_answer_is_lost_is_settled_by_the_history(virtual):
    number = resting(virtual)
    virtual.fault({"endpoint": "orders.modify", "action": "drop", "when": "after", "times": 1})

    row = virtual.client().modify_order(number, quantity=25)

    assert row.order_qty == 25
    assert virtual.state()["calls"]["orders.modify"] == 1


def test_a_modification_that_never_arrived_is_in_doubt_and_not_repeated(virtual):
    number = resting(virtual)
    virtual.fault({"endpoint": "orders.modify", "action": "drop", "when": "before", "times": 1})

    with pytest.raises(jainam.OutcomeInDoubt):
        virtual.client().modify_order(number, quantity=25)

    assert orders_at_venue(virtual)[0]["order_qty"] == 10
    assert len(virtual.client().orders()) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"limit_price": "1.01"}, "limit_price"),
        ({"stop_price": "1300"}, "stop_price"),
        ({"product": "CNC", "disclosed_qty": 11}, "disclosed_qty"),
    ],
)
def test_a_modification_is_checked_before_it_leaves(virtual, change, field):
    number = resting(virtual)

    with pytest.raises(jainam.OrderDenied) as denied:
        virtual.client().modify_order(number, **change)

    assert field in {one.field for one in denied.value.violations}
    assert virtual.state()["calls"].get("orders.modify", 0) == 0


def test_an_order_that_is_over_cannot_be_modified(virtual):
    submission = virtual.client().place_order(SYMBOL, side="BUY", quantity=10, product="MIS")

    with pytest.raises(jainam.OrderDenied) as denied:
        virtual.client().modify_order(submission.accepted[0].app_order_id, quantity=20)

    assert denied.value.code == "order-over"


def test_a_cancel_ends_when_the_book_shows_it(virtual):
    number = resting(virtual)

    done = virtual.client().cancel_order(number)

    assert done.is_over
    assert done.row.status.value == "CANCELLED"


def test_a_cancel_whose_answer_is_lost_is_simply_repeated(virtual):
    number = resting(virtual)
    virtual.fault({"endpoint": "orders.cancel", "action": "drop", "when": "before", "times": 2})

    assert virtual.client().cancel_order(number).is_over


def test_an_order_of_another_client_is_unknown_to_this_one(virtual):
    number = resting(virtual)

    for client in (virtual.client("CL002"), virtual.client("CL003")):
        with pytest.raises(jainam.UnknownOrder):
            client.cancel_order(number)
        with pytest.raises(jainam.UnknownOrder):
            client.modify_order(number, quantity=20)


def test_cancel_all_cancels_what_works_of_one_client_or_everyone(virtual):
    resting(virtual)
    resting(virtual)
    price = resting_price(virtual, "NSE:TCS")
    virtual.client("CL002").place_order(
        "NSE:TCS", side="BUY", quantity=1, product="MIS", order_type="LIMIT", limit_price=price
    )

    mine = virtual.client("CL001").cancel_all()
    rest = virtual.account.cancel_all("NSE:TCS")

    assert [one.is_over for one in mine] == [True, True]
    assert [one.row.client for one in rest] == ["CL002"]
    assert virtual.account.cancel_all() == ()


def test_books_and_history_tell_an_orders_life(virtual):
    number = resting(virtual)
    virtual.client().modify_order(number, quantity=20)
    virtual.client().cancel_order(number)

    states = [row.status.value for row in virtual.client().order_history(number)]

    assert states[0] == "PENDING_NEW"
    assert states[-1] == "CANCELLED"
    assert "REPLACED" in states


def test_trades_add_up_to_the_position(virtual):
    client = virtual.client()
    client.place_order(SYMBOL, side="BUY", quantity=30, product="MIS")
    client.place_order(SYMBOL, side="SELL", quantity=12, product="MIS")

    trades, positions = client.trades(), client.positions()

    assert sum(one.side.sign * one.last_qty for one in trades) == 18
    assert [one.net_qty for one in positions] == [18]


def test_a_rejection_by_the_venues_risk_control_is_an_order_row(virtual):
    submission = virtual.client("CL004").place_order(SYMBOL, side="BUY", quantity=5_000, product="MIS")

    (row,) = virtual.client("CL004").orders()

    assert submission.accepted
    assert row.status.value == "REJECTED"
    assert "Margin" in row.reason


def test_a_smart_order_that_risk_control_rejects_says_refused(virtual):
    result = virtual.client("CL004").place_smart_order(SYMBOL, target=5_000, product="MIS")

    assert result.outcome is jainam.SmartOutcome.REFUSED
    assert any("Margin" in note for note in result.notes)
    assert result.drift == -5_000


def test_an_order_whose_answer_is_lost_but_which_the_book_shows_is_placed(virtual):
    virtual.fault({"endpoint": "orders.place", "action": "status", "status": 502, "act": True, "times": 1})

    submission = virtual.client().place_order(SYMBOL, side="BUY", quantity=10, product="MIS")

    assert submission.error is None
    assert len(submission.accepted) == 1
    assert virtual.state()["calls"]["orders.place"] == 1


def test_an_answer_that_is_lost_leaves_the_order_in_doubt_and_is_never_repeated(virtual):
    virtual.fault(
        {"endpoint": "orders.place", "action": "status", "status": 502, "act": True, "times": 1}, LOST_AND_HIDDEN[1]
    )

    with pytest.raises(jainam.OutcomeInDoubt) as doubt:
        virtual.client().place_order(SYMBOL, side="BUY", quantity=10, product="MIS")

    assert virtual.state()["calls"]["orders.place"] == 1
    (identifier,) = doubt.value.client_order_ids
    assert orders_at_venue(virtual)[0]["identifier"] == identifier
    virtual.client().orders()
    settled = virtual.desk.parts.journal.get(identifier)
    assert settled is not None
    assert settled.state is IntentState.PLACED


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_token_is_replaced_once_and_the_order_goes_again_under_its_identifier(virtual, status):
    client = virtual.client()
    client.orders()
    before = sum(virtual.state()["logins"].values())
    virtual.fault({"endpoint": "orders.place", "action": "expired-token", "status": status, "times": 1})

    submission = client.place_order(SYMBOL, side="BUY", quantity=10, product="MIS")

    assert submission.orders[0].attempts == 2
    assert len(orders_at_venue(virtual)) == 1
    assert sum(virtual.state()["logins"].values()) == before + 1


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_rate_limit_of_the_venue_lets_the_order_go_again(virtual, wrapped):
    virtual.fault({"endpoint": "orders.place", "action": "rate-limit", "wrapped": wrapped, "times": 1})

    submission = virtual.client().place_order(SYMBOL, side="BUY", quantity=10, product="MIS")

    assert submission.accepted
    assert len(orders_at_venue(virtual)) == 1


def test_a_venue_that_is_not_reached_has_no_effect_and_says_so(virtual):
    client = virtual.client()
    client.orders()
    virtual.transport.reachable = False

    with pytest.raises(jainam.BrokerUnavailable) as unavailable:
        client.place_order(SYMBOL, side="BUY", quantity=10, product="MIS")

    assert unavailable.value.effect is jainam.Effect.NONE


def test_a_slice_that_is_not_accepted_stops_those_after_it(virtual):
    instrument = virtual.desk.instrument(SYMBOL)
    largest = instrument.rules.max_order_qty
    virtual.client().orders()
    virtual.fault({"endpoint": "orders.place", "action": "drop", "when": "before", "nth": 2})

    with pytest.raises(jainam.OutcomeInDoubt):
        virtual.client().place_order(SYMBOL, side="BUY", quantity=largest * 3, product="MIS")

    journal = virtual.desk.parts.journal
    first = journal.by_app_order_id(
        virtual.account.id, str(orders_at_venue(virtual)[0]["app_order_id"]), virtual.desk.parts.clock.now().date()
    )
    assert first is not None
    assert [one["order_qty"] for one in orders_at_venue(virtual)] == [largest]
    assert virtual.state()["calls"]["orders.place"] == 2


def test_market_orders_fill_and_holdings_funds_and_profile_are_read(virtual):
    client = virtual.client()
    client.place_order(SYMBOL, side="BUY", quantity=10, product="MIS")

    funds = [one for one in client.funds() if one.is_total]

    assert funds[0].margin_used is not None
    assert funds[0].margin_used > 0
    assert [one.isin for one in client.holdings()] == ["INE002A01018"]
    assert client.profile().client == "CL001"


def test_holdings_of_a_prop_account_say_that_this_is_known(virtual):
    with pytest.raises(jainam.BrokerError, match="prop accounts"):
        virtual.desk.account("PRO").client().holdings()
