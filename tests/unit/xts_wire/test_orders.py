from datetime import UTC, datetime
from decimal import Decimal

import pytest

from jainam.adapters.xts_wire.orders import read_orders, read_placed, read_trades
from jainam.adapters.xts_wire.rows import RowError
from jainam.adapters.xts_wire.scalars import WireError
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.instruments import Exchange
from jainam.domain.orders import OrderSide, OrderStatus, OrderType, Product, TimeInForce


@pytest.mark.parametrize("name", ["orders.book.response.json", "orders.dealerbook.response.json"])
def test_order_book_of_2026_is_read(result_of, normal, clients, name):
    rows = {row.app_order_id: row for row in read_orders(result_of(name), normal, clients)}

    row = rows["1240092665"]
    assert (row.exchange, row.instrument_id, row.product) == (Exchange.NFO, 57350, Product.NRML)
    assert (row.side, row.order_type, row.time_in_force) == (OrderSide.BUY, OrderType.LIMIT, TimeInForce.DAY)
    assert (row.status, row.venue_status) == (OrderStatus.FILLED, "Filled")
    assert (row.order_qty, row.cum_qty, row.leaves_qty) == (195, 195, 0)
    assert (row.limit_price, row.stop_price, row.avg_px) == (Decimal("138.2"), None, Decimal("138.18"))
    assert (row.client, row.client_order_id) == ("CL001", "jm1a2b3c4d5e6f7g")
    assert row.placed_at == datetime(2026, 9, 15, 4, 45, 2, tzinfo=UTC)


def test_order_book_of_2020_reads_to_the_same_values(result_of, normal, clients):
    filled, stop = read_orders(result_of("orders.book.response.2020.json"), normal, clients)

    assert (filled.side, filled.avg_px, filled.status) == (OrderSide.BUY, Decimal("138.18"), OrderStatus.FILLED)
    assert (stop.order_type, stop.limit_price, stop.stop_price) == (OrderType.STOP_MARKET, None, Decimal("2148.35"))
    assert (stop.avg_px, stop.leaves_qty, stop.is_terminal) == (None, 46, False)


def test_leaves_of_a_terminal_row_read_as_zero(result_of, normal, clients):
    rows = {row.app_order_id: row for row in read_orders(result_of("orders.book.response.json"), normal, clients)}

    cancelled = rows["1240092671"]
    assert (cancelled.order_qty, cancelled.cum_qty, cancelled.leaves_qty) == (195, 65, 0)
    assert cancelled.reason == "17071 : The order could have resulted in self trade"


def test_history_keeps_its_order_and_lacks_fields(result_of, normal, clients):
    states = [row.venue_status for row in read_orders(result_of("orders.history.response.json"), normal, clients)]

    assert states[0] == "PendingNew"
    assert states[-1] == "Filled"


def test_rows_of_every_client_are_told_apart(result_of, normal, clients):
    rows = read_orders(result_of("orders.dealerbook.response.json"), normal, clients)

    assert {row.client for row in rows} == {"CL001", "CL002"}


def test_rows_of_a_pro_dealer_are_its_own(result_of, pro):
    rows = read_orders(result_of("orders.dealerbook.response.json"), pro, ClientWords(pro, None))

    assert {row.client for row in rows} == {None}


def _row(**changes):
    row = {
        "ClientID": "CL001",
        "AppOrderID": 7,
        "ExchangeSegment": "NSECM",
        "ExchangeInstrumentID": 2885,
        "OrderSide": "BUY",
        "OrderStatus": "New",
        "OrderQuantity": 10,
        "CumulativeQuantity": 4,
        "LeavesQuantity": 6,
    }
    row.update(changes)
    return {name: value for name, value in row.items() if value is not ...}


def test_missing_optional_fields_read_as_none(normal, clients):
    (row,) = read_orders([_row()], normal, clients)

    assert (row.order_type, row.product, row.time_in_force, row.avg_px, row.placed_at) == (None,) * 5
    assert (row.client_order_id, row.reason, row.disclosed_qty) == ("", "", 0)


