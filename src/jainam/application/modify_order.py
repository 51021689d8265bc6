"""Modify an order's terms: sent once, settled by its history when the answer is lost."""

from decimal import Decimal

from attrs import frozen

from jainam.application.bounds import Bounds
from jainam.application.place_order import deny_if_killed
from jainam.application.read_books import ReadBooks
from jainam.application.use_session import UseSession
from jainam.domain.errors import BrokerError, Effect, OrderDenied, OutcomeInDoubt, UnknownOrder, Violation
from jainam.domain.instruments import Instrument
from jainam.domain.limits import Endpoint
from jainam.domain.order_checks import check_change
from jainam.domain.orders import OrderChange, OrderRow, OrderType, Product, TimeInForce, find_order
from jainam.domain.sessions import Session, Side
from jainam.ports.broker import OrderGateway, OrderReader
from jainam.ports.clock import Clock
from jainam.ports.instrument_store import InstrumentStore
from jainam.ports.intent_journal import IntentJournal
from jainam.ports.rate_limits import RateLimits

_LOOKS = 3
_LOOK_EVERY_S = 0.5


@frozen
class WantedChange:
    """What a caller wants changed; ``None`` leaves a term as it is. *quantity* is the new total."""

    quantity: int | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    order_type: OrderType | None = None
    product: Product | None = None
    time_in_force: TimeInForce | None = None
    disclosed_qty: int | None = None

    def applied_to(self, row: OrderRow) -> OrderChange:
        """
        Return the full new terms of an order.

        Raises:
            OrderDenied: The row has a term that the desk has no word for, and the caller names no other.
        """
        order_type = self.order_type or row.order_type
        product = self.product or row.product
        time_in_force = self.time_in_force or row.time_in_force
        if order_type is None or product is None or time_in_force is None:
            raise OrderDenied(
                (Violation("order", f"order {row.app_order_id} has terms of the venue's own", "not-modifiable"),),
                what="modification",
            )
        limit_price = self.limit_price if self.limit_price is not None else row.limit_price
        stop_price = self.stop_price if self.stop_price is not None else row.stop_price
        return OrderChange(
            quantity=self.quantity if self.quantity is not None else row.order_qty,
            product=product,
            order_type=order_type,
            # a price that the caller names is checked against the type; one that only the old type had is dropped
            limit_price=limit_price if order_type.has_limit or self.limit_price is not None else None,
            stop_price=stop_price if order_type.is_stop or self.stop_price is not None else None,
            time_in_force=time_in_force,
            disclosed_qty=self.disclosed_qty if self.disclosed_qty is not None else row.disclosed_qty,
        )


@frozen
class ModifyOrder:
    """Asks for new terms of a live order."""

    sessions: UseSession
    gateway: OrderGateway
    reader: OrderReader
    books: ReadBooks
    instruments: InstrumentStore
    journal: IntentJournal
    limits: RateLimits
    clock: Clock
    bounds: Bounds

    def run(self, client: str | None, app_order_id: str, wanted: WantedChange) -> OrderRow:
        """
        Modify an order and return its row as last seen.

        Raises:
            UnknownOrder: The book has no such order of this client.
            OrderDenied: The order is over, or a rule is broken, or the kill switch is on.
            BrokerError: The venue refused, or the request never left.
            OutcomeInDoubt: The answer was lost and the order's history does not show the new terms.
        """
        deny_if_killed(self.journal.kill_switch())
        row = find_order(self.books.order_book().rows, app_order_id)
        if row is None or row.client != client:
            raise UnknownOrder(f"the order book has no order {app_order_id} of {client or 'the own account'}")
        if row.is_terminal:
            raise OrderDenied(
                (Violation("order", f"order {app_order_id} is {row.status.value.lower()}", "order-over"),),
                what="modification",
            )
        change = wanted.applied_to(row)
        instrument = self._instrument(row)
        violations = check_change(instrument, row.side, change, row.cum_qty)
        if violations:
            raise OrderDenied(violations, what="modification")
        self._send(client, row, change)
        return find_order(self.books.order_book().rows, app_order_id) or row

    def _instrument(self, row: OrderRow) -> Instrument:
        found = None if row.exchange is None else self.instruments.by_id(row.exchange, row.instrument_id)
        if found is None:
            raise OrderDenied(
                (Violation("symbol", f"{row.venue_symbol} is not in the stored master", "unknown-instrument"),),
                what="modification",
                hint="load today's master with: jainam instruments sync",
            )
        return found

    def _send(self, client: str | None, row: OrderRow, change: OrderChange) -> None:
        self.limits.reserve(row.account, Endpoint.ORDER_MODIFY)
        try:
            self._write(client, row, change)
        except BrokerError as error:
            if error.effect is Effect.NONE:
                raise
            if not self._shows(client, row, change):
                raise OutcomeInDoubt(
                    f"the modification of order {row.app_order_id} got no definite answer",
                    client_order_ids=[row.client_order_id] if row.client_order_id else [],
                    hint=f"see what became of it: jainam order history {row.app_order_id}",
                ) from error

    def _write(self, client: str | None, row: OrderRow, change: OrderChange) -> None:
        """Send the change, once more only after an answer that proves that the token was refused."""

        def write(session: Session) -> None:
            self.gateway.modify(session, client, row.app_order_id, row.client_order_id, change)

        self.sessions.call(Side.INTERACTIVE, write)

    def _shows(self, client: str | None, before: OrderRow, change: OrderChange) -> bool:
        """Whether the order's history shows the asked terms, looking a few times."""
        for look in range(_LOOKS):
            if look:
                self.clock.sleep(_LOOK_EVERY_S)
            reading = self.sessions.call(
                Side.INTERACTIVE,
                lambda session: self.reader.order_history(session, client, before.app_order_id),
            )
            if any(_has_terms(row, change) for row in reading.rows) and not _has_terms(before, change):
                return True
        return False


def _has_terms(row: OrderRow, change: OrderChange) -> bool:
    same_prices = all(
        wanted is None or shown == wanted
        for wanted, shown in ((change.limit_price, row.limit_price), (change.stop_price, row.stop_price))
    )
    return row.order_qty == change.quantity and row.order_type is change.order_type and same_prices
