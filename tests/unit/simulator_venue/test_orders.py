from decimal import Decimal

import pytest

from jainam.simulator.exchange import LOOK_EVERY_S, REFILL_S
from jainam.simulator.instrument_terms import FUTURE, Liquidity
from tests.unit.simulator_venue.desk import DEALER, PRO, RELIANCE, logged_in, virtual_client


def _last(venue, segment="NSECM", instrument_id=RELIANCE):
    return venue.market.last_price(venue.master.get(segment, instrument_id), venue.clock.now())


def _far_below(venue):
    """A price on a tick and inside RELIANCE's band that the walk does not reach by itself."""
    return venue.master.get("NSECM", RELIANCE).band_low


def _nifty_future(venue):
    return next(row for row in venue.master.in_segment("NSEFO") if row.name == "NIFTY" and row.kind == FUTURE)


def _thin_share(venue):
    return next(
        row
        for row in venue.master.in_segment("NSECM")
        if row.liquidity is not Liquidity.DEEP and row.series == "EQ" and row.lot_size == 1
    )


def test_market_order_passes_through_its_states_and_fills(desk):
    number = desk.placed()

    assert desk.statuses(number) == ["PendingNew", "New", "Filled"]
    row = desk.row(number)
    assert (row["CumulativeQuantity"], row["LeavesQuantity"]) == (10, 0)
    assert row["ExchangeOrderID"] != ""


def test_first_state_has_no_exchange_id(desk):
    number = desk.placed()

    history = desk.get("/orders", appOrderID=number).json()["result"]

    assert [bool(row["ExchangeOrderID"]) for row in history] == [False, True, True]


def test_market_order_pays_the_opposite_side_of_the_book(desk, venue):
    book = venue.market.book(venue.master.get("NSECM", RELIANCE), venue.clock.now())

    desk.placed()
    desk.placed(orderSide="SELL")

    assert [trade["last_px"] for trade in desk.truth()["trades"]] == [str(book.asks[0].price), str(book.bids[0].price)]


def test_market_order_walks_the_levels(desk, venue):
    book = venue.market.book(venue.master.get("NSECM", RELIANCE), venue.clock.now())

    number = desk.placed(orderQuantity=book.asks[0].quantity + 5)

    trades = desk.trades()
    assert [(row["LastTradedPrice"], row["LastTradedQuantity"]) for row in trades] == [
        (float(book.asks[0].price), book.asks[0].quantity),
        (float(book.asks[1].price), 5),
    ]
    assert [row["ExecutionReportIndex"] for row in trades] == [1, 2]
    assert desk.statuses(number) == ["PendingNew", "New", "PartiallyFilled", "Filled"]


def test_day_order_beyond_the_depth_goes_on_later(desk, venue):
    share = _thin_share(venue)
    depth = sum(level.quantity for level in venue.market.book(share, venue.clock.now()).asks)
    quantity = min(depth + 1, share.freeze_qty - 1)

    number = desk.placed(exchangeInstrumentID=share.instrument_id, orderQuantity=quantity)
    at_once = desk.row(number)
    venue.clock.advance(60)
    later = desk.row(number)

    assert (at_once["OrderStatus"], at_once["CumulativeQuantity"]) == ("PartiallyFilled", depth)
    assert (later["OrderStatus"], later["CumulativeQuantity"]) == ("Filled", quantity)


def test_ioc_rest_is_cancelled_at_once(desk, venue):
    share = _thin_share(venue)
    depth = sum(level.quantity for level in venue.market.book(share, venue.clock.now()).asks)

    number = desk.placed(exchangeInstrumentID=share.instrument_id, orderQuantity=depth + 1, timeInForce="IOC")

    row = desk.row(number)
    assert (row["OrderStatus"], row["CumulativeQuantity"], row["LeavesQuantity"]) == ("Cancelled", depth, 1)


def test_limit_away_from_the_market_rests(desk, venue):
    number = desk.placed(orderType="LIMIT", limitPrice=float(_far_below(venue)))

    venue.clock.advance(120)

    assert desk.statuses(number) == ["PendingNew", "New"]
    assert desk.row(number)["OrderAverageTradedPrice"] == ""


def test_resting_limit_fills_at_its_own_price_when_the_market_comes(desk, venue):
    limit = _last(venue) - Decimal(20)
    number = desk.placed(orderType="LIMIT", limitPrice=float(limit))

    desk.pin(limit - Decimal(1))

    assert desk.row(number)["OrderAverageTradedPrice"] == f"{limit:.2f}"


