"""An order between its values and its row, and the statements that find and write it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

import orjson
from attrs import fields
from sqlalchemy import BindParameter, and_, bindparam, insert, or_, select, update

from jainam.adapters.sql.encoding import (
    account_of,
    account_values,
    maybe_decimal,
    maybe_instant,
    maybe_micros,
    maybe_text,
    micros,
)
from jainam.adapters.sql.encoding import instant as instant_of
from jainam.adapters.sql.schema import journal_entries, orders
from jainam.adapters.sql.statements import Row, Statement, Transaction, Values
from jainam.domain.errors import StoreError
from jainam.domain.instruments import Exchange
from jainam.domain.intents import IntentState, Order, ProcessMark
from jainam.domain.orders import OrderSide, OrderStatus, OrderType, PositionKey, Product, Purpose, TimeInForce

_EXCHANGES = {one.value: one for one in Exchange}
_SIDES = {one.value: one for one in OrderSide}
_PRODUCTS = {one.value: one for one in Product}
_TYPES = {one.value: one for one in OrderType}
_TERMS = {one.value: one for one in TimeInForce}
_PURPOSES = {one.value: one for one in Purpose}
_STATES = {one.value: one for one in IntentState}
_STATUSES = {one.value: one for one in OrderStatus}

_NAMES = tuple(column.name for column in orders.columns if column.name != "seq")
COLUMNS = tuple(orders.c[name] for name in _NAMES)
"""Every column of an order in the order of `decode`."""

ANOMALY = len(_NAMES) - 1
"""Where a row of these columns has the order's anomaly."""

LOOKUP_SIZE = 100
"""How many identifiers one statement looks for."""

_INSERT = Statement(insert(orders).values({name: bindparam(name) for name in _NAMES}))
_ADD_ENTRY = Statement(
    insert(journal_entries).values(
        {name: bindparam(name) for name in ("at", "client_order_id", "kind", "payload")},
    )
)

_of_account = and_(
    orders.c.broker == bindparam("this_broker"),
    orders.c.server == bindparam("this_server"),
    orders.c.kind == bindparam("this_kind"),
)
_of_day = orders.c.trading_day == bindparam("this_day")
_unsettled = orders.c.is_unsettled.is_(True)

ONE = Statement(select(*COLUMNS).where(orders.c.client_order_id == bindparam("this_id")))
OF_CALLER_KEY = Statement(
    select(*COLUMNS).where(orders.c.caller_key == bindparam("this_caller_key")).order_by(orders.c.child)
)
OF_VENUE = Statement(
    select(*COLUMNS)
    .where(orders.c.app_order_id == bindparam("this_app_order_id"), _of_day, _of_account)
    .order_by(orders.c.seq)
)
OF_KEY = Statement(
    select(*COLUMNS)
    .where(
        or_(and_(_of_day, orders.c.instrument_id == bindparam("this_instrument_id")), _unsettled),
        _of_account,
        orders.c.client == bindparam("this_client"),
        orders.c.exchange == bindparam("this_exchange"),
        orders.c.instrument_id == bindparam("this_instrument_id"),
        orders.c.product == bindparam("this_product"),
    )
    .order_by(orders.c.seq)
)
OF_ACCOUNT = Statement(select(*COLUMNS).where(or_(_of_day, _unsettled), _of_account).order_by(orders.c.seq))
KNOWN_IDS = Statement(
    select(orders.c.client_order_id, orders.c.app_order_id).where(
        or_(orders.c.trading_day >= bindparam("this_day"), _unsettled)
    )
)


def _any_of(name: str, size: int) -> Statement:
    binds: list[BindParameter[str]] = [bindparam(f"id_{place}") for place in range(size)]
    return Statement(select(*COLUMNS).where(orders.c[name].in_(binds)))


_BY_ID = {size: _any_of("client_order_id", size) for size in (1, LOOKUP_SIZE)}
_BY_APP_ID = {size: _any_of("app_order_id", size) for size in (1, LOOKUP_SIZE)}


