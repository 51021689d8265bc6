"""Read the venue's books: order book and positions, shared by all who wait, the orders folded into the journal."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define, field

from jainam.application.bounds import Bounds
from jainam.application.shared_reads import SharedRead
from jainam.application.use_session import UseSession
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.intents import Order
from jainam.domain.limits import Priority
from jainam.domain.orders import OrderRow, PositionKey
from jainam.domain.portfolio import Position, Reading
from jainam.domain.sessions import Session, Side
from jainam.ports.broker import BeforeSend, OrderReader, PortfolioReader
from jainam.ports.clock import Clock
from jainam.ports.intent_journal import IntentJournal


@define
class ReadBooks:
    """Shared reads of one account: everyone's rows at once for a dealer of clients, the own account's otherwise."""

    account: AccountId
    sessions: UseSession
    orders: OrderReader
    portfolio: PortfolioReader
    journal: IntentJournal
    clock: Clock
    bounds: Bounds
    _observed: dict[str, OrderRow] = field(factory=dict, init=False)
    _latest: Reading[OrderRow] | None = field(default=None, init=False)
    _seen_rows: dict[int, Position] = field(factory=dict, init=False)
    """The rows of the latest snapshot, by identity: an adapter may give an unchanged row again."""
    _seen_keys: set[PositionKey] = field(factory=set, init=False)
    _shared_book: dict[Priority, SharedRead[Reading[OrderRow]]] = field(init=False)
    _shared_positions: dict[Priority, SharedRead[Reading[Position]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        bound_s = self.bounds.agree_s * 2
        self._shared_book = {
            priority: SharedRead(lambda sent, priority=priority: self._read_book(sent, priority), bound_s=bound_s)  # type: ignore[misc]  # the default binds the loop's value
            for priority in Priority
        }
        self._shared_positions = {
            priority: SharedRead(lambda sent, priority=priority: self._read_positions(sent, priority), bound_s=bound_s)  # type: ignore[misc]  # the default binds the loop's value
            for priority in Priority
        }

    def order_book(self, priority: Priority = Priority.NORMAL) -> Reading[OrderRow]:
        """
        Return the order book of a read sent after this call; our orders are advanced by it in the journal.

        An answer "no data" counts as an empty book only after a second one.
        """
        return self._shared_book[priority].get()

    def positions(self, priority: Priority = Priority.NORMAL) -> Reading[Position]:
        """Return the net positions of a read sent after this call."""
        return self._shared_positions[priority].get()

    def history(self, order: Order, priority: Priority = Priority.NORMAL) -> Sequence[OrderRow]:
        """Return an order's states, oldest first, and advance the order by them in the journal."""
        number = order.app_order_id
        if number is None:
            return ()
        reading = self.sessions.call(
            Side.INTERACTIVE,
            lambda session: self.orders.order_history(session, order.client, number, priority=priority),
        )
        self.journal.observe(reading.rows, seen_at=self.clock.now())
        return reading.rows

    def latest_rows(self, key: PositionKey, *, since: datetime) -> tuple[OrderRow, ...]:
        """Return the rows of a key in the latest book that this process read, if it did since then."""
        latest = self._latest
        if latest is None or latest.sent_at < since:
            return ()
        return tuple(row for row in latest.rows if row.instrument_id == key.instrument_id and row.key == key)

    def knows(self, key: PositionKey) -> bool:
        """Whether an earlier snapshot of positions had a row of this key."""
        return key in self._seen_keys

    @property
    def _everyone(self) -> bool:
        return self.account.kind is AccountKind.NORMAL

    def _read_book(self, before_send: BeforeSend, priority: Priority) -> Reading[OrderRow]:
        def read(session: Session) -> Reading[OrderRow]:
            return self.orders.order_book(
                session, None, everyone=self._everyone, before_send=before_send, priority=priority
            )

        reading = self.sessions.call(Side.INTERACTIVE, read)
        if reading.was_empty_answer:
            reading = self.sessions.call(Side.INTERACTIVE, read)
        self._observe(reading.rows)
        self._latest = reading
        return reading

    def _observe(self, rows: Sequence[OrderRow]) -> None:
        """Advance our orders by the rows that are not as they were when this process last saw them."""
        news = [row for row in rows if self._observed.get(row.app_order_id) != row]
        if news:
            self.journal.observe(news, seen_at=self.clock.now())
            # only now: rows that the journal failed to take are news again
            self._observed = {row.app_order_id: row for row in rows}

    def _read_positions(self, before_send: BeforeSend, priority: Priority) -> Reading[Position]:
        reading = self.sessions.call(
            Side.INTERACTIVE,
            lambda session: self.portfolio.positions(
                session, None, everyone=self._everyone, before_send=before_send, priority=priority
            ),
        )
        known = self._seen_rows
        self._seen_keys.update(row.key for row in reading.rows if id(row) not in known and row.key is not None)
        self._seen_rows = {id(row): row for row in reading.rows}
        return reading
