"""
The net position of a key, and when it may be believed.

Positions may lag the fills, and the order book may lag both. A net is *agreed* when it is proven to be of one moment
with what the desk knows of its own orders (safety rules, 4). Everything here is pure; the reading is done elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from jainam.domain.intents import Order
from jainam.domain.orders import PositionKey
from jainam.domain.portfolio import Position

CLOCK_MARGIN = timedelta(seconds=2)
"""Exchange times have whole seconds and another clock: less than this after a read is not clearly after it."""

Fingerprint = frozenset[tuple[str, int, bool]]


@frozen
class AgreedNet:
    """A net that was agreed, with the ``cum_qty`` of every own order of the key at that moment."""

    net: int
    cum_qty: Mapping[str, int]
    live: frozenset[str]
    """The own orders that were live then."""
    sent_at: datetime
    """When the positions read was sent."""
    unexplained: int = 0
    """What somebody else traded since the last agreed net, as far as this one shows."""


def expected_net(agreed: AgreedNet, orders: Iterable[Order]) -> int:
    """Return the last agreed net plus the fills of our orders known since."""
    return agreed.net + sum(
        order.side.sign * (order.cum_qty - agreed.cum_qty.get(order.client_order_id, 0)) for order in orders
    )


def agreed_from(net: int, orders: Sequence[Order], sent_at: datetime, *, last: AgreedNet | None) -> AgreedNet:
    """Return a newly agreed net."""
    return AgreedNet(
        net=net,
        cum_qty={order.client_order_id: order.cum_qty for order in orders},
        live=frozenset(order.client_order_id for order in orders if order.is_live or order.is_unsettled),
        sent_at=sent_at,
        unexplained=net - expected_net(last, orders) if last is not None else 0,
    )


def is_quiet(orders: Iterable[Order], sent_at: datetime, lag_bound: timedelta) -> bool:
    """
    Whether a positions read sent then needs nothing beside it (rule a).

    No own order of the key is live, and no own fill was younger than the lag bound when the read was sent.
    """
    return not any(
        order.is_live
        or order.is_unsettled
        or (order.fill_seen_at is not None and sent_at - order.fill_seen_at < lag_bound)
        for order in orders
    )


def fingerprint(orders: Iterable[Order]) -> Fingerprint:
    """Return what must not move between two book reads: each order's ``cum_qty`` and whether it is over."""
    return frozenset(
        (order.client_order_id, order.cum_qty, not (order.is_live or order.is_unsettled)) for order in orders
    )


def could_explain(difference: int | None, orders: Iterable[Order]) -> tuple[Order, ...]:
    """
    Return the live own orders that could be the reason of a net other than expected (rule c).

    *difference* is net minus expected; ``None`` without a last agreed net, when any live order could.
    """
    live = (order for order in orders if order.is_live or order.is_unsettled)
    if difference is None:
        return tuple(live)
    return tuple(order for order in live if order.side.sign * difference > 0)


def is_voided(agreed: AgreedNet, order: Order, filled_at: datetime | None) -> bool:
    """
    Whether a newly seen fill of *order* makes an agreed net worthless.

    The order was live at that read, and the exchange's time of the fill is not clearly after it: the net may hold the
    fill already.
    """
    if order.client_order_id not in agreed.live:
        return False
    return filled_at is None or filled_at <= agreed.sent_at + CLOCK_MARGIN


def net_of(rows: Iterable[Position], key: PositionKey) -> int | None:
    """Return the net of a key in a positions read; ``None`` where it has no row."""
    # by its number first: a dealer's read has a row for every position of every client
    found = [row.net_qty for row in rows if row.instrument_id == key.instrument_id and row.key == key]
    return sum(found) if found else None
