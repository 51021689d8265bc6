"""Orders and trades as the venue keeps them: terms, one state per change, fills."""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from attrs import define, field, frozen

from jainam.simulator.instrument_terms import Instrument

PENNY = Decimal("0.01")
FINE = Decimal("0.0001")


class Side(StrEnum):
    """Buy or sell, as requests spell it."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """1 or -1."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The other one."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """Order types as requests spell them."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP_LIMIT = "STOPLIMIT"
    STOP_MARKET = "STOPMARKET"

    @property
    def is_stop(self) -> bool:
        """Whether it waits for a trigger."""
        return self in {OrderType.STOP_LIMIT, OrderType.STOP_MARKET}

    @property
    def has_limit(self) -> bool:
        """Whether it carries a limit price."""
        return self in {OrderType.LIMIT, OrderType.STOP_LIMIT}


class TimeInForce(StrEnum):
    """How long an order works."""

    DAY = "DAY"
    IOC = "IOC"


PRODUCTS = ("MIS", "NRML", "CNC", "MTF")


class Status(StrEnum):
    """Order states as XTS names them on the wire (xts-api.md, 4.8 and 6.7)."""

    PENDING_NEW = "PendingNew"
    NEW = "New"
    PARTIALLY_FILLED = "PartiallyFilled"
    FILLED = "Filled"
    PENDING_REPLACE = "PendingReplace"
    REPLACED = "Replaced"
    PENDING_CANCEL = "PendingCancel"
    CANCELLED = "Cancelled"
    REJECTED = "Rejected"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing can follow."""
        return self in _TERMINAL


_TERMINAL = frozenset({Status.FILLED, Status.CANCELLED, Status.REJECTED})


@frozen
class Terms:
    """The part of an order that a modification may change."""

    product: str
    order_type: OrderType
    quantity: int
    disclosed: int
    limit_price: Decimal
    stop_price: Decimal
    time_in_force: TimeInForce


@frozen
class OrderState:
    """What an order's row says after one change. `leaves_qty` is kept on terminal rows, as XTS keeps it."""

    at: float
    status: Status
    terms: Terms
    cum_qty: int
    turnover: Decimal
    exchange_order_id: str
    reason: str

    @property
    def leaves_qty(self) -> int:
        """What the row shows as still open."""
        return self.terms.quantity - self.cum_qty

    @property
    def average_price(self) -> Decimal | None:
        """Volume-weighted over the fills, unrounded; None before the first."""
        return self.turnover / self.cum_qty if self.cum_qty else None


@define(eq=False)
class Order:
    """One order with all its states, the oldest first. Only the exchange engine changes it."""

    app_order_id: int
    user_id: str
    client: str
    segment: str
    instrument_id: int
    instrument: Instrument | None
    side: Side
    terms: Terms
    identifier: str
    source: str
    generated_by: str
    arrived_at: float
    states: list[OrderState] = field(factory=list)
    exchange_order_id: str = ""
    cum_qty: int = 0
    turnover: Decimal = Decimal(0)
    fills: int = 0
    accepted_at: float | None = None
    first_fill_at: float | None = None
    last_fill_at: float | None = None
    terminal_at: float | None = None
    # the state to show when nothing is in flight: New, Replaced or PartiallyFilled
    working_status: Status = Status.NEW
    requests_in_flight: int = 0
    cancel_in_flight: bool = False
    is_triggered: bool = False
    # a limit that was looked at and did not fill gives its own price to whoever comes; a new one takes theirs
    is_resting: bool = False
    match_from: float = 0.0
    # margin blocked for one unit, and how many units of the order open a position
    margin_per_unit: Decimal = Decimal(0)
    opening_qty: int = 0
    encoded_rows: dict[tuple[int, str], bytes] = field(factory=dict)

    @property
    def state(self) -> OrderState:
        """The newest state."""
        return self.states[-1]

    @property
    def status(self) -> Status:
        """The newest state's status."""
        return self.states[-1].status

    @property
    def is_terminal(self) -> bool:
        """Whether nothing can follow."""
        return self.terminal_at is not None

    @property
    def is_at_exchange(self) -> bool:
        """Whether it can be filled."""
        return self.accepted_at is not None and self.terminal_at is None

    @property
    def leaves_qty(self) -> int:
        """What can still be executed: 0 once terminal."""
        return 0 if self.is_terminal else self.terms.quantity - self.cum_qty

    @property
    def key(self) -> tuple[str, str, int, str]:
        """(client, segment, instrument id, product): the position that its next fill goes to."""
        return (self.client, self.segment, self.instrument_id, self.terms.product)

    def state_at(self, moment: float) -> tuple[int, OrderState] | None:
        """The newest state not younger than *moment*, with its place; None when there was none yet."""
        for place in range(len(self.states) - 1, -1, -1):
            if self.states[place].at <= moment:
                return place, self.states[place]
        return None


@frozen
class Trade:
    """
    One fill, or one leg of a product conversion (`order` None): the entries that every position follows from.

    `state` is the order's state right after the fill.
    """

    number: int
    at: float
    user_id: str
    client: str
    instrument: Instrument
    side: Side
    product: str
    quantity: int
    price: Decimal
    exec_id: str = ""
    index: int = 0
    order: Order | None = None
    state: OrderState | None = None

    @property
    def key(self) -> tuple[str, str, int, str]:
        """(client, segment, instrument id, product)."""
        return (self.client, self.instrument.segment, self.instrument.instrument_id, self.product)


def price_step(instrument: Instrument) -> Decimal:
    """The step to which the venue rounds averages: 0.01, or 0.0001 where ticks are finer than a paisa."""
    exponent = instrument.tick_size.normalize().as_tuple().exponent
    return FINE if isinstance(exponent, int) and exponent < -2 else PENNY


def rounded(value: Decimal, step: Decimal) -> Decimal:
    """*value* on the grid of *step*, halves away from zero."""
    return value.quantize(step, ROUND_HALF_UP)
