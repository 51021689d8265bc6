"""The order book, an order's history, the trade book, and the answer to a place call (xts-api.md, 4.1 and 4.6)."""

# ruff: noqa: RUF009  # wire() declares a field, as attrs.field does

from attrs import frozen

from jainam.adapters.xts_wire.rows import (
    Count,
    CountOrNone,
    Identifier,
    MomentOrNone,
    Number,
    PriceOrNone,
    RowError,
    Side,
    Text,
    Whole,
    fault,
    read_row,
    read_rows,
    wire,
)
from jainam.adapters.xts_wire.scalars import FieldError, WireError, identifier_of, text_of
from jainam.adapters.xts_wire.words import (
    ClientWords,
    exchange_of,
    order_type_of,
    product_of,
    status_of,
    time_in_force_of,
)
from jainam.domain.accounts import AccountId
from jainam.domain.orders import TERMINAL, OrderRow, OrderStatus, Trade


@frozen
class WireOrder:
    """An order row with the venue's fields that the desk uses. Rows are not uniform: most have a default."""

    app_order_id: Identifier = wire("AppOrderID")
    side: Side = wire("OrderSide", "OrderSideAPI")
    instrument_id: Whole = wire("ExchangeInstrumentID", "ExchangeInstrumentId")
    segment: Text = wire("ExchangeSegment")
    status: Text = wire("OrderStatus")
    order_qty: Count = wire("OrderQuantity")
    cum_qty: CountOrNone = wire("CumulativeQuantity", default=None)
    leaves_qty: CountOrNone = wire("LeavesQuantity", default=None)
    disclosed_qty: CountOrNone = wire("OrderDisclosedQuantity", default=None)
    client_id: Text = wire("ClientID", "AccountID", default="")
    client_order_id: Text = wire("OrderUniqueIdentifier", default="")
    exchange_order_id: Text = wire("ExchangeOrderID", default="")
    order_type: Text = wire("OrderType", default="")
    product: Text = wire("ProductType", default="")
    time_in_force: Text = wire("TimeInForce", default="")
    limit_price: PriceOrNone = wire("OrderPrice", default=None)
    stop_price: PriceOrNone = wire("OrderStopPrice", default=None)
    avg_px: PriceOrNone = wire("OrderAverageTradedPrice", "OrderAverageTradedPriceAPI", default=None)
    reason: Text = wire("CancelRejectReason", default="")
    venue_symbol: Text = wire("TradingSymbol", default="")
    placed_at: MomentOrNone = wire("OrderGeneratedDateTime", "OrderGeneratedDateTimeAPI", default=None)
    updated_at: MomentOrNone = wire("LastUpdateDateTime", "LastUpdateDateTimeAPI", default=None)
    transacted_at: MomentOrNone = wire("ExchangeTransactTime", "ExchangeTransactTimeAPI", default=None)


@frozen
class WireTrade:
    """A trade row: an order row's fields and those of the fill."""

    app_order_id: Identifier = wire("AppOrderID")
    side: Side = wire("OrderSide", "OrderSideAPI")
    instrument_id: Whole = wire("ExchangeInstrumentID", "ExchangeInstrumentId")
    segment: Text = wire("ExchangeSegment")
    last_qty: Count = wire("LastTradedQuantity")
    last_px: Number = wire("LastTradedPrice")
    exec_id: Text = wire("ExecutionID", default="")
    client_id: Text = wire("ClientID", "AccountID", default="")
    client_order_id: Text = wire("OrderUniqueIdentifier", default="")
    product: Text = wire("ProductType", default="")
    venue_symbol: Text = wire("TradingSymbol", default="")
    executed_at: MomentOrNone = wire("LastExecutionTransactTime", default=None)
    transacted_at: MomentOrNone = wire("ExchangeTransactTime", "ExchangeTransactTimeAPI", default=None)


def read_orders(
    result: object, account: AccountId, clients: ClientWords, asked: str | None = None
) -> tuple[OrderRow, ...]:
    """
    Return the rows of an order book or of an order's history, in the venue's order.

    Raises:
        WireError: A row is not readable; none is left out.
    """
    return tuple(_order(number, row, account, clients, asked) for number, row in read_rows(WireOrder, result))