def test_unknown_words_are_kept_and_work(normal, clients):
    (row,) = read_orders(
        [_row(OrderStatus="TriggerPending", ExchangeSegment="SLBM", ProductType="CO")], normal, clients
    )

    assert (row.status, row.venue_status, row.exchange, row.product) == (
        OrderStatus.OTHER,
        "TriggerPending",
        None,
        None,
    )
    assert row.working_qty == 6


def test_executed_quantity_follows_from_the_others_or_is_an_error(normal, clients):
    (from_leaves,) = read_orders([_row(CumulativeQuantity=...)], normal, clients)
    (from_state,) = read_orders(
        [_row(CumulativeQuantity=..., LeavesQuantity=..., OrderStatus="Filled")], normal, clients
    )

    assert (from_leaves.cum_qty, from_state.cum_qty) == (4, 10)
    with pytest.raises(RowError, match="field CumulativeQuantity is missing"):
        read_orders([_row(CumulativeQuantity=..., LeavesQuantity="")], normal, clients)


def test_missing_leaves_follow_from_what_was_executed(normal, clients):
    (row,) = read_orders([_row(LeavesQuantity=...)], normal, clients)

    assert row.leaves_qty == 6


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"OrderQuantity": "many"}, "row 2: field OrderQuantity has value 'many', allowed: a whole number"),
        ({"OrderSide": "HOLD"}, "row 2: field OrderSide has value 'HOLD', allowed: BUY or SELL"),
        ({"AppOrderID": ""}, "row 2: field AppOrderID has value '', allowed: an id"),
        ({"AppOrderID": ...}, "row 2: field AppOrderID is missing"),
        ({"ExchangeInstrumentID": None}, "row 2: field ExchangeInstrumentID has value None"),
        ({"ClientID": ""}, "row 2: field ClientID has value '', allowed: a client's code"),
        ({"CumulativeQuantity": -1}, "row 2: field CumulativeQuantity has value -1"),
    ],
)
def test_broken_row_names_row_field_value_and_what_is_allowed(normal, clients, changes, words):
    with pytest.raises(RowError, match=words):
        read_orders([_row(), _row(**changes)], normal, clients)


@pytest.mark.parametrize("result", [None, "", {}, "rows", 3, {"AppOrderID": 1}])
def test_book_that_is_no_list_is_an_error(normal, clients, result):
    with pytest.raises(WireError, match="a list of rows"):
        read_orders(result, normal, clients)


def test_row_that_is_no_object_is_an_error(normal, clients):
    with pytest.raises(RowError, match="row 1: is str"):
        read_orders(["row"], normal, clients)


def test_trades_are_fills(result_of, normal, clients):
    first, second = read_trades(result_of("orders.trades.response.json"), normal, clients)

    assert (first.last_qty, first.last_px, first.exec_id) == (65, Decimal("138.15"), "75510023")
    assert (second.last_qty, second.last_px) == (130, Decimal("138.2"))
    assert first.traded_at == datetime(2026, 9, 15, 4, 45, 44, tzinfo=UTC)
    assert (first.exchange, first.product, first.client) == (Exchange.NFO, Product.NRML, "CL001")


def test_trade_without_its_price_is_an_error(result_of, normal, clients):
    rows = result_of("orders.trades.response.json")
    rows[1]["LastTradedPrice"] = "NaN"

    with pytest.raises(RowError, match="row 2: field LastTradedPrice"):
        read_trades(rows, normal, clients)


def test_accepted_order_gives_its_number(result_of):
    assert read_placed(result_of("orders.place.response.json"), "jm1a2b3c4d5e6f7g") == "1240092665"
    assert read_placed(result_of("orders.place.response.no-identifier.json"), "jm1a2b3c4d5e6f7g") == "1240092666"
    assert read_placed([{"AppOrderID": "77"}], "any") == "77"


@pytest.mark.parametrize("result", [None, "", {}, [], {"AppOrderID": 0}, {"AppOrderID": ""}, {"AppOrderID": [1]}])
def test_acceptance_without_a_number_proves_nothing(result):
    with pytest.raises(WireError):
        read_placed(result, "jm1a2b3c4d5e6f7g")


def test_acceptance_of_another_order_proves_nothing():
    with pytest.raises(WireError, match="another order"):
        read_placed({"AppOrderID": 7, "OrderUniqueIdentifier": "somebody"}, "jm1a2b3c4d5e6f7g")
