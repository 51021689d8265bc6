"""Smart orders: a target position, and what brings the position there."""

from collections.abc import Sequence
from enum import Enum

from attrs import field, frozen

from jainam.domain.errors import OrderDenied, Violation
from jainam.domain.instruments import InstrumentRules
from jainam.domain.intents import Order
from jainam.domain.orders import OrderRow, OrderSide
from jainam.domain.slicing import slice_order


class OtherOrders(Enum):
    """What to do about live orders on the key that no smart order of ours placed."""

    REPORT = "report"
    REFUSE = "refuse"
    CANCEL = "cancel"


class Wait(Enum):
    """How long a smart order waits: until the venue has its orders, or until the position is where it should be."""

    ACCEPTED = "accepted"
    DONE = "done"


class SmartOutcome(Enum):
    """How a smart order ended."""

    PLANNED = "planned"
    """A dry run."""
    NOTHING_TO_DO = "nothing to do"
    ACCEPTED = "accepted"
    """The venue has the orders; nobody waited for their end."""
    DONE = "done"
    """The agreed net is the target and no child works."""
    WORKING = "working"
    """Children are still open."""
    DRIFTED = "drifted"
    """All children ended, and the agreed net is another than the target."""
    UNSETTLED = "unsettled"
    """All children ended; the venue's books did not agree within the bound."""
    CANCELLING = "cancelling"
    """Children that no longer fit were not settled within the bound; no order was sent."""
    PARTLY_DONE = "partly done"
    """A slice or leg was not accepted; those after it were not sent."""
    REFUSED = "refused"
    """The venue refused or rejected all of it."""


@frozen
class Leg:
    """One child order to send. *quantity* in units, positive."""

    side: OrderSide
    quantity: int

    @property
    def signed_qty(self) -> int:
        """The quantity with the side's sign."""
        return self.side.sign * self.quantity


@frozen
class SmartOrderPlan:
    """
    What brings a position to *target*: cancels, or legs, or nothing; never both.

    With legs: ``net + working_qty + sum of legs == target``. With cancels: plan again when they are terminal.
    """

    target: int
    net: int
    working_qty: int
    cancels: tuple[Order, ...] = ()
    legs: tuple[Leg, ...] = ()
    others: tuple[OrderRow | Order, ...] = field(default=(), kw_only=True)
    """Live orders on the key that do not count: protective stops, bracket legs, plain and external orders."""

    @property
    def delta(self) -> int:
        """What the legs change."""
        return sum(leg.signed_qty for leg in self.legs)

    @property
    def is_empty(self) -> bool:
        """Nothing to cancel and nothing to send."""
        return not self.cancels and not self.legs


def plan_smart_order(target: int, net: int, working: Sequence[Order], rules: InstrumentRules) -> SmartOrderPlan:
    """
    Return what brings a position to *target*: cancels, or legs, or nothing.

    Pure: reads no clock and sends nothing, so it can be shown as a dry run (D1).

    Args:
        target: Wanted net position in units; negative is short.
        net: Net position now, in units, of the same moment as *working*.
        working: Live children of earlier smart orders on this key, oldest first.
        rules: Lot and largest legal order of the instrument; both in units.

    Returns:
        Cancels of the children that no longer fit, if any (plan again when they are terminal); else legs in sending
        order, each at most ``rules.max_order_qty``, with ``net + sum(leaves of working) + sum(legs) == target``.

    Raises:
        OrderDenied: A leg that does not close an odd remainder is no whole number of lots.

    Source: XTS has no position target; OpenAlgo's special case for flat lives in its bridge (D5).
    """
    need = target - net
    working_qty = sum(child.working_qty for child in working)
    cancels = _misfits(need, working)
    if cancels:
        return SmartOrderPlan(target, net, working_qty, cancels=cancels)
    delta = need - working_qty
    if delta == 0:
        return SmartOrderPlan(target, net, working_qty)
    _check_lots(delta, target, net + working_qty, rules.lot_size)
    side = OrderSide.BUY if delta > 0 else OrderSide.SELL
    legs = tuple(Leg(side, quantity) for quantity in slice_order(abs(delta), rules))
    return SmartOrderPlan(target, net, working_qty, legs=legs)


def _misfits(need: int, working: Sequence[Order]) -> tuple[Order, ...]:
    """Return the children to cancel: those against the need, and of those with it, the youngest beyond it."""
    room = abs(need)
    misfits: list[Order] = []
    for child in working:
        leaves = child.leaves_qty
        if leaves == 0:
            continue
        if child.side.sign * need > 0 and leaves <= room:
            room -= leaves
        else:
            misfits.append(child)
    return tuple(misfits)


def _check_lots(delta: int, target: int, base: int, lot: int) -> None:
    """Deny a delta of odd lots, unless it closes the odd remainder of a position towards whole lots."""
    if delta % lot == 0:
        return
    closes = base * delta < 0 and target % lot == 0
    if closes:
        return
    below = abs(delta) // lot * lot
    raise OrderDenied(
        (
            Violation(
                "target",
                f"target {target} from {base} needs {abs(delta)}, no whole number of lots of {lot}; "
                f"the nearest targets are {base + _signed(delta, below)} and {base + _signed(delta, below + lot)}",
                "lot",
            ),
        ),
        what="smart order",
    )


def _signed(like: int, quantity: int) -> int:
    return quantity if like > 0 else -quantity


@frozen
class SmartOrderResult:
    """
    What a smart order did, and where that leaves the position.

    ``order_qty`` is what the plan asked for, ``sent_qty`` what left, ``cum_qty`` what is executed of it, ``leaves_qty``
    what still works; all unsigned units.
    """

    outcome: SmartOutcome
    plan: SmartOrderPlan
    order_qty: int
    sent_qty: int
    cum_qty: int
    leaves_qty: int
    orders: tuple[Order, ...] = ()
    final_net: int | None = None
    """The last agreed net with no child working; ``None`` where nobody waited or the books did not agree."""
    notes: tuple[str, ...] = ()
    """What a person should know: external trades, refused cancels, orders that do not count."""

    @property
    def drift(self) -> int | None:
        """Final net minus target; ``None`` while it is unknown."""
        return None if self.final_net is None else self.final_net - self.plan.target

    @property
    def has_drifted(self) -> bool:
        """The position is known to be somewhere else than it was meant to be."""
        return self.outcome is SmartOutcome.DRIFTED
