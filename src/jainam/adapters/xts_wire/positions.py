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
    read_row,
    rows_of,
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


class PositionsReader:
    """
    Reads an account's positions again and again: a row that came unchanged is not decoded again.

    Closed positions stay listed all day, and between two reads few of the open ones have moved.
    """

    def __init__(self, account: AccountId, clients: ClientWords) -> None:
        self._account = account
        self._clients = clients
        self._last: dict[tuple[PositionView, str | None], tuple[tuple[object, Position | None], ...]] = {}

    def read(
        self, result: object, view: PositionView = PositionView.NET, asked: str | None = None
    ) -> tuple[Position, ...]:
        """
        Return position rows, flat ones included.

        Rows of the child level are parts of a parent row that is there too, and are not returned.

        Raises:
            WireError: A row is not readable; none is left out.
        """
        last = self._last.get((view, asked), ())
        rows = []
        for number, raw in enumerate(_rows_of(result), start=1):
            known = last[number - 1] if number <= len(last) else None
            if known is None or known[0] != raw:
                known = (raw, _read(number, raw, self._account, self._clients, asked))
            rows.append(known)
        self._last[view, asked] = tuple(rows)  # one assignment: other threads see the last rows or these
        return tuple(position for _, position in rows if position is not None)


def _rows_of(result: object) -> list[object]:
    rows = result.get("positionList") if isinstance(result, dict) else result
    if rows is None:
        raise WireError("the answer holds no positionList")
    return rows_of(rows)


def _read(number: int, raw: object, account: AccountId, clients: ClientWords, asked: str | None) -> Position | None:
    """Return a row's position; ``None`` for a part of another row's."""
    row = read_row(WirePosition, raw, number)
    return None if row.level.lower() in _CHILD_LEVELS else _position(number, row, account, clients, asked)


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
