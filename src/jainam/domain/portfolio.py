"""What an account owns and owes: positions, holdings, funds and profile, as the venue states them."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Generic, TypeVar

from attrs import frozen

from jainam.domain.accounts import AccountId
from jainam.domain.instruments import Exchange
from jainam.domain.orders import PositionKey, Product

_Row = TypeVar("_Row")


class PositionView(Enum):
    """Net: carried forward plus today. Day: today's trades only."""

    NET = "net"
    DAY = "day"


@frozen
class Position:
    """One position row. Money in rupees; ``None`` where the venue sent nothing readable."""

    account: AccountId
    client: str | None
    exchange: Exchange | None
    instrument_id: int
    venue_symbol: str
    product: Product | None
    net_qty: int
    buy_qty: int | None
    sell_qty: int | None
    buy_avg_px: Decimal | None
    sell_avg_px: Decimal | None
    buy_amount: Decimal | None
    sell_amount: Decimal | None
    realised: Decimal | None
    unrealised: Decimal | None
    multiplier: Decimal | None

    @property
    def key(self) -> PositionKey | None:
        """Where it is kept, where the desk has words for it."""
        if self.exchange is None or self.product is None:
            return None
        return PositionKey(self.account, self.client, self.exchange, self.instrument_id, self.product)


@frozen
class Holding:
    """Shares in the demat account. Quantity still sellable is ``quantity - used_qty``."""

    account: AccountId
    client: str | None
    isin: str
    nse_instrument_id: int | None
    bse_instrument_id: int | None
    quantity: int
    used_qty: int
    collateral_qty: int
    buy_avg_px: Decimal | None
    """``None`` where the broker was not given one."""


@frozen
class Funds:
    """One balance line of an account; *header* ``ALL|ALL|ALL`` is its total. ``None`` where the venue says NaN."""

    account: AccountId
    client: str | None
    header: str
    cash_available: Decimal | None
    collateral: Decimal | None
    margin_used: Decimal | None
    margin_available: Decimal | None
    realised: Decimal | None
    unrealised: Decimal | None

    @property
    def is_total(self) -> bool:
        """Whether this line is the account's total (xts-api.md, 5.3)."""
        return self.header == "ALL|ALL|ALL"


@frozen
class Profile:
    """Who a client is, as far as a desk needs it; contact and bank details stay at the broker."""

    account: AccountId
    client: str | None
    name: str
    exchanges: tuple[Exchange, ...]


@frozen
class Reading(Generic[_Row]):
    """Rows of one read. *sent_at* is the moment just before the request was written."""

    rows: tuple[_Row, ...]
    sent_at: datetime
    was_empty_answer: bool = False
    """The venue said "no data" instead of sending rows."""
