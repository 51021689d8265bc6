"""Rows of the books as the REST calls of 2026 print them (xts-api.md, 4.6 and 5.1)."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import orjson

from jainam.simulator.clock import IST_OFFSET_S
from jainam.simulator.orders import PENNY, Order, OrderState, OrderType, Trade, price_step, rounded
from jainam.simulator.positions import Position

_TYPE_NAMES = {
    OrderType.LIMIT: "Limit",
    OrderType.MARKET: "Market",
    OrderType.STOP_LIMIT: "StopLimit",
    OrderType.STOP_MARKET: "StopMarket",
}
NO_EXPIRY = "01-01-1980 00:00:00"
# the position rows' SequenceNumber: constant over a day in the captures
_POSITION_SEQUENCE = 314802227723717


class Form(StrEnum):
    """Which call a row is for: each leaves out other fields."""

    BOOK = "book"
    DEALER = "dealer"
    HISTORY = "history"


_LEFT_OUT: dict[Form, frozenset[str]] = {
    Form.BOOK: frozenset(),
    Form.DEALER: frozenset({"GeneratedBy"}),
    Form.HISTORY: frozenset({"BoLegDetails", "BoEntryOrderId"}),
}


def number(value: Decimal) -> int | float:
    """A price as a JSON number: whole ones without a fraction, as JavaScript prints them."""
    return int(value) if value == value.to_integral_value() else float(value)


@lru_cache(maxsize=4096)
def _wall_clock(second: int) -> str:
    return datetime.fromtimestamp(second + IST_OFFSET_S, UTC).strftime("%d-%m-%Y %H:%M:%S")


def ist(at: float) -> str:
    """The IST wall clock as newer rows print it: DD-MM-YYYY HH:MM:SS."""
    return _wall_clock(int(at))


def average_text(order: Order, state: OrderState) -> str:
    """The average traded price of a row: two decimals (four for fine ticks), "" before the first fill."""
    average = state.average_price
    if average is None or order.instrument is None:
        return ""
    return str(rounded(average, price_step(order.instrument)))


def _order_fields(order: Order, state: OrderState, message_code: int) -> dict[str, object]:
    terms = state.terms
    changed = ist(state.at)
    return {
        "LoginID": order.user_id,
        "ClientID": order.client,
        "AppOrderID": order.app_order_id,
        "OrderReferenceID": "",
        "GeneratedBy": order.generated_by,
        "ExchangeOrderID": state.exchange_order_id,
        "OrderCategoryType": "NORMAL",
        "ExchangeSegment": order.segment,
        "ExchangeInstrumentID": order.instrument_id,
        "OrderSide": order.side.value,
        "OrderType": _TYPE_NAMES[terms.order_type],
        "ProductType": terms.product,
        "TimeInForce": terms.time_in_force.value,
        "OrderPrice": number(terms.limit_price),
        "OrderQuantity": terms.quantity,
        "OrderStopPrice": number(terms.stop_price),
        "OrderStatus": state.status.value,
        "OrderAverageTradedPrice": average_text(order, state),
        "LeavesQuantity": state.leaves_qty,
        "CumulativeQuantity": state.cum_qty,
        "OrderDisclosedQuantity": terms.disclosed,
        "OrderGeneratedDateTime": ist(order.arrived_at),
        "ExchangeTransactTime": changed,
        "LastUpdateDateTime": changed,
        "OrderExpiryDate": NO_EXPIRY,
        "CancelRejectReason": state.reason,
        "OrderUniqueIdentifier": order.identifier,
        "OrderLegStatus": "SingleOrderLeg",
        "IsSpread": False,
        "TradingSymbol": order.instrument.display_name if order.instrument else "",
        "ApiOrderSource": order.source,
        "BoLegDetails": 0,
        "BoEntryOrderId": "",
        "MessageCode": message_code,
        "MessageVersion": 4,
        "TokenID": 0,
        "ApplicationType": 0,
        "SequenceNumber": 0,
        "IsAMO": False,
    }


def order_row(order: Order, place: int, form: Form) -> orjson.Fragment:
    """One state of an order as a row; encoded once, since states never change."""
    encoded = order.encoded_rows.get((place, form))
    if encoded is None:
        fields = _order_fields(order, order.states[place], 9004)
        for name in _LEFT_OUT[form]:
            del fields[name]
        encoded = order.encoded_rows[place, form] = orjson.dumps(fields)
    return orjson.Fragment(encoded)


def trade_row(trade: Trade) -> dict[str, object]:
    """One fill: the order's row right after it, and the fill's own fields."""
    assert trade.order is not None
    assert trade.state is not None
    return {
        **_order_fields(trade.order, trade.state, 9005),
        "LastTradedPrice": number(trade.price),
        "LastTradedQuantity": trade.quantity,
        "LastExecutionTransactTime": ist(trade.at),
        "ExecutionID": trade.exec_id,
        "ExecutionReportIndex": trade.index,
    }


def _money(value: Decimal) -> str:
    # adding 0 turns a negative zero into a plain one
    return f"{rounded(value, PENNY) + 0:,}"


def position_row(position: Position, today: Position | None, last_price: Decimal) -> dict[str, object]:
    """
    One position of a view; *today* is the same key from the day's own trades alone.

    Averages are rounded first and amounts are quantity times the rounded average, as captured; amounts have thousands
    separators, averages have none.
    """
    instrument = position.instrument
    symbol, segment, identity = instrument.display_name, instrument.segment, str(instrument.instrument_id)
    quantity = str(position.net_qty)
    bought, sold = _money(position.buy_amount), _money(position.sell_amount)
    unrealized, realized = position.unrealized(last_price), position.realized
    step = price_step(instrument)
    today = today or Position(position.user_id, position.client, instrument, position.product)
    return {
        "AccountID": position.client,
        "TradingSymbol": symbol,
        "ExchangeSegment": segment,
        "ExchangeInstrumentId": identity,
        "ProductType": position.product,
        "Marketlot": str(instrument.lot_size),
        "Multiplier": str(instrument.multiplier),
        "BuyAveragePrice": str(rounded(position.buy_average, step)),
        "SellAveragePrice": str(rounded(position.sell_average, step)),
        "OpenBuyQuantity": str(position.buy_qty),
        "OpenSellQuantity": str(position.sell_qty),
        "Quantity": quantity,
        "BuyAmount": bought,
        "SellAmount": sold,
        "NetAmount": _money(position.sell_amount - position.buy_amount),
        "UnrealizedMTM": _money(unrealized),
        "RealizedMTM": _money(realized),
        "MTM": _money(unrealized + realized),
        "BEP": str(rounded(position.open_average, step)),
        "SumOfTradedQuantityAndPriceBuy": bought,
        "SumOfTradedQuantityAndPriceSell": sold,
        "MessageCode": 9002,
        "MessageVersion": 1,
        "TokenID": 0,
        "ApplicationType": 0,
        "SequenceNumber": _POSITION_SEQUENCE,
        "LoginID": position.user_id,
        "ActualBuyAmount": _money(today.buy_amount),
        "ActualBuyAveragePrice": str(rounded(today.buy_average, step)),
        "ActualSellAmount": _money(today.sell_amount),
        "ActualSellAveragePrice": str(rounded(today.sell_average, step)),
        "SumOfTradedQuantityAndActualPriceBuy": _money(today.buy_amount),
        "SumOfTradedQuantityAndActualPriceSell": _money(today.sell_amount),
        "statisticsLevel": "ParentLevel",
        "isInterOpPosition": True,
        "childPositions": {
            "AccountID": position.client,
            "TradingSymbol": symbol,
            "ExchangeSegment": segment,
            "ExchangeInstrumentID": identity,
            "ProductType": position.product,
            "Quantity": quantity,
            "statisticsLevel": "ParentLevel",
            "isInterOpPosition": "true",
        },
    }
