from decimal import Decimal

import pytest

from jainam.simulator.instrument_terms import FUTURE
from tests.unit.simulator_venue.desk import INVESTOR, PRO, RELIANCE, logged_in, virtual_client


def _trade(desk, side, quantity, price, product="MIS", segment="NSECM", instrument=RELIANCE, client="CL001"):
    answer = desk.control(
        "POST",
        "/trade",
        {
            "client": client,
            "exchangeSegment": segment,
            "exchangeInstrumentID": instrument,
            "side": side,
            "product": product,
            "quantity": quantity,
            "price": price,
        },
    )
    assert answer.status_code == 200, answer.text


def _money(text):
    return Decimal(text.replace(",", ""))


def test_captured_row_comes_out_to_the_digit(desk):
    """The RELIANCE row of the captured form: 100 bought at 1272.50, 40 sold at 1279.00, last price 1278.00."""
    _trade(desk, "BUY", 100, 1272.5)
    _trade(desk, "SELL", 40, 1279)
    desk.pin(1278)

    (row,) = desk.positions()

    assert {name: row[name] for name in ("BuyAveragePrice", "SellAveragePrice", "OpenBuyQuantity")} == {
        "BuyAveragePrice": "1272.50",
        "SellAveragePrice": "1279.00",
        "OpenBuyQuantity": "100",
    }
    assert (row["OpenSellQuantity"], row["Quantity"], row["BEP"]) == ("40", "60", "1272.50")
    assert (row["BuyAmount"], row["SellAmount"], row["NetAmount"]) == ("127,250.00", "51,160.00", "-76,090.00")
    assert (row["UnrealizedMTM"], row["RealizedMTM"], row["MTM"]) == ("330.00", "260.00", "590.00")


def test_amounts_follow_the_rounded_average(desk):
    """65 at 1300.15 and 130 at 1300.20 average 1300.1833…, shown and multiplied as 1300.18."""
    _trade(desk, "BUY", 65, 1300.15)
    _trade(desk, "BUY", 130, 1300.20)

    (row,) = desk.positions()

    assert (row["BuyAveragePrice"], row["BuyAmount"]) == ("1300.18", "253,535.10")


def test_flat_position_stays_in_the_list(desk):
    _trade(desk, "BUY", 65, 1272.35)
    _trade(desk, "SELL", 65, 1257.10)

    (row,) = desk.positions()

    assert (row["Quantity"], row["BEP"], row["UnrealizedMTM"], row["RealizedMTM"]) == ("0", "0.00", "0.00", "-991.25")


@pytest.mark.parametrize(("segment", "step"), [("MCXFO", 2), ("NSECD", 4)])
def test_multiplier_counts_in_money_and_fine_ticks_in_averages(desk, venue, segment, step):
    row = next(one for one in venue.master.in_segment(segment) if one.kind == FUTURE and one.multiplier > 1)
    price = row.base_price
    _trade(desk, "SELL", 2, float(price), "NRML", segment, row.instrument_id)
    desk.pin(price - 4 * row.tick_size, segment, row.instrument_id)

    (shown,) = desk.positions()

    assert shown["SellAveragePrice"] == f"{price:.{step}f}"
    assert _money(shown["SellAmount"]) == (2 * price * row.multiplier).quantize(Decimal("0.01"))
    assert _money(shown["UnrealizedMTM"]) == (8 * row.tick_size * row.multiplier).quantize(Decimal("0.01"))


def test_products_are_rows_of_their_own(desk):
    _trade(desk, "BUY", 5, 1300, "MIS")
    _trade(desk, "BUY", 7, 1300, "CNC")

    assert {row["ProductType"]: row["Quantity"] for row in desk.positions()} == {"MIS": "5", "CNC": "7"}


def test_day_view_shows_todays_trades_only(desk, venue):
    _trade(desk, "BUY", 10, 1300)
    venue.clock.advance(60_000)
    _trade(desk, "SELL", 4, 1310)

    (net,), (day,) = desk.positions("NetWise"), desk.positions("DayWise")

    assert (net["Quantity"], day["Quantity"]) == ("6", "-4")
    assert (net["ActualBuyAmount"], net["ActualSellAveragePrice"]) == ("0.00", "1310.00")


