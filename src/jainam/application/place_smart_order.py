"""Place a smart order: bring one client's position in one instrument to a target."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from attrs import evolve, frozen

from jainam.application.agree_net import Agreed, AgreeNet
from jainam.application.bounds import Bounds
from jainam.application.cancel_order import CancelOrder
from jainam.application.place_order import deny_if_killed
from jainam.application.read_books import ReadBooks
from jainam.application.submit_order import Submission, SubmitOrder, Ticket
from jainam.domain.accounts import AccountId
from jainam.domain.errors import (
    JainamError,
    KeyUnsettled,
    OrderDenied,
    OutcomeInDoubt,
    Violation,
)
from jainam.domain.instruments import Instrument
from jainam.domain.intents import IntentState, Order, content_of
from jainam.domain.order_checks import check_order
from jainam.domain.orders import (
    OrderRequest,
    OrderRow,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionKey,
    Product,
    Purpose,
    TimeInForce,
)
from jainam.domain.smart_orders import (
    OtherOrders,
    SmartOrderPlan,
    SmartOrderResult,
    SmartOutcome,
    Wait,
    plan_smart_order,
)
from jainam.domain.trading_day import trading_day_of
from jainam.ports.clock import Clock
from jainam.ports.identity import ProcessTable
from jainam.ports.intent_journal import IntentJournal
from jainam.ports.position_locks import PositionLocks

COUNTED = frozenset({Purpose.SMART, Purpose.CLOSE})
"""Orders whose leaves count as working: the legs of plans, close-all's among them."""

_FIRST_POLL_S = 0.005
_LONGEST_POLL_S = 0.25


@frozen
class SmartOrder:
    """What a caller wants: a position of *target* units, and how the orders that bring it there are priced."""

    instrument: Instrument
    product: Product
    target: int
    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    other_orders: OtherOrders = OtherOrders.REPORT
    wait: Wait = Wait.DONE

    def request(self, side: OrderSide, quantity: int) -> OrderRequest:
        """Return the order for one leg."""
        return OrderRequest(
            instrument=self.instrument,
            side=side,
            quantity=quantity,
            product=self.product,
            order_type=self.order_type,
            limit_price=self.limit_price,
            stop_price=self.stop_price,
            time_in_force=self.time_in_force,
        )

    @property
    def ends_soon(self) -> bool:
        """Whether its orders end by themselves within moments, so that the lock waits for them."""
        return self.time_in_force is TimeInForce.IOC or self.order_type is OrderType.MARKET


