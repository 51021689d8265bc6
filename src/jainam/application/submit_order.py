"""Submit orders: the one way in. Nothing else reaches the broker's place call."""

from collections.abc import Sequence

from attrs import frozen

from jainam.application.bounds import Bounds
from jainam.application.read_books import ReadBooks
from jainam.application.use_session import UseSession
from jainam.domain.errors import (
    BrokerError,
    BrokerUnavailable,
    Effect,
    JainamError,
    KeyReused,
    LimitExceeded,
    OrderDenied,
    OutcomeInDoubt,
    SessionRefused,
    Violation,
)
from jainam.domain.intents import (
    SETTLED,
    UNIQUE_LENGTH,
    WITHOUT_EFFECT,
    IntentState,
    Order,
    ProcessMark,
    client_order_id,
)
from jainam.domain.limits import Endpoint, Priority
from jainam.domain.orders import OrderRequest, Purpose
from jainam.domain.sessions import Session, Side
from jainam.domain.settlement import Verdict, placed, verdict_of
from jainam.domain.trading_day import trading_day_of
from jainam.ports.broker import OrderGateway
from jainam.ports.clock import Clock
from jainam.ports.entropy import Entropy
from jainam.ports.identity import DeskIdentity, ProcessTable
from jainam.ports.intent_journal import IntentJournal
from jainam.ports.rate_limits import RateLimits

_UNIQUE_BITS = 65
_IDENTIFIERS = 62**UNIQUE_LENGTH
_OPEN = frozenset({IntentState.SENDING, IntentState.IN_DOUBT})
_NOT_SENT = frozenset({IntentState.RECORDED})


@frozen
class Ticket:
    """What is to be submitted: the children of one intent, in sending order, and under which rules they go."""

    client: str | None
    children: tuple[OrderRequest, ...]
    purpose: Purpose
    content: str
    epoch: int
    caller_key: str | None = None
    first_child: int = 0
    """Number of the first child: later children of one keyed intent go on counting."""
    deadline_s: float | None = None
    """Moment of the elapsed clock after which nothing of it may be sent."""
    priority: Priority = Priority.NORMAL


@frozen
class Submission:
    """What became of a ticket: its orders as they stand, and the error that stopped it, if one did."""

    orders: tuple[Order, ...]
    error: JainamError | None = None

    @property
    def accepted(self) -> tuple[Order, ...]:
        """The orders that the venue has."""
        return tuple(order for order in self.orders if order.state is IntentState.PLACED)

    @property
    def in_doubt(self) -> tuple[Order, ...]:
        """The orders of which nothing proves what became."""
        return tuple(order for order in self.orders if order.is_unsettled)

    def raise_for_error(self) -> None:
        """
        Raise what stopped the submission.

        Raises:
            OutcomeInDoubt: An order was sent and nothing proves what became of it.
            OrderDenied, BrokerError: The first order that did not go was definitely not placed.
        """
        doubtful = self.in_doubt
        if doubtful:
            names = ", ".join(order.client_order_id for order in doubtful)
            what = "; ".join(
                f"{order.side.value} {order.order_qty} {order.symbol} ({order.product.value})" for order in doubtful
            )
            raise OutcomeInDoubt(
                f"sent without a definite answer: {what}, identifier {names}",
                client_order_ids=[order.client_order_id for order in doubtful],
            ) from self.error
        if self.error is not None:
            raise self.error


