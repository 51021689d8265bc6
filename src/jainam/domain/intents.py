"""The life of an order intent: one thing wanted once, from the journal's first line to its outcome."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from attrs import frozen

from jainam.domain.accounts import AccountId
from jainam.domain.instruments import Exchange
from jainam.domain.orders import (
    TERMINAL,
    OrderRequest,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionKey,
    Product,
    Purpose,
    TimeInForce,
)

MARK = "jm"
"""Every identifier of ours begins with it."""

TAG_LENGTH = 3
UNIQUE_LENGTH = 11
"""Sixteen characters in all: safe wherever a server cuts (xts-api.md, 4.10)."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def text_of(number: int, length: int) -> str:
    """Return the last *length* base-62 digits of a number: letters and digits only."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def client_order_id(tag: str, unique: int) -> str:
    """Return an identifier: our mark, the desk's tag, and a part of about 65 bits."""
    return f"{MARK}{tag}{text_of(unique, UNIQUE_LENGTH)}"


def is_ours(identifier: str, tag: str) -> bool:
    """Whether an identifier carries our mark and this desk's tag, so that a row with it may be adopted."""
    return len(identifier) == len(MARK) + TAG_LENGTH + UNIQUE_LENGTH and identifier.startswith(MARK + tag)


class IntentState(Enum):
    """Where an intent stands. What the venue's book says of a placed order is beside it."""

    RECORDED = "recorded"
    """In the journal; nothing was sent."""
    SENDING = "sending"
    """Committed to be sent; the request may have left."""
    IN_DOUBT = "in-doubt"
    """Sent, and nothing proves what became of it."""
    PLACED = "placed"
    """The venue has an order."""
    REFUSED = "refused"
    """The API said no: no order exists."""
    NEVER_LEFT = "never-left"
    """No byte of the request was written."""
    DENIED = "denied"
    """Our own checks said no."""


SETTLED = frozenset({IntentState.PLACED, IntentState.REFUSED, IntentState.NEVER_LEFT, IntentState.DENIED})
"""States with a verdict."""

WITHOUT_EFFECT = frozenset({IntentState.REFUSED, IntentState.NEVER_LEFT, IntentState.DENIED})
"""States in which the venue has nothing; such an intent may go again under its caller's key."""


@frozen
class ProcessMark:
    """One process, told apart from a later one with the same number by when it started."""

    pid: int
    started: int

    def __str__(self) -> str:
        return f"process {self.pid}"


@frozen
class Order:
    """
    One order of ours: the intent, and what is known of it.

    ``order_qty = cum_qty + leaves_qty`` while it works; an order that is terminal leaves nothing.
    """

    client_order_id: str
    parent_id: str
    child: int
    """Its place among the slices of its parent, from 0."""
    account: AccountId
    client: str | None
    exchange: Exchange
    instrument_id: int
    symbol: str
    side: OrderSide
    order_qty: int
    product: Product
    order_type: OrderType
    limit_price: Decimal | None
    stop_price: Decimal | None
    time_in_force: TimeInForce
    disclosed_qty: int
    purpose: Purpose
    epoch: int
    """The epoch of its scope when it was recorded: a close-all since then denies it."""
    trading_day: date
    recorded_at: datetime
    sender: ProcessMark
    caller_key: str | None = None
    content: str = ""
    state: IntentState = IntentState.RECORDED
    attempts: int = 0
    sent_at: datetime | None = None
    app_order_id: str | None = None
    status: OrderStatus | None = None
    """What the book says of it; ``None`` until a row was seen."""
    cum_qty: int = 0
    avg_px: Decimal | None = None
    reason: str = ""
    row_seen_at: datetime | None = None
    fill_seen_at: datetime | None = None
    """When the desk first saw its latest fill."""

    @property
    def key(self) -> PositionKey:
        """The position that this order works on."""
        return PositionKey(self.account, self.client, self.exchange, self.instrument_id, self.product)

    @property
    def is_live(self) -> bool:
        """Placed, and not known to be terminal."""
        return self.state is IntentState.PLACED and self.status not in TERMINAL

    @property
    def is_unsettled(self) -> bool:
        """Sent without a verdict."""
        return self.state in {IntentState.SENDING, IntentState.IN_DOUBT}

    @property
    def leaves_qty(self) -> int:
        """What may still trade."""
        return self.order_qty - self.cum_qty if self.is_live or self.is_unsettled else 0

    @property
    def working_qty(self) -> int:
        """What may still trade, signed."""
        return self.side.sign * self.leaves_qty

    @property
    def signed_cum_qty(self) -> int:
        """What is executed, signed."""
        return self.side.sign * self.cum_qty


def content_of(
    account: AccountId, client: str | None, requests: Sequence[OrderRequest], purpose: Purpose, *extra: object
) -> str:
    """Return a digest of what an intent asks for: the same key with another digest is refused."""
    parts = [str(account), client or "", purpose.value, *map(str, extra)]
    for request in requests:
        parts += [
            str(request.instrument),
            str(request.instrument.instrument_id),
            str(request.signed_qty),
            request.product.value,
            request.order_type.value,
            _price_text(request.limit_price),
            _price_text(request.stop_price),
            request.time_in_force.value,
            str(request.disclosed_qty),
        ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _price_text(price: Decimal | None) -> str:
    """Return a price as its value alone: 1.0 and 1.00 are the same order."""
    return "" if price is None else str(price.normalize())
