"""An order of ours as rows of the book advance it: late, repeated and missing rows end at the same state."""

from datetime import datetime

from attrs import evolve

from jainam.domain.intents import IntentState, Order, ProcessMark
from jainam.domain.orders import TERMINAL, OrderRow, OrderStatus, OrderType, Purpose, TimeInForce
from jainam.domain.trading_day import trading_day_of


def belongs(order: Order, row: OrderRow) -> bool:
    """Whether a row shows this order: by our identifier, or by its number where the row carries no identifier."""
    if row.account != order.account:
        return False
    if row.client_order_id:
        return row.client_order_id == order.client_order_id
    return order.app_order_id is not None and row.app_order_id == order.app_order_id


def advance(order: Order, row: OrderRow, seen_at: datetime) -> Order:
    """
    Return the order with what a row of the book adds.

    A row is evidence that the order exists, so an order with any other verdict becomes placed. ``cum_qty`` never
    shrinks and a terminal order stays terminal: an older row, which a lagging book may still send, changes nothing. A
    fill that shows only after the end is a fill all the same.
    """
    was_placed = order.state is IntentState.PLACED
    placed = evolve(
        order,
        state=IntentState.PLACED,
        app_order_id=order.app_order_id or row.app_order_id,
        row_seen_at=seen_at,
        reason=order.reason if was_placed else "",  # why it was in doubt is no longer true
    )
    grown = row.cum_qty > order.cum_qty
    is_over = order.status in TERMINAL
    if row.cum_qty < order.cum_qty or (is_over and not grown):
        return order if was_placed else placed
    same = (
        was_placed
        and order.status is row.status
        and not grown
        and order.order_qty == row.order_qty
        and order.row_seen_at is not None
    )
    if same:
        return order
    return evolve(
        placed,
        status=order.status if is_over and row.status not in TERMINAL else row.status,
        order_qty=max(row.order_qty, row.cum_qty),
        cum_qty=row.cum_qty,
        avg_px=row.avg_px if row.avg_px is not None else order.avg_px,
        limit_price=row.limit_price if row.status is OrderStatus.REPLACED else order.limit_price,
        reason=row.reason or placed.reason,
        fill_seen_at=seen_at if grown else order.fill_seen_at,
    )


def adopt(row: OrderRow, *, sender: ProcessMark, symbol: str, seen_at: datetime) -> Order | None:
    """
    Return an order of ours that the journal does not know, from its row: the journal was lost or restored.

    It is taken as a plain order, so that no smart order counts it as its own. ``None`` where the row has no words that
    the desk knows.
    """
    if row.exchange is None or row.product is None:
        return None
    blank = Order(
        client_order_id=row.client_order_id,
        parent_id=row.client_order_id,
        child=0,
        account=row.account,
        client=row.client,
        exchange=row.exchange,
        instrument_id=row.instrument_id,
        symbol=symbol,
        side=row.side,
        order_qty=row.order_qty,
        product=row.product,
        order_type=row.order_type or OrderType.MARKET,
        limit_price=row.limit_price,
        stop_price=row.stop_price,
        time_in_force=row.time_in_force or TimeInForce.DAY,
        disclosed_qty=row.disclosed_qty,
        purpose=Purpose.PLAIN,
        epoch=0,
        trading_day=trading_day_of(row.placed_at or seen_at),
        recorded_at=seen_at,
        sender=sender,
        state=IntentState.PLACED,
        reason="adopted from the order book",
    )
    return advance(blank, row, seen_at)