def test_view_is_read_without_regard_to_case(desk):
    _trade(desk, "BUY", 10, 1300)

    assert len(desk.positions("Netwise")) == 1


def test_view_must_be_given(desk):
    answer = desk.get("/portfolio/positions")

    fault = answer.json()["result"]["errors"][0]
    assert (answer.status_code, fault["field"], fault["location"]) == (400, ["dayOrNet"], "query")


def test_no_position_is_an_error_answer(desk):
    answer = desk.get("/portfolio/positions", dayOrNet="NetWise")

    assert (answer.status_code, answer.json()["code"]) == (400, "e-portfolio-0005")


def test_dealer_positions_show_all_clients_or_one(desk):
    _trade(desk, "BUY", 1, 1300)
    _trade(desk, "BUY", 2, 1300, client="CL002")
    _trade(desk, "BUY", 3, 1300, client=PRO.clients[0])

    every = desk.get("/portfolio/dealerpositions", dayOrNet="NetWise", clientID=None).json()["result"]["positionList"]
    one = desk.get("/portfolio/dealerpositions", dayOrNet="NetWise", clientID="CL002").json()["result"]["positionList"]

    assert [(row["AccountID"], row["Quantity"]) for row in every] == [("CL001", "1"), ("CL002", "2")]
    assert [row["AccountID"] for row in one] == ["CL002"]


def test_position_lag_shows_the_past(open_desk):
    desk, venue = open_desk(position_lag_s=5.0)
    desk.placed()
    venue.clock.advance(4.9)
    young = desk.positions()

    venue.clock.advance(0.1)

    assert young == []
    assert [row["Quantity"] for row in desk.positions()] == ["10"]


def test_conversion_moves_the_open_quantity_at_its_average(desk):
    _trade(desk, "BUY", 100, 1272.5)
    desk.pin(1278)
    before = sum(_money(row["MTM"]) for row in desk.positions())

    answer = desk.put(
        "/portfolio/positions/convert",
        exchangeSegment="NSECM",
        exchangeInstrumentID=RELIANCE,
        oldProductType="MIS",
        newProductType="NRML",
        isDayWise=False,
        targetQty="60",
    )

    assert answer.json()["result"]["CovertedQty"] == "60"
    assert {row["ProductType"]: row["Quantity"] for row in desk.positions()} == {"MIS": "40", "NRML": "60"}
    assert sum(_money(row["MTM"]) for row in desk.positions()) == before
    assert len(desk.trades()) == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"targetQty": 101}, "e-portfolio-0006"),
        ({"newProductType": "MIS"}, "e-property-validation-failed"),
        ({"oldProductType": "CNC"}, "e-portfolio-0005"),
    ],
)
def test_impossible_conversion_is_refused(desk, fields, code):
    _trade(desk, "BUY", 100, 1272.5)
    body = {
        "exchangeSegment": "NSECM",
        "exchangeInstrumentID": RELIANCE,
        "oldProductType": "MIS",
        "newProductType": "NRML",
        "isDayWise": False,
        "targetQty": 60,
    }

    answer = desk.put("/portfolio/positions/convert", **{**body, **fields})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert [row["Quantity"] for row in desk.positions()] == ["100"]


def _square_off(desk, **fields):
    body = {
        "exchangeSegment": "NSECM",
        "exchangeInstrumentID": RELIANCE,
        "productType": "MIS",
        "squareoffMode": "NetWise",
        "positionSquareOffQuantityType": "ExactQty",
        "squareOffQtyValue": 60,
    }
    return desk.put("/portfolio/squareoff", **{**body, **fields})


@pytest.mark.parametrize(
    ("fields", "left"),
    [({}, "40"), ({"positionSquareOffQuantityType": "Percentage", "squareOffQtyValue": 25}, "75")],
)
def test_square_off_sends_a_real_order(desk, fields, left):
    _trade(desk, "BUY", 100, 1272.5)

    answer = _square_off(desk, **fields)

    assert answer.json()["type"] == "success"
    assert [row["Quantity"] for row in desk.positions()] == [left]
    assert [(row["OrderSide"], row["OrderType"]) for row in desk.book()[:1]] == [("SELL", "Market")]


