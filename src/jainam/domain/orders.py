"""Orders in the desk's words: what is asked for, and what the venue's book says."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum

from attrs import evolve, frozen

from jainam.domain.accounts import AccountId
from jainam.domain.instruments import Exchange, Instrument


class OrderSide(Enum):
    """Buy or sell."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is OrderSide.BUY else -1


class OrderType(Enum):
    """How an order is priced."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_LIMIT = "STOP_LIMIT"
    STOP_MARKET = "STOP_MARKET"

    @property
    def is_stop(self) -> bool:
        """Waits for a trigger price."""
        return self in {OrderType.STOP_LIMIT, OrderType.STOP_MARKET}

    @property
    def has_limit(self) -> bool:
        """Carries a limit price."""
        return self in {OrderType.LIMIT, OrderType.STOP_LIMIT}


class Product(Enum):
    """How a position is held: intraday, carried forward, delivered, or margin-funded."""

    MIS = "MIS"
    NRML = "NRML"
    CNC = "CNC"
    MTF = "MTF"


class TimeInForce(Enum):
    """How long an order lives."""

    DAY = "DAY"
    IOC = "IOC"


class OrderStatus(Enum):
    """
    The state of an order as the venue's book words it.

    ``OTHER`` is a word that no release of the reference lists; it counts as working (xts-api.md, 6.7).
    """

    PENDING_NEW = "PENDING_NEW"
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    PENDING_REPLACE = "PENDING_REPLACE"
    REPLACED = "REPLACED"
    PENDING_CANCEL = "PENDING_CANCEL"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    OTHER = "OTHER"


class Purpose(Enum):
    """Why an order was sent: by a caller as it is, by a smart order, or by close-all."""

    PLAIN = "plain"
    SMART = "smart"
    CLOSE = "close"


@frozen
class PositionKey:
    """Where a position is kept: one account, client, instrument and product."""

    account: AccountId
    client: str | None
    exchange: Exchange
    instrument_id: int
    product: Product

    def __str__(self) -> str:
        who = self.client or "own"
        return f"{self.account}/{who}/{self.exchange.value}/{self.instrument_id}/{self.product.value}"


@frozen
class OrderRequest:
    """One order as a caller wants it. Quantity in units; prices in rupees; absent prices are ``None``."""

    instrument: Instrument
    side: OrderSide
    quantity: int
    product: Product
    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    disclosed_qty: int = 0

    def with_quantity(self, quantity: int) -> "OrderRequest":
        """Return the same order for another quantity; what is disclosed never exceeds it."""
        return evolve(self, quantity=quantity, disclosed_qty=min(self.disclosed_qty, quantity))

    @property
    def signed_qty(self) -> int:
        """The quantity with the side's sign."""
        return self.side.sign * self.quantity


@frozen
class OrderChange:
    """The full new terms of a live order. *quantity* is the new total, what is filled included (xts-api.md, 4.2)."""

    quantity: int
    product: Product
    order_type: OrderType
    limit_price: Decimal | None
    stop_price: Decimal | None
    time_in_force: TimeInForce
    disclosed_qty: int


@frozen
class OrderRow:
    """
    One row of the venue's order book: an order's latest state, ours or anybody's.

    ``leaves_qty`` is 0 once the order is terminal, whatever the venue's row keeps there.
    """

    account: AccountId
    client: str | None
    app_order_id: str
    client_order_id: str
    exchange_order_id: str
    exchange: Exchange | None
    """``None`` for a segment that the desk has no word for."""
    instrument_id: int
    venue_symbol: str
    side: OrderSide
    order_type: OrderType | None
    product: Product | None
    """``None`` for products of the venue's own, such as bracket and cover orders."""
    time_in_force: TimeInForce | None
    limit_price: Decimal | None
    stop_price: Decimal | None
    order_qty: int
    cum_qty: int
    leaves_qty: int
    disclosed_qty: int
    avg_px: Decimal | None
    status: OrderStatus
    venue_status: str
    reason: str
    placed_at: datetime | None
    updated_at: datetime | None

    @property
    def key(self) -> PositionKey | None:
        """The position that this order works on, where the desk has words for it."""
        if self.exchange is None or self.product is None:
            return None
        return PositionKey(self.account, self.client, self.exchange, self.instrument_id, self.product)

    @property
    def is_terminal(self) -> bool:
        """Nothing of it can trade any more."""
        return self.status in TERMINAL

    @property
    def working_qty(self) -> int:
        """What may still trade, signed."""
        return self.side.sign * self.leaves_qty


@frozen
class Trade:
    """One fill."""

    account: AccountId
    client: str | None
    app_order_id: str
    client_order_id: str
    exec_id: str
    exchange: Exchange | None
    instrument_id: int
    venue_symbol: str
    product: Product | None
    side: OrderSide
    last_qty: int
    last_px: Decimal
    traded_at: datetime | None


TERMINAL = frozenset({OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.EXPIRED})
"""States in which nothing of an order can trade any more (xts-api.md, 4.8)."""

WORKING = frozenset(OrderStatus) - TERMINAL
"""States in which an order may still trade. Unknown words are among them."""


def find_order(rows: Sequence[OrderRow], app_order_id: str) -> OrderRow | None:
    """Return the row with this id, if the book has one."""
    return next((row for row in rows if row.app_order_id == app_order_id), None)
