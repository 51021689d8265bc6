"""What stands between a recorded order and the wire: read in the one transaction that marks it as sending."""

from collections.abc import Callable
from datetime import datetime

from attrs import frozen
from sqlalchemy import and_, bindparam, exists, func, or_, select

from jainam.adapters.sql.closing_rows import closing_marks_in
from jainam.adapters.sql.encoding import maybe_instant
from jainam.adapters.sql.order_rows import ANOMALY, COLUMNS, decode
from jainam.adapters.sql.schema import closing_marks, epochs, kill_switch, orders
from jainam.adapters.sql.statements import Statement, Transaction
from jainam.domain.errors import Violation
from jainam.domain.intents import IntentState, Order, ProcessMark
from jainam.domain.orders import Purpose
from jainam.domain.trading_day import IST

_IS_KILLED = select(kill_switch.c.is_on).where(kill_switch.c.number == 1).scalar_subquery()
_KILL_REASON = select(kill_switch.c.reason).where(kill_switch.c.number == 1).scalar_subquery()
_KILLED_AT = select(kill_switch.c.changed_at).where(kill_switch.c.number == 1).scalar_subquery()
_EPOCH = (
    select(func.coalesce(func.sum(epochs.c.counter), 0))
    .where(
        epochs.c.broker == orders.c.broker,
        epochs.c.server == orders.c.server,
        epochs.c.kind == orders.c.kind,
        or_(epochs.c.everyone.is_(True), and_(epochs.c.everyone.is_(False), epochs.c.client == orders.c.client)),
    )
    .correlate(orders)
    .scalar_subquery()
)
_SOMETHING_CLOSES = exists(select(closing_marks.c.run_id)).label("something_closes")
_GATE = Statement(
    select(*COLUMNS, _IS_KILLED, _KILL_REASON, _KILLED_AT, _EPOCH, _SOMETHING_CLOSES).where(
        orders.c.client_order_id == bindparam("this_id")
    )
)


@frozen
class Gate:
    """An order as it stands, and everything that may forbid its sending."""

    order: Order
    anomaly: str
    kill_reason: str | None
    """Why the kill switch is on; ``None`` while it is off."""
    killed_at: datetime | None
    epoch: int
    closed_by: tuple[str, ...]
    """The runs of close-all whose scope has this order, in words."""

    def violations(
        self, attempt: int, sender: ProcessMark, is_past_deadline: Callable[[], bool]
    ) -> tuple[Violation, ...]:
        """Return every reason against sending now."""
        order = self.order
        if not self._is_open(attempt, sender):
            return (Violation("state", f"its outcome is settled: {order.state.value}", "settled"),)
        found = []
        if order.purpose is not Purpose.CLOSE:
            if self.kill_reason is not None:
                found.append(Violation("kill_switch", f"the kill switch is on{self._why_killed()}", "kill-switch"))
            if self.closed_by:
                found.append(Violation("scope", f"closed by {' and '.join(self.closed_by)}", "closing"))
            elif order.epoch != self.epoch:
                message = "closed meanwhile: a close-all has begun since it was asked for"
                found.append(Violation("epoch", message, "closed-meanwhile"))
        if is_past_deadline():
            found.append(Violation("deadline", "what it was planned on is too old by now", "deadline"))
        return tuple(found)

    def _is_open(self, attempt: int, sender: ProcessMark) -> bool:
        order = self.order
        if order.state is IntentState.SENDING:  # two threads share one sender: an attempt is made once
            return order.sender == sender and attempt > order.attempts
        return order.state is IntentState.RECORDED

    def _why_killed(self) -> str:
        since = f" since {told(self.killed_at)}" if self.killed_at is not None else ""
        return f"{since}: {self.kill_reason}" if self.kill_reason else since


def read_gate(transaction: Transaction, client_order_id: str) -> Gate | None:
    """Return what decides about an order's sending; ``None`` for an unknown order."""
    row = transaction.row(_GATE, {"this_id": client_order_id})
    if row is None:
        return None
    width = len(COLUMNS)
    is_killed, kill_reason, killed_at, epoch, something_closes = row[width:]
    order = decode(row[:width])
    marks = closing_marks_in(transaction) if something_closes else ()
    return Gate(
        order=order,
        anomaly=row[ANOMALY],
        kill_reason=kill_reason if is_killed else None,
        killed_at=maybe_instant(killed_at),
        epoch=int(epoch),
        closed_by=tuple(
            f"close-all {mark.run_id} of {mark.scope} ({mark.process}) since {told(mark.started_at)}"
            for mark in marks
            if mark.scope.covers(order.account, order.client)
        ),
    )


def told(at: datetime) -> str:
    """Return an instant for people: Indian wall clock."""
    return f"{at.astimezone(IST):%d %b %H:%M:%S} IST"
