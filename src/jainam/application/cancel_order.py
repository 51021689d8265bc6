"""Cancel orders: one, or several until each is shown to be over."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from attrs import frozen

from jainam.application.bounds import Bounds
from jainam.application.read_books import ReadBooks
from jainam.application.use_session import UseSession
from jainam.domain.errors import BrokerError, JainamError, UnknownOrder
from jainam.domain.limits import Priority
from jainam.domain.orders import OrderRow, find_order
from jainam.domain.sessions import Side
from jainam.ports.broker import OrderGateway
from jainam.ports.clock import Clock

_REPEAT_AFTER_S = 1.0
_WORKERS = 8


@frozen
class Cancelled:
    """What became of a cancel: the order's row when it was last seen, and the last error of asking, if any."""

    row: OrderRow
    error: JainamError | None = None

    @property
    def is_over(self) -> bool:
        """Whether the book shows the order as terminal."""
        return self.row.is_terminal


@frozen
class CancelOrder:
    """Asks for the end of orders. Repeating a cancel is harmless; a refused one proves nothing about the order."""

    sessions: UseSession
    gateway: OrderGateway
    books: ReadBooks
    clock: Clock
    bounds: Bounds

    def run(self, client: str | None, app_order_id: str) -> Cancelled:
        """
        Cancel one order and wait, bounded, until the book shows it as over.

        Raises:
            UnknownOrder: The book has no such order of this client.
            BrokerRefused: The venue refused the cancel and the order still works.
        """
        row = find_order(self.books.order_book().rows, app_order_id)
        if row is None or row.client != client:
            raise UnknownOrder(f"the order book has no order {app_order_id} of {client or 'the own account'}")
        (done,) = self.until_over((row,))
        if not done.is_over and done.error is not None:
            raise done.error
        return done

    def until_over(
        self, rows: Sequence[OrderRow], *, priority: Priority = Priority.NORMAL, bound_s: float | None = None
    ) -> tuple[Cancelled, ...]:
        """Cancel all of these at once, repeating, until the book shows them as over or the bound is reached."""
        end = self.clock.elapsed_s() + (self.bounds.cancel_s if bound_s is None else bound_s)
        latest = {row.app_order_id: row for row in rows}
        errors: dict[str, JainamError] = {}
        ask_at = self.clock.elapsed_s()
        while True:
            working = [row for row in latest.values() if not row.is_terminal]
            if working and self.clock.elapsed_s() >= ask_at:
                errors = self._ask(working, priority)
                ask_at = self.clock.elapsed_s() + _REPEAT_AFTER_S
            if working:
                for row in self.books.order_book(priority).rows:
                    if row.app_order_id in latest:
                        latest[row.app_order_id] = row
                working = [row for row in latest.values() if not row.is_terminal]
            if not working or self.clock.elapsed_s() >= end:
                return tuple(Cancelled(latest[row.app_order_id], errors.get(row.app_order_id)) for row in rows)
            self.clock.sleep(0.02)

    def _ask(self, rows: Sequence[OrderRow], priority: Priority) -> dict[str, JainamError]:
        """Send one cancel for each order and return the errors by app order id."""

        def ask(row: OrderRow) -> JainamError | None:
            try:
                self.sessions.call(
                    Side.INTERACTIVE,
                    lambda session: self.gateway.cancel(session, row.client, row.app_order_id, priority=priority),
                )
            except BrokerError as error:
                return error
            return None

        if len(rows) == 1:
            answers = [ask(rows[0])]
        else:
            with ThreadPoolExecutor(min(_WORKERS, len(rows)), thread_name_prefix="jainam-cancel") as pool:
                answers = list(pool.map(ask, rows))
        return {row.app_order_id: error for row, error in zip(rows, answers, strict=True) if error is not None}