def by_ids(opened: Transaction, identifiers: list[str]) -> list[Row]:
    """Return the rows of these identifiers."""
    return _look_up(opened, _BY_ID, identifiers)


def by_app_order_ids(opened: Transaction, numbers: list[str]) -> list[Row]:
    """Return the rows that the venue knows under these numbers, of any account and day."""
    return _look_up(opened, _BY_APP_ID, numbers)


def _look_up(opened: Transaction, statements: Mapping[int, Statement], wanted: list[str]) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(wanted), LOOKUP_SIZE):
        some = wanted[start : start + LOOKUP_SIZE]
        size = 1 if len(some) == 1 else LOOKUP_SIZE
        padded = some + some[-1:] * (size - len(some))  # one text for every length, so that it is parsed once
        found += opened.rows(statements[size], {f"id_{place}": one for place, one in enumerate(padded)})
    return found


def encode(order: Order, anomaly: str = "") -> dict[str, Any]:
    """Return an order's columns."""
    return {
        "client_order_id": order.client_order_id,
        "parent_id": order.parent_id,
        "child": order.child,
        **account_values(order.account),
        "client": order.client or "",
        "exchange": order.exchange.value,
        "instrument_id": order.instrument_id,
        "symbol": order.symbol,
        "side": order.side.value,
        "order_qty": order.order_qty,
        "product": order.product.value,
        "order_type": order.order_type.value,
        "limit_price": maybe_text(order.limit_price),
        "stop_price": maybe_text(order.stop_price),
        "time_in_force": order.time_in_force.value,
        "disclosed_qty": order.disclosed_qty,
        "purpose": order.purpose.value,
        "epoch": order.epoch,
        "trading_day": order.trading_day.isoformat(),
        "recorded_at": micros(order.recorded_at),
        "sender_pid": order.sender.pid,
        "sender_started": order.sender.started,
        "caller_key": order.caller_key,
        "content": order.content,
        "state": order.state.value,
        "attempts": order.attempts,
        "sent_at": maybe_micros(order.sent_at),
        "app_order_id": order.app_order_id,
        "status": None if order.status is None else order.status.value,
        "cum_qty": order.cum_qty,
        "avg_px": maybe_text(order.avg_px),
        "reason": order.reason,
        "row_seen_at": maybe_micros(order.row_seen_at),
        "fill_seen_at": maybe_micros(order.fill_seen_at),
        "is_unsettled": order.is_unsettled,
        "anomaly": anomaly,
    }


def decode(row: Row) -> Order:
    """
    Return the order of a row.

    Raises:
        StoreError: Something else than `jainam` wrote it.
    """
    try:
        return _decode(row)
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise StoreError(
            f"the row of order {row[0]} in the store is damaged",
            hint="restore a backup; orders of today are found again in the order book",
        ) from error


@lru_cache(maxsize=16_384)
def _decode(row: Row) -> Order:
    """Decode a row once: an order that has not changed comes back with the same one, many times a second."""
    (
        client_order_id, parent_id, child, broker, server, kind, client, exchange, instrument_id, symbol, side,
        order_qty, product, order_type, limit_price, stop_price, time_in_force, disclosed_qty, purpose, epoch,
        trading_day, recorded_at, sender_pid, sender_started, caller_key, content, state, attempts, sent_at,
        app_order_id, status, cum_qty, avg_px, reason, row_seen_at, fill_seen_at, _is_unsettled, _anomaly,
    ) = row  # fmt: skip
    return Order(
        client_order_id=client_order_id,
        parent_id=parent_id,
        child=child,
        account=account_of(broker, server, kind),
        client=client or None,
        exchange=_EXCHANGES[exchange],
        instrument_id=instrument_id,
        symbol=symbol,
        side=_SIDES[side],
        order_qty=order_qty,
        product=_PRODUCTS[product],
        order_type=_TYPES[order_type],
        limit_price=maybe_decimal(limit_price),
        stop_price=maybe_decimal(stop_price),
        time_in_force=_TERMS[time_in_force],
        disclosed_qty=disclosed_qty,
        purpose=_PURPOSES[purpose],
        epoch=epoch,
        trading_day=date.fromisoformat(trading_day),
        recorded_at=instant_of(recorded_at),
        sender=ProcessMark(sender_pid, sender_started),
        caller_key=caller_key,
        content=content,
        state=_STATES[state],
        attempts=attempts,
        sent_at=maybe_instant(sent_at),
        app_order_id=app_order_id,
        status=None if status is None else _STATUSES[status],
        cum_qty=cum_qty,
        avg_px=maybe_decimal(avg_px),
        reason=reason,
        row_seen_at=maybe_instant(row_seen_at),
        fill_seen_at=maybe_instant(fill_seen_at),
    )