def test_new_limit_takes_better_prices(desk, venue):
    ask = venue.market.book(venue.master.get("NSECM", RELIANCE), venue.clock.now()).asks[0].price

    number = desk.placed(orderType="LIMIT", limitPrice=float(ask + 20))

    assert desk.row(number)["OrderAverageTradedPrice"] == f"{ask:.2f}"


def test_market_that_came_and_went_between_two_looks_still_fills(desk, venue):
    number = desk.placed(orderType="LIMIT", limitPrice=float(_last(venue) - 20))
    desk.pin(_last(venue) - 25)

    desk.pin(None)

    assert desk.row(number)["OrderStatus"] == "Filled"


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_walk_of_the_market_fills_a_limit_at_the_look_after_it_came(open_desk, speed):
    desk, venue = open_desk(speed=speed)
    instrument = venue.master.get("NSECM", RELIANCE)
    start = venue.clock.now()
    low, _ = venue.market.extremes(instrument, start, start + 3600)
    number = desk.placed(orderType="LIMIT", limitPrice=float(low))

    venue.clock.advance(3600)

    truth = next(one for one in desk.truth()["orders"] if one["app_order_id"] == number)
    assert truth["status"] == "Filled"
    assert venue.market.extremes(instrument, start, truth["first_fill_at"])[0] == low
    assert venue.market.extremes(instrument, start, truth["first_fill_at"] - LOOK_EVERY_S)[0] > low


def test_street_needs_a_moment_to_refill_the_book(desk, venue):
    share = _thin_share(venue)
    depth = sum(level.quantity for level in venue.market.book(share, venue.clock.now()).asks)
    number = desk.placed(exchangeInstrumentID=share.instrument_id, orderQuantity=depth + 1)
    venue.clock.advance(REFILL_S - 0.01)
    before = desk.row(number)["OrderStatus"]

    venue.clock.advance(0.01)

    assert before == "PartiallyFilled"
    assert desk.row(number)["OrderStatus"] == "Filled"


@pytest.mark.parametrize(("side", "step"), [("BUY", 10), ("SELL", -10)])
def test_stop_market_waits_for_its_trigger(desk, venue, side, step):
    stop = _last(venue) + step
    number = desk.placed(orderType="STOPMARKET", stopPrice=float(stop), orderSide=side)
    before = desk.row(number)["OrderStatus"]

    desk.pin(stop)

    assert before == "New"
    assert desk.row(number)["OrderStatus"] == "Filled"


def test_stop_limit_rests_at_its_limit_after_the_trigger(desk, venue):
    last = _last(venue)
    number = desk.placed(orderType="STOPLIMIT", stopPrice=float(last + 10), limitPrice=float(last + 10))
    desk.pin(last + 30)
    triggered = desk.row(number)["OrderStatus"]

    desk.pin(last + 5)

    assert triggered == "New"
    assert (desk.row(number)["OrderStatus"], desk.row(number)["OrderType"]) == ("Filled", "StopLimit")


def test_limit_that_becomes_a_stop_again_waits_anew(desk, venue):
    last = _last(venue)
    number = desk.placed(orderType="STOPLIMIT", stopPrice=float(last + 10), limitPrice=float(last + 10))
    desk.pin(last + 20)
    desk.modify(number, modifiedOrderType="LIMIT", modifiedLimitPrice=float(last + 10))

    stop = {"modifiedStopPrice": float(last + 40), "modifiedLimitPrice": float(last + 50)}
    desk.modify(number, modifiedOrderType="STOPLIMIT", **stop)
    waiting = desk.row(number)["OrderStatus"]
    desk.pin(last + 40)

    assert waiting == "Replaced"
    assert desk.row(number)["OrderStatus"] == "Filled"


def test_fill_delay_keeps_an_accepted_order_open(open_desk):
    desk, venue = open_desk(fill_delay_s=2.0)
    number = desk.placed()
    venue.clock.advance(1.9)
    before = desk.row(number)["OrderStatus"]

    venue.clock.advance(0.1)

    assert before == "New"
    truth = desk.truth()["orders"][0]
    assert truth["status"] == "Filled"
    assert truth["first_fill_at"] - truth["accepted_at"] == pytest.approx(2.0)