@frozen
class PlaceSmartOrder:
    """
    Plans under the key's lock on an agreed net, cancels children that no longer fit, then sends the legs.

    Two smart orders for one key never run at once, in no two processes; different keys never wait for each other.
    """

    account: AccountId
    locks: PositionLocks
    agree: AgreeNet
    submit: SubmitOrder
    cancel: CancelOrder
    books: ReadBooks
    journal: IntentJournal
    processes: ProcessTable
    clock: Clock
    bounds: Bounds

    def plan(self, client: str | None, order: SmartOrder) -> SmartOrderPlan:
        """
        Return what would be done now, and send nothing.

        Raises:
            OrderDenied: A rule is broken.
            OutcomeInDoubt, KeyBusy, KeyUnsettled: The key can't be judged now.
        """
        self._check(order)
        key = self.key(client, order)
        with self.locks.hold(str(key), bound_s=self.bounds.lock_s):
            self._refuse_doubt(key)
            began_at = self.clock.now()
            self._look_for_others(order)
            return self._plan(key, order, self.agree.run(key), began_at)

    def run(self, client: str | None, order: SmartOrder, caller_key: str | None = None) -> SmartOrderResult:
        """
        Bring the position to the target and say how that ended.

        Raises:
            OrderDenied: A rule is broken, the kill switch is on, or the scope is being closed; nothing was sent.
            KeyBusy: Another smart order or close-all held the key all the time.
            OutcomeInDoubt: An order on the key, this one's or an earlier one's, is not settled.
            KeyUnsettled: The venue's books did not agree within the bound.
            BrokerError: The first order was definitely not placed.
        """
        self._check(order)
        if caller_key is None:
            deny_if_killed(self.journal.kill_switch())
        key = self.key(client, order)
        with self.locks.hold(str(key), bound_s=self.bounds.lock_s):
            result = self._under_lock(key, order, caller_key)
            if order.wait is Wait.ACCEPTED or not result.orders:
                return result
            if order.ends_soon or not result.leaves_qty:
                return self._finish(key, order, result, self.bounds.terminal_s)
        # resting orders must not keep others from the key: wait without the lock, then look once more under it
        waited = self._await_end(result, self.bounds.done_s)
        if waited.leaves_qty:
            return waited
        with self.locks.hold(str(key), bound_s=self.bounds.lock_s):
            return self._finish(key, order, waited, 0.0)

    def key(self, client: str | None, order: SmartOrder) -> PositionKey:
        """Return the position that a smart order concerns."""
        return PositionKey(
            self.account, client, order.instrument.exchange, order.instrument.instrument_id, order.product
        )

    def content(self, client: str | None, order: SmartOrder) -> str:
        """Return the digest of what a smart order asks for."""
        blank = order.request(OrderSide.BUY, 0)
        return content_of(self.account, client, (blank,), Purpose.SMART, order.target, order.other_orders.value)

    # checks

    def _check(self, order: SmartOrder) -> None:
        """Deny what no leg of this order could keep; quantities are checked by the plan."""
        lot = order.instrument.lot_size
        side = OrderSide.BUY if order.target >= 0 else OrderSide.SELL
        violations = check_order(order.request(side, lot))
        if violations:
            raise OrderDenied(violations, what="smart order")

    def _refuse_doubt(self, key: PositionKey) -> None:
        """Refuse a key with an order in doubt, or with one whose process died undecided, after one look at the book."""
        if not self._doubtful(key):
            return
        self.books.order_book()
        doubtful = self._doubtful(key)
        if doubtful:
            names = ", ".join(order.client_order_id for order in doubtful)
            raise OutcomeInDoubt(
                f"{key} has an order in doubt ({names}); no smart order is planned on it",
                client_order_ids=[order.client_order_id for order in doubtful],
            )

    def _doubtful(self, key: PositionKey) -> list[Order]:
        return [
            order
            for order in self._orders(key)
            if order.state is IntentState.IN_DOUBT
            or (
                order.state is IntentState.SENDING
                and not self.processes.is_alive(order.sender.pid, order.sender.started)
            )
        ]

    def _orders(self, key: PositionKey) -> Sequence[Order]:
        return self.journal.of_key(key, trading_day_of(self.clock.now()))

    # planning

    def _under_lock(self, key: PositionKey, order: SmartOrder, caller_key: str | None) -> SmartOrderResult:
        self._refuse_doubt(key)
        epoch = self.journal.epoch(self.account, key.client)
        began_at = self.clock.now()
        notes: list[str] = []
        for _ in range(self.bounds.rounds):
            agreed = self._agree(key, notes)
            if agreed is None:
                return self._cancelling(key, order, notes)
            if agreed.unexplained:
                notes.append(f"somebody else traded {agreed.unexplained:+d} on this key")
            self._look_for_others(order)
            plan = self._plan(key, order, agreed, began_at)
            if order.other_orders is OtherOrders.CANCEL and plan.others:
                if not self._cancel_others(key):
                    notes.append("live orders on the key could not be cancelled within the bound")
                    return self._result(SmartOutcome.CANCELLING, plan, (), notes)
                continue
            if plan.cancels:
                if not self._cancel(plan.cancels):
                    notes.append("a child that no longer fits was not settled within the bound")
                    return self._result(SmartOutcome.CANCELLING, plan, (), notes)
                continue
            notes.extend(_told(plan.others))
            if not plan.legs:
                outcome = SmartOutcome.WORKING if plan.working_qty else SmartOutcome.NOTHING_TO_DO
                result = self._result(outcome, plan, (), notes)
                return evolve(result, final_net=None if plan.working_qty else plan.net)
            submission = self._send(key, order, plan, agreed, epoch, caller_key)
            if _only_too_late(submission):
                continue
            return self._sent(plan, submission, notes)
        raise KeyUnsettled(f"{key} moved faster than it could be planned", key=str(key), hint="try again")

    def _agree(self, key: PositionKey, notes: list[str]) -> Agreed | None:
        """Agree the net; where that fails while our own children move, cancel them first. ``None``: not settled."""
        try:
            return self.agree.run(key)
        except KeyUnsettled:
            children = [one for one in self._orders(key) if one.is_live and one.purpose in COUNTED]
            if not children:
                raise
            notes.append("the books did not agree while children were live; these were cancelled first")
            return self.agree.run(key) if self._cancel(children) else None

    def _cancelling(self, key: PositionKey, order: SmartOrder, notes: list[str]) -> SmartOrderResult:
        children = tuple(one for one in self._orders(key) if one.is_live and one.purpose in COUNTED)
        last = self.journal.agreed_net(key, trading_day_of(self.clock.now()))
        plan = SmartOrderPlan(order.target, last.net if last else 0, sum(one.working_qty for one in children), children)
        return self._result(SmartOutcome.CANCELLING, plan, (), notes)

    def _look_for_others(self, order: SmartOrder) -> None:
        """Read the order book where the caller wants more than to be told of other orders."""
        if order.other_orders is not OtherOrders.REPORT:
            self.books.order_book()

    def _plan(self, key: PositionKey, order: SmartOrder, agreed: Agreed, began_at: datetime) -> SmartOrderPlan:
        live = [one for one in agreed.orders if one.is_live]
        children = [one for one in live if one.purpose in COUNTED]
        plan = plan_smart_order(order.target, agreed.net, children, order.instrument.rules)
        others: list[OrderRow | Order] = [one for one in live if one.purpose not in COUNTED]
        others += self._external(key, agreed, began_at)
        if others and order.other_orders is OtherOrders.REFUSE:
            raise OrderDenied(
                (Violation("other_orders", f"{key} has {len(others)} live orders of other kinds", "other-orders"),),
                what="smart order",
                hint="; ".join(_told(others)),
            )
        return evolve(plan, others=tuple(others))

    def _external(self, key: PositionKey, agreed: Agreed, began_at: datetime) -> list[OrderRow]:
        """Return live rows on the key that no order of ours explains, where a book was read since then anyway."""
        ours = {one.app_order_id for one in agreed.orders}
        rows = self.books.latest_rows(key, since=began_at)
        return [row for row in rows if not row.is_terminal and row.app_order_id not in ours]

    def _cancel(self, children: Sequence[Order]) -> bool:
        """Cancel children and tell whether every one is over in its bound."""
        wanted = {child.app_order_id for child in children}
        rows = [row for row in self.books.order_book().rows if row.app_order_id in wanted]
        over = self.cancel.until_over([row for row in rows if not row.is_terminal])
        return len(rows) == len(wanted) and all(one.is_over for one in over)

    def _cancel_others(self, key: PositionKey) -> bool:
        rows = [row for row in self.books.order_book().rows if row.key == key and not row.is_terminal]
        counted = {one.app_order_id for one in self._orders(key) if one.is_live and one.purpose in COUNTED}
        over = self.cancel.until_over([row for row in rows if row.app_order_id not in counted])
        return all(one.is_over for one in over)

    # sending and waiting

    def _send(
        self,
        key: PositionKey,
        order: SmartOrder,
        plan: SmartOrderPlan,
        agreed: Agreed,
        epoch: int,
        caller_key: str | None,
    ) -> Submission:
        requests = tuple(order.request(leg.side, leg.quantity) for leg in plan.legs)
        # the plan has judged the lots: a leg may close an odd remainder
        violations = [one for request in requests for one in check_order(request) if one.code != "lot"]
        if violations:
            raise OrderDenied(tuple(dict.fromkeys(violations)), what="smart order")
        first_child = 0 if caller_key is None else len(self.journal.by_caller_key(caller_key))
        return self.submit.run(
            Ticket(
                client=key.client,
                children=requests,
                purpose=Purpose.SMART,
                content=self.content(key.client, order),
                epoch=epoch,
                caller_key=caller_key,
                first_child=first_child,
                deadline_s=agreed.read_s + self.bounds.plan_s,
            )
        )

    def _sent(self, plan: SmartOrderPlan, submission: Submission, notes: list[str]) -> SmartOrderResult:
        if submission.in_doubt or not submission.accepted:
            submission.raise_for_error()
        outcome = SmartOutcome.ACCEPTED
        if submission.error is not None:
            outcome = SmartOutcome.PARTLY_DONE
            notes.append(f"not all of it was sent: {submission.error.message}")
        return self._result(outcome, plan, submission.orders, notes)

    def _await_end(self, result: SmartOrderResult, bound_s: float) -> SmartOrderResult:
        """Read the book until every order of the result is over, or the bound is reached."""
        end = self.clock.elapsed_s() + bound_s
        pause_s = _FIRST_POLL_S
        while True:
            self.books.order_book()
            orders = tuple(self.journal.get(one.client_order_id) or one for one in result.orders)
            result = self._result(result.outcome, result.plan, orders, result.notes)
            if not result.leaves_qty:
                return result
            if self.clock.elapsed_s() >= end:
                return evolve(result, outcome=SmartOutcome.WORKING)
            self.clock.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_POLL_S)

    def _finish(
        self, key: PositionKey, order: SmartOrder, result: SmartOrderResult, bound_s: float
    ) -> SmartOrderResult:
        """Wait for the orders' end and compare the final agreed net with the target."""
        result = self._await_end(result, bound_s)
        if result.leaves_qty:
            return result
        reasons = tuple(dict.fromkeys(one.reason for one in result.orders if one.reason and _fell_short(one)))
        notes = result.notes + tuple(f"the venue says: {reason}" for reason in reasons)
        try:
            net = self.agree.run(key).net
        except KeyUnsettled as error:
            return evolve(result, outcome=SmartOutcome.UNSETTLED, notes=(*notes, error.message))
        return evolve(result, outcome=self._outcome(order, result, net), final_net=net, notes=notes)

    @staticmethod
    def _outcome(order: SmartOrder, result: SmartOrderResult, net: int) -> SmartOutcome:
        if net == order.target:
            return SmartOutcome.DONE
        if result.cum_qty == result.order_qty:
            return SmartOutcome.DRIFTED
        if not result.cum_qty and all(one.status is OrderStatus.REJECTED for one in result.orders):
            return SmartOutcome.REFUSED
        return SmartOutcome.PARTLY_DONE

    @staticmethod
    def _result(
        outcome: SmartOutcome, plan: SmartOrderPlan, orders: tuple[Order, ...], notes: Sequence[str]
    ) -> SmartOrderResult:
        sent = [one for one in orders if one.state is IntentState.PLACED]
        return SmartOrderResult(
            outcome=outcome,
            plan=plan,
            order_qty=abs(plan.delta),
            sent_qty=sum(one.order_qty for one in sent),
            cum_qty=sum(one.cum_qty for one in sent),
            leaves_qty=sum(one.leaves_qty for one in sent),
            orders=orders,
            notes=tuple(dict.fromkeys(notes)),
        )


def _fell_short(order: Order) -> bool:
    return order.cum_qty < order.order_qty


def _only_too_late(submission: Submission) -> bool:
    """Whether the plan was too old to send any of it: plan anew."""
    error: JainamError | None = submission.error
    return error is not None and error.code == "deadline" and not submission.accepted and not submission.in_doubt


def _told(others: Sequence[OrderRow | Order]) -> tuple[str, ...]:
    """Return a line for each live order that does not count."""
    return tuple(
        f"live order {one.app_order_id} ({one.side.value} {one.leaves_qty}) on the key does not count" for one in others
    )