def _plain(name: str, write: Callable[[Any], Any] = lambda value: value) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {name: write(value)}


_WRITERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "account": account_values,
    "client": _plain("client", lambda client: client or ""),
    "sender": lambda sender: {"sender_pid": sender.pid, "sender_started": sender.started},
    "trading_day": _plain("trading_day", date.isoformat),
    "recorded_at": _plain("recorded_at", micros),
    **{name: _plain(name, maybe_micros) for name in ("sent_at", "row_seen_at", "fill_seen_at")},
    **{name: _plain(name, maybe_text) for name in ("limit_price", "stop_price", "avg_px")},
    **{
        name: _plain(name, lambda word: None if word is None else word.value)
        for name in ("exchange", "side", "product", "order_type", "time_in_force", "purpose", "state", "status")
    },
}
_COLUMNS_OF = {one.name: _WRITERS.get(one.name) or _plain(one.name) for one in fields(Order)}
"""What each attribute of an order is in columns; every attribute, so that none is lost when a rule changes another."""


def key_values(key: PositionKey) -> dict[str, Any]:
    """Return the columns of a position's key."""
    return {
        **account_values(key.account),
        "client": key.client or "",
        "exchange": key.exchange.value,
        "instrument_id": key.instrument_id,
        "product": key.product.value,
    }


def add_entry(
    transaction: Transaction, kind: str, at: int, payload: Values, client_order_id: str | None = None
) -> None:
    """Append one entry to the journal."""
    transaction.write(
        _ADD_ENTRY,
        {"at": at, "client_order_id": client_order_id, "kind": kind, "payload": orjson.dumps(payload).decode()},
    )


def add_order(transaction: Transaction, order: Order, kind: str, at: int) -> None:
    """Write an order that the journal doesn't know yet, and its entry."""
    values = encode(order)
    transaction.write(_INSERT, values)
    add_entry(transaction, kind, at, values, order.client_order_id)


def change_order(
    transaction: Transaction,
    kind: str,
    at: int,
    *,
    before: Order,
    after: Order,
    anomaly: tuple[str, str] = ("", ""),
) -> None:
    """Write what changed of an order, and its entry; *anomaly* is the text before and after."""
    changed: dict[str, Any] = {}
    for name, columns in _COLUMNS_OF.items():
        value, last = getattr(after, name), getattr(before, name)
        if value is not last and value != last:
            changed.update(columns(value))
    if after.is_unsettled is not before.is_unsettled:
        changed["is_unsettled"] = after.is_unsettled
    if anomaly[0] != anomaly[1]:
        changed["anomaly"] = anomaly[1]
    if not changed:
        return
    transaction.write(_update_of(tuple(changed)), {**changed, "this_id": after.client_order_id})
    add_entry(transaction, kind, at, changed, after.client_order_id)


@cache  # bounded by the kinds of changes: a few dozen sets of columns
def _update_of(names: tuple[str, ...]) -> Statement:
    """Return the statement that writes these columns, so that indexes of the others stay untouched."""
    return Statement(
        update(orders)
        .where(orders.c.client_order_id == bindparam("this_id"))
        .values({name: bindparam(name) for name in names})
    )