def test_modify_changes_the_total_quantity(desk, venue):
    number = desk.placed(orderType="LIMIT", limitPrice=float(_far_below(venue)))

    answer = desk.modify(number, modifiedOrderQuantity=25, modifiedLimitPrice=float(_far_below(venue) + 1))

    assert answer.json()["result"]["AppOrderID"] == number
    row = desk.row(number)
    assert (row["OrderStatus"], row["OrderQuantity"], row["LeavesQuantity"]) == ("Replaced", 25, 25)
    assert desk.statuses(number) == ["PendingNew", "New", "PendingReplace", "Replaced"]


def test_modify_to_market_fills(desk, venue):
    number = desk.placed(orderType="LIMIT", limitPrice=float(_far_below(venue)))

    desk.modify(number, modifiedOrderType="MARKET")

    assert desk.row(number)["OrderStatus"] == "Filled"


def test_turned_down_modify_leaves_the_order_working_with_a_reason(desk, venue):
    number = desk.placed(orderType="LIMIT", limitPrice=float(_far_below(venue)))

    desk.modify(number, modifiedLimitPrice=1.0)

    row = desk.row(number)
    assert row["OrderStatus"] == "New"
    assert row["OrderPrice"] == float(_far_below(venue))
    assert "circuit limits" in row["CancelRejectReason"]


def test_modify_below_the_executed_quantity_is_turned_down(desk, venue):
    share = _thin_share(venue)
    best = venue.market.book(share, venue.clock.now()).asks[0]
    price = float(best.price)
    number = desk.placed(
        exchangeInstrumentID=share.instrument_id, orderQuantity=best.quantity + 5, orderType="LIMIT", limitPrice=price
    )

    desk.modify(number, modifiedOrderQuantity=best.quantity, modifiedLimitPrice=price)

    row = desk.row(number)
    assert (row["OrderStatus"], row["OrderQuantity"]) == ("PartiallyFilled", best.quantity + 5)
    assert "executed quantity" in row["CancelRejectReason"]


def test_cancel_ends_a_resting_order(desk, venue):
    number = desk.placed(orderType="LIMIT", limitPrice=float(_far_below(venue)))

    answer = desk.cancel(number)

    assert answer.json()["type"] == "success"
    assert desk.statuses(number) == ["PendingNew", "New", "PendingCancel", "Cancelled"]
    assert desk.row(number)["LeavesQuantity"] == 10


@pytest.mark.parametrize("verb", ["modify", "cancel"])
def test_ended_order_refuses_requests(desk, verb):
    number = desk.placed()

    answer = getattr(desk, verb)(number)

    assert (answer.status_code, answer.json()["code"]) == (400, "e-orders-0001")
    assert desk.row(number)["OrderStatus"] == "Filled"


def test_order_of_another_client_is_not_found(desk, venue):
    number = desk.placed(orderType="LIMIT", limitPrice=float(_far_below(venue)))

    answer = desk.cancel(number, clientID="CL002")

    assert answer.json()["code"] == "e-orders-0001"
    assert desk.row(number)["OrderStatus"] == "New"


def test_history_of_an_unknown_order_is_an_error(desk):
    assert desk.get("/orders", appOrderID=99).json()["code"] == "e-orders-0001"


def test_fill_can_overtake_a_cancel_on_its_way(open_desk):
    desk, venue = open_desk(exchange_delay_s=1.0, fill_delay_s=0.5)
    number = desk.placed()
    venue.clock.advance(1.0)

    desk.cancel(number)
    pending = desk.row(number)["OrderStatus"]
    venue.clock.advance(5.0)

    assert pending == "PendingCancel"
    assert desk.statuses(number) == ["PendingNew", "New", "PendingCancel", "Filled"]


def test_fill_can_overtake_a_modification_on_its_way(open_desk):
    desk, venue = open_desk(exchange_delay_s=1.0, fill_delay_s=0.5)
    number = desk.placed()
    venue.clock.advance(1.0)

    desk.modify(number, modifiedOrderQuantity=20, modifiedOrderType="MARKET")
    venue.clock.advance(5.0)

    assert desk.statuses(number) == ["PendingNew", "New", "PendingReplace", "Filled"]
    assert desk.row(number)["OrderQuantity"] == 10


def test_cancel_can_overtake_a_fill(open_desk):
    desk, venue = open_desk(exchange_delay_s=1.0, fill_delay_s=5.0)
    number = desk.placed()

    desk.cancel(number)
    venue.clock.advance(10.0)

    assert desk.row(number)["OrderStatus"] == "Cancelled"
    assert desk.trades() == []


