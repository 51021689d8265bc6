"""What an order gets out of a depth of five levels. Pure: no clock, no state."""

from decimal import Decimal

from attrs import frozen

from jainam.simulator.market import Book, Level
from jainam.simulator.orders import Order, Side


@frozen
class Traded:
    """The lowest and the highest last price since an order was compared with the market before."""

    low: Decimal
    high: Decimal

    def reached(self, price: Decimal, *, falling: bool) -> bool:
        """Whether the market came to *price*, on its way down or on its way up."""
        return self.low <= price if falling else self.high >= price


def is_triggered(order: Order, traded: Traded) -> bool:
    """Whether the last price has reached the order's trigger: a buying stop waits for a rise."""
    return traded.reached(order.terms.stop_price, falling=order.side is Side.SELL)


def is_hit(order: Order, traded: Traded) -> bool:
    """Whether somebody traded at a resting order's limit or beyond: a buying limit waits for a fall."""
    return traded.reached(order.terms.limit_price, falling=order.side is Side.BUY)


def aggressive_fills(order: Order, book: Book) -> list[tuple[Decimal, int]]:
    """
    Prices and quantities that an order takes when it comes to the book, best first.

    A market order walks the levels; a limit takes each level up to its own price, at the level's price.
    """
    limit = order.terms.limit_price if order.terms.order_type.has_limit else None
    left = order.terms.quantity - order.cum_qty
    got: list[tuple[Decimal, int]] = []
    for level in _opposite(order, book):
        if left <= 0 or (limit is not None and (level.price - limit) * order.side.sign > 0):
            break
        taken = min(left, level.quantity)
        got.append((level.price, taken))
        left -= taken
    return got


def resting_fill(order: Order, book: Book) -> list[tuple[Decimal, int]]:
    """
    What a resting limit that was hit gives: its own price, for what stands at or beyond it on the other side.

    At least the other side's best level, since the hit proves that somebody traded there.
    """
    levels = _opposite(order, book)
    if not levels:
        return []
    limit = order.terms.limit_price
    beyond = sum(level.quantity for level in levels if (level.price - limit) * order.side.sign <= 0)
    left = order.terms.quantity - order.cum_qty
    return [(limit, min(left, max(beyond, levels[0].quantity)))]


def _opposite(order: Order, book: Book) -> tuple[Level, ...]:
    return book.asks if order.side is Side.BUY else book.bids