@frozen
class SubmitOrder:
    """
    Records every child in the journal, then sends them one by one; a child that is not accepted stops those after it.

    Answers become verdicts by the closed list; anything else leaves the child in doubt. A child goes again, under its
    own identifier, only when the last attempt provably had no effect (safety rules, 1).
    """

    sessions: UseSession
    gateway: OrderGateway
    journal: IntentJournal
    limits: RateLimits
    books: ReadBooks
    identity: DeskIdentity
    entropy: Entropy
    processes: ProcessTable
    clock: Clock
    bounds: Bounds

    def run(self, ticket: Ticket) -> Submission:
        """
        Submit a ticket and return what became of it. Never raises for what the venue or our own marks say.

        Raises:
            KeyReused: The caller's key names an intent with other content.
            OutcomeInDoubt: The first call with this key is still undecided, or the store is too young to know.
            StoreError: The journal failed; nothing was sent for the orders that it could not mark.
        """
        if ticket.caller_key is not None:
            known = self.journal.by_caller_key(ticket.caller_key)
            if known[ticket.first_child :]:
                return self._again(ticket, known[ticket.first_child :])
            self._guard_young_store(ticket)
        orders = self._orders(ticket)
        recorded = self.journal.record(orders)
        if recorded != orders:
            return self._again(ticket, recorded[ticket.first_child :])
        return self._looked_for(self._send_all(recorded, ticket), ticket)

    def me(self) -> ProcessMark:
        """Return this process as the journal knows it."""
        return ProcessMark(*self.processes.me())

    def _orders(self, ticket: Ticket) -> tuple[Order, ...]:
        now = self.clock.now()
        identifiers = [
            self._identifier(ticket.caller_key, ticket.first_child + place) for place in range(len(ticket.children))
        ]
        return tuple(
            Order(
                client_order_id=identifiers[place],
                parent_id=identifiers[0],
                child=ticket.first_child + place,
                account=self.sessions.account,
                client=ticket.client,
                exchange=request.instrument.exchange,
                instrument_id=request.instrument.instrument_id,
                symbol=request.instrument.symbol,
                side=request.side,
                order_qty=request.quantity,
                product=request.product,
                order_type=request.order_type,
                limit_price=request.limit_price,
                stop_price=request.stop_price,
                time_in_force=request.time_in_force,
                disclosed_qty=request.disclosed_qty,
                purpose=ticket.purpose,
                epoch=ticket.epoch,
                trading_day=trading_day_of(now),
                recorded_at=now,
                sender=self.me(),
                caller_key=ticket.caller_key,
                content=ticket.content,
            )
            for place, request in enumerate(ticket.children)
        )

    def _identifier(self, caller_key: str | None, child: int) -> str:
        if caller_key is None:
            unique = self.entropy.bits(_UNIQUE_BITS)
        else:
            unique = self.identity.keyed_number(f"{caller_key}\x1f{child}")
        return client_order_id(self.identity.tag, unique % _IDENTIFIERS)

    # sending

    def _looked_for(self, submission: Submission, ticket: Ticket) -> Submission:
        """Look for orders in doubt in the book once: most answers that are lost were lost on the way back."""
        if not submission.in_doubt:
            return submission
        try:
            self.books.order_book(ticket.priority)
        except JainamError:
            return submission  # the doubt stands, and its own error says more than a failed look
        orders = tuple(self.journal.get(order.client_order_id) or order for order in submission.orders)
        is_settled = all(order.state is IntentState.PLACED for order in orders)
        return Submission(orders, None if is_settled else submission.error)

    def _send_all(self, orders: Sequence[Order], ticket: Ticket) -> Submission:
        sent: list[Order] = []
        error: JainamError | None = None
        for order, request in zip(orders, ticket.children, strict=True):
            if error is not None:
                sent.append(self._settle(order, Verdict(IntentState.NEVER_LEFT, reason="an earlier child did not go")))
                continue
            after, error = self._send(order, request, ticket)
            sent.append(after)
        return Submission(tuple(sent), error)

    def _send(self, order: Order, request: OrderRequest, ticket: Ticket) -> tuple[Order, JainamError | None]:
        """Send one child until it has a verdict; return it with the error that explains a verdict other than placed."""
        attempt = 0
        refused: Session | None = None
        while True:
            attempt += 1
            is_marked = False
            try:
                self.limits.reserve(order.account, Endpoint.ORDER_PLACE, priority=ticket.priority)
                with self.sessions.sending(Side.INTERACTIVE, refused=refused) as session:
                    self.journal.mark_sending(
                        order.client_order_id,
                        attempt=attempt,
                        sender=self.me(),
                        at=self.clock.now(),
                        is_past_deadline=lambda: self._is_past(ticket.deadline_s),
                    )
                    is_marked = True
                    answer = self.gateway.place(session, order.client, order.client_order_id, request)
            except OrderDenied as error:
                now = self.journal.get(order.client_order_id) or order
                if now.state is IntentState.SENDING:  # a repeat was denied; the attempt before it had no effect
                    now = self._settle(now, Verdict(IntentState.DENIED, reason=error.message))
                return now, None if now.state is IntentState.PLACED else error
            except BrokerError as error:
                if not is_marked:
                    return self._settle(order, Verdict(IntentState.NEVER_LEFT, reason=str(error))), _unsent(error)
                if self._may_go_again(error, attempt):
                    refused = session if isinstance(error, SessionRefused) else None
                    self._back_off(error, attempt, order)
                    continue
                return self._settle(order, verdict_of(error)), error
            except JainamError as error:
                # not logged in, or the store failed before the mark: nothing left
                return self._settle(order, Verdict(IntentState.NEVER_LEFT, reason=error.message)), error
            except BaseException:
                # an interrupt between the mark and the verdict: whether bytes left is unknown
                self._settle(order, Verdict(IntentState.IN_DOUBT, reason="interrupted while sending"))
                raise
            return self._settle(order, placed(answer.app_order_id)), None

    def _may_go_again(self, error: BrokerError, attempt: int) -> bool:
        """Whether the same child may be sent again after this answer."""
        if attempt >= self.bounds.place_attempts or verdict_of(error).state not in WITHOUT_EFFECT:
            return False
        if isinstance(error, SessionRefused):
            return attempt == 1
        return isinstance(error, LimitExceeded | BrokerUnavailable)

    def _back_off(self, error: BrokerError, attempt: int, order: Order) -> None:
        if isinstance(error, LimitExceeded):
            self.limits.pushed_back(order.account, Endpoint.ORDER_PLACE, error.retry_after_s)
        elif isinstance(error, BrokerUnavailable):
            self.clock.sleep(0.1 * 2 ** (attempt - 1))

    def _is_past(self, deadline_s: float | None) -> bool:
        return deadline_s is not None and self.clock.elapsed_s() > deadline_s

    def _settle(self, order: Order, verdict: Verdict) -> Order:
        """Write a verdict unless evidence has been quicker, and return the order as it stands then."""
        expected = _NOT_SENT | _OPEN if verdict.state is not IntentState.IN_DOUBT else _OPEN
        after = self.journal.settle(order.client_order_id, verdict, expected=expected, at=self.clock.now())
        return after or self.journal.get(order.client_order_id) or order

    # a caller's key

    def _again(self, ticket: Ticket, known: Sequence[Order]) -> Submission:
        """Return the first outcome of a key, or send again what provably had no effect."""
        if known[0].content != ticket.content:
            raise KeyReused(
                (Violation("key", f"key {ticket.caller_key!r} was used for another order", "key-reused"),),
                hint="use a new key for a new order",
            )
        settled = self._wait_for_twin(ticket, known)
        if any(order.is_unsettled for order in settled):
            self.books.order_book(ticket.priority)
            settled = self._now(ticket, settled)
        if not all(order.state in WITHOUT_EFFECT for order in settled):
            return Submission(tuple(settled))
        reopened = []
        for order in settled:
            one = self.journal.reopen(order.client_order_id, sender=self.me(), epoch=ticket.epoch, at=self.clock.now())
            if one is None:  # somebody else with the same key was quicker
                return Submission(tuple(self._wait_for_twin(ticket, self._now(ticket, settled))))
            reopened.append(one)
        return self._looked_for(self._send_all(reopened, ticket), ticket)

    def _wait_for_twin(self, ticket: Ticket, known: Sequence[Order]) -> list[Order]:
        """Wait, bounded, until the first call with this key has its verdicts or its process is dead."""
        end = self.clock.elapsed_s() + self.bounds.twin_s
        orders = list(known)
        while True:
            for place, order in enumerate(orders):
                alive = self.processes.is_alive(order.sender.pid, order.sender.started)
                if order.state is IntentState.RECORDED and not alive:
                    orders[place] = self._settle(order, Verdict(IntentState.NEVER_LEFT, reason="its process died"))
            undecided = [
                order
                for order in orders
                if order.state not in SETTLED
                and order.state is not IntentState.IN_DOUBT
                and self.processes.is_alive(order.sender.pid, order.sender.started)
            ]
            if not undecided:
                return orders
            if self.clock.elapsed_s() >= end:
                raise OutcomeInDoubt(
                    f"the first call with key {ticket.caller_key!r} is still being sent by {undecided[0].sender}",
                    client_order_ids=[order.client_order_id for order in undecided],
                    hint="call again with the same key",
                )
            self.clock.sleep(0.01)
            orders = self._now(ticket, orders)

    def _now(self, ticket: Ticket, orders: Sequence[Order]) -> list[Order]:
        assert ticket.caller_key is not None
        current = {order.client_order_id: order for order in self.journal.by_caller_key(ticket.caller_key)}
        return [current.get(order.client_order_id, order) for order in orders]

    def _guard_young_store(self, ticket: Ticket) -> None:
        """
        Keep a keyed order back in a store that is younger than its desk: the journal that knew the key may be lost.

        The identifier is looked for in the book twice, a settling window apart, the first time after the store was
        opened; a row that shows it is adopted as the first outcome (safety rules, 3).
        """
        age = self.journal.age()
        now = self.clock.now()
        if not age.is_younger_than_desk or trading_day_of(age.created_at) != trading_day_of(now):
            return
        self.books.order_book(ticket.priority)
        assert ticket.caller_key is not None
        identifier = self._identifier(ticket.caller_key, ticket.first_child)
        adopted = self.journal.get(identifier)
        if adopted is not None:
            raise OutcomeInDoubt(
                f"key {ticket.caller_key!r} was used before the store was lost: "
                f"order {adopted.app_order_id} carries it",
                client_order_ids=[identifier],
                hint=f"it stands in the book as {adopted.status.value if adopted.status else 'placed'}; not sent again",
            )
        fact = "young-store.first-look"
        first = self.journal.facts().get(fact)
        if first is None:
            self.journal.remember(fact, str(int(now.timestamp())))
            waited = 0.0
        else:
            waited = now.timestamp() - int(first)
        if waited < self.bounds.settling_s:
            raise OutcomeInDoubt(
                "the desk's store is new but its identity is not, so an earlier journal was lost: "
                f"whether key {ticket.caller_key!r} was sent before is not known yet",
                client_order_ids=[identifier],
                hint=f"call again in {self.bounds.settling_s - waited:.0f} s; nothing was sent now",
            )


def _unsent(error: BrokerError) -> BrokerError:
    """Return the error of an order of which nothing left: a lost login is no lost order."""
    if error.effect is Effect.NONE:
        return error
    unsent = BrokerUnavailable(
        f"the order was not sent, as no session could be had: {error.message}",
        endpoint=error.endpoint,
        http_status=error.http_status,
        broker_code=error.broker_code,
        correlation_id=error.correlation_id,
        attempts=error.attempts,
    )
    unsent.__cause__ = error
    return unsent