def test_second_cancel_while_one_is_on_its_way_is_refused(open_desk):
    desk, venue = open_desk(exchange_delay_s=1.0)
    number = desk.placed(orderType="LIMIT", limitPrice=float(_far_below(venue)))
    venue.clock.advance(2)
    desk.cancel(number)

    again = desk.cancel(number)
    modified = desk.modify(number, modifiedLimitPrice=float(_far_below(venue)))

    assert again.json()["code"] == modified.json()["code"] == "e-orders-0001"


def test_cancel_all_takes_one_instrument_or_the_segment(desk, venue):
    limit = float(_far_below(venue))
    other = _thin_share(venue)
    here = desk.placed(orderType="LIMIT", limitPrice=limit)
    there = desk.placed(
        exchangeInstrumentID=other.instrument_id, orderType="LIMIT", limitPrice=float(other.band_low), orderQuantity=1
    )

    desk.post("/orders/cancelall", exchangeSegment="NSECM", exchangeInstrumentID=RELIANCE)
    after_one = {number: desk.row(number)["OrderStatus"] for number in (here, there)}
    desk.post("/orders/cancelall", exchangeSegment="NSECM", exchangeInstrumentID=0)

    assert after_one == {here: "Cancelled", there: "New"}
    assert desk.row(there)["OrderStatus"] == "Cancelled"


def test_cancel_all_under_the_dealers_own_name_takes_all_its_clients(desk, venue):
    limit = float(_far_below(venue))
    first = desk.placed(orderType="LIMIT", limitPrice=limit)
    desk.placed(orderType="LIMIT", limitPrice=limit, clientID="CL002")

    answer = desk.post("/orders/cancelall", exchangeSegment="NSECM", exchangeInstrumentID=0, clientID=DEALER.user_id)

    assert answer.json()["result"] == ""
    assert {one["status"] for one in desk.truth()["orders"]} == {"Cancelled"}
    assert desk.row(first)["OrderStatus"] == "Cancelled"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"exchangeInstrumentID": 999_999_999}, "RMS:Instrument not found"),
        ({"orderType": "LIMIT", "limitPrice": 1}, "Gateway:Price is out of the circuit limits"),
        ({"orderType": "LIMIT", "limitPrice": 1300.01}, "Gateway:Price is not a multiple of tick size"),
        ({"orderType": "STOPMARKET", "stopPrice": 0}, "Gateway:Price is out of the circuit limits"),
        ({"orderType": "STOPLIMIT", "stopPrice": 1310, "limitPrice": 1300}, "Gateway:Trigger price"),
        ({"disclosedQuantity": 11}, "Gateway:Disclosed quantity"),
        ({"orderSide": "SELL", "productType": "CNC", "orderQuantity": 51}, "RMS:CNC sale exceeds holdings"),
        ({"clientID": "CL004", "productType": "NRML", "orderQuantity": 100}, "OEMS:RMS : Margin Exceeds"),
    ],
)
def test_accepted_order_is_rejected_with_a_reason(desk, fields, reason):
    number = desk.placed(**fields)

    desk.client = fields.get("clientID", "CL001")
    row = desk.row(number)
    assert desk.statuses(number) == ["PendingNew", "Rejected"]
    assert row["CancelRejectReason"].startswith(reason)
    assert (row["ExchangeOrderID"], row["LeavesQuantity"]) == ("", row["OrderQuantity"])
    assert desk.trades() == []


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [(lambda row: row.freeze_qty, "Gateway:Freeze Quantity"), (lambda _: 1, "Gateway:Quantity is not a multiple")],
)
def test_freeze_and_lot_are_the_exchanges_rules(desk, venue, quantity, reason):
    future = _nifty_future(venue)

    number = desk.placed(
        exchangeSegment="NSEFO",
        exchangeInstrumentID=future.instrument_id,
        productType="NRML",
        orderQuantity=quantity(future),
    )

    assert desk.row(number)["CancelRejectReason"].startswith(reason)


def test_delivery_product_is_not_for_derivatives(desk, venue):
    future = _nifty_future(venue)

    number = desk.placed(
        exchangeSegment="NSEFO",
        exchangeInstrumentID=future.instrument_id,
        productType="CNC",
        orderQuantity=future.lot_size,
    )

    assert desk.row(number)["CancelRejectReason"] == "RMS:Product CNC is not allowed in NSEFO"


def test_holdings_can_be_sold_once(desk):
    first = desk.placed(orderSide="SELL", productType="CNC", orderQuantity=50)

    second = desk.placed(orderSide="SELL", productType="CNC", orderQuantity=1)

    assert [desk.row(number)["OrderStatus"] for number in (first, second)] == ["Filled", "Rejected"]


