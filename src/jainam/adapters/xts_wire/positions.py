"""Position rows of either view (xts-api.md, 5.1)."""

# ruff: noqa: RUF009  # wire() declares a field, as attrs.field does

from attrs import frozen

from jainam.adapters.xts_wire.rows import (
    NumberOrNone,
    RowError,
    Text,
    Whole,
    WholeOrNone,
    fault,
    read_rows,
    wire,
)
from jainam.adapters.xts_wire.scalars import FieldError, WireError
from jainam.adapters.xts_wire.words import ClientWords, exchange_of, product_of
from jainam.domain.accounts import AccountId
from jainam.domain.portfolio import Position, PositionView

VIEW_WORDS = {PositionView.NET: "NetWise", PositionView.DAY: "DayWise"}
"""The views as the ``dayOrNet`` of a call spells them."""

_CHILD_LEVELS = frozenset({"childlevel", "1"})


@frozen
class WirePosition:
    """A position row; the names of the newer releases come second."""

    instrument_id: Whole = wire("ExchangeInstrumentId", "ExchangeInstrumentID")
    segment: Text = wire("ExchangeSegment")
    net_qty: Whole = wire("Quantity", "NetPosition")
    product: Text = wire("ProductType", default="")
    account_id: Text = wire("AccountID", "ClientID", default="")
    venue_symbol: Text = wire("TradingSymbol", default="")
    multiplier: NumberOrNone = wire("Multiplier", default=None)
    buy_qty: WholeOrNone = wire("OpenBuyQuantity", "LongPosition", default=None)
    sell_qty: WholeOrNone = wire("OpenSellQuantity", "ShortPosition", default=None)
    buy_avg_px: NumberOrNone = wire("BuyAveragePrice", default=None)
    sell_avg_px: NumberOrNone = wire("SellAveragePrice", default=None)
    buy_amount: NumberOrNone = wire("BuyAmount", "BuyValue", default=None)
    sell_amount: NumberOrNone = wire("SellAmount", "SellValue", default=None)
    realised: NumberOrNone = wire("RealizedMTM", default=None)
    unrealised: NumberOrNone = wire("UnrealizedMTM", default=None)
    level: Text = wire("statisticsLevel", "StatisticsLevel", default="")


def read_positions(
    result: object, account: AccountId, clients: ClientWords, asked: str | None = None
) -> tuple[Position, ...]:
    """
    Return position rows, flat ones included.

    Rows of the child level are parts of a parent row that is there too, and are not returned.

    Raises:
        WireError: A row is not readable; none is left out.
    """
    rows = result.get("positionList") if isinstance(result, dict) else result
    if rows is None:
        raise WireError("the answer holds no positionList")
    return tuple(
        _position(number, row, account, clients, asked)
        for number, row in read_rows(WirePosition, rows)
        if row.level.lower() not in _CHILD_LEVELS
    )


def _position(number: int, row: WirePosition, account: AccountId, clients: ClientWords, asked: str | None) -> Position:
    try:
        client = clients.of_row(row.account_id, asked)
    except FieldError as exc:
        raise RowError(number, fault("AccountID", row.account_id, exc.allowed)) from None
    return Position(
        account=account,
        client=client,
        exchange=exchange_of(row.segment),
        instrument_id=row.instrument_id,
        venue_symbol=row.venue_symbol,
        product=product_of(row.product),
        net_qty=row.net_qty,
        buy_qty=row.buy_qty,
        sell_qty=row.sell_qty,
        buy_avg_px=row.buy_avg_px,
        sell_avg_px=row.sell_avg_px,
        buy_amount=row.buy_amount,
        sell_amount=row.sell_amount,
        realised=row.realised,
        unrealised=row.unrealised,
        multiplier=row.multiplier or None,
    )