class OrderBookReader:
    """
    Reads an order book again and again; a row that came unchanged is not read anew.

    A busy day's book holds thousands of rows, of which a few move between two reads.
    """

    def __init__(self, account: AccountId, clients: ClientWords) -> None:
        self._account = account
        self._clients = clients
        self._last: dict[str | None, dict[str, tuple[object, OrderRow]]] = {}

    def read(self, result: object, asked: str | None = None) -> tuple[OrderRow, ...]:
        """
        Return the rows of a book, in the venue's order.

        Raises:
            WireError: A row is not readable; none is left out.
        """
        if not isinstance(result, list):
            return read_orders(result, self._account, self._clients, asked)
        last = self._last.get(asked, {})
        now: dict[str, tuple[object, OrderRow]] = {}
        rows = []
        for number, raw in enumerate(result, start=1):
            name = str(raw.get("AppOrderID")) if isinstance(raw, dict) else ""
            known = last.get(name)
            if known is None or known[0] != raw:
                known = (raw, _order(number, read_row(WireOrder, raw, number), self._account, self._clients, asked))
            now[name] = known
            rows.append(known[1])
        self._last[asked] = now  # one assignment: readers in other threads see the last book or this one
        return tuple(rows)


def _order(number: int, row: WireOrder, account: AccountId, clients: ClientWords, asked: str | None) -> OrderRow:
    status = status_of(row.status)
    cum_qty = _executed(number, row, status)
    order_type = order_type_of(row.order_type)
    return OrderRow(
        account=account,
        client=_client(number, row.client_id, clients, asked),
        app_order_id=row.app_order_id,
        client_order_id=row.client_order_id,
        exchange_order_id=row.exchange_order_id,
        exchange=exchange_of(row.segment),
        instrument_id=row.instrument_id,
        venue_symbol=row.venue_symbol,
        side=row.side,
        order_type=order_type,
        product=product_of(row.product),
        time_in_force=time_in_force_of(row.time_in_force),
        limit_price=row.limit_price if order_type is None or order_type.has_limit else None,
        stop_price=row.stop_price if order_type is None or order_type.is_stop else None,
        order_qty=row.order_qty,
        cum_qty=cum_qty,
        leaves_qty=_open(row, status, cum_qty),
        disclosed_qty=row.disclosed_qty or 0,
        avg_px=row.avg_px,
        status=status,
        venue_status=row.status,
        reason=row.reason,
        placed_at=row.placed_at,
        updated_at=row.updated_at or row.transacted_at,
    )


def _executed(number: int, row: WireOrder, status: OrderStatus) -> int:
    """Return what was executed; where the row does not say, what its other quantities leave no doubt about."""
    if row.cum_qty is not None:
        return row.cum_qty
    if row.leaves_qty is not None and row.leaves_qty <= row.order_qty:
        return row.order_qty - row.leaves_qty
    if status is OrderStatus.FILLED:
        return row.order_qty
    raise RowError(number, "field CumulativeQuantity is missing")


def _open(row: WireOrder, status: OrderStatus, cum_qty: int) -> int:
    """Return what may still trade: 0 for a terminal order, whose row keeps its last leaves (xts-api.md, 4.8)."""
    if status in TERMINAL:
        return 0
    return row.leaves_qty if row.leaves_qty is not None else max(row.order_qty - cum_qty, 0)


def read_trades(
    result: object, account: AccountId, clients: ClientWords, asked: str | None = None
) -> tuple[Trade, ...]:
    """
    Return the rows of a trade book, one a fill.

    Raises:
        WireError: A row is not readable; none is left out.
    """
    return tuple(
        Trade(
            account=account,
            client=_client(number, row.client_id, clients, asked),
            app_order_id=row.app_order_id,
            client_order_id=row.client_order_id,
            exec_id=row.exec_id,
            exchange=exchange_of(row.segment),
            instrument_id=row.instrument_id,
            venue_symbol=row.venue_symbol,
            product=product_of(row.product),
            side=row.side,
            last_qty=row.last_qty,
            last_px=row.last_px,
            traded_at=row.executed_at or row.transacted_at,
        )
        for number, row in read_rows(WireTrade, result)
    )


def _client(number: int, word: str, clients: ClientWords, asked: str | None) -> str | None:
    try:
        return clients.of_row(word, asked)
    except FieldError as exc:
        raise RowError(number, fault("ClientID", word, exc.allowed)) from None


def read_placed(result: object, client_order_id: str) -> str:
    """
    Return the app order id of an accepted order.

    Raises:
        WireError: The answer holds none, or names another order's identifier: it proves nothing.
    """
    if isinstance(result, list) and len(result) == 1:
        result = result[0]
    if not isinstance(result, dict):
        raise WireError("the answer to an order holds no result")
    try:
        app_order_id = identifier_of(result.get("AppOrderID"))
        echo = text_of(result.get("OrderUniqueIdentifier"))
    except FieldError:
        raise WireError("the answer to an order holds no readable AppOrderID") from None
    if echo and echo != client_order_id:
        raise WireError(f"the answer names another order's identifier ({echo[:20]!r})")
    return app_order_id