def test_holdings_sold_on_one_exchange_cannot_be_sold_on_the_other(desk):
    first = desk.placed(orderSide="SELL", productType="CNC", orderQuantity=40)

    second = desk.placed(
        exchangeSegment="BSECM", exchangeInstrumentID=500325, orderSide="SELL", productType="CNC", orderQuantity=11
    )

    assert [desk.row(number)["OrderStatus"] for number in (first, second)] == ["Filled", "Rejected"]


def test_working_sales_of_holdings_count(desk, venue):
    band_high = float(venue.master.get("NSECM", RELIANCE).band_high)
    desk.placed(orderSide="SELL", productType="CNC", orderQuantity=50, orderType="LIMIT", limitPrice=band_high)

    second = desk.placed(orderSide="SELL", productType="CNC", orderQuantity=1)

    assert desk.row(second)["OrderStatus"] == "Rejected"


def test_closing_order_needs_no_margin(open_desk):
    desk, _ = open_desk()
    desk.client = "CL004"
    bought = desk.placed(orderQuantity=150)

    sold = desk.placed(orderQuantity=150, orderSide="SELL")

    assert [desk.row(number)["OrderStatus"] for number in (bought, sold)] == ["Filled", "Filled"]


def test_modified_order_may_use_the_margin_that_it_blocks(desk, venue):
    desk.client = "CL004"
    limit = _far_below(venue)
    number = desk.placed(orderQuantity=150, orderType="LIMIT", limitPrice=float(limit))

    desk.modify(number, modifiedOrderQuantity=160, modifiedLimitPrice=float(limit))

    assert desk.row(number)["OrderStatus"] == "Replaced"


def test_margin_of_an_ended_order_is_free_again(desk, venue):
    desk.client = "CL004"
    resting = desk.placed(orderQuantity=150, orderType="LIMIT", limitPrice=float(_far_below(venue)))
    refused = desk.placed(orderQuantity=150, orderType="LIMIT", limitPrice=float(_far_below(venue)))
    desk.cancel(resting)

    again = desk.placed(orderQuantity=150, orderType="LIMIT", limitPrice=float(_far_below(venue)))

    assert [desk.row(number)["OrderStatus"] for number in (refused, again)] == ["Rejected", "New"]


def test_day_orders_end_with_the_day(desk, venue):
    number = desk.placed(orderType="LIMIT", limitPrice=float(_far_below(venue)))
    venue.clock.advance((23 - 10) * 3600 + 44 * 60 + 59)

    row = desk.row(number)

    assert row["OrderStatus"] == "Cancelled"
    assert row["LastUpdateDateTime"] == "15-09-2026 23:59:59"


def test_books_begin_anew_with_the_day(desk, venue):
    number = desk.placed()
    venue.clock.advance(14 * 3600)

    assert desk.book() == []
    assert desk.trades() == []
    assert desk.statuses(number)[-1] == "Filled"
    assert [row["Quantity"] for row in desk.positions("NetWise")] == ["10"]
    assert desk.positions("DayWise") == []


def test_book_lag_hides_what_is_young(open_desk):
    desk, venue = open_desk(book_lag_s=3.0)
    number = desk.placed()
    young = desk.book(), desk.trades(), desk.get("/orders", appOrderID=number).json()["code"]

    venue.clock.advance(3.0)

    assert young == ([], [], "e-orders-0001")
    assert [row["AppOrderID"] for row in desk.book()] == [number]
    assert len(desk.trades()) == 1


def test_numeric_strings_are_accepted(desk):
    number = desk.placed(exchangeInstrumentID="2885", orderQuantity="3", limitPrice="0", stopPrice="0")

    row = desk.row(number)
    assert (row["ExchangeInstrumentID"], row["OrderQuantity"]) == (2885, 3)


def test_identifier_may_be_left_out_and_repeated(desk):
    without = desk.place(orderUniqueIdentifier=None)
    desk.placed(orderUniqueIdentifier="same")
    desk.placed(orderUniqueIdentifier="same")

    assert "OrderUniqueIdentifier" not in without.json()["result"]
    assert [row["OrderUniqueIdentifier"] for row in desk.book()] == ["same", "same", ""]


