"""Positions as a fold over the list of trades, and the figures of a position row (xts-api.md, 5.1)."""

from collections.abc import Iterable
from decimal import Decimal

from attrs import frozen

from jainam.simulator.instrument_terms import Instrument
from jainam.simulator.orders import Side, Trade, price_step, rounded

PositionKey = tuple[str, str, int, str]
ZERO = Decimal(0)


@frozen
class Position:
    """What was bought and sold of one (client, segment, instrument, product); turnovers are quantity times price."""

    user_id: str
    client: str
    instrument: Instrument
    product: str
    buy_qty: int = 0
    buy_turnover: Decimal = ZERO
    sell_qty: int = 0
    sell_turnover: Decimal = ZERO

    @property
    def net_qty(self) -> int:
        """Signed net quantity in units."""
        return self.buy_qty - self.sell_qty

    @property
    def buy_average(self) -> Decimal:
        """Average buying price, rounded as the venue rounds; 0 without buys."""
        return self._average(self.buy_turnover, self.buy_qty)

    @property
    def sell_average(self) -> Decimal:
        """Average selling price, rounded as the venue rounds; 0 without sells."""
        return self._average(self.sell_turnover, self.sell_qty)

    @property
    def open_average(self) -> Decimal:
        """Average price of the open side; 0 when flat."""
        if self.net_qty == 0:
            return ZERO
        return self.buy_average if self.net_qty > 0 else self.sell_average

    def _average(self, turnover: Decimal, quantity: int) -> Decimal:
        return rounded(turnover / quantity, price_step(self.instrument)) if quantity else ZERO

    # Money below is quantity times a rounded average, as the captured rows show it, times the multiplier.

    @property
    def buy_amount(self) -> Decimal:
        """Money paid."""
        return self.buy_qty * self.buy_average * self.instrument.multiplier

    @property
    def sell_amount(self) -> Decimal:
        """Money received."""
        return self.sell_qty * self.sell_average * self.instrument.multiplier

    @property
    def realized(self) -> Decimal:
        """Profit of the closed part."""
        closed = min(self.buy_qty, self.sell_qty)
        return closed * (self.sell_average - self.buy_average) * self.instrument.multiplier

    def unrealized(self, last_price: Decimal) -> Decimal:
        """Profit of the open part at *last_price*."""
        return self.net_qty * (last_price - self.open_average) * self.instrument.multiplier

    def after(self, trade: Trade) -> "Position":
        """The position with *trade* in it."""
        turnover = trade.quantity * trade.price
        buys = trade.side is Side.BUY
        return Position(
            self.user_id,
            self.client,
            self.instrument,
            self.product,
            self.buy_qty + (trade.quantity if buys else 0),
            self.buy_turnover + (turnover if buys else ZERO),
            self.sell_qty + (0 if buys else trade.quantity),
            self.sell_turnover + (ZERO if buys else turnover),
        )


def add_trade(positions: dict[PositionKey, Position], trade: Trade) -> Position:
    """Put *trade* into its position and return that."""
    key = trade.key
    before = positions.get(key) or Position(trade.user_id, trade.client, trade.instrument, trade.product)
    positions[key] = after = before.after(trade)
    return after


def fold(
    trades: Iterable[Trade], since: float | None = None, until: float | None = None
) -> dict[PositionKey, Position]:
    """
    The positions that follow from the trades with ``since <= at <= until``, in the order of their first trades.

    A position that went back to zero stays in, as it does in XTS's answers.
    """
    positions: dict[PositionKey, Position] = {}
    for trade in trades:
        if (since is None or trade.at >= since) and (until is None or trade.at <= until):
            add_trade(positions, trade)
    return positions
