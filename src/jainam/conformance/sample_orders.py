"""Orders, rows and moments that the kits speak of."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve

from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.instruments import Exchange
from jainam.domain.intents import Order, ProcessMark, client_order_id
from jainam.domain.orders import (
    TERMINAL,
    OrderRow,
    OrderSide,
    OrderStatus,
    OrderType,
    Product,
    Purpose,
    TimeInForce,
)

KIT_TAG = "kit"
"""The desk's tag that a journal under test is opened with."""

NOON = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)
"""Noon in India, on `DAY`."""

DAY = date(2026, 9, 1)
YESTERDAY = DAY - timedelta(days=1)

DEALER = AccountId("xts", "prop-b", AccountKind.NORMAL)
INVESTOR = AccountId("xts", "prop-b", AccountKind.INVESTOR)

ME = ProcessMark(4711, 1_000)
SOMEBODY_ELSE = ProcessMark(4712, 2_000)


def sample_order(number: int = 1, **changes: Any) -> Order:
    """Return a recorded order; the number makes its identifier."""
    identifier = client_order_id(KIT_TAG, number)
    order = Order(
        client_order_id=identifier,
        parent_id=identifier,
        child=0,
        account=DEALER,
        client="CL01",
        exchange=Exchange.NFO,
        instrument_id=35_001,
        symbol="NIFTY29SEP26FUT",
        side=OrderSide.BUY,
        order_qty=150,
        product=Product.MIS,
        order_type=OrderType.LIMIT,
        limit_price=Decimal("24250.05"),
        stop_price=None,
        time_in_force=TimeInForce.DAY,
        disclosed_qty=0,
        purpose=Purpose.PLAIN,
        epoch=0,
        trading_day=DAY,
        recorded_at=NOON,
        sender=ME,
    )
    return evolve(order, **changes)


def app_order_id_of(order: Order) -> str:
    """Return the number under which the sample venue knows an order."""
    return f"9{int(order.client_order_id.encode().hex(), 16) % 10**9:09}"


def sample_row(order: Order, **changes: Any) -> OrderRow:
    """Return the row that the venue's book has of an order, working and without a fill unless told otherwise."""
    status = changes.get("status", OrderStatus.NEW)
    cum_qty = changes.get("cum_qty", 0)
    row = OrderRow(
        account=order.account,
        client=order.client,
        app_order_id=order.app_order_id or app_order_id_of(order),
        client_order_id=order.client_order_id,
        exchange_order_id="",
        exchange=order.exchange,
        instrument_id=order.instrument_id,
        venue_symbol="NIFTY 29SEP2026",
        side=order.side,
        order_type=order.order_type,
        product=order.product,
        time_in_force=order.time_in_force,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        order_qty=order.order_qty,
        cum_qty=cum_qty,
        leaves_qty=0 if status in TERMINAL else order.order_qty - cum_qty,
        disclosed_qty=order.disclosed_qty,
        avg_px=order.limit_price if cum_qty else None,
        status=status,
        venue_status=status.value,
        reason="",
        placed_at=NOON,
        updated_at=NOON,
    )
    return evolve(row, **changes)


def foreign_row(number: int, **changes: Any) -> OrderRow:
    """Return a row of somebody else's order."""
    row = sample_row(sample_order(number))
    return evolve(row, **{"client_order_id": "manual", "app_order_id": f"7{number:09}", **changes})