def test_square_off_cannot_turn_a_position(desk):
    _trade(desk, "BUY", 10, 1272.5)

    answer = _square_off(desk)

    assert answer.json()["code"] == "e-portfolio-0006"
    assert [row["Quantity"] for row in desk.positions()] == ["10"]


def test_square_off_can_cancel_what_works_first(desk, venue):
    _trade(desk, "BUY", 60, 1272.5)
    resting = desk.placed(orderType="LIMIT", limitPrice=float(venue.master.get("NSECM", RELIANCE).band_low))

    _square_off(desk, cancelOrders=True)

    assert desk.row(resting)["OrderStatus"] == "Cancelled"


def test_square_off_of_nothing_says_so(desk):
    assert _square_off(desk).json()["code"] == "e-portfolio-0005"


def test_square_off_all_closes_every_product_in_legal_slices(desk, venue):
    future = next(row for row in venue.master.in_segment("NSEFO") if row.name == "NIFTY" and row.kind == FUTURE)
    quantity = 3 * (future.freeze_qty // future.lot_size) * future.lot_size
    _trade(desk, "BUY", quantity, float(future.base_price), "NRML", "NSEFO", future.instrument_id)
    _trade(desk, "SELL", 20, 1300, "MIS")

    desk.put("/portfolio/squareoffall", squareoffMode="NetWise")
    venue.clock.advance(300)

    assert [row["Quantity"] for row in desk.positions()] == ["0", "0"]
    assert all(row["OrderStatus"] == "Filled" for row in desk.book())
    assert max(row["OrderQuantity"] for row in desk.book() if row["GeneratedBy"] == "TWSAPI") < future.freeze_qty


def test_holdings_of_a_client_that_has_none_are_an_error_answer(desk):
    answer = desk.get("/portfolio/holdings", clientID="CL002")

    assert (answer.status_code, answer.json()["code"]) == (400, "e-holdings-0005")


def test_holdings_of_a_pro_account_fail_as_reported(venue):
    with virtual_client(venue) as http:
        answer = logged_in(http, PRO, "*****").get("/portfolio/holdings")

    assert (answer.status_code, answer.json()["type"]) == (500, "error")


def test_sold_holdings_count_as_used(venue):
    with virtual_client(venue) as http:
        desk = logged_in(http, INVESTOR, None)
        desk.placed(orderSide="SELL", productType="CNC", orderQuantity=30)

        held = desk.get("/portfolio/holdings").json()["result"]["RMSHoldingList"][0]["Holdings"]["INE002A01018"]

    assert (held["HoldingQuantity"], held["UsedQuantity"]) == (120, 50)


def test_holdings_come_in_the_older_form_on_request(open_desk):
    desk, _ = open_desk(holdings_form="object")

    held = desk.get("/portfolio/holdings").json()["result"]["RMSHoldings"]["Holdings"]

    assert list(held) == ["INE002A01018"]


def test_balance_follows_the_position(desk):
    _trade(desk, "BUY", 100, 1300)
    desk.pin(1310)

    answer = desk.get("/user/balance").json()["result"]["BalanceList"]

    total = answer[0]["limitObject"]["RMSSubLimits"]
    assert (total["marginUtilized"], total["MTM"]) == ("26000", "1000")
    assert total["netMarginAvailable"] == "999974000"
    assert [row["limitHeader"] for row in answer] == ["ALL|ALL|ALL", "CASH|NSE|MTF"]


def test_brokerage_totals_its_parts(desk):
    line = {
        "exchangeSegment": "NSECM",
        "exchangeInstrumentID": RELIANCE,
        "productType": "MIS",
        "orderSide": "BUY",
        "orderQty": 10,
        "orderPrice": 1300,
    }

    charges = desk.post("/user/calculatebrokerage", brokerageOrderInformation=[line]).json()["result"]

    parts = sum(value for name, value in charges.items() if name != "Total")
    assert charges["Total"] == pytest.approx(parts, abs=0.02)
    assert charges["Total"] > 0


def test_venue_is_always_in_session(desk):
    rows = desk.get("/status/exchange").json()["result"]["marketStatus"]

    assert {row["exchangeTradingSession"] for row in rows} == {"NormalStart"}
