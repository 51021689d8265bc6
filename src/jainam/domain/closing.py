"""Close-all: its scope, its mark in the store, and what is open whatever became of unsettled orders."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from attrs import frozen

from jainam.domain.accounts import AccountId
from jainam.domain.intents import Order, ProcessMark
from jainam.domain.orders import OrderRow, OrderSide, PositionKey
from jainam.domain.portfolio import Position
from jainam.domain.smart_orders import SmartOrderPlan


@frozen
class Scope:
    """What a close-all concerns: one client (or the own account, ``None``), or everyone of an account."""

    account: AccountId
    client: str | None = None
    everyone: bool = False

    def covers(self, account: AccountId, client: str | None) -> bool:
        """Whether an order of this client belongs to the scope."""
        return account == self.account and (self.everyone or client == self.client)

    def __str__(self) -> str:
        who = "everyone" if self.everyone else self.client or "own account"
        return f"{self.account} {who}"


@frozen
class ClosingMark:
    """One run of close-all; while it stands, new orders of its scope are denied."""

    run_id: str
    scope: Scope
    process: ProcessMark
    started_at: datetime


class CloseOutcome(Enum):
    """What became of one position."""

    FLAT = "flat"
    OPEN = "open"
    WORKING = "working"
    BUSY = "busy"
    IN_DOUBT = "in doubt"
    FAILED = "failed"
    PLANNED = "planned"


@frozen
class PositionClose:
    """One position's part of a close-all."""

    key: PositionKey
    symbol: str
    net_before: int | None
    net_after: int | None
    outcome: CloseOutcome
    orders: tuple[Order, ...] = ()
    plan: SmartOrderPlan | None = None
    cancelled: tuple[str, ...] = ()
    """App order ids of working orders that were cancelled first."""
    message: str = ""


@frozen
class CloseResult:
    """What a close-all did. *is_flat* only when the venue's positions say so and no intent is live or in doubt."""

    scope: Scope
    positions: tuple[PositionClose, ...]
    is_flat: bool
    dry_run: bool = False
    unsettled: tuple[Order, ...] = ()
    """Intents of the scope that are live or in doubt."""
    foreign: tuple[OrderRow, ...] = ()
    """Working orders of the scope that nobody cancelled."""
    beyond: tuple[Position, ...] = ()
    """Open positions in segments or products that the desk has no word for: close them at the terminal."""
    abandoned: tuple[ClosingMark, ...] = ()
    """Marks of dead runs that this one ended."""

    @property
    def still_open(self) -> tuple[PositionClose, ...]:
        """The positions that are not flat, for whatever reason."""
        return tuple(one for one in self.positions if one.outcome is not CloseOutcome.FLAT)


def certainly_open(net: int, unsettled: Iterable[Order]) -> int:
    """
    Return what is open whichever of the unsettled orders came to be.

    The smaller end of ``[net - their sells, net + their buys]``; 0 where that range contains 0.
    """
    low = high = net
    for order in unsettled:
        leaves = order.order_qty - order.cum_qty
        if order.side is OrderSide.SELL:
            low -= leaves
        else:
            high += leaves
    if low > 0:
        return low
    return min(high, 0)
