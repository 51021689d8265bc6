"""Close all: bring every position of a scope to zero, whatever happens to any one of them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from attrs import evolve, field, frozen

from jainam.application.agree_net import AgreeNet
from jainam.application.bounds import Bounds
from jainam.application.cancel_order import CancelOrder
from jainam.application.read_books import ReadBooks
from jainam.application.submit_order import Submission, SubmitOrder, Ticket
from jainam.domain.closing import (
    CloseOutcome,
    CloseResult,
    ClosingMark,
    PositionClose,
    Scope,
    certainly_open,
)
from jainam.domain.errors import JainamError, KeyBusy, KeyUnsettled
from jainam.domain.instruments import Exchange, Instrument
from jainam.domain.intents import Order, ProcessMark, content_of
from jainam.domain.limits import Priority
from jainam.domain.orders import OrderRequest, OrderRow, OrderSide, OrderType, PositionKey, Purpose
from jainam.domain.portfolio import Position
from jainam.domain.smart_orders import Leg, SmartOrderPlan, plan_smart_order
from jainam.domain.trading_day import trading_day_of
from jainam.ports.clock import Clock
from jainam.ports.entropy import Entropy
from jainam.ports.identity import ProcessTable
from jainam.ports.instrument_store import InstrumentStore
from jainam.ports.intent_journal import IntentJournal
from jainam.ports.position_locks import PositionLocks

_WORKERS = 16
_URGENT = Priority.EMERGENCY
_POLL_S = 0.02


@frozen
class Closing:
    """How a close-all is to go about it."""

    scope: Scope
    dry_run: bool = False
    cancel_working: bool = True
    """Cancel working orders that could re-open a position first."""
    force: bool = False
    """Go on without the lock of a key whose holder does not let go."""


@frozen
class CloseAll:
    """
    Closes a scope key by key, concurrently; one failure stops nothing else.

    Each run leaves its own closing mark, so that no other order of the scope is sent meanwhile, and raises the scope's
    epoch, so that none recorded before it is. Flat is what the venue's positions say, with no intent of the scope live
    or unsettled (safety rules, 6).
    """

    locks: PositionLocks
    agree: AgreeNet
    submit: SubmitOrder
    cancel: CancelOrder
    books: ReadBooks
    instruments: InstrumentStore
    journal: IntentJournal
    processes: ProcessTable
    entropy: Entropy
    clock: Clock
    bounds: Bounds
    market_barred: frozenset[Exchange] = field(factory=frozenset)
    """Exchanges that take no market orders: a limit at the band's far edge stands in."""

    def run(self, closing: Closing) -> CloseResult:
        """
        Close a scope and say, position by position, what became of it.

        Raises:
            NotLoggedIn, BrokerError: Positions or order book can't be read at all; nothing was sent.
            StoreError: The closing mark could not be left; nothing was sent.
        """
        if closing.dry_run:
            return self._dry_run(closing)
        abandoned = self._dead_marks(closing.scope)
        mark = ClosingMark(
            run_id=f"{self.entropy.bits(64):016x}",
            scope=closing.scope,
            process=ProcessMark(*self.processes.me()),
            started_at=self.clock.now(),
        )
        self.journal.begin_closing(mark)
        try:
            closed = self._close(closing)
            return evolve(self._verified(closing, closed), abandoned=abandoned)
        finally:
            self.journal.end_closing([mark.run_id, *(one.run_id for one in abandoned)])

    def abandon(self, scope: Scope) -> tuple[ClosingMark, ...]:
        """End the marks that dead runs of close-all left on a scope, and return them."""
        dead = self._dead_marks(scope)
        self.journal.end_closing([mark.run_id for mark in dead])
        return dead

    def _dead_marks(self, scope: Scope) -> tuple[ClosingMark, ...]:
        return tuple(
            mark
            for mark in self.journal.closing_marks()
            if (mark.scope == scope or (scope.everyone and mark.scope.account == scope.account))
            and not self.processes.is_alive(mark.process.pid, mark.process.started)
        )

    # what there is to close

    def _keys(self, scope: Scope) -> tuple[dict[PositionKey, int], list[Position]]:
        """Return each key that may need closing with the net that positions show, and open rows beyond our words."""
        rows = [row for row in self.books.order_book(_URGENT).rows if scope.covers(row.account, row.client)]
        positions = [row for row in self.books.positions(_URGENT).rows if scope.covers(row.account, row.client)]
        nets: dict[PositionKey, int] = {}
        beyond = []
        for position in positions:
            key = position.key
            if key is not None:
                nets[key] = nets.get(key, 0) + position.net_qty
            elif position.net_qty:
                beyond.append(position)
        keys = {key: net for key, net in nets.items() if net}
        for key in (row.key for row in rows if not row.is_terminal):
            if key is not None:
                keys.setdefault(key, nets.get(key, 0))
        for order in self._orders(scope):
            keys.setdefault(order.key, nets.get(order.key, 0))
        return keys, beyond

    def _orders(self, scope: Scope) -> Sequence[Order]:
        return self.journal.of_scope(scope, trading_day_of(self.clock.now()))

    def _working(self, key: PositionKey) -> list[OrderRow]:
        return [row for row in self.books.order_book(_URGENT).rows if row.key == key and not row.is_terminal]

    def _unsettled(self, key: PositionKey) -> tuple[Order, ...]:
        orders = self.journal.of_key(key, trading_day_of(self.clock.now()))
        return tuple(order for order in orders if order.is_unsettled)

    # doing it

    def _close(self, closing: Closing) -> tuple[PositionClose, ...]:
        keys, _ = self._keys(closing.scope)
        if not keys:
            return ()
        with ThreadPoolExecutor(min(_WORKERS, len(keys)), thread_name_prefix="jainam-close") as pool:
            return tuple(pool.map(lambda item: self._close_key(closing, *item), keys.items()))

    def _close_key(self, closing: Closing, key: PositionKey, shown: int) -> PositionClose:
        """Close one key; every failure becomes its outcome, as it must not stop the other keys."""
        blank = PositionClose(key, str(key), shown, None, CloseOutcome.FAILED)
        try:
            blank = evolve(blank, symbol=self._symbol(key))
            return self._with_lock(closing, blank)
        except JainamError as error:
            return evolve(blank, message=str(error))
        except Exception as error:  # noqa: BLE001  # the top of a thread: reported as this key's outcome
            return evolve(blank, message=f"internal error {type(error).__name__}: {error}")

    def _with_lock(self, closing: Closing, blank: PositionClose) -> PositionClose:
        try:
            with self.locks.hold(str(blank.key), bound_s=self.bounds.close_lock_s):
                return self._rounds(closing, blank)
        except KeyBusy as busy:
            if not closing.force:
                return evolve(blank, outcome=CloseOutcome.BUSY, message=busy.message)
        return self._rounds(closing, blank)

    def _rounds(self, closing: Closing, close: PositionClose) -> PositionClose:
        key = close.key
        instrument = self.instruments.by_id(key.exchange, key.instrument_id)
        for _ in range(self.bounds.rounds):
            if closing.cancel_working:
                close = self._cancel_working(close)
            unsettled = self._unsettled(key)
            try:
                agreed = self.agree.run(
                    key, ignoring=frozenset(order.client_order_id for order in unsettled), priority=_URGENT
                )
            except KeyUnsettled as error:
                return evolve(close, outcome=CloseOutcome.OPEN, message=error.message)
            close = evolve(close, net_after=agreed.net)
            if any(order.is_live for order in agreed.orders):
                if closing.cancel_working:
                    continue
                return evolve(close, outcome=CloseOutcome.WORKING, message="orders of the key still work")
            still_open = certainly_open(agreed.net, unsettled)
            if still_open == 0:
                return evolve(close, outcome=_settled_outcome(agreed.net, unsettled), message=_doubt(unsettled))
            if instrument is None:
                return evolve(
                    close,
                    outcome=CloseOutcome.OPEN,
                    message="the stored master does not know it; run: jainam instruments sync",
                )
            plan = plan_smart_order(0, still_open, (), instrument.rules)
            submission = self._send(key, instrument, plan)
            close = evolve(close, plan=plan, orders=close.orders + submission.orders)
            if submission.in_doubt or not submission.accepted:
                outcome = CloseOutcome.IN_DOUBT if submission.in_doubt else CloseOutcome.OPEN
                return evolve(close, outcome=outcome, message=str(submission.error or ""))
            close = self._await_end(close)
        return evolve(close, outcome=CloseOutcome.OPEN, message=f"still open after {self.bounds.rounds} rounds")

    def _cancel_working(self, close: PositionClose) -> PositionClose:
        working = self._working(close.key)
        if not working:
            return close
        over = self.cancel.until_over(working, priority=_URGENT)
        ended = tuple(one.row.app_order_id for one in over if one.is_over)
        return evolve(close, cancelled=close.cancelled + ended)

    def _send(self, key: PositionKey, instrument: Instrument, plan: SmartOrderPlan) -> Submission:
        requests = tuple(self._request(key, instrument, leg) for leg in plan.legs)
        return self.submit.run(
            Ticket(
                client=key.client,
                children=requests,
                purpose=Purpose.CLOSE,
                content=content_of(key.account, key.client, requests, Purpose.CLOSE),
                epoch=self.journal.epoch(key.account, key.client),
                priority=_URGENT,
            )
        )

    def _request(self, key: PositionKey, instrument: Instrument, leg: Leg) -> OrderRequest:
        order_type, limit_price = OrderType.MARKET, None
        if instrument.exchange in self.market_barred and instrument.band is not None:
            order_type, limit_price = OrderType.LIMIT, _marketable(instrument, leg.side)
        return OrderRequest(
            instrument=instrument,
            side=leg.side,
            quantity=leg.quantity,
            product=key.product,
            order_type=order_type,
            limit_price=limit_price,
        )

    def _await_end(self, close: PositionClose) -> PositionClose:
        end = self.clock.elapsed_s() + self.bounds.terminal_s
        while True:
            self.books.order_book(_URGENT)
            orders = tuple(self.journal.get(order.client_order_id) or order for order in close.orders)
            if not any(order.is_live for order in orders) or self.clock.elapsed_s() >= end:
                return evolve(close, orders=orders)
            self.clock.sleep(_POLL_S)

    # what it came to

    def _verified(self, closing: Closing, closed: tuple[PositionClose, ...]) -> CloseResult:
        """Look once more at everything: flat is what the venue says, with nothing of ours live or unsettled."""
        keys, beyond = self._keys(closing.scope)
        orders = tuple(order for order in self._orders(closing.scope) if order.is_live or order.is_unsettled)
        ours = {order.app_order_id for order in orders}
        foreign = tuple(
            row
            for row in self.books.order_book(_URGENT).rows
            if closing.scope.covers(row.account, row.client) and not row.is_terminal and row.app_order_id not in ours
        )
        checked = tuple(
            evolve(one, outcome=CloseOutcome.OPEN, net_after=keys[one.key], message="open again at the last look")
            if one.outcome is CloseOutcome.FLAT and keys.get(one.key)
            else one
            for one in closed
        )
        known = {one.key for one in checked}
        late = tuple(
            PositionClose(key, self._symbol(key), net, net, CloseOutcome.OPEN, message="opened while closing")
            for key, net in keys.items()
            if net and key not in known
        )
        positions = (*checked, *late)
        flat = all(one.outcome is CloseOutcome.FLAT for one in positions) and not orders and not beyond
        if closing.cancel_working:
            flat = flat and not foreign
        return CloseResult(closing.scope, positions, flat, unsettled=orders, foreign=foreign, beyond=tuple(beyond))

    def _dry_run(self, closing: Closing) -> CloseResult:
        keys, beyond = self._keys(closing.scope)
        planned = []
        for key, net in keys.items():
            instrument = self.instruments.by_id(key.exchange, key.instrument_id)
            unsettled = self._unsettled(key)
            working = self._working(key) if closing.cancel_working else []
            still_open = certainly_open(net, unsettled)
            plan = plan_smart_order(0, still_open, (), instrument.rules) if instrument and still_open else None
            planned.append(
                PositionClose(
                    key,
                    self._symbol(key),
                    net,
                    None,
                    CloseOutcome.PLANNED,
                    plan=plan,
                    cancelled=tuple(row.app_order_id for row in working),
                    message="" if instrument else "the stored master does not know it",
                )
            )
        unsettled_all = tuple(order for order in self._orders(closing.scope) if order.is_live or order.is_unsettled)
        flat = not any(keys.values()) and not beyond and not unsettled_all
        return CloseResult(
            closing.scope, tuple(planned), flat, dry_run=True, unsettled=unsettled_all, beyond=tuple(beyond)
        )

    def _symbol(self, key: PositionKey) -> str:
        instrument = self.instruments.by_id(key.exchange, key.instrument_id)
        return instrument.symbol if instrument is not None else f"{key.exchange.value}:{key.instrument_id}"


def _settled_outcome(net: int, unsettled: Sequence[Order]) -> CloseOutcome:
    if unsettled:
        return CloseOutcome.IN_DOUBT
    return CloseOutcome.FLAT if net == 0 else CloseOutcome.OPEN


def _doubt(unsettled: Sequence[Order]) -> str:
    names = ", ".join(order.client_order_id for order in unsettled)
    return f"not settled: {names}" if unsettled else ""


def _marketable(instrument: Instrument, side: OrderSide) -> Decimal:
    """Return the limit at the band's far edge, on a tick."""
    assert instrument.band is not None
    edge = instrument.band.high if side is OrderSide.BUY else instrument.band.low
    tick = instrument.tick_size
    if tick is None:
        return edge
    steps = edge // tick
    return steps * tick if side is OrderSide.BUY or edge % tick == 0 else (steps + 1) * tick