@pytest.mark.parametrize(
    ("fields", "name", "message", "kind"),
    [
        ({"orderSide": "Buy"}, "orderSide", "must be one of [BUY, SELL]", "any.allowOnly"),
        ({"orderType": "Limit"}, "orderType", "must be one of [LIMIT, MARKET, STOPLIMIT, STOPMARKET]", "any.allowOnly"),
        ({"exchangeSegment": 2}, "exchangeSegment", "must be one of", "any.allowOnly"),
        ({"orderQuantity": "three"}, "orderQuantity", "must be a number", "number.base"),
        ({"orderQuantity": 2.5}, "orderQuantity", "must be an integer", "number.integer"),
        ({"orderQuantity": 0}, "orderQuantity", "must be larger than or equal to 1", "number.min"),
        ({"orderQuantity": True}, "orderQuantity", "must be a number", "number.base"),
        ({"limitPrice": "NaN"}, "limitPrice", "must be a number", "number.base"),
        ({"limitPrice": -1}, "limitPrice", "must be larger than or equal to 0", "number.min"),
        ({"timeInForce": None}, "timeInForce", "is required", "any.required"),
        ({"clientID": 7}, "clientID", "must be a string", "string.base"),
        (
            {"orderUniqueIdentifier": "x" * 21},
            "orderUniqueIdentifier",
            "length must be less than or equal to 20 characters long",
            "string.max",
        ),
    ],
)
def test_bad_field_is_refused_in_the_validators_form(desk, fields, name, message, kind):
    answer = desk.place(**fields)

    fault = answer.json()["result"]["errors"][0]
    assert (answer.status_code, answer.json()["code"]) == (400, "e-property-validation-failed")
    assert (fault["field"], fault["location"], fault["types"]) == ([name], "body", [kind])
    assert fault["messages"][0].startswith(f'"{name}" {message}')
    assert desk.truth()["orders"] == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"7"])
def test_body_that_is_no_object_is_refused(desk, body):
    answer = desk.call("POST", "/interactive/orders", content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "e-property-validation-failed")


def test_dealer_book_shows_all_clients_or_one(desk):
    desk.placed()
    desk.placed(clientID="CL002")

    everybody = desk.get("/orders/dealerorderbook", clientID=None).json()["result"]
    one = desk.get("/orders/dealerorderbook", clientID="CL002").json()["result"]
    trades = desk.get("/orders/dealertradebook", clientID=None).json()["result"]

    assert [row["ClientID"] for row in everybody] == ["CL002", "CL001"]
    assert [row["ClientID"] for row in one] == ["CL002"]
    assert [row["ClientID"] for row in trades] == ["CL001", "CL002"]


def test_logins_do_not_see_each_others_orders(venue):
    with virtual_client(venue) as http:
        logged_in(http).placed()
        pro = logged_in(http, PRO, "*****")

        assert pro.book() == []
        assert pro.get("/orders/dealerorderbook", clientID=None).json()["code"] == "e-orders-0005"


def test_outside_trade_shows_as_made_at_the_terminal(desk):
    made = desk.control(
        "POST",
        "/trade",
        {
            "client": "CL001",
            "exchangeSegment": "NSECM",
            "exchangeInstrumentID": RELIANCE,
            "side": "SELL",
            "product": "MIS",
            "quantity": 7,
            "price": 1400.5,
        },
    )

    row = desk.row(made.json()["app_order_id"])
    assert (row["GeneratedBy"], row["OrderStatus"], row["OrderAverageTradedPrice"]) == ("TWS", "Filled", "1400.50")
    assert [one["Quantity"] for one in desk.positions()] == ["-7"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/trade", {"client": "CL099", "exchangeSegment": "NSECM", "exchangeInstrumentID": RELIANCE}),
        ("/price", {"exchangeSegment": "NSECM", "exchangeInstrumentID": RELIANCE, "price": 1300.01}),
        ("/price", {"exchangeSegment": "NSECM", "exchangeInstrumentID": RELIANCE, "price": 1}),
        ("/price", {"exchangeSegment": "NSECM", "exchangeInstrumentID": 1, "price": None}),
        ("/end-session", {"user": "NOBODY", "side": "interactive"}),
        ("/advance", {"seconds": -1}),
        ("/advance", None),
    ],
)
def test_wrong_control_calls_are_refused(desk, path, body):
    answer = desk.control("POST", path, body)

    assert answer.status_code == 400
    assert desk.truth()["orders"] == []


def test_advance_moves_the_virtual_clock(desk, venue):
    before = venue.clock.now()

    answer = desk.control("POST", "/advance", {"seconds": 2.5})

    assert answer.json() == {"now": before + 2.5} == {"now": venue.clock.now()}
