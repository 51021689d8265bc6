"""The intent journal as plain dictionaries: what the port says, written down once more as the kit's oracle."""

from collections.abc import Sequence
from datetime import date, datetime

from attrs import define, evolve, field

from jainam.domain.accounts import AccountId
from jainam.domain.closing import ClosingMark, Scope
from jainam.domain.intents import WITHOUT_EFFECT, IntentState, Order, ProcessMark, is_ours
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.order_states import adopt, advance, belongs
from jainam.domain.orders import OrderRow, PositionKey, Purpose
from jainam.domain.positions import AgreedNet, is_voided
from jainam.domain.settlement import Verdict
from jainam.domain.trading_day import trading_day_of


@define
class JournalModel:
    """Every rule of the port but the words of reasons."""

    tag: str
    orders: dict[str, Order] = field(factory=dict)
    adopted: set[str] = field(factory=set)
    switch: KillSwitch = field(factory=KillSwitch)
    marks: dict[str, ClosingMark] = field(factory=dict)
    agreed: dict[PositionKey, AgreedNet] = field(factory=dict)
    unsure: set[PositionKey] = field(factory=set)
    """Keys whose agreed net an adapter may have voided beyond what the rule asks for."""
    _counters: dict[Scope, int] = field(factory=dict)

    def record(self, orders: Sequence[Order]) -> tuple[Order, ...]:
        """Write orders, or return what their caller's key knows."""
        key = orders[0].caller_key
        known = self.by_caller_key(key) if key is not None else ()
        if {order.child for order in known} & {order.child for order in orders}:
            return known
        self.orders.update({order.client_order_id: order for order in orders})
        return tuple(orders)

    def by_caller_key(self, key: str) -> tuple[Order, ...]:
        """Return a key's orders."""
        return tuple(
            sorted((order for order in self.orders.values() if order.caller_key == key), key=lambda order: order.child)
        )

    def reopen(self, order: Order, sender: ProcessMark, at: datetime) -> Order | None:
        """Let an intent without effect go again."""
        if order.state not in WITHOUT_EFFECT:
            return None
        return self._put(
            evolve(
                order,
                state=IntentState.RECORDED,
                sender=sender,
                epoch=self.epoch(order.account, order.client),
                trading_day=trading_day_of(at),
                attempts=0,
                sent_at=None,
            )
        )

    def denials(self, order: Order, sender: ProcessMark, *, is_past: bool) -> set[str]:
        """Return the codes for which an order may not be sent."""
        is_repeat = order.state is IntentState.SENDING and order.sender == sender
        if order.state is not IntentState.RECORDED and not is_repeat:
            return {"settled"}
        codes = {"deadline"} if is_past else set()
        if order.purpose is Purpose.CLOSE:
            return codes
        if self.switch.is_on:
            codes.add("kill-switch")
        if any(mark.scope.covers(order.account, order.client) for mark in self.marks.values()):
            codes.add("closing")
        elif order.epoch != self.epoch(order.account, order.client):
            codes.add("closed-meanwhile")
        return codes

    def sent(self, order: Order, sender: ProcessMark, attempt: int, at: datetime) -> Order:
        """Mark an order as sending."""
        return self._put(
            evolve(order, state=IntentState.SENDING, sender=sender, attempts=attempt, sent_at=at),
        )

    def denied(self, order: Order) -> Order:
        """Settle a first attempt that was denied."""
        return self._put(evolve(order, state=IntentState.DENIED))

    def settle(self, order: Order, verdict: Verdict, expected: frozenset[IntentState]) -> Order | None:
        """Write a verdict on its condition."""
        if order.state not in expected:
            return None
        number = verdict.app_order_id or order.app_order_id
        return self._put(evolve(order, state=verdict.state, app_order_id=number))

    def observe(self, rows: Sequence[OrderRow], seen_at: datetime) -> set[str]:
        """Fold rows; return the identifiers of the orders that changed."""
        return {identifier for row in rows if (identifier := self._observe(row, seen_at)) is not None}

    def of_key(self, key: PositionKey, day: date) -> tuple[Order, ...]:
        """Return the day's orders of a key and the unsettled of any."""
        return tuple(
            order
            for order in self.orders.values()
            if order.key == key and (order.trading_day == day or order.is_unsettled)
        )

    def of_scope(self, scope: Scope, day: date) -> tuple[Order, ...]:
        """Return the scope's open orders of the day and the unsettled of any."""
        return tuple(
            order
            for order in self.orders.values()
            if scope.covers(order.account, order.client)
            and (
                order.is_unsettled
                or (order.trading_day == day and (order.is_live or order.state is IntentState.RECORDED))
            )
        )

    def begin_closing(self, mark: ClosingMark) -> None:
        """Leave a mark and raise its scope's epoch."""
        self.marks[mark.run_id] = mark
        self._counters[mark.scope] = self._counters.get(mark.scope, 0) + 1

    def epoch(self, account: AccountId, client: str | None) -> int:
        """Return how many close-alls have concerned a client."""
        scopes = Scope(account, client), Scope(account, everyone=True)
        return sum(self._counters.get(scope, 0) for scope in scopes)

    def _put(self, order: Order) -> Order:
        self.orders[order.client_order_id] = order
        return order

    def _observe(self, row: OrderRow, seen_at: datetime) -> str | None:
        before = next((order for order in self.orders.values() if belongs(order, row)), None)
        if before is not None:
            after = advance(before, row, seen_at)
        elif is_ours(row.client_order_id, self.tag):
            adopted = adopt(row, sender=ProcessMark(0, 0), symbol="", seen_at=seen_at)
            if adopted is None:
                return None
            after = adopted
            self.adopted.add(after.client_order_id)
        else:
            return None
        if after == before:
            return None
        self._void(before, after, row)
        return self._put(after).client_order_id

    def _void(self, before: Order | None, after: Order, row: OrderRow) -> None:
        agreed = self.agreed.get(after.key)
        if agreed is None or after.cum_qty <= (before.cum_qty if before is not None else 0):
            return
        if is_voided(agreed, after, row.updated_at):
            del self.agreed[after.key]
        elif before is None or before.state in WITHOUT_EFFECT:
            self.unsure.add(after.key)
