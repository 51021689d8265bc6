"""Bodies and queries equal the samples of official clients."""

import json
from decimal import Decimal

import pytest

from jainam.adapters.xts_wire import requests
from jainam.domain.errors import OrderDenied
from jainam.domain.instruments import Exchange, Instrument, InstrumentKind
from jainam.domain.orders import OrderChange, OrderRequest, OrderSide, OrderType, Product, TimeInForce
from jainam.domain.portfolio import PositionView
from jainam.domain.sessions import Credentials, Secret

ID = "jm1a2b3c4d5e6f7g"


def _instrument(exchange=Exchange.NFO):
    return Instrument(
        exchange=exchange,
        instrument_id=57350,
        symbol="NIFTY22SEP2624250CE",
        kind=InstrumentKind.OPTION,
        name="NIFTY",
        venue_symbol="NIFTY2692224250CE",
        display_name="",
        series="OPTIDX",
        lot_size=65,
        tick_size=Decimal("0.05"),
        freeze_qty=1801,
        band=None,
        multiplier=Decimal(1),
    )


def _limit_order(exchange=Exchange.NFO):
    return OrderRequest(
        _instrument(exchange), OrderSide.BUY, 195, Product.NRML, OrderType.LIMIT, limit_price=Decimal("137.9")
    )


def test_place_body_of_a_normal_dealer(body_of):
    body = requests.place_body(_limit_order(), ID, "CL001")

    assert json.loads(body) == json.loads(body_of("orders.place.request.json"))


def test_place_body_of_an_investor_names_no_client(body_of):
    expected = json.loads(body_of("orders.place.request.investor.json"))
    del expected["apiOrderSource"]

    assert json.loads(requests.place_body(_limit_order(), ID, None)) == expected


def test_market_order_of_a_pro_dealer(body_of):
    expected = json.loads(body_of("orders.place.request.pro.json"))
    expected["orderQuantity"] = int(expected["orderQuantity"])

    body = requests.place_body(OrderRequest(_instrument(), OrderSide.BUY, 195, Product.NRML), ID, "*****")

    assert json.loads(body) == expected


def test_modify_body_carries_all_terms(body_of):
    change = OrderChange(195, Product.NRML, OrderType.LIMIT, Decimal("138.2"), None, TimeInForce.DAY, 0)

    body = requests.modify_body("1240092665", ID, change, "CL001")

    assert json.loads(body) == json.loads(body_of("orders.modify.request.json"))


def test_stop_types_are_spelled_as_requests_want_them():
    change = OrderChange(1, Product.MIS, OrderType.STOP_LIMIT, Decimal(2), Decimal("1.5"), TimeInForce.IOC, 0)

    body = json.loads(requests.modify_body("GTT-1", ID, change, None))

    assert (body["modifiedOrderType"], body["modifiedTimeInForce"]) == ("STOPLIMIT", "IOC")
    assert body["appOrderID"] == "GTT-1"


@pytest.mark.parametrize("price", ["0.05", "24250", "83.7275", "1E+2", "138.20"])
def test_prices_go_out_as_the_decimal_is_written(price):
    order = OrderRequest(_instrument(), OrderSide.SELL, 65, Product.MIS, OrderType.LIMIT, limit_price=Decimal(price))

    body = requests.place_body(order, ID, None).decode()

    assert f'"limitPrice":{Decimal(price):f},' in body


def test_index_value_can_not_be_ordered():
    with pytest.raises(OrderDenied, match="can't be traded"):
        requests.place_body(_limit_order(Exchange.NSE_INDEX), ID, None)


def test_login_bodies(body_of):
    credentials = Credentials(Secret("00aa11bb22cc33dd44ee55"), Secret("Fake123#zZ"))
    key = Secret("Zm9vYmFyLXVuaXF1ZS1rZXktMDE=")

    assert json.loads(requests.login_body(credentials, "WEBAPI")) == json.loads(
        body_of("auth.interactive.login.request.json")
    )
    assert json.loads(requests.login_body(credentials, "WEBAPI", key)) == json.loads(
        body_of("auth.interactive.login.request.hostlookup.json")
    )


def test_host_lookup_body():
    body = json.loads(requests.host_lookup_body(Secret("issued-by-broker"), "interactive_1.0.1"))

    assert body == {"accesspassword": "issued-by-broker", "version": "interactive_1.0.1"}


def test_queries():
    assert requests.order_query("7", "CL001") == "appOrderID=7&clientID=CL001"
    assert requests.order_query("7", None) == "appOrderID=7"
    assert requests.client_query("*****") == "clientID=*****"
    assert requests.client_query(None) == ""
    assert requests.client_query("A&B C") == "clientID=A%26B%20C"
    assert requests.positions_query(PositionView.NET, "CL001") == "dayOrNet=NetWise&clientID=CL001"
    assert requests.positions_query(PositionView.DAY, None) == "dayOrNet=DayWise"
    assert requests.index_list_query(Exchange.BSE_INDEX) == "exchangeSegment=11"


def test_master_body(body_of):
    assert json.loads(requests.master_body((Exchange.NSE, Exchange.NFO))) == json.loads(body_of("master.request.json"))
